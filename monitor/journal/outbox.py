"""Pages that survive a restart: the durable half of `alerts.ledger.Outbox`.

Unfinished pages are also held in memory, so that nobody on the event loop waits for the disk. A page enters
with the events that caused it; what became of it is written within half a second, so a crash in between sends
it once more under the same id.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable

import msgspec

from alerts.alert import Alert, AlertKind
from alerts.ledger import Page, PageStatus
from config.instant import Instant
from monitor.journal.backlog import RowChange, encode, storable

REMEMBERED = 1_000
"""Deliveries kept in memory until the file surely has them."""

_INSERT = "INSERT OR IGNORE INTO outbox VALUES (?, ?, ?, ?, ?, 'pending', 0, ?, ?, '')"
_ATTEMPT = "UPDATE outbox SET attempts = ?, updated_us = ?, detail = ? WHERE page_id = ? AND status = 'pending'"
_FINISH = "UPDATE outbox SET status = ?, updated_us = ?, detail = ? WHERE page_id = ? AND status = 'pending'"


def alert_to_json(alert: Alert) -> str:
    """The alert as the outbox keeps it."""
    return encode(alert)


def alert_from_json(text: str) -> Alert:
    """The alert kept as `text`.

    Raises:
        msgspec.ValidationError: it lacks a field or holds a word that this release does not know.
    """
    return msgspec.json.decode(text, type=Alert)


class JournalOutbox:
    """Implements `alerts.ledger.Outbox` over the journal's writer. On the event loop only, but for `told`."""

    def __init__(self, change: Callable[[RowChange], None], told_on_disk: Callable[[str], frozenset[str]]) -> None:
        self._change = change
        self._told_on_disk = told_on_disk
        self._pages: dict[str, Page] = {}
        self._delivered: deque[tuple[str, str]] = deque(maxlen=REMEMBERED)
        self._attempts: dict[str, int] = {}

    def load(self, connection: sqlite3.Connection, now: Instant) -> None:
        """Take up what an earlier run left. A page nobody can read any more is finished as failed, and says so."""
        rows = connection.execute(
            "SELECT page_id, channel, alert, attempts FROM outbox WHERE status = 'pending' ORDER BY created_us, rowid"
        )
        for page_id, channel, text, attempts in rows.fetchall():
            try:
                alert = alert_from_json(text)
            except msgspec.DecodeError as error:
                self._change((_FINISH, (PageStatus.FAILED.value, now, f"unreadable: {error}", page_id)))
                continue
            self._pages[page_id] = Page(page_id, channel, alert)
            self._attempts[page_id] = attempts

    def admit(self, page: Page, now: Instant) -> RowChange:
        """The row of a new page, for the transaction of its events."""
        alert = page.alert
        values = (page.page_id, page.channel, alert.alarm_id, alert.kind.value, alert_to_json(alert), now, now)
        self._pages.setdefault(page.page_id, page)
        self._attempts.setdefault(page.page_id, 0)
        return _INSERT, values

    def pending(self) -> list[Page]:
        """Every page without a final status, oldest first."""
        return list(self._pages.values())

    def attempted(self, page_id: str, at: Instant, detail: str) -> None:
        """A try that did not end it; nothing for a page that is finished or unknown."""
        if page_id in self._pages:
            self._attempts[page_id] += 1
            self._change((_ATTEMPT, (self._attempts[page_id], at, storable(detail), page_id)))

    def finished(self, page_id: str, status: PageStatus, at: Instant, detail: str = "") -> None:
        """The final status. Recording it again changes nothing."""
        if status is PageStatus.PENDING:
            raise ValueError("pending is not a final status")
        page = self._pages.pop(page_id, None)
        if page is None:
            return
        del self._attempts[page_id]
        self._change((_FINISH, (status.value, at, storable(detail), page_id)))
        if status is PageStatus.DELIVERED and page.alert.kind in (AlertKind.RAISED, AlertKind.ESCALATED):
            self._delivered.append((page.alert.alarm_id, page.channel))

    def told(self, alarm_id: str) -> frozenset[str]:
        """Channels that had a raised or escalated page of this alarm delivered, in this run or an earlier one.

        A look-up by index in the file: for the rare alarm that the dispatcher does not remember. On any thread.

        Raises:
            JournalError: the file cannot be read.
        """
        fresh = frozenset(channel for alarm, channel in self._delivered.copy() if alarm == alarm_id)
        return fresh | self._told_on_disk(alarm_id)
