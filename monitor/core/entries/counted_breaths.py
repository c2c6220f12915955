"""RR_LOW by a person's count of the breaths (alarm-system 3.1).

A count is made over a minute, so one count speaks for the 60 s before it: a low one raises at once, `since` a minute
before, and one at the clear level ends the alarm. It outranks the rate derived from the pleth: an alarm that rests on
a count is ended by a count alone, and a good count starts the derived rate's delay anew.
"""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import UNITS, Metric, Observed
from monitor.core.bed_state import Bed
from monitor.core.condition import Outcome
from monitor.core.events import Event
from monitor.core.pleth import slow_breathing


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
        slow_breathing.forget(bed, Outcome.CALMED.value, out)
        if alarm is not None:
            state.book.cleared(alarm, state.clock, out)


def look_again(bed: Bed, out: list[Event]) -> None:
    """RR_LOW is on again: a newest count that is low still says what is known."""
    session = bed.state.session
    newest = None if session is None else session.newest(Observed.RESP_RATE)
    if newest is not None:
        counted(bed, newest.value, newest.at, out, may_clear=False)
