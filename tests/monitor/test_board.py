"""The board: decided is not told, told is what is shown."""

from __future__ import annotations

from config.instant import SECOND
from config.vocabulary import AlarmState, Priority
from monitor.board import Board
from monitor.core.events import Event
from monitor.core.lines.reader import read_input
from tests.support.live_ward import START, fresh_ward
from tests.support.told_ward import ToldWard


def decided(ward: ToldWard, t: int, spo2: float) -> list[Event]:
    """Events of one sample that no board has seen."""
    line = {"t": t, "bed": "bay-1", "input": "spo2", "device": "ox-1", "spo2": spo2, "pulse_rate": 72, "flags": []}
    return ward.ward.feed(read_input(line, START), START + t * SECOND)


def nearly_low() -> ToldWard:
    """SPO2_LOW is due at 25 s."""
    ward = ToldWard()
    ward.open()
    ward.samples(0, 10, 97)
    ward.samples(10, 25, 88)
    return ward


def test_a_decided_alarm_is_shown_only_when_it_is_told() -> None:
    """Rulings, section 5: durable first."""
    ward = nearly_low()
    board = ward.board
    changes = board.decide(decided(ward, 25, 88), [ward.ward.beds["bay-1"].state.book])
    assert [(change.before, change.after.alarm) for change in changes] == [(None, "SPO2_LOW")]
    assert board.alarms() == []
    (shown,) = board.tell(changes, durable=True)
    assert board.alarms() == [shown]
    assert (shown.state, shown.since, shown.raised_at) == (
        AlarmState.ACTIVE, START + 10 * SECOND, START + 25 * SECOND,
    )  # fmt: skip


def test_what_was_told_before_it_was_on_disk_says_so() -> None:
    """And the change that is durable again is shown as such."""
    ward = nearly_low()
    book = ward.ward.beds["bay-1"].state.book
    early = ward.board.decide(decided(ward, 25, 88), [book])
    assert [shown.durable for shown in ward.board.tell(early, durable=False)] == [False]
    assert not ward.board.alarms()[0].durable
    ward.put(26, "acknowledge", alarm="SPO2_LOW", by="nurse-a")
    (shown,) = ward.board.alarms()
    assert (shown.durable, shown.state, shown.acknowledged_by) == (True, AlarmState.ACKED, "nurse-a")


def test_what_was_told_early_is_on_record_with_the_next_that_is_durable() -> None:
    """Whatever that is: an open alarm must not go on saying that it is not on record."""
    ward = nearly_low()
    board = ward.board
    board.tell(board.decide(decided(ward, 25, 88), [ward.ward.beds["bay-1"].state.book]), durable=False)
    assert board.tell([], durable=False) == []
    (shown,) = board.tell([], durable=True)
    assert shown.durable
    assert board.alarms() == [shown]
    assert board.tell([], durable=True) == []


def test_a_closed_alarm_is_shown_once_with_its_reason_and_then_gone() -> None:
    """The page needs the last picture to say what became of it."""
    ward = nearly_low()
    ward.samples(25, 27, 88)
    ward.put(27, "command", command="abort", by="nurse-a", reason="went home")
    closed = ward.changes[-1]
    assert closed.before is not None
    assert closed.before.state is AlarmState.ACTIVE
    assert (closed.after.state, closed.after.ended_at) == (AlarmState.CLOSED, START + 27 * SECOND)
    assert closed.after.close_reason
    assert ward.board.alarms() == []


def test_a_lower_alarm_learns_that_it_is_covered_and_uncovered() -> None:
    """Another alarm's event changes its picture."""
    ward = ToldWard()
    ward.open()
    ward.samples(0, 10, 97)
    ward.samples(10, 26, 88)
    assert [(shown.alarm, shown.superseded) for shown in ward.board.alarms()] == [("SPO2_LOW", False)]
    ward.samples(26, 35, 80)
    assert {shown.alarm: shown.superseded for shown in ward.board.alarms()} == {"SPO2_CRIT": False, "SPO2_LOW": True}
    ward.samples(35, 50, 89)
    assert {shown.alarm: shown.superseded for shown in ward.board.alarms()}["SPO2_LOW"] is False


def test_the_highest_comes_first_then_the_oldest() -> None:
    """The order of the alarm bar."""
    ward = ToldWard()
    ward.put(0, "system", bed=None, system="storage", ok=False, subject="disk", critical=False)
    ward.open(1)
    ward.samples(1, 10, 97)
    ward.samples(10, 40, 80)
    shown = ward.board.alarms()
    assert [alarm.priority for alarm in shown] == sorted((alarm.priority for alarm in shown), reverse=True)
    assert shown[0].alarm == "SPO2_CRIT"
    assert shown[0].priority is Priority.HIGH


def test_a_restart_takes_over_what_was_told() -> None:
    """Nothing of it is news: no change is decided for it."""
    ward = nearly_low()
    ward.samples(25, 27, 88)
    book = ward.ward.beds["bay-1"].state.book
    board = Board()
    board.load([book, ward.ward.service.state.book])
    assert [shown.alarm for shown in board.alarms()] == ["SPO2_LOW"]
    assert board.alarms()[0].durable
    assert board.decide([], [book]) == []


def test_events_of_one_bed_leave_the_alarms_of_another_alone() -> None:
    """A book without events is not looked at."""
    ward = nearly_low()
    ward.samples(25, 27, 88)
    other = fresh_ward().beds["bay-2"].state.book
    assert ward.board.decide([], [other]) == []
    assert len(ward.board.alarms()) == 1
