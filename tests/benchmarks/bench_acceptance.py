"""The simulator against the literature: the acceptance table of signals, section 5, over 5 000 sessions.

    python -m tests.benchmarks.bench_acceptance [SESSIONS]

Virtual patients of the STRONG preset with cuff readings every five minutes. Baselines are taken as ketamine-monitoring
5.2 asks: three readings at rest for at least five minutes. Two ensembles: `ke0` drawn (what a clinic sees), and all at
0.10 (what the table says); the readings of the second go into the real alarm core, whose return rule gives the times.
One JSON line a statistic, with the target of the table and whether the value lies within it.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from time import perf_counter

import numpy as np

from config.instant import MINUTE, Instant, seconds
from monitor.core.bed import new_bed
from monitor.core.bed_state import Setup
from monitor.core.events import Event, EventKind
from monitor.core.inputs import Command, CuffMeasurement, OpenSession
from monitor.core.ward import Ward
from simulator.patient import VirtualPatient
from simulator.pharmacology import KE0_DEFAULT, PumpAction, PumpStep
from simulator.presets import Preset, Traits, sample_traits
from tests.benchmarks.rig.figures import figure
from tests.support.ward import shipped_rules

SESSIONS = 5000
PROCESSES = 2
AT_ONCE = 250
"""Sessions of one piece of work; only its sums come back."""

START_MIN, PLANNED_MIN, WATCHED_MIN, EVERY_MIN = 12, 40, 60, 5
BASELINE_MIN = (6, 8, 10)
"""At rest for five minutes before the first (ketamine-monitoring 5.2)."""
READINGS = (PLANNED_MIN + WATCHED_MIN) // EVERY_MIN
NURSE, BED = "nurse-a", "bay-1"


@dataclass(slots=True)
class Sums:
    """What is kept of many sessions: sums of the changes from baseline by reading, and counts.

    `back`: by how many minutes after the end the first of the two readings in band had come; `met`: the second, with
    which the rule of two consecutive readings is met. The table of ketamine-monitoring 6.4 counts the latter.
    """

    sessions: int = 0
    systolic: list[list[float]] = field(default_factory=lambda: [[0.0, 0.0, 0.0] for _ in range(READINGS + 1)])
    diastolic: list[list[float]] = field(default_factory=lambda: [[0.0, 0.0, 0.0] for _ in range(READINGS + 1)])
    severe: int = 0
    high: int = 0
    excursions: int = 0
    back: dict[int, int] = field(default_factory=lambda: {20: 0, 30: 0, 60: 0})
    met: dict[int, int] = field(default_factory=lambda: {20: 0, 30: 0, 60: 0})

    def add(self, other: Sums) -> None:
        """Take in another piece of work."""
        self.sessions += other.sessions
        for mine, theirs in ((self.systolic, other.systolic), (self.diastolic, other.diastolic)):
            for place, sums in enumerate(theirs):
                mine[place] = [one + two for one, two in zip(mine[place], sums, strict=True)]
        self.severe += other.severe
        self.high += other.high
        self.excursions += other.excursions
        for minute in self.back:
            self.back[minute] += other.back[minute]
            self.met[minute] += other.met[minute]


def mean_sd(sums: list[float]) -> tuple[float, float]:
    """Of count, sum, and sum of squares."""
    count, total, squares = sums
    mean = total / count
    return mean, math.sqrt(max(0.0, squares / count - mean**2) * count / (count - 1))


def session(traits: Traits, seed: int, sums: Sums, *, core: bool) -> None:
    """One visit: three baseline readings, the infusion, an hour of recovery; with `core` the alarm core sees them."""
    pump = [PumpStep(at_s=START_MIN * 60.0, action=PumpAction.START, planned_s=PLANNED_MIN * 60.0)]
    patient = VirtualPatient(traits, seed, pump=pump)
    ward = open_ward() if core else None
    base: list[tuple[float, float]] = []
    events: list[Event] = []
    for minute in BASELINE_MIN:
        if (reading := measure(patient, ward, minute, events)) is not None:
            base.append(reading)
    start = START_MIN * MINUTE
    fields = {"planned_min": float(PLANNED_MIN), "override_by": "dr-b"}
    if ward is not None:
        events += ward.feed(Command(BED, "start_infusion", NURSE, None, "no oximeter in this ensemble", fields), start)
    systolic = diastolic = None
    if base:
        systolic, diastolic = (float(np.median([reading[part] for reading in base])) for part in (0, 1))
    highest = 0.0
    for number in range(1, READINGS + 1):
        minute = START_MIN + number * EVERY_MIN
        if ward is not None and minute == START_MIN + PLANNED_MIN + EVERY_MIN:
            events += ward.feed(Command(BED, "end_infusion", NURSE), (START_MIN + PLANNED_MIN) * MINUTE + seconds(1))
        found = measure(patient, ward, minute, events)
        if found is None:
            continue
        highest = max(highest, found[0])
        for kept, value, before in (
            (sums.systolic, found[0], systolic),
            (sums.diastolic, found[1], diastolic),
        ):
            if before is not None:
                change = value - before
                kept[number] = [kept[number][0] + 1, kept[number][1] + change, kept[number][2] + change**2]
    sums.sessions += 1
    sums.severe += highest >= 180
    sums.high += highest >= 160
    count_return(events, sums)


def open_ward() -> Ward:
    """One bed with a patient on it, under the shipped rules."""
    rules = shipped_rules()
    ward = Ward(rules)
    ward.add(new_bed(Setup(BED, rules), 0))
    ward.feed(OpenSession(BED, "P-1", NURSE), 0)
    return ward


def measure(patient: VirtualPatient, ward: Ward | None, minute: int, events: list[Event]) -> tuple[float, float] | None:
    """A cuff reading that ends at this minute; a failed one is repeated after a minute, once, as a nurse would."""
    for at_s in (minute * 60, minute * 60 + 60):
        patient.leap(at_s - round(patient.time_s))
        seen = patient.cuff_reading()
        at: Instant = seconds(at_s)
        if seen.systolic is None or seen.diastolic is None or seen.mean is None:
            if ward is not None:
                events += ward.feed(CuffMeasurement(BED, "cuff-1", None, None, None, error=seen.cuff_error), at)
            continue
        values = (float(round(seen.systolic)), float(round(seen.diastolic)), float(round(seen.mean)))
        if ward is not None:
            events += ward.feed(CuffMeasurement(BED, "cuff-1", *values), at)
        return values[0], values[1]
    return None


def count_return(events: list[Event], sums: Sums) -> None:
    """Whether the systolic pressure left its band, and when the core's rule had it back."""
    steps = [
        event for event in events if event.kind is EventKind.RETURN_STATE_CHANGED and event.data["metric"] == "systolic"
    ]
    if not any(event.data["to"] == "AWAY" for event in steps):
        return
    sums.excursions += 1
    returned = next((event for event in steps if event.data["to"] == "RETURNED"), None)
    if returned is None:
        return
    until_min = returned.data["interval_min"][1]
    met_min = (returned.at - (START_MIN + PLANNED_MIN) * MINUTE) / MINUTE
    for minute in sums.back:
        sums.back[minute] += until_min <= minute + 0.1
        sums.met[minute] += met_min <= minute + 0.1


def work(first: int, count: int, ke0: float | None) -> Sums:
    """Sessions `first` and following; the same numbers give the same patients."""
    sums = Sums()
    for number in range(first, first + count):
        traits = sample_traits(Preset.STRONG, np.random.default_rng([number, 1]))
        if ke0 is not None:
            traits = replace(traits, ke0=ke0)
        session(traits, number, sums, core=ke0 is not None)
    return sums


def pieces(sessions: int) -> Iterator[tuple[int, int]]:
    """First number and count of each piece of work."""
    for first in range(0, sessions, AT_ONCE):
        yield first, min(AT_ONCE, sessions - first)


def ensemble(sessions: int, ke0: float | None) -> Sums:
    """All sessions on two processes."""
    total = Sums()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        for done, part in enumerate(
            pool.map(work, *zip(*((*piece, ke0) for piece in pieces(sessions)), strict=True)), 1
        ):
            total.add(part)
            if done % 4 == 0:
                sys.stderr.write(f"  {total.sessions} of {sessions} sessions\n")
    return total


def tell(name: str, value: float, unit: str, low: float, high: float, sessions: int) -> None:
    """One line of the table: the value, what the table wants, and whether it is so."""
    figure(f"acceptance_{name}", value, unit, target=[low, high], within=low <= value <= high, sessions=sessions)


def main() -> None:
    """Print the table."""
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS
    began = perf_counter()
    drawn = ensemble(sessions, None)
    at_end = PLANNED_MIN // EVERY_MIN
    mean, sd = mean_sd(drawn.systolic[at_end])
    tell("systolic_change_40_min", mean, "mmHg", 15.0, 17.0, sessions)
    tell("systolic_change_40_min_sd", sd, "mmHg", 9.7, 12.7, sessions)
    mean, sd = mean_sd(drawn.diastolic[at_end])
    tell("diastolic_change_40_min", mean, "mmHg", 10.2, 11.8, sessions)
    tell("diastolic_change_40_min_sd", sd, "mmHg", 7.3, 9.7, sessions)
    means = [mean_sd(sums)[0] for sums in drawn.systolic[1:]]
    tell("time_of_greatest_mean_change", (means.index(max(means)) + 1) * EVERY_MIN, "min", 35.0, 45.0, sessions)
    tell("sessions_with_180", 100 * drawn.severe / drawn.sessions, "%", 0.5, 2.5, sessions)
    tell("sessions_with_160", 100 * drawn.high / drawn.sessions, "%", 15.0, 18.0, sessions)
    usual = ensemble(sessions, KE0_DEFAULT)
    tell("systolic_change_60_min_after", mean_sd(usual.systolic[-1])[0], "mmHg", 2.5, 4.5, sessions)
    for minute, wanted in ((20, 0.57), (30, 0.81)):
        share = usual.met[minute] / usual.excursions
        tell(f"systolic_returned_by_{minute}_min", share, "share", wanted - 0.05, wanted + 0.05, sessions)
        share = usual.back[minute] / usual.excursions
        figure(f"acceptance_systolic_first_in_band_by_{minute}_min", share, "share", sessions=sessions)
    figure("acceptance_excursions", 100 * usual.excursions / usual.sessions, "%", sessions=sessions)
    figure("acceptance_time", perf_counter() - began, "s", sessions=2 * sessions, processes=PROCESSES)


if __name__ == "__main__":
    main()
