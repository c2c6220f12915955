"""What a rule of a preset says, in words: read off its table, so that no number can be told differently."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from monitor.core.preset.plausible import BREATHS, PART, PERCENT, PERFUSION, PRESSURE, RATE, bound_of

NAMES = {
    "spo2": "SpO2",
    "pulse_rate": "pulse",
    "systolic": "systolic pressure",
    "diastolic": "diastolic pressure",
    "mean": "mean pressure",
}
UNITS = {"spo2": "%", "pulse_rate": "/min", "systolic": "mmHg", "diastolic": "mmHg", "mean": "mmHg"}
UNIT_OF = {PERCENT: "%", PERFUSION: "%", PRESSURE: "mmHg", RATE: "/min", BREATHS: "/min"}
COMPARISONS = {"below": "below", "at_most": "at most", "above": "above", "at_least": "at least"}
BEYOND = {"below": "at least", "at_most": "above", "above": "at most", "at_least": "below"}
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
    words = f"the {what}" if factor == 1 else f"{percent(factor)} of the {what}"
    if offset:
        words += f" {'plus' if offset > 0 else 'minus'} {number(abs(offset))}"
    return words


def when(rule: Table) -> str:
    """What makes a rule on one metric an alarm."""
    unit = UNITS[rule["metric"]]
    words = f"{NAMES[rule['metric']]} {limit_words(rule['trigger'], unit)}"
    if "also" in rule:
        words += f", and {limit_words(rule['also'], unit)}"
    return words


def ends(rule: Table) -> str:
    """What ends a rule on one metric."""
    unit = UNITS[rule["metric"]]
    return "; or ".join(
        limit_words(each, unit) + (f" for {duration(each['for_s'])}" if each.get("for_s") else "")
        for each in rule["clear"]
    )


SHOWN = frozenset({"metric", "trigger", "also", "priority", "delay_s", "clear", "latched", "group", "rank"})
"""Keys that have a column of their own."""

SAID: dict[str, Callable[[Any], str]] = {
    "takes_mismatch": lambda on: "also while the cuff's pulse disagrees" if on else "",
    "asks_cuff": lambda on: "its onset asks for a cuff reading" if on else "",
    "suspect_counts": lambda on: "doubtful readings count too" if on else "",
    "repeat": lambda on: "such a reading is repeated" if on else "",
    "doubtful_delay_s": lambda time: f"samples with a weak signal count too, the delay is {duration(time)} then",
    "keep_invalid_s": lambda time: f"the time collected so far survives {duration(time)} without a valid value",
    "median": lambda each: (
        f"the median is its own of the last {duration(each['window_s'])}, at least {duration(each['valid_s'])} of them "
        f"valid, as it was before the fall; only where {percent(each['fallen_from'])} of it was reached within the "
        f"last {duration(each['within_s'])}"
    ),
}
"""Keys that are told in a sentence of their own."""


def more(rule: Table) -> str:
    """Everything else that the table of a rule on one metric says, key by key."""
    words = []
    if rule.get("also", {}).keys() & COMPARISONS.keys() and "baseline" in rule["also"].values():
        words.append("off while there is no baseline")
    if "rises_to" in rule:
        words.append(f"{rule['rises_to']} after {duration(rule['rises_after_s'])} without a break")
    if "second" in rule:
        which = "second in a row" if rule.get("second_counts") == "consecutive" else "second such reading"
        words.append(f"{rule['second']} at the {which}")
    if "at_once" in rule:
        unit = UNITS[rule["metric"]]
        words.append(f"{rule['at_once']['priority']} at once {limit_words(rule['at_once'], unit)}")
    told = SHOWN | {"rises_to", "rises_after_s", "second", "second_counts", "at_once"}
    words += [SAID[key](value) for key, value in rule.items() if key in SAID]
    words += _others(rule, tuple(key for key in rule if key not in told and key not in SAID))
    return "; ".join(filter(None, words))


def _others(rule: Table, keys: tuple[str, ...]) -> Iterator[str]:
    for key in keys:
        yield f"{key_words(key)}: {value_words(rule[key], key)}"


def key_words(key: str) -> str:
    """A key as words."""
    return key.removesuffix("_s").replace("_", " ")


def value_words(value: Any, key: str = "") -> str:
    """A value as words: times, percentages and units by the whole name of its key, tables entry by entry."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{_bare(value, key)} {_unit(key)}".rstrip()
        case [int() | float() as low, int() | float() as high] if not _is_time(key):
            return f"{_bare(low, key)} to {_bare(high, key)} {_unit(key)}".rstrip()
        case list() if all(isinstance(each, Mapping) for each in value):
            return "; ".join(value_words(each, key) for each in value)
        case list():
            return ", ".join(value_words(each, key) for each in value)
        case Mapping() if len(value.keys() & COMPARISONS.keys()) == 1 and "priority" not in value:
            [comparison] = value.keys() & COMPARISONS.keys()
            held = f" for {duration(value['for_s'])}" if value.get("for_s") else ""
            return limit_words(value, _unit(f"{key}.{comparison}")) + held
        case Mapping():
            return ", ".join(
                f"{key_words(name)} {value_words(each, f'{key}.{name}')}".strip() for name, each in value.items()
            )
    return str(value)


def _bare(value: float, key: str) -> str:
    if _is_time(key):
        return duration(value)
    bound = bound_of(key)
    return percent(value) if bound is not None and bound.remedy == PART else number(value)


def _unit(key: str) -> str:
    bound = bound_of(key)
    return "" if bound is None or _is_time(key) else UNIT_OF.get(bound.remedy, "")


def _is_time(key: str) -> bool:
    return key.endswith("_s") or ".wave_seconds" in key


def number(value: float) -> str:
    """A number without needless digits."""
    return f"{round(value, 6):g}"


def percent(part: float) -> str:
    """A part of one as per cent."""
    return f"{number(100 * part)} %"


def duration(seconds: float) -> str:
    """Seconds, or minutes where they are whole ones from two minutes on."""
    return f"{number(seconds / 60)} min" if seconds >= 120 and seconds % 60 == 0 else f"{number(seconds)} s"


def either(words: Sequence[str]) -> str:
    """One or another."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
