"""Level rules on SpO2 and pulse rate: each rule's condition, fed with accepted values and awaited in its deadlines."""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import UNITS, Metric
from monitor.core import calm, condition_watch
from monitor.core import condition as conditions
from monitor.core.alarm import instance_key
from monitor.core.bed_state import Bed, Due, earliest
from monitor.core.condition import Condition, Outcome, Stage
from monitor.core.condition_watch import LAPSE
from monitor.core.cuff import cuff_schedule
from monitor.core.events import Event
from monitor.core.oximeter import recent_median
from monitor.core.rules.patient import LevelRule
from monitor.core.validation import PULSE_MISMATCH, Judgement


def accepted(bed: Bed, metric: Metric, value: float, at: Instant, out: list[Event]) -> None:
    """A VALID value: every rule on the metric takes it."""
    for level in bed.levels_on[metric]:
        _feed(bed, level, value, at, out, doubtful=False)


def refused(
    bed: Bed, metric: Metric, value: float | None, judgement: Judgement, now: Instant, out: list[Event]
) -> None:
    """No VALID value: it ends what stood, but for the rules that take it all the same."""
    for level in bed.rules.levels:
        if level.metric is not metric:
            continue
        if value is not None and judgement.doubtful and _takes(level, judgement):
            _feed(bed, level, value, now, out, doubtful=True)
        elif (running := bed.state.conditions.get(level.rule.name)) is not None:
            conditions.vanish(running, now)


def beside(bed: Bed, metric: Metric, value: float, judgement: Judgement, now: Instant, out: list[Event]) -> None:
    """A doubtful value beside a better one of another device: heard where it is a trigger, and ends nothing."""
    for level in bed.levels_on[metric]:
        if _takes(level, judgement) and level.triggered(value, bed.state.baseline(metric)):
            _feed(bed, level, value, now, out, doubtful=True)


def _takes(level: LevelRule, judgement: Judgement) -> bool:
    """SPO2_CRIT takes a weak signal (rulings 3); some pulse rules one that differs from the cuff's (V10)."""
    return level.takes_mismatch if judgement is PULSE_MISMATCH else level.doubtful_delay is not None


def vanish(bed: Bed, metric: Metric, at: Instant) -> None:
    """The metric's last accepted value stopped standing."""
    for level in bed.rules.levels:
        running = bed.state.conditions.get(level.rule.name)
        if level.metric is metric and running is not None:
            conditions.vanish(running, at)


def _feed(bed: Bed, level: LevelRule, value: float, at: Instant, out: list[Event], *, doubtful: bool) -> None:
    state = bed.state
    running = state.conditions.get(level.rule.name)
    if level.median is None:
        baseline = state.baseline(level.metric)
    elif running is None:
        baseline = recent_median.before(level, level.median, value, state.taken(level), at)
    else:
        baseline = running.reference
    if running is None:
        if not level.triggered(value, baseline):
            return
        running = state.conditions[level.rule.name] = conditions.begin(level, at)
        running.reference = None if level.median is None else baseline
    alarm = state.book.present(level.rule)
    if alarm is not None:
        alarm.see(value, low=level.trigger.comparison.is_lower_bound)
    if conditions.observe(running, level, value, baseline, at, doubtful=doubtful) and alarm is not None:
        state.book.set_stale(alarm, False, max(at, state.clock), out)


# -- what is waited for ------------------------------------------------------------------------------------------


def due(bed: Bed) -> Due | None:
    """The earliest deadline of a rule's condition, or a value's end."""
    if not bed.state.conditions:
        return None
    found: list[Due] = []
    for name, running in bed.state.conditions.items():
        waiting = _condition_due(bed, bed.level_rules[name], running)
        if waiting is not None:
            found.append(waiting)
    return earliest(found)


def _condition_due(bed: Bed, level: LevelRule, running: Condition) -> Due | None:
    channel = bed.state.channel(level.metric)
    takes_more = level.doubtful_delay is not None or level.takes_mismatch
    return condition_watch.due(bed, level, running, channel.weak_until if takes_more else channel.track.until)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """The moment has come."""
    if due.what == LAPSE:
        conditions.vanish(bed.state.conditions[due.key], due.at)
    else:
        _outcome(bed, bed.level_rules[due.key], due.what, out)
    bed.calm = calm.band(bed)


def settle_between(bed: Bed, metric: Metric, upto: Instant, out: list[Event]) -> None:
    """Outcomes that fell due between two held samples, so that the second does not overtake them."""
    while True:
        waiting = [
            (outcome[0], level.rule.order, level, outcome[1])
            for level in bed.rules.levels
            if level.metric is metric and (running := bed.state.conditions.get(level.rule.name)) is not None
            if (outcome := condition_watch.next_outcome(bed, level, running)) is not None
        ]
        first = min(waiting, key=lambda entry: entry[:2], default=None)
        if first is None or first[0] > upto:
            return
        _outcome(bed, first[2], first[3], out)


def _outcome(bed: Bed, level: LevelRule, outcome: Outcome, out: list[Event]) -> None:
    state = bed.state
    at = state.clock
    running = state.conditions[level.rule.name]
    alarm = state.book.find(level.rule)
    conditions.settle(running, outcome)
    match outcome:
        case Outcome.ONSET:
            state.book.onset(
                level.rule,
                at,
                out,
                priority=level.priority,
                since=running.since,
                value=running.value,
                limit=running.limit,
                unit=UNITS[level.metric],
                extra={"doubtful": True} if running.doubtful else None,
            )
            if level.asks_cuff:
                cuff_schedule.ask(bed, at, level.rule.name, out, urgent=True)
        case Outcome.CALMED | Outcome.VANISHED:
            drop(bed, level, outcome.value, out)
        case Outcome.CLEARED if alarm is not None:
            del state.conditions[level.rule.name]
            state.book.cleared(alarm, at, out)
        case Outcome.RISEN if alarm is not None and level.rises_to is not None:
            state.book.rise(alarm, level.rises_to, at, out)
        case Outcome.STALE if alarm is not None:
            state.book.set_stale(alarm, True, at, out)


def drop(bed: Bed, level: LevelRule, reason: str, out: list[Event]) -> None:
    """A pending condition ends without an alarm; told unless it was pending behind a latched one."""
    condition_watch.tell_dropped(bed, level, bed.state.conditions.pop(level.rule.name), reason, out)


def drop_if_pending(bed: Bed, level: LevelRule, reason: str, out: list[Event]) -> None:
    """As `drop`, for a condition that has not become an alarm yet."""
    if bed.state.conditions[level.rule.name].stage is Stage.PENDING:
        drop(bed, level, reason, out)


# -- what a change of baseline does ----------------------------------------------------------------------------------


def limits_changed(bed: Bed, before: dict[Metric, float | None], out: list[Event]) -> None:
    """The baseline moved the limits: what the change made false ends, what it made true begins (rulings 2.7)."""
    for level in bed.rules.levels:
        limit_moved(bed, level, before[level.metric], level, out)
    bed.calm = calm.band(bed)


def limit_moved(bed: Bed, old: LevelRule, baseline: float | None, level: LevelRule, out: list[Event]) -> None:
    """One rule was `old`, by that baseline, and is `level` now: the same for it alone."""
    state = bed.state
    now = state.baseline(level.metric)
    if level.median is not None or old.limit(baseline) == level.limit(now):
        return
    running = state.conditions.get(level.rule.name)
    if running is None:
        look_again(bed, level, out)
        return
    value = running.value
    if value is None or not old.triggered(value, baseline) or level.triggered(value, now):
        return
    if running.stage is Stage.PENDING:
        drop(bed, level, "limit_changed", out)
        return
    del state.conditions[level.rule.name]
    state.book.end(state.book.open[instance_key(level.rule, None)], state.clock, out, "limit_changed")


def look_again(bed: Bed, level: LevelRule, out: list[Event]) -> None:
    """Hold the value that stands against a rule that is new here."""
    track, at = bed.state.channel(level.metric).track, bed.state.clock
    if track.value is not None and track.stands(at):
        _feed(bed, level, track.value, at, out, doubtful=False)
