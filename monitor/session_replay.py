"""One session out of the journal, run through the core once more: the very events that were journaled then.

The bed's state was kept just before the session was opened; time counts from that opening, and alarm ids go on
from the state's own counter (rulings, section 5).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from config.instant import Instant
from monitor.core.bed import Bed, Setup, step
from monitor.core.bed_state import BedState
from monitor.core.errors import JournalError
from monitor.core.events import Event, EventKind
from monitor.core.inputs import Acknowledge, BedInput, Command, SystemState
from monitor.core.lines.reader import read_input
from monitor.journal import EventRow, SessionRecord


def replay_session(record: SessionRecord, setups: Iterable[Setup]) -> Iterator[Event]:
    """The session's events, in order, on the service's scale.

    Raises:
        JournalError: the journal holds no opening state, or the bed is not on this site any more.
    """
    about = record.session
    setup = next((setup for setup in setups if setup.bed == about.bed), None)
    if setup is None:
        raise JournalError(f"session {about.session}: bed {about.bed!r} is not in the site file; name the one of then")
    if record.opening is None:
        raise JournalError(f"session {about.session}: the state of its bed at the opening was not kept")
    bed = Bed(setup, msgspec.json.decode(record.opening.state, type=BedState))
    for at, item in session_inputs(record):
        yield from step(bed, item, at)[1]


def session_inputs(record: SessionRecord) -> Iterator[tuple[Instant, BedInput]]:
    """What came in for the session's bed, in order, on the service's scale."""
    for row in record.inputs:
        item = read_input(row.line)
        if isinstance(item, SystemState) or (isinstance(item, Acknowledge | Command) and item.bed is None):
            continue  # about the service, not about this bed
        yield row.at, item


def journaled_events(record: SessionRecord) -> Iterator[Event]:
    """What the journal holds of the session, in the same form; whether it was told in time is left out."""
    for row in record.events:
        yield _event(row)


def _event(row: EventRow) -> Event:
    data = {key: value for key, value in row.data.items() if key != "durable"}
    return Event(row.at, row.bed, EventKind(row.kind), data)
