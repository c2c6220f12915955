"""The rules on cuff readings (alarm-system 3.1; rulings 3): what one reading raises, confirms or clears.

Readings count in the order in which they were measured: one that was measured before another that a rule has gone by
may raise, but ends nothing and breaks no row.
"""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import UNITS, Metric, Verdict
from monitor.core.alarm import PRESENT
from monitor.core.bed_state import Bed
from monitor.core.events import Event
from monitor.core.rules.patient import CuffRule
from monitor.core.validation import VALID, Judgement

Values = dict[Metric, float | None]
Judgements = dict[Metric, Judgement]


def evaluate(bed: Bed, values: Values, judgements: Judgements, measured: Instant, out: list[Event]) -> None:
    """One reading against every rule."""
    for rule in bed.rules.cuffs:
        value, judgement = values[rule.metric], judgements[rule.metric]
        if value is not None and judgement.verdict is not Verdict.INVALID:
            _evaluate(bed, rule, value, judgement, measured, out)


def rejudged(bed: Bed, valid: dict[Metric, float], measured: Instant, out: list[Event]) -> None:
    """A reading found VALID later: it may raise what has not evaluated it as SUSPECT."""
    for rule in bed.rules.cuffs:
        value = valid.get(rule.metric)
        if value is None or rule.suspect_counts:
            continue
        if rule.trigger.crossed(value, bed.state.baseline(rule.metric)):
            _evaluate(bed, rule, value, VALID, measured, out)


def critical(bed: Bed, values: Values, judgements: Judgements) -> bool:
    """Whether the reading meets a rule whose readings are repeated."""
    usable = {
        metric: value
        for metric, value in values.items()
        if value is not None and judgements[metric].verdict is not Verdict.INVALID
    }
    return any(
        rule.metric in usable and rule.trigger.crossed(usable[rule.metric], bed.state.baseline(rule.metric))
        for rule in bed.rules.cuffs
        if rule.repeat
    )


def is_newest(bed: Bed, name: str, measured: Instant) -> bool:
    """Whether the rule `name` has gone by no newer reading than this one; from now on it has gone by this."""
    evaluated = bed.state.cuff.evaluated
    last = evaluated.get(name)
    if last is not None and measured < last:
        return False
    evaluated[name] = measured
    return True


def _evaluate(
    bed: Bed, rule: CuffRule, value: float, judgement: Judgement, measured: Instant, out: list[Event]
) -> None:
    """One reading against one rule. A SUSPECT one may raise where the rule says so, and clears nothing."""
    suspect = judgement.verdict is Verdict.SUSPECT
    if suspect and not rule.suspect_counts:
        return
    state = bed.state
    now = state.clock
    book, counts, name = state.book, state.cuff.counts, rule.rule.name
    baseline = state.baseline(rule.metric)
    crossed = rule.trigger.crossed(value, baseline)
    # A doubtful reading that raises nothing is nothing that a rule goes by: it holds back no other.
    newest = (crossed or not suspect) and is_newest(bed, name, measured)
    alarm = book.find(rule.rule)
    present = alarm is not None and alarm.state in PRESENT
    if alarm is not None and present:
        alarm.see(value, low=rule.trigger.comparison.is_lower_bound, newest=newest)
    if crossed:
        counts[name] = counts.get(name, 0) + 1 if present else 1
        priority = rule.priority
        if rule.second is not None and counts[name] >= 2:
            priority = max(priority, rule.second)
        if rule.at_once is not None and rule.at_once.crossed(value, baseline):
            priority = max(priority, rule.at_once_priority)
        if alarm is not None and present:
            book.rise(alarm, priority, now, out)
            return
        book.onset(
            rule.rule,
            now,
            out,
            priority=priority,
            since=measured,
            value=value,
            limit=rule.trigger.number(baseline),
            unit=UNITS[rule.metric],
            extra={"doubtful": True} if suspect else None,
        )
        return
    if suspect or not newest:
        return
    if rule.consecutive:
        counts[name] = 0
    if alarm is not None and present and rule.clear.crossed(value, baseline):
        counts[name] = 0
        book.cleared(alarm, now, out)


def limits_changed(bed: Bed, before: dict[Metric, float | None], out: list[Event]) -> None:
    """The baseline moved a limit: an alarm whose trigger that made false ends (rulings 2.7)."""
    for rule in bed.rules.cuffs:
        limit_moved(bed, rule, rule.trigger.number(before[rule.metric]), out)


def limit_moved(bed: Bed, rule: CuffRule, old: float, out: list[Event]) -> None:
    """One rule's limit was `old`: the same for it alone."""
    state = bed.state
    alarm = state.book.present(rule.rule)
    if alarm is None or alarm.value is None:
        return
    new, comparison = rule.trigger.number(state.baseline(rule.metric)), rule.trigger.comparison
    if comparison.holds(alarm.value, old) and not comparison.holds(alarm.value, new):
        state.cuff.counts[rule.rule.name] = 0
        state.book.end(alarm, state.clock, out, "limit_changed")
