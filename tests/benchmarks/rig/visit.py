"""One simulated visit through the alarm core, second by second: patient, oximeter, a cuff that the core asks, a nurse.

No wire, no journal and no station: what is left is the patient simulator and the core. The nurse answers every HIGH and
MEDIUM alarm after half a minute; the cuff measures when the core asks for it, as far as its cable is in.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from time import process_time

from config.instant import SECOND, Instant
from config.vocabulary import CuffState, LinkState
from monitor.core.bed import new_bed
from monitor.core.bed_state import DeviceSetup, Setup
from monitor.core.events import Event, EventKind
from monitor.core.inputs import (
    Acknowledge,
    CuffActivity,
    CuffMeasurement,
    Input,
    LinkChange,
    MeasurementRefused,
    OximeterSample,
)
from monitor.core.rules.ruleset import Ruleset
from monitor.core.ward import Ward
from monitor.drill.nurse import to_input
from monitor.whatif.series import oximeter_sample
from simulator.chance import with_chance
from simulator.patient import VirtualPatient
from simulator.scenario import Device, Scenario, load_scenario
from simulator.vitals import Vitals
from tests.support.ward import shipped_rules

BED, OXIMETER, CUFF, NURSE = "bay-1", "ox-1", "cuff-1", "nurse-a"
MEASURING_S = 35
"""From the inflation to the reading (signals, section 5: 6-10 s up, 20-35 s down)."""
AHEAD_S = 30
"""The patient lives this far ahead of the core: taking turns each second, they push each other out of the processor's
caches. It is less than a measurement takes, so that each one that ends by then has been asked for."""
ANSWERED_S = 30
ALIVE_S = 10
"""A cuff's own sign of life."""


@dataclass(slots=True)
class Visit:
    """What the core made of one visit.

    Attributes:
        raised: alarms by rule and priority at their onset.
        verdict: the last on the return; None where there never was one.
        systolic: readings that gave a pressure, mmHg.
        refused: commands that were refused, by reason.
        lasted_s: processor time.
    """

    raised: Counter[tuple[str, str]] = field(default_factory=Counter)
    verdict: str | None = None
    systolic: list[float] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    inputs: int = 0
    lasted_s: float = 0.0


class _Play:
    """The visit while it goes on."""

    def __init__(self, story: Scenario, seed: int, rules: Ruleset) -> None:
        self._story = story
        self._patient: VirtualPatient = story.patient(seed, begin_s=0)
        devices = (
            DeviceSetup(OXIMETER, rules.timing.stand, 10 * SECOND),
            DeviceSetup(CUFF, rules.timing.stand, 60 * SECOND, startable=True),
        )
        self._ward = Ward(rules)
        self._ward.add(new_bed(Setup(BED, rules, devices), 0))
        self._due: list[tuple[int, int, Input | None]] = []
        """At a second: an input, or None: the cuff has measured."""
        self._readings: deque[Vitals] = deque()
        """Of the measurements to come, in their order."""
        self._order = count()
        self.visit = Visit()

    def run(self) -> Visit:
        began = process_time()
        for device in (OXIMETER, CUFF):
            self._feed(LinkChange(BED, device, LinkState.UP), 0)
        for at_s, item in self._plan():
            self._later(at_s, item)
        length = int(self._story.length_s)
        for first in range(0, length, AHEAD_S):
            for second, sample in list(self._ahead(range(first, min(first + AHEAD_S, length)))):
                self._second(second, sample)
        self.visit.lasted_s = process_time() - began
        return self.visit

    def _ahead(self, seconds: range) -> Iterator[tuple[int, OximeterSample]]:
        """What the oximeter will say, and what the cuff will find."""
        ends = Counter(at_s for at_s, _, item in self._due if item is None)
        for second in seconds:
            self._readings += [self._patient.cuff_reading() for _ in range(ends[second])]
            yield second, oximeter_sample(BED, OXIMETER, self._patient.oximeter())
            self._patient.advance(1.0)

    def _second(self, second: int, sample: OximeterSample) -> None:
        while self._due and self._due[0][0] <= second:
            item = heapq.heappop(self._due)[2]
            if item is not None:
                self._feed(item, second)
            else:
                self._measured(second)
        if self._story.connected(Device.OXIMETER, second):
            self._feed(sample, second)
        if second % ALIVE_S == 0 and self._story.connected(Device.CUFF, second):
            self._feed(CuffActivity(BED, CUFF, CuffState.IDLE), second)

    def _plan(self) -> Iterator[tuple[float, Input]]:
        """What nurse and cables have in store."""
        for action in self._story.nurse:
            item = to_input(BED, action, 0)
            if item is not None:
                yield action.at_s, item
        for change in self._story.links:
            device = OXIMETER if change.device is Device.OXIMETER else CUFF
            yield change.at_s, LinkChange(BED, device, LinkState.UP if change.connected else LinkState.DOWN)

    def _later(self, at_s: float, item: Input | None) -> None:
        heapq.heappush(self._due, (-int(-at_s // 1), next(self._order), item))

    def _feed(self, item: Input, second: int) -> None:
        at: Instant = second * SECOND
        self.visit.inputs += 1
        for event in self._ward.feed(item, at):
            self._heard(event, second)

    def _heard(self, event: Event, second: int) -> None:
        visit, data = self.visit, event.data
        if event.kind is EventKind.ALARM_RAISED:
            visit.raised[str(data["alarm"]), str(data["priority"])] += 1
            if data["priority"] in ("high", "medium"):
                self._later(second + ANSWERED_S, Acknowledge(BED, NURSE, str(data["alarm_id"])))
        elif event.kind is EventKind.NIBP_REQUESTED:
            self._asked(data["automatic"], second)
        elif event.kind is EventKind.RETURN_VERDICT and "superseded" not in data:
            visit.verdict = str(data["verdict"])
        elif event.kind is EventKind.COMMAND_REFUSED:
            visit.refused[str(data["reason"])] += 1

    def _asked(self, automatic: bool, second: int) -> None:
        """The service starts the cuff; where it must not, the nurse does."""
        if not self._story.connected(Device.CUFF, second):
            if automatic:
                self._later(second + 1, MeasurementRefused(BED, CUFF, "not connected"))
            return
        start = second + 1 if automatic else second + ANSWERED_S
        self._later(start, CuffActivity(BED, CUFF, CuffState.INFLATING))
        self._later(start + MEASURING_S, None)

    def _measured(self, second: int) -> None:
        seen = self._readings.popleft()
        if not self._story.connected(Device.CUFF, second):
            return
        values = [None if value is None else round(value) for value in (seen.systolic, seen.diastolic, seen.mean)]
        pulse = None if seen.pulse_rate is None else round(seen.pulse_rate)
        self._feed(CuffActivity(BED, CUFF, CuffState.IDLE), second)
        self._feed(CuffMeasurement(BED, CUFF, values[0], values[1], values[2], pulse, error=seen.cuff_error), second)
        if values[0] is not None:
            self.visit.systolic.append(values[0])


def play(story: Scenario, seed: int, rules: Ruleset) -> Visit:
    """The whole visit."""
    return _Play(story, seed, rules).run()


@dataclass(slots=True)
class Whole:
    """What the core made of whole sessions: alarms at their onset, verdicts, sessions with a reading of 180 or more."""

    sessions: int = 0
    alarms: Counter[str] = field(default_factory=Counter)
    priorities: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    silent: int = 0
    severe: int = 0
    inputs: int = 0
    lasted_s: float = 0.0
    """Processor time of patient, devices and core."""

    def add(self, other: Whole) -> None:
        """Take in another piece of work."""
        self.sessions += other.sessions
        self.alarms += other.alarms
        self.priorities += other.priorities
        self.verdicts += other.verdicts
        self.silent += other.silent
        self.severe += other.severe
        self.inputs += other.inputs
        self.lasted_s += other.lasted_s


def work_whole(first: int, count: int) -> Whole:
    """Whole sessions `first` and following."""
    total, usual, rules = Whole(), load_scenario("usual"), shipped_rules()
    for number in range(first, first + count):
        visit = play(with_chance(usual, number), number, rules)
        total.sessions += 1
        total.verdicts[visit.verdict or "none"] += 1
        total.silent += not visit.raised
        total.severe += max(visit.systolic, default=0.0) >= 180
        total.inputs += visit.inputs
        total.lasted_s += visit.lasted_s
        for (alarm, priority), times in visit.raised.items():
            total.alarms[alarm] += times
            total.priorities[priority] += times
    return total
