"""What the patient was like before the drug (ketamine-monitoring 5.2; rulings, section 4).

Frozen when the infusion starts, never recomputed from later data, stored with its inputs and grade.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import mean, median

from config.instant import Duration, Instant
from config.vocabulary import Grade, Metric
from monitor.core.ruleset import BaselineRule
from monitor.core.track import Track

CUFF_METRICS = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN)
WAVE_METRICS = (Metric.PULSE_RATE, Metric.SPO2)
METRICS = (*CUFF_METRICS, *WAVE_METRICS)
REQUIRED = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.PULSE_RATE, Metric.SPO2)
"""A start needs these (rulings, section 4); a cuff without a mean may still be used."""


@dataclass(frozen=True, slots=True)
class PressureReading:
    """The VALID pressures of one cuff measurement, mmHg; None where not valid. `number` counts in the session.

    `source` is `manual` for a reading that a person entered.
    """

    at: Instant
    number: int
    systolic: float | None
    diastolic: float | None
    mean: float | None
    source: str | None = None

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


def from_readings(
    readings: Sequence[PressureReading],
    metric: Metric,
    start: Instant,
    activities: Sequence[Instant],
    rule: BaselineRule,
) -> Baseline:
    """Baseline of a cuff metric from the valid readings before `start`."""
    taken: list[tuple[Instant, PressureReading, float]] = []
    for reading in sorted(readings, key=lambda entry: entry.at, reverse=True):
        value = reading.value(metric)
        if value is None or not start - rule.window <= reading.at < start:
            continue
        if any(reading.at - rule.rest < moment <= reading.at for moment in activities):
            continue
        if taken and taken[-1][0] - reading.at < rule.spacing:
            continue
        taken.append((reading.at, reading, value))
    if not taken or start - taken[0][0] > rule.newest:
        return NO_BASELINE
    newest = taken[:3]
    values = [value for _, _, value in newest]
    inputs = [_named(reading) for _, reading, _ in newest]
    if len(values) >= 3:
        grade = Grade.A if max(values) - min(values) <= rule.range_a else Grade.B
        return Baseline(median(values), grade, inputs)
    if len(values) == 2:
        return Baseline(mean(values), Grade.B, inputs)
    return Baseline(values[0], Grade.C, inputs)


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
