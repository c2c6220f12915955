"""Hints, the discharge checklist and entered values as the page gets them."""

from __future__ import annotations

import pytest

from config.instant import MINUTE, SECOND
from monitor.core.session.advisories import JUDGES
from monitor.core.session.discharge import Item, Met
from monitor.core.session.session import Advisory
from monitor.station import session_picture, session_words
from monitor.station.refusal import in_words
from tests.support.return_story import END, START, ReturnStory
from tests.support.ward import Story

DETAILS = {
    "same_limb": {"limb": "left"},
    "third_reading": {"metric": "systolic", "values": [120, 131]},
    "drifting_down": {"metric": "systolic", "values": [136, 125], "usual": 119},
    "atypical_baseline": {"metric": "systolic", "value": 150, "usual": 120},
    "pre_medicated": {},
    "hold": {"metrics": ["systolic", "pulse_rate"], "rested_at": 9, "readings": 1, "wanted": 3},
    "review": {"metrics": ["systolic"]},
    "dose_unusual": {"dose_mg": 350, "mg_per_kg": 5, "expected_mg": 35},
    "restarted": {"metrics": ["systolic"], "alarms": ["SYMPTOM"]},
    "infusion_running": {"planned_min": 40},
    "observation_due": {"slot_at": 9, "missing": ["resp_rate", "moaas"]},
}
WORDS = {
    "same_limb": "Cuff and probe are on one limb (left): SpO2 is lost during each reading.",
    "third_reading": "SBP differs between two readings (120, then 131): take a third.",
    "drifting_down": "SBP is still falling (136, then 125; usually 119).",
    "atypical_baseline": "SBP 150 is far from the usual 120: confirm who the patient is.",
    "pre_medicated": "A drug was given before the start: the baseline is noted with it.",
    "hold": "Hold: SBP, pulse. Rest, then 3 new readings (1 of 3).",
    "review": "SBP is high: a clinician looks and ticks.",
    "dose_unusual": "350 mg are 5 mg/kg; 0.5 mg/kg are 35 mg: a clinician checks what runs, and ticks.",
    "restarted": (
        "Started again with SBP at a level to hold the infusion, and Symptom calling: a clinician looks and ticks."
    ),
    "infusion_running": "The planned 40 min are over: is the infusion still running?",
    "observation_due": "Due now: breathing rate, MOAA/S.",
}


def test_every_kind_of_hint_has_its_words() -> None:
    assert set(WORDS) == set(JUDGES)


@pytest.mark.parametrize("kind", sorted(WORDS))
def test_a_hint_is_one_sentence(kind: str) -> None:
    assert session_words.advise(Advisory(kind, 0, DETAILS[kind])) == WORDS[kind]


def test_a_hint_of_a_later_release_is_spelt_out() -> None:
    assert session_words.advise(Advisory("more_light", 0, {})) == "more light"


def test_hints_stand_in_the_order_they_came_with_the_time_they_name() -> None:
    story = Story().open(cuff_limb="left", probe_limb="left")
    story.cuff(60, 165, 80)
    session = story.bed.state.session
    assert session is not None
    shown = session_picture.advisories(session)
    assert [(hint.kind, hint.until is not None) for hint in shown] == [("same_limb", False), ("hold", True)]


def test_the_checklist_is_shown_in_recovery_only() -> None:
    story = ReturnStory().run(START + 60)
    session = story.bed.state.session
    assert session is not None
    assert session_picture.readiness(story.bed, session, story.bed.state.clock) == []
    story.end().run(END + 60)
    rows = session_picture.readiness(story.bed, session, story.bed.state.clock)
    assert [row.name for row in rows] == ["return", "minimum_stay", "aldrete", "moaas", "alarms", "escort"]
    assert {row.state for row in rows} <= {"met", "open", "failed"}
    assert rows[1].until is not None


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (Item("return", Met.OPEN), "Return to baseline: verdict at the deadline"),
        (
            Item("return", Met.OPEN, {"no_baseline": ["systolic"], "of": 5}),
            "Return to baseline: cannot be decided: no baseline of SBP",
        ),
        (
            Item("return", Met.OPEN, {"no_baseline": ["systolic", "pulse_rate"], "of": 2}),
            "Return to baseline: cannot be decided: no baseline",
        ),
        (
            Item("return", Met.FAILED, {"verdict": "INDETERMINATE", "no_baseline": ["systolic"], "of": 1}),
            "Return to baseline: cannot be decided: no baseline",
        ),
        (Item("return", Met.MET, {"verdict": "NO_EXCURSION"}), "Return to baseline: never left its band"),
        (Item("minimum_stay", Met.OPEN, {"until_at": 5}), "Minimum stay"),
        (
            Item("aldrete", Met.OPEN, {"parts": {"activity": None, "oxygen": 2}, "total": None, "needed": 9}),
            "Aldrete score: oxygen 2; open: activity; 9 needed",
        ),
        (
            Item(
                "aldrete",
                Met.MET,
                {"parts": {"activity": 2, "oxygen": None}, "total": None, "needed": 9, "oxygen_entered": False},
            ),
            "Aldrete score: activity 2; open: oxygen (air or oxygen not entered); 9 needed",
        ),
        (
            Item("pads", Met.MET, {"parts": {"vital_signs": 2, "pain": 2}, "total": 10, "needed": 9}),
            "PADS: 10 of 10: vital signs 2, pain 2; 9 needed",
        ),
        (Item("moaas", Met.FAILED, {"before": 5, "now": 4}), "MOAA/S as before the dose: before 5, now 4"),
        (
            Item("moaas", Met.OPEN, {"before": None, "now": None}),
            "MOAA/S as before the dose: before not scored, now not scored",
        ),
        (Item("alarms", Met.MET, {"alarms": [], "symptoms": []}), "Open alarms: none"),
        (
            Item("alarms", Met.OPEN, {"alarms": ["SYMPTOM"], "symptoms": ["chest_pain"]}),
            'Open alarms: Symptom, chest pain; once over, note "symptom over"',
        ),
        (Item("escort", Met.OPEN, {"escort": False}), "Escort and no driving"),
    ],
)
def test_a_row_says_what_it_was_decided_by(item: Item, words: str) -> None:
    assert session_words.row(item) == words


def test_the_last_count_and_score_are_values_with_their_age_and_source() -> None:
    story = Story().open()
    story.command(60, "record_reading", values={"resp_rate": 14, "moaas": 4}, at=30)
    story.command(70, "record_reading", values={"resp_rate": 12}, at=20)
    session = story.bed.state.session
    assert session is not None
    shown = session_picture.entered(session, 2 * MINUTE)
    assert {key: (value.value, value.age_s, value.source) for key, value in shown.items()} == {
        "resp_rate": (14, 90.0, "manual"),
        "moaas": (4, 90.0, "manual"),
    }


def test_the_partial_news2_is_shown_where_something_is_known() -> None:
    story = Story().open()
    assert session_picture.news2(story.bed, SECOND) is None
    story.cuff(10, 120, 76)
    assert session_picture.news2(story.bed, 11 * SECOND) == "partial NEWS2 (1 of 7), 0..18"


def test_a_hold_of_spo2_says_when_nobody_has_said_air_or_oxygen() -> None:
    detail = {"metrics": ["spo2"], "oxygen_entered": False}
    assert session_words.advise(Advisory("hold", 0, detail)) == "Hold: SpO2 (air or oxygen not entered)."
    assert in_words("hold", detail).endswith("Held back by: SpO2 (air or oxygen not entered).")
