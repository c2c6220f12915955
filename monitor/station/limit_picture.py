"""The alarm limits in force on a bed, as its tile and its panel show them."""

from __future__ import annotations

import math
from typing import Literal, cast

from config.vocabulary import Metric, Priority
from monitor.core.bed_state import Bed
from monitor.core.rules.patient import CuffRule, LevelRule
from monitor.core.session.limit_setting import side_of
from monitor.core.session.session_limits import find_rule
from monitor.station import wire


def limits(bed: Bed) -> dict[str, wire.Limits]:
    """By metric; nothing while nothing is watched."""
    if not bed.watched:
        return {}
    steps: dict[Metric, dict[str, list[wire.LimitStep]]] = {}
    # A limit that moves with the last two minutes is no line to draw.
    fixed: list[LevelRule | CuffRule] = [rule for rule in bed.rules.levels if rule.median is None]
    for rule in [*fixed, *bed.rules.cuffs]:
        baseline = bed.state.baseline(rule.metric)
        number = rule.limit(baseline) if isinstance(rule, LevelRule) else rule.trigger.number(baseline)
        if math.isfinite(number):  # else it is off for want of a baseline
            sides = steps.setdefault(rule.metric, {"low": [], "high": []})
            sides[side_of(rule)].append(_step(rule, number))
    session = bed.state.session
    set_here = {} if session is None else session.limits
    own = {found.metric for name in set_here if (found := find_rule(bed.rules, name)) is not None}
    return {metric.value: _of_metric(sides["low"], sides["high"], metric in own) for metric, sides in steps.items()}


def _of_metric(lows: list[wire.LimitStep], highs: list[wire.LimitStep], own: bool) -> wire.Limits:
    lows = sorted(lows, key=lambda step: step.limit, reverse=True)
    highs = sorted(highs, key=lambda step: step.limit)
    return wire.Limits(_first(lows), _first(highs), own, lows, highs)


def _step(rule: LevelRule | CuffRule, number: float) -> wire.LimitStep:
    later = rule.rises_to if isinstance(rule, LevelRule) else rule.second
    return wire.LimitStep(
        number,
        cast("Literal['high', 'medium', 'low']", rule.priority.word),
        None if later is None else cast("Literal['high', 'medium']", later.word),
    )


def _first(steps: list[wire.LimitStep]) -> float | None:
    """The first that asks for somebody; where none does, the first at all."""
    asking = [step for step in steps if step.priority != Priority.LOW.word or step.rises_to is not None] or steps
    return asking[0].limit if asking else None
