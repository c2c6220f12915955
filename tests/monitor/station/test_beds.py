"""Beds over HTTP: pictures, trends, sessions, commands."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from config.instant import SECOND, to_rfc3339
from monitor.core.inputs import Command, OpenSession
from monitor.station.refusal import in_words
from tests.support.station import PASSWORD, START, StationKit, an_alarm


def test_beds_shows_every_bed_with_its_alarms(nurse: TestClient, kit: StationKit) -> None:
    kit.ward.open_alarms = [an_alarm(), an_alarm("site-0001", bed=None)]
    answer = nurse.get("/api/v1/beds").json()
    assert answer["server_time"] == to_rfc3339(START)
    assert [bed["id"] for bed in answer["beds"]] == ["bay-1", "bay-2"]
    assert [alarm["alarm_id"] for alarm in answer["beds"][0]["alarms"]] == ["bay-1-0001"]
    assert answer["beds"][1]["alarms"] == []


def test_one_bed_carries_values_with_validity_and_age(nurse: TestClient) -> None:
    bed = nurse.get("/api/v1/beds/bay-1").json()
    assert bed["values"]["spo2"]["verdict"] == "VALID"
    assert bed["values"]["spo2"]["age_s"] == 0.5


def test_unknown_bed_is_a_404_that_names_the_known_ones(nurse: TestClient) -> None:
    answer = nurse.get("/api/v1/beds/bay-9")
    assert answer.status_code == 404
    assert "bay-1, bay-2" in answer.json()["detail"]


def test_trend_passes_the_bounds_on_and_keeps_gaps(nurse: TestClient, kit: StationKit) -> None:
    kit.history.points = [(START, 97.0, None), (START + SECOND, None, "no_finger"), (START + 2 * SECOND, 95.0, None)]
    query = {"metric": "spo2", "from": to_rfc3339(START), "to": to_rfc3339(START + 60 * SECOND)}
    answer = nurse.get("/api/v1/beds/bay-1/trend", params=query).json()
    assert kit.history.asked == [("bay-1", "spo2", START, START + 60 * SECOND)]
    assert [point["value"] for point in answer["points"]] == [97.0, None, 95.0]
    assert answer["points"][1]["reason"] == "no_finger"
    assert answer["unit"] == "%"


def test_what_people_entered_stands_in_a_trend_marked_and_bends_no_gap(nurse: TestClient, kit: StationKit) -> None:
    kit.history.points = [(START, 97.0, None), (START + 40 * SECOND, 96.0, None)]
    kit.history.written = [(START + 20 * SECOND, 83.0)]
    query = {"metric": "spo2", "points": "2"}
    points = nurse.get("/api/v1/beds/bay-1/trend", params=query).json()["points"]
    assert [(point["value"], point["by_hand"]) for point in points] == [
        (97.0, False), (None, False), (83.0, True), (96.0, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"metric": "sp02"}, "metric"),
        ({"metric": "spo2", "from": "yesterday"}, "from"),
        ({"metric": "spo2", "to": "2026-11-22T14:05:40"}, "zone"),
        ({"metric": "spo2", "from": "2026-02-30T00:00:00Z"}, "calendar"),
        ({"metric": "spo2", "from": "2026-11-22T15:00:00Z", "to": "2026-11-22T14:00:00Z"}, "after"),
        ({"metric": "spo2", "points": "0"}, "points"),
        ({}, "metric"),
    ],
)
def test_a_wrong_trend_query_is_refused_in_words(nurse: TestClient, query: dict[str, str], word: str) -> None:
    answer = nurse.get("/api/v1/beds/bay-1/trend", params=query)
    assert answer.status_code == 422
    assert word in answer.json()["detail"]


def test_opening_a_session_gives_its_id_and_names_the_signed_in_person(nurse: TestClient, kit: StationKit) -> None:
    body = {"patient": "P-17", "weight_kg": 70, "cuff_limb": "left", "previous_baselines": {"systolic": [120, 124]}}
    answer = nurse.post("/api/v1/beds/bay-1/session", json=body)
    assert answer.status_code == 201
    assert answer.json()["session"] == "s-1"
    item, by, origin = kit.core.taken[0]
    assert item == OpenSession(
        bed="bay-1",
        patient="P-17",
        by="nurse-a",
        weight_kg=70.0,
        cuff_limb="left",
        previous_baselines={"systolic": [120.0, 124.0]},
    )
    assert (by, origin) == ("nurse-a", "testclient")
    assert kit.history.audited[-1] == ("nurse-a", "testclient", "open session on bay-1")


def test_the_baselines_of_earlier_sessions_come_with_the_next_opening(nurse: TestClient, kit: StationKit) -> None:
    """A series of sessions: nobody types them in; what somebody does type in stands."""
    kit.history.baselines["P-17"] = {"systolic": [118.0, 121.0]}
    nurse.post("/api/v1/beds/bay-1/session", json={"patient": "P-17"})
    nurse.post("/api/v1/beds/bay-2/session", json={"patient": "P-17", "previous_baselines": {"systolic": [99]}})
    opened = [item for item, _, _ in kit.core.taken if isinstance(item, OpenSession)]
    assert [item.previous_baselines for item in opened] == [{"systolic": [118.0, 121.0]}, {"systolic": [99.0]}]


def test_a_second_session_on_one_bed_is_refused(nurse: TestClient, kit: StationKit) -> None:
    nurse.post("/api/v1/beds/bay-1/session", json={"patient": "P-17"})
    answer = nurse.post("/api/v1/beds/bay-1/session", json={"patient": "P-18"})
    assert answer.status_code == 409
    assert answer.json()["reason"] == "session_open"
    assert len(kit.core.taken) == 1
    assert "refused" in kit.history.audited[-1][2]


def test_a_session_on_an_unknown_bed_is_404(nurse: TestClient) -> None:
    assert nurse.post("/api/v1/beds/bay-9/session", json={"patient": "P-17"}).status_code == 404


def test_a_command_reaches_the_core_with_its_fields_alone(nurse: TestClient, kit: StationKit) -> None:
    body = {"command": "start_infusion", "dose_mg": 35, "at": to_rfc3339(START - SECOND), "reason": "late entry"}
    answer = nurse.post("/api/v1/beds/bay-1/commands", json=body)
    assert answer.status_code == 200
    assert kit.core.taken[0][0] == Command(
        bed="bay-1",
        command="start_infusion",
        by="nurse-a",
        at=START - SECOND,
        reason="late entry",
        fields={"dose_mg": 35.0},
        role="nurse",
    )


@pytest.mark.parametrize(
    "body",
    [
        {"command": "pause_infusion"},
        {"command": "end_infusion", "early": True},
        {"command": "discharge", "checklist": {"escort present": True}},
        {"command": "audio_pause", "scope": "station"},
        {"command": "alarm_pause", "at_bed": True},
        {"command": "set_limit", "alarm": "SPO2_LOW", "low": 88, "second_by": "dr-p", "second_password": PASSWORD},
        {"command": "resume_alarms", "scope": "bed", "alarm": "PR_LOW"},
        {"command": "set_limbs", "cuff_limb": "right"},
        {"command": "add_identifier", "identifier": "MRN-7"},
        {"command": "record_event", "kind": "nausea", "text": "mild"},
        {"command": "record_reading", "values": {"resp_rate": 14, "moaas": 5}},
    ],
)
def test_every_kind_of_command_is_taken(nurse: TestClient, kit: StationKit, body: dict[str, Any]) -> None:
    assert nurse.post("/api/v1/beds/bay-1/commands", json=body).status_code == 200
    item = kit.core.taken[0][0]
    assert isinstance(item, Command)
    assert item.fields == {key: value for key, value in body.items() if key not in ("command", "second_password")}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"command": "levitate"}, "unknown command"),
        ({}, "command"),
        ({"command": "discharge", "by": "dr-p"}, "by: is the signed-in person's name"),
        ({"command": "discharge", "colour": "red"}, "colour: is not a field"),
        ({"command": "start_infusion", "dose_mg": "35"}, "dose_mg: must be a number"),
        ({"command": "start_infusion", "dose_mg": -1}, "dose_mg"),
        ({"command": "set_limit", "alarm": "SPO2_LOW"}, "low"),
        ({"command": "record_reading", "values": {"mood": 3}}, "unknown metric"),
        ({"command": "record_reading", "values": {}}, "values"),
        ({"command": "end_infusion", "early": "yes"}, "early: must be true or false"),
        ({"command": "abort", "at": "now"}, "at: must be a time"),
        ({"command": "abort", "at": "2099-01-01T00:00:00Z"}, "future"),
        ([], "object"),
    ],
)
def test_a_wrong_command_is_422_in_words_and_reaches_nobody(
    nurse: TestClient, kit: StationKit, body: Any, words: str
) -> None:
    answer = nurse.post("/api/v1/beds/bay-1/commands", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]
    assert kit.core.taken == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999", "9" * 400])
def test_no_number_that_is_none_gets_in(nurse: TestClient, kit: StationKit, number: str) -> None:
    answer = nurse.post(
        "/api/v1/beds/bay-1/commands",
        content=f'{{"command": "start_infusion", "dose_mg": {number}}}',
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 422
    assert "dose_mg" in answer.json()["detail"]
    assert kit.core.taken == []


def test_a_refusal_of_the_core_is_409_with_the_reason_in_words(nurse: TestClient, kit: StationKit) -> None:
    kit.core.refuse_with = "high_alarm_active"
    answer = nurse.post("/api/v1/beds/bay-1/commands", json={"command": "discharge"})
    assert answer.status_code == 409
    assert answer.json()["reason"] == "high_alarm_active"
    assert "acknowledge it first" in answer.json()["detail"]


def test_a_discharge_held_back_by_high_alarms_names_them_and_says_what_to_do() -> None:
    """Rulings 3: a nurse with five rows on the bar must not look for the one that is meant."""
    one = in_words("high_alarm_active", {"alarms": ["SPO2_CRIT"]})
    assert one.startswith('Acknowledge "SpO2 very low" first, then discharge')
    two = in_words("high_alarm_active", {"alarms": ["SPO2_CRIT", "SYMPTOM"]})
    assert two.startswith('Acknowledge "SpO2 very low" and "Symptom" first')


def test_a_reason_without_words_is_spelt_out(nurse: TestClient, kit: StationKit) -> None:
    kit.core.refuse_with = "moon_is_full"
    assert "moon is full" in nurse.post("/api/v1/beds/bay-1/commands", json={"command": "abort"}).json()["detail"]


def test_a_command_out_of_phase_is_told_the_phase() -> None:
    assert "INFUSING" in in_words("wrong_phase", {"phase": "INFUSING"})


def test_commands_of_one_role_are_refused_to_others(client: TestClient, kit: StationKit) -> None:
    """Alarm-system 4.2: switching one alarm off is the prescriber's."""
    body = {"command": "alarm_off", "alarm": "PR_LOW", "reason": "athlete"}
    for name, status in (("nurse-a", 403), ("dr-p", 200)):
        client.post("/api/v1/sign-in", json={"name": name, "password": PASSWORD})
        assert client.post("/api/v1/beds/bay-1/commands", json=body).status_code == status
    assert len(kit.core.taken) == 1


def test_the_same_key_gets_the_first_answer_and_changes_nothing_twice(nurse: TestClient, kit: StationKit) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = nurse.post("/api/v1/beds/bay-1/session", json={"patient": "P-17"}, headers=headers)
    again = nurse.post("/api/v1/beds/bay-1/session", json={"patient": "P-17"}, headers=headers)
    assert (again.status_code, again.json()) == (first.status_code, first.json()) == (201, first.json())
    other = nurse.post("/api/v1/beds/bay-1/session", json={"patient": "P-18"}, headers=headers)
    assert other.status_code == 422
    assert len(kit.core.taken) == 1


def test_a_refusal_is_repeated_under_the_same_key(nurse: TestClient, kit: StationKit) -> None:
    """What failed stays failed: the second delivery is not a second try."""
    kit.core.refuse_with = "no_session"
    headers = {"Idempotency-Key": "k-2"}
    assert nurse.post("/api/v1/beds/bay-1/commands", json={"command": "abort"}, headers=headers).status_code == 409
    kit.core.refuse_with = None
    assert nurse.post("/api/v1/beds/bay-1/commands", json={"command": "abort"}, headers=headers).status_code == 409
    assert len(kit.core.taken) == 1


def test_entered_values_and_the_scores_of_a_discharge_reach_the_core(nurse: TestClient, kit: StationKit) -> None:
    values = {"systolic": 122, "diastolic": 76, "resp_rate": 14, "moaas": 5, "aldrete_activity": 2}
    checklist = {"escort": True, "aldrete_activity": 2, "moaas": 5, "remark": "well"}
    for body in (
        {"command": "record_reading", "values": values},
        {"command": "discharge", "checklist": checklist},
        {"command": "set_limbs", "cuff_limb": "left"},
    ):
        assert nurse.post("/api/v1/beds/bay-1/commands", json=body).status_code == 200
    taken = [item.fields for item, _, _ in kit.core.taken if isinstance(item, Command)]
    assert taken == [{"values": values}, {"checklist": checklist}, {"cuff_limb": "left"}]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"perfusion_index": 1}, "unknown metric 'perfusion_index'"),
        ({"moaas": "5"}, "values.moaas"),
        ({}, "values"),
    ],
)
def test_an_entered_value_that_cannot_be_is_named(nurse: TestClient, values: dict[str, object], words: str) -> None:
    answer = nurse.post("/api/v1/beds/bay-1/commands", json={"command": "record_reading", "values": values})
    assert answer.status_code == 422
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("reason", "data", "words"),
    [
        ("value_out_of_range", {"field": "systolic"}, "systolic pressure: This value cannot be right: check it."),
        ("limb_unknown", {"field": "iv_limb"}, "drip: This is no limb."),
        ("value_not_a_number", {"field": "moaas"}, "MOAA/S: This is no number."),
        (
            "hold",
            {"metrics": ["systolic", "spo2"]},
            "The readings are at a level to hold the infusion: wait and measure again, or start with a prescriber's "
            "name and a reason. Held back by: systolic pressure, SpO2.",
        ),
        (
            "open_items",
            {"open_items": ["aldrete", "escort"]},
            "Not everything on the checklist is met: see to it, or give a reason. "
            "Open: Aldrete score, escort and no driving.",
        ),
    ],
)
def test_a_refusal_names_the_field_or_what_is_open(reason: str, data: dict[str, object], words: str) -> None:
    assert in_words(reason, data) == words
