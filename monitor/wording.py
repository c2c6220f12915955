"""Alarms in a nurse's words, one line for the page and for a lock screen; events in an operator's. No patient name."""

from __future__ import annotations

from typing import Any

from config.instant import MINUTE, SECOND, Duration, to_rfc3339
from config.vocabulary import AlarmState, Priority
from monitor.core.alarm import Alarm
from monitor.core.events import Event, EventKind

STARS = {Priority.HIGH: "***", Priority.MEDIUM: "**", Priority.LOW: "*"}
"""Prefix by priority (alarm-system 1.1): never colour alone."""

_MEASURED = {
    "SPO2_CRIT": "SpO2",
    "SPO2_LOW": "SpO2",
    "SPO2_DROP": "SpO2",
    "PR_XLOW": "Pulse",
    "PR_LOW": "Pulse",
    "VASOVAGAL": "Pulse, sudden fall:",
    "PR_HIGH": "Pulse",
    "PR_XHIGH": "Pulse",
    "SBP_CRIT": "SBP",
    "DBP_CRIT": "DBP",
    "SBP_HIGH": "SBP",
    "DBP_HIGH": "DBP",
    "BP_REL": "Pressure far above baseline:",
    "SBP_LOW": "SBP",
    "SBP_XLOW": "SBP",
    "MAP_XLOW": "MAP",
    "RR_LOW": "Breathing",
    "SEDATION_DEEP": "Deep sedation, MOAA/S",
}
_SAID = {
    "SYMPTOM": "Symptom",
    "PULSE_LOST": "Pulse lost",
    "SPO2_NO_DATA": "No valid SpO2",
    "DEVICE_OFFLINE": "Device offline",
    "NIBP_FAIL": "Cuff reading failed again",
    "NIBP_20MIN_MISSING": "20-minute reading missing",
    "NIBP_OVERDUE": "Cuff reading overdue",
    "RTB_OVERDUE": "Not back to baseline",
    "RTB_REVOKED": "Left baseline again",
    "BATTERY": "Battery low",
    "CLOCK": "Clock wrong",
    "STORAGE": "Storage trouble",
    "STATION_LOST": "No station page answers: every alarm goes to every channel",
    "STATION_MUTE": "Station cannot be heard",
    "CORE_STALLED": "Monitoring stood still: watch the patients",
    "PAGER_FAIL": "Pages not delivered",
    "CORE_FAULT": "Bed not monitored: watch the patient",
    "ID_CONFLICT": "Not certain whose values these are",
}


_CUFF = {
    "weak_signal": "weak pulse",
    "leak": "air leak",
    "timeout": "took too long",
    "aborted": "stopped",
    "order": "pressures contradict each other",
    "incomplete": "half a reading",
    "out_of_range": "outside what is possible",
    "pulse_mismatch": "pulse differs from the oximeter's",
}
"""Why a cuff gave no pressure that holds, where the word alone does not tell."""


def plain_number(value: float) -> str:
    """`83`, or `83.5` where there is a fraction."""
    return f"{value:.1f}".removesuffix(".0")


_RULES = {
    "SPO2_DROP": "SpO2 under its baseline",
    "VASOVAGAL": "Pulse, sudden fall",
    "SEDATION_DEEP": "Deep sedation",
    "BP_REL": "Pressure over its baseline",
    "PULSE_LOST": "Pulse lost",
}
"""Rules whose words in an alarm need its value beside them."""


def rule_words(name: str) -> str:
    """What a rule is about: `SpO2`, `Symptom`."""
    return _RULES.get(name) or _MEASURED.get(name) or _SAID.get(name, name)


_SIDES = {
    "SPO2_CRIT": "very low",
    "SPO2_LOW": "low",
    "PR_XLOW": "very low",
    "PR_LOW": "low",
    "PR_HIGH": "high",
    "PR_XHIGH": "very high",
    "SBP_CRIT": "very high",
    "DBP_CRIT": "very high",
    "SBP_HIGH": "high",
    "DBP_HIGH": "high",
    "SBP_LOW": "low",
    "SBP_XLOW": "very low",
    "MAP_XLOW": "very low",
    "RR_LOW": "low",
}


def rule_and_side(name: str) -> str:
    """The rule alone, where no limit stands beside it: `Pulse high`, so that nobody takes it for the low one."""
    return f"{rule_words(name)} {_SIDES.get(name, '')}".rstrip()


def describe(alarm: Alarm) -> str:
    """What is wrong, without bed and priority: `SpO2 83 % (limit 85)`; once it has ended, how far it went."""
    measured = _MEASURED.get(alarm.rule.name)
    if measured is None or alarm.value is None:
        said = _SAID.get(alarm.rule.name, alarm.rule.name)
        about = alarm.device if alarm.detail is None else _CUFF.get(alarm.detail, alarm.detail)
        return said if about is None else f"{said}: {about}"
    value, verb = alarm.value, ""
    if alarm.state is AlarmState.LATCHED and alarm.worst is not None:
        value, verb = alarm.worst, "fell to " if alarm.worst < alarm.value else "rose to "
    text = f"{measured} {verb}{plain_number(value)} {alarm.unit or ''}".rstrip()
    return text if alarm.limit is None else f"{text} (limit {plain_number(alarm.limit)})"


def lasting(time: Duration) -> str:
    """` for 15 s`, ` for 3 min`; nothing below a second."""
    if time < SECOND:
        return ""
    return f" for {time // SECOND} s" if time < 2 * MINUTE else f" for {time // MINUTE} min"


_QUIET = frozenset(
    {"patient", "inputs", "metrics", "value", "weight_kg", "since", "at", "until", "unit", "bound", "text", "kind"}
    | {"symptom", "values", "checklist"}
)
_REASON_TYPED = frozenset(
    {EventKind.PHASE_CHANGED, EventKind.EVENT_RECORDED, EventKind.READING_RECORDED}
    | {EventKind.INACTIVATION_CHANGED, EventKind.LIMIT_CHANGED}
)
"""Here the reason is what a person typed, which may name a patient; elsewhere it is a word of ours."""


def loggable(event: Event) -> dict[str, Any]:
    """What an operator reads in the log: no patient, no measured values, nothing that a person typed; times as read."""
    quiet = _QUIET | {"reason"} if event.kind in _REASON_TYPED else _QUIET
    told = {"bed": event.bed, **event.data}
    kept = {key: value for key, value in told.items() if key not in quiet and value is not None}
    return {
        key: to_rfc3339(value) if key.endswith("_at") and isinstance(value, int) else value
        for key, value in kept.items()
    }
