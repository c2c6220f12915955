"""A ward in memory with board and page writer behind it: what becomes of its events for people."""

from __future__ import annotations

from typing import Any

from alerts.alert import Alert, AlertKind
from config.instant import seconds
from monitor.board import Board, Change
from monitor.core.events import Event
from monitor.core.lines.reader import read_input
from monitor.core.ward import Ward
from monitor.pages import PageWriter
from tests.support.live_ward import LABELS, START, fresh_ward


class ToldWard:
    """Inputs in; `alerts` and `changes` collect what came of them, `last` the alerts of the last input."""

    def __init__(self, ward: Ward | None = None) -> None:
        self.ward = fresh_ward() if ward is None else ward
        self.board = Board()
        self.writer = PageWriter(LABELS)
        self.alerts: list[Alert] = []
        self.last: list[Alert] = []
        self.changes: list[Change] = []

    def put(self, t: float, kind: str, bed: str | None = "bay-1", **fields: Any) -> list[Alert]:
        """One input line; the alerts of everything it and the time before it caused."""
        line = {"t": t, "input": kind, **fields} | ({} if bed is None else {"bed": bed})
        now = START + seconds(t)
        self.last = []
        self._take(self.ward.settle(now))
        self._take(self.ward.feed(read_input(line, START), now))
        return self.last

    def open(self, t: float = 0.0, bed: str = "bay-1") -> None:
        """A patient on the bed."""
        self.put(t, "open_session", bed, patient="Jane Doe", session="s-1", by="nurse-a")

    def samples(self, start: int, end: int, spo2: float | None, pulse: float | None = 72) -> list[Alert]:
        """One sample a second, `end` excluded; all their alerts."""
        found: list[Alert] = []
        for t in range(start, end):
            found += self.put(t, "spo2", device="ox-1", spo2=spo2, pulse_rate=pulse, flags=[])
        return found

    def of(self, alarm: str) -> list[AlertKind]:
        """Kinds of every alert about an alarm so far."""
        return [alert.kind for alert in self.alerts if alert.alarm == alarm]

    def _take(self, events: list[Event]) -> None:
        # One event at a time would hide what a batch does; a batch is one bed's, as the loop makes it.
        for bed in dict.fromkeys(event.bed for event in events):
            batch = [event for event in events if event.bed == bed]
            state = self.ward.service.state if bed is None else self.ward.beds[bed].state
            changes = self.board.decide(batch, [state.book])
            self.changes += changes
            found = self.writer.alerts(batch, changes, "s-1", "Jane Doe")
            self.board.tell(changes, durable=True)
            self.last += found
            self.alerts += found
