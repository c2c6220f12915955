"""NIBP_FAIL and NIBP_20MIN_MISSING (alarm-system 3.2; ketamine-monitoring 6.3; rulings 2.8 and 3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.ward import Story

FAILED: dict[str, Any] = {"error": "leak"}
REJECTED: dict[str, Any] = {"systolic": 70, "diastolic": 90}
DOUBTFUL: dict[str, Any] = {"irregular": True}


def told(story: Story, alarm: str) -> list[tuple[float, str, str]]:
    return [(line["t"], line["event"], line["priority"]) for line in story.lines if line.get("alarm") == alarm]


# -- NIBP_FAIL ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [FAILED, REJECTED], ids=["failed", "rejected"])
@pytest.mark.parametrize("second", [FAILED, REJECTED], ids=["failed", "rejected"])
def test_nibp_fail_second_failed_or_rejected_attempt_in_a_row(first: dict[str, Any], second: dict[str, Any]) -> None:
    story = Story().open().start(100)
    story.cuff(200, **first)
    assert told(story, "NIBP_FAIL") == []
    story.cuff(290, **second)
    line = story.one("alarm_raised", alarm="NIBP_FAIL")
    assert (line["t"], line["since"], line["priority"]) == (290, 200, "medium")


@pytest.mark.parametrize("before", ["PRE", "INFUSING"])
def test_nibp_fail_keeps_its_priority_when_the_drug_ends(before: str) -> None:
    story = Story().open()
    if before == "INFUSING":
        story.start(50)
    story.cuff(100, **FAILED)
    story.cuff(200, **FAILED)
    if before == "PRE":
        story.start(250)
    story.command(300, "end_infusion")
    assert [priority for _, _, priority in told(story, "NIBP_FAIL")][-1] == "medium"
    assert story.all("alarm_priority_changed", t=300) == []


def test_nibp_fail_is_about_the_cuff_and_not_about_what_a_person_types() -> None:
    """A slip of the pen is no failure; a good reading by hand is a reading, and ends the row."""
    story = Story().open().start(100)
    for t in (200, 290):
        story.cuff(t, **REJECTED, source="manual")
    story.cuff(380, **FAILED)
    assert told(story, "NIBP_FAIL") == []
    story.cuff(470, source="manual")
    story.cuff(560, **FAILED)
    assert told(story, "NIBP_FAIL") == []
    story.cuff(650, **FAILED)
    assert told(story, "NIBP_FAIL") == [(650, "alarm_raised", "medium")]


def test_nibp_fail_is_low_before_the_infusion_and_rises_with_it() -> None:
    story = Story().open()
    story.cuff(100, **FAILED)
    story.cuff(200, **FAILED)
    story.start(300)
    assert told(story, "NIBP_FAIL") == [(200, "alarm_raised", "low"), (300, "alarm_priority_changed", "medium")]


def test_nibp_fail_a_doubtful_reading_neither_counts_nor_resets() -> None:
    story = Story().open().start(100)
    story.cuff(200, **FAILED)
    story.cuff(290, **DOUBTFUL)
    assert told(story, "NIBP_FAIL") == []
    story.cuff(380, **FAILED)
    assert told(story, "NIBP_FAIL") == [(380, "alarm_raised", "medium")]
    story.cuff(470, **DOUBTFUL)
    assert len(told(story, "NIBP_FAIL")) == 1


def test_nibp_fail_a_valid_reading_resets_and_closes() -> None:
    story = Story().open().start(100)
    story.cuff(200, **FAILED)
    story.cuff(290)
    story.cuff(380, **FAILED)
    assert told(story, "NIBP_FAIL") == []
    story.cuff(470, **FAILED)
    story.cuff(560)
    assert told(story, "NIBP_FAIL")[1:] == [(560, "alarm_closed", "medium")]


def test_nibp_fail_is_ended_by_no_reading_from_before_the_failure() -> None:
    """That the cuff measured before it failed is no sign that it measures now (decisions/0005)."""
    story = Story().open().start(100)
    story.cuff(200, **FAILED)
    story.cuff(230, device="cuff-2", measured_t=190)
    story.cuff(290, **FAILED)
    assert told(story, "NIBP_FAIL") == [(290, "alarm_raised", "medium")]
    story.cuff(310, device="cuff-2", measured_t=280)
    assert len(told(story, "NIBP_FAIL")) == 1
    story.cuff(330, device="cuff-2", measured_t=315)
    assert told(story, "NIBP_FAIL")[1:] == [(330, "alarm_closed", "medium")]


def test_nibp_fail_covers_the_overdue_reading() -> None:
    """NIBP_FAIL > NIBP_OVERDUE > NIBP_20MIN_MISSING: acknowledging the first takes the others along."""
    story = Story().open().start(100)
    story.cuff(200, **FAILED)
    story.cuff(290, **FAILED)
    story.tick(560)
    story.acknowledge(570, "NIBP_FAIL")
    assert [line["alarm"] for line in story.all("alarm_acknowledged")] == ["NIBP_FAIL", "NIBP_OVERDUE"]


# -- NIBP_20MIN_MISSING -------------------------------------------------------------------------------------------


def recovering(deadline_min: float = 20, **more: Any) -> Story:
    """The infusion ended at 1000; a baseline of 120/76."""
    story = Story().open(deadline_min=deadline_min, **more)
    for t in (60, 150, 240):
        story.cuff(t)
    story.samples(0, 300)
    story.command(300, "start_infusion")
    story.command(1000, "end_infusion")
    return story


@pytest.mark.parametrize(
    ("t", "missing"),
    [(2049.999, True), (2050, False), (2349.999, False), (2350, True)],
    ids=["before +17.5", "+17.5", "before +22.5", "+22.5"],
)
def test_6_3_reading_missing_near_20(t: float, missing: bool) -> None:
    story = recovering()
    story.cuff(t)
    story.tick(2400)
    assert told(story, "NIBP_20MIN_MISSING") == ([(2350, "alarm_raised", "low")] if missing else [])


@pytest.mark.parametrize("more", [FAILED, REJECTED, DOUBTFUL], ids=["failed", "rejected", "suspect"])
def test_6_3_only_a_valid_reading_counts_near_20(more: dict[str, Any]) -> None:
    story = recovering()
    story.cuff(2200, **more)
    story.tick(2400)
    assert told(story, "NIBP_20MIN_MISSING") == [(2350, "alarm_raised", "low")]


def test_6_3_the_window_goes_with_the_sessions_deadline() -> None:
    story = recovering(deadline_min=30)
    story.cuff(2200)
    story.tick(3000)
    assert told(story, "NIBP_20MIN_MISSING") == [(2950, "alarm_raised", "low")]


def test_2_8_missing_reading_closes_by_acknowledgement() -> None:
    story = recovering()
    story.tick(2400)
    story.acknowledge(2410, "NIBP_20MIN_MISSING")
    assert told(story, "NIBP_20MIN_MISSING")[1:] == [
        (2410, "alarm_acknowledged", "low"),
        (2410, "alarm_closed", "low"),
    ]
    assert story.one("alarm_closed", alarm="NIBP_20MIN_MISSING")["reason"] == "acknowledged"
    story.tick(9000)
    assert len(told(story, "NIBP_20MIN_MISSING")) == 3


def test_2_8_missing_reading_closes_when_all_metrics_have_returned() -> None:
    story = recovering()
    for t in range(1001, 2900):
        story.sample(t)
    assert told(story, "NIBP_20MIN_MISSING") == [(2350, "alarm_raised", "low")]
    story.cuff(2900)
    assert told(story, "NIBP_20MIN_MISSING")[1:] == [(2900, "alarm_closed", "low")]
    assert story.all("alarm_closed", alarm="NIBP_20MIN_MISSING")[0]["reason"] == "returned"


def test_2_8_missing_reading_closes_with_the_discharge() -> None:
    story = recovering()
    story.tick(2400)
    story.command(2500, "discharge", reason="picked up early", override_by="dr-x")
    assert told(story, "NIBP_20MIN_MISSING")[1:] == [(2500, "alarm_closed", "low")]


def test_6_2_missing_reading_goes_with_the_end_that_is_taken_back() -> None:
    story = recovering()
    story.tick(2400)
    story.command(2500, "start_infusion")
    assert story.one("alarm_closed", alarm="NIBP_20MIN_MISSING")["reason"] == "restarted"
    story.command(2600, "end_infusion")
    story.tick(2600 + 1350)
    assert told(story, "NIBP_20MIN_MISSING")[2:] == [(3950, "alarm_raised", "low")]


def test_6_2_an_end_entered_late_settles_the_missing_reading_at_entry() -> None:
    story = Story().open().start(300)
    story.command(2500, "end_infusion", at=1000)
    assert told(story, "NIBP_20MIN_MISSING") == [(2500, "alarm_raised", "low")]


def test_6_3_a_rejected_reading_is_neither_in_nor_out() -> None:
    """It does not break consecutiveness: out, rejected, out is an excursion."""
    story = recovering()
    story.command(1010, "start_infusion")
    story.cuff(1100, 134)
    story.cuff(1190, **REJECTED)
    story.cuff(1280, 134)
    assert story.one("return_state_changed", metric="systolic", to="AWAY")["t"] == 1280
