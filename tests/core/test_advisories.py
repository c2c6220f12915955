"""Hints to the staff: a test for each rule of ketamine-monitoring 3, 4, 5.0, 5.2 and 5.3 that asks for one."""

from __future__ import annotations

from typing import Any

import pytest

from config.instant import SECOND
from tests.support.return_story import END, START, ReturnStory
from tests.support.ward import NURSE, Line, Story

SCORES = {"resp_rate": 14, "moaas": 5}


def hints(story: Story, kind: str) -> list[tuple[float, str]]:
    """When a hint was raised and ended."""
    return [
        (line["t"], line["event"].removeprefix("advisory_")) for line in story.lines if line.get("advisory") == kind
    ]


def raised(story: Story, kind: str) -> Line:
    return story.one("advisory_raised", advisory=kind)


def pre(*readings: tuple[float, float], **opening: Any) -> Story:
    """A patient before the start, with (systolic, diastolic) a minute apart."""
    story = Story().open(**opening)
    for index, (systolic, diastolic) in enumerate(readings):
        story.cuff(60 * (index + 1), systolic, diastolic)
    return story


# -- section 4 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("reading", "metric"), [((141, 80), "systolic"), ((130, 91), "diastolic")])
def test_review_a_baseline_above_140_over_90_asks_for_a_clinicians_tick(
    reading: tuple[float, float], metric: str
) -> None:
    story = pre(reading)
    assert (raised(story, "review")["metrics"], raised(story, "review")["t"]) == ([metric], 60)


def test_review_is_not_asked_for_at_140_over_90() -> None:
    assert hints(pre((140, 90)), "review") == []


def test_review_ends_with_the_tick_and_the_start_names_who_ticked() -> None:
    story = ReturnStory(baseline=False)
    story.plan.clear()
    story.reading(100, 145).reading(200, 145).reading(300, 145)
    story.act(400, "record_event", kind="review", by="dr-x").act(START, "start_infusion").run(START)
    assert hints(story, "review") == [(100, "raised"), (400, "ended")]
    assert story.one("phase_changed", to="INFUSING")["reviewed_by"] == "dr-x"


def test_review_is_soft_it_does_not_hold_the_start_and_stays_open() -> None:
    story = ReturnStory(baseline=False)
    story.plan.clear()
    story.reading(100, 145).reading(200, 145).reading(300, 145).act(START, "start_infusion").run(START + 60)
    assert story.one("phase_changed", to="INFUSING")["reviewed_by"] is None
    assert hints(story, "review") == [(100, "raised")]
    session = story.bed.state.session
    assert session is not None
    assert session.advisories["review"].detail == {"metrics": ["systolic"]}, "rest before the start is over"
    story.command(START + 70, "record_event", kind="review")
    assert hints(story, "review") == [(100, "raised"), (START + 70, "ended")]


@pytest.mark.parametrize(("reading", "metrics"), [((160, 80), ["systolic"]), ((150, 100), ["diastolic"])])
def test_hold_is_said_as_soon_as_the_readings_would_hold_the_start(
    reading: tuple[float, float], metrics: list[str]
) -> None:
    story = pre(reading)
    assert raised(story, "hold")["metrics"] == metrics
    assert hints(story, "review") == []


def test_hold_ends_when_the_baseline_has_come_down() -> None:
    story = pre((165, 80), (130, 80), (130, 80))
    assert hints(story, "hold")[0] == (60, "raised")
    assert hints(story, "hold")[-1][1] == "ended"


def test_the_rest_before_a_re_check_runs_on_while_the_finding_stays() -> None:
    """A pressure to review that holds nothing: each further look must not begin the rest anew."""
    story = pre((145, 80))
    assert raised(story, "review")["rested_at"] == 360
    story.cuff(200, 146, 81)
    session = story.bed.state.session
    assert session is not None
    assert session.recheck_from == 60 * SECOND


def test_re_check_asks_for_five_minutes_of_rest_and_three_new_readings() -> None:
    story = pre((165, 80))
    found = raised(story, "hold")
    assert (found["rested_at"], found["readings"], found["wanted"]) == (360, 0, 3)
    for t in (300, 420, 540):
        story.cuff(t, 165, 80)
    session = story.bed.state.session
    assert session is not None
    hint = session.advisories["hold"]
    assert (hint.kind, hint.detail["readings"]) == ("hold", 2)


# -- section 5.2 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("second", "metric"), [((131, 76), "systolic"), ((109, 76), "systolic"), ((120, 85), "diastolic")]
)
def test_5_2_two_readings_that_differ_ask_for_a_third(second: tuple[float, float], metric: str) -> None:
    story = pre((120, 76), second)
    assert (raised(story, "third_reading")["metric"], raised(story, "third_reading")["t"]) == (metric, 120)
    story.tick(180)
    request = story.all("nibp_requested", reason="third_reading")[-1]
    assert (request["t"], request["due_at"]) == (180, 180)
    story.cuff(181, 122, 76)
    assert hints(story, "third_reading")[-1] == (181, "ended")


def test_5_2_the_third_reading_hint_shows_both_in_the_order_they_were_taken() -> None:
    assert raised(pre((120, 76), (140, 77)), "third_reading")["values"] == [120, 140]
    assert raised(pre((140, 76), (120, 77)), "third_reading")["values"] == [140, 120]


def test_5_2_a_third_reading_is_asked_for_where_the_cuff_gives_no_mean() -> None:
    story = Story().open()
    for t, systolic in ((60, 120), (120, 131)):
        story.cuff(t, systolic, 76, mean=None)
    assert raised(story, "third_reading")["metric"] == "systolic"


def test_5_2_two_readings_within_10_and_8_ask_for_nothing() -> None:
    assert hints(pre((120, 76), (130, 84)), "third_reading") == []


# -- section 5.3 -------------------------------------------------------------------------------------------------------


def test_5_3_baseline_drifting_down_is_flagged_with_the_usual_one_beside_it_and_the_median_used() -> None:
    story = ReturnStory(baseline=False, previous_baselines={"systolic": [118, 121, 119]})
    story.plan.clear()
    story.reading(100, 136).reading(200, 130).reading(300, 125).act(START, "start_infusion").run(START)
    found = raised(story, "drifting_down")
    assert (found["t"], found["metric"], found["values"], found["usual"]) == (300, "systolic", [136, 125], 119)
    frozen = story.one("baseline_frozen", metric="systolic")
    assert (frozen["value"], frozen["flags"]) == (130, ["drifting_down"])
    assert hints(story, "drifting_down")[-1] == (START, "ended")


def test_5_3_two_readings_are_enough_to_see_a_drift_but_not_one() -> None:
    assert raised(pre((136, 80), (125, 80)), "drifting_down")["values"] == [136, 125]
    assert hints(pre((136, 80)), "drifting_down") == []


def test_5_3_a_fall_of_10_is_no_drift() -> None:
    story = pre((130, 76), (125, 76), (120, 76))
    assert hints(story, "drifting_down") == []


@pytest.mark.parametrize(
    ("previous", "flagged"),
    [([99, 99, 99], True), ([141, 141, 141], True), ([100, 100, 100], False), ([60, 60, 120, 121, 119], False)],
)
def test_5_3_atypical_baseline_is_more_than_20_from_the_median_of_the_last_3_sessions(
    previous: list[float], flagged: bool
) -> None:
    story = ReturnStory(previous_baselines={"systolic": previous}).run(START)
    assert bool(hints(story, "atypical_baseline")) is flagged
    assert (story.one("baseline_frozen", metric="systolic").get("flags") == ["atypical_baseline"]) is flagged


def test_5_3_a_patient_without_earlier_sessions_has_no_atypical_baseline() -> None:
    assert hints(pre((120, 76)), "atypical_baseline") == []


def test_5_3_a_drug_given_before_the_start_is_flagged_and_the_baseline_is_what_it_is() -> None:
    story = ReturnStory().act(400, "record_event", kind="medication", text="clonidine").run(START)
    assert hints(story, "pre_medicated") == [(400, "raised"), (START, "ended")]
    frozen = story.one("baseline_frozen", metric="systolic")
    assert (frozen["value"], frozen["flags"]) == (120, ["pre_medicated"])


def test_5_3_a_drug_given_during_the_infusion_flags_no_baseline() -> None:
    for t in (START, START + 60):
        story = ReturnStory().act(t, "record_event", kind="medication").run(START + 61)
        session = story.bed.state.session
        assert session is not None
        assert session.medicated_before is False
        assert hints(story, "pre_medicated") == []


def test_5_3_no_baseline_is_flagged_where_the_start_was_overridden() -> None:
    story = ReturnStory(baseline=False).run(START)
    assert story.one("baseline_frozen", metric="systolic")["flags"] == ["no_baseline"]


# -- section 5.0: is it still running? ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("opening", "more"), [({}, {"oxygen_entered": False}), ({"on_oxygen": False}, {})])
def test_hold_of_spo2_is_for_air_and_says_when_nobody_has_said_so(
    opening: dict[str, bool], more: dict[str, bool]
) -> None:
    """Until it is answered the safer reading holds."""
    story = ReturnStory(lambda t: (93, 72), **opening).run(START + 1)
    refused = story.one("command_refused")
    assert refused["metrics"] == ["spo2"]
    for told in (refused, story.all("advisory_raised", advisory="hold")[0]):
        assert {key: told[key] for key in told if key == "oxygen_entered"} == more


def dosed(dose: float | None, weight: float | None = 70) -> Story:
    """An infusion of this dose from 100 s on."""
    story = Story().open(weight_kg=weight)
    fields = {} if dose is None else {"dose_mg": dose}
    story.command(100, "start_infusion", override_by="dr-x", reason="no baseline", **fields)
    return story


@pytest.mark.parametrize(
    ("dose", "weight", "told"),
    [
        (350, 70, {"dose_mg": 350, "mg_per_kg": 5, "expected_mg": 35}),
        (350, 70.24, {"dose_mg": 350, "mg_per_kg": 4.98, "expected_mg": 35.1}),
        (70.1, 70, {"dose_mg": 70.1, "mg_per_kg": 1.0, "expected_mg": 35}),
        (70, 70, None),
        (35, 70, None),
        (17.5, 70, None),
        (3.5, 70, {"dose_mg": 3.5, "mg_per_kg": 0.05, "expected_mg": 35}),
        (350, None, None),
        (None, 70, None),
    ],
)
def test_1_a_dose_far_from_weight_times_half_a_milligram_is_questioned_at_once(
    dose: float | None, weight: float | None, told: dict[str, float] | None
) -> None:
    """The cross-check of section 1; more than twice or less than half of it is far. The start is not refused."""
    story = dosed(dose, weight)
    assert story.bed.state.phase.value == "INFUSING"
    found = [{key: line[key] for key in told or {}} for line in story.all("advisory_raised", advisory="dose_unusual")]
    assert found == ([] if told is None else [told])


def test_the_question_about_the_dose_ends_with_the_tick_or_with_the_drug() -> None:
    story = dosed(350)
    story.command(160, "record_event", kind="review", by="dr-x")
    assert hints(story, "dose_unusual") == [(100, "raised"), (160, "ended")]
    story = dosed(350)
    story.command(200, "end_infusion")
    assert hints(story, "dose_unusual") == [(100, "raised"), (200, "ended")]


@pytest.mark.parametrize(("dose", "asked"), [(12, False), (36, True)])
def test_a_restart_is_questioned_by_the_total_and_never_for_a_small_dose(dose: float, asked: bool) -> None:
    story = dosed(35)
    story.command(100 + 2400, "end_infusion")
    story.command(2700, "start_infusion", planned_min=10, dose_mg=dose)
    assert bool(hints(story, "dose_unusual")) is asked


def test_5_0_after_a_restart_the_plan_counts_from_there() -> None:
    """40 minutes have run already: they are not the 10 that are planned now."""
    story = ReturnStory().end().act(END + 300, "start_infusion", planned_min=10).run(END + 1300)
    assert hints(story, "infusion_running") == [(END + 300 + 900, "raised")]


def again(systolic: float, **fields: Any) -> ReturnStory:
    """Started again 5 minutes after the end, with this pressure a minute before."""
    story = ReturnStory().end()
    story.reading(END + 200, systolic - 20).reading(END + 240, systolic)
    return story.act(END + 300, "start_infusion", planned_min=10, **fields).run(END + 301)


def test_a_restart_at_the_level_of_a_hold_is_not_refused_but_a_clinician_looks() -> None:
    """Section 4 holds the first start alone; whoever starts again must know of it all the same."""
    story = again(165)
    assert story.bed.state.phase.value == "INFUSING"
    assert (raised(story, "restarted")["metrics"], raised(story, "restarted")["alarms"]) == (["systolic"], [])
    story.command(END + 310, "record_event", kind="review", by="dr-x")
    assert hints(story, "restarted") == [(END + 300, "raised"), (END + 310, "ended")]


def test_a_restart_while_a_high_alarm_is_present_names_it() -> None:
    story = ReturnStory().end()
    story.act(END + 200, "record_event", kind="chest_pain")
    story.act(END + 300, "start_infusion").run(END + 301)
    assert raised(story, "restarted")["alarms"] == ["SYMPTOM"]


def two_high_alarms() -> ReturnStory:
    """After the end: first a symptom, then a saturation that is critical."""
    story = ReturnStory(lambda t: (97 if t < END + 200 else 75, 72)).end()
    return story.act(END + 100, "record_event", kind="chest_pain").run(END + 299)


def test_several_high_alarms_are_named_in_the_order_of_the_tables() -> None:
    """Not in the order in which they came: what stands first is what table 3.1 has first."""
    story = two_high_alarms()
    story.act(END + 300, "start_infusion").run(END + 301)
    assert raised(story, "restarted")["alarms"] == ["SPO2_CRIT", "SPO2_LOW", "SYMPTOM"]
    refused = two_high_alarms().command(END + 300, "discharge", reason="x")[-1]
    assert refused["alarms"] == ["SPO2_CRIT", "SPO2_LOW", "SYMPTOM"]


def test_a_restart_of_a_calm_patient_asks_for_nothing() -> None:
    assert hints(again(125), "restarted") == []


def test_5_0_five_minutes_after_the_planned_end_somebody_is_asked_whether_it_still_runs() -> None:
    story = ReturnStory().run(START + 2699)
    assert hints(story, "infusion_running") == []
    story.tick(START + 2700)
    assert raised(story, "infusion_running")["planned_min"] == 40
    story.command(START + 2800, "end_infusion")
    assert hints(story, "infusion_running")[-1] == (START + 2800, "ended")


def test_5_0_the_question_names_the_plan_as_it_was_entered_to_a_thousandth_of_a_minute() -> None:
    story = ReturnStory(planned_min=12.3456).run(START + 1100)
    assert raised(story, "infusion_running")["planned_min"] == 12.346


def test_5_0_a_pause_puts_the_question_off_by_its_length() -> None:
    story = ReturnStory().act(START + 600, "pause_infusion").act(START + 900, "resume_infusion").run(START + 3500)
    assert raised(story, "infusion_running")["t"] == START + 3000


def test_5_0_the_question_is_asked_once() -> None:
    story = ReturnStory().run(START + 6000)
    assert len(hints(story, "infusion_running")) == 1


# -- section 3: breaths and MOAA/S -------------------------------------------------------------------------------------


def due_at(story: Story) -> list[float]:
    """Minutes after the start at which they were asked for."""
    return [(t - START) / 60 for t, event in hints(story, "observation_due") if event == "raised" and t >= START]


def test_section_3_pre_breaths_and_moaas_are_due_once() -> None:
    story = Story().open()
    story.tick(2000)
    found = raised(story, "observation_due")
    assert (found["t"], found["missing"]) == (300, ["resp_rate", "moaas"])


def test_section_3_pre_what_was_entered_before_is_not_asked_for() -> None:
    for at in (0, 10):
        story = Story().open()
        story.command(10, "record_reading", values=SCORES, at=at)
        story.tick(2000)
        assert hints(story, "observation_due") == []


def test_section_3_infusing_at_5_and_10_min_then_every_10() -> None:
    assert due_at(ReturnStory().run(START + 2400)) == [5, 10, 20, 30, 40]


def test_section_3_the_hint_ends_when_both_are_entered() -> None:
    story = ReturnStory().run(START + 310)
    story.command(START + 320, "record_reading", values={"resp_rate": 14})
    assert story.bed.state.session is not None
    assert story.bed.state.session.advisories["observation_due"].detail["missing"] == ["moaas"]
    story.command(START + 330, "record_reading", values={"moaas": 4})
    assert hints(story, "observation_due")[-1] == (START + 330, "ended")


@pytest.mark.parametrize(("early", "asked"), [(149, False), (150, False), (150.001, True)])
def test_section_3_what_was_entered_shortly_before_is_in_time(early: float, asked: bool) -> None:
    story = ReturnStory().act(START + 300 - early, "record_reading", values=SCORES).run(START + 301)
    assert (due_at(story) == [5]) is asked


def test_section_3_paused_at_the_pause() -> None:
    story = ReturnStory().act(START + 700, "record_reading", values=SCORES)
    story.act(START + 900, "pause_infusion").run(START + 1700)
    assert due_at(story)[-1] == 15


def test_section_3_recovery_at_0_10_20_then_every_10() -> None:
    story = ReturnStory().end().run(END + 2500)
    assert [minute - 40 for minute in due_at(story) if minute >= 40] == [0, 10, 20, 30, 40]


def test_a_back_dated_end_asks_for_the_newest_time_only() -> None:
    story = ReturnStory().end(END - 5, at=END - 705).run(END + 1)
    found = [line for line in story.all("advisory_raised", advisory="observation_due") if line["t"] == END - 5]
    assert [line["slot_at"] for line in found] == [END - 105]


# -- what hints are not ------------------------------------------------------------------------------------------------


def test_hints_end_silently_with_the_session() -> None:
    story = pre((165, 80))
    story.command(120, "abort", reason="moved")
    assert story.bed.state.session is None
    assert hints(story, "hold") == [(60, "raised")]


def test_a_refused_command_brings_no_hint() -> None:
    story = Story().open()
    assert [line["event"] for line in story.command(200, "resume_infusion", by=NURSE)][-1] == "command_refused"


def test_extra_ticks_bring_no_further_hints() -> None:
    plain, ticked = ReturnStory().run(START + 1500), ReturnStory()
    for t in range(0, int(START) + 1500, 7):
        ticked.run(t)
    ticked.run(START + 1500)
    assert [line for line in ticked.lines if "advisory" in line] == [line for line in plain.lines if "advisory" in line]


# -- section 4: the edges of HOLD --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pressure", "wave", "opening", "metrics"),
    [
        ((159, 99), (97, 72), {}, []),
        ((160, 99), (97, 72), {}, ["systolic"]),
        ((159, 100), (97, 72), {}, ["diastolic"]),
        ((120, 76), (97, 46), {}, []),
        ((120, 76), (97, 45), {}, ["pulse_rate"]),
        ((120, 76), (97, 109), {}, []),
        ((120, 76), (97, 110), {}, ["pulse_rate"]),
        ((120, 76), (94, 72), {}, []),
        ((120, 76), (93, 72), {}, ["spo2"]),
        ((120, 76), (93, 72), {"on_oxygen": True}, []),
        ((165, 105), (93, 120), {}, ["systolic", "diastolic", "pulse_rate", "spo2"]),
    ],
)
def test_hold_begins_exactly_at_the_documents_numbers(
    pressure: tuple[float, float], wave: tuple[float, float], opening: dict[str, Any], metrics: list[str]
) -> None:
    story = ReturnStory(lambda t: wave, baseline=False, **opening)
    story.plan.clear()
    for t in (100, 200, 300):
        story.reading(t, *pressure)
    story.run(590)
    found = story.command(590, "start_infusion")
    held = [line["metrics"] for line in found if line.get("reason") == "hold"]
    assert held == ([metrics] if metrics else [])
