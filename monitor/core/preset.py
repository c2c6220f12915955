"""A preset's TOML table to a Ruleset. Every mistake names the key and the remedy; nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from config.vocabulary import Metric, Priority
from monitor.core.errors import ConfigError
from monitor.core.limits import AlarmLimit, Choose, Comparison
from monitor.core.preset_table import Table
from monitor.core.ruleset import (
    BaselineRule,
    Clear,
    CuffRule,
    CuffSchedule,
    HoldLimits,
    Level,
    LevelRule,
    NoDataRule,
    OfflineRule,
    OverdueRule,
    ReturnAlarmRule,
    ReturnRule,
    RuleId,
    Ruleset,
    ServiceRule,
    Timing,
    ValidationLimits,
)

PHYSIOLOGICAL = (
    "SPO2_CRIT",
    "SPO2_LOW",
    "PR_XLOW",
    "PR_LOW",
    "PR_HIGH",
    "PR_XHIGH",
    "SBP_CRIT",
    "DBP_CRIT",
    "SBP_HIGH",
    "DBP_HIGH",
    "SBP_LOW",
    "SBP_XLOW",
    "MAP_XLOW",
)
"""Every preset has these: an alarm that was left out or misspelt would be silent for good."""
LEVEL_METRICS = (Metric.SPO2, Metric.PULSE_RATE)
CUFF_METRICS = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN)
# Order of the technical rules behind the physiological ones, as the tables print them.
TECHNICAL = (
    "RTB_OVERDUE",
    "RTB_REVOKED",
    "SPO2_NO_DATA",
    "DEVICE_OFFLINE",
    "NIBP_OVERDUE",
    "STORAGE",
    "PAGER_FAIL",
    "ID_CONFLICT",
    "CORE_FAULT",
)


def _limit(table: Table, *, base: AlarmLimit | None = None) -> AlarmLimit:
    named = [comparison for comparison in Comparison if comparison.value in table]
    above_trigger = "at_least_above_trigger" in table
    if len(named) + above_trigger != 1:
        words = ", ".join([*Comparison, *([] if base is None else ["at_least_above_trigger"])])
        raise ConfigError(f"{table.where('')[:-1]}: exactly one of {words} is wanted")
    if above_trigger:
        if base is None:
            where = table.where("at_least_above_trigger")
            raise ConfigError(f"{where}: only a clear condition can refer to its trigger")
        margin = table.number("at_least_above_trigger")
        return AlarmLimit(
            Comparison.AT_LEAST,
            base.absolute + margin,
            base.factor,
            base.offset + margin,
            base.choose,
            None if base.never_below is None else base.never_below + margin,
        )
    factor = table.number("baseline_factor") if "baseline_factor" in table else None
    never_below = table.number("never_below") if "never_below" in table else None
    if factor is None:
        return AlarmLimit(named[0], table.number(named[0].value), never_below=never_below)
    try:
        choose = Choose(table.word("choose"))
    except ValueError:
        raise ConfigError(f"{table.where('choose')}: lower or higher is wanted") from None
    offset = table.number("baseline_offset", 0.0)
    return AlarmLimit(named[0], table.number(named[0].value), factor, offset, choose, never_below)


def _rule_id(table: Table, name: str, order: int) -> RuleId:
    """`latched`, `group` and its `rank` may be left out of technical rules, which do not latch (rulings 2.8)."""
    latched = table.flag("latched") if name in PHYSIOLOGICAL else False
    if "group" not in table:
        return RuleId(name, order, latched)
    return RuleId(name, order, latched, table.word("group"), table.whole("rank"))


def _level_rule(table: Table, rule: RuleId, metric: Metric, timing: Timing) -> LevelRule:
    trigger_table = table.table("trigger")
    trigger = _limit(trigger_table)
    trigger_table.done()
    clears = []
    for entry in table.tables("clear"):
        clears.append(Clear(_limit(entry, base=trigger), entry.duration("for_s", 0)))
        entry.done()
    return LevelRule(
        rule=rule,
        metric=metric,
        trigger=trigger,
        priority=table.priority("priority"),
        delay=table.duration("delay_s"),
        clears=tuple(clears),
        keep_invalid=table.duration("keep_invalid_s") if "keep_invalid_s" in table else timing.invalid,
        rises_to=table.priority("rises_to") if "rises_to" in table else None,
        rises_after=table.duration("rises_after_s") if "rises_to" in table else 0,
        doubtful_delay=table.duration("doubtful_delay_s") if "doubtful_delay_s" in table else None,
    )


def _cuff_rule(table: Table, rule: RuleId, metric: Metric) -> CuffRule:
    trigger_table = table.table("trigger")
    trigger = _limit(trigger_table)
    trigger_table.done()
    clear = table.tables("clear")
    if len(clear) != 1:
        raise ConfigError(f"{table.where('clear')}: a rule on cuff readings has one clear condition")
    cleared = _limit(clear[0], base=trigger)
    clear[0].done()
    at_once, at_once_priority = None, Priority.HIGH
    if "at_once" in table:
        entry = table.table("at_once")
        at_once, at_once_priority = _limit(entry), entry.priority("priority")
        entry.done()
    counts = table.word("second_counts") if "second" in table else "consecutive"
    if counts not in ("consecutive", "any"):
        raise ConfigError(f"{table.where('second_counts')}: consecutive or any is wanted, not {counts!r}")
    return CuffRule(
        rule=rule,
        metric=metric,
        trigger=trigger,
        priority=table.priority("priority"),
        clear=cleared,
        second=table.priority("second") if "second" in table else None,
        consecutive=counts == "consecutive",
        at_once=at_once,
        at_once_priority=at_once_priority,
        suspect_counts=table.flag("suspect_counts", False),
    )


def _levels(table: Table, key: str) -> tuple[Level, ...]:
    levels = []
    for entry in table.tables(key):
        levels.append(Level(entry.duration("after_s"), entry.priority("priority")))
        entry.done()
    return tuple(levels)


def _timing(table: Table) -> Timing:
    timing = Timing(
        stand=table.duration("stand_s"),
        calm=table.duration("calm_s"),
        invalid=table.duration("invalid_s"),
        stale=table.duration("stale_s"),
        remind_high=table.duration("remind_high_s"),
        remind_medium=table.duration("remind_medium_s"),
    )
    table.done()
    return timing


def _validation(table: Table) -> ValidationLimits:
    limits = ValidationLimits(
        spo2_range=table.pair("spo2_range"),
        pulse_range=table.pair("pulse_range"),
        perfusion_invalid=table.number("perfusion_invalid"),
        perfusion_suspect=table.number("perfusion_suspect"),
        spo2_step=table.number("spo2_step"),
        spo2_step_within=table.duration("spo2_step_s"),
        spo2_step_hold=table.duration("spo2_step_hold_s"),
        pulse_step=table.number("pulse_step"),
        pulse_step_within=table.duration("pulse_step_s"),
        pulse_step_hold=table.duration("pulse_step_hold_s"),
        systolic_range=table.pair("systolic_range"),
        diastolic_range=table.pair("diastolic_range"),
        mean_range=table.pair("mean_range"),
        pulse_pressure_range=table.pair("pulse_pressure_range"),
        mean_fraction=table.pair("mean_fraction"),
        cuff_pulse_range=table.pair("cuff_pulse_range"),
        measured_within=table.duration("measured_within_s"),
    )
    table.done()
    return limits


def _cuff(table: Table) -> CuffSchedule:
    schedule = CuffSchedule(
        table.duration("interval_s"), table.duration("returned_interval_s"), table.duration("returned_after_s")
    )
    table.done()
    return schedule


def _baseline(table: Table) -> BaselineRule:
    rule = BaselineRule(
        window=table.duration("window_s"),
        newest=table.duration("newest_s"),
        spacing=table.duration("spacing_s"),
        rest=table.duration("rest_s"),
        range_a=table.number("range_a"),
        wave_window=table.duration("wave_window_s"),
        wave_valid_a=table.duration("wave_seconds_a"),
        wave_valid_c=table.duration("wave_seconds_c"),
    )
    table.done()
    return rule


def _hold(table: Table) -> HoldLimits:
    hold = HoldLimits(
        table.number("systolic"),
        table.number("diastolic"),
        table.number("pulse_high"),
        table.number("pulse_low"),
        table.number("spo2"),
    )
    table.done()
    return hold


def _return(table: Table) -> ReturnRule:
    rule = ReturnRule(
        tolerance=table.number("tolerance"),
        floors={
            Metric.SYSTOLIC: table.number("floor_systolic"),
            Metric.DIASTOLIC: table.number("floor_diastolic"),
            Metric.MEAN: table.number("floor_mean"),
            Metric.PULSE_RATE: table.number("floor_pulse"),
        },
        spo2_points=table.number("spo2_points"),
        far=table.number("far"),
        spacing=table.duration("spacing_s"),
        grace=table.duration("grace_s"),
        candidate=table.duration("candidate_s"),
        overdue_medium=table.duration("overdue_medium_s"),
    )
    table.done()
    return rule


def _return_alarm(table: Table, rule: RuleId) -> ReturnAlarmRule:
    first, graver = _two_priorities(table)
    table.done()
    return ReturnAlarmRule(rule, first, graver)


def _service_rule(table: Table, rule: RuleId) -> ServiceRule:
    priorities = _priorities(table)
    ends_after = table.duration("ends_after_s") if "ends_after_s" in table else None
    table.done()
    return ServiceRule(rule, priorities[0], priorities[-1], ends_after)


def _two_priorities(table: Table) -> tuple[Priority, Priority]:
    found = _priorities(table)
    if len(found) != 2:
        raise ConfigError(f"{table.where('levels')}: two levels are wanted")
    return found[0], found[1]


def _priorities(table: Table) -> list[Priority]:
    found = []
    for entry in table.tables("levels"):
        found.append(entry.priority("priority"))
        entry.done()
    return found


def _no_data(table: Table, rule: RuleId) -> NoDataRule:
    found = NoDataRule(
        rule=rule,
        infusing=_levels(table, "infusing"),
        other=_levels(table, "other"),
        high_after=table.duration("high_after_s"),
        high_below=table.number("high_below"),
        window=table.duration("window_s"),
        window_valid=table.duration("window_valid_s"),
    )
    table.done()
    return found


def _offline(table: Table, rule: RuleId) -> OfflineRule:
    infusing, other = _levels(table, "infusing"), _levels(table, "other")
    if len(infusing) != 1 or len(other) != 1:
        raise ConfigError(f"{table.where('infusing')}: DEVICE_OFFLINE has one level per kind of phase")
    found = OfflineRule(rule, infusing[0], other[0], table.duration("poll_after_s"))
    table.done()
    return found


def _overdue(table: Table, rule: RuleId) -> OverdueRule:
    levels = []
    for entry in table.tables("levels"):
        levels.append((entry.number("intervals"), entry.priority("priority")))
        entry.done()
    table.done()
    return OverdueRule(rule, tuple(levels))


def build_ruleset(preset: Mapping[str, Any], source: str) -> Ruleset:
    """The Ruleset of one preset table; `source` names the file in messages.

    Raises:
        ConfigError: a key is missing, unknown or of the wrong kind.
    """
    try:
        return _build(Table(preset, ""))
    except ConfigError as error:
        raise ConfigError(f"{source}: {error}") from None


def _build(root: Table) -> Ruleset:
    head = root.table("preset")
    name, title, version = head.word("name"), head.word("title"), head.whole("version")
    head.done()
    timing = _timing(root.table("timing"))
    levels: list[LevelRule] = []
    cuffs: list[CuffRule] = []
    rules = root.table("rules")
    for rule_name in PHYSIOLOGICAL:
        rules.raw(rule_name)
    rules.done()
    for order, rule_name in enumerate(rules.keys()):
        table = rules.table(rule_name)
        rule = _rule_id(table, rule_name, order)
        word = table.word("metric")
        if word in LEVEL_METRICS:
            levels.append(_level_rule(table, rule, Metric(word), timing))
        elif word in CUFF_METRICS:
            cuffs.append(_cuff_rule(table, rule, Metric(word)))
        else:
            known = ", ".join(metric.value for metric in LEVEL_METRICS + CUFF_METRICS)
            raise ConfigError(f"{table.where('metric')}: {word!r} has no rules; known: {known}")
        table.done()
    technical = root.table("technical")
    found = {
        key: (table := technical.table(key), _rule_id(table, key, len(rules.keys()) + index))
        for index, key in enumerate(TECHNICAL)
    }
    ruleset = Ruleset(
        name=name,
        title=title,
        version=version,
        timing=timing,
        validation=_validation(root.table("validation")),
        cuff=_cuff(root.table("cuff")),
        baseline=_baseline(root.table("baseline")),
        hold=_hold(root.table("hold")),
        recovery=_return(root.table("return")),
        levels=tuple(levels),
        cuffs=tuple(cuffs),
        no_data=_no_data(*found["SPO2_NO_DATA"]),
        offline=_offline(*found["DEVICE_OFFLINE"]),
        overdue=_overdue(*found["NIBP_OVERDUE"]),
        rtb_overdue=_return_alarm(*found["RTB_OVERDUE"]),
        rtb_revoked=_return_alarm(*found["RTB_REVOKED"]),
        storage=_service_rule(*found["STORAGE"]),
        pager_fail=_service_rule(*found["PAGER_FAIL"]),
        id_conflict=_service_rule(*found["ID_CONFLICT"]),
        core_fault=_service_rule(*found["CORE_FAULT"]),
    )
    technical.done()
    root.done()
    return ruleset
