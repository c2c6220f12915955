"""Cuff readings that fail or stay away: NIBP_FAIL, NIBP_OVERDUE, NIBP_20MIN_MISSING (alarm-system 3.2; rulings 2.8)."""

from __future__ import annotations

from typing import NamedTuple

from config.instant import Instant
from config.vocabulary import AlarmState, Phase, Priority, Verdict
from monitor.core.bed_state import Bed, Due, by_phase, earliest
from monitor.core.cuff import cuff_schedule
from monitor.core.events import Event
from monitor.core.session.session import Session


class Level(NamedTuple):
    """A level of NIBP_OVERDUE, and where the age counts from."""

    priority: Priority
    since: Instant


def due(bed: Bed) -> Due | None:
    """The next level of NIBP_OVERDUE, or the end of the time for the 20-minute reading."""
    found = [waiting for waiting in (_overdue_due(bed), _missing_due(bed)) if waiting is not None]
    return earliest(found)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """The moment has come."""
    if isinstance(due.what, Session):
        _look_for_20(bed, due.what, out)
    else:
        _overdue(bed, due, out)


def enter_phase(bed: Bed, at: Instant, out: list[Event]) -> None:
    """The age counts from here if no reading is newer; what has failed weighs more while the drug runs.

    An end that is taken back takes its missing reading along.
    """
    state = bed.state
    state.cuff.overdue_from = at
    fail = state.book.present(bed.rules.nibp_fail.rule)
    if fail is not None:
        priority = by_phase(bed, bed.rules.nibp_fail.infusing, bed.rules.nibp_fail.other)
        state.book.rise(fail, priority, state.clock, out)
    missing = state.book.find(bed.rules.nibp_missing.rule)
    if missing is not None and state.phase is Phase.INFUSING:
        state.book.end(missing, state.clock, out, "restarted")


# -- attempts -----------------------------------------------------------------------------------------------------


def attempt(bed: Bed, judged: Verdict, reason: str | None, measured: Instant, out: list[Event]) -> None:
    """A measurement has ended; `judged`: what it gave as a whole. A SUSPECT one neither counts nor resets."""
    cuff, book, rule = bed.state.cuff, bed.state.book, bed.rules.nibp_fail
    now = bed.state.clock
    if judged is Verdict.INVALID:
        cuff.failed += 1
        cuff.failed_from = measured if cuff.failed_from is None else cuff.failed_from
        cuff.failed_at = measured if cuff.failed_at is None else max(cuff.failed_at, measured)
        alarm = book.find(rule.rule)
        if alarm is not None:
            alarm.detail = reason
        elif cuff.failed >= rule.attempts:
            priority = by_phase(bed, rule.infusing, rule.other)
            book.onset(rule.rule, now, out, priority=priority, since=cuff.failed_from, detail=reason)
    elif judged is Verdict.VALID:
        # What was measured before an attempt failed does not say that the cuff measures now; it is a reading all the
        # same, and the age of the last one counts from it.
        works = cuff.failed_at is None or measured >= cuff.failed_at
        if works:
            cuff.failed, cuff.failed_from, cuff.failed_at = 0, None, None
        for ended in (rule.rule, bed.rules.overdue.rule) if works else (bed.rules.overdue.rule,):
            alarm = book.find(ended)
            if alarm is not None:
                book.cleared(alarm, now, out)


# -- readings that are late ---------------------------------------------------------------------------------------


def counted_from(bed: Bed) -> Instant | None:
    """Where the age of the last reading counts from: that reading, or entry into the phase if later."""
    cuff = bed.state.cuff
    if cuff.overdue_from is None:
        return None
    return cuff.overdue_from if cuff.valid_at is None else max(cuff.overdue_from, cuff.valid_at)


def _overdue_due(bed: Bed) -> Due | None:
    rule = bed.rules.overdue
    every, start = cuff_schedule.interval(bed), counted_from(bed)
    if every is None or start is None:
        return None
    alarm = bed.state.book.find(rule.rule)
    for factor, priority in rule.levels:
        if alarm is None or priority > alarm.priority:
            return Due(start + round(every * factor), rule.rule.order, "", Level(priority, start))
    return None


def _overdue(bed: Bed, due: Due, out: list[Event]) -> None:
    rule, book, level = bed.rules.overdue, bed.state.book, due.what
    alarm = book.find(rule.rule)
    if alarm is None:
        book.onset(rule.rule, bed.state.clock, out, priority=level.priority, since=level.since)
    else:
        book.rise(alarm, level.priority, bed.state.clock, out)


# -- the reading at 20 minutes ------------------------------------------------------------------------------------


def _missing_due(bed: Bed) -> Due | None:
    """Once for each end of the infusion, at deadline + grace; the bound of RETURNED_WITHIN_20."""
    session = bed.state.session
    deadline = None if session is None else session.deadline_at()
    if session is None or deadline is None or bed.state.phase is not Phase.RECOVERY:
        return None
    if bed.state.cuff.missing_decided == session.ended_at:
        return None
    return Due(deadline + bed.rules.recovery.grace, bed.rules.nibp_missing.rule.order, "", session)


def _look_for_20(bed: Bed, session: Session, out: list[Event]) -> None:
    rule, grace = bed.rules.nibp_missing, bed.rules.recovery.grace
    bed.state.cuff.missing_decided = session.ended_at
    deadline = session.deadline_at()
    if deadline is None:
        return
    start, end = deadline - grace, deadline + grace
    if any(reading.systolic is not None and start <= reading.at < end for reading in session.readings):
        return
    if bed.state.book.find(rule.rule) is None:
        bed.state.book.onset(rule.rule, bed.state.clock, out, priority=rule.priority, since=bed.state.clock)


def returned(bed: Bed, out: list[Event]) -> None:
    """A metric has come back, or a reading has come: with all of them back nothing is missing any more."""
    alarm, session = bed.state.book.find(bed.rules.nibp_missing.rule), bed.state.session
    if alarm is not None and session is not None and cuff_schedule.all_returned(session):
        bed.state.book.cleared(alarm, bed.state.clock, out, "returned")


def acknowledged(bed: Bed, out: list[Event]) -> None:
    """That the 20-minute reading is missing cannot be mended: the acknowledgement closes it."""
    alarm = bed.state.book.find(bed.rules.nibp_missing.rule)
    if alarm is not None and alarm.state is AlarmState.ACKED:
        bed.state.book.cleared(alarm, bed.state.clock, out, "acknowledged")
