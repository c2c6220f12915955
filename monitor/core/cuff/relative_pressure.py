"""BP_REL: a pressure far above the patient's own baseline (alarm-system 3.1; rulings 3)."""

from __future__ import annotations

from typing import NamedTuple

from config.instant import Instant
from config.vocabulary import UNITS, Metric
from monitor.core.bed_state import Bed
from monitor.core.cuff import pressure_rules
from monitor.core.events import Event


class Height(NamedTuple):
    """One pressure and how far it lies above its limit; negative below."""

    above: float
    value: float
    limit: float
    metric: Metric


def evaluate(bed: Bed, valid: dict[Metric, float], measured: Instant, out: list[Event], *, may_clear: bool) -> None:
    """One VALID reading. Metrics without a baseline have no limit; without any the rule is silent."""
    rule, book, counts = bed.rules.bp_rel, bed.state.book, bed.state.cuff.counts
    if rule.rule.name in bed.off:
        return
    heights = _heights(bed, valid)
    if not heights:
        return
    now, name = bed.state.clock, rule.rule.name
    alarm = book.present(rule.rule)
    highest = max(heights)
    newest = pressure_rules.is_newest(bed, name, measured)
    if highest.above < 0:
        if not (newest and may_clear):
            return
        counts[name] = 0
        if alarm is not None and _under(bed, heights):
            book.cleared(alarm, now, out)
        return
    counts[name] = counts.get(name, 0) + 1 if alarm is not None else 1
    priority = rule.second if counts[name] >= 2 else rule.priority
    if alarm is None:
        book.onset(
            rule.rule,
            now,
            out,
            priority=priority,
            since=measured,
            value=highest.value,
            limit=highest.limit,
            unit=UNITS[highest.metric],
            extra={"metric": highest.metric.value},
        )
        return
    if alarm.limit == highest.limit:
        alarm.see(highest.value, low=False, newest=newest)
    elif newest:
        alarm.value = alarm.worst = highest.value
        alarm.limit = highest.limit
    book.rise(alarm, priority, now, out)


def _heights(bed: Bed, valid: dict[Metric, float]) -> list[Height]:
    found = []
    for limit in bed.rules.bp_rel.limits:
        baseline, value = bed.state.baseline(limit.metric), valid.get(limit.metric)
        if baseline is not None and value is not None:
            number = limit.number(baseline)
            found.append(Height(value - number, value, number, limit.metric))
    return found


def _under(bed: Bed, heights: list[Height]) -> bool:
    """Every metric that has a limit is more than the margin under it."""
    rule = bed.rules.bp_rel
    wanted = {limit.metric for limit in rule.limits if bed.state.baseline(limit.metric) is not None}
    return {one.metric for one in heights} == wanted and all(one.above < -rule.below for one in heights)
