"""What happens by itself: the event library at its default rates, drawn over a story (signals, section 5).

A scenario file forces events; chance adds those that a session of that length would have anyway.
"""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import numpy as np

from simulator.events import ProbeOff
from simulator.library import LIBRARY, PAUSE_S, PAUSED, SHARES, SLOW_KE0, SLOW_RETURN
from simulator.nurse import NurseAction
from simulator.pharmacology import PumpAction, PumpStep
from simulator.scenario import Device, LinkChange, Scenario

_PROBE_OFF_PER_H, _LINK_LOSS_PER_H = 1.0, 0.3


def with_chance(scenario: Scenario, seed: int) -> Scenario:
    """The same story with what chance adds to it; the same seed adds the same.

    A story without an infusion gets the faults of probe and cable only.
    """
    rng = np.random.default_rng([seed, 2])
    events, pump, nurse = list(scenario.events), list(scenario.pump), list(scenario.nurse)
    overrides = dict(scenario.overrides)
    if scenario.infusion is not None:
        start = scenario.infusion.start_s
        end = start + scenario.infusion.planned_s
        for row in LIBRARY:
            if row.draw is not None and rng.random() < row.share:
                events.append(row.draw(rng, start, end))
        if rng.random() < SHARES[SLOW_RETURN] and "ke0" not in overrides:
            overrides["ke0"] = SLOW_KE0
        if rng.random() < SHARES[PAUSED]:
            pause = rng.uniform(start + 300.0, end - 300.0) if end - start > 600.0 else (start + end) / 2
            length = rng.uniform(*PAUSE_S)
            pump += [
                PumpStep(at_s=pause, action=PumpAction.PAUSE),
                PumpStep(at_s=pause + length, action=PumpAction.RESUME),
            ]
            nurse = _entered(nurse, pause, length)
    events += [
        ProbeOff(at_s=at_s, for_s=rng.uniform(5.0, 60.0)) for at_s in _times(rng, _PROBE_OFF_PER_H, scenario.length_s)
    ]
    links = list(scenario.links)
    for at_s in _times(rng, _LINK_LOSS_PER_H, scenario.length_s):
        device = Device.OXIMETER if rng.random() < 0.5 else Device.CUFF
        if scenario.connected(device, at_s):
            links += [
                LinkChange(at_s=at_s, device=device, connected=False),
                LinkChange(at_s=at_s + rng.uniform(5.0, 90.0), device=device, connected=True),
            ]
    return dataclasses.replace(
        scenario,
        overrides=MappingProxyType(overrides),
        events=tuple(sorted(events, key=lambda event: event.at_s)),
        pump=tuple(sorted(pump, key=lambda step: step.at_s)),
        links=tuple(sorted(links, key=lambda change: change.at_s)),
        nurse=tuple(sorted(nurse, key=lambda action: action.at_s)),
    )


def _times(rng: np.random.Generator, per_h: float, length_s: float) -> list[float]:
    """Moments of a Poisson process over the story."""
    count = int(rng.poisson(per_h * length_s / 3600.0))
    return sorted(rng.uniform(0.0, length_s, count).tolist())


def _entered(nurse: list[NurseAction], pause_s: float, length_s: float) -> list[NurseAction]:
    """The nurse enters the pause, and does everything after it that much later."""
    later = [
        dataclasses.replace(action, at_s=action.at_s + length_s) if action.at_s > pause_s else action
        for action in nurse
    ]
    by = next((action.fields["by"] for action in nurse if "by" in action.fields), None)
    fields = {} if by is None else {"by": by}
    return [
        *later,
        NurseAction(pause_s, "pause_infusion", fields),
        NurseAction(pause_s + length_s, "resume_infusion", fields),
    ]
