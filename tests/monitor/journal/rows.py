"""Inputs, events and pages as a ward would produce them, and what the file holds of them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from alerts.alert import Alert, AlertKind
from alerts.ledger import Page
from config.instant import Instant
from config.vocabulary import Priority
from monitor.core.events import Event, EventKind


def spo2_line(value: int | None, bed: str = "bay-1") -> dict[str, Any]:
    return {"t": 0.0, "bed": bed, "input": "spo2", "device": "ox-1", "spo2": value, "pulse_rate": 70, "flags": []}


def raised(at: Instant, number: int = 1, bed: str | None = "bay-1", **data: Any) -> Event:
    return Event(at, bed, EventKind.ALARM_RAISED, {"alarm_id": f"{bed}-{number:04}", "alarm": "SPO2_LOW", **data})


def page(page_id: str, at: Instant = 0) -> Page:
    alert = Alert(
        kind=AlertKind.RAISED,
        at=at,
        alarm_id="bay-1-0001",
        step=1,
        bed="bay-1",
        bed_label="Bay 1",
        alarm="SPO2_LOW",
        priority=Priority.MEDIUM,
        text="** Bay 1 SpO2 88 % (limit 90) for 15 s — café",
        value=88,
        limit=90,
        unit="%",
        raised_at=at - 5,
        session="s-1",
        occurrence=2,
        audible=False,
    )
    return Page(page_id, "pager", alert)


def stored(path: Path, sql: str) -> list[Any]:
    """What a stranger with SQLite sees; rows of one column as plain values."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(sql).fetchall()
    return [row[0] if len(row) == 1 else row for row in rows]


def change(path: Path, sql: str) -> None:
    """Meddle with the file."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
