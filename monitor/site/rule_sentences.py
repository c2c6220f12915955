"""The rules that a table does not tell by itself: one sentence for each, with the preset's own numbers in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from monitor.site.rule_words import BEYOND, COMPARISONS, Table, duration, either, limit_words, number, percent


class Sentence(NamedTuple):
    """What makes it an alarm, what ends it, and what else there is to know."""

    when: str
    ends: str
    more: str = ""


def _pulse_lost(rule: Table) -> Sentence:
    return Sentence(
        "no pulse in the pleth, or without a pleth a searching device without a rate; with the probe on, no cuff "
        f"inflated on its limb, and a valid or weak value within the {duration(rule['good_s'])} before",
        f"a pulse for {duration(rule['clear_s'])}",
    )


def _relative_pressure(rule: Table) -> Sentence:
    ways = []
    for metric in ("systolic", "diastolic"):
        limits = [f"the baseline plus {number(rule[metric]['above_baseline'])} mmHg"]
        if "times_baseline" in rule[metric]:
            limits.append(f"{percent(rule[metric]['times_baseline'])} of the baseline")
        lower = ", whichever is lower" if len(limits) > 1 else ""
        ways.append(f"{metric} pressure at least {either(limits)}{lower}")
    return Sentence(
        "; or ".join(ways),
        f"each more than {number(rule['clear_below'])} mmHg under its limit",
        f"{rule['second_priority']} at the second in a row; off while there is no baseline",
    )


def _breathing(rule: Table) -> Sentence:
    [clear] = rule["clear"]
    held = f" for {duration(clear['for_s'])}" if clear.get("for_s") else ""
    return Sentence(
        f"breaths {limit_words(rule['counted'], '/min')} as a person counted them; or "
        f"{limit_words(rule['derived'], '/min')} as derived from the pleth, where its quality is at least "
        f"{number(rule['quality'])} of 1",
        f"{limit_words(clear, '/min')}{held}; one such count is enough",
        "the delay is valid time of the derived rate; a person's count calls at once. Not accurate enough for HIGH",
    )


def _sedation(rule: Table) -> Sentence:
    [comparison] = [word for word in COMPARISONS if word in rule["trigger"]]
    edge = number(rule["trigger"][comparison])
    return Sentence(
        f"MOAA/S {COMPARISONS[comparison]} {edge} (5: awake, 0: no answer to pain), as a person scores it",
        f"MOAA/S {BEYOND[comparison]} {edge}",
    )


def _symptom(rule: Table) -> Sentence:
    kinds = either([str(kind).replace("_", " ") for kind in rule["kinds"]])
    return Sentence(f"a person enters {kinds}", "when somebody has answered it")


SPECIAL: dict[str, Callable[[Table], Sentence]] = {
    "PULSE_LOST": _pulse_lost,
    "BP_REL": _relative_pressure,
    "RR_LOW": _breathing,
    "SEDATION_DEEP": _sedation,
    "SYMPTOM": _symptom,
}
"""Alarms about the patient without a single metric."""


def _priorities(rule: Table) -> list[str]:
    return [str(level["priority"]) for level in rule["levels"]]


def _steps(levels: list[Table]) -> str:
    return ", ".join(f"{level['priority']} after {duration(level['after_s'])}" for level in levels)


def _overdue_return(rule: Table, preset: Table) -> str:
    first, graver = _priorities(rule)
    back = preset["return"]
    return (
        f"{first} when the return is missing at its deadline and the {duration(back['grace_s'])} of grace after it; "
        f"{graver} when it is still missing {duration(back['overdue_medium_s'])} after the deadline"
    )


def _revoked_return(rule: Table, preset: Table) -> str:
    first, graver = _priorities(rule)
    return f"{first} when a return that was reached is lost again; {graver} while SBP_HIGH is present too"


def _no_data(rule: Table, preset: Table) -> str:
    return (
        f"no valid SpO2: {_steps(rule['infusing'])} while infusing or paused; {_steps(rule['other'])} in other phases; "
        f"high after {duration(rule['high_after_s'])} while infusing, when the last valid SpO2 was below "
        f"{number(rule['high_below'])} %. Less than {duration(rule['window_valid_s'])} of valid time in the last "
        f"{duration(rule['window_s'])} counts as none. The clock stands still while a cuff is inflated on the limb of "
        "the probe"
    )


def _offline(rule: Table, preset: Table) -> str:
    return (
        f"nothing comes from a device: {_steps(rule['infusing'])} while infusing or paused; {_steps(rule['other'])} in "
        f"other phases; a polled cuff after {duration(rule['poll_after_s'])} without an answer"
    )


def _cuff_fails(rule: Table, preset: Table) -> str:
    return (
        f"{rule['attempts']} measurements in a row failed or were rejected: {rule['infusing']} while infusing or "
        f"paused, {rule['other']} in other phases"
    )


def _overdue(rule: Table, preset: Table) -> str:
    levels = ", ".join(f"{each['priority']} after {number(each['intervals'])}" for each in rule["levels"])
    return f"no valid reading for so many intervals of the cuff: {levels}"


def _battery(rule: Table, preset: Table) -> str:
    first, second = rule["levels"]
    return (
        f"charge of a device below {number(first['below'])} %, or the device's own flag: {first['priority']}; below "
        f"{number(second['below'])} %: {second['priority']}; each when it has been so for {duration(rule['delay_s'])}"
    )


def _clock(rule: Table, preset: Table) -> str:
    [priority] = _priorities(rule)
    return (
        f"a device's clock is more than {duration(rule['offset_s'])} off the server's, or the server's is not "
        f"synchronised, for {duration(rule['delay_s'])}: {priority}"
    )


def _storage(rule: Table, preset: Table) -> str:
    first, graver = _priorities(rule)
    return (
        f"less than {number(rule['free_below'])} % of the disk is free: {first}; "
        f"the journal cannot be written: {graver}"
    )


def _conflict(rule: Table, preset: Table) -> str:
    return (
        f"values for a bed or device that the site file does not bind: {_told(rule)}. Likewise a patient who is not on "
        "the room list, where the site has one, until the list names the patient; a device that names another patient "
        "than the bed's, whose values are kept apart until it names this one; numbers that still "
        f"arrive {duration(rule['left_after_s'])} after a discharge, without a pause longer than "
        f"{duration(rule['gap_s'])} between samples or {duration(rule['cuff_gap_s'])} between cuff readings. "
        f"Over when none has come for {duration(rule['ends_after_s'])}"
    )


def _told(rule: Table) -> str:
    return either(_priorities(rule))


def _after(rule: Table) -> str:
    return f" for {duration(rule['delay_s'])}" if rule.get("delay_s") else ""


TECHNICAL: dict[str, Callable[[Table, Table], str]] = {
    "RTB_OVERDUE": _overdue_return,
    "RTB_REVOKED": _revoked_return,
    "SPO2_NO_DATA": _no_data,
    "DEVICE_OFFLINE": _offline,
    "NIBP_FAIL": _cuff_fails,
    "NIBP_OVERDUE": _overdue,
    "NIBP_20MIN_MISSING": lambda rule, preset: (
        f"no valid cuff reading within the {duration(preset['return']['grace_s'])} of grace around the deadline of the "
        f"return: {_told(rule)}"
    ),
    "BATTERY": _battery,
    "CLOCK": _clock,
    "STORAGE": _storage,
    "STATION_LOST": lambda rule, preset: (
        f"no station page answers{_after(rule)}: {_told(rule)}, and every alarm goes to every channel at once"
    ),
    "STATION_MUTE": lambda rule, preset: (
        f"a station page cannot play sound{_after(rule)} (muted, blocked by the browser, or hidden): {_told(rule)}"
    ),
    "PAGER_FAIL": lambda rule, preset: f"a page had no receipt in time, or its channel refused it: {_told(rule)}",
    "CORE_STALLED": lambda rule, preset: (
        f"the watchdog outside the service has seen no heartbeat of its core{_after(rule)}: {_told(rule)}"
    ),
    "ID_CONFLICT": _conflict,
    "CORE_FAULT": lambda rule, preset: (
        f"the software failed on this bed: {_told(rule)}; look at the patient and the device itself"
    ),
}
"""Technical alarms; the whole preset is at hand for numbers that stand elsewhere."""


def bounds_words(bounds: dict[str, Any], unit: str) -> str:
    """Between what a limit may be set for one patient, and from where on two people sign."""
    lowest, highest = bounds["between"]
    words = f"{number(lowest)} to {number(highest)} {unit}"
    for key, side in (("second_below", "below"), ("second_above", "above")):
        if key in bounds:
            words += f"; {side} {number(bounds[key])} {unit} two people sign"
    return words
