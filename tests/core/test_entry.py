"""Readings that a person enters by hand (interfaces 4; rulings 4; ketamine-monitoring 5.3)."""

from __future__ import annotations

import math
from typing import Any

import pytest

from config.instant import SECOND
from monitor.core.inputs import Command
from tests.support.return_story import END, START, ReturnStory
from tests.support.ward import BED, NURSE, Story


def enter(story: Story, t: float, values: Any, **more: Any) -> None:
    story.command(t, "record_reading", values=values, **more)


PRESSURES = {"systolic": 122, "diastolic": 76, "mean": 91}


def test_a_manual_pressure_is_on_record_with_both_times_and_its_source() -> None:
    story = Story().open()
    enter(story, 60, PRESSURES, at=30)
    line = story.one("reading_recorded")
    assert (line["t"], line["at"], line["by"], line["source"], line["late"]) == (60, 30, NURSE, "manual", False)
    assert line["values"] == PRESSURES


def test_a_manual_pressure_raises_what_a_cuff_would() -> None:
    story = Story().open()
    enter(story, 60, {"systolic": 205, "diastolic": 100, "mean": 135})
    assert story.one("alarm_raised", alarm="SBP_CRIT")["priority"] == "high"


def test_a_manual_pressure_ends_what_a_cuff_reading_raised() -> None:
    story = Story().open()
    story.cuff(60, 160, 90)
    enter(story, 120, PRESSURES)
    assert story.told("SBP_HIGH") == [(60, "alarm_raised"), (120, "alarm_closed")]


def test_a_doubtful_manual_pressure_is_judged_like_a_cuffs() -> None:
    """B4: a pulse pressure of 10."""
    story = Story().open()
    enter(story, 60, {"systolic": 100, "diastolic": 90})
    assert story.one("value_rejected", metric="systolic")["reason"] == "pulse_pressure"


def test_manual_readings_make_a_baseline_and_are_marked_in_it() -> None:
    story = ReturnStory(baseline=False)
    story.plan.clear()
    story.reading(100)
    story.act(200, "record_reading", values={"systolic": 124, "diastolic": 78}).reading(300)
    story.act(START, "start_infusion").run(START)
    found = story.one("baseline_frozen", metric="systolic")
    assert (found["value"], found["grade"]) == (120, "A")
    assert found["inputs"] == ["reading-3", "reading-2 manual", "reading-1"]


def test_manual_readings_count_for_the_return() -> None:
    story = ReturnStory().infusing(m20=150, m25=150).end()
    story.act(END + 60, "record_reading", values={"systolic": 122, "diastolic": 76})
    story.act(END + 360, "record_reading", values={"systolic": 121, "diastolic": 75}).run(END + 400)
    assert story.state() == "RETURNED"


def test_b10_a_pressure_observed_more_than_a_minute_ago_is_for_the_chart_only() -> None:
    story = Story().open()
    enter(story, 200, {"systolic": 205, "diastolic": 100, "mean": 135}, at=139)
    assert story.one("reading_recorded")["late"] is True
    assert story.told("SBP_CRIT") == []
    enter(story, 300, {"systolic": 205, "diastolic": 100, "mean": 135}, at=240)
    assert story.told("SBP_CRIT") == [(300, "alarm_raised")]


def test_readings_of_a_session_are_numbered_on_whoever_took_them_and_however_late() -> None:
    """The sources of a baseline name them: no two bear one number."""
    story = Story().open()
    story.cuff(100)
    enter(story, 200, PRESSURES, at=150)
    enter(story, 300, PRESSURES, at=210)
    enter(story, 310, PRESSURES, at=205)
    story.cuff(400)
    session = story.bed.state.session
    assert session is not None
    assert [reading.number for reading in session.readings] == [1, 2, 5]
    assert [reading.number for reading in session.late_readings] == [3, 4]


def test_a_late_reading_after_the_start_does_not_count_for_the_return() -> None:
    story = ReturnStory().infusing(m20=150, m25=150).end()
    story.act(END + 400, "record_reading", values={"systolic": 122, "diastolic": 76}, at=END + 60).run(END + 500)
    assert story.state() == "AWAY"


# -- 5.3: manual or late baseline ------------------------------------------------------------------------------------


def without_baseline() -> ReturnStory:
    return ReturnStory(baseline=False).run(START + 100)


def test_5_3_a_late_baseline_replaces_none_with_grade_c_and_is_marked() -> None:
    story = without_baseline()
    enter(story, START + 300, {"systolic": 122, "diastolic": 76}, at=START - 60)
    found = story.one("baseline_frozen", metric="systolic", revised=True)
    assert (found["value"], found["grade"], found["inputs"]) == (122, "C", ["reading-1 manual"])
    assert story.state() == "IN_BAND"


def test_5_3_a_late_baseline_observed_after_the_start_is_not_taken() -> None:
    story = without_baseline()
    enter(story, START + 300, {"systolic": 122, "diastolic": 76}, at=START)
    assert story.all("baseline_frozen", revised=True) == []


def test_5_3_a_late_baseline_never_replaces_one_that_is_there() -> None:
    story = ReturnStory().run(START + 100)
    enter(story, START + 300, {"systolic": 150, "diastolic": 90, "pulse_rate": 99, "spo2": 91}, at=START - 60)
    assert story.all("baseline_frozen", revised=True) == []
    assert story.bed.state.baseline(next(iter(story.bed.state.session.returns))) == 120  # type: ignore[union-attr]


def test_5_3_a_late_baseline_folds_what_was_read_since_the_start() -> None:
    story = ReturnStory(baseline=False).infusing(m20=150, m25=150).run(START + 1600)
    enter(story, START + 1700, {"systolic": 120, "diastolic": 76}, at=START - 60)
    assert story.state() == "AWAY"


def test_5_3_a_late_baseline_entered_after_the_deadline_leads_where_a_timely_one_would_have_led() -> None:
    story = ReturnStory(baseline=False).infusing(m20=150, m25=150).end().after(m20=150).run_minutes(24)
    enter(story, END + 1500, {"systolic": 120, "diastolic": 76}, at=START - 60)
    assert story.state() == "OVERDUE"


def test_5_3_a_late_baseline_tells_the_interval_of_a_return_that_was_over_before_it() -> None:
    story = ReturnStory(baseline=False).infusing(m20=150, m25=150).end().after(m5=120, m10=120).run_minutes(24)
    enter(story, END + 1500, {"systolic": 120, "diastolic": 76}, at=START - 60)
    assert story.state() == "RETURNED"
    assert story.interval() == [-15, 5]


def test_5_3_a_late_reading_before_the_start_stands_in_where_nothing_timely_is() -> None:
    """Entered before the start, observed more than a minute before: it counts only where nothing else does."""
    story = ReturnStory(baseline=False)
    story.plan.clear()
    story.act(500, "record_reading", values={"systolic": 122, "diastolic": 76}, at=300)
    story.act(START, "start_infusion").run(START)
    found = story.one("baseline_frozen", metric="systolic")
    assert (found["value"], found["grade"], found["inputs"]) == (122, "C", ["reading-1 manual"])


def test_5_3_pulse_and_spo2_read_off_another_device_stand_in_with_grade_c() -> None:
    story = ReturnStory(lambda t: (None, None))
    story.act(500, "record_reading", values={"spo2": 96, "pulse_rate": 70}).run(START)
    assert [
        (found["metric"], found["value"], found["grade"], found["inputs"])
        for found in story.all("baseline_frozen", inputs=["manual"])
    ] == [("pulse_rate", 70, "C", ["manual"]), ("spo2", 96, "C", ["manual"])]


def test_a_pulse_read_off_another_device_raises_no_alarm() -> None:
    story = Story().open()
    enter(story, 60, {"spo2": 80, "pulse_rate": 35})
    story.tick(90)
    assert {line["alarm"] for line in story.all("alarm_raised")} == {"SPO2_NO_DATA"}


def test_a_late_pulse_baseline_decides_the_windows_seen_before_it() -> None:
    story = ReturnStory(lambda t: (None, None) if t < START + 60 else (97, 95), baseline=False).run(START + 900)
    assert story.state("pulse_rate") == "NO_BASELINE"
    enter(story, START + 901, {"pulse_rate": 70}, at=START - 60)
    assert story.state("pulse_rate") == "AWAY"


@pytest.mark.parametrize(("off_from", "state"), [(END + 3000, "OVERDUE"), (END + 900, "INDETERMINATE")])
def test_a_late_pulse_baseline_entered_after_the_deadline_looks_for_the_pulse_around_it(
    off_from: float, state: str
) -> None:
    def wave(t: float) -> tuple[float | None, float | None]:
        return (97, 95) if START + 60 <= t < off_from else (None, None)

    story = ReturnStory(wave, baseline=False).end().run_minutes(24)
    enter(story, END + 1500, {"pulse_rate": 70}, at=START - 60)
    assert story.state("pulse_rate") == state


# -- what is refused -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "reason", "field"),
    [
        ({"systolic": 300, "diastolic": 80}, "value_out_of_range", "systolic"),
        ({"systolic": 120, "diastolic": 19}, "value_out_of_range", "diastolic"),
        ({"systolic": 120, "diastolic": 76, "mean": 231}, "value_out_of_range", "mean"),
        ({"systolic": 76, "diastolic": 120}, "pressures_out_of_order", "diastolic"),
        ({"systolic": 120, "mean": 120}, "pressures_out_of_order", "mean"),
        ({"spo2": 101}, "value_out_of_range", "spo2"),
        ({"pulse_rate": 10}, "value_out_of_range", "pulse_rate"),
        ({"systolic": 120, "diastolic": 76, "pulse_rate_cuff": 500}, "value_out_of_range", "pulse_rate_cuff"),
        ({"pulse_rate_cuff": 70}, "pressure_missing", "pulse_rate_cuff"),
        ({"resp_rate": 81}, "value_out_of_range", "resp_rate"),
        ({"resp_rate": -1}, "value_out_of_range", "resp_rate"),
        ({"moaas": 6}, "value_out_of_range", "moaas"),
        ({"moaas": 2.5}, "value_out_of_range", "moaas"),
        ({"moaas": True}, "value_not_a_number", "moaas"),
        ({"moaas": "5"}, "value_not_a_number", "moaas"),
        ({"resp_rate": None}, "value_not_a_number", "resp_rate"),
        ({"pleth": 1}, "field_unknown", "pleth"),
        ({"temperature": 37}, "field_unknown", "temperature"),
    ],
)
def test_a_bad_value_is_refused_with_the_field_and_changes_nothing(
    values: dict[str, Any], reason: str, field: str
) -> None:
    story = Story().open()
    enter(story, 60, {"resp_rate": 5} | values)
    refused = story.one("command_refused")
    assert (refused["reason"], refused["field"]) == (reason, field)
    assert story.all("reading_recorded") == []
    assert story.told("RR_LOW") == []


@pytest.mark.parametrize("value", [math.nan, math.inf, 10**400, -(10**400)], ids=["nan", "inf", "huge", "-huge"])
def test_a_number_beyond_all_bounds_is_refused_whoever_hands_it_in(value: float) -> None:
    """No line holds one; the core goes by itself all the same, for limits and doses as for readings."""
    asked = {
        "record_reading": ({"values": {"resp_rate": value}}, "value_not_a_number"),
        "set_limit": ({"alarm": "SPO2_LOW", "low": value}, "limit_out_of_bounds"),
        "start_infusion": ({"dose_mg": value}, "dose_mg_out_of_range"),
    }
    story = Story().open()
    for name, (fields, reason) in asked.items():
        event = story.ward.feed(Command(BED, name, NURSE, fields=fields), 10 * SECOND)[-1]
        assert (event.kind.value, event.data["reason"]) == ("command_refused", reason)


@pytest.mark.parametrize("values", [None, {}, [], "120/76"])
def test_a_reading_without_values_is_refused(values: Any) -> None:
    story = Story().open()
    enter(story, 60, values)
    assert story.one("command_refused")["reason"] == "values_missing"


@pytest.mark.parametrize("at", [61, 9])
def test_a_reading_from_the_future_or_from_before_the_patient_is_refused(at: float) -> None:
    story = Story().open(10)
    enter(story, 60, {"resp_rate": 12}, at=at)
    assert story.one("command_refused")["reason"] == "observed_time_out_of_range"


def test_a_reading_of_nobody_is_refused() -> None:
    story = Story()
    enter(story, 60, {"resp_rate": 12})
    assert story.one("command_refused")["reason"] == "wrong_phase"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("record_reading", {"values": {"moaas": 4}}),
        ("record_event", {"kind": "activity"}),
        ("set_limbs", {"cuff_limb": "left"}),
    ],
)
@pytest.mark.parametrize(("at", "taken"), [(9.999, False), (10, True), (60, True), (60.001, False)])
def test_what_people_enter_lies_between_the_patients_coming_and_now(
    command: str, fields: dict[str, Any], at: float, taken: bool
) -> None:
    """Both edges included."""
    story = Story().open(10)
    found = story.command(60, command, at=at, **fields)
    assert ([line["reason"] for line in found if line["event"] == "command_refused"] == []) is taken


@pytest.mark.parametrize(
    ("value", "reason"), [(2, "value_out_of_range"), (0.5, "value_out_of_range"), (True, "value_not_a_number")]
)
def test_air_or_oxygen_is_entered_as_0_or_1(value: Any, reason: str) -> None:
    story = Story().open()
    story.command(10, "record_reading", values={"on_oxygen": value})
    assert story.one("command_refused")["reason"] == reason


@pytest.mark.parametrize(("given", "told"), [({"reason": "the cuff slipped"}, "the cuff slipped"), ({}, None)])
def test_why_a_reading_was_typed_is_told_with_it(given: dict[str, str], told: str | None) -> None:
    story = Story().open()
    story.command(60, "record_reading", values={"systolic": 121, "diastolic": 79}, **given)
    assert story.one("reading_recorded").get("reason") == told
