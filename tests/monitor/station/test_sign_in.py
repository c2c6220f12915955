"""Signing in, who may what, and what a browser may be tricked into."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from config.instant import MINUTE, SECOND
from monitor.station.signed_in import LOCK_AFTER
from tests.support.station import PASSWORD, StationKit, an_alarm

READING = ["/me", "/beds", "/beds/bay-1", "/beds/bay-1/trend?metric=spo2", "/alarms", "/sessions"]
WRITING = ["/beds/bay-1/session", "/beds/bay-1/commands", "/alarms/bay-1-0001/acknowledge"]
BODIES = [{"patient": "P-17"}, {"command": "abort"}, {}]


def sign_in(client: TestClient, name: str = "nurse-a", password: str = PASSWORD) -> int:
    return client.post("/api/v1/sign-in", json={"name": name, "password": password}).status_code


@pytest.mark.parametrize("path", READING)
def test_nothing_is_shown_without_sign_in(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 401
    assert "www-authenticate" in answer.headers


@pytest.mark.parametrize(("path", "body"), list(zip(WRITING, BODIES, strict=True)))
def test_nothing_is_changed_without_sign_in(
    client: TestClient, kit: StationKit, path: str, body: dict[str, str]
) -> None:
    assert client.post(f"/api/v1{path}", json=body).status_code == 401
    assert kit.core.taken == []


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json"])
def test_what_holds_no_patient_data_is_open(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_signed_in_until_signed_out(client: TestClient, kit: StationKit) -> None:
    answer = client.post("/api/v1/sign-in", json={"name": "nurse-a", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    me = client.get("/api/v1/me").json()
    assert me == {
        "name": "nurse-a",
        "role": "nurse",
        "rights": ["acknowledge", "command", "read"],
        "locked": False,
        "acknowledges": ["high", "medium", "low"],
    }
    assert client.post("/api/v1/sign-out", json={}).status_code == 204
    assert client.get("/api/v1/me").status_code == 401
    assert [what for _, _, what in kit.history.audited] == ["sign-in", "sign-out"]


def test_the_cookie_stays_on_encrypted_lines_where_there_is_one(kit: StationKit) -> None:
    with TestClient(kit.app, base_url="https://ward.test") as client:
        answer = client.post("/api/v1/sign-in", json={"name": "nurse-a", "password": PASSWORD})
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(("name", "password"), [("nurse-a", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_password_and_an_unknown_name_look_alike(
    client: TestClient, kit: StationKit, name: str, password: str
) -> None:
    answer = client.post("/api/v1/sign-in", json={"name": name, "password": password})
    assert (answer.status_code, answer.json()["detail"]) == (401, "Name and password do not fit together.")
    assert kit.history.audited[0][0] is None


def test_guessing_is_slowed_down_and_recovers(client: TestClient, kit: StationKit) -> None:
    for _ in range(5):
        assert sign_in(client, password="wrong") == 401
    refused = client.post("/api/v1/sign-in", json={"name": "nurse-a", "password": PASSWORD})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "2"
    kit.advance(2 * SECOND)
    assert sign_in(client) == 200


def test_the_controls_lock_while_the_display_stays(nurse: TestClient, kit: StationKit) -> None:
    """Alarm-system, section 6: automatic logoff locks the controls and keeps the display."""
    kit.advance(LOCK_AFTER - MINUTE)
    assert nurse.post("/api/v1/beds/bay-1/commands", json={"command": "abort"}).status_code == 200
    kit.advance(LOCK_AFTER)
    assert nurse.get("/api/v1/me").json()["locked"] is True
    assert nurse.get("/api/v1/beds").status_code == 200
    refused = nurse.post("/api/v1/beds/bay-1/commands", json={"command": "abort"})
    assert refused.status_code == 401
    assert "sign in again" in refused.json()["detail"]
    assert sign_in(nurse) == 200
    assert nurse.post("/api/v1/beds/bay-1/commands", json={"command": "abort"}).status_code == 200


def test_a_viewer_looks_and_changes_nothing(client: TestClient, kit: StationKit) -> None:
    sign_in(client, "viewer-v")
    assert client.get("/api/v1/beds").status_code == 200
    for path, body in zip(WRITING, BODIES, strict=True):
        assert client.post(f"/api/v1{path}", json=body).status_code == 403
    assert kit.core.taken == []


def test_a_disabled_person_is_out_at_once(nurse: TestClient, kit: StationKit) -> None:
    kit.people.disable("nurse-a")
    assert nurse.get("/api/v1/beds").status_code == 401
    assert sign_in(nurse) == 401


def test_a_token_does_what_its_scopes_say(client: TestClient, kit: StationKit) -> None:
    kit.ward.open_alarms = [an_alarm()]
    headers = {"Authorization": f"Bearer {kit.people.issue_token('nurse-a', ['read', 'acknowledge'])}"}
    assert client.get("/api/v1/beds", headers=headers).status_code == 200
    assert client.post("/api/v1/alarms/bay-1-0001/acknowledge", headers=headers).status_code == 200
    refused = client.post("/api/v1/beds/bay-1/commands", json={"command": "abort"}, headers=headers)
    assert refused.status_code == 403


@pytest.mark.parametrize("value", ["Bearer bw_0_0", "Bearer", "Basic bnVyc2U6eA==", "bw"])
def test_a_wrong_token_is_refused_even_beside_a_good_cookie(nurse: TestClient, value: str) -> None:
    assert nurse.get("/api/v1/beds", headers={"Authorization": value}).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.test"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_another_sites_page_changes_nothing(nurse: TestClient, kit: StationKit, headers: dict[str, str]) -> None:
    answer = nurse.post("/api/v1/beds/bay-1/commands", json={"command": "abort"}, headers=headers)
    assert answer.status_code == 403
    assert nurse.post("/api/v1/sign-in", json={"name": "a", "password": "b"}, headers=headers).status_code == 403
    assert kit.core.taken == []


@pytest.mark.parametrize("headers", [{"Origin": "http://ward.test"}, {"Sec-Fetch-Site": "same-origin"}, {}])
def test_the_stations_own_page_may(nurse: TestClient, headers: dict[str, str]) -> None:
    answer = nurse.post("/api/v1/beds/bay-1/commands", json={"command": "abort"}, headers=headers)
    assert answer.status_code == 200


def test_a_body_that_is_no_json_request_is_refused(nurse: TestClient, kit: StationKit) -> None:
    """A form of another site can send text, never application/json."""
    body = json.dumps({"command": "abort"})
    answer = nurse.post("/api/v1/beds/bay-1/commands", content=body, headers={"content-type": "text/plain"})
    assert answer.status_code == 422
    assert kit.core.taken == []


def test_a_restart_leaves_no_station_blind(tmp_path: Path) -> None:
    """The page goes on looking, by calls and by the stream; to change anything one signs in again."""
    file = tmp_path / "signed-in.json"
    with TestClient(StationKit(tmp_path, pages_file=file).app, base_url="http://ward.test") as before:
        assert sign_in(before) == 200
        cookies = before.cookies
    kit = StationKit(tmp_path, pages_file=file)
    with TestClient(kit.app, base_url="http://ward.test", cookies=cookies) as after:
        me = after.get("/api/v1/me").json()
        assert (me["name"], me["locked"]) == ("nurse-a", True)
        assert after.get("/api/v1/beds").status_code == 200
        with after.websocket_connect("ws://ward.test/api/v1/stream") as stream:
            assert stream.receive_json()["type"] == "snapshot"
        assert after.post("/api/v1/beds/bay-1/commands", json={"command": "abort"}).status_code == 401
        assert kit.core.taken == []
        assert sign_in(after) == 200
        assert after.get("/api/v1/me").json()["locked"] is False


def test_a_stranger_s_guesses_do_not_keep_a_known_station_out(kit: StationKit) -> None:
    """Behind a proxy all share one address; a known page is slowed down by its own wrong tries only."""
    with (
        TestClient(kit.app, base_url="http://ward.test") as nurse,
        TestClient(kit.app, base_url="http://ward.test") as stranger,
    ):
        assert sign_in(nurse) == 200
        for _ in range(5):
            assert sign_in(stranger, "nurse-a", "wrong") == 401
        assert sign_in(stranger) == 429
        assert sign_in(nurse) == 200
        for _ in range(5):
            assert sign_in(nurse, "nurse-a", "wrong") == 401
        assert sign_in(nurse) == 429
