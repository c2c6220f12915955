"""The rules of a preset that go by more than one metric, or by what a person says (alarm-system 3.1)."""

from __future__ import annotations

from config.vocabulary import Happening, Metric
from monitor.core.errors import ConfigError
from monitor.core.preset.limits import limit
from monitor.core.preset.table import Table
from monitor.core.rules.limits import AlarmLimit, Comparison
from monitor.core.rules.patient import (
    BreathingRule,
    Clear,
    LevelRule,
    PulseLostRule,
    RelativeLimit,
    RelativePressureRule,
    SedationRule,
    SymptomRule,
)
from monitor.core.rules.rule_id import RuleId
from monitor.core.rules.sections import Timing


def pulse_lost(table: Table, rule: RuleId, timing: Timing) -> PulseLostRule:
    """PULSE_LOST."""
    present = AlarmLimit(Comparison.AT_LEAST, 1.0)
    level = LevelRule(
        rule=rule,
        metric=Metric.PULSE_RATE,
        trigger=AlarmLimit(Comparison.BELOW, 1.0),
        priority=table.priority("priority"),
        delay=table.duration("delay_s"),
        clears=(Clear(present, table.duration("clear_s")),),
        keep_invalid=timing.invalid,
    )
    return PulseLostRule(rule, level, table.duration("good_s"))


def breathing(table: Table, rule: RuleId, timing: Timing) -> BreathingRule:
    """RR_LOW."""
    counted, derived = limit(table.table("counted")), limit(table.table("derived"))
    entries = table.tables("clear")
    if len(entries) != 1:
        raise ConfigError(f"{table.where('clear')}: RR_LOW has one clear condition")
    cleared = Clear(limit(entries[0]), entries[0].duration("for_s", 0))
    delay = table.duration("delay_s")
    level = LevelRule(
        rule=rule,
        metric=Metric.RESP_RATE_PLETH,
        trigger=derived,
        priority=table.priority("priority"),
        delay=delay,
        clears=(cleared,),
        keep_invalid=timing.invalid,
    )
    return BreathingRule(rule, counted, cleared.limit, delay, level, table.number("quality"))


def relative_pressure(table: Table, rule: RuleId, timing: Timing) -> RelativePressureRule:
    """BP_REL."""
    limits = []
    for metric in (Metric.SYSTOLIC, Metric.DIASTOLIC):
        entry = table.table(metric.value)
        factor = entry.number("times_baseline") if "times_baseline" in entry else None
        limits.append(RelativeLimit(metric, entry.number("above_baseline"), factor))
    return RelativePressureRule(
        rule, tuple(limits), table.number("clear_below"), table.priority("priority"), table.priority("second_priority")
    )


def sedation(table: Table, rule: RuleId, timing: Timing) -> SedationRule:
    """SEDATION_DEEP."""
    return SedationRule(rule, table.priority("priority"), limit(table.table("trigger")))


def symptom(table: Table, rule: RuleId, timing: Timing) -> SymptomRule:
    """SYMPTOM."""
    kinds = table.raw("kinds")
    known = frozenset(Happening)
    if (
        not isinstance(kinds, list)
        or not kinds
        or any(not isinstance(kind, str) or kind not in known for kind in kinds)
    ):
        raise ConfigError(f"{table.where('kinds')}: a list of kinds of events is wanted, out of {', '.join(Happening)}")
    return SymptomRule(rule, table.priority("priority"), frozenset(kinds))
