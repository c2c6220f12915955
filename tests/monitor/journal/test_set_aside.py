"""A row that no file can hold stops nothing: it is set aside with a note, and everything else is written."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from config.instant import SECOND
from monitor.core.events import Event, EventKind
from monitor.journal import Durable, Failed, verify
from monitor.journal.record import SnapshotReason
from monitor.journal.schema import connect_writer
from tests.monitor.journal.conftest import OpenJournal
from tests.monitor.journal.disk import PATIENCE_S
from tests.monitor.journal.rows import page, raised, spo2_line, stored
from tests.support.clock import ManualClock


def notes(path: Path) -> list[dict[str, Any]]:
    """What the audit says of rows that were set aside."""
    found = stored(path, "SELECT detail FROM audit WHERE what = 'row_set_aside' ORDER BY id")
    return [msgspec.json.decode(text) for text in found]


async def test_an_unwritable_input_is_set_aside_and_its_neighbours_are_written(
    open_journal: OpenJournal, path: Path
) -> None:
    """One of many: the note names it; nobody hears of a broken disk."""
    journal = await open_journal()
    for number in range(1, 201):
        bed = "bay-\udc80" if number == 77 else "bay-1"
        at = 1 << 70 if number == 150 else number
        journal.record_input(at, bed, None, spo2_line(97))
    assert await journal.append([raised(5)], [page("p-1")], session=None).wait() == Durable()
    assert journal.health.trouble is None
    await journal.flush()
    assert stored(path, "SELECT count(*) FROM inputs") == [198]
    assert [(note["table"], note["row"], note["bed"]) for note in notes(path)] == [
        ("inputs", 77, "bay-?"),
        ("inputs", 150, "bay-1"),
    ]
    assert "surrogates" in notes(path)[0]["reason"]
    assert stored(path, "SELECT page_id FROM outbox") == ["p-1"]
    assert await journal.append([raised(6, 2)], session=None).wait() == Durable()
    assert verify(path).ok


async def test_other_rows_are_set_aside_too_and_audit_numbers_stay_unique(
    open_journal: OpenJournal, path: Path
) -> None:
    """A snapshot's session, a page's channel: the rows of an entry stand each for itself."""
    journal = await open_journal()
    before = journal.audit(1, "nurse-a", "127.0.0.1", "signed_in")
    journal.snapshot("bay-1", 1 << 70, b"{}", SnapshotReason.PERIODIC, None)
    journal.audit(1 << 70, "nurse-b", None, "signed_in")
    after = journal.audit(2, "nurse-c", None, "signed_in")
    assert (await before.wait(), await after.wait()) == (Durable(), Durable())
    assert [(note["table"], note["row"]) for note in notes(path)] == [("snapshots", 1), ("audit", 3)]
    assert stored(path, "SELECT who FROM audit WHERE what = 'signed_in' ORDER BY id") == ["nurse-a", "nurse-c"]


async def test_an_unwritable_event_keeps_its_number_and_the_chain(open_journal: OpenJournal, path: Path) -> None:
    """What can be written of it is; a gap would look like a tampered log."""
    journal = await open_journal()
    events = [raised(1), Event(1 << 70, "bay-\udc80", EventKind.ALARM_RAISED, {"alarm_id": "a"}), raised(3, 3)]
    assert await journal.append(events, session=None).wait() == Durable()
    await journal.flush()
    rows = stored(path, "SELECT seq, at_us, bed FROM events ORDER BY seq")
    assert rows == [(1, 1, "bay-1"), (2, (1 << 63) - 1, "bay-?"), (3, 3, "bay-1")]
    assert [(note["table"], note["row"]) for note in notes(path)] == [("events", 2)]
    assert verify(path).ok


async def test_a_lost_connection_is_no_reason_to_set_anything_aside(
    open_journal: OpenJournal, path: Path, clock: ManualClock
) -> None:
    """SQLite words it like a bad row; every row is kept for the next try."""
    broken = True

    class Closed(sqlite3.Connection):
        def execute(self, sql: str, parameters: object = ()) -> sqlite3.Cursor:
            if broken and sql.startswith("INSERT"):
                raise sqlite3.ProgrammingError("Cannot operate on a closed database.")
            return super().execute(sql, parameters)  # type: ignore[arg-type]

    journal = await open_journal(connect=lambda at: connect_writer(at, Closed))
    recovered = asyncio.Event()
    quiet: Any = lambda *told: None  # noqa: E731 - three of it
    journal.health.watch(on_trouble=quiet, on_recovered=recovered.set, on_low_disk=quiet, on_disk_ok=quiet)
    journal.record_input(1, "bay-1", None, spo2_line(97))
    result = await journal.append([raised(1)], session=None).wait()
    assert isinstance(result, Failed)
    broken = False
    await clock.advance(SECOND)
    async with asyncio.timeout(PATIENCE_S):
        await recovered.wait()
    assert stored(path, "SELECT count(*) FROM inputs") == stored(path, "SELECT count(*) FROM events") == [1]
    assert notes(path) == []
