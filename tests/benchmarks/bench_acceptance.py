"""The simulator against the literature: the acceptance table of signals, section 5, over 5 000 sessions.

    python -m tests.benchmarks.bench_acceptance [SESSIONS]

Virtual patients of the STRONG preset. Three ensembles of as many sessions each. Two are the table's own, with cuff
readings every five minutes and nothing else: `ke0` drawn (what a clinic sees), and all at 0.10 (what the table says);
the readings of the second go into the alarm core, whose return rule gives the times. Baselines are taken as
ketamine-monitoring 5.2 asks: three readings at rest for at least five minutes. The third is whole: the story `usual`
with the event library at its rates, an oximeter once a second, a cuff that the core asks, a nurse, all through the core
(`tests/benchmarks/rig/visit.py`): alarms a session, and its verdict on the return.

The table's rows cannot be had of the third alone: they are about patients to whom nothing happens, half of them with a
`ke0` that is not drawn. They cost little, nearly all of the time is the third.

One JSON line a statistic, with the target of the table and whether the value lies within it; a table for people goes to
stderr at the end. `processor_time` over the processes is the time that so many free processors need.
"""

from __future__ import annotations

import math
import resource
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from time import perf_counter
from typing import Protocol, Self, TypeVar

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
from tests.benchmarks.rig.visit import Whole, work_whole
from tests.support.ward import shipped_rules

SESSIONS = 5000
PROCESSES = 2
AT_ONCE = 50
"""Sessions of one piece of work, some ten seconds of it; only its sums come back."""

START_MIN, PLANNED_MIN, WATCHED_MIN, EVERY_MIN = 12, 40, 60, 5
BASELINE_MIN = (6, 8, 10)
"""At rest for five minutes before the first (ketamine-monitoring 5.2)."""
READINGS = (PLANNED_MIN + WATCHED_MIN) // EVERY_MIN
NURSE, BED = "nurse-a", "bay-1"
ALLOWED_S = 600.0
PRIORITIES = ("high", "medium", "low")


class Sum(Protocol):
    """What comes back of a piece of work."""

    sessions: int

    def add(self, other: Self, /) -> None:
        """Take in another piece."""


AnySum = TypeVar("AnySum", bound=Sum)


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


def work_drawn(first: int, count: int) -> Sums:
    """Cuff readings alone, `ke0` of each patient drawn."""
    return work(first, count, None)


def work_usual(first: int, count: int) -> Sums:
    """Cuff readings alone, all at the usual `ke0`."""
    return work(first, count, KE0_DEFAULT)


def pieces(sessions: int) -> Iterator[tuple[int, int]]:
    """First number and count of each piece of work."""
    for first in range(0, sessions, AT_ONCE):
        yield first, min(AT_ONCE, sessions - first)


def ensembles(sessions: int) -> tuple[Sums, Sums, Whole]:
    """All three on two processes, the long pieces first, so that neither process waits for the other at the end."""
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:

        def begin(does: Callable[[int, int], AnySum]) -> list[Future[AnySum]]:
            return [pool.submit(does, first, count) for first, count in pieces(sessions)]

        whole, usual, drawn = begin(work_whole), begin(work_usual), begin(work_drawn)
        met = gathered("whole", whole, Whole(), sessions)
        return gathered("drawn", drawn, Sums(), sessions), gathered("usual", usual, Sums(), sessions), met


def gathered(name: str, parts: list[Future[AnySum]], total: AnySum, sessions: int) -> AnySum:
    """The parts, added to `total` in their order."""
    for part in parts:
        total.add(part.result())
        sys.stderr.write(f"  {name}: {total.sessions} of {sessions} sessions\n")
    return total


class Table:
    """The rows, told one by one as figures and kept for people."""

    def __init__(self, sessions: int) -> None:
        self._sessions = sessions
        self._rows: list[str] = []

    def row(self, name: str, value: float, unit: str, low: float, high: float) -> None:
        """One row: the value, what the table wants, and whether it is so."""
        met = low <= value <= high
        target = [round(low, 3), round(high, 3)]
        figure(f"acceptance_{name}", value, unit, target=target, within=met, sessions=self._sessions)
        said = f"{low:g} to {high:g} {unit}"
        self._rows.append(f"{name:34} {value:9.3f}   {said:20} {'met' if met else 'NOT MET'}")

    def say(self) -> None:
        """The whole table to stderr."""
        sys.stderr.write("\n".join(["", *self._rows, ""]))


def main() -> None:
    """Print the table."""
    sessions = int(sys.argv[1]) if len(sys.argv) > 1 else SESSIONS
    began, table = perf_counter(), Table(sessions)
    drawn, usual, whole = ensembles(sessions)
    at_end = PLANNED_MIN // EVERY_MIN
    mean, sd = mean_sd(drawn.systolic[at_end])
    table.row("systolic_change_40_min", mean, "mmHg", 15.0, 17.0)
    table.row("systolic_change_40_min_sd", sd, "mmHg", 9.7, 12.7)
    mean, sd = mean_sd(drawn.diastolic[at_end])
    table.row("diastolic_change_40_min", mean, "mmHg", 10.2, 11.8)
    table.row("diastolic_change_40_min_sd", sd, "mmHg", 7.3, 9.7)
    means = [mean_sd(sums)[0] for sums in drawn.systolic[1:]]
    table.row("time_of_greatest_mean_change", (means.index(max(means)) + 1) * EVERY_MIN, "min", 35.0, 45.0)
    table.row("sessions_with_180", 100 * drawn.severe / drawn.sessions, "%", 0.5, 2.5)
    table.row("sessions_with_160", 100 * drawn.high / drawn.sessions, "%", 15.0, 18.0)
    table.row("systolic_change_60_min_after", mean_sd(usual.systolic[-1])[0], "mmHg", 2.5, 4.5)
    for minute, wanted in ((20, 0.57), (30, 0.81)):
        share = usual.met[minute] / usual.excursions
        table.row(f"systolic_returned_by_{minute}_min", share, "share", wanted - 0.05, wanted + 0.05)
        share = usual.back[minute] / usual.excursions
        figure(f"acceptance_systolic_first_in_band_by_{minute}_min", share, "share", sessions=sessions)
    figure("acceptance_excursions", 100 * usual.excursions / usual.sessions, "%", sessions=sessions)
    tell_whole(whole)
    lasted = perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    conditions = {"sessions": 3 * sessions, "whole_sessions": sessions, "processes": PROCESSES}
    figure("acceptance_processor_time", used.ru_utime + used.ru_stime, "s", **conditions)
    figure("acceptance_time", lasted, "s", target=[0.0, ALLOWED_S], within=lasted <= ALLOWED_S, **conditions)
    table.say()


def tell_whole(whole: Whole) -> None:
    """What the core made of whole sessions: the clinic's own measures, without a target in the documents."""
    conditions = {"sessions": whole.sessions, "inputs": whole.inputs}
    figure("whole_processor_time", whole.lasted_s, "s", **conditions)
    figure("whole_inputs_a_second", whole.inputs / whole.lasted_s, "inputs/s of a processor", **conditions)
    figure("whole_alarms_a_session", sum(whole.alarms.values()) / whole.sessions, "alarms", **conditions)
    for priority in PRIORITIES:
        figure(
            f"whole_{priority}_alarms_a_session", whole.priorities[priority] / whole.sessions, "alarms", **conditions
        )
    often = {name: round(times / whole.sessions, 4) for name, times in whole.alarms.most_common()}
    figure("whole_sessions_without_alarm", 100 * whole.silent / whole.sessions, "%", **conditions, alarms=often)
    figure("whole_sessions_with_180", 100 * whole.severe / whole.sessions, "%", **conditions)
    for verdict, times in whole.verdicts.most_common():
        figure("whole_verdict", 100 * times / whole.sessions, "%", verdict=verdict, **conditions)


if __name__ == "__main__":
    main()
