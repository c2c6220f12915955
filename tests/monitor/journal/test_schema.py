"""Which files are opened, and how the others are refused."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from config.instant import SECOND
from monitor.core.errors import JournalError
from monitor.journal import Failed, JournalReader, reserve
from monitor.journal.lock import ServiceLock
from monitor.journal.schema import MIGRATIONS, connect_writer, prepare
from tests.monitor.journal.conftest import OpenJournal
from tests.monitor.journal.disk import PATIENCE_S
from tests.monitor.journal.rows import change, raised, stored
from tests.support.clock import ManualClock


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)


def content(path: Path) -> bytes:
    return path.read_bytes()


async def test_a_new_journal_knows_its_version_and_itself(open_journal: OpenJournal, path: Path) -> None:
    journal = await open_journal()
    await journal.close()
    assert stored(path, "PRAGMA user_version") == [len(MIGRATIONS)]
    about = dict(stored(path, "SELECT key, value FROM meta"))
    assert about["software"] == "1.2.3"
    assert about["created_us"] == "1000000000"
    await (await open_journal(version="1.2.4")).close()
    again = dict(stored(path, "SELECT key, value FROM meta"))
    assert again == about | {"software": "1.2.4"}
    assert stored(path, "SELECT detail FROM audit WHERE what = 'journal_opened'") == ["1.2.3", "1.2.4"]


async def test_a_journal_is_for_the_service_s_user_alone(open_journal: OpenJournal, path: Path) -> None:
    """Patients' data: the file and the log and index that SQLite keeps beside it, whatever the umask."""
    earlier = os.umask(0o022)
    try:
        journal = await open_journal()
        await journal.append([raised(1)], session=None).wait()
        modes = {beside.name: beside.stat().st_mode & 0o777 for beside in path.parent.glob(f"{path.name}*")}
    finally:
        os.umask(earlier)
    del modes[f"{path.name}.lock"]  # holds a process id
    modes.pop(f"{path.name}.reserve", None)  # holds nothing
    assert modes == dict.fromkeys([path.name, f"{path.name}-wal", f"{path.name}-shm"], 0o600)


async def test_a_second_service_is_refused(open_journal: OpenJournal, path: Path) -> None:
    first = await open_journal()
    with pytest.raises(JournalError, match=rf"{path}: another running service .*process {os.getpid()}.*--data"):
        await open_journal()
    await first.close()
    await open_journal()


async def test_a_newer_schema_is_refused(open_journal: OpenJournal, path: Path) -> None:
    await (await open_journal()).close()
    change(path, "PRAGMA user_version = 99")
    with pytest.raises(JournalError, match=rf"{path}: was written by a newer release \(schema 99"):
        await open_journal()
    with pytest.raises(JournalError, match="newer release"):
        JournalReader(path).sessions()


async def test_a_file_that_is_no_database_is_refused_and_kept(open_journal: OpenJournal, path: Path) -> None:
    write(path, b"this is a shopping list, not a journal" * 100)
    with pytest.raises(JournalError, match="is not a journal"):
        await open_journal()
    assert content(path).startswith(b"this is a shopping list")
    with pytest.raises(JournalError, match="cannot be read"):
        JournalReader(path).sessions()


async def test_a_damaged_journal_is_refused_and_let_go(open_journal: OpenJournal, path: Path) -> None:
    """A table torn out from under it; the lock must not stay behind."""
    await (await open_journal()).close()
    change(path, "ALTER TABLE outbox RENAME TO lost")
    with pytest.raises(JournalError, match="the journal is damaged"):
        await open_journal()
    change(path, "ALTER TABLE lost RENAME TO outbox")
    await open_journal()


async def test_another_programs_database_is_refused_and_left_alone(open_journal: OpenJournal, path: Path) -> None:
    write(path, b"")
    change(path, "CREATE TABLE bookmarks (url TEXT)")
    before = content(path)
    with pytest.raises(JournalError, match="another program's database"):
        await open_journal()
    assert content(path) == before


async def test_a_folder_that_cannot_be_written_is_named_with_the_remedy(open_journal: OpenJournal, path: Path) -> None:
    path.parent.write_text("a file where the folder should be")
    with pytest.raises(JournalError, match=rf"{path.parent}.*cannot be created.*--data"):
        await open_journal()


def test_reading_where_there_is_no_journal_says_so(path: Path) -> None:
    with pytest.raises(JournalError, match="there is no journal here"):
        JournalReader(path).events()


async def test_events_cannot_be_changed_by_accident(open_journal: OpenJournal, path: Path) -> None:
    journal = await open_journal()
    await journal.append([raised(1)], session=None).wait()
    for sql in (
        "UPDATE events SET body = '{}'",
        "DELETE FROM events",
        "DELETE FROM audit",
        "UPDATE audit SET who = 'x'",
    ):
        with pytest.raises(Exception, match="append-only"):
            change(path, sql)


async def test_a_journal_in_order_opens_although_it_cannot_be_written(
    open_journal: OpenJournal, path: Path, clock: ManualClock
) -> None:
    """Unwritable is loud, and the alarms go on: at the start too (alarm-system 5.2, STORAGE)."""
    await (await open_journal(version="1")).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        journal = await open_journal(version="2")
        assert journal.health.trouble == "database is locked"
        told: list[tuple[str, bool]] = []
        recovered = asyncio.Event()
        journal.health.watch(
            on_trouble=lambda reason, broken: told.append((reason, broken)),
            on_recovered=recovered.set,
            on_low_disk=lambda percent: None,
            on_disk_ok=lambda percent: None,
        )
        assert told == [("database is locked", True)]
        assert journal.append([raised(1)], session=None).result == Failed("database is locked")
        assert await journal.sessions() == []
        other.execute("ROLLBACK")
    await clock.advance(SECOND)
    async with asyncio.timeout(PATIENCE_S):
        await recovered.wait()
    assert journal.health.trouble is None
    assert dict(stored(path, "SELECT key, value FROM meta"))["software"] == "2"
    assert stored(path, "SELECT detail FROM audit WHERE what = 'journal_opened'") == ["1", "2"]


def test_the_reserve_is_given_up_when_not_even_reading_is_possible(path: Path) -> None:
    """A full disk without room for SQLite's shared memory: what was kept back makes the room."""
    assert prepare(path, 1, "1") is None
    kept = Path(f"{path}.reserve")
    assert kept.stat().st_size == reserve.SIZE

    def full(at: Path) -> sqlite3.Connection:
        if kept.exists():
            raise sqlite3.OperationalError("disk I/O error")
        return connect_writer(at)

    assert prepare(path, 2, "2", full) is None
    assert not kept.exists(), "on a disk that was full a moment ago it would take the last room"
    assert prepare(path, 3, "3") is None
    assert kept.exists()


def test_without_a_reserve_a_disk_that_cannot_be_read_is_refused(path: Path) -> None:
    prepare(path, 1, "1")
    reserve.give_up(path)

    def full(at: Path) -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    with pytest.raises(JournalError, match="free space on its disk"):
        prepare(path, 2, "2", full)


def test_a_process_id_that_cannot_be_noted_stops_no_start(path: Path) -> None:
    """The id only words a refusal; a longer one of the last life leaves nothing behind."""
    path.parent.mkdir()
    Path(f"{path}.lock").write_text("4194304\n")
    lock = ServiceLock.take(path)
    try:
        with pytest.raises(JournalError, match=rf"process {os.getpid()}\)"):
            ServiceLock.take(path)
    finally:
        lock.release()
