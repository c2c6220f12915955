"""What a person hears when the core says no: the whole line, for every command and every reason (interfaces, 4).

Who asked, what for, why not, in which phase, and what was wrong: the nurse's next step hangs on it. A refused command
changes nothing.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.support.return_story import END, START, ReturnStory
from tests.support.ward import BED, Line, Story

APART = {"cuff_limb": "left", "probe_limb": "right", "iv_limb": "right"}


def empty() -> Story:
    """A bed that is known and has no patient."""
    story = Story()
    story.command(0, "audio_pause")
    return story


def before() -> Story:
    """Before the start, opened at 10, without readings."""
    return Story().open(10, **APART)


def held() -> Story:
    """Before the start, with a baseline that holds it."""
    story = ReturnStory(baseline=False, **APART)
    story.plan.clear()
    for t in (100, 200, 300):
        story.reading(t, 165, 105)
    return story.run(590)


def infusing() -> Story:
    return ReturnStory(**APART).run(START + 60)


def alarming() -> Story:
    """Back from the infusion with a HIGH alarm that nobody has answered."""
    story = ReturnStory(**APART).end().run(END + 60)
    story.command(END + 61, "record_event", kind="chest_pain")
    return story


def recovering() -> Story:
    return ReturnStory(**APART).end().run(END + 60)


ALL_MISSING = {"missing": ["systolic", "diastolic", "pulse_rate", "spo2"]}

ANYWHERE: list[tuple[Any, str, dict[str, Any], str, dict[str, Any]]] = [
    (empty, "start_infusion", {}, "wrong_phase", {"phase": "IDLE"}),
    (empty, "record_reading", {"values": {"moaas": 5}}, "wrong_phase", {"phase": "IDLE"}),
    (empty, "record_event", {"kind": "activity"}, "wrong_phase", {"phase": "IDLE"}),
    (empty, "set_limbs", {"cuff_limb": "left"}, "wrong_phase", {"phase": "IDLE"}),
    (empty, "set_limit", {"alarm": "SPO2_LOW", "low": 88}, "wrong_phase", {"phase": "IDLE", "alarm": "SPO2_LOW"}),
    (before, "pause_infusion", {}, "wrong_phase", {"phase": "PRE"}),
    (before, "discharge", {"reason": "x"}, "wrong_phase", {"phase": "PRE"}),
    (infusing, "resume_infusion", {}, "wrong_phase", {"phase": "INFUSING"}),
    (recovering, "pause_infusion", {}, "wrong_phase", {"phase": "RECOVERY"}),
    (before, "start_infusion", {}, "no_baseline", ALL_MISSING),
    (before, "start_infusion", {"override_by": "dr-x"}, "no_baseline", ALL_MISSING),
    (before, "start_infusion", {"override_by": " ", "reason": "x"}, "no_baseline", ALL_MISSING),
    (held, "start_infusion", {}, "hold", {"metrics": ["systolic", "diastolic"]}),
    (held, "start_infusion", {"reason": "x"}, "hold", {"metrics": ["systolic", "diastolic"]}),
    (held, "start_infusion", {"planned_min": 0.9}, "planned_min_out_of_range", {}),
    (held, "start_infusion", {"planned_min": 1440.1}, "planned_min_out_of_range", {}),
    (held, "start_infusion", {"planned_min": True}, "planned_min_out_of_range", {}),
    (held, "start_infusion", {"dose_mg": -0.1}, "dose_mg_out_of_range", {}),
    (held, "start_infusion", {"dose_mg": 10_000.1}, "dose_mg_out_of_range", {}),
    (held, "start_infusion", {"at": 9999}, "observed_time_out_of_range", {}),
    (infusing, "end_infusion", {"at": START - 1}, "observed_time_out_of_range", {}),
    (infusing, "abort", {}, "reason_missing", {}),
    (alarming, "discharge", {"reason": "x"}, "high_alarm_active", {"alarms": ["SYMPTOM"], "alarm_ids": ["bay-1-0003"]}),
    (
        recovering,
        "discharge",
        {},
        "open_items",
        {"open_items": ["return", "minimum_stay", "aldrete", "moaas", "alarms", "escort"]},
    ),
    (recovering, "record_reading", {"values": {"moaas": 5}, "at": 9999}, "observed_time_out_of_range", {}),
    (recovering, "record_reading", {}, "values_missing", {}),
    (recovering, "record_reading", {"values": {"moaas": 6}}, "value_out_of_range", {"field": "moaas"}),
    (recovering, "record_reading", {"values": {"pads_nausea": 3}}, "value_out_of_range", {"field": "pads_nausea"}),
    (recovering, "record_reading", {"values": {"pads_pain": 1.5}}, "value_out_of_range", {"field": "pads_pain"}),
    (recovering, "record_event", {"kind": " "}, "kind_missing", {}),
    (recovering, "record_event", {"kind": "activity", "at": 9999}, "observed_time_out_of_range", {}),
    (recovering, "record_event", {"kind": "activity", "at": -1}, "observed_time_out_of_range", {}),
    (recovering, "add_identifier", {}, "identifier_unusable", {}),
    (recovering, "add_identifier", {"identifier": " "}, "identifier_unusable", {}),
    (recovering, "add_identifier", {"identifier": 7}, "identifier_unusable", {}),
    (recovering, "add_identifier", {"identifier": "x" * 65}, "identifier_unusable", {}),
    (empty, "add_identifier", {"identifier": "MRN-7"}, "wrong_phase", {"phase": "IDLE"}),
    (recovering, "set_limbs", {}, "limbs_missing", {}),
    (recovering, "set_limbs", {"probe_limb": ""}, "limb_unknown", {"field": "probe_limb"}),
    (recovering, "set_limbs", {"cuff_limb": "right"}, "cuff_on_iv_limb", {}),
    (recovering, "set_limbs", {"cuff_limb": "leg", "at": 9999}, "observed_time_out_of_range", {}),
    (
        recovering,
        "set_limit",
        {"alarm": "SPO2_LOW", "low": 79},
        "limit_out_of_bounds",
        {"phase": "RECOVERY", "alarm": "SPO2_LOW"},
    ),
    (recovering, "set_limit", {"alarm": "STORAGE", "low": 79}, "unknown_alarm", {"phase": "RECOVERY"}),
    (recovering, "set_limit", {"low": 79}, "unknown_alarm", {"phase": "RECOVERY"}),
]  # fmt: skip


@pytest.mark.parametrize(("story", "command", "fields", "reason", "more"), ANYWHERE)
def test_a_refused_command_is_told_in_full_and_changes_nothing(
    story: Any, command: str, fields: dict[str, Any], reason: str, more: dict[str, Any]
) -> None:
    told: Story = story()
    now = told.bed.state.clock / 1_000_000
    unchanged = msgspec.json.encode(told.bed.state)
    expected: Line = {"t": now, "bed": BED, "event": "command_refused", "command": command, "reason": reason}
    assert told.command(now, command, **fields) == [expected | {"by": "nurse-a"} | more]
    assert msgspec.json.encode(told.bed.state) == unchanged


@pytest.mark.parametrize(
    ("opening", "reason"),
    [
        ({"patient": " "}, "patient_missing"),
        ({"cuff_limb": "left", "iv_limb": "Left"}, "cuff_on_iv_limb"),
        ({"weight_kg": 0}, "weight_out_of_range"),
        ({"weight_kg": 500.1}, "weight_out_of_range"),
        ({"planned_min": 0.9}, "planned_min_out_of_range"),
        ({"planned_min": 1440.1}, "planned_min_out_of_range"),
        ({"deadline_min": 9.9}, "deadline_min_out_of_range"),
        ({"deadline_min": 60.1}, "deadline_min_out_of_range"),
    ],
)
def test_a_refused_opening_is_told_in_full_and_binds_nobody(opening: dict[str, Any], reason: str) -> None:
    story = Story()
    expected = {"t": 5, "bed": BED, "event": "command_refused", "command": "open_session", "reason": reason}
    assert story.put(5, "open_session", **{"patient": "P-1", "by": "nurse-b"} | opening) == [
        expected | {"by": "nurse-b"}
    ]
    assert (story.bed.state.session, story.bed.state.phase.value, story.bed.state.sessions) == (None, "IDLE", 0)


@pytest.mark.parametrize(
    "opening",
    [
        {"weight_kg": 500},
        {"weight_kg": 0.1},
        {"planned_min": 1},
        {"planned_min": 1440},
        {"deadline_min": 10},
        {"deadline_min": 60},
    ],
)
def test_the_edges_of_an_opening_are_taken(opening: dict[str, Any]) -> None:
    story = Story().open(5, **opening)
    assert {key: story.one("session_opened")[key] for key in opening} == opening


def test_a_second_patient_on_the_bed_is_refused() -> None:
    story = Story().open(1)
    assert story.put(5, "open_session", patient="P-2", by="nurse-b") == [
        {"t": 5, "bed": BED, "event": "command_refused", "command": "open_session", "reason": "session_open"}
        | {"by": "nurse-b"}
    ]


@pytest.mark.parametrize(
    ("fields", "kept"), [({"planned_min": 1}, 1), ({"planned_min": 1440}, 1440), ({"dose_mg": 0}, 40)]
)
def test_the_edges_of_a_start_are_taken(fields: dict[str, Any], kept: float) -> None:
    story = ReturnStory()
    story.plan[-1] = (START, "command", {"command": "start_infusion", "by": "nurse-a"} | fields)
    story.run(START)
    session = story.bed.state.session
    assert session is not None
    assert (story.bed.state.phase.value, session.planned) == ("INFUSING", kept * 60_000_000)


@pytest.mark.parametrize("named", [{"alarm": "SPO2_LOW"}, {"alarm_id": "bay-1-0009"}])
def test_an_acknowledgement_of_nothing_is_told_in_full(named: dict[str, str]) -> None:
    assert Story().open(1).put(5, "acknowledge", by="nurse-b", **named) == [
        {"t": 5, "bed": BED, "event": "command_refused", "command": "acknowledge", "reason": "not_active"}
        | {"by": "nurse-b"}
        | named
    ]
