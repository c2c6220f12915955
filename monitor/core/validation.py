"""Verdicts on values, each with its reason (signals-and-simulation, section 1).

Only VALID feeds alarms, baseline and return, except where a rule of the rulings names the doubtful. A
verdict is never rewritten; a later re-judgement is a new event.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from config.instant import SECOND, Duration, Instant
from config.vocabulary import Flag, Metric, Verdict
from monitor.core.inputs import OximeterSample
from monitor.core.rules.sections import ValidationLimits

# V1: these flags mean that the numbers beside them say nothing about the patient now.
NO_SIGNAL = frozenset({Flag.SENSOR_OFF, Flag.NO_FINGER, Flag.SEARCHING, Flag.OUT_OF_TRACK})


class Judgement(NamedTuple):
    """A verdict with its reason; `doubtful` marks what some rules still take (rulings 3, V10)."""

    verdict: Verdict
    reason: str | None = None
    doubtful: bool = False


VALID = Judgement(Verdict.VALID)
ABSENT = Judgement(Verdict.INVALID, "absent")
DEVICE_INVALID = Judgement(Verdict.INVALID, "device")
RANGE_INVALID = Judgement(Verdict.INVALID, "range")
PERFUSION_INVALID = Judgement(Verdict.INVALID, "perfusion")
PERFUSION_SUSPECT = Judgement(Verdict.SUSPECT, "perfusion", doubtful=True)
LOW_PERFUSION = Judgement(Verdict.SUSPECT, "device", doubtful=True)
ARTIFACT = Judgement(Verdict.SUSPECT, "device")
STEP = Judgement(Verdict.SUSPECT, "step")
STUCK = Judgement(Verdict.SUSPECT, "stuck")
MOTION = Judgement(Verdict.SUSPECT, "motion")
PULSE_MISMATCH = Judgement(Verdict.SUSPECT, "pulse_mismatch", doubtful=True)
CUFF = Judgement(Verdict.INVALID, "cuff")
LATE = Judgement(Verdict.VALID, "late")


def signal_judgement(sample: OximeterSample, invalid_below: float, suspect_below: float) -> Judgement:
    """What flags and perfusion say about both numbers of a sample (V1, V4, V9); the device's floors in %.

    Weak perfusion comes before movement, as it does where the pleth tells of it: SPO2_CRIT must hear a weak signal.
    """
    flags = sample.flags
    if flags and flags & NO_SIGNAL:
        return DEVICE_INVALID
    perfusion = sample.perfusion_index
    if perfusion is not None and perfusion < invalid_below:
        return PERFUSION_INVALID
    if Flag.ARTIFACT in flags:
        return ARTIFACT
    if perfusion is not None:
        if perfusion < suspect_below:
            return PERFUSION_SUSPECT
    elif Flag.LOW_PERFUSION in flags:
        return LOW_PERFUSION
    return MOTION if Flag.MOTION in flags else VALID


def number_judgement(value: float | None, bounds: tuple[float, float], signal: Judgement) -> Judgement:
    """One number within what the signal allows (V2, V3)."""
    if signal.verdict is Verdict.INVALID:
        return signal
    if value is None:
        return ABSENT
    if not bounds[0] <= value <= bounds[1]:
        return RANGE_INVALID
    return signal


HELD_WITHIN: Duration = 30 * SECOND
"""V5 and V6 hold a metric's samples back for no longer than their time in this, however often it steps."""


class HeldSample(NamedTuple):
    """One sample held back by the step rule, and until when it stands."""

    at: Instant
    value: float
    until: Instant


@dataclass(slots=True)
class StepHold:
    """V5 and V6: a sudden change is SUSPECT until it has stood for a while, then VALID whatever else shows.

    Attributes:
        reference: the last VALID value before the change; None while nothing is held.
        samples: held so far; they count towards a delay once the change is believed.
        past: (end, length) of what was held back before, newest last; only `HELD_WITHIN`'s worth.
    """

    reference: float | None = None
    samples: list[HeldSample] = field(default_factory=list)
    past: list[tuple[Instant, Duration]] = field(default_factory=list)

    def believed_at(self, hold: Duration) -> Instant | None:
        """When the change is believed if it still stands then."""
        return self.samples[0].at + self.left(hold) if self.samples else None

    def left(self, hold: Duration) -> Duration:
        """How much of `hold` a change may still be held back for."""
        return hold - sum(length for _, length in self.past)

    def forget(self, before: Instant) -> None:
        """What was held back before then counts no longer."""
        while self.past and self.past[0][0] < before:
            del self.past[0]

    def cut(self, at: Instant) -> None:
        """The metric's next sample has come: the last held one stands no longer."""
        if self.samples and self.samples[-1].until > at:
            self.samples[-1] = self.samples[-1]._replace(until=at)

    def release(self) -> list[HeldSample]:
        """Give up the held samples."""
        held, self.samples, self.reference = self.samples, [], None
        if held:
            self.past.append((held[-1].until, held[-1].until - held[0].at))
        return held


@dataclass(frozen=True, slots=True)
class StepRule:
    """The numbers of V5 or V6; `both_ways` False watches falls only."""

    points: float
    within: Duration
    hold: Duration
    both_ways: bool

    def stepped(self, value: float, reference: float) -> bool:
        """Whether `value` lies further from `reference` than the rule allows."""
        change = reference - value
        return abs(change) > self.points if self.both_ways else change > self.points


def step_rules(limits: ValidationLimits) -> dict[Metric, StepRule]:
    """V5 for SpO2, V6 for the pulse rate."""
    return {
        Metric.SPO2: StepRule(limits.spo2_step, limits.spo2_step_within, limits.spo2_step_hold, both_ways=False),
        Metric.PULSE_RATE: StepRule(
            limits.pulse_step, limits.pulse_step_within, limits.pulse_step_hold, both_ways=True
        ),
    }
