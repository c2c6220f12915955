"""The physiological rules of a preset (alarm-system 3.1)."""

from __future__ import annotations

from config.vocabulary import Metric, Priority
from monitor.core.errors import ConfigError
from monitor.core.preset.limits import limit, relative_limit
from monitor.core.preset.table import Table
from monitor.core.rules.limits import AlarmLimit
from monitor.core.rules.patient import Clear, CuffRule, LevelRule, RecentMedian
from monitor.core.rules.rule_id import RuleId
from monitor.core.rules.sections import Timing


def level_rule(table: Table, rule: RuleId, metric: Metric, timing: Timing) -> LevelRule:
    """A rule on a metric that is there all the time."""
    trigger = limit(table.table("trigger"))
    median = _median(table.table("median")) if "median" in table else None
    relative = "baseline" if median is None else "median"
    also = _also(table, trigger, relative) if "also" in table or median is not None else None
    clears = []
    for entry in table.tables("clear"):
        cleared = limit(entry, base=trigger) if also is None else relative_limit(entry, relative)
        clears.append(Clear(cleared, entry.duration("for_s", 0)))
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
        also=also,
        median=median,
        asks_cuff=table.flag("asks_cuff", False),
        takes_mismatch=table.flag("takes_mismatch", False),
    )


def _also(table: Table, trigger: AlarmLimit, relative: str) -> AlarmLimit:
    found = relative_limit(table.table("also"), relative)
    if found.comparison.is_lower_bound is not trigger.comparison.is_lower_bound:
        raise ConfigError(f"{table.where('also')}: a limit on the same side as the trigger is wanted")
    return found


def _median(table: Table) -> RecentMedian:
    found = RecentMedian(
        window=table.duration("window_s"),
        valid=table.duration("valid_s"),
        fallen_from=table.number("fallen_from"),
        within=table.duration("within_s"),
    )
    if not 0 < found.fallen_from <= 1:
        raise ConfigError(f"{table.where('fallen_from')}: a part between 0 and 1 is wanted, not {found.fallen_from!r}")
    return found


def cuff_rule(table: Table, rule: RuleId, metric: Metric) -> CuffRule:
    """A rule on single cuff readings."""
    trigger = limit(table.table("trigger"))
    clear = table.tables("clear")
    if len(clear) != 1:
        raise ConfigError(f"{table.where('clear')}: a rule on cuff readings has one clear condition")
    cleared = limit(clear[0], base=trigger)
    at_once, at_once_priority = None, Priority.HIGH
    if "at_once" in table:
        entry = table.table("at_once")
        at_once, at_once_priority = limit(entry), entry.priority("priority")
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
        repeat=table.flag("repeat", False),
    )
