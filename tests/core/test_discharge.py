"""Discharge readiness: a test for each row of ketamine-monitoring section 8, and the soft blocking."""

from __future__ import annotations

from typing import Any

import pytest

from config.instant import seconds
from monitor.core.preset.read import build_ruleset
from monitor.core.session import discharge, scores
from monitor.core.session.discharge import Item, Met
from tests.support.return_story import END, START, ReturnStory
from tests.support.ward import preset_table, shipped_rules

FULL = {"aldrete_activity": 2, "aldrete_respiration": 2, "aldrete_consciousness": 2, "escort": True, "no_driving": True}
RULE = shipped_rules().discharge


def fit(**opening: Any) -> ReturnStory:
    """A patient whose every row but those of the nurse is met half an hour after the end."""
    story = (
        ReturnStory(**{"on_oxygen": False} | opening)
        .act(500, "record_reading", values={"moaas": 5, "resp_rate": 14})
        .end()
    )
    for minute in (0, 5, 10, 15, 20, 25, 29.5):
        story.reading(END + 60 * minute)
    return story.act(END + 1750, "record_reading", values={"moaas": 5, "resp_rate": 14}).run(END + 1800)


def item(story: ReturnStory, name: str, **checklist: Any) -> Item:
    session = story.bed.state.session
    assert session is not None
    return {entry.name: entry for entry in discharge.readiness(story.bed, session, story.bed.state.clock, checklist)}[
        name
    ]


def go(story: ReturnStory, **fields: Any) -> None:
    story.command(story.bed.state.clock / 1_000_000 + 1, "discharge", **fields)


# -- soft blocking -----------------------------------------------------------------------------------------------------


def test_with_every_row_met_the_discharge_needs_no_reason() -> None:
    story = fit()
    go(story, checklist=FULL)
    found = story.one("phase_changed", to="DISCHARGED")
    assert found["open_items"] == []
    assert set(found["readiness"].values()) == {"met"}


def test_with_a_row_open_the_discharge_is_refused_and_names_it() -> None:
    story = fit()
    go(story, checklist={**FULL, "escort": False})
    refused = story.one("command_refused")
    assert (refused["reason"], refused["open_items"]) == ("open_items", ["escort"])
    assert story.bed.state.session is not None


def test_without_a_checklist_the_rows_of_the_nurse_are_open() -> None:
    story = fit()
    go(story)
    assert story.one("command_refused")["open_items"] == ["aldrete", "escort"]


def test_with_a_reason_the_nurse_may_discharge_and_the_record_shows_it() -> None:
    story = fit()
    go(story, reason="taken home by the ward's own car")
    found = story.one("phase_changed", to="DISCHARGED")
    assert found["reason"] == "taken home by the ward's own car"
    assert found["open_items"] == ["aldrete", "escort"]


def test_the_record_holds_the_partial_news2() -> None:
    story = fit()
    go(story, checklist=FULL)
    assert story.one("phase_changed", to="DISCHARGED")["news2"] == "partial NEWS2 (5 of 7), 0..6"


def test_an_abort_asks_for_no_checklist() -> None:
    story = fit()
    story.command(END + 1801, "abort", reason="to the hospital")
    assert "open_items" not in story.one("phase_changed", to="DISCHARGED")


# -- the rows ----------------------------------------------------------------------------------------------------------


def test_return_verdict_no_excursion_is_met() -> None:
    found = item(fit(), "return")
    assert (found.state, found.detail["verdict"]) == (Met.MET, "NO_EXCURSION")


def test_return_verdict_is_open_before_the_deadline() -> None:
    assert item(ReturnStory().end().run(END + 600), "return").state is Met.OPEN


def test_return_without_any_baseline_is_said_to_be_undecidable_before_the_deadline() -> None:
    found = item(ReturnStory(baseline=False, wave=lambda t: (None, None)).end().run(END + 10), "return")
    assert (found.state, found.detail) == (
        Met.OPEN,
        {"no_baseline": ["systolic", "diastolic", "pulse_rate", "spo2"], "of": 4},
    )


def test_return_verdict_indeterminate_fails() -> None:
    assert item(ReturnStory().end().run(END + 1800), "return").state is Met.FAILED


def test_return_verdict_returned_late_is_met() -> None:
    story = ReturnStory().infusing(m20=150, m25=150).end().after(m20=150, m25=120, m30=120).run_minutes(31)
    assert item(story, "return").detail["verdict"] == "RETURNED_LATE"
    assert item(story, "return").state is Met.MET


def test_minimum_stay_is_30_minutes_after_the_end() -> None:
    story = ReturnStory().end().run(END + 1799)
    assert item(story, "minimum_stay").state is Met.OPEN
    assert item(story, "minimum_stay").detail["until_at"] == seconds(END + 1800)
    assert item(story.run(END + 1800), "minimum_stay").state is Met.MET


def test_minimum_stay_is_the_presets() -> None:
    table = preset_table()
    table["discharge"]["minimum_stay_s"] = 7200
    assert build_ruleset(table, "x").discharge.minimum_stay == seconds(7200)


def test_modified_aldrete_computes_circulation_and_oxygen() -> None:
    found = item(fit(), "aldrete", **FULL)
    assert found.detail["parts"] == {
        "activity": 2,
        "respiration": 2,
        "consciousness": 2,
        "circulation": 2,
        "oxygen": 2,
    }
    assert (found.detail["total"], found.state) == (10, Met.MET)


def unasked(**fields: Any) -> ReturnStory:
    """As `fit`, but nobody said whether the patient breathes air or oxygen."""
    return fit(on_oxygen=None, **fields)


def test_modified_aldrete_gives_no_points_for_oxygen_until_somebody_says_air_or_oxygen() -> None:
    """Above 92 % air would be 2 and oxygen 1; with 1 the sum is 9 already, so the row may be met all the same."""
    found = item(unasked(), "aldrete", **FULL)
    assert (found.detail["parts"]["oxygen"], found.detail["total"]) == (None, None)
    assert (found.detail["oxygen_entered"], found.state) == (False, Met.MET)
    assert item(unasked(), "aldrete", **FULL | {"aldrete_activity": 1}).state is Met.OPEN


def test_modified_aldrete_needs_no_answer_where_air_and_oxygen_come_to_the_same() -> None:
    story = unasked(wave=lambda t: (92, 72))
    assert item(story, "aldrete", **FULL).detail["parts"]["oxygen"] == 1


@pytest.mark.parametrize(("oxygen", "points"), [(False, 2), (True, 1)])
def test_air_or_oxygen_can_be_said_at_the_opening_later_or_with_the_discharge(oxygen: bool, points: int) -> None:
    entered = unasked()
    entered.command(END + 1801, "record_reading", values={"on_oxygen": int(oxygen)})
    for found in (
        item(fit(on_oxygen=oxygen), "aldrete", **FULL),
        item(entered, "aldrete", **FULL),
        item(unasked(), "aldrete", **FULL, on_oxygen=oxygen),
    ):
        assert (found.detail["parts"]["oxygen"], found.detail["total"]) == (points, 8 + points)


def test_the_answer_observed_last_counts_whenever_it_was_entered() -> None:
    story = unasked()
    story.command(END + 1801, "record_reading", values={"on_oxygen": 1}, at=END + 1700)
    story.command(END + 1802, "record_reading", values={"on_oxygen": 0}, at=END + 1600)
    assert story.bed.state.session is not None
    assert story.bed.state.session.on_oxygen is True


def test_modified_aldrete_of_9_is_met_and_of_8_has_failed() -> None:
    story = fit()
    assert item(story, "aldrete", **{**FULL, "aldrete_activity": 1}).state is Met.MET
    assert item(story, "aldrete", **{**FULL, "aldrete_activity": 1, "aldrete_respiration": 1}).state is Met.FAILED


def test_modified_aldrete_is_open_until_the_nurse_has_scored() -> None:
    story = fit()
    assert (item(story, "aldrete").state, item(story, "aldrete").detail["total"]) == (Met.OPEN, None)
    entered = {name: value for name, value in FULL.items() if name.startswith("aldrete")}
    story.command(END + 1801, "record_reading", values=entered)
    assert item(story, "aldrete").state is Met.MET


def test_a_score_from_before_the_end_does_not_count() -> None:
    story = ReturnStory().act(START + 60, "record_reading", values={"aldrete_activity": 2}).end().run(END + 60)
    assert item(story, "aldrete").detail["parts"]["activity"] is None


def test_a_score_of_the_very_end_counts() -> None:
    story = ReturnStory().end().act(END + 30, "record_reading", values={"aldrete_activity": 2}, at=END).run(END + 60)
    assert item(story, "aldrete").detail["parts"]["activity"] == 2


@pytest.mark.parametrize("said", [3, -1, 1.5, "2", True, None])
def test_a_checklist_says_nothing_by_what_is_no_score(said: Any) -> None:
    """Scores go from 0 to 2 in whole points; what was entered before stands."""
    story = ReturnStory().end().act(END + 30, "record_reading", values={"aldrete_activity": 1}).run(END + 60)
    assert item(story, "aldrete", aldrete_activity=said).detail["parts"]["activity"] == 1


@pytest.mark.parametrize("said", [0, 1, 2])
def test_a_checklist_outvotes_what_was_entered_before(said: int) -> None:
    story = ReturnStory().end().act(END + 30, "record_reading", values={"aldrete_activity": 1}).run(END + 60)
    assert item(story, "aldrete", aldrete_activity=said).detail["parts"]["activity"] == said


@pytest.mark.parametrize(("said", "state"), [(6, Met.OPEN), (-1, Met.OPEN), (5, Met.MET), (0, Met.FAILED)])
def test_a_moaas_of_the_checklist_goes_from_0_to_5(said: int, state: Met) -> None:
    assert awake(5, None, moaas=said) is state


def test_the_moaas_of_the_moment_the_drug_starts_is_not_one_before_it() -> None:
    """Before the dose means before; since the end means from its very moment on."""
    story = ReturnStory().act(START + 5, "record_reading", values={"moaas": 4}, at=START).end()
    story.act(END + 10, "record_reading", values={"moaas": 4}, at=END)
    assert item(story.run(END + 11), "moaas").detail == {"before": None, "now": 4}


def test_an_old_pressure_is_not_scored() -> None:
    story = ReturnStory().end().after(m1=120).run(END + 60 + 605)
    assert item(story, "aldrete").detail["parts"]["circulation"] is None


@pytest.mark.parametrize(
    ("systolic", "points"), [(100, 2), (143.9, 2), (144, 1), (96.1, 2), (96, 1), (179, 1), (180, 0), (60, 0)]
)
def test_aldrete_circulation_within_20_then_50_percent_of_120(systolic: float, points: int) -> None:
    assert scores.aldrete_circulation(systolic, 120, RULE) == points


@pytest.mark.parametrize(
    ("spo2", "on_oxygen", "points"),
    [(93, False, 2), (92, False, 1), (91, False, 1), (90, False, 0), (99, True, 1), (91, True, 1), (90, True, 0)],
)
def test_aldrete_oxygen_above_92_on_air_then_above_90(spo2: float, on_oxygen: bool, points: int) -> None:
    assert scores.aldrete_oxygen(spo2, RULE, on_oxygen=on_oxygen) == points


PADS = {"pads_activity": 2, "pads_nausea": 2, "pads_pain": 2, "pads_bleeding": 2}


def test_pads_is_optional() -> None:
    story = fit()
    session = story.bed.state.session
    assert session is not None
    assert "pads" not in {entry.name for entry in discharge.readiness(story.bed, session, story.bed.state.clock)}


def test_pads_of_9_is_met_and_computes_the_vital_signs() -> None:
    story = fit()
    found = item(story, "pads", **{**PADS, "pads_pain": 1})
    assert (found.detail["total"], found.detail["parts"]["vital_signs"], found.state) == (9, 2, Met.MET)
    assert item(story, "pads", **{**PADS, "pads_pain": 1, "pads_nausea": 1}).state is Met.FAILED
    assert item(story, "pads", pads_pain=2).state is Met.OPEN


@pytest.mark.parametrize(("away", "points"), [([0.0, 0.199], 2), ([0.2, 0.0], 1), ([0.4, 0.1], 1), ([0.0, 0.401], 0)])
def test_pads_vital_signs_within_20_then_40_percent(away: list[float], points: int) -> None:
    assert scores.pads_vital_signs(away, RULE) == points


def awake(before: float | None, after: float | None, **said: Any) -> Met:
    story = ReturnStory()
    if before is not None:
        story.act(500, "record_reading", values={"moaas": before})
    story.end()
    if after is not None:
        story.act(END + 100, "record_reading", values={"moaas": after})
    return item(story.run(END + 101), "moaas", **said).state


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        (5, 5, Met.MET),
        (4, 4, Met.MET),
        (4, 5, Met.MET),
        (5, 4, Met.FAILED),
        (None, 5, Met.MET),
        (None, 4, Met.OPEN),
        (5, None, Met.OPEN),
    ],
)
def test_moaas_equals_the_value_before_the_dose(before: float | None, after: float | None, state: Met) -> None:
    assert awake(before, after) is state


def test_a_score_entered_again_for_the_same_moment_corrects_the_first() -> None:
    """An entry is never changed: the later one counts."""
    story = ReturnStory().act(500, "record_reading", values={"moaas": 5}).end()
    story.act(END + 100, "record_reading", values={"moaas": 2}, at=END + 90)
    story.act(END + 110, "record_reading", values={"moaas": 5}, at=END + 90)
    assert item(story.run(END + 111), "moaas").state is Met.MET


def test_moaas_may_be_ticked_or_entered_with_the_checklist() -> None:
    assert awake(5, None, moaas=5) is Met.MET
    assert awake(5, None, moaas=4) is Met.FAILED
    assert awake(None, None, moaas=True) is Met.MET
    assert awake(None, None, consciousness=True) is Met.MET


def test_a_tick_does_not_outvote_a_score() -> None:
    assert awake(5, 3, moaas=True) is Met.FAILED


def test_an_unresolved_alarm_is_open_whatever_its_state() -> None:
    story = fit()
    story.cuff(END + 1801, 160, 76)
    assert item(story, "alarms").state is Met.OPEN
    assert "SBP_HIGH" in item(story, "alarms").detail["alarms"]


def test_an_open_event_is_open() -> None:
    story = fit()
    story.command(END + 1801, "record_event", kind="chest_pain")
    story.acknowledge(END + 1802, "SYMPTOM")
    assert item(story, "alarms").detail == {"alarms": ["SYMPTOM"], "symptoms": ["chest_pain"]}
    story.command(END + 1803, "record_event", kind="symptom_over")
    assert item(story, "alarms").state is Met.MET


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"escort": True, "no_driving": True}, Met.MET),
        ({"escort": True}, Met.OPEN),
        ({"escort": True, "no_driving": False}, Met.OPEN),
        ({"escort": "her son", "no_driving": True}, Met.OPEN),
    ],
)
def test_escort_present_and_told_not_to_drive(said: dict[str, Any], state: Met) -> None:
    assert item(fit(), "escort", **said).state is state


# -- NEWS2 of a bed ----------------------------------------------------------------------------------------------------


def test_news2_is_shown_before_the_infusion_and_in_recovery_only() -> None:
    story = ReturnStory().run(START - 1)
    assert discharge.news(story.bed, story.bed.state.clock) is not None
    story.run(START + 1)
    assert discharge.news(story.bed, story.bed.state.clock) is None
    story.end().run(END + 1)
    assert discharge.news(story.bed, story.bed.state.clock) is not None


def test_news2_counts_oxygen_where_it_was_entered() -> None:
    story = ReturnStory(on_oxygen=True).run(START - 1)
    found = discharge.news(story.bed, story.bed.state.clock)
    assert found is not None
    assert (found.points["oxygen"], len(found.points)) == (2, 4)


def test_news2_knows_air_from_no_answer() -> None:
    def oxygen(**opening: Any) -> int | None:
        story = ReturnStory(**opening).run(START - 1)
        found = discharge.news(story.bed, story.bed.state.clock)
        return None if found is None else found.points.get("oxygen")

    assert (oxygen(), oxygen(on_oxygen=False), oxygen(on_oxygen=True)) == (None, 0, 2)


def test_nobody_has_no_news2() -> None:
    story = fit()
    go(story, checklist=FULL)
    assert discharge.news(story.bed, story.bed.state.clock) is None


def test_a_checklist_that_is_no_table_says_nothing() -> None:
    story = fit()
    go(story, checklist="all fine")
    assert story.one("command_refused")["open_items"] == ["aldrete", "escort"]


def test_the_whole_checklist_in_the_order_of_the_table() -> None:
    """Name, state and what each row was decided by."""
    story = fit()
    session = story.bed.state.session
    assert session is not None
    found = discharge.readiness(story.bed, session, story.bed.state.clock, FULL | PADS)
    two = {"circulation": 2, "oxygen": 2}
    assert [(row.name, row.state, row.detail) for row in found] == [
        ("return", Met.MET, {"verdict": "NO_EXCURSION"}),
        ("minimum_stay", Met.MET, {"until_at": seconds(END + 1800)}),
        (
            "aldrete",
            Met.MET,
            {"parts": {"activity": 2, "respiration": 2, "consciousness": 2} | two, "total": 10, "needed": 9},
        ),
        (
            "pads",
            Met.MET,
            {
                "parts": {"activity": 2, "nausea": 2, "pain": 2, "bleeding": 2, "vital_signs": 2},
                "total": 10,
                "needed": 9,
            },
        ),
        ("moaas", Met.MET, {"before": 5, "now": 5}),
        ("alarms", Met.MET, {"alarms": [], "symptoms": []}),
        ("escort", Met.MET, {"escort": True, "no_driving": True}),
    ]


def test_a_sum_that_can_still_reach_the_limit_is_open_and_one_that_cannot_has_failed() -> None:
    """8 of 8 known points with one missing may become 9 or 10; 6 of 8 may not."""
    story = fit()
    partly = {name: value for name, value in FULL.items() if name != "aldrete_activity"}
    assert item(story, "aldrete", **partly).state is Met.OPEN
    assert item(story, "aldrete", **partly, aldrete_activity=0).state is Met.FAILED
    assert item(story, "aldrete", **{**partly, "aldrete_respiration": 0}).state is Met.FAILED
    assert item(story, "aldrete", **{**partly, "aldrete_respiration": 1}).state is Met.OPEN


def test_pads_leaves_the_vital_signs_open_where_one_of_them_is_not_known() -> None:
    """Without a baseline of the pulse only the pressure is known."""
    story = ReturnStory(lambda t: (97, None)).end().after(m1=120).run(END + 120)
    assert item(story, "pads", **PADS).detail["parts"]["vital_signs"] is None


def test_news2_takes_what_stands_now_and_no_older_count() -> None:
    """A saturation that stands no more, a pressure and a count from longer ago than ten minutes are not known."""
    story = ReturnStory().act(100, "record_reading", values={"resp_rate": 14}).run(300)
    found = discharge.news(story.bed, story.bed.state.clock)
    assert found is not None
    assert set(found.points) == {"spo2", "systolic", "pulse", "resp_rate"}
    late = discharge.news(story.bed, story.bed.state.clock + seconds(1000))
    assert late is not None
    assert set(late.points) == set()


@pytest.mark.parametrize(("later", "known"), [(600, True), (600.001, False)])
def test_ten_minutes_old_is_not_older_than_ten_minutes(later: float, known: bool) -> None:
    """Pressures of the cuff and breaths that were counted, for the score and for NEWS2."""
    story = ReturnStory(baseline=False).run(END)
    story.command(END, "end_infusion")
    story.cuff(END + 10)
    story.command(END + 10, "record_reading", values={"resp_rate": 14})
    found = discharge.news(story.bed, seconds(END + 10 + later))
    assert found is not None
    assert ({"systolic", "resp_rate"} <= set(found.points)) is known
