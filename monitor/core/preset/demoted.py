"""Alarms that a preset makes quieter than the table of alarms has them."""

from __future__ import annotations

from collections.abc import Iterator

from config.instant import SECOND, Duration, to_seconds
from config.vocabulary import Priority
from monitor.core.preset.finding import Finding
from monitor.core.rules.ruleset import Ruleset

LONGEST_HIGH_DELAY: Duration = 15 * SECOND
"""The longest delay that vendors allow on an alarm (alarm-system, section 2, [26])."""

NO_DATA_MEDIUM: Duration = 60 * SECOND
"""While infusing, SpO2 without data is MEDIUM by then: nobody sees the patient's breathing until it is."""

HIGH, MEDIUM, LOW = Priority.HIGH, Priority.MEDIUM, Priority.LOW
LEAST: dict[str, Priority] = {
    "SPO2_CRIT": HIGH,
    "SPO2_LOW": MEDIUM,
    "SPO2_DROP": LOW,
    "PULSE_LOST": HIGH,
    "PR_XLOW": HIGH,
    "PR_LOW": MEDIUM,
    "VASOVAGAL": HIGH,
    "PR_HIGH": MEDIUM,
    "PR_XHIGH": HIGH,
    "SBP_CRIT": MEDIUM,
    "DBP_CRIT": MEDIUM,
    "SBP_HIGH": LOW,
    "DBP_HIGH": LOW,
    "BP_REL": LOW,
    "SBP_LOW": MEDIUM,
    "SBP_XLOW": HIGH,
    "MAP_XLOW": HIGH,
    "RR_LOW": MEDIUM,
    "SEDATION_DEEP": HIGH,
    "SYMPTOM": HIGH,
}
"""The priority of each row of alarm-system 3.1, below which a preset is told, or refused for those of `KEPT_ON`."""

KEPT_ON = frozenset({"SPO2_CRIT", "PULSE_LOST", "SBP_CRIT"})
"""Never off while infusing (alarm-system 4.2)."""


def demotions(rules: Ruleset) -> Iterator[Finding]:
    """No alarm is demoted unseen, and what must not be switched off cannot be made unheard instead."""
    one = {level.rule.name: level.priority for level in rules.levels}
    one |= {cuff.rule.name: cuff.priority for cuff in rules.cuffs}
    one["PULSE_LOST"] = rules.pulse_lost.level.priority
    one |= {"BP_REL": rules.bp_rel.priority, "RR_LOW": rules.rr_low.derived.priority}
    one |= {"SEDATION_DEEP": rules.sedation_deep.priority, "SYMPTOM": rules.symptom.priority}
    for name, least in LEAST.items():
        if one[name] < least:
            text = f"{one[name].word} is less than {least.word}, which the table of alarms has"
            if name in KEPT_ON:
                text += "; this alarm is never off while infusing, so it is never quieter either"
            yield Finding(f"rules.{name}.priority", text, grave=name in KEPT_ON)
    if missing := sorted(KEPT_ON - rules.inactivation.kept_on):
        yield Finding("inactivation.kept_on", f"lacks {', '.join(missing)}: these are never off", grave=True)
    if rules.pulse_lost.level.delay > LONGEST_HIGH_DELAY:
        delay = to_seconds(rules.pulse_lost.level.delay)
        text = f"{delay:g} s is longer than any monitor waits with an alarm of HIGH priority"
        yield Finding("rules.PULSE_LOST.delay_s", text)
    for level in rules.no_data.infusing:
        if level.priority >= MEDIUM and level.after <= NO_DATA_MEDIUM:
            break
    else:
        wanted = f"medium within {to_seconds(NO_DATA_MEDIUM):g} s is wanted"
        text = f"without SpO2 while infusing somebody must be called: {wanted}"
        yield Finding("technical.SPO2_NO_DATA.infusing", text, grave=True)
    if rules.offline.infusing.priority < MEDIUM:
        yield Finding("technical.DEVICE_OFFLINE.infusing", "low is less than medium: nothing sounds for a lost device")
    for name, rule, least in (
        ("CORE_STALLED", rules.core_stalled, HIGH),
        ("CORE_FAULT", rules.core_fault, HIGH),
        ("STATION_LOST", rules.station_lost, MEDIUM),
        ("STATION_MUTE", rules.station_mute, MEDIUM),
        ("PAGER_FAIL", rules.pager_fail, MEDIUM),
    ):
        if rule.priority < least:
            text = f"{rule.priority.word} is less than {least.word}, which the table of alarms has"
            yield Finding(f"technical.{name}.levels", text)
