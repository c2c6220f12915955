"""Which files are opened, and how the others are refused."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.core.errors import JournalError
from monitor.journal import JournalReader
from monitor.journal.schema import MIGRATIONS
from tests.monitor.journal.conftest import OpenJournal
from tests.monitor.journal.rows import change, raised, stored


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
