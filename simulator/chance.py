"""What happens by itself: the event library's default rates, drawn over a story (signals, section 5).

A scenario file forces events; chance adds those that a session of that length would have anyway. Nausea
without vomiting is not drawn, since no device shows it, nor slow return, which is `ke0` of the patient.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np

from simulator.events import (
    Agitation,
    Desaturation,
    Event,
    Hypertension,
    Laryngospasm,
    Motion,
    Panic,
    ProbeOff,
    ReExcursion,
    Vasovagal,
    Vomiting,
)
from simulator.nurse import NurseAction
from simulator.pharmacology import PumpAction, PumpStep
from simulator.scenario import Device, LinkChange, Scenario

_PROBE_OFF_PER_H, _LINK_LOSS_PER_H = 1.0, 0.3
_PAUSE_SHARE = 0.05

# Share of sessions, and the event once drawn: from the times of the infusion's start and end, in seconds.
_Script = Callable[[np.random.Generator, float, float], Event]
_SESSION_EVENTS: tuple[tuple[float, _Script], ...] = (
    (
        0.02,
        lambda rng, start, end: Desaturation(
            at_s=rng.uniform(start, end), lowest=rng.uniform(88, 90), fall_s=30.0, hold_s=rng.uniform(20, 45)
        ),
    ),
    (
        0.003,
        lambda rng, start, end: Desaturation(
            at_s=rng.uniform(start, end), lowest=rng.uniform(80, 84), fall_s=60.0, hold_s=rng.uniform(60, 180)
        ),
    ),
    (0.0098, lambda rng, start, end: Hypertension(at_s=rng.uniform(max(start, end - 900.0), max(start, end - 300.0)))),
    (
        0.007,
        lambda rng, start, end: Vasovagal(
            at_s=max(start - rng.uniform(120, 420), 0.0) if rng.random() < 0.5 else end + rng.uniform(900, 1800)
        ),
    ),
    (
        0.02,
        lambda rng, start, end: Agitation(at_s=max(end + rng.uniform(-600, 300), start), for_s=rng.uniform(180, 480)),
    ),
    (0.03, lambda rng, start, end: Vomiting(at_s=rng.uniform(start + 600.0, end + 1200.0))),
    (0.0002, lambda rng, start, end: Laryngospasm(at_s=rng.uniform(start, end))),
    (0.0001, lambda rng, start, end: Motion(at_s=rng.uniform(start, end), for_s=60.0, pulse_rise=40.0)),  # seizure
    (0.03, lambda rng, start, end: Panic(at_s=rng.uniform(start, end))),
    (0.04, lambda rng, start, end: ReExcursion(at_s=end + rng.uniform(720, 1080))),
)


def with_chance(scenario: Scenario, seed: int) -> Scenario:
    """The same story with what chance adds to it; the same seed adds the same.

    A story without an infusion gets the faults of probe and cable only.
    """
    rng = np.random.default_rng([seed, 2])
    events, pump, nurse = list(scenario.events), list(scenario.pump), list(scenario.nurse)
    if scenario.infusion is not None:
        start = scenario.infusion.start_s
        end = start + scenario.infusion.planned_s
        for share, script in _SESSION_EVENTS:
            if rng.random() < share:
                event = script(rng, start, end)
                events.append(event)
        if rng.random() < _PAUSE_SHARE:
            pause = rng.uniform(start + 300.0, end - 300.0) if end - start > 600.0 else (start + end) / 2
            length = rng.uniform(180.0, 480.0)
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
