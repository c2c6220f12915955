"""The second signature (alarm-system 3.3): another person signs with their own password, at the same page."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from monitor.core.inputs import Command
from tests.support.station import PASSWORD, StationKit

FAR: dict[str, Any] = {"command": "set_limit", "alarm": "SPO2_CRIT", "low": 83}


def test_two_people_sign_and_the_password_is_on_no_record(nurse: TestClient, kit: StationKit) -> None:
    body = FAR | {"second_by": "dr-p", "second_password": PASSWORD}
    assert nurse.post("/api/v1/beds/bay-1/commands", json=body).status_code == 200
    item = kit.core.taken[0][0]
    assert isinstance(item, Command)
    assert (item.by, item.role, item.fields["second_by"]) == ("nurse-a", "nurse", "dr-p")
    assert PASSWORD not in repr(item) + repr(kit.history.audited)


@pytest.mark.parametrize(
    ("second", "words"),
    [
        ({"second_by": "dr-p"}, "own password"),
        ({"second_by": "dr-p", "second_password": "a wrong one"}, "do not fit"),
        ({"second_by": "nobody", "second_password": PASSWORD}, "do not fit"),
        ({"second_by": "nurse-a", "second_password": PASSWORD}, "another person"),
        ({"second_by": "viewer-v", "second_password": PASSWORD}, "may not sign"),
    ],
)
def test_without_a_true_second_signature_nothing_reaches_the_core(
    nurse: TestClient, kit: StationKit, second: dict[str, str], words: str
) -> None:
    answer = nurse.post("/api/v1/beds/bay-1/commands", json=FAR | second)
    assert answer.status_code == 403
    assert words in answer.json()["detail"]
    assert kit.core.taken == []


def test_guessing_the_second_password_is_slowed_down(nurse: TestClient) -> None:
    body = FAR | {"second_by": "dr-p", "second_password": "a wrong one"}
    found = [nurse.post("/api/v1/beds/bay-1/commands", json=body).status_code for _ in range(6)]
    assert found == [403] * 5 + [429]


def test_the_rules_of_a_bed_are_listed(nurse: TestClient) -> None:
    answer = nurse.get("/api/v1/beds/bay-1/rules")
    assert answer.json()["rules"][0]["alarm"] == "SYMPTOM"
    assert nurse.get("/api/v1/beds/bay-9/rules").status_code == 404


# -- the prescriber who decides ----------------------------------------------------------------------------------------

START = {"command": "start_infusion", "reason": "known and stable"}
LEAVE = {"command": "discharge", "reason": "taken home"}


def fields_of(person: TestClient, kit: StationKit, body: dict[str, Any]) -> dict[str, Any]:
    """What reaches the core of a command that is taken."""
    answer = person.post("/api/v1/beds/bay-1/commands", json=body)
    assert answer.status_code == 200, answer.text
    item = kit.core.taken[-1][0]
    assert isinstance(item, Command)
    assert PASSWORD not in repr(item) + repr(kit.history.audited)
    return item.fields


@pytest.mark.parametrize("body", [START, LEAVE])
def test_a_prescriber_who_decides_signs_with_their_own_password(
    nurse: TestClient, kit: StationKit, body: dict[str, Any]
) -> None:
    signed = {"override_by": "dr-p", "override_password": PASSWORD}
    assert fields_of(nurse, kit, body | signed) == {"override_by": "dr-p", "override_signed": True}


@pytest.mark.parametrize("body", [START, LEAVE])
def test_a_prescriber_who_is_only_named_has_not_signed(
    nurse: TestClient, kit: StationKit, body: dict[str, Any]
) -> None:
    assert fields_of(nurse, kit, body | {"override_by": "Dr Nobody"}) == {"override_by": "Dr Nobody"}


def test_a_prescriber_who_is_signed_in_signs_with_the_command_itself(prescriber: TestClient, kit: StationKit) -> None:
    own = START | {"override_by": "dr-p"}
    assert fields_of(prescriber, kit, own)["override_signed"] is True
    assert fields_of(prescriber, kit, own | {"override_password": PASSWORD})["override_signed"] is True
    assert "override_signed" not in fields_of(prescriber, kit, START | {"override_by": "dr-q"})


@pytest.mark.parametrize(
    ("who", "password", "words"),
    [
        ("dr-p", "a wrong one", "do not fit"),
        ("nobody", PASSWORD, "do not fit"),
        ("lead-l", PASSWORD, "a prescriber signs"),
        ("nurse-a", PASSWORD, "another person"),
    ],
)
def test_a_false_signature_is_refused_and_not_taken_for_a_name(
    nurse: TestClient, kit: StationKit, who: str, password: str, words: str
) -> None:
    body = START | {"override_by": who, "override_password": password}
    answer = nurse.post("/api/v1/beds/bay-1/commands", json=body)
    assert (answer.status_code, kit.core.taken) == (403, [])
    assert words in answer.json()["detail"]


@pytest.mark.parametrize("extra", [{"override_password": PASSWORD}, {"override_by": "dr-p", "override_signed": True}])
def test_nobody_can_claim_a_signature(nurse: TestClient, kit: StationKit, extra: dict[str, Any]) -> None:
    answer = nurse.post("/api/v1/beds/bay-1/commands", json=START | extra)
    assert (answer.status_code, kit.core.taken) == (422, [])
