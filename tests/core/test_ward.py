"""All beds under one clock: the order of deadlines and inputs (rulings 1.2)."""

from __future__ import annotations

from typing import Any

import pytest

from config.instant import SECOND, Instant
from monitor.core.bed import new_bed
from monitor.core.bed_state import Bed, DeviceSetup, Setup
from monitor.core.device import liveness
from monitor.core.errors import InputError
from monitor.core.events import Event, to_line
from monitor.core.inputs import Acknowledge, Restart, SystemState, Tick
from monitor.core.lines.reader import read_input
from monitor.core.oximeter import absence_alarm, oximetry
from monitor.core.service_alarms import ServiceAlarms
from monitor.core.ward import ServiceFault, Ward
from tests.support.ward import Story, shipped_rules


def ward_of(*beds: str) -> Ward:
    ward = Ward(shipped_rules())
    for bed in beds:
        ward.add(new_bed(Setup(bed, shipped_rules()), 0))
    return ward


def put(ward: Ward, t: float, bed: str, kind: str, **fields: Any) -> list[Event]:
    return ward.feed(read_input({"t": t, "bed": bed, "input": kind, **fields}), round(t * SECOND))


def sample(ward: Ward, t: float, bed: str, spo2: float) -> list[Event]:
    return put(ward, t, bed, "spo2", device="ox", spo2=spo2, pulse_rate=72)


def raised(events: list[Event]) -> list[tuple[float, str | None, str]]:
    return [(e.at / SECOND, e.bed, e.data["alarm"]) for e in events if e.kind == "alarm_raised"]


def test_deadlines_of_all_beds_come_in_order_of_their_due_time_before_the_input() -> None:
    ward = ward_of("a", "b")
    for bed in ("a", "b"):
        put(ward, 0, bed, "open_session", patient="P")
    for second in range(4):
        sample(ward, 1 + second, "b", 84)
        sample(ward, 1.5 + second, "a", 84)
    events = sample(ward, 6.5, "b", 97)
    assert raised(events) == [(6, "b", "SPO2_CRIT"), (6.5, "a", "SPO2_CRIT")]


def test_equal_due_times_go_by_bed_in_the_order_of_the_ward_the_service_first() -> None:
    """The rulings order rules and devices at equal times; between beds the code takes the order of the site file."""
    ward = ward_of("b", "a")
    ward.feed(SystemState("binding", ok=False, subject="x"), 0)
    for bed in ("a", "b"):
        put(ward, 50, bed, "link", device="ox", state="down")
    events = ward.feed(Tick(), 60 * SECOND)
    assert [(e.bed, e.data["alarm"]) for e in events] == [
        (None, "ID_CONFLICT"),
        ("b", "DEVICE_OFFLINE"),
        ("a", "DEVICE_OFFLINE"),
    ]


def test_equal_due_times_on_one_bed_go_by_rule_order() -> None:
    """SPO2_CRIT stands before PR_XLOW in the table; both are due at 20."""
    story = Story().open()
    story.samples(0, 10, 90, 60)
    story.samples(10, 15, 90, 40)
    story.samples(15, 20, 84, 40)
    found = story.tick(20)
    assert [line["alarm"] for line in found] == ["SPO2_CRIT", "PR_XLOW"]
    assert {line["t"] for line in found} == {20}


def test_inputs_at_equal_times_are_taken_in_their_order() -> None:
    story = Story().open()
    first, second = story.cuff(10, 185), story.cuff(10, 150, device="cuff-2")
    assert [line["event"] for line in first if "alarm" in line] == ["alarm_raised", "alarm_raised"]
    assert [line["event"] for line in second if "alarm" in line] == ["alarm_latched", "alarm_closed"]


def test_an_input_for_an_unknown_bed_is_refused() -> None:
    with pytest.raises(InputError, match="bed 'c' is not on this ward"):
        sample(ward_of("a"), 0, "c", 97)


def test_an_acknowledgement_by_id_finds_its_bed() -> None:
    ward = ward_of("bay-1", "bay-2")
    put(ward, 0, "bay-2", "open_session", patient="P")
    put(ward, 1, "bay-2", "nibp", device="c", systolic=185, diastolic=90, mean=120)
    (event, _) = ward.feed(Acknowledge(None, "nurse-a", alarm_id="bay-2-0001"), 2 * SECOND)
    assert (event.kind, event.bed, event.data["alarm_id"]) == ("alarm_acknowledged", "bay-2", "bay-2-0001")


def test_next_deadline_is_never_later_than_the_true_moment() -> None:
    ward = ward_of("a")
    assert ward.next_deadline() is None
    put(ward, 0, "a", "open_session", patient="P")
    sample(ward, 1, "a", 84)
    due = ward.next_deadline()
    assert due is not None
    assert due <= 5 * SECOND
    while (due := ward.next_deadline()) is not None and due <= 100 * SECOND:
        ward.settle(due)
    assert raised(ward.feed(Tick(), 100 * SECOND)) == []


def test_restart_of_the_whole_ward() -> None:
    ward = ward_of("a", "b")
    for bed in ("a", "b"):
        put(ward, 0, bed, "open_session", patient="P")
        put(ward, 1, bed, "nibp", device="c", systolic=185, diastolic=90, mean=120)
    ward.feed(SystemState("core", ok=False), 2 * SECOND)
    events = ward.feed(Restart(), 3 * SECOND)
    assert [(e.bed, e.data["alarm"], e.data["reason"]) for e in events] == [
        ("a", "SBP_CRIT", "restart"),
        ("b", "SBP_CRIT", "restart"),
        (None, "CORE_FAULT", "restart"),
    ]


def test_states_of_a_journal_are_taken_over() -> None:
    ward = ward_of("a")
    put(ward, 0, "a", "open_session", patient="P")
    ward.feed(SystemState("binding", ok=False, subject="x"), 0)
    other = Ward(shipped_rules())
    other.restore([Bed(Setup("a", shipped_rules()), ward.beds["a"].state)], ward.service.state)
    assert [e.data.get("alarm") for e in other.feed(Tick(), 60 * SECOND)] == ["ID_CONFLICT", "SPO2_NO_DATA", None]
    third = Ward(shipped_rules())
    third.restore([], None)
    assert third.next_deadline() is None


def broken(*_: object) -> Instant:
    raise ZeroDivisionError("a bug")


def test_a_bug_at_a_deadline_names_its_bed_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = ward_of("a", "b", "c")
    for at, bed in ((1, "a"), (2, "b"), (3, "c")):
        put(ward, at, bed, "link", device="ox", state="down")
    part = liveness.settle
    monkeypatch.setattr(
        liveness, "settle", lambda bed, due, out: broken() if bed.state.bed == "b" else part(bed, due, out)
    )
    assert raised(ward.settle(20 * SECOND)) == [(11, "a", "DEVICE_OFFLINE"), (13, "c", "DEVICE_OFFLINE")]
    assert [(fault.bed, fault.part, type(fault.error)) for fault in ward.take_faults()] == [
        ("b", "liveness", ZeroDivisionError)
    ]
    assert ward.take_faults() == []


def test_a_part_that_fails_at_a_deadline_takes_no_other_alarm_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples are folded in, and whatever else the bed waits for comes; the part is asked again after a restart."""
    ward = ward_of("a")
    put(ward, 0, "a", "open_session", patient="P")
    with monkeypatch.context() as broken_part:
        broken_part.setattr(absence_alarm, "settle", broken)
        found = [event for t in range(1, 30) for event in sample(ward, t, "a", 97)]
        found += ward.feed(Tick(), 120 * SECOND)
        assert "SPO2_NO_DATA" not in [alarm for _, _, alarm in raised(found)]
        assert [fault.part for fault in ward.take_faults()] == ["absence_alarm"]
        found = [event for t in range(121, 160) for event in sample(ward, t, "a", 88)]
        assert "SPO2_LOW" in [alarm for _, _, alarm in raised(found)]
        assert ward.beds["a"].state.spo2.raw == 88
        put(ward, 161, "a", "nibp", device="c", systolic=185, diastolic=90, mean=120)
        assert "SBP_CRIT" in ward.beds["a"].state.book.open
        assert ward.take_faults() == [], "told once"
    assert ward.beds["a"].state.faulty == ["absence_alarm"]
    ward.feed(Restart("a"), 170 * SECOND)
    assert ward.beds["a"].state.faulty == []
    found = ward.feed(Tick(), 300 * SECOND)
    assert "SPO2_NO_DATA" in [alarm for _, _, alarm in raised(found)]


def test_a_part_that_cannot_say_what_it_waits_for_is_no_more_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = ward_of("a")
    put(ward, 0, "a", "open_session", patient="P")
    with monkeypatch.context() as broken_part:
        broken_part.setattr(absence_alarm, "due", broken)
        found = [event for t in range(1, 40) for event in sample(ward, t, "a", 88)]
    assert "SPO2_LOW" in [alarm for _, _, alarm in raised(found)]
    (fault,) = ward.take_faults()
    assert fault.part == "absence_alarm"
    told = to_line(ward.feed(fault.report(), 40 * SECOND)[0], 0)
    assert (told["alarm"], told["device"]) == ("CORE_FAULT", "a")
    assert told["detail"] == "internal fault in absence_alarm, see the log"


def test_the_parts_behind_one_that_cannot_say_what_it_waits_for_are_asked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing comes after the long silence that would ask them again."""
    ward = ward_of("a")
    put(ward, 0, "a", "open_session", patient="P")
    sample(ward, 1, "a", 97)
    monkeypatch.setattr(oximetry, "due", broken)
    assert "SPO2_NO_DATA" in [alarm for _, _, alarm in raised(ward.feed(Tick(), 300 * SECOND))]


def test_a_bug_at_a_deadline_of_the_service_names_no_bed(monkeypatch: pytest.MonkeyPatch) -> None:
    ward = ward_of("a")
    ward.feed(SystemState("binding", ok=False, subject="x"), 0)
    monkeypatch.setattr(ServiceAlarms, "settle", broken)
    with pytest.raises(ServiceFault, match="of the service") as caught:
        ward.settle(60 * SECOND)
    assert caught.value.events == []


def test_a_restart_of_one_bed_awaits_that_beds_devices_alone() -> None:
    """A replayed session says so of its own bed: what is silent on the other stays silent."""
    ward = Ward(shipped_rules())
    for bed in ("a", "b"):
        ward.add(new_bed(Setup(bed, shipped_rules(), (DeviceSetup("ox", 4 * SECOND, 10 * SECOND),)), 0))
    events = ward.feed(Restart("a"), 30 * SECOND)
    assert raised(events) == [(10, "b", "DEVICE_OFFLINE")]
