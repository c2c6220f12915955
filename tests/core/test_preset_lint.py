"""Presets held against themselves: each finding is seen, and the shipped presets have none."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from config.presets import merge, resolve_preset, shipped_presets
from monitor.core.preset.demoted import KEPT_ON, LEAST
from monitor.core.preset.finding import Finding
from monitor.core.preset.lint import lint
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


@pytest.mark.parametrize("page", ["config/README.md", "docs/change-a-limit.md"])
def test_the_example_of_the_documents_has_no_findings(page: str) -> None:
    """Somebody will copy it."""
    text = (Path(__file__).parents[2] / page).read_text("utf-8")
    example = tomllib.loads(text.partition("```toml\n")[2].partition("```")[0])
    assert lint(build_ruleset(resolve_preset("ours", example["preset"]), "ours")) == []


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


@pytest.mark.parametrize(
    ("difference", "key", "words"),
    [
        ({"rules": {"SPO2_CRIT": {"priority": "low"}}}, "rules.SPO2_CRIT.priority", "low is less than high"),
        ({"rules": {"SBP_CRIT": {"priority": "low"}}}, "rules.SBP_CRIT.priority", "low is less than medium"),
        ({"rules": {"PULSE_LOST": {"priority": "medium"}}}, "rules.PULSE_LOST.priority", "medium is less than high"),
        ({"inactivation": {"kept_on": ["SBP_CRIT"]}}, "inactivation.kept_on", "PULSE_LOST, SPO2_CRIT"),
        (
            {"technical": {"SPO2_NO_DATA": {"infusing": [{"after_s": 300, "priority": "low"}]}}},
            "technical.SPO2_NO_DATA.infusing",
            "medium within 60 s",
        ),
        (
            {"technical": {"SPO2_NO_DATA": {"infusing": [{"after_s": 300, "priority": "high"}]}}},
            "technical.SPO2_NO_DATA.infusing",
            "medium within 60 s",
        ),
    ],
)
def test_the_gravest_alarms_cannot_be_demoted_unseen(difference: dict[str, Any], key: str, words: str) -> None:
    """What nobody may switch off while infusing nobody may make a line of text either; nor a probe that is off."""
    found = findings(difference)
    assert any(f.key == key and words in f.text and f.grave for f in found), found


@pytest.mark.parametrize(
    ("difference", "key"),
    [
        ({"rules": {"PR_XHIGH": {"priority": "medium"}}}, "rules.PR_XHIGH.priority"),
        ({"rules": {"SEDATION_DEEP": {"priority": "low"}}}, "rules.SEDATION_DEEP.priority"),
        ({"rules": {"SPO2_LOW": {"rises_after_s": 300}}}, "rules.SPO2_LOW.rises_after_s"),
        ({"rules": {"PULSE_LOST": {"delay_s": 30}}}, "rules.PULSE_LOST.delay_s"),
        ({"technical": {"CORE_STALLED": {"levels": [{"priority": "low"}]}}}, "technical.CORE_STALLED.levels"),
        (
            {"technical": {"DEVICE_OFFLINE": {"infusing": [{"after_s": 10, "priority": "low"}]}}},
            "technical.DEVICE_OFFLINE.infusing",
        ),
    ],
)
def test_any_alarm_below_its_row_is_told(difference: dict[str, Any], key: str) -> None:
    found = findings(difference)
    assert any(f.key == key and not f.grave and " " in f.text for f in found), found


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("CORE_STALLED", "medium is less than high"),
        ("CORE_FAULT", "medium is less than high"),
        ("STATION_LOST", "low is less than medium"),
        ("STATION_MUTE", "low is less than medium"),
        ("PAGER_FAIL", "low is less than medium"),
    ],
)
def test_any_alarm_of_the_service_below_its_row_is_told(rule: str, words: str) -> None:
    table = preset_table()
    for level in table["technical"][rule]["levels"]:
        level["priority"] = words.split()[0]
    found = [(f.key, f.grave) for f in lint(build_ruleset(table, "changed")) if words in f.text]
    assert found == [(f"technical.{rule}.levels", False)]


def test_the_least_priorities_are_those_of_the_shipped_preset() -> None:
    table = preset_table()
    assert {name: priority.word for name, priority in LEAST.items()} == {
        name: rule["priority"] for name, rule in table["rules"].items()
    }
    assert set(table["inactivation"]["kept_on"]) == KEPT_ON


def test_a_clear_that_lost_its_second_clause() -> None:
    """A patient who stays steady between the limit and its end would keep the alarm open for ever."""
    [found] = findings({"rules": {"SPO2_LOW": {"trigger": {"below": 92}, "clear": [{"at_least": 94, "for_s": 10}]}}})
    assert found.key == "rules.SPO2_LOW.clear"
    assert "lost its second clause" in found.text
    assert "{ at_least = 92, for_s = 120 }" in found.text


def test_a_limit_that_every_value_crosses() -> None:
    found = findings({"rules": {"PR_XHIGH": {"trigger": {"at_least": 25}}}})
    assert any(f.grave and f.key == "rules.PR_XHIGH.trigger" and "every value" in f.text for f in found), found


def test_a_rule_that_looks_the_other_way_than_its_group() -> None:
    found = findings({"rules": {"PR_HIGH": {"group": "slow pulse", "rank": 0}}})
    assert [f for f in found if f.grave and "looks the other way than PR_XLOW" in f.text]


@pytest.mark.parametrize(
    ("difference", "key"),
    [
        ({"hold": {"pulse_low": 75, "pulse_high": 70}}, "hold.pulse_low"),
        ({"hold": {"pulse_low": 75, "pulse_high": 75}}, "hold.pulse_low"),
        ({"hold": {"systolic": 130}}, "hold.systolic"),
        ({"hold": {"diastolic": 85}}, "hold.diastolic"),
        ({"return": {"grace_s": 400}}, "return.grace_s"),
        ({"return": {"candidate_s": 240}}, "return.candidate_s"),
        ({"return": {"candidate_s": 1200}}, "return.candidate_s"),
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
                    "NIBP_OVERDUE": {
                        "levels": [{"intervals": 2, "priority": "low"}, {"intervals": 2, "priority": "medium"}]
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
    past_the_next_reading = {"return": {"grace_s": 400}}
    grave = key in ("hold.pulse_low", "technical.NIBP_OVERDUE.levels") or difference == past_the_next_reading
    found = findings(difference)
    assert [(f.key, f.grave) for f in found] == [(key, grave)], "grave: the preset is refused"
    assert all(" " in f.text for f in found), "said in words"


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
        {"hold": {"pulse_low": 74.9, "pulse_high": 75}},
        {"hold": {"systolic": 140, "diastolic": 90}},
        {"return": {"candidate_s": 300}},
        {"return": {"candidate_s": 900, "grace_s": 300}},
        {"rules": {"SPO2_LOW": {"rises_after_s": 120}}},
        {"rules": {"PULSE_LOST": {"delay_s": 15}}},
        {"technical": {"SPO2_NO_DATA": {"infusing": [{"after_s": 60, "priority": "medium"}]}}},
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


@pytest.mark.parametrize(("below", "found"), [(84.9, True), (85, False)])
def test_1_3_a_low_saturation_limit_below_85_must_be_shown_to_everybody(below: float, found: bool) -> None:
    told = [f for f in findings({"rules": {"SPO2_LOW": {"trigger": {"below": below}}}}) if "must be shown" in f.text]
    assert [(f.key, f.grave) for f in told] == ([("rules.SPO2_LOW.trigger", False)] if found else [])


@pytest.mark.parametrize(("part", "inside"), [(0.6, False), (0.75, True)])
def test_the_graver_limit_must_lie_beyond_the_milder_one_at_every_baseline(part: float, inside: bool) -> None:
    """At a baseline of 60 PR_LOW comes down to 42: PR_XLOW, at 45 without a baseline, is at 36 then, or covers it."""
    slow = {"trigger": {"baseline_factor": 0.7}, "clear": [{"at_least": 60}]}
    found = findings(
        {
            "rules": {
                "PR_LOW": slow,
                "PR_XLOW": {"trigger": {"at_most": 45, "baseline_factor": part}, "clear": [{"at_least": 60}]},
            }
        }
    )
    told = [f.key for f in found if "inside the limit of PR_XLOW" in f.text]
    assert told == (["rules.PR_LOW.trigger"] if inside else [])


@pytest.mark.parametrize(("milder", "graver"), [("PR_LOW", "PR_XLOW"), ("PR_HIGH", "PR_XHIGH")])
@pytest.mark.parametrize(
    ("mild", "grave", "inside"),
    [("at", "beyond", False), ("at", "at", True), ("beyond", "at", True), ("beyond", "beyond", True)],
)
def test_of_two_equal_limits_the_graver_is_beyond_only_where_it_leaves_the_limit_itself_to_the_milder(
    milder: str, graver: str, mild: str, grave: str, inside: bool
) -> None:
    low, high = {"at": "at_most", "beyond": "below"}, {"at": "at_least", "beyond": "above"}
    number, words = (40, low) if milder == "PR_LOW" else (150, high)
    table = preset_table()
    table["rules"][milder]["trigger"] = {words[mild]: number}
    table["rules"][graver]["trigger"] = {words[grave]: number}
    found = lint(build_ruleset(table, "changed"))
    assert any(f"inside the limit of {graver}" in f.text for f in found) is inside
