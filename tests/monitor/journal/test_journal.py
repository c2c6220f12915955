"""What is taken, when it is durable, in which order."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from config.instant import SECOND
from monitor.core.errors import JournalError
from monitor.core.events import Event, EventKind
from monitor.journal import Durable, Journal, verify
from monitor.journal.record import SnapshotReason
from tests.monitor.journal.conftest import OpenJournal
from tests.monitor.journal.disk import PATIENCE_S, Disk
from tests.monitor.journal.rows import page, raised, spo2_line, stored
from tests.support.clock import ManualClock


async def test_events_are_on_disk_when_the_promise_says_so(journal: Journal, path: Path) -> None:
    commit = journal.append([raised(5), raised(6, 2)], session="s-1")
    assert await commit.wait() == Durable()
    assert (commit.first_seq, commit.last_seq) == (1, 2)
    assert stored(path, "SELECT seq, at_us, bed, session, kind FROM events") == [
        (1, 5, "bay-1", "s-1", "alarm_raised"),
        (2, 6, "bay-1", "s-1", "alarm_raised"),
    ]


async def test_one_transaction_holds_events_their_inputs_and_their_pages(
    journal: Journal, path: Path, disk: Disk
) -> None:
    """Rulings, section 5: nobody may find an event whose cause or page is missing."""
    for value in (97, 91, 88):
        journal.record_input(7, "bay-1", "s-1", spo2_line(value))
    await journal.append([raised(7)], [page("p-1")], session="s-1").wait()
    assert disk.transactions == 1
    assert stored(path, "SELECT seq FROM inputs") == [1, 2, 3]
    assert stored(path, "SELECT page_id, status FROM outbox") == [("p-1", "pending")]


async def test_inputs_alone_are_on_disk_after_a_second(
    journal: Journal, path: Path, clock: ManualClock, disk: Disk
) -> None:
    """Nothing but time: no event, no question."""
    journal.record_input(clock.now(), "bay-1", None, spo2_line(97), {"spo2": ["VALID", None]})
    assert journal.waiting_inputs == 1
    await clock.advance(SECOND)
    await disk.committed(1)
    assert stored(path, "SELECT seq, kind, verdicts FROM inputs") == [(1, "spo2", '{"spo2":["VALID",null]}')]


async def test_many_inputs_do_not_wait_for_the_second(journal: Journal, disk: Disk, path: Path) -> None:
    """Under load transactions stay small, so that an alarm never stands behind a long one."""
    for number in range(300):
        journal.record_input(number, "bay-1", None, spo2_line(97))
    await disk.committed(1)
    await journal.flush()
    assert stored(path, "SELECT count(*), max(seq) FROM inputs") == [(300, 300)]


async def test_whatever_waits_shares_one_transaction(journal: Journal, disk: Disk, path: Path) -> None:
    disk.stall()
    first = journal.append([raised(1)], session=None)
    await disk.stalled()
    others = [journal.append([raised(at, at)], session=None) for at in range(2, 50)]
    disk.resume()
    assert await first.wait() == Durable()
    assert {await other.wait() for other in others} == {Durable()}
    assert disk.transactions == 2
    assert stored(path, "SELECT at_us FROM events ORDER BY seq") == list(range(1, 50))


async def test_numbers_go_on_without_a_gap_after_a_restart(open_journal: OpenJournal, path: Path) -> None:
    for start in (1, 3):
        journal = await open_journal()
        assert journal.record_input(start, "bay-1", None, spo2_line(97)) == start
        assert journal.record_input(start, "bay-1", None, spo2_line(97)) == start + 1
        commit = journal.append([raised(1), raised(2)], session=None)
        assert commit.first_seq == start
        assert await journal.close()
    result = verify(path)
    assert (result.ok, result.count) == (True, 4)


async def test_close_writes_what_waits_and_lets_the_journal_go(open_journal: OpenJournal, path: Path) -> None:
    journal = await open_journal()
    journal.record_input(1, "bay-1", None, spo2_line(97))
    journal.append([raised(1)], session=None)
    assert await journal.close()
    assert await journal.close()
    assert stored(path, "SELECT (SELECT count(*) FROM inputs), (SELECT count(*) FROM events)") == [(1, 1)]
    with pytest.raises(JournalError, match="closed"):
        journal.append([raised(2)], session=None)
    await open_journal()


async def test_close_is_bounded_when_the_disk_does_not_answer(open_journal: OpenJournal, disk: Disk) -> None:
    journal = await open_journal()
    disk.stall()
    journal.append([raised(1)], session=None)
    await disk.stalled()
    assert not await journal.close(within_s=0.01)
    disk.resume()


async def test_a_value_that_cannot_be_kept_is_refused_before_it_takes_a_number(journal: Journal) -> None:
    """A row that SQLite would refuse for ever must never get in line."""
    with pytest.raises(TypeError):
        journal.append([raised(1, value=object())], [page("p-1")], session=None)
    with pytest.raises(KeyError):
        journal.record_input(1, "bay-1", None, {"t": 0})
    with pytest.raises(UnicodeEncodeError):
        journal.append([raised(1, text="\ud800")], session=None)
    assert (journal.last_event_seq, journal.last_input_seq) == (0, 0)
    assert journal.outbox.pending() == []
    assert await journal.append([raised(1)], session=None).wait() == Durable()


async def test_audit_rows_are_kept_as_strangers_typed_them(journal: Journal, path: Path) -> None:
    """A lone surrogate in a name must not stop the journal."""
    commit = journal.audit(9, "nurse-\ud800", "10.0.0.7", "sign_in_refused", {"path": "/api/v1/sign-in"})
    assert await commit.wait() == Durable()
    assert stored(path, "SELECT at_us, who, origin, what, detail FROM audit WHERE what <> 'journal_opened'") == [
        (9, "nurse-?", "10.0.0.7", "sign_in_refused", '{"path":"/api/v1/sign-in"}')
    ]


async def test_sessions_follow_from_the_events(journal: Journal) -> None:
    opened = Event(10, "bay-1", EventKind.SESSION_OPENED, {"session": "s-1", "patient": "P-17", "by": "nurse-a"})
    started = Event(15, "bay-1", EventKind.PHASE_CHANGED, {"from": "PRE", "to": "INFUSING"})
    ended = Event(20, "bay-1", EventKind.PHASE_CHANGED, {"from": "RECOVERY", "to": "DISCHARGED"})
    await journal.append([opened, started], session="s-1").wait()
    await journal.append([Event(12, "bay-2", EventKind.SESSION_OPENED, {"patient": "P-18"})], session="s-2").wait()
    assert [(s.session, s.closed_at) for s in await journal.sessions()] == [("s-2", None), ("s-1", None)]
    ended.data["session"] = "s-1"
    await journal.append([ended], session=None).wait()
    (session,) = await journal.sessions(bed="bay-1")
    assert (session.session, session.patient, session.opened_at, session.closed_at) == ("s-1", "P-17", 10, 20)


async def test_only_the_last_periodic_snapshot_stays(journal: Journal, path: Path) -> None:
    journal.snapshot("bay-1", 1, b"opening", SnapshotReason.SESSION_OPENED, "s-1")
    journal.snapshot("bay-2", 1, b"other", SnapshotReason.PERIODIC, None)
    for at in (2, 3, 4):
        journal.snapshot("bay-1", at, b"state", SnapshotReason.PERIODIC, "s-1")
    await journal.flush()
    assert stored(path, "SELECT at_us, bed FROM snapshots ORDER BY id") == [(1, "bay-1"), (1, "bay-2"), (4, "bay-1")]


async def test_a_look_at_the_disk_that_dies_is_told(open_journal: OpenJournal, clock: ManualClock) -> None:
    """A bug in what is called back must not stop the journal's own watch in silence."""
    journal = await open_journal(free_percent=lambda folder: 1.0)
    told: list[str] = []
    died = asyncio.Event()

    def on_low_disk(percent: float) -> None:
        died.set()
        raise RuntimeError("a bug")

    journal.health.watch(
        on_trouble=lambda reason, broken: told.append(reason),
        on_recovered=lambda: None,
        on_low_disk=on_low_disk,
        on_disk_ok=lambda percent: None,
    )
    await clock.advance(SECOND)
    async with asyncio.timeout(PATIENCE_S):
        await died.wait()
    assert await journal.close()
    assert told == ["the free space is not looked at any more: RuntimeError('a bug')"]


async def test_little_free_space_is_told_and_told_to_be_over(open_journal: OpenJournal, clock: ManualClock) -> None:
    """STORAGE is raised below 5 % (alarm-system, section 3.2); the disk is asked once a minute."""
    free = iter([4.0, 3.0, 50.0])
    told: asyncio.Queue[tuple[str, float]] = asyncio.Queue()
    journal = await open_journal(free_percent=lambda folder: next(free))
    journal.health.watch(
        on_trouble=lambda reason, broken: None,
        on_recovered=lambda: None,
        on_low_disk=lambda percent: told.put_nowait(("low", percent)),
        on_disk_ok=lambda percent: told.put_nowait(("ok", percent)),
    )
    async with asyncio.timeout(PATIENCE_S):
        await clock.advance(SECOND)
        assert await told.get() == ("low", 4.0)
        await clock.advance(60 * SECOND)
        assert await told.get() == ("low", 3.0)
        await clock.advance(60 * SECOND)
        assert await told.get() == ("ok", 50.0)
