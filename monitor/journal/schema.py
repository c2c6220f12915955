"""The journal's tables, and the connections to them.

Each entry of `MIGRATIONS` leads from one schema version to the next; entries are added, never changed. The
version stands in `PRAGMA user_version`, what kind of file it is in `PRAGMA application_id`.
"""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from config.instant import Instant
from monitor.core.errors import JournalError
from monitor.journal import reserve

APPLICATION_ID = 0x62647761
"""`bdwa` in ASCII."""

BUSY_TIMEOUT_S = 0.1
"""How long SQLite itself waits for a foreign lock: less than the 250 ms an alarm may wait for its commit."""

# Inputs carry no index by bed: with hundreds of beds each commit would dirty one page per bed. The index by
# time only grows at its end, and holds bed and kind so that a scan need not touch the rows of other beds.
MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE events (
        seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, bed TEXT, session TEXT, kind TEXT NOT NULL,
        body TEXT NOT NULL, prev_hash TEXT NOT NULL, hash TEXT NOT NULL
    );
    CREATE INDEX events_by_session ON events (session);
    CREATE TABLE inputs (
        seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, bed TEXT, session TEXT, kind TEXT NOT NULL,
        body TEXT NOT NULL, verdicts TEXT
    );
    CREATE INDEX inputs_by_time ON inputs (at_us, bed, kind);
    CREATE TABLE outbox (
        page_id TEXT PRIMARY KEY, channel TEXT NOT NULL, alarm_id TEXT NOT NULL, kind TEXT NOT NULL,
        alert TEXT NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL, created_us INTEGER NOT NULL,
        updated_us INTEGER NOT NULL, detail TEXT NOT NULL
    );
    CREATE INDEX outbox_by_alarm ON outbox (alarm_id);
    CREATE INDEX outbox_pending ON outbox (created_us) WHERE status = 'pending';
    CREATE TABLE snapshots (
        id INTEGER PRIMARY KEY, bed TEXT, at_us INTEGER NOT NULL, input_seq INTEGER NOT NULL,
        event_seq INTEGER NOT NULL, reason TEXT NOT NULL, session TEXT, state BLOB NOT NULL
    );
    CREATE INDEX snapshots_by_bed ON snapshots (bed);
    CREATE INDEX snapshots_by_session ON snapshots (session);
    CREATE TABLE sessions (
        id TEXT PRIMARY KEY, bed TEXT NOT NULL, patient TEXT, opened_us INTEGER NOT NULL, closed_us INTEGER
    );
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, who TEXT, origin TEXT, what TEXT NOT NULL, detail TEXT
    );
    CREATE TRIGGER events_stay BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    CREATE TRIGGER events_remain BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
    CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
    CREATE TRIGGER audit_remains BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
    """,
)


def connect_writer(path: Path, factory: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """The one writing connection: write-ahead log, every commit on disk before it returns.

    Raises:
        sqlite3.Error: the file cannot be opened or is no database.
    """
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, factory=factory
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL").fetchone()
        connection.execute("PRAGMA synchronous = FULL")
        # The writer checkpoints when nobody waits for it; SQLite's own checkpoint inside a commit is the net below.
        connection.execute("PRAGMA wal_autocheckpoint = 8000").fetchone()
        connection.execute("PRAGMA journal_size_limit = 67108864").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, on a live journal or on a dead file.

    Raises:
        JournalError: there is no journal at `path`, or it cannot be read.
    """
    if not path.is_file():
        raise JournalError(f"{path}: there is no journal here; give the data folder of the service")
    uri = path.resolve().as_uri() + "?mode=ro"
    if not Path(f"{path}-wal").exists():
        # Without a write-ahead log nobody writes; a copy on read-only media opens only this way.
        uri += "&immutable=1" if not _folder_is_writable(path.parent) else ""
    try:
        connection = sqlite3.connect(uri, uri=True, timeout=1.0, isolation_level=None, check_same_thread=False)
        try:
            _refuse_foreign(path, connection)
        except (sqlite3.Error, JournalError):
            connection.close()
            raise
    except sqlite3.Error as error:
        raise JournalError(f"{path}: cannot be read as a journal ({error})") from error
    return connection


def prepare(
    path: Path, at: Instant, version: str, connect: Callable[[Path], sqlite3.Connection] = connect_writer
) -> str | None:
    """Create the journal or bring its schema up to date, and note the software version.

    Returns why that note could not be written, as on a full disk, where the journal itself is in order: then a
    service can start, read it, and say that it cannot write.

    Raises:
        JournalError: unwritable folder, not a journal, newer schema; the message names path and remedy.
    """
    try:
        trouble = _prepare(path, at, version, connect)
    except (OSError, sqlite3.OperationalError) as error:
        try:
            if not reserve.give_up(path):
                raise
            trouble = _prepare(path, at, version, connect)
        except (OSError, sqlite3.OperationalError):
            raise JournalError(
                f"{path}: the journal cannot be written ({error}); make the folder writable for the service's user, "
                "free space on its disk, or choose another with --data"
            ) from error
        return trouble
    if trouble is None:
        reserve.keep(path)
    else:
        reserve.give_up(path)
    return trouble


def opening_rows(at: Instant, version: str) -> list[tuple[str, tuple[Any, ...]]]:
    """What each start notes beside the audit, as statements that may be run again."""
    insert = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO NOTHING"
    return [
        (insert, ("journal_id", str(uuid.uuid4()))),
        (insert, ("created_us", str(at))),
        ("INSERT INTO meta VALUES ('software', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", (version,)),
    ]


def _prepare(path: Path, at: Instant, version: str, connect: Callable[[Path], sqlite3.Connection]) -> str | None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # For the service's user alone. SQLite gives the files beside it the same mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        # Looked at before anything is set: another program's file stays as it is.
        with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
            found = _refuse_foreign(path, connection)
        with closing(connect(path)) as connection:
            _migrate(connection, found)
            return _note(connection, at, version)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        raise JournalError(f"{path}: is not a journal ({error}); move it away or choose another with --data") from error


def _migrate(connection: sqlite3.Connection, found: int) -> None:
    for number, sql in enumerate(MIGRATIONS[found:], start=found + 1):
        connection.executescript(
            f"BEGIN IMMEDIATE; {sql}; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {number}; COMMIT;"
        )


def _note(connection: sqlite3.Connection, at: Instant, version: str) -> str | None:
    try:
        connection.execute("BEGIN IMMEDIATE")
        for statement, values in opening_rows(at, version):
            connection.execute(statement, values)
        connection.execute("INSERT INTO audit (at_us, what, detail) VALUES (?, 'journal_opened', ?)", (at, version))
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        return str(error)
    return None


def _refuse_foreign(path: Path, connection: sqlite3.Connection) -> int:
    """The schema version found; JournalError when the file is another program's or a newer release's."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    owner: int = connection.execute("PRAGMA application_id").fetchone()[0]
    tables: int = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    if tables and owner != APPLICATION_ID:
        raise JournalError(f"{path}: is another program's database; move it away or choose another folder with --data")
    if found > len(MIGRATIONS):
        raise JournalError(
            f"{path}: was written by a newer release (schema {found}, this one knows up to {len(MIGRATIONS)}); "
            "install that release again, or choose another folder with --data"
        )
    return found


def _folder_is_writable(folder: Path) -> bool:
    """Whether SQLite could put its shared-memory file beside the journal."""
    return os.access(folder, os.W_OK)
