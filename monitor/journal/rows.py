"""The rows that stand beside inputs and events: snapshots, the list of sessions, the audit."""

from __future__ import annotations

from itertools import count
from typing import Any

from config.instant import Instant
from config.vocabulary import Phase
from monitor.core.events import Event, EventKind
from monitor.journal.backlog import RowChange, encode, storable
from monitor.journal.record import SnapshotReason

_SNAPSHOT = "INSERT OR IGNORE INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_DROP_PERIODIC = "DELETE FROM snapshots WHERE bed IS ? AND reason = 'periodic' AND id < ?"
_AUDIT = "INSERT OR IGNORE INTO audit VALUES (?, ?, ?, ?, ?, ?)"
_OPENED = "INSERT OR IGNORE INTO sessions VALUES (?, ?, ?, ?, NULL)"
_CLOSED = "UPDATE sessions SET closed_us = ? WHERE id = ? AND closed_us IS NULL"


class AuditRows:
    """Numbers the rows of the audit on from `last`, the last one in the file. May be asked on any thread."""

    def __init__(self, last: int = 0) -> None:
        self._numbers = count(last + 1)

    def row(
        self,
        at: Instant,
        what: str,
        detail: dict[str, Any] | str | None = None,
        *,
        who: str | None = None,
        where: str | None = None,
    ) -> RowChange:
        """One row; a table of details is kept as canonical JSON, a word as it is."""
        text = encode(detail) if isinstance(detail, dict) else detail
        return _AUDIT, (next(self._numbers), at, storable(who), storable(where), what, text)


def snapshot_rows(
    number: int,
    bed: str | None,
    at: Instant,
    input_seq: int,
    event_seq: int,
    reason: SnapshotReason,
    session: str | None,
    state: bytes,
) -> list[RowChange]:
    """Snapshot `number`; a periodic one takes the place of the bed's older periodic ones."""
    rows: list[RowChange] = [(_SNAPSHOT, (number, bed, at, input_seq, event_seq, reason.value, session, state))]
    if reason is SnapshotReason.PERIODIC:
        rows.append((_DROP_PERIODIC, (bed, number)))
    return rows


def session_rows(event: Event, session: str | None) -> list[RowChange]:
    """What an event changes in the list of sessions."""
    named = event.data.get("session") or session
    match event.kind:
        case EventKind.SESSION_OPENED if named:
            return [(_OPENED, (named, event.bed, event.data.get("patient"), event.at))]
        case EventKind.PHASE_CHANGED if event.data.get("to") == Phase.DISCHARGED:
            return [(_CLOSED, (event.at, named))]
        case _:
            return []
