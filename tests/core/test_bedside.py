"""SEDATION_DEEP and SYMPTOM (rulings 3), and the events that people record."""

from __future__ import annotations

from typing import Any

import pytest

from config.vocabulary import Happening
from tests.support.ward import Line, Story

SYMPTOMS = ["chest_pain", "severe_headache", "visual_change", "dyspnoea"]


def score(story: Story, t: float, value: float, **more: Any) -> None:
    story.command(t, "record_reading", values={"moaas": value}, **more)


def happened(story: Story, t: float, kind: str, text: str | None = None) -> list[Line]:
    return story.command(t, "record_event", kind=kind, **({} if text is None else {"text": text}))


# -- SEDATION_DEEP -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, 1, 2])
def test_sedation_deep_at_moaas_2_or_less_is_high_at_once(value: int) -> None:
    story = Story().open()
    score(story, 60, value, at=40)
    line = story.one("alarm_raised", alarm="SEDATION_DEEP")
    assert (line["t"], line["since"], line["priority"], line["value"], line["limit"]) == (60, 40, "high", value, 2)


@pytest.mark.parametrize("value", [3, 4, 5])
def test_moaas_3_or_more_raises_nothing(value: int) -> None:
    story = Story().open()
    score(story, 60, value)
    assert story.told("SEDATION_DEEP") == []


def test_sedation_deep_latches_when_a_better_score_comes() -> None:
    story = Story().open()
    score(story, 60, 2)
    score(story, 120, 3)
    story.acknowledge(130, "SEDATION_DEEP")
    assert [event for _, event in story.told("SEDATION_DEEP")] == [
        "alarm_raised",
        "alarm_latched",
        "alarm_acknowledged",
        "alarm_closed",
    ]


def test_a_deeper_score_is_the_same_alarm() -> None:
    story = Story().open()
    score(story, 60, 2)
    score(story, 120, 1)
    assert story.told("SEDATION_DEEP") == [(60, "alarm_raised")]
    assert story.bed.state.book.open["SEDATION_DEEP"].value == 1


def test_an_acknowledged_deep_sedation_re_arms_after_two_minutes() -> None:
    story = Story().open()
    score(story, 60, 2)
    story.acknowledge(70, "SEDATION_DEEP")
    story.tick(200)
    assert story.told("SEDATION_DEEP")[-1] == (190, "alarm_rearmed")


def test_sedation_deep_is_told_however_late_it_is_entered() -> None:
    """Whoever held the airway writes later; while it is the newest score, it is what is known (decisions/0005)."""
    story = Story().open()
    score(story, 1200, 2, at=300)
    line = story.one("alarm_raised", alarm="SEDATION_DEEP")
    assert (line["t"], line["since"], line["priority"]) == (1200, 300, "high")


def test_sedation_deep_is_not_raised_by_an_older_score_than_the_newest() -> None:
    story = Story().open()
    score(story, 1200, 5)
    score(story, 1210, 1, at=300)
    assert story.told("SEDATION_DEEP") == []


def test_sedation_deep_ends_with_a_newer_score_however_late_that_is_entered() -> None:
    story = Story().open()
    score(story, 1200, 2, at=300)
    score(story, 1210, 4, at=600)
    assert story.told("SEDATION_DEEP") == [(1200, "alarm_raised"), (1210, "alarm_latched")]


def off_and_on(story: Story, off: float, on: float, alarm: str = "SEDATION_DEEP") -> None:
    story.command(off, "alarm_off", alarm=alarm, by="dr-x", role="prescriber", reason="deep on purpose")
    story.command(on, "resume_alarms", alarm=alarm)


def test_the_deepest_score_is_what_an_ended_sedation_is_remembered_by() -> None:
    story = Story().open()
    for t, value in ((60, 2), (120, 0), (180, 1)):
        score(story, t, value)
    alarm = story.bed.state.book.open["SEDATION_DEEP"]
    assert (alarm.value, alarm.worst) == (1, 0)


def test_sedation_deep_is_looked_at_again_when_it_is_switched_on_again() -> None:
    story = Story().open()
    score(story, 60, 2)
    story.command(70, "alarm_off", alarm="SEDATION_DEEP", by="dr-x", role="prescriber", reason="deep on purpose")
    score(story, 80, 1)
    story.command(400, "resume_alarms", alarm="SEDATION_DEEP")
    assert [event for _, event in story.told("SEDATION_DEEP") if event.startswith("alarm_")] == [
        "alarm_raised",
        "alarm_closed",
        "alarm_raised",
    ]
    line = story.all("alarm_raised", alarm="SEDATION_DEEP")[-1]
    assert (line["t"], line["since"], line["value"]) == (400, 80, 1)


def test_sedation_deep_stays_silent_when_switched_on_again_with_a_better_newest_score() -> None:
    story = Story().open()
    score(story, 60, 2)
    score(story, 80, 4)
    score(story, 90, 1, at=50)
    off_and_on(story, 100, 400)
    assert len(story.all("alarm_raised", alarm="SEDATION_DEEP")) == 1
    off_and_on(story, 500, 600, "SYMPTOM")


# -- SYMPTOM -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SYMPTOMS)
def test_a_symptom_entered_as_event_is_high_at_once(kind: str) -> None:
    story = Story().open()
    happened(story, 60, kind)
    line = story.one("alarm_raised", alarm="SYMPTOM")
    assert (line["t"], line["priority"], line["symptom"]) == (60, "high", kind)
    assert story.one("event_recorded")["kind"] == kind


@pytest.mark.parametrize("written", ["Chest pain", "chest-pain", " CHEST  PAIN "])
def test_a_symptom_is_known_however_it_is_written(written: str) -> None:
    story = Story().open()
    happened(story, 60, written)
    assert story.one("alarm_raised", alarm="SYMPTOM")["symptom"] == "chest_pain"


@pytest.mark.parametrize("written", ["dyspnea", "Shortness of breath"])
def test_dyspnoea_has_other_names(written: str) -> None:
    story = Story().open()
    happened(story, 60, written)
    assert story.one("event_recorded")["kind"] == "dyspnoea"


@pytest.mark.parametrize("kind", sorted(set(Happening) - set(SYMPTOMS)))
def test_other_kinds_raise_nothing(kind: str) -> None:
    story = Story().open()
    happened(story, 60, kind)
    assert story.one("event_recorded")["kind"] == kind
    assert "coded" not in story.one("event_recorded")
    assert story.told("SYMPTOM") == []


def test_a_kind_that_is_not_coded_is_kept_as_free_text_and_says_so() -> None:
    story = Story().open()
    happened(story, 60, "Hiccups", "for ten minutes")
    found = story.one("event_recorded")
    assert (found["kind"], found["text"], found["coded"]) == ("hiccups", "for ten minutes", False)


def test_a_symptom_stays_until_it_is_said_to_be_over_and_then_latches() -> None:
    story = Story().open()
    happened(story, 60, "chest_pain")
    story.tick(6000)
    happened(story, 6001, "symptom_over")
    assert story.told("SYMPTOM") == [(60, "alarm_raised"), (6001, "alarm_latched")]


def test_an_acknowledged_symptom_that_is_over_closes() -> None:
    story = Story().open()
    happened(story, 60, "chest_pain")
    story.acknowledge(70, "SYMPTOM")
    happened(story, 80, "symptom_over", "chest pain")
    assert story.told("SYMPTOM")[-1] == (80, "alarm_closed")


def test_one_of_two_symptoms_over_leaves_the_alarm() -> None:
    story = Story().open()
    happened(story, 60, "chest_pain")
    happened(story, 70, "dyspnoea")
    happened(story, 80, "symptom_over", "chest_pain")
    assert story.told("SYMPTOM") == [(60, "alarm_raised")]
    happened(story, 90, "symptom_over", "dyspnoea")
    assert story.told("SYMPTOM")[-1] == (90, "alarm_latched")


def test_a_second_symptom_voids_the_acknowledgement_of_the_first() -> None:
    """Row 11: a second one of equal rank."""
    story = Story().open()
    happened(story, 60, "chest_pain")
    story.acknowledge(70, "SYMPTOM")
    happened(story, 80, "chest_pain")
    assert story.all("alarm_rearmed", alarm="SYMPTOM") == []
    happened(story, 90, "dyspnoea")
    assert story.one("alarm_rearmed", alarm="SYMPTOM")["reason"] == "group"
    assert story.bed.state.book.open["SYMPTOM"].detail == "chest pain, dyspnoea"


def test_a_symptom_that_comes_back_while_latched_is_the_same_alarm() -> None:
    story = Story().open()
    happened(story, 60, "chest_pain")
    happened(story, 70, "symptom_over")
    happened(story, 80, "severe_headache")
    assert [event for _, event in story.told("SYMPTOM")] == ["alarm_raised", "alarm_latched", "alarm_rearmed"]
    assert story.bed.state.book.open["SYMPTOM"].detail == "severe headache"


@pytest.mark.parametrize("kind", ["", "   ", 7, None])
def test_an_event_without_a_kind_is_refused(kind: Any) -> None:
    story = Story().open()
    story.command(60, "record_event", kind=kind)
    assert story.one("command_refused")["reason"] == "kind_missing"


def test_nothing_is_recorded_of_nobody() -> None:
    story = Story()
    happened(story, 60, "chest_pain")
    assert story.one("command_refused")["reason"] == "wrong_phase"
