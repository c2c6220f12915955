"""Limits set for one patient, and the rules that follow from them and from the rules switched off.

Pure: the preset's Ruleset in, the Ruleset in force out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from config.instant import Instant
from monitor.core.rules.limits import AlarmLimit
from monitor.core.rules.patient import Clear, CuffRule, LevelRule
from monitor.core.rules.ruleset import Ruleset
from monitor.core.rules.sections import LimitBounds


@dataclass(slots=True)
class SessionLimit:
    """One limit of this session: its number, who set it when, and the second person who signed."""

    number: float
    at: Instant
    by: str | None
    second_by: str | None = None


def in_force(preset: Ruleset, limits: Mapping[str, SessionLimit], off: Collection[str]) -> Ruleset:
    """The preset with the session's limits, without the rules that are off; the preset itself where nothing differs."""
    if not limits and not off:
        return preset
    levels = [_level(rule, limits.get(rule.rule.name)) for rule in preset.levels if rule.rule.name not in off]
    cuffs = [_cuff(rule, limits.get(rule.rule.name)) for rule in preset.cuffs if rule.rule.name not in off]
    return replace(preset, levels=tuple(levels), cuffs=tuple(cuffs))


def needs_second(bounds: LimitBounds, number: float) -> bool:
    """Whether this limit needs a second signature (alarm-system 3.3)."""
    below, above = bounds.second_below, bounds.second_above
    return (below is not None and number < below) or (above is not None and number > above)


def find_rule(rules: Ruleset, name: str) -> LevelRule | CuffRule | None:
    """The rule on a metric of that name."""
    every: list[LevelRule | CuffRule] = [*rules.levels, *rules.cuffs]
    return next((rule for rule in every if rule.rule.name == name), None)


def _level(rule: LevelRule, limit: SessionLimit | None) -> LevelRule:
    if limit is None:
        return rule
    moved = limit.number - rule.trigger.absolute
    clears = tuple(Clear(_shift(clear.limit, moved), clear.hold) for clear in rule.clears)
    return replace(rule, trigger=_at(rule.trigger, limit.number), clears=clears)


def _cuff(rule: CuffRule, limit: SessionLimit | None) -> CuffRule:
    if limit is None:
        return rule
    moved = limit.number - rule.trigger.absolute
    at_once = rule.at_once
    if at_once is not None:
        # The level for HIGH at once stays where the preset has it, but never inside the limit itself.
        beyond = min if at_once.comparison.is_lower_bound else max
        at_once = replace(at_once, absolute=beyond(at_once.absolute, limit.number))
    return replace(rule, trigger=_at(rule.trigger, limit.number), clear=_shift(rule.clear, moved), at_once=at_once)


def _at(trigger: AlarmLimit, number: float) -> AlarmLimit:
    return replace(trigger, absolute=number)


def _shift(clear: AlarmLimit, by: float) -> AlarmLimit:
    """The clear condition keeps its distance from the limit."""
    return replace(clear, absolute=clear.absolute + by)
