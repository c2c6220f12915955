"""Hints and the discharge checklist in a nurse's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from monitor.core.session.discharge import Item
from monitor.core.session.dose_check import CROSS_CHECK_MG_PER_KG
from monitor.core.session.session import Advisory
from monitor.station.refusal import ITEMS, NAMES, unsaid
from monitor.wording import plain_number, rule_and_side

SHORT = {"systolic": "SBP", "diastolic": "DBP", "mean": "MAP", "pulse_rate": "pulse", "spo2": "SpO2"}
VERDICTS = {
    "NO_EXCURSION": "never left its band",
    "RETURNED_WITHIN_20": "back in time",
    "RETURNED_LATE": "back, but late",
    "OVERDUE": "not back by the deadline",
    "INDETERMINATE": "cannot be decided",
    "REVOKED": "was back, left again",
    "NOT_RETURNED_AT_DISCHARGE": "not back",
}

Detail = Mapping[str, Any]


def _numbers(values: list[float]) -> str:
    return ", then ".join(map(plain_number, values))


def _names(metrics: list[str]) -> str:
    return ", ".join(SHORT.get(metric, metric) for metric in metrics)


def _recheck(detail: Detail) -> str:
    if "wanted" not in detail:
        return ""
    return f" Rest, then {detail['wanted']} new readings ({detail['readings']} of {detail['wanted']})."


def _drifting(detail: Detail) -> str:
    usual = detail.get("usual")
    beside = "" if usual is None else f"; usually {plain_number(usual)}"
    return f"{SHORT[detail['metric']]} is still falling ({_numbers(detail['values'])}{beside})."


def _restarted(detail: Detail) -> str:
    """`Started again with SBP at a level to hold the infusion, and SBP very high calling: ...`."""
    levels = f"{_names(detail['metrics'])} at a level to hold the infusion" if detail["metrics"] else ""
    alarms = f"{' and '.join(map(rule_and_side, detail['alarms']))} calling" if detail["alarms"] else ""
    return f"Started again with {', and '.join(filter(None, (levels, alarms)))}: a clinician looks and ticks."


ADVISORIES: dict[str, Callable[[Detail], str]] = {
    "same_limb": lambda detail: f"Cuff and probe are on one limb ({detail['limb']}): SpO2 is lost during each reading.",
    "third_reading": lambda detail: (
        f"{SHORT[detail['metric']]} differs between two readings ({_numbers(detail['values'])}): take a third."
    ),
    "drifting_down": _drifting,
    "atypical_baseline": lambda detail: (
        f"{SHORT[detail['metric']]} {plain_number(detail['value'])} is far from the usual "
        f"{plain_number(detail['usual'])}: confirm who the patient is."
    ),
    "pre_medicated": lambda detail: "A drug was given before the start: the baseline is noted with it.",
    "hold": lambda detail: f"Hold: {_names(detail['metrics'])}{unsaid(detail)}.{_recheck(detail)}",
    "review": lambda detail: f"{_names(detail['metrics'])} is high: a clinician looks and ticks.{_recheck(detail)}",
    "dose_unusual": lambda detail: (
        f"{plain_number(detail['dose_mg'])} mg are {plain_number(detail['mg_per_kg'])} mg/kg; "
        f"{plain_number(CROSS_CHECK_MG_PER_KG)} mg/kg are {plain_number(detail['expected_mg'])} mg: "
        "a clinician checks what runs, and ticks."
    ),
    "restarted": _restarted,
    "infusion_running": lambda detail: (
        f"The planned {plain_number(detail['planned_min'])} min are over: is the infusion still running?"
    ),
    "observation_due": lambda detail: f"Due now: {', '.join(NAMES.get(name, name) for name in detail['missing'])}.",
}
"""One sentence for each kind of hint."""


def advise(advisory: Advisory) -> str:
    """The hint as a sentence; one of a later release is spelt out as it is."""
    say = ADVISORIES.get(advisory.kind)
    return advisory.kind.replace("_", " ") if say is None else say(advisory.detail)


def _returned(detail: Detail) -> str:
    verdict, without = detail.get("verdict"), detail.get("no_baseline", [])
    if without and verdict in (None, "INDETERMINATE"):
        of = "" if len(without) == detail["of"] else f" of {_names(without)}"
        return f"{VERDICTS['INDETERMINATE']}: no baseline{of}"
    return "verdict at the deadline" if verdict is None else VERDICTS[verdict]


def _scored(detail: Detail) -> str:
    named = {name.replace("_", " "): points for name, points in detail["parts"].items()}
    known = [f"{name} {points}" for name, points in named.items() if points is not None]
    open_parts = [
        name + (unsaid(detail) if name == "oxygen" else "") for name, points in named.items() if points is None
    ]
    total = "" if detail["total"] is None else f"{detail['total']} of 10: "
    still = [f"open: {', '.join(open_parts)}"] if open_parts else []
    return f"{total}{'; '.join([*([', '.join(known)] if known else []), *still])}; {detail['needed']} needed"


def _alarms(detail: Detail) -> str:
    symptoms = [symptom.replace("_", " ") for symptom in detail["symptoms"]]
    names = [*map(rule_and_side, detail["alarms"]), *symptoms]
    over = '; once over, note "symptom over"' if symptoms else ""
    return (", ".join(names) if names else "none") + over


def _awake(detail: Detail) -> str:
    before, now = ("not scored" if detail[key] is None else plain_number(detail[key]) for key in ("before", "now"))
    return f"before {before}, now {now}"


DETAILS: dict[str, Callable[[Detail], str]] = {
    "return": _returned,
    "minimum_stay": lambda detail: "",
    "aldrete": _scored,
    "pads": _scored,
    "moaas": _awake,
    "alarms": _alarms,
    "escort": lambda detail: "",
}
"""What a row of the checklist was decided by."""


def row(item: Item) -> str:
    """`Aldrete score: 10 of 10: ...`."""
    label = ITEMS[item.name]
    told = DETAILS[item.name](item.detail)
    return f"{label[0].upper()}{label[1:]}" + (f": {told}" if told else "")
