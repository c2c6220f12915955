"""What comes back: beds after a restart, sessions, events, trends."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from config.vocabulary import Metric
from monitor.core.errors import JournalError
from monitor.core.events import Event, EventKind
from monitor.journal import Durable, Journal, JournalReader, TrendPoint
from monitor.journal.record import SnapshotReason
from tests.monitor.journal.disk import Disk
from tests.monitor.journal.rows import raised, spo2_line


async def test_each_bed_gets_its_last_snapshot_and_the_inputs_since_in_order(journal: Journal) -> None:
    """The service itself is the bed None; a bed without a snapshot gets all there is."""
    journal.record_input(1, "bay-1", None, spo2_line(91))
    journal.snapshot("bay-1", 1, b"old", SnapshotReason.SESSION_OPENED, "s-1")
    journal.record_input(2, "bay-2", None, spo2_line(92, "bay-2"))
    journal.append([raised(2)], session="s-1")
    journal.snapshot("bay-1", 2, b"\x00new", SnapshotReason.RESTART, "s-1")
    journal.record_input(3, "bay-1", None, spo2_line(93))
    journal.record_input(4, None, None, {"t": 4.0, "input": "system", "system": "storage", "ok": False})
    journal.record_input(4, "bay-1", None, spo2_line(94))
    await journal.flush()

    found = await journal.restore_all(["bay-1", "bay-2", "bay-3", None])
    one = found["bay-1"]
    assert one.snapshot is not None
    assert (one.snapshot.state, one.snapshot.input_seq, one.snapshot.event_seq) == (b"\x00new", 2, 1)
    assert (one.snapshot.reason, one.snapshot.session) == (SnapshotReason.RESTART, "s-1")
    assert [(row.seq, row.at, row.line["spo2"]) for row in one.inputs] == [(3, 3, 93), (5, 4, 94)]
    assert found["bay-2"].snapshot is None
    assert [row.seq for row in found["bay-2"].inputs] == [2]
    assert (found["bay-3"].snapshot, found["bay-3"].inputs) == (None, [])
    assert [row.line["system"] for row in found[None].inputs] == ["storage"]
    assert await journal.restore("bay-1") == one


async def test_a_session_comes_back_whole(journal: Journal) -> None:
    """From the state before its first input to the last one of its discharge, and nobody else's."""
    journal.record_input(5, "bay-1", None, spo2_line(90))
    opening = journal.record_input(10, "bay-1", "s-1", {"t": 10.0, "bed": "bay-1", "input": "open_session"})
    journal.snapshot("bay-1", 10, b"idle", SnapshotReason.SESSION_OPENED, "s-1", input_seq=opening - 1)
    journal.append([Event(10, "bay-1", EventKind.SESSION_OPENED, {"patient": "P-17"})], session="s-1")
    journal.record_input(11, "bay-2", "s-2", spo2_line(99, "bay-2"))
    journal.record_input(12, "bay-1", "s-1", spo2_line(97))
    running = await journal.session_record("s-1")
    assert [row.seq for row in running.inputs] == [2, 4]
    assert running.session.closed_at is None

    journal.append(
        [Event(13, "bay-1", EventKind.PHASE_CHANGED, {"from": "RECOVERY", "to": "DISCHARGED"})], session="s-1"
    )
    journal.snapshot("bay-1", 13, b"idle again", SnapshotReason.DISCHARGED, "s-1")
    journal.record_input(13, "bay-1", None, spo2_line(98))
    whole = await journal.session_record("s-1")
    assert whole.opening is not None
    assert whole.opening.state == b"idle"
    assert [row.line["input"] for row in whole.inputs] == ["open_session", "spo2"]
    assert [(row.seq, row.kind, row.data) for row in whole.events] == [
        (1, "session_opened", {"patient": "P-17"}),
        (2, "phase_changed", {"from": "RECOVERY", "to": "DISCHARGED"}),
    ]
    assert (whole.session.opened_at, whole.session.closed_at) == (10, 13)


async def test_without_snapshots_a_sessions_own_times_bound_it(journal: Journal) -> None:
    for at in (9, 10, 11, 12):
        journal.record_input(at, "bay-1", None, spo2_line(97))
    journal.append([Event(10, "bay-1", EventKind.SESSION_OPENED, {})], session="s-1")
    journal.append([Event(11, "bay-1", EventKind.PHASE_CHANGED, {"to": "DISCHARGED"})], session="s-1")
    assert [row.at for row in (await journal.session_record("s-1")).inputs] == [10, 11]


async def test_a_session_nobody_knows_is_named(journal: Journal) -> None:
    with pytest.raises(JournalError, match="no session 's-9'"):
        await journal.session_record("s-9")


async def test_events_by_number_bed_and_session(journal: Journal) -> None:
    for number in range(1, 7):
        journal.append([raised(number, number, bed=f"bay-{number % 2}")], session=f"s-{number % 3}")
    await journal.flush()
    assert [row.seq for row in await journal.events()] == [1, 2, 3, 4, 5, 6]
    assert [row.seq for row in await journal.events(since=4)] == [5, 6]
    assert [row.seq for row in await journal.events(bed="bay-1")] == [1, 3, 5]
    assert [row.seq for row in await journal.events(session="s-0", bed="bay-0")] == [6]
    (second,) = await journal.events(since=1, limit=1)
    assert (second.seq, second.at, second.bed, second.session, second.kind) == (2, 2, "bay-0", "s-2", "alarm_raised")
    assert second.data == {"alarm": "SPO2_LOW", "alarm_id": "bay-0-0002"}


async def test_a_trend_has_values_gaps_and_verdicts(journal: Journal) -> None:
    """A number never travels alone: absence stays absence, doubt stays doubt."""
    journal.record_input(10, "bay-1", None, spo2_line(97), {"spo2": ["VALID", None], "pulse_rate": ["SUSPECT", "V10"]})
    journal.record_input(20, "bay-1", None, spo2_line(None), {"spo2": ["INVALID", "device"]})
    journal.record_input(30, "bay-1", None, spo2_line(95))
    journal.record_input(30, "bay-2", None, spo2_line(80, "bay-2"))
    cuff = {"t": 0, "bed": "bay-1", "input": "nibp", "systolic": 122, "diastolic": 76, "mean": None, "pulse_rate": 71}
    journal.record_input(31, "bay-1", None, cuff, {"systolic": ["VALID", None], "pulse_rate_cuff": ["VALID", None]})
    journal.record_input(40, "bay-1", None, spo2_line(94))
    await journal.flush()
    assert await journal.trend("bay-1", Metric.SPO2, 10, 39) == [
        TrendPoint(10, 97, "VALID"),
        TrendPoint(20, None, "INVALID", "device"),
        TrendPoint(30, 95, None),
    ]
    assert (await journal.trend("bay-1", Metric.PULSE_RATE, 0, 10)) == [TrendPoint(10, 70, "SUSPECT", "V10")]
    assert await journal.trend("bay-1", Metric.SYSTOLIC, 0, 99) == [TrendPoint(31, 122, "VALID")]
    assert await journal.trend("bay-1", Metric.PULSE_RATE_CUFF, 0, 99) == [TrendPoint(31, 71, "VALID")]
    assert await journal.trend("bay-1", Metric.MEAN, 0, 99) == [TrendPoint(31, None, None)]
    with pytest.raises(ValueError, match="pleth has no trend"):
        await journal.trend("bay-1", Metric.PLETH, 0, 99)


async def test_reading_and_writing_do_not_wait_for_each_other(journal: Journal, path: Path, disk: Disk) -> None:
    await journal.append([raised(1)], session=None).wait()
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM events").fetchone() == (1,)
        assert await journal.append([raised(2)], session=None).wait() == Durable()
        assert reader.execute("SELECT count(*) FROM events").fetchone() == (1,)
    disk.stall()
    third = journal.append([raised(3)], session=None)
    await disk.stalled()
    assert [row.seq for row in await journal.events()] == [1, 2]
    disk.resume()
    assert await third.wait() == Durable()


async def test_the_last_moment_is_that_of_inputs_or_events_whichever_is_later(journal: Journal, path: Path) -> None:
    """The service's clock must not start before it, also where devices have spoken and nothing has happened yet."""
    reader = JournalReader(path)
    assert reader.last_moment() == 0
    journal.record_input(7, "bay-1", None, spo2_line(97))
    await journal.flush()
    assert reader.last_moment() == 7
    await journal.append([raised(5)], session=None).wait()
    assert reader.last_moment() == 7
    await journal.append([raised(9, 2)], session=None).wait()
    assert reader.last_moment() == 9


async def test_a_damaged_journal_is_an_error_with_a_remedy(journal: Journal, path: Path) -> None:
    journal.record_input(1, "bay-1", None, spo2_line(97))
    await journal.close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE inputs SET body = '{broken'")
    with pytest.raises(JournalError, match="restore a backup"):
        JournalReader(path).restore(["bay-1"])


def frozen(at: int, value: float | None, metric: str = "systolic") -> Event:
    return Event(at, "bay-1", EventKind.BASELINE_FROZEN, {"metric": metric, "value": value})


async def test_the_baselines_of_a_patients_sessions_come_oldest_first(journal: Journal) -> None:
    """Of each session the last one told; what was NONE and whoever else is left out."""
    for at, session, patient, values in (
        (10, "s-1", "P-17", [None, 118]),
        (20, "s-2", "P-18", [150]),
        (30, "s-3", "P-17", [121]),
        (40, "s-4", "P-17", [None]),
    ):
        journal.append([Event(at, "bay-1", EventKind.SESSION_OPENED, {"patient": patient})], session=session)
        journal.append([frozen(at + 1 + i, value) for i, value in enumerate(values)], session=session)
        journal.append(
            [Event(at + 5, "bay-1", EventKind.PHASE_CHANGED, {"from": "RECOVERY", "to": "DISCHARGED"})], session=session
        )
    await journal.flush()
    assert await journal.previous_baselines("P-17") == {"systolic": [118, 121]}
    assert await journal.previous_baselines("P-9") == {}


async def test_what_people_entered_stands_in_the_trend_at_the_time_they_observed_it(journal: Journal) -> None:
    journal.append([Event(10, "bay-1", EventKind.SESSION_OPENED, {"patient": "P-17"})], session="s-1")
    entered = {"at": 15, "values": {"resp_rate": 14, "systolic": 122}}
    journal.append([Event(20, "bay-1", EventKind.READING_RECORDED, entered)], session="s-1")
    await journal.flush()
    assert await journal.trend("bay-1", Metric.RESP_RATE, 0, 100) == [TrendPoint(15, 14, None, by_hand=True)]
    assert await journal.trend("bay-1", Metric.SYSTOLIC, 0, 100) == [TrendPoint(15, 122, None, by_hand=True)]
    assert await journal.trend("bay-1", Metric.SYSTOLIC, 16, 100) == []
    assert await journal.trend("bay-2", Metric.SYSTOLIC, 0, 100) == []
