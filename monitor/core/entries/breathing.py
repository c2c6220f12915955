"""RR_LOW: breathing counted by a person, and the rate derived from the pleth (alarm-system 3.1).

A count is made over a minute, so one count speaks for the 60 s before it: a low one raises at once, `since` a minute
before, and one at the clear level ends the alarm. The derived rate must be low for 60 s of valid time. A person's
count outranks it: an alarm that rests on a count is ended by a count alone, and a good count starts the derived
rate's delay anew.
"""

from __future__ import annotations

from config.instant import Instant, to_seconds
from config.vocabulary import UNITS, Metric, Observed
from monitor.core import condition as conditions
from monitor.core.bed_state import ORDER_LAPSE, Bed, Breathing, Due, earliest
from monitor.core.condition import Outcome, Stage
from monitor.core.events import Event, EventKind
from monitor.core.inputs import PlethMeasures

LAPSE = "lapse"


def counted(bed: Bed, rate: float, at: Instant, out: list[Event], *, may_clear: bool) -> None:
    """A person counted the breaths of the minute up to `at`; nobody has counted since.

    `may_clear`: it was entered in time. What was entered late may raise, and is for the chart only otherwise.
    """
    rule, state, session = bed.rules.rr_low, bed.state, bed.state.session
    if session is None or rule.rule.name in bed.off:
        return
    if not may_clear and not rule.counted.crossed(rate, None):
        return
    alarm = state.book.present(rule.rule)
    if alarm is not None:
        alarm.see(rate, low=True)
    if rule.counted.crossed(rate, None):
        state.breathing.by_count = True
        if alarm is not None:
            alarm.limit = rule.counted.absolute
            return
        state.book.onset(
            rule.rule,
            state.clock,
            out,
            priority=rule.derived.priority,
            since=max(session.opened_at, at - rule.span),
            value=rate,
            limit=rule.counted.absolute,
            unit=UNITS[Metric.RESP_RATE],
            extra={"metric": Metric.RESP_RATE.value},
        )
    elif rule.counted_clear.crossed(rate, None):
        _drop_if_pending(bed, Outcome.CALMED.value, out)
        state.breathing = Breathing()
        if alarm is not None:
            state.book.cleared(alarm, state.clock, out)


def look_again(bed: Bed, out: list[Event]) -> None:
    """RR_LOW is on again: a newest count that is low still says what is known."""
    session = bed.state.session
    newest = None if session is None else session.newest(Observed.RESP_RATE)
    if newest is not None:
        counted(bed, newest.value, newest.at, out, may_clear=False)


def derived(bed: Bed, item: PlethMeasures, now: Instant, out: list[Event]) -> None:
    """The pleth's measures of this second; a rate without quality counts as none."""
    rule, seen = bed.rules.rr_low, bed.state.breathing
    if rule.rule.name in bed.off:
        return
    rate, quality = item.resp_rate_pleth, item.rr_quality
    seen.until = min(seen.until, now)
    running = seen.condition
    if rate is None or quality is None or quality < rule.quality:
        if running is not None:
            conditions.vanish(running, now)
        return
    seen.until = now + bed.setup.stand(item.device)
    if running is None:
        if not rule.derived.trigger.crossed(rate, None):
            return
        running = seen.condition = conditions.begin(rule.derived, now)
    fresh = conditions.observe(running, rule.derived, rate, None, now, doubtful=False)
    alarm = bed.state.book.present(rule.rule)
    if alarm is not None and not seen.by_count:
        alarm.see(rate, low=True)
        if fresh:
            bed.state.book.set_stale(alarm, False, now, out)


def due(bed: Bed) -> Due | None:
    """The derived rate's next deadline."""
    seen, rule = bed.state.breathing, bed.rules.rr_low
    if seen.condition is None:
        return None
    found = []
    reached = conditions.next_outcome(seen.condition, rule.derived, bed.rules.timing)
    if reached is not None:
        found.append(Due(reached[0], rule.rule.order, rule.rule.name, reached[1]))
    if seen.condition.gone_from is None:
        found.append(Due(seen.until, ORDER_LAPSE, rule.rule.name, LAPSE))
    return earliest(found)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """The derived rate was low for long enough, is so no longer, or its measures stay away."""
    seen, rule, book = bed.state.breathing, bed.rules.rr_low, bed.state.book
    running = seen.condition
    if running is None:
        return
    if due.what == LAPSE:
        conditions.vanish(running, due.at)
        return
    alarm = book.present(rule.rule)
    if due.what in (Outcome.CALMED, Outcome.VANISHED):
        _drop_if_pending(bed, due.what.value, out)
        return
    conditions.settle(running, due.what)
    if due.what is Outcome.ONSET and alarm is None:
        book.onset(
            rule.rule,
            due.at,
            out,
            priority=rule.derived.priority,
            since=running.since,
            value=running.value,
            limit=running.limit,
            unit=UNITS[Metric.RESP_RATE_PLETH],
            extra={"metric": Metric.RESP_RATE_PLETH.value},
        )
    elif due.what is Outcome.CLEARED:
        seen.condition = None
        if alarm is not None and not seen.by_count:
            book.cleared(alarm, due.at, out)
    elif due.what is Outcome.STALE and alarm is not None and not seen.by_count:
        book.set_stale(alarm, True, due.at, out)


def left(bed: Bed, out: list[Event]) -> None:
    """The session ends: what is pending is dropped, nothing of this patient's breathing is kept."""
    forget(bed, "phase", out)


def forget(bed: Bed, reason: str, out: list[Event]) -> None:
    """What is pending is dropped for that reason, and the rule begins anew."""
    _drop_if_pending(bed, reason, out)
    bed.state.breathing = Breathing()


def _drop_if_pending(bed: Bed, reason: str, out: list[Event]) -> None:
    state, rule = bed.state, bed.rules.rr_low
    running = state.breathing.condition
    if running is None or running.stage is not Stage.PENDING:
        return
    state.breathing.condition = None
    if state.book.find(rule.rule) is None:
        held = to_seconds(running.onset.elapsed(state.clock))
        data = {"alarm": rule.rule.name, "held_s": held, "reason": reason}
        out.append(Event(state.clock, state.bed, EventKind.ALARM_PENDING_DROPPED, data))
