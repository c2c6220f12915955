"""RR_LOW (alarm-system 3.1): breaths counted by a person, and the rate derived from the pleth."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.ward import OXIMETER, Story


def count(story: Story, t: float, rate: float, **more: Any) -> None:
    story.command(t, "record_reading", values={"resp_rate": rate}, **more)


def derive(story: Story, start: float, end: float, rate: float | None, quality: float | None = 0.9) -> None:
    """Measures of the pleth each second."""
    t = start
    while t < end:
        story.put(
            t,
            "pleth_measures",
            device=OXIMETER,
            sqi=0.9,
            pulse_present=True,
            resp_rate_pleth=rate,
            rr_quality=quality,
        )
        t += 1


def events(story: Story) -> list[tuple[float, str]]:
    return story.told("RR_LOW")


def test_rr_low_a_count_of_8_raises_at_once_for_the_minute_it_was_counted_in() -> None:
    story = Story().open()
    count(story, 300, 8)
    line = story.one("alarm_raised", alarm="RR_LOW")
    assert (line["t"], line["since"], line["value"], line["limit"], line["unit"]) == (300, 240, 8, 8, "/min")
    assert (line["priority"], line["metric"]) == ("medium", "resp_rate")


@pytest.mark.parametrize("rate", [9, 14])
def test_a_count_above_8_raises_nothing(rate: float) -> None:
    story = Story().open()
    count(story, 300, rate)
    story.tick(900)
    assert events(story) == []


def test_since_does_not_lie_before_the_patient_came() -> None:
    story = Story().open(290)
    count(story, 300, 6)
    assert story.one("alarm_raised", alarm="RR_LOW")["since"] == 290


def test_rr_low_clears_with_a_count_of_10_and_stays_at_9() -> None:
    story = Story().open()
    count(story, 300, 7)
    count(story, 400, 9)
    assert events(story) == [(300, "alarm_raised")]
    count(story, 500, 10)
    assert events(story) == [(300, "alarm_raised"), (500, "alarm_closed")]


def test_a_second_low_count_raises_no_second_alarm() -> None:
    story = Story().open()
    count(story, 300, 7)
    count(story, 400, 5)
    assert events(story) == [(300, "alarm_raised")]
    assert story.bed.state.book.open["RR_LOW"].value == 5


@pytest.mark.parametrize("at", [100, 399, 401])
def test_rr_low_is_told_however_late_the_count_is_entered(at: float) -> None:
    """While it is the newest count, it is what is known (decisions/0005)."""
    story = Story().open()
    count(story, 700, 7, at=at)
    line = story.one("alarm_raised", alarm="RR_LOW")
    assert (line["t"], line["since"]) == (700, at - 60)


@pytest.mark.parametrize(("at", "ends"), [(400, True), (399, False)])
def test_a_good_count_observed_more_than_five_minutes_ago_is_for_the_chart_only(at: float, ends: bool) -> None:
    """Breathing has become slow since, as the pleth says: an old count must not take that back."""
    story = Story().open()
    derive(story, 600, 690, 6)
    assert events(story) == [(660, "alarm_raised")]
    count(story, 700, 14, at=at)
    assert (events(story)[-1] == (700, "alarm_closed")) is ends
    assert ("RR_LOW" in story.bed.state.book.open and story.bed.state.book.open["RR_LOW"].value == 6) is not ends


def test_rr_low_is_looked_at_again_when_it_is_switched_on_again() -> None:
    story = Story().open()
    story.command(10, "alarm_off", alarm="RR_LOW", by="dr-x", role="prescriber", reason="counted by hand")
    count(story, 300, 7)
    story.command(400, "resume_alarms", alarm="RR_LOW")
    line = story.one("alarm_raised", alarm="RR_LOW")
    assert (line["t"], line["since"], line["value"]) == (400, 240, 7)


def test_a_count_observed_before_a_newer_one_changes_nothing() -> None:
    story = Story().open()
    count(story, 300, 12)
    count(story, 310, 6, at=200)
    assert events(story) == []


def test_rr_low_derived_rate_of_7_raises_medium_after_60_valid_seconds() -> None:
    story = Story().open()
    derive(story, 10, 100, 7)
    line = story.one("alarm_raised", alarm="RR_LOW")
    assert (line["t"], line["since"], line["value"], line["limit"]) == (70, 10, 7, 7)
    assert (line["priority"], line["metric"]) == ("medium", "resp_rate_pleth")


@pytest.mark.parametrize(("rate", "quality"), [(7.5, 0.9), (7, 0.79), (None, 0.9), (5, None)])
def test_a_derived_rate_above_7_or_of_poor_quality_raises_nothing(rate: float | None, quality: float | None) -> None:
    story = Story().open()
    derive(story, 10, 200, rate, quality)
    assert events(story) == []


def test_the_derived_delay_stands_still_without_quality_for_up_to_10_s() -> None:
    """Row 4: the timer holds; a value of poor quality is no value."""
    story = Story().open()
    derive(story, 10, 40, 6)
    derive(story, 40, 48, 6, 0.3)
    derive(story, 48, 100, 6)
    assert events(story) == [(78, "alarm_raised")]


def test_the_derived_rate_gone_for_more_than_10_s_drops_what_is_pending() -> None:
    story = Story().open()
    derive(story, 10, 40, 6)
    story.tick(60)
    line = story.one("alarm_pending_dropped", alarm="RR_LOW")
    # The last value stands 4 s.
    assert (line["t"], line["held_s"], line["reason"]) == (53, 33, "invalid")


def test_a_derived_rate_that_recovers_drops_what_is_pending() -> None:
    story = Story().open()
    derive(story, 10, 40, 6)
    derive(story, 40, 60, 12)
    line = story.one("alarm_pending_dropped", alarm="RR_LOW")
    assert (line["t"], line["held_s"], line["reason"]) == (45, 30, "trigger_false")


def test_rr_low_derived_clears_at_10_for_60_s() -> None:
    story = Story().open()
    derive(story, 10, 80, 6)
    derive(story, 80, 120, 10)
    derive(story, 120, 125, 9.9)
    derive(story, 125, 200, 10)
    assert events(story) == [(70, "alarm_raised"), (185, "alarm_closed")]


def test_missing_measures_mark_the_derived_alarm_stale_and_never_close_it() -> None:
    story = Story().open()
    derive(story, 10, 80, 6)
    story.tick(300)
    derive(story, 300, 301, 6)
    assert events(story) == [(70, "alarm_raised"), (93, "alarm_stale"), (300, "alarm_stale")]


def test_the_derived_rate_does_not_end_an_alarm_that_rests_on_a_count() -> None:
    story = Story().open()
    count(story, 10, 6)
    derive(story, 11, 200, 14)
    assert events(story) == [(10, "alarm_raised")]


def test_the_derived_rate_low_beside_a_low_count_is_the_same_alarm_and_ends_with_a_count() -> None:
    story = Story().open()
    count(story, 10, 6)
    derive(story, 11, 100, 6)
    derive(story, 100, 200, 12)
    assert events(story) == [(10, "alarm_raised")]
    count(story, 201, 12)
    assert events(story) == [(10, "alarm_raised"), (201, "alarm_closed")]


def test_a_good_count_ends_a_derived_alarm_and_starts_its_delay_anew() -> None:
    story = Story().open()
    derive(story, 10, 80, 6)
    count(story, 80, 12)
    derive(story, 81, 150, 6)
    assert events(story) == [(70, "alarm_raised"), (80, "alarm_closed"), (141, "alarm_raised")]


def test_a_good_count_drops_a_pending_derived_alarm() -> None:
    story = Story().open()
    derive(story, 10, 40, 6)
    count(story, 40, 12)
    assert [event for _, event in events(story)] == ["alarm_pending_dropped"]


def test_the_end_of_the_session_drops_what_is_pending_and_forgets_the_breathing() -> None:
    story = Story().open()
    derive(story, 10, 40, 6)
    story.command(40, "abort", reason="moved")
    assert story.one("alarm_pending_dropped", alarm="RR_LOW")["reason"] == "phase"
    assert story.bed.state.breathing.condition is None
    derive(story, 41, 200, 6)
    assert [event for _, event in events(story)] == ["alarm_pending_dropped"]


OFF: dict[str, Any] = {"alarm": "RR_LOW", "by": "dr-x", "role": "prescriber", "reason": "counted by hand"}


def test_rr_low_switched_off_drops_what_is_pending_and_begins_anew_when_it_is_on() -> None:
    story = Story().open()
    derive(story, 10, 40, 6)
    story.command(40, "alarm_off", **OFF)
    line = story.one("alarm_pending_dropped", alarm="RR_LOW")
    assert (line["t"], line["held_s"], line["reason"]) == (40, 30, "alarm_off")
    derive(story, 41, 60, 6)
    story.command(60, "resume_alarms", alarm="RR_LOW")
    derive(story, 61, 130, 6)
    assert story.one("alarm_raised", alarm="RR_LOW")["since"] == 61


def test_rr_low_switched_off_closes_what_is_open_and_stays_closed() -> None:
    story = Story().open()
    derive(story, 10, 75, 6)
    story.command(75, "alarm_off", **OFF)
    derive(story, 76, 200, 6)
    assert [event for _, event in events(story) if event.startswith("alarm_")] == ["alarm_raised", "alarm_closed"]
    assert story.one("alarm_closed", alarm="RR_LOW")["reason"] == "alarm_off"


def test_a_low_count_takes_over_the_alarm_of_the_derived_rate_with_its_limit() -> None:
    """From then on the derived rate neither moves nor ends it."""
    story = Story().open()
    derive(story, 10, 80, 6)
    alarm = story.bed.state.book.open["RR_LOW"]
    assert (alarm.value, alarm.limit) == (6, 7)
    count(story, 80, 5)
    derive(story, 81, 200, 14)
    assert (alarm.value, alarm.limit, alarm.worst) == (5, 8, 5)
    assert events(story) == [(70, "alarm_raised")]


def test_the_derived_alarm_remembers_the_lowest_rate() -> None:
    story = Story().open()
    derive(story, 10, 80, 6)
    derive(story, 80, 90, 4)
    derive(story, 90, 100, 6.5)
    alarm = story.bed.state.book.open["RR_LOW"]
    assert (alarm.value, alarm.worst) == (6.5, 4)


@pytest.mark.parametrize(("quality", "raised"), [(0.8, True), (0.799, False)])
def test_a_derived_rate_counts_from_the_documents_quality_on(quality: float, raised: bool) -> None:
    story = Story().open()
    derive(story, 10, 100, 6, quality)
    assert bool(events(story)) is raised
