"""Alarms over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from config.vocabulary import Priority
from monitor.core.inputs import Acknowledge
from monitor.station.rights import Role
from tests.support.station import PASSWORD, StationKit, an_alarm


@pytest.mark.parametrize(
    ("query", "ids"),
    [("", ["a", "b", "c"]), ("?state=active", ["a"]), ("?state=acked", ["b"]), ("?state=latched", ["c"])],
)
def test_alarms_by_state(nurse: TestClient, kit: StationKit, query: str, ids: list[str]) -> None:
    kit.ward.open_alarms = [an_alarm("a"), an_alarm("b", state="ACKED"), an_alarm("c", state="LATCHED")]
    assert [alarm["alarm_id"] for alarm in nurse.get(f"/api/v1/alarms{query}").json()["alarms"]] == ids


def test_an_unknown_state_is_refused(nurse: TestClient) -> None:
    assert nurse.get("/api/v1/alarms?state=loud").status_code == 422


@pytest.mark.parametrize("bed", ["bay-1", None])
def test_acknowledging_carries_the_signed_in_name(nurse: TestClient, kit: StationKit, bed: str | None) -> None:
    kit.ward.open_alarms = [an_alarm("x-0001", bed=bed)]
    answer = nurse.post("/api/v1/alarms/x-0001/acknowledge", json={})
    assert answer.json() == {"alarm_id": "x-0001", "state": "ACKED", "acknowledged_by": "nurse-a"}
    assert kit.core.taken[0][0] == Acknowledge(bed=bed, by="nurse-a", alarm_id="x-0001")
    assert kit.history.audited[-1] == ("nurse-a", "testclient", "acknowledge x-0001")


def test_acknowledging_what_is_not_open_is_409_not_active(nurse: TestClient, kit: StationKit) -> None:
    answer = nurse.post("/api/v1/alarms/bay-1-0009/acknowledge")
    assert (answer.status_code, answer.json()["reason"]) == (409, "not_active")


def test_the_cores_refusal_comes_through(nurse: TestClient, kit: StationKit) -> None:
    kit.ward.open_alarms = [an_alarm(state="ACKED")]
    kit.core.refuse_with = "not_active"
    assert nurse.post("/api/v1/alarms/bay-1-0001/acknowledge").json()["reason"] == "not_active"


def test_a_name_in_the_body_is_refused(nurse: TestClient, kit: StationKit) -> None:
    kit.ward.open_alarms = [an_alarm()]
    answer = nurse.post("/api/v1/alarms/bay-1-0001/acknowledge", json={"by": "dr-p"})
    assert answer.status_code == 422
    assert kit.core.taken == []


@pytest.fixture
def careful(tmp_path: Path) -> StationKit:
    """A site whose nurses leave HIGH alarms to others."""
    below_high = frozenset({Priority.MEDIUM, Priority.LOW})
    return StationKit(tmp_path, acknowledges={Role.NURSE: below_high})


def test_row_7_what_a_role_may_not_acknowledge_goes_to_the_core_and_to_the_page(careful: StationKit) -> None:
    careful.ward.open_alarms = [an_alarm("x-0001")]
    with TestClient(careful.app, base_url="https://testserver") as client:
        signed_in = client.post("/api/v1/sign-in", json={"name": "nurse-a", "password": PASSWORD}).json()
        assert signed_in["acknowledges"] == client.get("/api/v1/me").json()["acknowledges"] == ["medium", "low"]
        client.post("/api/v1/alarms/x-0001/acknowledge", json={})
        below_high = frozenset({Priority.MEDIUM, Priority.LOW})
        assert careful.core.taken[0][0] == Acknowledge("bay-1", "nurse-a", "x-0001", priorities=below_high)
        careful.core.refuse_with = "priority_not_allowed"
        refused = client.post("/api/v1/alarms/x-0001/acknowledge", json={})
        assert (refused.status_code, refused.json()["reason"]) == (409, "priority_not_allowed")
        assert refused.json()["detail"].startswith("Your role may not acknowledge alarms of this priority")


@pytest.mark.parametrize(("name", "words"), [("dr-p", ["high", "medium", "low"]), ("viewer-v", [])])
def test_row_7_other_roles_are_not_held_back_and_a_viewer_acknowledges_nothing(
    careful: StationKit, name: str, words: list[str]
) -> None:
    with TestClient(careful.app, base_url="https://testserver") as client:
        assert client.post("/api/v1/sign-in", json={"name": name, "password": PASSWORD}).json()["acknowledges"] == words
