"""The rules on the patient's values as plain data: what table 3.1 of alarm-system says, and nothing decided here."""

from __future__ import annotations

from dataclasses import dataclass

from config.instant import Duration
from config.vocabulary import Metric, Priority
from monitor.core.rules.limits import AlarmLimit
from monitor.core.rules.rule_id import RuleId


@dataclass(frozen=True, slots=True)
class Clear:
    """One way to end a condition: `limit` met for `hold` of valid time; 0 = at the first valid value."""

    limit: AlarmLimit
    hold: Duration


@dataclass(frozen=True, slots=True)
class RecentMedian:
    """The metric's own median as it was when the trigger came, in the place of a baseline (VASOVAGAL, rulings 3).

    It is that of the last `window`, of which `valid` must be covered; `fallen_from` times it was reached within the
    last `within`, else the change is no sudden one.
    """

    window: Duration
    valid: Duration
    fallen_from: float
    within: Duration


@dataclass(frozen=True, slots=True)
class LevelRule:
    """A rule on a metric that is there all the time (SpO2, pulse rate).

    Attributes:
        also: a second limit on the same side, which must be met too.
        median: limits go by this instead of the baseline.
        asks_cuff: the onset asks for a cuff reading.
        takes_mismatch: takes a pulse rate that is SUSPECT for its difference from the cuff's (V10).
    """

    rule: RuleId
    metric: Metric
    trigger: AlarmLimit
    priority: Priority
    delay: Duration
    clears: tuple[Clear, ...]
    keep_invalid: Duration
    rises_to: Priority | None = None
    rises_after: Duration = 0
    doubtful_delay: Duration | None = None
    also: AlarmLimit | None = None
    median: RecentMedian | None = None
    asks_cuff: bool = False
    takes_mismatch: bool = False

    def triggered(self, value: float, baseline: float | None) -> bool:
        """Whether `value` meets every limit of the trigger."""
        return self.trigger.crossed(value, baseline) and (self.also is None or self.also.crossed(value, baseline))

    def limit(self, baseline: float | None) -> float:
        """The limit that decides; infinite while the rule is off for want of a baseline."""
        number = self.trigger.number(baseline)
        if self.also is None:
            return number
        choose = min if self.trigger.comparison.is_lower_bound else max
        return choose(number, self.also.number(baseline))


@dataclass(frozen=True, slots=True)
class CuffRule:
    """A rule on one cuff reading (pressures)."""

    rule: RuleId
    metric: Metric
    trigger: AlarmLimit
    priority: Priority
    clear: AlarmLimit
    second: Priority | None = None
    consecutive: bool = False
    at_once: AlarmLimit | None = None
    at_once_priority: Priority = Priority.HIGH
    suspect_counts: bool = False
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class PulseLostRule:
    """PULSE_LOST: `level` goes by 1 for a pulse and 0 for none; a good value must have stood within `good_within`."""

    rule: RuleId
    level: LevelRule
    good_within: Duration


@dataclass(frozen=True, slots=True)
class BreathingRule:
    """RR_LOW: on the rate counted by a person and on the one derived from the pleth.

    Attributes:
        counted, counted_clear: limits of a count; `span` is the time one count speaks for.
        derived: the rule of the derived rate, which counts from `quality` on.
    """

    rule: RuleId
    counted: AlarmLimit
    counted_clear: AlarmLimit
    span: Duration
    derived: LevelRule
    quality: float


@dataclass(frozen=True, slots=True)
class SedationRule:
    """SEDATION_DEEP: on MOAA/S as a person scores it."""

    rule: RuleId
    priority: Priority
    trigger: AlarmLimit


@dataclass(frozen=True, slots=True)
class SymptomRule:
    """SYMPTOM: kinds of events that are an alarm by themselves."""

    rule: RuleId
    priority: Priority
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class RelativeLimit:
    """`points` above a metric's baseline, or `factor` times the baseline where that is less."""

    metric: Metric
    points: float
    factor: float | None = None

    def number(self, baseline: float) -> float:
        """The limit, mmHg, not rounded."""
        limit = baseline + self.points
        return limit if self.factor is None else min(self.factor * baseline, limit)


@dataclass(frozen=True, slots=True)
class RelativePressureRule:
    """BP_REL: any of several pressures at or above its limit; over when each is more than `below` under it."""

    rule: RuleId
    limits: tuple[RelativeLimit, ...]
    below: float
    priority: Priority
    second: Priority
