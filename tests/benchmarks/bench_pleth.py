"""Pulse, breathing and alarms from the pleth on the recordings beside the checkout, and what a pass costs.

    python -m tests.benchmarks.bench_pleth

What is compared with what: tests/support/pleth_figures.py. Every error stands beside the share of windows kept, and
pulse errors beside those of a plain peak detector on the same windows. `half` splits the recordings of a group
alternately, so that a number which only fits some of them is seen. Processor time, not time passed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import process_time
from typing import Any

import numpy as np

from monitor.core.pleth.measures import Meter, pulse_present
from simulator.pleth import PlethWave, Pulse
from tests.benchmarks.rig.figures import figure
from tests.support import pleth_figures as judged
from tests.support.recordings import UNKNOWN_PULSE, Recording, load, names

GOALS = {"bidmc": (1.22, 1.79), "hypox": (2.21, 3.70)}
"""/min: what pulse and breathing have to beat."""
KEPT_GOAL = 0.8
"""Of the windows, so that no error is beaten by telling little."""
ECG_LAG_S = 5
PASSES = 30


def split(name: str, unit: str, errors: Sequence[Any], **conditions: Any) -> None:
    """Mean absolute error and share kept, of all recordings and of each half, held against the goal if any."""
    for half, chosen in (("all", errors), ("first", errors[::2]), ("second", errors[1::2])):
        every = np.concatenate(chosen)
        kept = np.isfinite(every)
        error, share = float(every[kept].mean()), float(kept.mean())
        told = conditions | {"half": half, "recordings": len(chosen), "kept": round(share, 3)}
        if "goal" in conditions:
            told |= {"kept_goal": KEPT_GOAL, "within": error < conditions["goal"] and share >= KEPT_GOAL}
        figure(name, error, unit, **told)


def plain_errors(recording: Recording, told: judged.Told) -> tuple[Any, Any]:
    """Those of the plain detector, each second and in 30 s, with every window kept."""
    beats = judged.plain_beats(recording)
    rates = np.array([judged.rate_of_last(beats, end) for end in told.at])
    if "R" in recording.events:
        reference = [judged.rate_of_last(recording.events["R"] + judged.TRANSIT_S, end) for end in told.at]
    else:
        reference = [recording.numerics["hr"][min(end, len(recording.numerics["hr"]) - 1)] for end in told.at]
    counted = []
    for end in told.at[judged.SPAN_S - 1 :: judged.SPAN_S]:
        inside = beats[(beats > end - judged.SPAN_S) & (beats <= end)]
        rate = 60 * (len(inside) - 1) / (inside[-1] - inside[0])
        counted.append(abs(rate - judged.mean_rate(recording, end - judged.SPAN_S, end)))
    return np.abs(rates - np.array(reference)), np.array(counted)


def accuracy(group: str) -> None:
    """Pulse and breathing of one group."""
    pulse_goal, breath_goal = GOALS[group]
    recordings = [load(name) for name in names(group)]
    told = {recording.name: judged.tell(recording) for recording in recordings}
    known = [recording for recording in recordings if recording.name != UNKNOWN_PULSE]
    pairs = [(recording, told[recording.name]) for recording in known]
    plain = [plain_errors(recording, passes) for recording, passes in pairs]
    split("pleth_pulse_rate_error", "/min", [judged.pulse_error(*pair) for pair in pairs],
          group=group, windows="each second", goal=pulse_goal)  # fmt: skip
    if group == "hypox":
        split("pleth_pulse_rate_error", "/min", [judged.pulse_error(*pair, lag_s=ECG_LAG_S) for pair in pairs],
              group=group, windows=f"each second, reference {ECG_LAG_S} s later", goal=pulse_goal)  # fmt: skip
    split("plain_pulse_rate_error", "/min", [each for each, _ in plain], group=group, windows="each second")
    split("pleth_pulse_rate_error", "/min",
          [judged.pulse_error_30s(recording, passes.at, passes.series("pulse_rate")) for recording, passes in pairs],
          group=group, windows="30 s", goal=pulse_goal)  # fmt: skip
    split("plain_pulse_rate_error", "/min", [in_30s for _, in_30s in plain], group=group, windows="30 s")
    split("pleth_breathing_rate_error", "/min",
          [judged.breath_error(recording, told[recording.name]) for recording in recordings],
          group=group, windows="each second", goal=breath_goal)  # fmt: skip


def alarms() -> None:
    """Of the recorded ECG alarms, how many the pleth calls false."""
    called = {"true": [0, 0], "false": [0, 0]}
    for name in names("alarm"):
        recording = load(name)
        assert recording.alarm is not None
        verdict = recording.alarm[1]
        called[verdict][0] += judged.contradicted(recording)
        called[verdict][1] += 1
    for verdict, (count, total) in called.items():
        judged_by = {"target": 0, "within": count == 0} if verdict == "true" else {}
        figure(f"pleth_{verdict}_alarms_called_false", count, "alarms", of=total, **judged_by)


def noise() -> None:
    """How often a wave without a pulse passes for one: quality at least 0.5 at a look, and `pulse present` of ten."""
    random = np.random.default_rng(20261122)
    kinds: dict[str, Callable[[int], Any]] = {
        "white": random.standard_normal,
        "walk": lambda count: np.cumsum(random.standard_normal(count)),
        "no finger": lambda count: PlethWave(random).samples(count, 75.0, Pulse(72, 14, 2, finger=False)),
    }
    meter = Meter.at(75.0)
    for kind, make in kinds.items():
        good, present = [], []
        for _ in range(60):
            wave = np.array(make(75 * 69), dtype=np.float64)
            looks = [wave[75 * second : 75 * second + meter.samples] for second in range(10)]
            qualities = [found.sqi for found in meter.measure(np.stack(looks))]
            good += [quality >= 0.5 for quality in qualities]
            present.append(pulse_present(qualities))
        figure("pleth_noise_taken_for_pulse", float(np.mean(good)), "share of looks", noise=kind, of=len(good))
        figure("pleth_noise_pulse_present", float(np.mean(present)), "share of minutes", noise=kind, of=len(present))


def cost() -> None:
    """Processor time of the passes of one second."""
    for rate_hz in (75.0, 125.0):
        meter = Meter.at(rate_hz)
        for beds in (8, 100):
            waves = [
                PlethWave(np.random.default_rng(bed)).samples(meter.samples, rate_hz, Pulse(60 + bed % 50, 14, 2))
                for bed in range(beds)
            ]
            slices = [np.array(waves[first : first + 8], dtype=np.float64) for first in range(0, beds, 8)]
            taken = []
            for _ in range(PASSES):
                start = process_time()
                for part in slices:
                    meter.measure(part)
                taken.append(process_time() - start)
            middle = sorted(taken)[PASSES // 2]
            figure("pleth_pass", middle * 1e3, "ms of processor a second", beds=beds, rate_hz=rate_hz)
            figure("pleth_slice", middle * 1e3 / len(slices), "ms the loop is held", beds=8, rate_hz=rate_hz)


def main() -> None:
    """Print the figures; those on recordings only where they are."""
    for group in GOALS:
        if names(group):
            accuracy(group)
    if names("alarm"):
        alarms()
    noise()
    cost()


if __name__ == "__main__":
    main()
