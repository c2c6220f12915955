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
