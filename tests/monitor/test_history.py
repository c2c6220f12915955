"""What the station asks of the journal."""

from __future__ import annotations

from pathlib import Path

from config.instant import MINUTE, SECOND, to_rfc3339
from monitor.core.errors import JournalError
from monitor.history import WITHOUT_SESSION, JournalHistory
from tests.monitor.journal.rows import stored
from tests.support.clock import ManualClock
from tests.support.live_ward import START, live_ward


async def test_a_trend_has_gaps_where_nothing_valid_was_measured(tmp_path: Path) -> None:
    """With the reason, and never with the number that was not believed."""
    async with live_ward(tmp_path) as live:
        history = JournalHistory(live.journal, live.ward, live.clock)
        live.open(1)
        live.samples(2, 4, 97)
        live.put(4, "spo2", device="ox-1", spo2=None, pulse_rate=None, flags=["no_finger"])
        live.put(5, "spo2", device="ox-1", spo2=97, pulse_rate=250, flags=[])
        live.samples(6, 7, 97)
        await live.clock.advance(10 * SECOND)
        await live.settled()
        spo2 = await history.trend("bay-1", "spo2", None, None)
        pulse = await history.trend("bay-1", "pulse_rate", None, None)
    assert [(at - START, value) for at, value, _ in spo2] == [
        (2 * SECOND, 97), (3 * SECOND, 97), (4 * SECOND, None), (5 * SECOND, 97), (6 * SECOND, 97),
    ]  # fmt: skip
    assert [reason for _, _, reason in spo2][:2] == [None, None]
    assert spo2[2][2]
    assert pulse[3][1] is None
    assert pulse[3][2]


async def test_a_trend_begins_with_the_session_and_ends_where_asked(tmp_path: Path) -> None:
    """What came before belongs to somebody else."""
    async with live_ward(tmp_path) as live:
        history = JournalHistory(live.journal, live.ward, live.clock)
        live.samples(0, 5, 97)
        live.open(5)
        live.samples(6, 12, 97)
        await live.clock.advance(20 * SECOND)
        await live.settled()
        own = await history.trend("bay-1", "spo2", None, None)
        part = await history.trend("bay-1", "spo2", START + 8 * SECOND, START + 9 * SECOND)
    assert [(at - START) // SECOND for at, _, _ in own] == [6, 7, 8, 9, 10, 11]
    assert [(at - START) // SECOND for at, _, _ in part] == [8, 9]


async def test_what_a_person_entered_is_no_value_of_the_oximeters_curve(tmp_path: Path) -> None:
    async with live_ward(tmp_path) as live:
        history = JournalHistory(live.journal, live.ward, live.clock)
        live.open(1)
        live.samples(2, 4, 97)
        live.put(5, "command", command="record_reading", by="nurse-a", values={"spo2": 83})
        await live.clock.advance(10 * SECOND)
        await live.settled()
        measured = await history.trend("bay-1", "spo2", None, None)
        entered = await history.by_hand("bay-1", "spo2", None, None)
    assert [value for _, value, _ in measured] == [97, 97]
    assert [value for _, value in entered] == [83]


async def test_without_a_session_a_trend_is_the_last_hour(tmp_path: Path) -> None:
    async with live_ward(tmp_path) as live:
        later = ManualClock(START + WITHOUT_SESSION + MINUTE)
        history = JournalHistory(live.journal, live.ward, later)
        live.samples(0, 1, 97)
        live.put(120, "spo2", device="ox-1", spo2=96, pulse_rate=70, flags=[])
        await live.settled()
        found = await history.trend("bay-1", "spo2", None, None)
    assert [(at - START) // SECOND for at, _, _ in found] == [120]


async def test_what_people_entered_is_listed_newest_first_and_only_of_this_session(tmp_path: Path) -> None:
    """A correction is an entry of its own above the first; what the service did by itself is none."""
    async with live_ward(tmp_path) as live:
        history = JournalHistory(live.journal, live.ward, live.clock)
        live.open(1, patient="P-16")
        live.put(2, "command", command="record_reading", by="nurse-a", values={"moaas": 5})
        live.put(3, "command", command="abort", by="nurse-a", reason="went home")
        live.open(10, patient="P-17")
        live.samples(11, 14, 97)
        live.put(20, "command", command="record_reading", by="nurse-a", values={"moaas": 2})
        live.put(40, "command", command="record_reading", by="nurse-b", values={"moaas": 4}, reason="typing error")
        await live.settled()
        found = await history.entries("bay-1")
        nobody = await history.entries("bay-2")
    assert [(one.kind, one.by, one.details.get("moaas"), one.text) for one in found] == [
        ("values", "nurse-b", 4, "typing error"),
        ("values", "nurse-a", 2, None),
        ("session", "nurse-a", None, None),
    ]
    assert found[0].entered_at == to_rfc3339(START + 40 * SECOND)
    assert nobody == []


async def test_sessions_are_listed_newest_first(tmp_path: Path) -> None:
    """Open ones have no end."""
    async with live_ward(tmp_path) as live:
        history = JournalHistory(live.journal, live.ward, live.clock)
        live.open(1, session="s-1")
        live.put(2, "command", command="abort", by="nurse-a", reason="went home")
        live.open(3, "bay-2", session="s-2")
        await live.settled()
        found = await history.sessions()
    assert found == [
        {
            "id": "s-2", "bed": "bay-2", "patient": "P-bay-2",
            "opened_at": to_rfc3339(START + 3 * SECOND), "closed_at": None,
        },
        {
            "id": "s-1", "bed": "bay-1", "patient": "P-bay-1",
            "opened_at": to_rfc3339(START + SECOND), "closed_at": to_rfc3339(START + 2 * SECOND),
        },
    ]  # fmt: skip


async def test_the_audit_trail_has_who_where_and_what(tmp_path: Path) -> None:
    """At the moment it happened."""
    async with live_ward(tmp_path) as live:
        await JournalHistory(live.journal, live.ward, live.clock).audit("nurse-a", "10.0.0.7", "sign_in")
        await live.settled()
    rows = stored(live.journal.path, "SELECT at_us, * FROM audit WHERE what = 'sign_in'")
    assert len(rows) == 1
    assert {START, "nurse-a", "10.0.0.7", "sign_in"} <= set(rows[0])


async def test_the_baselines_of_earlier_sessions_are_found_by_the_patients_reference(tmp_path: Path) -> None:
    async with live_ward(tmp_path) as live:
        history = JournalHistory(live.journal, live.ward, live.clock)
        live.open(1, patient="P-17")
        live.put(60, "nibp", device="cuff-1", systolic=121, diastolic=76, mean=91, pulse_rate=70, error=None)
        live.put(90, "command", command="start_infusion", by="nurse-a", override_by="dr-p", reason="short of time")
        await live.settled()
        known = await history.previous_baselines("P-17")
        unknown = await history.previous_baselines("P-18")
    assert known["systolic"] == [121]
    assert unknown == {}


async def test_a_journal_that_cannot_be_read_costs_the_hint_and_not_the_session(tmp_path: Path) -> None:
    async with live_ward(tmp_path) as live:

        class Unreadable:
            async def previous_baselines(self, patient: str) -> dict[str, list[float]]:
                raise JournalError("the disk is gone")

        history = JournalHistory(Unreadable(), live.ward, live.clock)  # type: ignore[arg-type]
        assert await history.previous_baselines("P-17") == {}
