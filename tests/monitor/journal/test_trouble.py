"""A disk that is full, locked, slow or gone: alarms go on, nothing is lost, the order stays."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from config.instant import SECOND
from monitor.journal import Durable, Failed, Journal, verify, writer
from monitor.journal.backlog import FLUSH_AT
from monitor.journal.schema import connect_writer
from tests.monitor.journal.conftest import OpenJournal
from tests.monitor.journal.disk import PATIENCE_S, Disk
from tests.monitor.journal.rows import page, raised, spo2_line, stored
from tests.support.clock import ManualClock


class Heard:
    """What the journal told about itself."""

    def __init__(self, journal: Journal) -> None:
        self.troubles: list[tuple[str, bool]] = []
        self._recovered = asyncio.Event()
        journal.health.watch(
            on_trouble=lambda reason, broken: self.troubles.append((reason, broken)),
            on_recovered=self._recovered.set,
            on_low_disk=lambda percent: None,
            on_disk_ok=lambda percent: None,
        )

    async def recovered(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self._recovered.wait()


def log_size(path: Path) -> int:
    """Bytes of the write-ahead log."""
    return Path(f"{path}-wal").stat().st_size


def durable_marks(path: Path) -> list[bool | None]:
    """Per event its `durable` field, None where it has none."""
    return [msgspec.json.decode(body).get("durable") for body in stored(path, "SELECT body FROM events ORDER BY seq")]


async def test_a_full_disk_loses_nothing_and_keeps_the_order(
    open_journal: OpenJournal, disk: Disk, path: Path, clock: ManualClock
) -> None:
    """Rulings, section 5: told at once, marked `durable: false`, journaled when that is possible again."""
    disk.full = True
    journal = await open_journal()
    heard = Heard(journal)
    bulk = "x" * 20_000
    journal.record_input(1, "bay-1", None, spo2_line(97))
    result = await journal.append([raised(1, 1, text=bulk)], [page("p-1")], session=None).wait()
    assert result == Failed("database or disk is full")
    assert heard.troubles == [("database or disk is full", True)]
    for number in range(2, 6):
        journal.record_input(number, "bay-1", None, spo2_line(97))
        commit = journal.append([raised(number, number)], session=None)
        assert commit.result == Failed("database or disk is full")
    assert stored(path, "SELECT count(*) FROM events") == [0]

    disk.full = False
    await clock.advance(SECOND)
    await heard.recovered()
    assert journal.health.trouble is None
    assert await journal.append([raised(6, 6)], session=None).wait() == Durable()
    assert stored(path, "SELECT at_us FROM events ORDER BY seq") == [1, 2, 3, 4, 5, 6]
    assert stored(path, "SELECT at_us FROM inputs ORDER BY seq") == [1, 2, 3, 4, 5]
    assert durable_marks(path) == [False] * 5 + [None]
    assert stored(path, "SELECT page_id FROM outbox") == ["p-1"]
    assert heard.troubles == [("database or disk is full", True)]
    assert verify(path).ok


async def test_a_foreign_lock_is_trouble_until_it_is_gone(
    open_journal: OpenJournal, path: Path, clock: ManualClock
) -> None:
    """Somebody's database browser holds the file."""
    journal = await open_journal()
    heard = Heard(journal)
    with closing(sqlite3.connect(path, isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        assert await journal.append([raised(1)], session=None).wait() == Failed("database is locked")
        browser.execute("ROLLBACK")
    await clock.advance(SECOND)
    await heard.recovered()
    assert durable_marks(path) == [False]


async def test_a_commit_that_failed_but_reached_the_disk_is_not_written_twice(
    open_journal: OpenJournal, path: Path, clock: ManualClock, disk: Disk
) -> None:
    """An I/O error may come after the bytes: the file is asked where it ends before the next try."""

    class Liar(sqlite3.Connection):
        def execute(self, sql: str, parameters: object = ()) -> sqlite3.Cursor:
            cursor = super().execute(sql, parameters)  # type: ignore[arg-type]
            if sql == "COMMIT" and disk.broken is not None:
                raise sqlite3.OperationalError(disk.broken)
            return cursor

    journal = await open_journal(connect=lambda at: connect_writer(at, Liar))
    heard = Heard(journal)
    disk.broken = "disk I/O error"
    journal.record_input(1, "bay-1", None, spo2_line(97))
    result = await journal.append([raised(1), raised(2, 2)], [page("p-1")], session=None).wait()
    assert result == Failed("disk I/O error")
    disk.broken = None
    await clock.advance(SECOND)
    await heard.recovered()
    await journal.append([raised(3, 3)], session=None).wait()
    assert stored(path, "SELECT at_us FROM events ORDER BY seq") == [1, 2, 3]
    assert stored(path, "SELECT seq FROM inputs") == [1]
    assert verify(path).ok


async def test_an_alarm_half_written_does_not_wait_for_a_slow_disk(
    open_journal: OpenJournal, disk: Disk, path: Path
) -> None:
    """After the bound it goes out; the event under way cannot say so any more, hence the audit does."""
    journal = await open_journal(commit_bound_s=1.0)
    heard = Heard(journal)
    disk.stall()
    early = journal.append([raised(1)], session=None)
    await disk.stalled()
    assert await early.wait() == Failed("not on disk within 1000 ms")
    assert heard.troubles == [("not on disk within 1000 ms", False)]
    later = journal.append([raised(2, 2)], session=None)
    assert later.result == Failed("not on disk within 1000 ms")
    disk.resume()
    await heard.recovered()
    assert await journal.close()
    assert durable_marks(path) == [None, False]
    notes = stored(path, "SELECT detail FROM audit WHERE what = 'told_before_durable'")
    assert notes == ['{"first_seq":1,"last_seq":1}']
    assert verify(path).ok


async def test_an_alarm_behind_a_slow_disk_says_itself_that_it_was_told_early(
    open_journal: OpenJournal, disk: Disk, path: Path
) -> None:
    """The writer is busy with the inputs before it, so the mark still gets into the event, and no note is needed."""
    journal = await open_journal(commit_bound_s=0.01)
    heard = Heard(journal)
    disk.stall()
    for number in range(FLUSH_AT):
        journal.record_input(number, "bay-1", None, spo2_line(97))
    await disk.stalled()
    early = journal.append([raised(FLUSH_AT)], session=None)
    assert await early.wait() == Failed("not on disk within 10 ms")
    disk.resume()
    await heard.recovered()
    assert await journal.close()
    assert durable_marks(path) == [False]
    assert stored(path, "SELECT detail FROM audit WHERE what = 'told_before_durable'") == []
    assert verify(path).ok


async def test_a_failed_checkpoint_costs_nothing(
    open_journal: OpenJournal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in the write-ahead log is durable; the next commit goes on behind it."""
    checkpoints = 0

    class Grudging(sqlite3.Connection):
        def execute(self, sql: str, parameters: object = ()) -> sqlite3.Cursor:
            nonlocal checkpoints
            if "wal_checkpoint" in sql:
                checkpoints += 1
                raise sqlite3.OperationalError("disk I/O error")
            return super().execute(sql, parameters)  # type: ignore[arg-type]

    monkeypatch.setattr(writer, "CHECKPOINT_TRANSACTIONS", 1)
    journal = await open_journal(connect=lambda at: connect_writer(at, Grudging))
    heard = Heard(journal)
    for at in range(1, 8):
        assert await journal.append([raised(at, at)], session=None).wait() == Durable()
    assert await journal.close()
    assert checkpoints
    assert heard.troubles == []
    assert (verify(path).ok, verify(path).count) == (True, 7)


async def test_the_write_ahead_log_goes_back_into_the_main_file(
    open_journal: OpenJournal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it would grow for as long as the service runs."""
    journal = await open_journal()
    for at in range(1, 60):
        await journal.append([raised(at, at)], session=None).wait()
    long = log_size(path)
    monkeypatch.setattr(writer, "CHECKPOINT_TRANSACTIONS", 5)
    for at in range(60, 200):
        await journal.append([raised(at, at)], session=None).wait()
    assert log_size(path) < 2 * long


async def test_inputs_that_had_to_go_leave_a_note(
    open_journal: OpenJournal, disk: Disk, path: Path, clock: ManualClock
) -> None:
    """The gap in their numbers must not look like a tampered log."""
    journal = await open_journal(max_waiting_inputs=1_500)
    heard = Heard(journal)
    disk.broken = "disk I/O error"
    assert await journal.append([raised(1)], session=None).wait() == Failed("disk I/O error")
    for number in range(1_501):
        journal.record_input(number, "bay-1", None, spo2_line(97))
    disk.broken = None
    await clock.advance(SECOND)
    await heard.recovered()
    await journal.flush()
    assert stored(path, "SELECT count(*), min(seq) FROM inputs") == [(501, 1_001)]
    notes = stored(path, "SELECT detail FROM audit WHERE what = 'inputs_lost'")
    assert notes == ['{"first_seq":1,"kinds":{"spo2":1000},"last_seq":1000}']


async def test_a_disk_that_never_says_how_full_it_is_holds_up_no_retry(
    open_journal: OpenJournal, disk: Disk, path: Path, clock: ManualClock
) -> None:
    """Asking for the free space may hang; what waits is written all the same."""
    answer = threading.Event()

    def ask(folder: Path) -> float:
        answer.wait(PATIENCE_S)
        return 50.0

    try:
        journal = await open_journal(free_percent=ask)
        heard = Heard(journal)
        await clock.advance(SECOND)
        disk.broken = "disk I/O error"
        assert await journal.append([raised(1)], session=None).wait() == Failed("disk I/O error")
        disk.broken = None
        await clock.advance(SECOND)
        await heard.recovered()
        assert stored(path, "SELECT at_us FROM events") == [1]
    finally:
        answer.set()


async def test_close_gives_up_after_one_try(open_journal: OpenJournal, disk: Disk) -> None:
    """A stop is not held up by a broken disk, and says that something is missing."""
    journal = await open_journal()
    disk.broken = "disk I/O error"
    journal.append([raised(1)], session=None)
    assert not await journal.close()
    disk.broken = None
    await open_journal()


async def test_a_trouble_that_ends_with_the_last_try_is_told_to_nobody(open_journal: OpenJournal, path: Path) -> None:
    """Who hears of it would write to a journal that takes nothing any more."""
    journal = await open_journal()
    heard = Heard(journal)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert await journal.append([raised(1)], session=None).wait() == Failed("database is locked")
        other.execute("ROLLBACK")
    assert await journal.close()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await heard.recovered()
    assert durable_marks(path) == [False]
