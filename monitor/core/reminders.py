"""Alarms that speak up again: acknowledged long ago and still present (alarm-system 4.1, row 12), or held back
by a higher one of their group until it left (rulings 2.4).
"""

from __future__ import annotations

from monitor.core.bed_state import Bed, Due
from monitor.core.events import Event


def due(bed: Bed) -> Due | None:
    """The next re-arm that no higher alarm of the group holds back."""
    book = bed.state.book
    if not book.open:
        return None
    released = book.next_released()
    if released is not None:
        order, key, reason = released
        return Due(bed.state.clock, order, key, reason)
    waiting = book.next_reminder()
    return None if waiting is None else Due(waiting[0], waiting[1], waiting[2])


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """Re-arm it."""
    if due.what is None:
        bed.state.book.remind(due.key, bed.state.clock, out)
    else:
        bed.state.book.release(due.key, due.what, bed.state.clock, out)
