"""The core's reasons for a refusal, in the ward's words, each with what to do where something can be done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor.wording import rule_and_side

REASONS: dict[str, str] = {
    "not_active": "This alarm is not active any more: there is nothing to acknowledge.",
    "priority_not_allowed": "Your role may not acknowledge alarms of this priority: call somebody whose role may.",
    "session_open": "A session is open on this bed: discharge or abort it first.",
    "patient_missing": "A session needs a patient reference.",
    "cuff_on_iv_limb": "Cuff and infusion are on the same limb, where each inflation stops the infusion: move one.",
    "weight_out_of_range": "This weight cannot be a patient's: check it.",
    "planned_min_out_of_range": "The planned minutes of infusion are out of range: check them.",
    "deadline_min_out_of_range": "The minutes allowed for the return to baseline are out of range: check them.",
    "no_baseline": (
        "The baseline is not complete: take the missing readings, or start with a prescriber's name and a reason."
    ),
    "hold": (
        "The readings are at a level to hold the infusion: wait and measure again, or start with a prescriber's name "
        "and a reason."
    ),
    "high_alarm_active": "A high-priority alarm is active and not acknowledged: acknowledge it first, then discharge.",
    "observed_time_out_of_range": "The observed time does not fit: it lies in the future, or before what it follows.",
    "unknown_command": "This service does not carry out that command yet.",
    "return_revoked": "A value has left the baseline again after returning: wait until it is back, or give a reason.",
    "dose_mg_out_of_range": "This dose cannot be right: check it.",
    "open_items": "Not everything on the checklist is met: see to it, or give a reason.",
    "reason_missing": "A reason is needed.",
    "identifier_unusable": "No further identifier of the patient was given, or there are too many already.",
    "limbs_missing": "No limb was named.",
    "limb_unknown": "This is no limb.",
    "values_missing": "Nothing was entered.",
    "field_unknown": "This value cannot be entered by hand.",
    "value_not_a_number": "This is no number.",
    "value_out_of_range": "This value cannot be right: check it.",
    "pressures_out_of_order": "The pressures do not fit: systolic is above mean, and mean above diastolic. Check them.",
    "pressure_missing": "A cuff's pulse comes with its pressures: enter them too.",
    "kind_missing": "The event needs a kind.",
    "role_not_allowed": "Your role may not do this.",
    "unknown_scope": "This can be for a bed or for the station.",
    "already_paused": "It is paused already: a pause cannot be lengthened, only asked for again when it has ended.",
    "already_off": "It is off already.",
    "only_for_station": "AUDIO OFF is for the whole station.",
    "bed_infusing": "AUDIO OFF is not possible while a bed is infusing.",
    "not_at_bed": "ALARM PAUSED outside the time before the infusion is for a nurse at the bed.",
    "unknown_alarm": "There is no such alarm on this bed that could be set.",
    "never_off_infusing": "This alarm cannot be off during the infusion.",
    "nothing_inactivated": "Nothing is paused or off here.",
    "limit_fixed": "This limit cannot be set for one patient.",
    "limit_out_of_bounds": "This limit is outside the bounds of the preset.",
    "only_low_limit": "This alarm has a low limit: set that one, and only that.",
    "only_high_limit": "This alarm has a high limit: set that one, and only that.",
    "second_signature_needed": "A limit this far out needs the signature of a second person.",
    "second_signature_not_other": "The second signature is another person's.",
}


NAMES = {
    "systolic": "systolic pressure",
    "diastolic": "diastolic pressure",
    "pulse_rate": "pulse",
    "spo2": "SpO2",
    "mean": "mean pressure",
    "pulse_rate_cuff": "cuff pulse",
    "resp_rate": "breathing rate",
    "moaas": "MOAA/S",
    "cuff_limb": "cuff",
    "probe_limb": "probe",
    "iv_limb": "drip",
}

ITEMS = {
    "return": "return to baseline",
    "minimum_stay": "minimum stay",
    "aldrete": "Aldrete score",
    "pads": "PADS",
    "moaas": "MOAA/S as before the dose",
    "alarms": "open alarms",
    "escort": "escort and no driving",
}
"""Rows of the discharge checklist."""


def in_words(reason: str, data: Mapping[str, Any] | None = None) -> str:
    """A sentence for `reason`; an unlisted one is spelt out as it is. `data`: the refusal's further fields."""
    if reason == "wrong_phase" and data is not None and "phase" in data:
        return f"Not possible while the bed is in phase {data['phase']}."
    if reason == "high_alarm_active" and data is not None and data.get("alarms"):
        return _acknowledge_first([rule_and_side(name) for name in data["alarms"]])
    known = REASONS.get(reason)
    if known is not None and data is not None and data.get("metrics"):
        return f"{known} Held back by: {', '.join(NAMES.get(each, each) for each in data['metrics'])}{unsaid(data)}."
    if known is not None and data is not None and data.get("open_items"):
        return f"{known} Open: {', '.join(ITEMS.get(each, each) for each in data['open_items'])}."
    if known is not None and data is not None and data.get("field"):
        field = str(data["field"])
        return f"{NAMES.get(field, field)}: {known}"
    if known is not None and data is not None and data.get("missing"):
        return f"{known} Missing: {', '.join(NAMES.get(each, each) for each in data['missing'])}."
    return known if known is not None else f"Refused: {reason.replace('_', ' ')}."


def unsaid(data: Mapping[str, Any]) -> str:
    """What follows a value or score that depends on air or oxygen, while nobody has said which."""
    return " (air or oxygen not entered)" if data.get("oxygen_entered") is False else ""


def _acknowledge_first(alarms: list[str]) -> str:
    """`Acknowledge "SpO2 very low" first, then discharge: ...`."""
    named = " and ".join(f'"{alarm}"' for alarm in alarms)
    still = "this high-priority alarm is" if len(alarms) == 1 else "these high-priority alarms are"
    return f"Acknowledge {named} first, then discharge: {still} active and not acknowledged."
