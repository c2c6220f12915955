"""The journal as the service uses it: inputs and events in, promises out.

Inputs wait at most half a second for company; events go at once, in one transaction with every input before
them and the pages that follow. `at` is always an Instant of the service's clock.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import structlog

from alerts.ledger import Page
from config.bounded import within
from config.instant import SECOND, Clock, Instant
from config.vocabulary import Metric
from monitor.core.errors import JournalError
from monitor.core.events import Event
from monitor.journal.backlog import (
    MAX_WAITING_INPUTS,
    Backlog,
    Batch,
    Entry,
    EventTuple,
    InputLine,
    RowChange,
    encode,
    write_down,
)
from monitor.journal.commit import Commit, CommitResult, Durable, Failed
from monitor.journal.health import Health, free_percent
from monitor.journal.lock import ServiceLock
from monitor.journal.outbox import JournalOutbox
from monitor.journal.reader import JournalReader
from monitor.journal.record import EventRow, Restored, Session, SessionRecord, SnapshotReason, TrendPoint
from monitor.journal.rows import AuditRows, session_rows, snapshot_rows
from monitor.journal.schema import connect_reader, connect_writer, opening_rows, prepare
from monitor.journal.writer import Writer

log = structlog.get_logger("bedwatch.journal")

COMMIT_BOUND_S = 0.25
"""How long an alarm waits for its commit (rulings, section 5). Real time: it bounds a disk, not the ward."""

FLUSH_PERIOD = SECOND // 2
"""Inputs may be 1 s behind: half of it to wait, half for a slow disk."""


class Journal:
    """One service's journal. Make it with `Journal.open`; every method is for the event loop's thread.

    `outbox` implements `alerts.ledger.Outbox`; `health` tells who asks how the journal fares.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        lock: ServiceLock,
        connect: Callable[[Path], sqlite3.Connection],
        free_percent: Callable[[Path], float],
        commit_bound_s: float,
        max_waiting_inputs: int,
    ) -> None:
        self.path = path
        self._clock = clock
        self._lock = lock
        self._commit_bound_s = commit_bound_s
        self._loop = asyncio.get_running_loop()
        self._backlog = Backlog(max_waiting_inputs)
        self._writer = Writer(
            self._backlog,
            lambda: connect(path),
            on_written=lambda batch: self._on_loop(self._written, batch),
            on_failed=lambda batch, reason: self._on_loop(self._failed, batch, reason),
            on_ended=lambda: self._on_loop(self._ended.set),
            note=self._set_aside,
        )
        self._ended = asyncio.Event()
        self._last_input = self._last_event = self._last_snapshot = 0
        self._audits = AuditRows()
        self._closed = False
        self.health = Health(path.parent, clock, free_percent)
        self.outbox = JournalOutbox(self._change, JournalReader(path).told)
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        clock: Clock,
        version: str,
        connect: Callable[[Path], sqlite3.Connection] = connect_writer,
        free_percent: Callable[[Path], float] = free_percent,
        commit_bound_s: float = COMMIT_BOUND_S,
        max_waiting_inputs: int = MAX_WAITING_INPUTS,
    ) -> Journal:
        """Open the journal at `path`, made if missing, for this service alone.

        Args:
            version: of the software, kept beside the data.
            connect, free_percent, commit_bound_s, max_waiting_inputs: what a test puts in their place.

        A journal in order that cannot be written just now, as on a full disk, opens in trouble (`health.trouble`).

        Raises:
            JournalError: unwritable, not a journal, of a newer release, or in use; names path and remedy.
        """
        lock = ServiceLock.take(path)
        try:
            trouble = await asyncio.to_thread(prepare, path, clock.now(), version)
            journal = cls(path, clock, lock, connect, free_percent, commit_bound_s, max_waiting_inputs)
            with closing(connect_reader(path)) as connection:
                journal._resume(connection)
            if trouble is not None:
                journal._begin_in_trouble(trouble, version)
        except sqlite3.Error as error:
            lock.release()
            raise JournalError(
                f"{path}: the journal is damaged ({error}); keep a copy, then restore a backup or choose another "
                "folder with --data"
            ) from error
        except BaseException:
            lock.release()
            raise
        journal._writer.start()
        journal._tasks = [
            asyncio.create_task(journal._tick(), name="inputs are not flushed"),
            asyncio.create_task(journal._watch_disk(), name="the free space is not looked at"),
        ]
        for task in journal._tasks:
            task.add_done_callback(journal._task_ended)
        return journal

    def record_input(
        self,
        at: Instant,
        bed: str | None,
        session: str | None,
        line: InputLine | dict[str, Any],
        verdicts: dict[str, Any] | None = None,
    ) -> int:
        """Take one input, a line of interfaces section 4, written down or not; returns its sequence number.

        On disk within 1 s, or with the next events. `verdicts`: per metric verdict and reason,
        `{"spo2": ["VALID", None]}`.

        Raises:
            ValueError: no journal can hold the line.
        """
        written = line if isinstance(line, InputLine) else write_down(line)
        judged = encode(verdicts) if verdicts is not None else None
        self._last_input += 1
        self._backlog.add_input((self._last_input, at, bed, session, written.kind, written.body, judged))
        return self._last_input

    def append(self, events: Sequence[Event], pages: Sequence[Page] = (), *, session: str | None) -> Commit:
        """Take events and the pages that follow from them; the promise tells when they may be told.

        One transaction holds them, every input taken before, and whatever else waits. While the journal is in
        trouble the promise has failed already: nobody waits for a disk that is known to be broken.
        `session` counts for events that do not name their session themselves.
        """
        bodies = [encode(event.data) for event in events]
        now = self._clock.now()
        rows = [row for event in events for row in session_rows(event, session)]
        rows += [self.outbox.admit(page, now) for page in pages]
        first = self._last_event + 1
        numbered: list[EventTuple] = [
            (first + index, event.at, event.bed, event.data.get("session") or session, event.kind.value, body)
            for index, (event, body) in enumerate(zip(events, bodies, strict=True))
        ]
        self._last_event += len(events)
        return self._promise(Entry(self._last_input, numbered, rows))

    async def flush(self) -> CommitResult:
        """Everything taken so far is on disk, or why not."""
        return await self._promise(Entry(self._last_input)).wait()

    def snapshot(
        self,
        bed: str | None,
        at: Instant,
        state: bytes,
        reason: SnapshotReason,
        session: str | None,
        *,
        input_seq: int | None = None,
        event_seq: int | None = None,
    ) -> None:
        """Keep a bed's core state. `input_seq`, `event_seq`: last ones folded into it, by default the last taken.

        A new periodic one takes the place of the bed's older periodic ones.
        """
        self._last_snapshot += 1
        folded = self._last_input if input_seq is None else input_seq
        told = self._last_event if event_seq is None else event_seq
        rows = snapshot_rows(self._last_snapshot, bed, at, folded, told, reason, session, state)
        self._backlog.add(Entry(self._last_input, rows=rows))

    def audit(
        self, at: Instant, who: str | None, where: str | None, what: str, detail: dict[str, Any] | None = None
    ) -> Commit:
        """Note a sign-in, a refused call, anything a later reader has to know beside the events."""
        return self._promise(Entry(self._last_input, rows=[self._audits.row(at, what, detail, who=who, where=where)]))

    async def restore(self, bed: str | None) -> Restored:
        """The bed's last snapshot and the inputs since; None is the service itself."""
        return (await self.restore_all([bed]))[bed]

    async def restore_all(self, beds: Iterable[str | None]) -> dict[str | None, Restored]:
        """The same for many beds in one pass."""
        return await asyncio.to_thread(JournalReader(self.path).restore, list(beds))

    async def session_record(self, session: str) -> SessionRecord:
        """One session whole, up to this moment where the disk allows. JournalError: no such session."""
        await self.flush()
        return await asyncio.to_thread(JournalReader(self.path).session_record, session)

    async def events(
        self,
        *,
        since: int = 0,
        bed: str | None = None,
        session: str | None = None,
        kinds: Collection[str] | None = None,
        limit: int | None = None,
    ) -> list[EventRow]:
        """Durable events after sequence number `since`, in order."""
        reader = JournalReader(self.path)
        return await asyncio.to_thread(reader.events, since=since, bed=bed, session=session, kinds=kinds, limit=limit)

    async def sessions(self, *, bed: str | None = None) -> list[Session]:
        """Every session, the newest first."""
        return await asyncio.to_thread(JournalReader(self.path).sessions, bed=bed)

    async def trend(self, bed: str, metric: Metric, start: Instant, end: Instant) -> list[TrendPoint]:
        """What was measured from `start` to `end`; up to 1 s behind. ValueError: the metric has no trend."""
        return await asyncio.to_thread(JournalReader(self.path).trend, bed, metric, start, end)

    async def by_hand(self, bed: str, metric: Metric, start: Instant, end: Instant) -> list[TrendPoint]:
        """What people entered from `start` to `end`; up to 1 s behind."""
        return await asyncio.to_thread(JournalReader(self.path).by_hand, bed, metric, start, end)

    async def previous_baselines(self, patient: str) -> dict[str, list[float]]:
        """The baselines of a patient's earlier sessions by metric, the oldest session first."""
        return await asyncio.to_thread(JournalReader(self.path).previous_baselines, patient)

    @property
    def last_input_seq(self) -> int:
        """Sequence number of the last input taken."""
        return self._last_input

    @property
    def last_event_seq(self) -> int:
        """Sequence number of the last event taken, durable or not."""
        return self._last_event

    @property
    def waiting_inputs(self) -> int:
        """Inputs taken and not on disk yet."""
        return self._backlog.waiting_inputs

    async def close(self, within_s: float = 5.0) -> bool:
        """Write what waits, with one try and at most `within_s`, and let the journal go.

        Returns whether everything is on disk. A disk that does not answer keeps the lock until the process ends.
        """
        if self._closed:
            return self._backlog.idle
        self._note_lost()
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        self._backlog.stop()
        try:
            await within(within_s, self._ended.wait())
        except TimeoutError:
            return False
        self._writer.join()
        self._lock.release()
        return self._backlog.idle

    def _resume(self, connection: sqlite3.Connection) -> None:
        """Go on counting where the file ends, and take up its unsent pages."""
        tops = "(SELECT max(seq) FROM inputs), (SELECT max(seq) FROM events), (SELECT max(id) FROM snapshots)"
        found = connection.execute(f"SELECT {tops}, (SELECT max(id) FROM audit)").fetchone()  # noqa: S608 - constants
        self._last_input, self._last_event, self._last_snapshot, last_audit = (top or 0 for top in found)
        self._audits = AuditRows(last_audit)
        self.outbox.load(connection, self._clock.now())

    def _begin_in_trouble(self, reason: str, version: str) -> None:
        """The note of this start waits for better times like everything else."""
        now = self._clock.now()
        note = self._audits.row(now, "journal_opened", version)
        self._backlog.add(Entry(self._last_input, rows=[*opening_rows(now, version), note]))
        self.health.failed(reason)

    def _change(self, row: RowChange) -> None:
        """Have one row changed with the next transaction."""
        self._backlog.add(Entry(self._last_input, rows=[row]), at_once=False)

    def _promise(self, entry: Entry) -> Commit:
        first, last = self._last_event - len(entry.events) + 1, self._last_event
        commit = Commit(self._loop.create_future(), first, last)
        entry.commit = commit
        if self._closed:
            raise JournalError(f"{self.path}: the journal is closed")
        if self.health.trouble is not None:
            entry.told_early = True
            commit.settle(Failed(self.health.trouble))
        else:
            commit.timer = self._loop.call_later(self._commit_bound_s, self._out_of_time, entry)
        self._backlog.add(entry)
        return commit

    def _set_aside(self, detail: dict[str, Any]) -> RowChange:
        """The note of a row that no file can hold. On the writer's thread, inside its transaction."""
        log.error("journal_row_set_aside", **detail)
        return self._audits.row(self._clock.now(), "row_set_aside", detail)

    def _out_of_time(self, entry: Entry) -> None:
        reason = f"not on disk within {self._commit_bound_s * 1000:.0f} ms"
        entry.told_early = True
        if entry.commit is not None:
            entry.commit.settle(Failed(reason))
        self.health.slow(reason)

    def _on_loop(self, call: Callable[..., None], *values: Any) -> None:
        # A loop that is closed already has nobody left who waits.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *values)

    def _written(self, batch: Batch) -> None:
        for entry in batch.entries:
            in_time = entry.commit is None or entry.commit.settle(Durable())
            if not in_time and not entry.marked and entry.events and not self._closed:
                # It ran out of time while it was being written: the event cannot say so any more.
                seqs = {"first_seq": entry.events[0][0], "last_seq": entry.events[-1][0]}
                self.audit(self._clock.now(), None, None, "told_before_durable", seqs)
        # Written with the last try while closing: nobody can act on that any more.
        if batch.whole and self.health.trouble is not None and not self._closed:
            self.health.recovered()
            self._note_lost()

    def _note_lost(self) -> None:
        """Leave a note of inputs that were dropped, so that nobody takes the gap for a tampered log."""
        lost = self._backlog.take_lost()
        if lost is not None:
            detail = {"kinds": dict(lost.kinds), "first_seq": lost.first_seq, "last_seq": lost.last_seq}
            self.audit(self._clock.now(), None, None, "inputs_lost", detail)

    def _failed(self, batch: Batch, reason: str) -> None:
        def tell(entry: Entry) -> None:
            entry.told_early = True
            if entry.commit is not None:
                entry.commit.settle(Failed(reason))

        for entry in batch.entries:
            tell(entry)
        self._backlog.each_entry(tell)
        self.health.failed(reason)

    async def _tick(self) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now() + FLUSH_PERIOD)
            self._backlog.wake(retry=self.health.retry_due())

    async def _watch_disk(self) -> None:
        # Apart from the ticker: a sick disk may never say how full it is, and no flush must wait for that.
        while True:
            await self._clock.sleep_until(self._clock.now() + FLUSH_PERIOD)
            await self.health.check_disk()

    def _task_ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self.health.broken(f"{task.get_name()} any more: {error!r}")
