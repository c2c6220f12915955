"""Which event becomes which alert (interfaces, section 7; rulings 2.4, 2.6)."""

from __future__ import annotations

from alerts.alert import AlertKind
from config.instant import SECOND
from config.vocabulary import Priority
from monitor.pages import PageWriter
from tests.support.live_ward import START
from tests.support.told_ward import ToldWard

RAISED, ESCALATED = AlertKind.RAISED, AlertKind.ESCALATED
ACKNOWLEDGED, CLOSED = AlertKind.ACKNOWLEDGED, AlertKind.CLOSED


def low(ward: ToldWard, until: int = 26) -> None:
    """SPO2_LOW raised at 25 s."""
    ward.open()
    ward.samples(0, 10, 97)
    ward.samples(10, until, 88)


def test_a_raised_alarm_says_what_where_and_since_when() -> None:
    """No patient name in the text; the reference travels apart, for channels that may carry it."""
    ward = ToldWard()
    low(ward)
    (alert,) = ward.alerts
    assert (alert.kind, alert.alarm, alert.priority, alert.step) == (RAISED, "SPO2_LOW", Priority.MEDIUM, 1)
    assert (alert.bed, alert.bed_label, alert.alarm_id) == ("bay-1", "Bay 1", "bay-1-0001")
    assert (alert.value, alert.limit, alert.unit) == (88, 90, "%")
    assert alert.at == alert.raised_at == START + 25 * SECOND
    assert alert.text == "** Bay 1 SpO2 88 % (limit 90) for 15 s"
    assert (alert.session, alert.patient, alert.audible) == ("s-1", "Jane Doe", True)
    assert "Jane" not in alert.text


def test_a_rise_is_told_once_as_an_escalation() -> None:
    """SPO2_LOW becomes HIGH after a minute below 90 (rulings 3)."""
    ward = ToldWard()
    low(ward, 75)
    assert ward.of("SPO2_LOW") == [RAISED, ESCALATED]
    risen = ward.alerts[-1]
    assert (risen.priority, risen.step) == (Priority.HIGH, int(Priority.HIGH))
    assert risen.text == "*** Bay 1 SpO2 88 % (limit 90) for 60 s"


def test_a_rise_of_an_acknowledged_alarm_is_told_once_too() -> None:
    """Two events, one message (row 11): the rise; it sounds again."""
    ward = ToldWard()
    low(ward)
    (acknowledged,) = ward.put(26, "acknowledge", alarm="SPO2_LOW", by="nurse-a")
    assert acknowledged.kind is ACKNOWLEDGED
    assert acknowledged.text == "** Bay 1 SpO2 88 % (limit 90) - acknowledged by nurse-a"
    ward.samples(27, 75, 88)
    assert ward.of("SPO2_LOW") == [RAISED, ACKNOWLEDGED, ESCALATED]


def test_the_end_of_a_latched_condition_is_told_when_it_ends_and_not_again() -> None:
    """`alarm.closed` once, when the condition ended; the later acknowledgement is told as such."""
    ward = ToldWard()
    low(ward)
    ward.samples(26, 40, 96)
    assert ward.of("SPO2_LOW") == [RAISED, CLOSED]
    assert ward.alerts[-1].text.endswith(" - ended")
    assert not ward.alerts[-1].over, "nobody has answered it"
    (answered,) = ward.put(50, "acknowledge", alarm="SPO2_LOW", by="nurse-a")
    assert (answered.kind, answered.over) == (ACKNOWLEDGED, True)


def test_the_end_of_an_acknowledged_condition_is_told_once() -> None:
    """It closes at once: nobody has to answer it any more."""
    ward = ToldWard()
    low(ward)
    ward.put(26, "acknowledge", alarm="SPO2_LOW", by="nurse-a")
    ward.samples(27, 45, 96)
    assert ward.of("SPO2_LOW") == [RAISED, ACKNOWLEDGED, CLOSED]
    assert [alert.over for alert in ward.alerts] == [False, False, True]


def test_a_latched_alarm_that_a_discharge_closes_is_not_ended_twice() -> None:
    """Its condition had ended before; now the instance is over, and a call that still waits is withdrawn."""
    ward = ToldWard()
    low(ward)
    ward.samples(26, 40, 96)
    (closed,) = ward.put(50, "command", command="abort", by="nurse-a", reason="went home")
    assert (closed.kind, closed.over, closed.ended_before) == (CLOSED, True, True)
    assert [alert.ended_before for alert in ward.alerts] == [False, False, True]


def test_a_present_alarm_that_a_discharge_closes_has_ended() -> None:
    """Nobody is paged about an empty bed any longer."""
    ward = ToldWard()
    low(ward)
    ward.put(26, "command", command="abort", by="nurse-a", reason="went home")
    assert ward.of("SPO2_LOW") == [RAISED, CLOSED]
    assert (ward.alerts[-1].over, ward.alerts[-1].ended_before) == (True, False)


def test_a_recurrence_of_a_latched_alarm_is_raised_again() -> None:
    """Re-armed under its own id, with a new occurrence, so that it is not taken for the old message."""
    ward = ToldWard()
    low(ward)
    ward.samples(26, 40, 96)
    ward.samples(40, 60, 87)
    raised = [alert for alert in ward.alerts if alert.kind is RAISED]
    assert [alert.alarm_id for alert in raised] == ["bay-1-0001"] * 2
    assert [alert.occurrence for alert in raised] == [1, 2]


def test_a_lower_alarm_beside_a_higher_one_is_not_audible() -> None:
    """SPO2_CRIT sounds; SPO2_LOW is for the log (rulings 2.4)."""
    ward = ToldWard()
    ward.open()
    ward.samples(0, 10, 97)
    ward.samples(10, 40, 80)
    heard = {(alert.alarm, alert.kind): alert.audible for alert in ward.alerts}
    assert heard[("SPO2_CRIT", RAISED)] is True
    assert heard[("SPO2_LOW", RAISED)] is False


def test_a_lower_alarm_is_told_when_the_higher_one_leaves_it_uncovered() -> None:
    """Nobody was told of it so far and nobody has answered it."""
    ward = ToldWard()
    ward.open()
    ward.samples(0, 10, 97)
    ward.samples(10, 30, 80)
    ward.samples(30, 50, 89)
    crit_ended = next(i for i, alert in enumerate(ward.alerts) if (alert.alarm, alert.kind) == ("SPO2_CRIT", CLOSED))
    uncovered = ward.alerts[crit_ended + 1]
    assert (uncovered.alarm, uncovered.kind, uncovered.audible) == ("SPO2_LOW", RAISED, True)
    assert uncovered.uncovered, "the log has it already"
    assert ward.of("SPO2_LOW").count(CLOSED) == 0


def test_a_lower_alarm_that_was_told_before_it_was_covered_is_not_told_again() -> None:
    """The same message under the same id would be no news to anybody."""
    ward = ToldWard()
    low(ward)
    ward.samples(26, 46, 80)
    ward.samples(46, 60, 89)
    assert ward.of("SPO2_CRIT") == [RAISED, CLOSED]
    called = [(alert.kind, alert.audible) for alert in ward.alerts if alert.alarm == "SPO2_LOW"]
    assert called == [(RAISED, True)]


def test_a_lower_alarm_that_rose_while_it_was_covered_is_told_as_risen() -> None:
    """Whoever heard of it heard of a lesser one; the rise itself was for the log alone."""
    ward = ToldWard()
    low(ward)
    ward.samples(26, 90, 80)
    ward.samples(90, 104, 89)
    calls = [alert for alert in ward.alerts if alert.alarm == "SPO2_LOW"]
    assert [(alert.kind, alert.audible, alert.uncovered) for alert in calls] == [
        (RAISED, True, False),
        (ESCALATED, False, False),
        (ESCALATED, True, True),
    ]
    assert (calls[2].priority, calls[2].step) == (Priority.HIGH, int(Priority.HIGH))


def test_an_answered_lower_alarm_is_not_told_when_it_is_uncovered() -> None:
    """The acknowledgement of the higher one was its too."""
    ward = ToldWard()
    ward.open()
    ward.samples(0, 10, 97)
    ward.samples(10, 30, 80)
    ward.put(30, "acknowledge", alarm="SPO2_CRIT", by="nurse-a")
    before = len(ward.alerts)
    ward.samples(31, 50, 89)
    assert [(alert.alarm, alert.kind) for alert in ward.alerts[before:]] == [("SPO2_CRIT", CLOSED)]


def test_an_alarm_of_the_service_names_no_bed() -> None:
    """And no session."""
    ward = ToldWard()
    (alert,) = ward.put(1, "system", bed=None, system="storage", ok=False, subject="disk", critical=False)
    assert (alert.bed, alert.bed_label, alert.alarm) == (None, None, "STORAGE")
    assert " bedwatch " in alert.text
    (ended,) = ward.put(2, "system", bed=None, system="storage", ok=True, subject="disk", critical=False)
    assert ended.kind is CLOSED


def test_what_changes_nothing_for_anybody_far_away_is_not_told() -> None:
    """Sessions, phases, rejected values, staleness: the screen's business."""
    ward = ToldWard()
    ward.open()
    ward.samples(0, 10, 97)
    ward.put(10, "command", command="start_infusion", by="nurse-a", override_by="dr-x", reason="test")
    ward.put(11, "spo2", device="ox-1", spo2=250, pulse_rate=72, flags=[])
    assert ward.alerts == []


def test_no_events_no_alerts() -> None:
    """A quiet moment."""
    assert PageWriter({}).alerts([], [], None, None) == []


def test_station_lost_every_alarm_from_then_on_is_for_every_channel() -> None:
    """Table 3.2: all alarms go to the pager at once; afterwards each channel hears again what it is set to."""
    ward = ToldWard()
    ward.put(0, "system", None, system="station", ok=False)
    (lost,) = ward.put(10, "tick", None)
    assert (lost.alarm, lost.unattended) == ("STATION_LOST", True)
    ward.put(20, "battery", device="cuff-1", percent=15)
    (low,) = ward.put(50, "tick", None)
    assert (low.alarm, low.priority, low.unattended) == ("BATTERY", Priority.LOW, True)
    ward.put(60, "system", None, system="station", ok=True)
    ward.put(70, "battery", "bay-2", device="cuff-2", percent=15)
    (later,) = ward.put(100, "tick", None)
    assert (later.alarm, later.unattended) == ("BATTERY", False)


def test_station_lost_before_a_restart_stands_after_it() -> None:
    assert PageWriter({}, unattended=True).catch_up([], START, None, None) == []
    ward = ToldWard()
    ward.writer = PageWriter({"bay-1": "Bay 1"}, unattended=True)
    low(ward)
    assert [alert.unattended for alert in ward.alerts] == [True]


def test_station_lost_what_stands_open_is_caught_up_with() -> None:
    """Nobody has answered it and nobody sees it any more; what somebody has answered, or a higher one covers, waits."""
    ward = ToldWard()
    low(ward)
    ward.put(26, "battery", device="cuff-1", percent=15)
    ward.put(60, "tick", None)
    ward.put(61, "acknowledge", alarm="SPO2_LOW", by="nurse-a")
    found = ward.writer.catch_up(ward.board.decided("bay-1"), START + 70 * SECOND, "s-1", None)
    assert [(alert.alarm, alert.kind, alert.catching_up) for alert in found if alert.bed == "bay-1"] == [
        ("BATTERY", RAISED, True),
    ]


def test_4_1_many_new_alarms_on_one_bed_are_told_in_one_call() -> None:
    """Every `alarm_raised` is emitted and every HIGH is paged (rulings 2.9)."""
    ward = ToldWard()
    ward.open()
    ward.samples(0, 10, 97)
    ward.put(10, "nibp", device="cuff-1", systolic=75, diastolic=40, mean=52, pulse_rate=70, error=None)
    ward.samples(12, 45, 88, 125)
    raised = [alert for alert in ward.alerts if alert.kind is RAISED and alert.priority >= Priority.MEDIUM]
    assert [alert.alarm for alert in raised] == ["SBP_LOW", "SBP_XLOW", "MAP_XLOW", "SPO2_LOW", "PR_HIGH"]
    assert [alert.combined for alert in raised].count(False) == 4
    assert "4 new alarms within 60 s, also: SBP 75 mmHg (limit 90)" in raised[3].text
