"""Limits of one patient (alarm-system 3.3; rulings 2.7)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from monitor.core.bed import Bed, Setup
from monitor.core.bed_state import BedState
from monitor.core.session.session_limits import find_rule
from tests.support.ward import BED, Story, shipped_rules


def infusing() -> Story:
    story = Story().open()
    story.samples(0, 10)
    return story.start(10)


def test_3_3_a_limit_counts_from_now_on_for_this_patient() -> None:
    story = infusing()
    (changed,) = story.command(20, "set_limit", alarm="SPO2_LOW", low=88, reason="COPD")
    assert changed == {
        "t": 20,
        "bed": BED,
        "event": "limit_changed",
        "alarm": "SPO2_LOW",
        "side": "low",
        "from": 90,
        "to": 88,
        "by": "nurse-a",
        "reason": "COPD",
    }
    story.samples(21, 60, 88)
    assert story.all("alarm_raised") == []
    story.samples(60, 80, 87)
    assert story.one("alarm_raised")["limit"] == 88


def test_3_3_the_clear_condition_keeps_its_distance() -> None:
    rule = shipped_rules().levels[1]
    story = infusing()
    story.command(20, "set_limit", alarm="SPO2_LOW", low=88)
    assert [clear.limit.absolute for clear in rule.clears] == [92, 90]
    assert [clear.limit.absolute for clear in story.bed.level_rules["SPO2_LOW"].clears] == [90, 88]


def test_3_3_high_at_once_stays_and_never_lies_inside_the_limit() -> None:
    story = infusing()
    story.command(20, "set_limit", alarm="SBP_CRIT", high=170)
    changed = find_rule(story.bed.rules, "SBP_CRIT")
    assert changed.at_once.absolute == 200  # type: ignore[union-attr]
    story.command(21, "set_limit", alarm="SBP_CRIT", high=210, second_by="dr-x")
    changed = find_rule(story.bed.rules, "SBP_CRIT")
    assert changed.at_once.absolute == 210  # type: ignore[union-attr]


def test_3_3_limits_return_to_the_preset_at_each_new_session() -> None:
    story = infusing()
    story.command(20, "set_limit", alarm="SPO2_LOW", low=88)
    story.command(30, "abort", reason="over")
    assert story.bed.rules is story.bed.setup.rules
    story.open(40, patient="P-2")
    assert story.bed.rules is story.bed.setup.rules


def test_3_3_a_limit_survives_a_restart() -> None:
    story = infusing()
    story.command(20, "set_limit", alarm="SPO2_LOW", low=88)
    state = msgspec.json.decode(msgspec.json.encode(story.bed.state), type=BedState)
    again = Bed(Setup(BED, story.rules), state)
    assert again.level_rules["SPO2_LOW"].trigger.absolute == 88


@pytest.mark.parametrize(
    ("alarm", "side", "number", "second"),
    [
        ("SPO2_CRIT", "low", 84.5, True),
        ("SPO2_CRIT", "low", 85, False),
        ("SPO2_LOW", "low", 84, True),
        ("SBP_CRIT", "high", 201, True),
        ("SBP_CRIT", "high", 200, False),
        ("SBP_HIGH", "high", 205, True),
    ],
)
def test_3_3_below_spo2_85_or_above_sbp_200_two_people_sign(alarm: str, side: str, number: float, second: bool) -> None:
    fields: dict[str, Any] = {"alarm": alarm, side: number}
    alone = infusing().command(20, "set_limit", **fields)
    assert (alone[0].get("reason") == "second_signature_needed") is second
    (signed,) = infusing().command(20, "set_limit", second_by="dr-x", **fields)
    assert (signed["event"], signed["second_by"]) == ("limit_changed", "dr-x")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"alarm": "SPO2_CRIT", "low": 84, "second_by": "nurse-a"}, "second_signature_not_other"),
        ({"alarm": "SPO2_CRIT", "low": 84, "second_by": " "}, "second_signature_not_other"),
        ({"alarm": "SPO2_LOW", "low": 79}, "limit_out_of_bounds"),
        ({"alarm": "SPO2_LOW", "low": 95}, "limit_out_of_bounds"),
        ({"alarm": "SPO2_LOW", "low": "88"}, "limit_out_of_bounds"),
        ({"alarm": "SPO2_LOW", "low": True}, "limit_out_of_bounds"),
        ({"alarm": "SPO2_LOW", "high": 88}, "only_low_limit"),
        ({"alarm": "SPO2_LOW", "low": 88, "high": 99}, "only_low_limit"),
        ({"alarm": "PR_HIGH", "low": 88}, "only_high_limit"),
        ({"alarm": "PR_HIGH", "low": 50, "high": 125}, "only_high_limit"),
        ({"alarm": "STORAGE", "low": 88}, "unknown_alarm"),
        ({"alarm": "SPO2_LOW", "low": 88, "role": "viewer"}, "role_not_allowed"),
    ],
)
def test_3_3_what_is_no_limit_is_refused_with_its_reason(fields: dict[str, Any], reason: str) -> None:
    story = infusing()
    assert story.command(20, "set_limit", **fields)[0]["reason"] == reason
    assert story.bed.rules is story.bed.setup.rules


def test_3_3_without_a_session_there_is_no_limit_to_set() -> None:
    assert Story().command(1, "set_limit", alarm="SPO2_LOW", low=88)[0]["reason"] == "wrong_phase"


def test_3_3_the_presets_own_number_takes_the_change_back() -> None:
    story = infusing()
    story.command(20, "set_limit", alarm="SPO2_LOW", low=88)
    (back,) = story.command(21, "set_limit", alarm="SPO2_LOW", low=90)
    assert (back["from"], back["to"]) == (88, 90)
    assert story.bed.rules is story.bed.setup.rules


def test_2_7_a_limit_change_that_makes_the_trigger_false_closes_the_alarm() -> None:
    story = infusing()
    story.samples(20, 40, 89)
    story.command(39.5, "set_limit", alarm="SPO2_LOW", low=88)
    closed = story.one("alarm_closed")
    assert (closed["t"], closed["alarm"], closed["reason"]) == (39.5, "SPO2_LOW", "limit_changed")


def test_2_7_a_limit_change_drops_what_is_pending() -> None:
    story = infusing()
    story.samples(20, 25, 89)
    story.command(24.5, "set_limit", alarm="SPO2_LOW", low=88)
    assert story.one("alarm_pending_dropped")["reason"] == "limit_changed"


def test_2_7_a_limit_change_begins_what_it_makes_true() -> None:
    story = infusing()
    story.samples(20, 25, 92)
    story.command(24.5, "set_limit", alarm="SPO2_LOW", low=93)
    story.samples(25, 45, 92)
    assert story.one("alarm_raised")["since"] == 24.5


def test_2_7_a_limit_change_closes_a_cuff_alarm() -> None:
    story = infusing()
    story.cuff(20, 165)
    story.command(30, "set_limit", alarm="SBP_HIGH", high=170)
    assert story.one("alarm_closed", alarm="SBP_HIGH")["reason"] == "limit_changed"


def test_3_3_a_relative_clause_stays() -> None:
    """PR_LOW is the lower of the number and 0.85 of the baseline: only the number is the patient's."""
    story = Story().open()
    for t in range(600):
        story.sample(t, 97, 50)
    for t in (100, 300, 500):
        story.cuff(t)
    story.command(600, "start_infusion")
    story.command(601, "set_limit", alarm="PR_LOW", low=46)
    trigger = story.bed.level_rules["PR_LOW"].trigger
    assert (trigger.absolute, trigger.number(50)) == (46, 42.5)


@pytest.mark.parametrize(
    ("fields", "hidden"),
    [
        ({"alarm": "SPO2_LOW", "low": 84, "second_by": "dr-x"}, "SPO2_LOW lies inside the limit of SPO2_CRIT"),
        ({"alarm": "SPO2_CRIT", "low": 90}, "SPO2_LOW lies inside the limit of SPO2_CRIT"),
        ({"alarm": "SBP_HIGH", "high": 185}, "SBP_HIGH lies inside the limit of SBP_CRIT"),
    ],
)
def test_3_3_a_limit_behind_a_graver_one_is_answered_with_a_hint(fields: dict[str, Any], hidden: str) -> None:
    """It is set as wanted, but the graver alarm comes first: who sets it is told."""
    story = infusing()
    (changed,) = story.command(20, "set_limit", **fields)
    [hint] = changed["hints"]
    assert hint.startswith(hidden)
    (again,) = story.command(21, "set_limit", alarm="PR_HIGH", high=125)
    assert "hints" not in again, "told once, with the change that did it"
