"""The loop: journal first, then tell; time at its deadlines; a bug on one bed stays on that bed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from alerts.alert import AlertKind
from config.instant import SECOND
from config.vocabulary import AlarmState, Metric, Priority
from monitor.core.errors import CoreFault, InputError
from monitor.core.events import EventKind
from monitor.core.inputs import (
    Acknowledge,
    BatteryLevel,
    Command,
    OpenSession,
    OximeterSample,
    Restart,
    SystemState,
    Tick,
)
from monitor.core.lines.reader import read_input
from monitor.core.oximeter import absence_alarm, level_watch
from monitor.journal.reader import JournalReader
from monitor.journal.record import SnapshotReason
from tests.monitor.journal.disk import Disk
from tests.monitor.journal.rows import stored
from tests.support.clock import let_tasks_run
from tests.support.live_ward import START, LiveWard, live_ward, refusals

LOW_AT = 25
"""Saturation is 88 from 10 s on, so SPO2_LOW is raised at 25 s."""


def desaturate(live: LiveWard, bed: str = "bay-1") -> None:
    """SPO2_LOW pending since 10 s, due at 25 s; the last sample at 24 s."""
    live.open(bed=bed)
    live.samples(0, 10, 97, bed=bed)
    live.samples(10, LOW_AT, 88, bed=bed)


async def test_an_alarm_is_told_only_when_the_journal_has_it(tmp_path: Path) -> None:
    """While the commit hangs nobody hears of it; whoever hears of it finds it in the file."""
    disk = Disk()
    seen: list[list[str]] = []
    async with live_ward(tmp_path, connect=disk.connect) as live:
        desaturate(live)
        await live.settled()
        live.told.clear()
        live.watch = lambda what, value: (
            seen.append([row.kind for row in JournalReader(live.journal.path).events()]) if what == "alarms" else None
        )
        disk.stall()
        await live.clock.advance(LOW_AT * SECOND)
        await disk.stalled()
        await let_tasks_run()
        assert live.board.alarms() == []
        assert [what for what, _ in live.told if what != "bed"] == []
        disk.resume()
        await live.settled()
        assert [shown.alarm for shown in live.board.alarms()] == ["SPO2_LOW"]
    assert seen
    assert "alarm_raised" in seen[0]


async def test_pictures_beds_and_pages_of_one_alarm_go_out_in_this_order(tmp_path: Path) -> None:
    """Screen before pager, and the bed's picture between."""
    async with live_ward(tmp_path) as live:
        desaturate(live)
        await live.settled()
        live.told.clear()
        await live.clock.advance(LOW_AT * SECOND)
        await live.settled()
    assert [what for what, _ in live.told] == ["alarms", "bed", "pages"]
    (picture,) = live.pictures()
    assert (picture.alarm, picture.bed, picture.state, picture.durable) == (
        "SPO2_LOW", "bay-1", AlarmState.ACTIVE, True,
    )  # fmt: skip
    (page,) = live.pages()
    assert page.alert.text == "** Bay 1 SpO2 88 % (limit 90) for 15 s"


async def test_alarms_of_two_beds_are_told_in_the_order_of_their_events(tmp_path: Path) -> None:
    """Bed 2 falls five seconds later and is told later."""
    async with live_ward(tmp_path) as live:
        live.open(bed="bay-1")
        live.open(bed="bay-2")
        for t in range(30):
            live.put(t, "spo2", "bay-1", device="ox-1", spo2=97 if t < 5 else 88, pulse_rate=70, flags=[])
            live.put(t, "spo2", "bay-2", device="ox-2", spo2=97 if t < 10 else 88, pulse_rate=70, flags=[])
        await live.settled()
    assert [(shown.bed, shown.raised_at - START) for shown in live.pictures()] == [
        ("bay-1", 20 * SECOND),
        ("bay-2", 25 * SECOND),
    ]


async def test_a_commit_that_takes_too_long_is_not_waited_for(tmp_path: Path) -> None:
    """Rulings, section 5: the alarm goes out marked, is counted, and is written when the disk answers."""
    disk = Disk()
    async with live_ward(tmp_path, connect=disk.connect, commit_bound_s=0.02) as live:
        live.journal.health.watch(
            on_trouble=lambda reason, broken: None,
            on_recovered=lambda: None,
            on_low_disk=lambda percent: None,
            on_disk_ok=lambda percent: None,
        )
        desaturate(live)
        await live.settled()
        disk.stall()
        told = asyncio.Event()
        live.watch = lambda what, value: told.set() if what == "pages" else None
        await live.clock.advance(LOW_AT * SECOND)
        async with asyncio.timeout(20):
            await told.wait()
        (shown,) = live.board.alarms()
        assert (shown.alarm, shown.durable) == ("SPO2_LOW", False)
        assert live.loop.stats.told_before_durable >= 1
        disk.resume()
        await live.journal.close()
    assert "alarm_raised" in stored(live.journal.path, "SELECT kind FROM events")


async def test_a_deadline_wakes_the_loop_at_its_exact_time(tmp_path: Path) -> None:
    """Nothing else happens after the last sample; one microsecond before it nothing is told."""
    async with live_ward(tmp_path) as live:
        desaturate(live)
        await let_tasks_run()
        await live.clock.advance(LOW_AT * SECOND - 1)
        assert await live.events("alarm_raised") == []
        await live.clock.advance(1)
        (row,) = await live.events("alarm_raised")
    assert row.at == START + LOW_AT * SECOND


async def test_a_loop_that_wakes_late_still_pages_every_alarm_of_every_bed(tmp_path: Path) -> None:
    """Deadlines of two beds fell due in turns meanwhile: each one's rise is told like its onset."""
    async with live_ward(tmp_path) as live:
        for bed in ("bay-1", "bay-2"):
            live.open(bed=bed)
            live.put(1, "command", bed, command="start_infusion", by="nurse-a", override_by="dr-b", reason="none yet")
        live.put(40, "tick", None)
        await live.settled()
        said = [(page.alert.bed, page.alert.kind.value, page.alert.priority.word) for page in live.pages()]
    assert said == [
        ("bay-1", "alarm.raised", "low"),
        ("bay-2", "alarm.raised", "low"),
        ("bay-1", "alarm.escalated", "medium"),
        ("bay-2", "alarm.escalated", "medium"),
    ]


async def test_an_earlier_deadline_wakes_a_loop_that_sleeps_for_a_later_one(tmp_path: Path) -> None:
    """An input that starts a delay while the loop already sleeps until much later."""
    async with live_ward(tmp_path) as live:
        live.open()
        await live.clock.advance(10 * SECOND)
        for t in range(10, LOW_AT - 1):
            live.samples(t, t + 1, 88)
            await live.clock.advance(SECOND)
        due = live.ward.next_deadline()
        assert due is not None
        await live.clock.advance(due - live.clock.now() - 1)
        assert await live.events("alarm_raised") == []
        await live.clock.advance(1)
        assert [row.at for row in await live.events("alarm_raised")] == [due]


async def test_a_late_received_at_never_takes_the_ward_back_in_time(tmp_path: Path) -> None:
    """A reading stamped before what was folded in already counts as of now."""
    async with live_ward(tmp_path) as live:
        live.open(20)
        live.put(10, "spo2", device="ox-1", spo2=97, pulse_rate=70, flags=[])
        await live.settled()
        channel = live.ward.beds["bay-1"].state.spo2
    assert channel.raw_at == START + 20 * SECOND
    assert stored(live.journal.path, "SELECT at_us FROM inputs ORDER BY seq") == [START + 20 * SECOND] * 2


async def test_an_unknown_bed_is_refused_and_leaves_no_trace(tmp_path: Path) -> None:
    """Nothing is journaled of what nobody can carry out."""
    async with live_ward(tmp_path) as live:
        with pytest.raises(InputError, match="bay-9"):
            live.open(bed="bay-9")
        with pytest.raises(InputError, match="bay-9"):
            await live.loop.ask(Acknowledge(None, "nurse-a", "bay-9-0001"))
        await live.settled()
    assert stored(live.journal.path, "SELECT count(*) FROM inputs") == [0]
    assert stored(live.journal.path, "SELECT count(*) FROM events") == [0]


async def test_an_input_that_cannot_be_written_down_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    """Lone surrogates fit no UTF-8 file; a state that no journaled input explains could not be restored."""
    async with live_ward(tmp_path) as live:
        with pytest.raises(InputError, match="cannot be journaled"):
            await live.loop.ask(OpenSession("bay-1", "P-\udc80", by="nurse-a"))
        assert live.ward.beds["bay-1"].state.session is None
        await live.settled()
        assert live.told == []
        live.open()
        await live.settled()
        assert live.ward.beds["bay-1"].state.session is not None
        assert stored(live.journal.path, "SELECT kind FROM inputs") == ["open_session"]


async def test_what_a_system_worded_badly_still_counts(tmp_path: Path) -> None:
    """The reason of a lost link or a full disk may hold undecodable bytes of a path."""
    async with live_ward(tmp_path) as live:
        live.put(1, "link", device="ox-1", state="down", reason="/dev/\udc80")
        live.put(1, "system", bed=None, system="storage", ok=False, subject="disk", detail="\udc80", critical=False)
        await live.settled()
        assert "STORAGE" in [shown.alarm for shown in live.board.alarms()]
        assert stored(live.journal.path, "SELECT kind FROM inputs ORDER BY seq") == ["link", "system"]


async def test_an_acknowledgement_by_alarm_id_finds_its_bed(tmp_path: Path) -> None:
    """The station knows only the id; the journal's input names the bed, so that a session's replay has it."""
    async with live_ward(tmp_path) as live:
        desaturate(live, "bay-2")
        await live.clock.advance(LOW_AT * SECOND)
        await live.settled()
        (shown,) = live.board.alarms()
        events = await live.loop.ask(Acknowledge(None, "nurse-b", shown.alarm_id))
        assert [(event.kind, event.bed) for event in events] == [(EventKind.ALARM_ACKNOWLEDGED, "bay-2")]
        assert live.board.alarms()[0].acknowledged_by == "nurse-b"
    assert stored(live.journal.path, "SELECT bed FROM inputs WHERE kind = 'acknowledge'") == ["bay-2"]


async def test_an_alarm_of_the_service_is_acknowledged_without_a_bed(tmp_path: Path) -> None:
    """`site-0001` belongs to nobody's bed."""
    async with live_ward(tmp_path) as live:
        await live.loop.ask(SystemState("storage", ok=False, subject="disk", detail="4 % of the disk is free"))
        (shown,) = live.board.alarms()
        assert (shown.alarm_id, shown.bed) == ("site-0001", None)
        await live.loop.ask(Acknowledge(None, "nurse-b", "site-0001"))
        assert live.board.alarms()[0].state is AlarmState.ACKED
        assert refusals(await live.loop.ask(Acknowledge(None, "nurse-b", "site-0007"))) == ["not_active"]


async def test_who_asks_gets_the_answer_once_it_is_told(tmp_path: Path) -> None:
    """`ask` returns the input's own events, after the journal and the board have them."""
    async with live_ward(tmp_path) as live:
        events = await live.loop.ask(OpenSession("bay-1", "P-1", by="nurse-a"))
        assert [event.kind for event in events] == [EventKind.SESSION_OPENED, EventKind.PHASE_CHANGED]
        assert [row.kind for row in await live.journal.events()] == ["session_opened", "phase_changed"]
        again = await live.loop.ask(OpenSession("bay-1", "P-2", by="nurse-a"))
        assert len(refusals(again)) == 1


async def test_a_bug_on_an_input_is_an_alarm_and_the_other_beds_go_on(tmp_path: Path) -> None:
    """The input is kept for the one who looks for the bug; CORE_FAULT names the bed."""
    async with live_ward(tmp_path) as live:
        live.open(bed="bay-1")
        live.open(bed="bay-2")
        live.ward.beds["bay-1"].setup.steps.clear()
        live.samples(0, 3, 97, bed="bay-1")
        live.samples(3, 10, 97, bed="bay-2")
        live.samples(10, LOW_AT, 88, bed="bay-2")
        await live.clock.advance(LOW_AT * SECOND)
        await live.settled()
        told = [(shown.alarm, shown.device, shown.bed) for shown in live.board.alarms()]
    assert told == [("CORE_FAULT", "bay-1", None), ("SPO2_LOW", None, "bay-2")]
    assert live.loop.stats.bugs == 3
    assert len(stored(live.journal.path, "SELECT seq FROM inputs WHERE bed = 'bay-1' AND kind = 'spo2'")) == 3


async def test_numbers_that_are_none_harm_nobody_and_can_be_read_back(tmp_path: Path) -> None:
    """What somebody else's driver may deliver: taken as absent, in the journal as in the core."""
    async with live_ward(tmp_path) as live:
        live.open()
        nan = float("nan")
        for item in (OximeterSample("bay-1", "ox-1", 97, nan), BatteryLevel("bay-1", "ox-1", nan)):
            await live.loop.ask(item)
        await live.settled()
        assert live.loop.stats.bugs == 0
        assert live.ward.beds["bay-1"].state.spo2.raw == 97
        await live.journal.close()
        bodies = stored(live.journal.path, "SELECT body FROM inputs ORDER BY seq")
    assert [read_input(json.loads(body)) for body in bodies[-2:]] == [
        OximeterSample("bay-1", "ox-1", 97, None),
        Tick(),
    ]


async def test_a_bug_on_what_a_person_asked_is_never_answered_as_done(tmp_path: Path, monkeypatch: Any) -> None:
    """An acknowledgement that the core failed on: the nurse hears of it, and so does everybody else."""
    async with live_ward(tmp_path) as live:
        live.open()
        monkeypatch.setattr(type(live.ward.beds["bay-1"].state.book), "acknowledge", None)
        with pytest.raises(CoreFault):
            await live.loop.ask(Acknowledge("bay-1", "nurse-a", None, "SPO2_LOW"))
        await live.settled()
        assert [shown.alarm for shown in live.board.alarms()] == ["CORE_FAULT"]


async def test_a_bug_on_a_system_state_harms_nobody_who_reports_one(tmp_path: Path, monkeypatch: Any) -> None:
    """The pages' and the journal's callbacks report here: a bug must not end them. It is logged and counted."""
    async with live_ward(tmp_path) as live:
        with monkeypatch.context() as broken, capture_logs() as lines:
            broken.setattr(type(live.ward.service), "report", None)
            live.put(1, "system", bed=None, system="pager", ok=False, subject="pager", critical=False)
        assert live.loop.stats.bugs == 1
        (line,) = [line for line in lines if line.get("exc_info")]
        assert (line["system"], line["subject"]) == ("pager", "pager")
        live.put(2, "system", bed=None, system="pager", ok=False, subject="pager", critical=False)
        await live.settled()
        assert [shown.alarm for shown in live.board.alarms()] == ["PAGER_FAIL"]


async def test_a_bug_at_a_deadline_is_an_alarm_and_the_other_beds_go_on(tmp_path: Path) -> None:
    """Time alone may meet the bug; what other beds had due at that moment is told all the same."""
    async with live_ward(tmp_path) as live:
        live.open(bed="bay-1")
        live.open(bed="bay-2")
        for t in range(LOW_AT):
            for bed in ("bay-1", "bay-2"):
                live.samples(t, t + 1, 97 if t < 10 else 88, bed=bed)
        live.ward.beds["bay-1"].level_rules.clear()
        await live.clock.advance(60 * SECOND)
        await live.settled()
        told = {(shown.alarm, shown.bed) for shown in live.board.alarms()}
        assert {("CORE_FAULT", None), ("SPO2_LOW", "bay-2")} <= told
        assert ("SPO2_LOW", "bay-1") not in told
        assert live.loop.stats.bugs >= 1
        await live.loop.ask(Acknowledge(None, "nurse-a", None, "CORE_FAULT"))


async def test_a_bug_at_a_deadline_leaves_the_bed_its_samples_and_its_other_alarms(
    tmp_path: Path, monkeypatch: Any
) -> None:
    """The part that failed is asked no more; a second part that fails is told to whoever took note of the first."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    async with live_ward(tmp_path) as live:
        live.open()
        monkeypatch.setattr(absence_alarm, "settle", broken)
        live.samples(0, 3, 97)
        live.samples(100, 130, 88)
        await live.settled()
        assert {shown.alarm for shown in live.board.alarms()} == {"CORE_FAULT", "SPO2_LOW"}
        assert live.ward.beds["bay-1"].state.spo2.raw == 88
        assert live.loop.stats.bugs == 1
        acknowledged = Acknowledge(None, "nurse-a", None, "CORE_FAULT")
        assert [event.kind.value for event in await live.loop.ask(acknowledged)] == ["alarm_acknowledged"]
        monkeypatch.setattr(level_watch, "settle", broken)
        live.samples(130, 200, 97)
        await live.settled()
        (fault,) = [shown for shown in live.board.alarms() if shown.alarm == "CORE_FAULT"]
        assert (fault.state, fault.priority) == (AlarmState.ACTIVE, Priority.HIGH)
        assert live.loop.stats.bugs == 2


async def test_a_bug_at_a_deadline_does_not_lose_the_input_of_another_bed(tmp_path: Path) -> None:
    """Deadlines are settled before an input, whoever it belongs to (rulings 1.2)."""
    async with live_ward(tmp_path) as live:
        desaturate(live, "bay-1")
        live.open(20, bed="bay-2")
        live.ward.beds["bay-1"].level_rules.clear()
        live.samples(30, 33, 96, bed="bay-2")
        await live.settled()
        assert live.ward.beds["bay-2"].state.spo2.raw == 96
        assert "CORE_FAULT" in [shown.alarm for shown in live.board.alarms()]


async def test_a_bed_is_snapshotted_before_its_opening_and_after_its_discharge(tmp_path: Path) -> None:
    """A replay starts from the state before the opening, so that it gives the opening itself again (rulings 5)."""
    async with live_ward(tmp_path) as live:
        live.put(0, "link", device="ox-1", state="up")
        live.open(1, session="s-1")
        live.put(2, "command", command="abort", by="nurse-a", reason="changed their mind")
        await live.settled()
        record = await live.journal.session_record("s-1")
    assert record.opening is not None
    assert (record.opening.input_seq, record.opening.event_seq) == (1, 0)
    assert [row.line["input"] for row in record.inputs] == ["open_session", "command"]
    found = stored(live.journal.path, "SELECT reason, session, input_seq FROM snapshots ORDER BY id")
    assert found == [("session_opened", "s-1", 1), ("discharged", "s-1", 3)]


async def test_a_refused_opening_is_no_reason_for_a_snapshot(tmp_path: Path) -> None:
    """The session that is open keeps its own."""
    async with live_ward(tmp_path) as live:
        live.open(session="s-1")
        live.open(5, session="s-2")
        await live.settled()
    assert stored(live.journal.path, "SELECT session FROM snapshots") == ["s-1"]


async def test_every_bed_and_the_service_are_kept_at_a_restart(tmp_path: Path) -> None:
    """One snapshot each, with the session that is open."""
    async with live_ward(tmp_path) as live:
        live.open(session="s-1")
        live.loop.keep_all(SnapshotReason.RESTART)
        await live.settled()
    found = stored(live.journal.path, "SELECT bed, session FROM snapshots WHERE reason = 'restart' ORDER BY id")
    assert found == [("bay-1", "s-1"), ("bay-2", None), (None, None)]


async def test_a_bed_is_kept_every_five_minutes(tmp_path: Path) -> None:
    """So that a restart replays at most that much; a newer one takes the older one's place."""
    async with live_ward(tmp_path) as live:
        live.open(session="s-1")
        for minute in range(12):
            live.samples(minute * 60, minute * 60 + 60, 97)
            await live.clock.advance(60 * SECOND)
        await live.settled()
    kept = stored(live.journal.path, "SELECT at_us FROM snapshots WHERE bed = 'bay-1' AND reason = 'periodic'")
    assert len(kept) == 1
    assert kept[0] >= START + 600 * SECOND


async def test_a_restart_of_the_ward_announces_each_open_alarm_once(tmp_path: Path) -> None:
    """Row 17: one re-arm, whatever number of beds."""
    async with live_ward(tmp_path) as live:
        desaturate(live)
        await live.clock.advance(LOW_AT * SECOND)
        live.loop.submit(Restart())
        rearmed = await live.events("alarm_rearmed")
        assert [(row.bed, row.data["reason"]) for row in rearmed] == [("bay-1", "restart")]
    assert stored(live.journal.path, "SELECT bed FROM inputs WHERE kind = 'restart' ORDER BY seq") == [
        "bay-1", "bay-2", None,
    ]  # fmt: skip


async def test_inputs_and_verdicts_are_journaled_as_judged(tmp_path: Path) -> None:
    """The trend shows what was believed at the time."""
    async with live_ward(tmp_path) as live:
        live.open()
        live.samples(0, 2, 97)
        live.put(2, "spo2", device="ox-1", spo2=None, pulse_rate=None, flags=["no_finger"])
        await live.settled()
    found = stored(live.journal.path, "SELECT verdicts FROM inputs WHERE kind = 'spo2' ORDER BY seq")
    assert '"spo2":["VALID",null]' in (found[0] if isinstance(found[0], str) else found[0].decode())
    assert "INVALID" in (found[2] if isinstance(found[2], str) else found[2].decode())


async def test_nothing_that_a_person_typed_is_logged(tmp_path: Path) -> None:
    """It may name the patient; the journal keeps it, the log says that something happened and by whom."""
    typed = {"by": "nurse-a", "reason": "Mr Smith insists"}
    with capture_logs() as log:
        async with live_ward(tmp_path) as live:
            live.open(patient="P-Smith")
            live.put(5, "command", command="start_infusion", override_by="dr-p", **typed)
            seen = {"kind": "Smith", "text": "Smith coughs"}
            live.loop.submit(Command("bay-1", "record_event", by="nurse-a", fields=seen), START + 6 * SECOND)
            live.put(7, "command", command="end_infusion", early=True, **typed)
            live.put(8, "command", command="discharge", checklist={"Smith": "awake"}, override_by="dr-p", **typed)
            await live.settled()
    told = [line["event"] for line in log]
    assert told.count("phase_changed") == 5, "PRE, INFUSING, RECOVERY, DISCHARGED, IDLE"
    assert "event_recorded" in told
    assert "Smith" not in repr(log)


async def test_4_2_the_stations_sound_belongs_to_no_session(tmp_path: Path) -> None:
    """What ends it may happen on a bed; its events stay the service's, and the pages are told of it."""
    async with live_ward(tmp_path) as live:
        live.open()
        live.put(5, "command", command="audio_off", scope="station", by="lead", role="lead")
        await live.settled()
        live.put(6, "command", command="start_infusion", by="nurse-a", override_by="dr-x", reason="no baseline")
        rows = await live.events("inactivation_changed")
        assert [(row.bed, row.session, row.data["to"]) for row in rows] == [
            (None, None, "AUDIO_OFF"),
            (None, None, "ON"),
        ]
        assert [value for what, value in live.told if what == "station"] == ["AUDIO_OFF", "ON"]


def troubled(live: LiveWard) -> None:
    """Five new alarms: three low pressures at 10 (one covered), SPO2_LOW with the one call at 27, PR_HIGH at 32."""
    live.open()
    live.samples(0, 10, 97)
    live.put(10, "nibp", device="cuff-1", systolic=75, diastolic=40, mean=52, pulse_rate=70, error=None)
    live.samples(12, 35, 88, 125)


def paged(live: LiveWard) -> list[tuple[float, str, str]]:
    return [
        ((page.alert.at - START) / SECOND, page.alert.alarm, page.alert.text)
        for what, pages in live.told
        if what == "pages"
        for page in pages
        if page.alert.kind is AlertKind.RAISED and not page.alert.combined
    ]


async def test_4_1_what_a_combined_call_did_not_name_is_called_for_when_its_minute_is_over(tmp_path: Path) -> None:
    """Also when nothing more happens: the loop wakes for it. It is in the journal before it is sent."""
    async with live_ward(tmp_path) as live:
        troubled(live)
        await live.settled()
        assert [alarm for _, alarm, _ in paged(live)] == ["SBP_XLOW", "MAP_XLOW", "SPO2_LOW"]
        await live.clock.advance(87 * SECOND - 1)
        await live.settled()
        assert [alarm for _, alarm, _ in paged(live)][3:] == []
        await live.clock.advance(1)
        await live.settled()
        assert [(t, alarm) for t, alarm, _ in paged(live)][3:] == [(87, "PR_HIGH")]
        await live.clock.advance(600 * SECOND)
        await live.settled()
        assert len([alarm for _, alarm, _ in paged(live) if alarm == "PR_HIGH"]) == 1


async def test_4_1_what_has_been_answered_meanwhile_is_not_called_for(tmp_path: Path) -> None:
    async with live_ward(tmp_path) as live:
        troubled(live)
        live.put(40, "acknowledge", alarm="PR_HIGH", by="nurse-a")
        await live.clock.advance(200 * SECOND)
        await live.settled()
        assert "PR_HIGH" not in [alarm for _, alarm, _ in paged(live)]


async def test_4_1_what_is_folded_is_called_for_before_a_later_input_is_taken(tmp_path: Path) -> None:
    """Many seconds come at once: the call is not put off behind what they bring."""
    async with live_ward(tmp_path) as live:
        troubled(live)
        live.samples(35, 120, 88, 125)
        await live.settled()
        assert [(t, alarm) for t, alarm, _ in paged(live)][3:] == [(87, "PR_HIGH")]


async def test_what_another_patient_s_device_measured_is_a_gap_in_the_trend(tmp_path: Path) -> None:
    async with live_ward(tmp_path) as live:
        live.open()
        live.loop.submit(OximeterSample("bay-1", "ox-1", 97, 72), START)
        live.loop.submit(OximeterSample("bay-1", "ox-1", 70, 150, patient="P-99"), START + SECOND)
        await live.settled()
        points = await live.journal.trend("bay-1", Metric.SPO2, START, START + SECOND)
        assert [(point.value, point.verdict, point.reason) for point in points] == [
            (97, "VALID", None),
            (70, "INVALID", "another_patient"),
        ]
        (told,) = live.board.alarms()
        said = "ox-1 names another patient; its values are kept apart"
        assert told.text == f"Not certain whose values these are: {said}"
