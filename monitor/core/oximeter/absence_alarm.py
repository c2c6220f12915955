"""SPO2_NO_DATA: the technical alarm about missing saturation (alarm-system 3.2; rulings, section 3)."""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import Phase, Priority
from monitor.core import calm
from monitor.core.bed_state import Bed, Due, earliest
from monitor.core.events import Event
from monitor.core.rules.ruleset import INFUSION

TURN = "turn"
CLEAR = "clear"


def due(bed: Bed) -> Due | None:
    """The next level, the window turning thin or thick, or the end of the alarm."""
    absence, rule = bed.state.absence, bed.rules.no_data
    if absence is None or not bed.watched or absence.frozen_from is not None:
        return None
    found = []
    turn = absence.next_turn(bed.state.clock, rule)
    if turn is not None:
        found.append(Due(turn, rule.rule.order, "", TURN))
    alarm = bed.state.book.find(rule.rule)
    track, now = bed.state.spo2.track, bed.state.clock
    healthy = absence.thin_from is None and track.stands(now)
    # Bad time counts from the last sample's own time; but while that stands nothing is missing, however short `after`.
    stood_until = track.until if healthy else 0
    for after, priority in _levels(bed):
        if alarm is None or priority > alarm.priority:
            found.append(Due(max(absence.bad_since() + after, stood_until), rule.rule.order, "", priority))
            break
    if alarm is not None and healthy:
        # Short of enough without being thin is only the session's first half minute, when nothing leaves the window.
        enough_at = now + max(0, rule.window_valid - absence.valid_within(now, rule.window))
        if enough_at <= track.until:
            found.append(Due(enough_at, rule.rule.order, "", CLEAR))
    return earliest(found)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """The moment has come."""
    absence, book, rule = bed.state.absence, bed.state.book, bed.rules.no_data
    if absence is None:
        return
    if due.what == TURN:
        absence.turn(bed.state.clock)
    elif due.what == CLEAR:
        alarm = book.find(rule.rule)
        if alarm is not None:
            book.cleared(alarm, bed.state.clock, out)
    else:
        _reached(bed, due.what, absence.told_since(), out)
    bed.calm = calm.band(bed)


def _reached(bed: Bed, priority: Priority, since: Instant, out: list[Event]) -> None:
    rule, book = bed.rules.no_data, bed.state.book
    alarm = book.find(rule.rule)
    if alarm is None:
        last = bed.state.spo2.track.value
        book.onset(rule.rule, bed.state.clock, out, priority=priority, since=since, value=last, unit="%")
    else:
        book.rise(alarm, priority, bed.state.clock, out)


def _levels(bed: Bed) -> list[tuple[int, Priority]]:
    """The levels in force, by time: the table's columns and the extra HIGH of the rulings."""
    rule = bed.rules.no_data
    levels = rule.infusing if bed.state.phase in INFUSION else rule.other
    found = [(level.after, level.priority) for level in levels]
    last = bed.state.spo2.track.value
    if bed.state.phase is Phase.INFUSING and last is not None and last < rule.high_below:
        found.append((rule.high_after, Priority.HIGH))
    return sorted(found, key=lambda entry: (entry[0], -entry[1]))
