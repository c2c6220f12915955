"""Acknowledged alarms that are still present speak up again (alarm-system 4.1, row 12)."""

from __future__ import annotations

from monitor.core.bed_state import Bed, Due
from monitor.core.events import Event


def due(bed: Bed) -> Due | None:
    """The next re-arm that no higher alarm of the group holds back."""
    waiting = bed.state.book.next_reminder()
    return None if waiting is None else Due(waiting[0], waiting[1], waiting[2])


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """Re-arm it."""
    bed.state.book.remind(due.key, bed.state.clock, out)
