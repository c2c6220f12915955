"""A ward out of its journal, whenever the service died: as if it had never been away, and nothing told twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from config.instant import MINUTE, SECOND, Instant, seconds
from monitor.core.bed import new_bed
from monitor.core.errors import JournalError
from monitor.core.events import Event
from monitor.core.lines.reader import read_input
from monitor.core.ward import Ward
from monitor.journal import EventRow
from monitor.journal.record import SnapshotReason
from monitor.restore import Revived, bed_setups, revive
from monitor.site import Site, read_site_text
from tests.monitor.journal.rows import change, stored
from tests.support.clock import ManualClock
from tests.support.live_ward import START, LiveWard, live_ward, open_journal

SITE_TEXT = """\
[site]
id = "harbour"
name = "Harbour Clinic"

[[bed]]
id = "bay-1"
label = "Bay 1"

[[bed]]
id = "bay-2"
label = "Bay 2"

[[device]]
id = "ox-1"
bed = "bay-1"
driver = "nonin-df2"
url = "tcp://127.0.0.1:4001"

[[device]]
id = "cuff-1"
bed = "bay-1"
driver = "par-nibp"
url = "tcp://127.0.0.1:4002"
"""

Step = tuple[float, dict[str, Any]]


@pytest.fixture(autouse=True)
def seldom_flushed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty minutes pass here without 4 800 turns of the journal's ticker; the tests flush by themselves."""
    monkeypatch.setattr("monitor.journal.journal.FLUSH_PERIOD", MINUTE)


def site() -> Site:
    return read_site_text("site.toml", SITE_TEXT, {})


def samples(start: int, end: int, spo2: int) -> list[Step]:
    sample = {"bed": "bay-1", "input": "spo2", "device": "ox-1", "pulse_rate": 70, "flags": []}
    return [(t, {**sample, "spo2": spo2}) for t in range(start, end)]


def command(t: float, name: str, **fields: Any) -> Step:
    return t, {"bed": "bay-1", "input": "command", "command": name, "by": "nurse-a", **fields}


def cuff(t: float, systolic: int) -> Step:
    values = {"systolic": systolic, "diastolic": 76, "mean": 92, "pulse_rate": 70, "error": None}
    return t, {"bed": "bay-1", "input": "nibp", "device": "cuff-1", **values}


NIGHT: list[Step] = [
    (0, {"bed": "bay-1", "input": "link", "device": "ox-1", "state": "up"}),
    (0, {"bed": "bay-1", "input": "link", "device": "cuff-1", "state": "up"}),
    (1, {"bed": "bay-1", "input": "open_session", "patient": "P-1", "session": "s-1", "by": "nurse-a"}),
    (2, {"bed": "bay-2", "input": "open_session", "patient": "P-2", "session": "s-2", "by": "nurse-b"}),
    *samples(3, 9, 97),
    cuff(10, 122),
    cuff(80, 124),
    cuff(150, 123),
    command(160, "start_infusion", override_by="dr-x", reason="no samples at night"),
    command(162, "audio_off", scope="station", role="lead"),  # refused: a bed is infusing
    command(163, "audio_pause", scope="station"),  # until SPO2_CRIT
    command(164, "audio_pause", scope="bed"),  # likewise
    *samples(200, 206, 97),
    *samples(206, 230, 87),  # SPO2_LOW at 221
    (230, {"bed": "bay-1", "input": "acknowledge", "alarm": "SPO2_LOW", "by": "nurse-a"}),
    *samples(231, 240, 83),  # SPO2_CRIT at 236
    *samples(240, 256, 96),  # both cleared, SPO2_CRIT latched
    (260, {"bed": None, "input": "system", "system": "pager", "ok": False, "subject": "pager", "critical": False}),
    command(270, "audio_pause", scope="station"),  # until its timer
    command(280, "alarm_pause", at_bed=True),  # until the phase
    command(290, "alarm_off", alarm="PR_LOW", reason="athlete", role="prescriber"),
    command(295, "set_limit", alarm="SBP_HIGH", high=170),
    command(300, "pause_infusion"),
    command(400, "resume_infusion"),
    cuff(450, 185),  # a high one
    cuff(515, 186),
    (530, {"bed": None, "input": "acknowledge", "alarm": "PAGER_FAIL", "by": "lead"}),
    (560, {"bed": "bay-1", "input": "link", "device": "ox-1", "state": "down", "reason": "plug pulled"}),
    command(700, "end_infusion"),
    command(710, "audio_off", scope="station", role="lead"),  # with reminders
    (720, {"bed": "bay-1", "input": "link", "device": "ox-1", "state": "up"}),
    cuff(900, 130),
    cuff(1300, 124),
    command(1400, "resume_alarms", scope="station"),
    command(1410, "resume_alarms", alarm="PR_LOW"),
    cuff(1600, 123),
    (2400, {"bed": "bay-1", "input": "tick"}),
]
"""One bed through its phases; deadlines of no data, offline, overdue cuff and return fall between the inputs."""

POINTS = [number for number, (_, line) in enumerate(NIGHT, 1) if line["input"] != "spo2" or number % 10 == 0]
"""Where the service dies: after every input but samples, and here and there among those."""


def fresh(at: Instant = START) -> Ward:
    ward = Ward(site().ruleset, at)
    for setup in bed_setups(site()):
        ward.add(new_bed(setup, at))
    return ward


def fold(ward: Ward, steps: Sequence[Step]) -> list[Event]:
    """What the uninterrupted core gives."""
    out: list[Event] = []
    for t, line in steps:
        out += ward.feed(read_input({"t": t, **line}, START), START + seconds(t))
    return out


def state(ward: Ward) -> list[Any]:
    """Everything durable about a ward, as plain values."""
    states: list[Any] = [bed.state for bed in ward.beds.values()]
    found = [msgspec.json.decode(msgspec.json.encode(each)) for each in [*states, ward.service.state]]
    del found[-1]["clock"]  # the latest deadline settled; nothing follows from it
    return found


def plain(events: Sequence[Event | EventRow]) -> list[tuple[Any, ...]]:
    """Comparable, whatever became of the numbers on their way through JSON."""
    found = []
    for event in events:
        data = msgspec.json.decode(msgspec.json.encode(event.data))
        found.append((event.at, event.bed, str(event.kind), data))
    return found


def in_any_order(events: Sequence[Event | EventRow]) -> list[str]:
    """The same, where two orders are both right."""
    return sorted(repr((at, bed, kind, sorted(data.items()))) for at, bed, kind, data in plain(events))


def copy_of(path: Path, target: Path) -> Path:
    """The journal as a process that dies now leaves it."""
    target.parent.mkdir()
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target


async def play(live: LiveWard, steps: Sequence[Step]) -> None:
    """Each input at its time, deadlines in between; a service keeps every bed when it starts."""
    if not live.journal.last_input_seq:
        live.loop.keep_all(SnapshotReason.RESTART)
    for t, line in steps:
        await live.clock.advance(max(0, START + seconds(t) - live.clock.now()))
        live.loop.submit(read_input({"t": t, **line}, START), START + seconds(t))


async def revived(path: Path, now: Instant) -> Revived:
    journal = await open_journal(path, ManualClock(now))
    try:
        with capture_logs():
            return await revive(journal, site(), now)
    finally:
        await journal.close()


async def test_an_empty_journal_is_a_first_start(tmp_path: Path) -> None:
    """Beds without patients, nothing to tell."""
    found = await revived(tmp_path / "journal.sqlite", START)
    assert found.first_start
    assert found.untold == []
    assert state(found.ward) == state(fresh())


async def test_dying_after_any_input_loses_nothing_and_tells_nothing_twice(tmp_path: Path) -> None:
    """The state equals the uninterrupted fold; journaled and untold events together are its events."""
    copies = {}
    async with live_ward(tmp_path, fresh()) as live:
        done = 0
        for point in POINTS:
            await play(live, NIGHT[done:point])
            done = point
            await live.journal.flush()
            copies[point] = copy_of(live.journal.path, tmp_path / f"dies-{point}" / "journal.sqlite")
    for point, path in copies.items():
        now = START + seconds(NIGHT[point - 1][0])
        whole = fresh()
        expected = fold(whole, NIGHT[:point])
        found = await revived(path, now)
        assert not found.first_start
        assert found.untold == [], point
        late = found.ward.settle(now)
        assert plain(late) == [], point
        assert state(found.ward) == state(whole), point
        journaled = stored(path, "SELECT count(*) FROM events")
        assert journaled == [len(expected)], point


async def test_a_snapshot_anywhere_changes_nothing(tmp_path: Path) -> None:
    """What is folded in from a periodic snapshot ends where the fold from the beginning ends."""
    async with live_ward(tmp_path, fresh()) as live:
        for cut in range(10, len(NIGHT), 20):
            await play(live, NIGHT[max(0, cut - 20) if cut > 10 else 0 : cut])
            live.loop.keep_all(SnapshotReason.PERIODIC)
            await live.journal.flush()
            path = copy_of(live.journal.path, tmp_path / f"kept-{cut}" / "journal.sqlite")
            whole = fresh()
            fold(whole, NIGHT[:cut])
            found = await revived(path, live.clock.now())
            assert found.untold == []
            assert state(found.ward) == state(whole), cut


@pytest.mark.parametrize("kept", [0, 1, 9, 17])
async def test_events_that_did_not_reach_the_disk_are_told_after_the_restart(tmp_path: Path, kept: int) -> None:
    """Inputs are there, their events are not: exactly these come out, service and beds alike.

    Those of the inputs first, in order of time; deadlines behind a bed's last input when the ward settles again.
    """
    before_the_next_snapshot = [step for step in NIGHT if step[0] <= 260]
    async with live_ward(tmp_path, fresh()) as live:
        await play(live, before_the_next_snapshot)
        rows = await live.events()
        path = copy_of(live.journal.path, tmp_path / "short" / "journal.sqlite")
    change(path, f"DROP TRIGGER events_remain; DELETE FROM events WHERE seq > {kept}")  # noqa: S608 - a number
    found = await revived(path, START + 260 * SECOND)
    late = found.ward.settle(START + 260 * SECOND)
    assert in_any_order([*found.untold, *late]) == in_any_order(rows[kept:])
    assert [event.at for event in found.untold] == sorted(event.at for event in found.untold)


async def test_deadlines_of_the_down_time_keep_their_own_time(tmp_path: Path) -> None:
    """The 20-minute clock survives: the verdict comes at its due time, though nobody was there to see it."""
    died_at = next(number for number, (t, _) in enumerate(NIGHT, 1) if t == 900)
    async with live_ward(tmp_path, fresh()) as live:
        await play(live, NIGHT[:died_at])
        await live.settled()
        path = live.journal.path
    now = START + 60 * MINUTE
    found = await revived(path, now)
    whole = fresh()
    fold(whole, NIGHT[:died_at])
    late = found.ward.settle(now)
    assert plain(late) == plain(whole.settle(now))
    (verdict,) = [event for event in late if event.kind.value == "return_verdict"]
    assert START + 900 * SECOND < verdict.at < now
    assert state(found.ward) == state(whole)


async def test_devices_are_awaited_anew_after_a_long_absence_of_the_service(tmp_path: Path) -> None:
    """Nobody is called about the silence of devices that nobody listened to; and a third life sees it the same way."""
    first_life = [(0.0, {"bed": "bay-1", "input": "open_session", "patient": "P-1", "by": "nurse-a"})]
    async with live_ward(tmp_path, fresh()) as live:
        await play(live, first_life + samples(1, 31, 97))
    clock = ManualClock(START + 300 * SECOND)
    journal = await open_journal(live.journal.path, clock)
    try:
        found = await revive(journal, site(), clock.now())
        second = LiveWard(found.ward, journal, clock)
        running = asyncio.create_task(second.loop.run())
        second.loop.awake()
        second.put(300, "system", None, system="clock", ok=True)
        second.put(300, "restart", None)
        for t, line in samples(301, 330, 97):
            second.loop.submit(read_input({"t": t, **line}, START), START + seconds(t))
        rows = await second.events()
        running.cancel()
        await asyncio.wait([running])
        again = await revive(journal, site(), START + 330 * SECOND)
    finally:
        await journal.close()
    assert [row.kind for row in rows if row.data.get("alarm") == "DEVICE_OFFLINE"] == []
    assert again.untold == []
    assert state(again.ward)[0] == state(second.ward)[0]


async def test_alarm_ids_and_sequence_numbers_go_on(tmp_path: Path) -> None:
    """A second life of the service under the same journal, told through the loop."""
    died_at = next(number for number, (t, _) in enumerate(NIGHT, 1) if t == 300)
    async with live_ward(tmp_path, fresh()) as live:
        await play(live, NIGHT[:died_at])
        first_life = await live.events()
    ids = [row.data["alarm_id"] for row in first_life if row.kind == "alarm_raised" and row.bed == "bay-1"]
    clock = ManualClock(START + 300 * SECOND)
    journal = await open_journal(live.journal.path, clock)
    try:
        found = await revive(journal, site(), clock.now())
        second = LiveWard(found.ward, journal, clock)
        running = asyncio.create_task(second.loop.run())
        second.loop.submit(read_input({"t": 300, "input": "restart"}, START))
        for t, line in samples(301, 330, 80):
            second.loop.submit(read_input({"t": t, **line}, START), START + seconds(t))
        rows = await second.events()
        running.cancel()
        await asyncio.wait([running])
    finally:
        await journal.close()
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    assert plain(rows[: len(first_life)]) == plain(first_life)
    new = [row.data["alarm_id"] for row in rows[len(first_life) :] if row.kind == "alarm_raised" and row.bed == "bay-1"]
    assert new
    assert all(int(alarm_id[-4:]) > int(ids[-1][-4:]) for alarm_id in new)
    recurrence = [row for row in rows[len(first_life) :] if row.kind == "alarm_rearmed" and row.bed == "bay-1"]
    assert {row.data["alarm"] for row in recurrence} >= {"SPO2_CRIT"}, "latched before, re-armed under its own id"


async def test_an_input_that_the_core_failed_on_does_not_keep_the_service_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bug is met again while folding; the bed comes back as it was behind it."""

    def broken(*_: Any) -> None:
        raise RuntimeError("a planted bug")

    monkeypatch.setattr("monitor.core.cuff.pressure.measurement", broken)
    # Drawing the traceback of a planted bug takes longer than the test.
    with capture_logs():
        async with live_ward(tmp_path, fresh()) as live:
            await play(live, NIGHT[:16])
            await live.settled()
            assert live.loop.stats.bugs == 3
    found = await revived(live.journal.path, START + 200 * SECOND)
    assert found.untold == []
    bed = found.ward.beds["bay-1"]
    assert bed.state.session is not None
    assert bed.state.session.id == "s-1"
    assert [alarm.rule.name for alarm in found.ward.service.state.book.open.values()] == ["CORE_FAULT"]


@pytest.mark.parametrize(
    "sql",
    ["UPDATE snapshots SET state = '{\"bed\": 7}'", """UPDATE inputs SET body = '{"t": 1, "input": "telepathy"}'"""],
    ids=["snapshot", "input"],
)
async def test_what_cannot_be_read_is_named(tmp_path: Path, sql: str) -> None:
    """A journal of another release is a message, not a traceback."""
    async with live_ward(tmp_path, fresh()) as live:
        await play(live, NIGHT[:6])
        await live.settled()
    change(live.journal.path, sql)
    with pytest.raises(JournalError, match="another release"):
        await revived(live.journal.path, START)


def test_a_device_stands_and_falls_silent_as_its_driver_says() -> None:
    """A streaming oximeter is missed after 10 s, a polled cuff later (alarm-system 3.2)."""
    first, second = bed_setups(site())
    assert (first.bed, second.bed) == ("bay-1", "bay-2")
    assert second.devices == {}
    oximeter, board = first.devices["ox-1"], first.devices["cuff-1"]
    assert oximeter.silence == 10 * SECOND
    assert oximeter.stand == 4 * SECOND
    assert board.silence is not None
    assert board.silence > oximeter.silence
