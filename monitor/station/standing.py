"""Where the value of each present alarm stands, as the bed's picture tells it once a second.

An alarm's own message comes when it changes, and its value then is soon an old one: beside a number that has moved
on it would contradict it.
"""

from __future__ import annotations

import math
from typing import Literal

from monitor.core.alarm import PRESENT
from monitor.core.bed_state import Bed
from monitor.core.rules.limits import AlarmLimit, Comparison
from monitor.core.rules.patient import CuffRule, LevelRule
from monitor.core.session.session_limits import find_rule
from monitor.station import wire

_COMPARISON: dict[Comparison, Literal["below", "at_most", "above", "at_least"]] = {
    Comparison.BELOW: "below",
    Comparison.AT_MOST: "at_most",
    Comparison.ABOVE: "above",
    Comparison.AT_LEAST: "at_least",
}


def standings(bed: Bed) -> list[wire.Standing]:
    """Of every present alarm on one metric; nothing of alarms that have ended."""
    found = []
    for alarm in bed.state.book.open.values():
        rule = find_rule(bed.rules, alarm.rule.name) if alarm.state in PRESENT else None
        if rule is not None:
            limit, end = _bounds(bed, rule)
            found.append(wire.Standing(alarm.alarm_id, rule.metric.value, alarm.worst, limit, end))
    return found


def _bounds(bed: Bed, rule: LevelRule | CuffRule) -> tuple[wire.Bound | None, wire.Bound | None]:
    """Where it alarms and where it ends. A rule with a median of its own goes by the one frozen at the trigger."""
    baseline = bed.state.baseline(rule.metric)
    if isinstance(rule, LevelRule) and rule.median is not None:
        found = [one.reference for one in bed.state.conditions_of(rule) if one.reference is not None]
        baseline = found[0] if found else None
    trigger, clear = (rule.trigger, rule.clears[0].limit) if isinstance(rule, LevelRule) else (rule.trigger, rule.clear)
    if isinstance(rule, LevelRule) and rule.also is not None and rule.limit(baseline) != trigger.number(baseline):
        trigger = rule.also
    return _bound(trigger, baseline), _bound(clear, baseline)


def _bound(limit: AlarmLimit, baseline: float | None) -> wire.Bound | None:
    number = limit.number(baseline)
    return wire.Bound(_COMPARISON[limit.comparison], number) if math.isfinite(number) else None
