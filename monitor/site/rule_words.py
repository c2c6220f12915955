"""What a rule of a preset says, in words: read off its table, so that no number can be told differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

NAMES = {
    "spo2": "SpO2",
    "pulse_rate": "pulse",
    "systolic": "systolic pressure",
    "diastolic": "diastolic pressure",
    "mean": "mean pressure",
}
UNITS = {"spo2": "%", "pulse_rate": "/min", "systolic": "mmHg", "diastolic": "mmHg", "mean": "mmHg"}
COMPARISONS = {"below": "below", "at_most": "at most", "above": "above", "at_least": "at least"}
LOWER = frozenset({"below", "at_most"})

Table = Mapping[str, Any]


def limit_words(limit: Table, unit: str = "") -> str:
    """One limit: its comparison, its number, and what the baseline makes of it."""
    if "at_least_above_trigger" in limit:
        return f"at least {number(limit['at_least_above_trigger'])} above its limit"
    [comparison] = [word for word in COMPARISONS if word in limit]
    words = f"{COMPARISONS[comparison]} {_against(limit[comparison], limit, unit)}"
    if "baseline_factor" in limit and not isinstance(limit[comparison], str):
        both = (limit["choose"] == "lower") is (comparison in LOWER)
        relative = f"{COMPARISONS[comparison]} {_relative('baseline', limit)}"
        words += f"{', and ' if both else ', or '}{relative}"
    if "never_below" in limit:
        words += f"; always at {number(limit['never_below'])} {unit} or less".replace("  ", " ")
    return words


def _against(value: Any, limit: Table, unit: str) -> str:
    return _relative(value, limit) if isinstance(value, str) else f"{number(value)} {unit}".rstrip()


def _relative(what: str, limit: Table) -> str:
    factor, offset = limit.get(f"{what}_factor", 1), limit.get(f"{what}_offset", 0)
    words = f"the {what}" if factor == 1 else f"{number(100 * factor)} % of the {what}"
    if offset:
        words += f" {'plus' if offset > 0 else 'minus'} {number(abs(offset))}"
    return words


def when(rule: Table) -> str:
    """What makes it an alarm."""
    metric = rule.get("metric")
    unit, name = (UNITS.get(metric, ""), NAMES.get(metric, metric)) if isinstance(metric, str) else ("", "")
    if "trigger" not in rule:
        return "; ".join(_others(rule, ("counted", "derived", "quality", "kinds", "limits")))
    words = f"{name} {limit_words(rule['trigger'], unit)}".strip()
    if "also" in rule:
        words += f", and {limit_words(rule['also'], unit)}"
    return words


def ends(rule: Table) -> str:
    """What ends it; empty where the table leaves that to the rule."""
    clear = rule.get("clear", [])
    unit = UNITS.get(str(rule.get("metric")), "")
    return "; or ".join(
        limit_words(each, unit) + (f" for {duration(each['for_s'])}" if each.get("for_s") else "") for each in clear
    )


SHOWN = frozenset({"metric", "trigger", "also", "priority", "delay_s", "clear", "latched", "group", "rank"})
"""Keys that have a column of their own."""


def more(rule: Table) -> str:
    """Everything else that the table says, key by key."""
    words = []
    if "rises_to" in rule:
        words.append(f"{rule['rises_to']} after {duration(rule['rises_after_s'])} without a break")
    if "second" in rule:
        which = "second in a row" if rule.get("second_counts") == "consecutive" else "second such reading"
        words.append(f"{rule['second']} at the {which}")
    if "at_once" in rule:
        unit = UNITS.get(str(rule.get("metric")), "")
        words.append(f"{rule['at_once']['priority']} at once {limit_words(rule['at_once'], unit)}")
    told = SHOWN | {"rises_to", "rises_after_s", "second", "second_counts", "at_once"}
    if "trigger" not in rule:
        told |= {"counted", "derived", "quality", "kinds", "limits"}
    words += _others(rule, tuple(key for key in rule if key not in told))
    return "; ".join(words)


def _others(rule: Table, keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        if key in rule:
            yield f"{key_words(key)}: {value_words(rule[key], key)}"


def key_words(key: str) -> str:
    """A key as words."""
    return key.removesuffix("_s").replace("_", " ")


def value_words(value: Any, key: str = "") -> str:
    """A value as words: times with their unit, tables entry by entry."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return duration(value) if key.endswith("_s") else number(value)
        case list() if all(isinstance(each, Mapping) for each in value):
            return "; ".join(value_words(each) for each in value)
        case list() if len(value) == 2 and all(isinstance(each, int | float) for each in value):
            return f"{number(value[0])} to {number(value[1])}"
        case list():
            return ", ".join(value_words(each) for each in value)
        case Mapping() if len(value.keys() & COMPARISONS.keys()) == 1 and "priority" not in value:
            return limit_words(value)
        case Mapping():
            return ", ".join(f"{key_words(name)} {value_words(each, name)}" for name, each in value.items())
    return str(value)


def number(value: float) -> str:
    """A number without needless digits."""
    return f"{round(value, 6):g}"


def duration(seconds: float) -> str:
    """Seconds, or minutes where they are whole ones from two minutes on."""
    return f"{number(seconds / 60)} min" if seconds >= 120 and seconds % 60 == 0 else f"{number(seconds)} s"
