"""A batch with a row that no file can hold: everything else is written, the row is set aside with a note.

Used by the writer after such a batch failed as a whole. A broken disk or connection is no such case: it fails
again here, also on the note, and the whole batch waits for the next try.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from monitor.journal.backlog import EventTuple, RowChange, storable

UNWRITABLE = (
    OverflowError,
    UnicodeError,
    sqlite3.ProgrammingError,
    sqlite3.InterfaceError,
    sqlite3.IntegrityError,
    sqlite3.DataError,
)
"""What a row gives that SQLite will never take; trying again would stop the journal for ever."""

LARGEST = (1 << 63) - 1
"""SQLite's largest whole number."""

Note: TypeAlias = Callable[[dict[str, Any]], RowChange]
"""Makes the audit row that names what was set aside."""

Insert: TypeAlias = Callable[[sqlite3.Connection, str, Sequence[str], Sequence[tuple[Any, ...]]], None]


class SetAside:
    """Writes row by row where it must, inside the writer's transaction."""

    def __init__(self, connection: sqlite3.Connection, insert: Insert, note: Note) -> None:
        self._connection = connection
        self._insert = insert
        self._note = note

    def insert(self, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert `rows`, halving them until the bad ones stand alone."""
        if not rows:
            return
        error = self._try(lambda: self._insert(self._connection, table, columns, rows))
        if error is None:
            return
        if len(rows) == 1:
            self._tell(table, rows[0][0], error, bed=rows[0][2])
            return
        middle = len(rows) // 2
        self.insert(table, columns, rows[:middle])
        self.insert(table, columns, rows[middle:])

    def execute(self, statement: str, values: tuple[Any, ...]) -> None:
        """Change one row."""
        error = self._try(lambda: self._connection.execute(statement, values))
        if error is not None:
            words = statement.split()
            inserts = words[0] == "INSERT"
            table = words[words.index("INTO") + 1] if inserts else words[2 if words[0] == "DELETE" else 1]
            self._tell(table, values[0 if inserts else -1], error)

    def writable(self, event: EventTuple) -> EventTuple:
        """The event, with what cannot be written of it put right and noted: a gap would break the chain."""
        error = self._try(lambda: self._connection.execute("SELECT ?, ?, ?, ?, ?, ?", event))
        if error is None:
            return event
        seq, at, bed, session, kind, body = event
        self._tell("events", seq, error, bed=bed, written="as far as possible")
        at = max(-LARGEST, min(at, LARGEST))
        return seq, at, storable(bed), storable(session), storable(kind) or "", storable(body) or ""

    def _try(self, write: Callable[[], object]) -> Exception | None:
        self._connection.execute("SAVEPOINT apart")
        try:
            write()
        except UNWRITABLE as error:
            self._connection.execute("ROLLBACK TO apart")
            self._connection.execute("RELEASE apart")
            return error
        self._connection.execute("RELEASE apart")
        return None

    def _tell(self, table: str, row: object, error: Exception, **more: str | None) -> None:
        named = row if isinstance(row, int) and abs(row) <= LARGEST else storable(str(row))
        detail = {"table": table, "row": named, "reason": storable(f"{type(error).__name__}: {error}")}
        self._connection.execute(*self._note(detail | {key: storable(value) for key, value in more.items()}))
