"""Whether nine readings in ten lie in the band that was expected (signals-and-simulation, section 5: 85 to 95 %).

    python -m tests.benchmarks.bench_trajectory [SESSIONS]

Simulated patients of two presets, cuff readings every five minutes. `ahead`: the band after two readings, for all that
follow. `next`: the band before each reading, for that reading. Prints JSON lines.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from statistics import mean, median

import numpy as np

from config.instant import MINUTE, Instant
from config.vocabulary import Metric
from monitor.core.session.session import Flow
from monitor.trajectory import NEEDED, Trajectory
from simulator.patient import VirtualPatient
from simulator.pharmacology import PumpAction, PumpStep
from simulator.presets import Preset, sample_traits
from tests.benchmarks.rig.figures import figure

SESSIONS = 150
WANTED = (85.0, 95.0)
"""% of the readings."""
FLOWS = [Flow(0, 40 * MINUTE)]
START_MIN = 15
Reading = tuple[float, float]


def session(preset: Preset, seed: int) -> tuple[list[Reading], list[tuple[Instant, Reading]]]:
    """Baseline readings, and those since the start with their times from it, (systolic, diastolic) mmHg."""
    traits = sample_traits(preset, np.random.default_rng(seed))
    pump = (PumpStep(at_s=60 * START_MIN, action=PumpAction.START, planned_s=2400),)
    patient = VirtualPatient(traits, seed, (), pump)
    before = [reading for _, reading in _readings(patient, (5, 9, 13))]
    since = [((minute - START_MIN) * MINUTE, reading) for minute, reading in _readings(patient, range(20, 116, 5))]
    return before, since


def _readings(patient: VirtualPatient, minutes: range | tuple[int, ...]) -> Iterator[tuple[int, Reading]]:
    for minute in minutes:
        patient.advance(60 * minute - patient.time_s)
        found = patient.cuff_reading()
        if found.systolic is not None and found.diastolic is not None:
            yield minute, (found.systolic, found.diastolic)


def covered(baseline: float, readings: list[tuple[Instant, float]], metric: Metric) -> tuple[list[bool], list[bool]]:
    """For each later reading whether it lay in the band of two readings, and in that of all before it."""
    trajectory = Trajectory(metric, baseline)
    ahead: list[bool] = []
    following: list[bool] = []
    for at, value in readings:
        if trajectory.readings == NEEDED and not ahead:
            bands = ((trajectory.band(when, FLOWS), then) for when, then in readings[NEEDED:])
            ahead = [band.low <= then <= band.high for band, then in bands]
        if trajectory.readings >= NEEDED:
            band = trajectory.band(at, FLOWS)
            following.append(band.low <= value <= band.high)
        trajectory.observe(value, at, FLOWS)
    return ahead, following


def main(sessions: int) -> None:
    """Both presets, both pressures."""
    for preset in (Preset.TYPICAL, Preset.STRONG):
        told = [session(preset, seed) for seed in range(sessions)]
        whole = [(before, since) for before, since in told if len(before) == 3]
        for place, metric in enumerate((Metric.SYSTOLIC, Metric.DIASTOLIC)):
            ahead: list[bool] = []
            following: list[bool] = []
            for before, since in whole:
                baseline = median(reading[place] for reading in before)
                found = covered(baseline, [(at, reading[place]) for at, reading in since], metric)
                ahead += found[0]
                following += found[1]
            conditions = {
                "preset": preset.value,
                "metric": metric.value,
                "sessions": len(whole),
                "readings": len(ahead),
            }
            for name, share in (("ahead", 100 * mean(ahead)), ("next", 100 * mean(following))):
                within = WANTED[0] <= share <= WANTED[1]
                figure(f"trajectory_covered_{name}", share, "%", target=WANTED, within=within, **conditions)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS)
