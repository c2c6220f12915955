"""Where cuff, probe and drip are (signals-and-simulation 1.3; ketamine-monitoring 5.3)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.return_story import START, ReturnStory
from tests.support.ward import BED, NURSE, Story

APART = {"cuff_limb": "left arm", "probe_limb": "right arm", "iv_limb": "right arm"}


def test_limbs_can_be_set_one_at_a_time_and_what_was_is_on_record() -> None:
    story = Story().open(**APART)
    story.command(60, "set_limbs", probe_limb="right foot")
    found = story.one("limbs_set")
    assert found["bed"] == BED
    assert (found["cuff_limb"], found["probe_limb"], found["iv_limb"]) == ("left arm", "right foot", "right arm")
    assert (found["by"], found["before"]["probe_limb"]) == (NURSE, "right arm")
    assert "warnings" not in found
    session = story.bed.state.session
    assert session is not None
    assert session.probe_limb == "right foot"


@pytest.mark.parametrize("word", ["right arm", "Right Arm", " right arm "])
def test_cuff_on_the_drip_limb_blocks(word: str) -> None:
    story = Story().open(**APART)
    story.command(60, "set_limbs", cuff_limb=word)
    assert story.one("command_refused")["reason"] == "cuff_on_iv_limb"
    session = story.bed.state.session
    assert session is not None
    assert session.cuff_limb == "left arm"


def test_cuff_on_the_drip_limb_blocks_the_opening_too() -> None:
    story = Story().open(cuff_limb="left", iv_limb="Left")
    assert story.one("command_refused")["reason"] == "cuff_on_iv_limb"


def test_cuff_on_the_probe_limb_is_a_warning_and_a_hint_until_they_are_apart() -> None:
    story = Story().open(**APART)
    story.command(60, "set_limbs", probe_limb="left arm")
    assert story.one("limbs_set")["warnings"] == ["cuff_on_probe_limb"]
    assert story.one("advisory_raised", advisory="same_limb")["t"] == 60
    story.command(90, "set_limbs", probe_limb="right arm")
    assert story.one("advisory_ended", advisory="same_limb")["t"] == 90


def test_cuff_on_the_probe_limb_at_the_opening_is_warned_of() -> None:
    story = Story().open(cuff_limb="left", probe_limb="left")
    assert story.one("session_opened")["warnings"] == ["cuff_on_probe_limb"]
    assert story.one("advisory_raised")["advisory"] == "same_limb"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({}, "limbs_missing"),
        ({"cuff_limb": ""}, "limb_unknown"),
        ({"probe_limb": 7}, "limb_unknown"),
        ({"iv_limb": "x" * 65}, "limb_unknown"),
        ({"cuff_limb": "left", "at": 70}, "observed_time_out_of_range"),
    ],
)
def test_what_says_no_limb_is_refused(fields: dict[str, Any], reason: str) -> None:
    story = Story().open(**APART)
    story.command(60, "set_limbs", **fields)
    assert story.one("command_refused")["reason"] == reason


def test_nobody_has_no_limbs() -> None:
    story = Story()
    story.command(60, "set_limbs", cuff_limb="left")
    assert story.one("command_refused")["reason"] == "wrong_phase"


# -- 5.3: cuff moved to the other arm --------------------------------------------------------------------------------


def moved(second: float, at: float = 250) -> str:
    """The grade after two readings on the left arm and one on the right."""
    story = ReturnStory(**APART, baseline=False)
    story.plan = [entry for entry in story.plan if entry[1] != "command"]
    story.reading(100).reading(200)
    story.act(at, "set_limbs", cuff_limb="right leg").reading(at + 50, second)
    story.act(START, "start_infusion").run(START)
    return str(story.one("baseline_frozen", metric="systolic")["grade"])


def test_5_3_readings_of_both_arms_that_agree_are_a_pair() -> None:
    assert moved(128) == "A"


def test_5_3_readings_of_both_arms_that_disagree_make_grade_c() -> None:
    assert moved(131) == "C"


def test_5_3_a_cuff_moved_after_the_start_makes_grade_c_and_keeps_the_value() -> None:
    story = ReturnStory(**APART).run(START + 60)
    story.command(START + 61, "set_limbs", cuff_limb="right leg")
    found = story.all("baseline_frozen", revised=True)
    assert [(line["metric"], line["value"], line["grade"], line["reason"]) for line in found] == [
        ("systolic", 120, "C", "cuff_moved"),
        ("diastolic", 76, "C", "cuff_moved"),
    ]


def test_5_3_moving_the_probe_leaves_the_baseline() -> None:
    story = ReturnStory(**APART).run(START + 60)
    story.command(START + 61, "set_limbs", probe_limb="right foot")
    assert story.all("baseline_frozen", revised=True) == []
