"""Baseline: ketamine-monitoring 5.2 and the first sentences of rulings section 4."""

from __future__ import annotations

import pytest

from config.instant import MINUTE, SECOND, Instant
from config.vocabulary import Grade, Metric
from monitor.core.recovery.baseline import Baseline, PressureReading, by_hand, from_readings, from_track
from monitor.core.track import Track
from tests.support.return_story import START, ReturnStory
from tests.support.ward import shipped_rules

AT: Instant = 60 * MINUTE
RULE = shipped_rules().baseline


def reading(before_s: float, systolic: float | None, number: int = 1) -> PressureReading:
    return PressureReading(AT - round(before_s * SECOND), number, systolic, 76, 91)


def taken(*readings: tuple[float, float | None], activities: tuple[float, ...] = ()) -> Baseline:
    """Readings and activities as seconds before the start."""
    found = [reading(before, value, number) for number, (before, value) in enumerate(readings, start=1)]
    return from_readings(found, Metric.SYSTOLIC, AT, [AT - round(each * SECOND) for each in activities], RULE)


def test_median_of_the_newest_three_within_ten_is_grade_a() -> None:
    assert taken((500, 200), (400, 120), (300, 130), (200, 122)) == Baseline(
        122, Grade.A, ["reading-4", "reading-3", "reading-2"]
    )


def test_a_range_above_ten_is_grade_b() -> None:
    assert taken((400, 120), (300, 130.5), (200, 122)).grade is Grade.B


def test_mean_of_two_is_grade_b() -> None:
    assert taken((400, 120), (300, 125)) == Baseline(122.5, Grade.B, ["reading-2", "reading-1"])


def test_a_single_reading_is_grade_c() -> None:
    assert taken((300, 125)) == Baseline(125, Grade.C, ["reading-1"])


def test_no_reading_is_grade_none() -> None:
    assert taken() == Baseline(None, Grade.NONE, [])


def test_range_and_grade_are_of_each_metric_alone() -> None:
    readings = [PressureReading(AT - minute * MINUTE, minute, 120, 60 + 6 * minute, None) for minute in (1, 2, 3)]
    grades = [
        from_readings(readings, metric, AT, [], RULE).grade
        for metric in (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN)
    ]
    assert grades == [Grade.A, Grade.B, Grade.NONE]


def test_a_metric_that_was_not_valid_is_skipped_in_its_reading_only() -> None:
    assert taken((400, 120), (300, None), (200, 122)).inputs == ["reading-3", "reading-1"]


def test_newest_first_skipping_what_is_closer_than_60_s_to_the_last_taken() -> None:
    assert taken((300, 118), (259, 119), (200, 122), (141, 121)).inputs == ["reading-4", "reading-2"]
    assert taken((261, 119), (201, 122), (141, 121)).inputs == ["reading-3", "reading-2", "reading-1"]


def test_readings_need_not_come_in_order() -> None:
    assert taken((200, 122), (400, 120), (300, 121)).inputs == ["reading-1", "reading-3", "reading-2"]


def test_the_newest_must_not_be_older_than_ten_minutes() -> None:
    assert taken((600, 120)).grade is Grade.C
    assert taken((600.001, 120)).grade is Grade.NONE


def test_readings_count_from_thirty_minutes_before_the_start() -> None:
    assert taken((1800, 120), (300, 124)).value == 122
    assert taken((1800.001, 120), (300, 124)).value == 124


def test_a_reading_at_the_start_is_after_it() -> None:
    assert taken((0, 120)).grade is Grade.NONE


@pytest.mark.parametrize(
    ("activity", "taken_into_account"), [(300, False), (599.999, False), (600, True), (299.9, True)]
)
def test_a_reading_counts_at_rest_only(activity: float, taken_into_account: bool) -> None:
    """An activity within the five minutes before a reading 300 s before the start spoils it."""
    assert (taken((300, 120), activities=(activity,)).value == 120) is taken_into_account


def test_an_activity_spoils_its_readings_in_a_session() -> None:
    story = ReturnStory().act(50, "record_event", kind="activity").run(START)
    assert story.one("command_refused")["reason"] == "no_baseline"
    other = ReturnStory().act(50, "record_event", kind="nausea").run(START)
    assert other.all("command_refused") == []


# -- pulse rate and SpO2 -------------------------------------------------------------------------------------------


def track(*stretches: tuple[int, int, float]) -> Track:
    """Values as (from, to, value), seconds before the start."""
    found = Track()
    for first, last, value in stretches:
        found.put(value, AT - first * SECOND, AT - last * SECOND)
    return found


def wave(*stretches: tuple[int, int, float], opened_before: int = 3600) -> Baseline:
    return from_track(track(*stretches), AT, AT - opened_before * SECOND, RULE)


@pytest.mark.parametrize(
    ("valid", "grade"),
    [(300, Grade.A), (120, Grade.A), (119, Grade.C), (30, Grade.C), (29, Grade.NONE), (1, Grade.NONE)],
)
def test_the_grade_of_a_wave_goes_by_its_valid_seconds(valid: int, grade: Grade) -> None:
    """Fewer than 30 valid seconds are as none: the document names no grade between 30 and none."""
    assert wave((valid, 0, 72)).grade is grade


def test_no_valid_second_is_no_baseline() -> None:
    assert wave() == Baseline(None, Grade.NONE, [])


def test_a_wave_is_the_median_of_its_last_five_minutes() -> None:
    assert wave((360, 250, 90), (250, 100, 70), (100, 0, 74)) == Baseline(72, Grade.A, ["300 valid s"])


def test_what_was_valid_before_the_session_belongs_to_nobody() -> None:
    assert wave((300, 100, 90), (100, 0, 70), opened_before=100) == Baseline(70, Grade.C, ["100 valid s"])


def test_what_came_after_a_start_entered_late_is_left_out() -> None:
    found = track((300, 60, 70))
    found.put(95, AT - 60 * SECOND, AT)
    assert from_track(found, AT - 60 * SECOND, 0, RULE) == Baseline(70, Grade.A, ["240 valid s"])


def test_a_start_entered_a_minute_late_freezes_what_the_timely_one_would_have() -> None:
    """What is kept of the wave reaches six minutes back; a start entered much later finds less of it."""
    timely, late = ReturnStory(), ReturnStory()
    late.plan = [entry for entry in late.plan if entry[1] != "command"]
    late.act(START + 59, "start_infusion", at=START)
    timely.run(START + 60)
    late.run(START + 60)

    def frozen(story: ReturnStory) -> list[dict[str, object]]:
        return [{key: value for key, value in line.items() if key != "t"} for line in story.all("baseline_frozen")]

    assert frozen(late) == frozen(timely)


def test_5_3_of_several_values_read_off_another_device_the_newest_before_the_start_counts() -> None:
    """Whatever the order of entry; those of the start itself or of more than five minutes before it do not."""
    window = 5 * MINUTE
    assert by_hand([(AT - 2 * MINUTE, 70), (AT - 1 * MINUTE, 75), (AT - 3 * MINUTE, 99)], AT, window).value == 75
    assert by_hand([(AT - window, 70)], AT, window) == Baseline(70, Grade.C, ["manual"])
    assert by_hand([(AT - window - 1, 70), (AT, 80)], AT, window) == Baseline(None, Grade.NONE, [])


@pytest.mark.parametrize(("first", "grade"), [(119, Grade.A), (130, Grade.A), (131, Grade.B), (132, Grade.C)])
def test_5_3_readings_of_two_arms_are_comparable_by_a_pair_that_agrees(first: float, grade: Grade) -> None:
    """Within the third reading's limit of each other, however far apart the others are."""
    readings = [
        PressureReading(AT - 5 * MINUTE, 1, first, 76, None, limb="right"),
        PressureReading(AT - 3 * MINUTE, 2, 120, 76, None, limb="left"),
        PressureReading(AT - 1 * MINUTE, 3, 121, 76, None, limb="left"),
    ]
    assert from_readings(readings, Metric.SYSTOLIC, AT, [], RULE, "left").grade is grade


def test_only_what_a_person_entered_is_marked_in_the_inputs() -> None:
    """A cuff that names itself as the source is a cuff."""
    story = ReturnStory(baseline=False)
    story.plan.clear()
    story.reading(100, source="device").reading(200, source="device").act(START, "start_infusion").run(START)
    story.act(300, "record_reading", values={"systolic": 121, "diastolic": 76})
    assert "manual" not in str(story.bed.state.cuff.values)
    session = story.bed.state.session
    assert session is not None
    assert [reading.source for reading in session.readings] == [None, None]
