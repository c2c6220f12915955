"""A preset's TOML table to a Ruleset. Every mistake names the key and the remedy; nothing is guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from config.vocabulary import Metric
from monitor.core.errors import ConfigError
from monitor.core.preset import physiological, sections, special
from monitor.core.preset import technical as technicals
from monitor.core.preset.fingerprint import fingerprint
from monitor.core.preset.limits import rule_id
from monitor.core.preset.table import Table
from monitor.core.rules.patient import CuffRule, LevelRule
from monitor.core.rules.rule_id import RuleId
from monitor.core.rules.ruleset import Ruleset
from monitor.core.rules.sections import Timing

PHYSIOLOGICAL = (
    "SPO2_CRIT",
    "SPO2_LOW",
    "SPO2_DROP",
    "PULSE_LOST",
    "PR_XLOW",
    "PR_LOW",
    "VASOVAGAL",
    "PR_HIGH",
    "PR_XHIGH",
    "SBP_CRIT",
    "DBP_CRIT",
    "SBP_HIGH",
    "DBP_HIGH",
    "BP_REL",
    "SBP_LOW",
    "SBP_XLOW",
    "MAP_XLOW",
    "RR_LOW",
    "SEDATION_DEEP",
    "SYMPTOM",
)
"""Every preset has these: an alarm that was left out or misspelt would be silent for good."""
LEVEL_METRICS = (Metric.SPO2, Metric.PULSE_RATE)
CUFF_METRICS = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN)
SPECIAL: dict[str, Callable[[Table, RuleId, Timing], Any]] = {
    "PULSE_LOST": special.pulse_lost,
    "BP_REL": special.relative_pressure,
    "RR_LOW": special.breathing,
    "SEDATION_DEEP": special.sedation,
    "SYMPTOM": special.symptom,
}
"""Rules without a single metric, and who reads them."""
# Order of the technical rules behind the physiological ones, as the tables print them.
TECHNICAL = (
    "RTB_OVERDUE",
    "RTB_REVOKED",
    "SPO2_NO_DATA",
    "DEVICE_OFFLINE",
    "NIBP_FAIL",
    "NIBP_OVERDUE",
    "NIBP_20MIN_MISSING",
    "BATTERY",
    "CLOCK",
    "STORAGE",
    "STATION_LOST",
    "STATION_MUTE",
    "PAGER_FAIL",
    "CORE_STALLED",
    "ID_CONFLICT",
    "CORE_FAULT",
)


def build_ruleset(preset: Mapping[str, Any], source: str, *, bounded: bool = True) -> Ruleset:
    """The Ruleset of one preset table; `source` names the file in messages.

    Only a proof that a drill can fail is not `bounded`: it moves a number to where nobody can mean it.

    Raises:
        ConfigError: a key is missing, unknown, of the wrong kind, or a number cannot be meant.
    """
    try:
        return replace(read_ruleset(Table(preset, "", bounded=bounded)), fingerprint=fingerprint(preset))
    except ConfigError as error:
        raise ConfigError(f"{source}: {error}") from None


def read_ruleset(root: Table) -> Ruleset:
    """As `build_ruleset`, from a table that is watched while it is read."""
    head = root.table("preset")
    name, title, version = head.word("name"), head.word("title"), head.whole("version")
    timing = sections.timing(root.table("timing"))
    levels: list[LevelRule] = []
    cuffs: list[CuffRule] = []
    specials: dict[str, Any] = {}
    rules = root.table("rules")
    for rule_name in PHYSIOLOGICAL:
        rules.raw(rule_name)
    rules.done()
    for order, rule_name in enumerate(rules.keys()):
        table = rules.table(rule_name)
        rule = rule_id(table, rule_name, order)
        if rule_name in SPECIAL:
            specials[rule_name] = SPECIAL[rule_name](table, rule, timing)
            continue
        word = table.word("metric")
        if word in LEVEL_METRICS:
            levels.append(physiological.level_rule(table, rule, Metric(word), timing))
        elif word in CUFF_METRICS:
            cuffs.append(physiological.cuff_rule(table, rule, Metric(word)))
        else:
            known = ", ".join(metric.value for metric in LEVEL_METRICS + CUFF_METRICS)
            raise ConfigError(f"{table.where('metric')}: {word!r} has no rules; known: {known}")
    with_limit = [level.rule for level in levels] + [cuff.rule for cuff in cuffs]
    technical = root.table("technical")
    found = {
        key: (table := technical.table(key), rule_id(table, key, len(rules.keys()) + index, technical=True))
        for index, key in enumerate(TECHNICAL)
    }
    ruleset = Ruleset(
        name=name,
        title=title,
        version=version,
        timing=timing,
        validation=sections.validation(root.table("validation")),
        limbs=sections.limbs(root.table("limbs")),
        cuff=sections.cuff_schedule(root.table("cuff")),
        baseline=sections.baseline(root.table("baseline")),
        hold=sections.hold(root.table("hold")),
        observations=sections.observations(root.table("observations")),
        discharge=sections.discharge(root.table("discharge")),
        recovery=sections.recovery(root.table("return")),
        inactivation=sections.inactivation(root.table("inactivation"), frozenset(rules.keys())),
        bounds=sections.bounds(root.table("limits"), frozenset(one.name for one in with_limit)),
        physiological=frozenset(rules.keys()),
        levels=tuple(levels),
        cuffs=tuple(cuffs),
        pulse_lost=specials["PULSE_LOST"],
        bp_rel=specials["BP_REL"],
        rr_low=specials["RR_LOW"],
        sedation_deep=specials["SEDATION_DEEP"],
        symptom=specials["SYMPTOM"],
        no_data=technicals.no_data(*found["SPO2_NO_DATA"]),
        offline=technicals.offline(*found["DEVICE_OFFLINE"]),
        nibp_fail=technicals.attempts(*found["NIBP_FAIL"]),
        overdue=technicals.overdue(*found["NIBP_OVERDUE"]),
        nibp_missing=technicals.service_rule(*found["NIBP_20MIN_MISSING"]),
        rtb_overdue=technicals.return_alarm(*found["RTB_OVERDUE"]),
        rtb_revoked=technicals.return_alarm(*found["RTB_REVOKED"]),
        battery=technicals.battery(*found["BATTERY"]),
        clock=technicals.clock(*found["CLOCK"]),
        storage=technicals.storage(*found["STORAGE"]),
        station_lost=technicals.service_rule(*found["STATION_LOST"], delayed=True),
        station_mute=technicals.service_rule(*found["STATION_MUTE"], delayed=True),
        pager_fail=technicals.service_rule(*found["PAGER_FAIL"]),
        core_stalled=technicals.service_rule(*found["CORE_STALLED"], delayed=True),
        id_conflict=technicals.conflict(*found["ID_CONFLICT"]),
        core_fault=technicals.service_rule(*found["CORE_FAULT"]),
    )
    root.done()
    return ruleset
