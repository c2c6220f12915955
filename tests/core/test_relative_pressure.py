"""BP_REL (alarm-system 3.1; rulings 3)."""

from __future__ import annotations

import pytest

from tests.support.ward import Story


def infusing(systolic: float = 120, diastolic: float = 76) -> Story:
    """Baseline of these pressures; infusing since 300."""
    story = Story().open()
    for t in (60, 150, 240):
        story.cuff(t, systolic, diastolic)
    return story.start(300)


def told(story: Story) -> list[tuple[float, str, str]]:
    return [(line["t"], line["event"], line["priority"]) for line in story.lines if line.get("alarm") == "BP_REL"]


@pytest.mark.parametrize(
    ("baseline", "below", "at", "limit"),
    [
        ((120, 76), (155, 90), (156, 90), 156),  # 1.3 x 120
        ((140, 76), (179, 90), (180, 90), 180),  # 140 + 40
        ((120, 60), (140, 84), (140, 85), 85),  # 60 + 25
    ],
    ids=["SBP x 1.3", "SBP + 40", "DBP + 25"],
)
def test_bp_rel_limits(
    baseline: tuple[float, float], below: tuple[float, float], at: tuple[float, float], limit: float
) -> None:
    story = infusing(*baseline)
    story.cuff(400, *below)
    assert told(story) == []
    story.cuff(500, *at)
    line = story.one("alarm_raised", alarm="BP_REL")
    assert (line["t"], line["priority"], line["limit"], line["unit"]) == (500, "low", limit, "mmHg")


def test_bp_rel_two_consecutive_are_medium() -> None:
    story = infusing()
    story.cuff(400, 157)
    story.cuff(500, 157)
    assert told(story) == [(400, "alarm_raised", "low"), (500, "alarm_priority_changed", "medium")]


def test_bp_rel_one_between_that_is_lower_breaks_the_row() -> None:
    story = infusing()
    for t, systolic in ((400, 157), (500, 154), (600, 157)):
        story.cuff(t, systolic)
    assert told(story) == [(400, "alarm_raised", "low")]


@pytest.mark.parametrize(
    ("values", "over"), [((151, 90), False), ((150, 95), True), ((150, 96), False)], ids=["SBP", "both", "DBP"]
)
def test_bp_rel_is_over_when_every_metric_is_more_than_5_under_its_limit(
    values: tuple[float, float], over: bool
) -> None:
    """156 and 101: under 151 and under 96."""
    story = infusing()
    story.cuff(400, 157, 90)
    story.cuff(500, *values)
    assert told(story)[1:] == ([(500, "alarm_closed", "low")] if over else [])


def test_bp_rel_names_the_pressure_that_lies_highest_above_its_limit() -> None:
    story = infusing()
    story.cuff(400, 157, 104)
    line = story.one("alarm_raised", alarm="BP_REL")
    assert (line["value"], line["limit"], line["metric"]) == (104, 101, "diastolic")
    story.cuff(500, 159, 90)
    line = story.one("alarm_priority_changed", alarm="BP_REL")
    assert (line["value"], line["limit"]) == (159, 156)


def test_bp_rel_a_doubtful_reading_neither_raises_nor_clears() -> None:
    story = infusing()
    story.cuff(400, 157, irregular=True)
    assert told(story) == []
    story.cuff(500, 157)
    story.cuff(600, 121, irregular=True)
    assert told(story) == [(500, "alarm_raised", "low")]


def test_bp_rel_not_before_the_start_and_not_without_a_baseline() -> None:
    """3.3: relative rules are off in PRE."""
    story = Story().open()
    story.cuff(100, 170)
    assert told(story) == []
    other = Story().open().start(10)
    other.cuff(100, 170)
    assert told(other) == []


def test_bp_rel_is_the_lowest_of_its_group() -> None:
    story = infusing()
    story.cuff(400, 160, 90)
    story.acknowledge(410, "SBP_HIGH")
    assert [line["alarm"] for line in story.all("alarm_acknowledged")] == ["SBP_HIGH", "BP_REL"]


def test_bp_rel_switched_off_stays_silent() -> None:
    story = infusing()
    story.command(310, "alarm_off", alarm="BP_REL", reason="known", by="dr-x")
    story.cuff(400, 170)
    assert story.all("alarm_raised", alarm="BP_REL") == []


def test_bp_rel_an_older_reading_neither_ends_it_nor_breaks_the_row() -> None:
    """What was measured before counts for nothing that was measured since (decisions/0005); a higher one may raise."""
    story = infusing()
    story.cuff(400, 157)
    story.cuff(410, device="cuff-2", measured_t=370)
    story.cuff(420, 154, device="cuff-3", measured_t=380)
    assert told(story) == [(400, "alarm_raised", "low")]
    story.cuff(480, 157)
    assert told(story)[1:] == [(480, "alarm_priority_changed", "medium")]
    story.cuff(540)
    story.cuff(550, 158, device="cuff-2", measured_t=510)
    assert told(story)[2:] == [(540, "alarm_closed", "medium"), (550, "alarm_raised", "low")]
