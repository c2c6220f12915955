"""The one thread that writes: takes whatever waits, puts it in one transaction, says how it went.

It knows no time: when to try again after a failure is decided on the event loop.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

from monitor.journal.backlog import Backlog, Batch
from monitor.journal.chain import GENESIS, link
from monitor.journal.set_aside import UNWRITABLE, Note, SetAside

BLOCKS = (64, 8, 1)
"""Rows per INSERT. Each statement hands the interpreter lock over and has to win it back from a busy event loop:
256 rows one by one took up to 2.5 s beside one, in blocks 6 ms."""

CHECKPOINT_ROWS = 2_000
CHECKPOINT_TRANSACTIONS = 250
"""The write-ahead log goes back into the main file about this often (1 to 6 MB), when nobody waits for a commit."""

CHECKPOINT_ANYWAY = 4
"""So many times overdue, it is done even then: a busy ward must not let the log grow for ever."""

INPUT_COLUMNS = ("seq", "at_us", "bed", "session", "kind", "body", "verdicts")
EVENT_COLUMNS = ("seq", "at_us", "bed", "session", "kind", "body", "prev_hash", "hash")


class Writer:
    """Owns the writing connection. The callbacks are called on its thread.

    Args:
        connect: opens a connection; called again after each failure.
        on_written: the batch is durable.
        on_failed: it is not, and why; the batch waits again already.
        on_ended: the thread has closed its connection and writes no more.
        note: makes the audit row of a row that was set aside.
    """

    def __init__(
        self,
        backlog: Backlog,
        connect: Callable[[], sqlite3.Connection],
        on_written: Callable[[Batch], None],
        on_failed: Callable[[Batch, str], None],
        on_ended: Callable[[], None],
        note: Note,
    ) -> None:
        self._backlog = backlog
        self._connect = connect
        self._on_written = on_written
        self._on_failed = on_failed
        self._on_ended = on_ended
        self._note = note
        self._connection: sqlite3.Connection | None = None
        self._last_seq = 0
        self._head = GENESIS
        self._rows = 0
        self._transactions = 0
        # A daemon, so that a disk that never answers cannot keep the process from ending.
        self._thread = threading.Thread(target=self._run, name="journal-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the thread's end, after `on_ended`."""
        self._thread.join()

    def _run(self) -> None:
        while (batch := self._backlog.next_batch()) is not None:
            try:
                self._write(batch)
            # Whatever it is, a writer that dies would be a journal that stops in silence: it is reported instead.
            except Exception as error:
                self._drop_connection()
                self._backlog.give_back(batch)
                self._on_failed(batch, str(error) or type(error).__name__)
            else:
                self._backlog.written(batch)
                self._on_written(batch)
                self._checkpoint_when_due()
        self._drop_connection()
        self._on_ended()

    def _write(self, batch: Batch) -> None:
        try:
            self._transact(batch, lambda connection: None)
        except UNWRITABLE:
            # A fresh connection: a closed one words it like a bad row.
            self._drop_connection()
            self._transact(batch, lambda connection: SetAside(connection, insert, self._note))

    def _transact(self, batch: Batch, careful: Callable[[sqlite3.Connection], SetAside | None]) -> None:
        connection = self._connection or self._open()
        aside = careful(connection)
        connection.execute("BEGIN IMMEDIATE")
        head, last_seq = self._head, self._last_seq
        if aside is None:
            insert(connection, "inputs", INPUT_COLUMNS, batch.inputs)
        else:
            aside.insert("inputs", INPUT_COLUMNS, batch.inputs)
        events: list[tuple[Any, ...]] = []
        for entry in batch.entries:
            if entry.told_early:
                entry.mark()
            for event in entry.events:
                # A commit that reported an error may have reached the disk all the same.
                if event[0] > last_seq:
                    event = event if aside is None else aside.writable(event)
                    prev_hash, head, last_seq = head, link(head, *event), event[0]
                    events.append((*event, prev_hash, head))
        insert(connection, "events", EVENT_COLUMNS, events)
        execute = connection.execute if aside is None else aside.execute
        for entry in batch.entries:
            for statement, values in entry.rows:
                execute(statement, values)
        connection.execute("COMMIT")
        self._head, self._last_seq = head, last_seq
        self._rows += len(batch.inputs)
        self._transactions += 1

    def _open(self) -> sqlite3.Connection:
        connection = self._connect()
        found = connection.execute("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").fetchone()
        self._last_seq, self._head = found or (0, GENESIS)
        self._connection = connection
        return connection

    def _checkpoint_when_due(self) -> None:
        due = max(self._rows / CHECKPOINT_ROWS, self._transactions / CHECKPOINT_TRANSACTIONS)
        if due < 1 or self._connection is None or (due < CHECKPOINT_ANYWAY and not self._backlog.idle):
            return
        self._rows = self._transactions = 0
        try:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        except sqlite3.Error:
            # What is in the log stays there, durable. The next commit meets the same disk and reports it.
            self._drop_connection()

    def _drop_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # Closing rolls back; on a failing disk it may complain once more about what was reported already.
            with suppress(sqlite3.Error):
                connection.close()


def insert(connection: sqlite3.Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows`, many per statement. Rows whose key is there already are left as they are."""
    start = 0
    for size in BLOCKS:
        one = f"({','.join('?' * len(columns))})"
        # Table and columns are this module's own constants.
        statement = f"INSERT OR IGNORE INTO {table} ({','.join(columns)}) VALUES {','.join([one] * size)}"  # noqa: S608
        while len(rows) - start >= size:
            connection.execute(statement, tuple(chain.from_iterable(rows[start : start + size])))
            start += size
