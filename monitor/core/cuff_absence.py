"""Cuff readings that stay away: NIBP_OVERDUE (alarm-system 3.2)."""

from __future__ import annotations

from config.instant import Duration, Instant
from config.vocabulary import Phase, Verdict
from monitor.core import cuff_schedule
from monitor.core.bed_state import Bed, Due
from monitor.core.events import Event
from monitor.core.ruleset import OverdueRule

OVERDUE_PHASES = (Phase.INFUSING, Phase.PAUSED, Phase.RECOVERY)


def counted_from(bed: Bed) -> Instant | None:
    """Where the age of the last reading counts from: that reading, or entry into the phase if later."""
    cuff = bed.state.cuff
    if cuff.overdue_from is None:
        return None
    return cuff.overdue_from if cuff.valid_at is None else max(cuff.overdue_from, cuff.valid_at)


def due(bed: Bed) -> Due | None:
    """The next level of NIBP_OVERDUE."""
    rule = bed.rules.overdue
    every, start = cuff_schedule.interval(bed), counted_from(bed)
    if every is None or start is None:
        return None
    return _next_level(bed, rule, every, start)


def _next_level(bed: Bed, rule: OverdueRule, every: Duration, start: Instant) -> Due | None:
    alarm = bed.state.book.find(rule.rule)
    for factor, priority in rule.levels:
        if alarm is None or priority > alarm.priority:
            return Due(start + round(every * factor), rule.rule.order, "", priority)
    return None


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """A level has been reached."""
    rule, book = bed.rules.overdue, bed.state.book
    alarm = book.find(rule.rule)
    if alarm is not None:
        book.rise(alarm, due.what, bed.state.clock, out)
        return
    since = counted_from(bed)
    book.onset(rule.rule, bed.state.clock, out, priority=due.what, since=bed.state.clock if since is None else since)


def enter_phase(bed: Bed, at: Instant) -> None:
    """The age counts from here if no reading is newer. An overdue alarm closes with the discharge, like every other."""
    state = bed.state
    state.cuff.overdue_from = at if state.phase in OVERDUE_PHASES else None


def attempt(bed: Bed, judged: Verdict, out: list[Event]) -> None:
    """A measurement has ended; `judged`: what it gave as a whole."""
    cuff = bed.state.cuff
    if judged is Verdict.INVALID:
        cuff.failed += 1
    if judged is not Verdict.VALID:
        return
    cuff.failed = 0
    alarm = bed.state.book.find(bed.rules.overdue.rule)
    if alarm is not None:
        bed.state.book.cleared(alarm, bed.state.clock, out)
