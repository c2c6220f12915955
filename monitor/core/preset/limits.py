"""A limit and a rule's identity as a preset writes them."""

from __future__ import annotations

from monitor.core.errors import ConfigError
from monitor.core.preset.table import Table
from monitor.core.rules.limits import AlarmLimit, Choose, Comparison, never
from monitor.core.rules.rule_id import RuleId


def limit(table: Table, *, base: AlarmLimit | None = None) -> AlarmLimit:
    """A comparison and its number; a clear condition may refer to its trigger, which is `base` then."""
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
    if isinstance(table.raw(named[0].value), str):
        where = table.where(named[0].value)
        raise ConfigError(f"{where}: a number is wanted; a word goes with a trigger that has `also`")
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


def relative_limit(table: Table, to: str) -> AlarmLimit:
    """A comparison with the word `to`, `baseline` or `median`, for a number: so far from it, or that part."""
    named = [comparison for comparison in Comparison if comparison.value in table]
    if len(named) != 1:
        raise ConfigError(f"{table.where('')[:-1]}: exactly one of {', '.join(Comparison)} is wanted")
    comparison = named[0]
    if table.word(comparison.value) != to:
        raise ConfigError(f"{table.where(comparison.value)}: {to!r} is wanted; 'median' goes with a table of that name")
    factor = table.number("median_factor") if to == "median" else table.number("baseline_factor", 1.0)
    offset = table.number("baseline_offset", 0.0) if to == "baseline" else 0.0
    choose = Choose.HIGHER if comparison.is_lower_bound else Choose.LOWER
    return AlarmLimit(comparison, never(comparison), factor, offset, choose)


def rule_id(table: Table, name: str, order: int, *, technical: bool = False) -> RuleId:
    """Who a rule is. Technical rules do not latch (rulings 2.8); `group` with its `rank` may be left out."""
    latched = False if technical else table.flag("latched")
    if "group" not in table:
        return RuleId(name, order, latched)
    return RuleId(name, order, latched, table.word("group"), table.whole("rank"))
