"""What can be set about each rule of a bed for its patient: the limit within its bounds, and whether it may be off."""

from __future__ import annotations

from config.vocabulary import UNITS, Phase
from monitor.core.bed_state import Bed
from monitor.core.rules.limits import Comparison
from monitor.core.rules.patient import CuffRule, LevelRule
from monitor.core.session.limit_setting import side_of
from monitor.core.session.session_limits import find_rule
from monitor.station import wire
from monitor.wording import plain_number, rule_words

SAID = {
    Comparison.BELOW: "below {}",
    Comparison.AT_MOST: "{} or less",
    Comparison.ABOVE: "above {}",
    Comparison.AT_LEAST: "{} or more",
}


def rule_settings(bed: Bed) -> list[wire.RuleSetting]:
    """Every rule on the patient's values, in the order of the tables."""
    rules = bed.setup.rules
    names = [rule.name for rule in rules.rule_ids() if rule.name in rules.physiological]
    return [_setting(bed, name) for name in names]


def _setting(bed: Bed, name: str) -> wire.RuleSetting:
    rules, session = bed.setup.rules, bed.state.session
    rule, bounds = find_rule(rules, name), rules.bounds.get(name)
    kept_on = bed.state.phase is Phase.INFUSING and name in rules.inactivation.kept_on
    if rule is None or bounds is None:
        return wire.RuleSetting(name, rule_words(name), name in bed.off, kept_on, None)
    own = None if session is None else session.limits.get(name)
    preset = rule.trigger.absolute
    limit = preset if own is None else own.number
    setting = wire.LimitSetting(
        side="low" if side_of(rule) == "low" else "high",
        unit=UNITS[rule.metric],
        limit=limit,
        preset=preset,
        lowest=bounds.lowest,
        highest=bounds.highest,
        second_below=bounds.second_below,
        second_above=bounds.second_above,
        by=None if own is None else own.by,
    )
    return wire.RuleSetting(name, _words(rule, limit), name in bed.off, kept_on, setting)


def _words(rule: LevelRule | CuffRule, limit: float) -> str:
    """`SpO2 below 90 %`, `SBP 180 mmHg or more`."""
    said = SAID[rule.trigger.comparison].format(f"{plain_number(limit)} {UNITS[rule.metric]}".rstrip())
    return f"{rule_words(rule.rule.name)} {said}"
