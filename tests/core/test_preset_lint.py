"""Presets held against themselves: each finding is seen, and the shipped presets have none."""

from __future__ import annotations

from typing import Any

import pytest

from config.presets import merge, resolve_preset, shipped_presets
from monitor.core.preset.lint import Finding, lint
from monitor.core.preset.read import build_ruleset
from tests.support.ward import preset_table


def findings(difference: dict[str, Any]) -> list[Finding]:
    """What is found in the shipped preset with these changes."""
    table = preset_table()
    merge(table, difference)
    return lint(build_ruleset(table, "changed"))


@pytest.mark.parametrize("name", sorted(shipped_presets()))
def test_a_shipped_preset_has_no_findings(name: str) -> None:
    assert lint(build_ruleset(resolve_preset(name, {}), name)) == []


@pytest.mark.parametrize(
    ("rule", "difference", "key", "words", "grave"),
    [
        ("SPO2_LOW", {"clear": [{"at_least": 89}]}, "clear[0]", "sways at the limit", False),
        ("SPO2_LOW", {"clear": [{"at_least": 92}, {"below": 70}]}, "clear[1]", "never holds", True),
        ("SPO2_LOW", {"trigger": {"below": 84}}, "trigger", "inside the limit of SPO2_CRIT", False),
        ("SPO2_LOW", {"rises_to": "low"}, "rises_to", "no rise from medium", True),
        ("SPO2_LOW", {"rises_after_s": 15}, "rises_after_s", "medium is never seen", False),
        ("SPO2_CRIT", {"doubtful_delay_s": 3}, "doubtful_delay_s", "sooner than good ones", True),
        ("SPO2_CRIT", {"delay_s": 16}, "delay_s", "longer than any monitor waits", False),
        ("SPO2_CRIT", {"delay_s": 16}, "delay_s", "waits longer than SPO2_LOW (15 s)", False),
        ("SPO2_CRIT", {"trigger": {"below": 50}}, "trigger", "outside the values that are believed (50 to 100)", True),
        ("PR_XHIGH", {"trigger": {"at_least": 250}}, "trigger", "outside the values", True),
        ("PR_HIGH", {"trigger": {"at_least": 155}, "clear": [{"at_most": 149}]}, "trigger", "inside the limit", False),
        ("SBP_CRIT", {"clear": [{"below": 181}]}, "clear", "sways at the limit", False),
        ("SBP_CRIT", {"second": "medium"}, "second", "no rise from medium", True),
        ("SBP_CRIT", {"at_once": {"at_least": 180}}, "at_once", "never seen", False),
        ("SBP_CRIT", {"at_once": {"priority": "medium"}}, "at_once.priority", "no rise", True),
        ("SBP_HIGH", {"trigger": {"at_least": 185}, "clear": [{"below": 180}]}, "trigger", "covers it", False),
        ("SBP_LOW", {"clear": [{"at_most": 80}]}, "clear", "never holds", True),
    ],
)
def test_a_rule_held_against_itself_and_its_group(
    rule: str, difference: dict[str, Any], key: str, words: str, grave: bool
) -> None:
    found = findings({"rules": {rule: difference}})
    assert any(f.key == f"rules.{rule}.{key}" and words in f.text and f.grave is grave for f in found), found


def test_a_rule_that_looks_the_other_way_than_its_group() -> None:
    found = findings({"rules": {"PR_HIGH": {"group": "slow pulse", "rank": 0}}})
    assert [f for f in found if f.grave and "looks the other way than PR_XLOW" in f.text]


@pytest.mark.parametrize(
    ("difference", "key"),
    [
        ({"hold": {"pulse_low": 111}}, "hold.pulse_low"),
        ({"technical": {"SPO2_NO_DATA": {"high_after_s": 3.9}}}, "technical.SPO2_NO_DATA.high_after_s"),
        (
            {"technical": {"SPO2_NO_DATA": {"other": [{"after_s": 1.6, "priority": "low"}]}}},
            "technical.SPO2_NO_DATA.other[0].after_s",
        ),
        ({"return": {"spacing_s": 300}}, "return.spacing_s"),
        ({"return": {"grace_s": 100}}, "return.grace_s"),
        ({"timing": {"remind_high_s": 301}}, "timing.remind_high_s"),
        (
            {
                "technical": {
                    "NIBP_OVERDUE": {
                        "levels": [{"intervals": 0.9, "priority": "low"}, {"intervals": 2, "priority": "medium"}]
                    }
                }
            },
            "technical.NIBP_OVERDUE.levels",
        ),
        (
            {
                "technical": {
                    "NIBP_OVERDUE": {
                        "levels": [{"intervals": 2, "priority": "low"}, {"intervals": 1.5, "priority": "medium"}]
                    }
                }
            },
            "technical.NIBP_OVERDUE.levels[1]",
        ),
        (
            {
                "technical": {
                    "SPO2_NO_DATA": {
                        "infusing": [{"after_s": 30, "priority": "low"}, {"after_s": 15, "priority": "medium"}]
                    }
                }
            },
            "technical.SPO2_NO_DATA.infusing[1]",
        ),
    ],
)
def test_what_lies_around_the_rules(difference: dict[str, Any], key: str) -> None:
    assert [f.key for f in findings(difference)] == [key]


@pytest.mark.parametrize(
    ("difference", "key", "words"),
    [
        ({"inactivation": {"audio_pause_s": 121}}, "inactivation.audio_pause_s", "longer than the 120 s"),
        ({"inactivation": {"alarm_pause_s": 600}}, "inactivation.alarm_pause_s", "longer than the 120 s"),
        ({"limits": {"SPO2_LOW": {"between": [80, 89]}}}, "limits.SPO2_LOW.between", "own limit 90 lies outside"),
        ({"limits": {"SPO2_LOW": {"second_below": 82}}}, "limits.SPO2_LOW.second_below", "one person alone"),
        ({"limits": {"SBP_CRIT": {"second_above": 210}}}, "limits.SBP_CRIT.second_above", "one person alone"),
    ],
)
def test_4_2_and_3_3_pauses_and_limits_of_one_patient_stay_within_the_document(
    difference: dict[str, Any], key: str, words: str
) -> None:
    found = findings(difference)
    assert any(f.key == key and words in f.text and f.grave for f in found), found


@pytest.mark.parametrize(
    "difference",
    [
        {"rules": {"SPO2_CRIT": {"delay_s": 15, "doubtful_delay_s": 15}}},
        {"rules": {"SPO2_CRIT": {"doubtful_delay_s": 5}}},
        {"rules": {"SPO2_LOW": {"trigger": {"below": 90}, "clear": [{"at_least": 90}]}}},
        {"rules": {"SPO2_LOW": {"rises_after_s": 15.1}}},
        {"rules": {"SBP_CRIT": {"clear": [{"below": 180}]}}},
        {"rules": {"SBP_CRIT": {"at_once": {"at_least": 180.1}}}},
        {"rules": {"PR_HIGH": {"trigger": {"at_least": 149.9}}}},
        {"hold": {"pulse_low": 109.9}},
        {"return": {"spacing_s": 299.9}},
        {"return": {"grace_s": 150}},
        {"timing": {"remind_high_s": 300}},
        {"technical": {"SPO2_NO_DATA": {"high_after_s": 4}}},
        {"inactivation": {"audio_pause_s": 120, "alarm_pause_s": 120}},
        {"limits": {"SPO2_LOW": {"between": [80, 90]}}},
        {"limits": {"SPO2_LOW": {"between": [90, 94], "second_below": 91}}},
        {"limits": {"SPO2_LOW": {"second_below": 85}}},
        {"limits": {"SBP_CRIT": {"second_above": 200}}},
    ],
    ids=str,
)
def test_what_lies_at_the_edge_of_sense_is_no_finding(difference: dict[str, Any]) -> None:
    """Each of these one step further is found above."""
    assert findings(difference) == []
