"""What the patient was like before the drug (ketamine-monitoring 5.2; rulings, section 4).

Frozen when the infusion starts, never recomputed from later data, stored with its inputs and grade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean, median

from config.instant import Duration, Instant
from config.vocabulary import Grade, Metric
from monitor.core.rules.sections import BaselineRule
from monitor.core.track import Track

CUFF_METRICS = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN)
WAVE_METRICS = (Metric.PULSE_RATE, Metric.SPO2)
METRICS = (*CUFF_METRICS, *WAVE_METRICS)
REQUIRED = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.PULSE_RATE, Metric.SPO2)
"""A start needs these (rulings, section 4); a cuff without a mean may still be used."""


@dataclass(frozen=True, slots=True)
class PressureReading:
    """The VALID pressures of one cuff measurement, mmHg; None where not valid. `number` counts in the session.

    `source` is `manual` for a reading that a person entered, `limb` where the cuff was.
    """

    at: Instant
    number: int
    systolic: float | None
    diastolic: float | None
    mean: float | None
    source: str | None = None
    limb: str | None = None

    @property
    def whole(self) -> bool:
        """Whether systolic and diastolic are both there."""
        return self.systolic is not None and self.diastolic is not None

    def value(self, metric: Metric) -> float | None:
        """One of the three."""
        if metric is Metric.SYSTOLIC:
            return self.systolic
        return self.diastolic if metric is Metric.DIASTOLIC else self.mean


@dataclass(frozen=True, slots=True)
class Baseline:
    """One metric's baseline: value in its unit, grade, and what it was taken from."""

    value: float | None
    grade: Grade
    inputs: list[str] = field(default_factory=list)


NO_BASELINE = Baseline(None, Grade.NONE)


def usable(
    readings: Sequence[PressureReading],
    metric: Metric,
    start: Instant,
    activities: Sequence[Instant],
    rule: BaselineRule,
) -> list[PressureReading]:
    """The readings before `start` that a baseline may be taken from, newest first; none when the newest is too old."""
    taken: list[PressureReading] = []
    for reading in sorted(readings, key=lambda entry: entry.at, reverse=True):
        if reading.value(metric) is None or not start - rule.window <= reading.at < start:
            continue
        if any(reading.at - rule.rest < moment <= reading.at for moment in activities):
            continue
        if taken and taken[-1].at - reading.at < rule.spacing:
            continue
        taken.append(reading)
    return [] if taken and start - taken[0].at > rule.newest else taken


def from_readings(
    readings: Sequence[PressureReading],
    metric: Metric,
    start: Instant,
    activities: Sequence[Instant],
    rule: BaselineRule,
    limb: str | None = None,
) -> Baseline:
    """Baseline of a cuff metric from the valid readings before `start`; `limb` is where the cuff is then."""
    taken = usable(readings, metric, start, activities, rule)
    newest = taken[:3]
    values = [value for reading in newest if (value := reading.value(metric)) is not None]
    if not values:
        return NO_BASELINE
    inputs = [_named(reading) for reading in newest]
    if len(values) == 1:
        return Baseline(values[0], Grade.C, inputs)
    if len(values) == 2:
        value, grade = mean(values), Grade.B
    else:
        value, grade = median(values), Grade.A if max(values) - min(values) <= rule.range_a else Grade.B
    return Baseline(value, grade if _comparable(newest, metric, limb, rule) else Grade.C, inputs)


def _comparable(newest: Sequence[PressureReading], metric: Metric, limb: str | None, rule: BaselineRule) -> bool:
    """Whether all were taken where the cuff is now, or a pair of readings shows both arms alike (5.3)."""
    here = [reading for reading in newest if reading.limb is None or limb is None or reading.limb == limb]
    elsewhere = [reading for reading in newest if reading not in here]
    if not elsewhere:
        return True
    most = rule.third_diastolic if metric is Metric.DIASTOLIC else rule.third_systolic
    return any(
        abs(one.at - other.at) <= rule.pair and abs((one.value(metric) or 0) - (other.value(metric) or 0)) <= most
        for one in here
        for other in elsewhere
    )


def by_hand(values: Sequence[tuple[Instant, float]], start: Instant, window: Duration) -> Baseline:
    """Pulse rate or SpO2 that a person read off another device within `window` before `start`: the newest, grade C."""
    known = [entry for entry in values if start - window <= entry[0] < start]
    if not known:
        return NO_BASELINE
    return Baseline(max(known, key=lambda entry: entry[0])[1], Grade.C, ["manual"])


def _named(reading: PressureReading) -> str:
    return f"reading-{reading.number}" if reading.source is None else f"reading-{reading.number} {reading.source}"


def from_track(track: Track, start: Instant, opened_at: Instant, rule: BaselineRule) -> Baseline:
    """Baseline of pulse rate or SpO2 from the valid time before `start`."""
    value, covered = track.median(max(opened_at, start - rule.wave_window), start)
    if value is None or covered < rule.wave_valid_c:
        return NO_BASELINE
    return Baseline(value, _wave_grade(covered, rule), [f"{round(covered / 1_000_000)} valid s"])


def _wave_grade(covered: Duration, rule: BaselineRule) -> Grade:
    return Grade.A if covered >= rule.wave_valid_a else Grade.C
