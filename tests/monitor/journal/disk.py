"""A disk that a test can fill, stall and watch, under a real SQLite connection."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path
from typing import Any

from monitor.journal.schema import connect_writer

PATIENCE_S = 20.0
"""Ends a test that would hang; no test depends on its length."""


class Disk:
    """Give `disk.connect` to `Journal.open`. All flags may be changed at any time."""

    def __init__(self) -> None:
        self.full = False
        self.broken: str | None = None
        self.transactions = 0
        self._commits = threading.Condition()
        self._open = threading.Event()
        self._open.set()
        self._reached = threading.Event()

    def stall(self) -> None:
        """Every commit from now on waits for `resume`."""
        self._reached.clear()
        self._open.clear()

    def resume(self) -> None:
        """Let waiting commits through."""
        self._open.set()

    async def stalled(self) -> None:
        """Wait until the writer stands before its commit."""
        assert await asyncio.to_thread(self._reached.wait, PATIENCE_S)

    async def committed(self, transactions: int) -> None:
        """Wait until so many transactions are on disk."""

        def wait() -> bool:
            with self._commits:
                return self._commits.wait_for(lambda: self.transactions >= transactions, PATIENCE_S)

        assert await asyncio.to_thread(wait)

    def connect(self, path: Path) -> sqlite3.Connection:
        """A connection on this disk."""
        if self.broken is not None:
            raise sqlite3.OperationalError(self.broken)
        disk = self

        class Watched(sqlite3.Connection):
            def execute(self, sql: str, parameters: Any = ()) -> sqlite3.Cursor:
                if sql != "COMMIT":
                    return super().execute(sql, parameters)
                disk._reached.set()
                disk._open.wait(PATIENCE_S)
                if disk.broken is not None:
                    raise sqlite3.OperationalError(disk.broken)
                cursor = super().execute(sql, parameters)
                with disk._commits:
                    disk.transactions += 1
                    disk._commits.notify_all()
                return cursor

        connection = connect_writer(path, Watched)
        if self.full:
            # SQLite raises the limit to the file's present size: not one page more.
            connection.execute("PRAGMA max_page_count = 1").fetchone()
        return connection
