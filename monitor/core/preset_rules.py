"""The physiological rules of a preset (alarm-system 3.1)."""

from __future__ import annotations

from config.vocabulary import Metric, Priority
from monitor.core.errors import ConfigError
from monitor.core.preset_limits import limit
from monitor.core.preset_table import Table
from monitor.core.ruleset import Clear, CuffRule, LevelRule, RuleId, Timing


def level_rule(table: Table, rule: RuleId, metric: Metric, timing: Timing) -> LevelRule:
    """A rule on a metric that is there all the time."""
    trigger_table = table.table("trigger")
    trigger = limit(trigger_table)
    trigger_table.done()
    clears = []
    for entry in table.tables("clear"):
        clears.append(Clear(limit(entry, base=trigger), entry.duration("for_s", 0)))
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


def cuff_rule(table: Table, rule: RuleId, metric: Metric) -> CuffRule:
    """A rule on single cuff readings."""
    trigger_table = table.table("trigger")
    trigger = limit(trigger_table)
    trigger_table.done()
    clear = table.tables("clear")
    if len(clear) != 1:
        raise ConfigError(f"{table.where('clear')}: a rule on cuff readings has one clear condition")
    cleared = limit(clear[0], base=trigger)
    clear[0].done()
    at_once, at_once_priority = None, Priority.HIGH
    if "at_once" in table:
        entry = table.table("at_once")
        at_once, at_once_priority = limit(entry), entry.priority("priority")
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
