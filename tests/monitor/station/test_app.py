"""The app as a whole: pages, headers, errors, operation."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse

from monitor.core.events import Event
from monitor.core.inputs import Input
from monitor.station.envelope import LARGEST_BODY
from tests.support.clock import let_tasks_run
from tests.support.station import PASSWORD, StationKit


def test_without_a_built_page_it_says_how_to_build_one(client: TestClient) -> None:
    answer = client.get("/")
    assert "make dashboard" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


@pytest.fixture
def built(tmp_path: Path) -> Iterator[TestClient]:
    """A station with a page."""
    static = tmp_path / "static"
    (static / "assets").mkdir(parents=True)
    (static / "index.html").write_text("<!doctype html><title>bedwatch</title>")
    (static / "assets" / "page-1a2b.js").write_text("1;")
    with TestClient(StationKit(tmp_path, static=static).app, base_url="http://ward.test") as opened:
        yield opened


def test_the_page_is_served_and_hashed_assets_are_kept(built: TestClient) -> None:
    index, asset = built.get("/"), built.get("/assets/page-1a2b.js")
    assert "bedwatch" in index.text
    assert index.headers["cache-control"] == "no-cache"
    assert "immutable" in asset.headers["cache-control"]
    for answer in (index, asset):
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api", "/nothing", "/assets/gone.js", "/../people.json"])
def test_unknown_paths_are_problems(built: TestClient, path: str) -> None:
    answer = built.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_wrong_method_is_a_problem(client: TestClient) -> None:
    answer = client.put("/api/v1/beds")
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["allow"] == "GET"


@pytest.mark.parametrize("announced", [True, False])
def test_a_huge_body_is_413(nurse: TestClient, announced: bool) -> None:
    body = b'{"patient": "' + b"x" * LARGEST_BODY + b'"}'
    content = body if announced else iter([body[:1000], body[1000:]])
    answer = nurse.post("/api/v1/beds/bay-1/session", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


def test_readiness_turns_503(client: TestClient, kit: StationKit) -> None:
    kit.readiness.ready = False
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)


def test_metrics_carry_the_parts_figures(client: TestClient) -> None:
    text = client.get("/metrics").text
    assert 'bedwatch_faults_total{driver="nonin-df2"} 3.0' in text
    assert text.count("# HELP bedwatch_faults_total") == 1
    assert "bedwatch_pages 0.0" in text


def test_sessions_are_listed(nurse: TestClient) -> None:
    assert nurse.get("/api/v1/sessions").json() == {"sessions": [{"session": "s-1", "bed": "bay-1"}]}


def test_the_description_names_every_path(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/api/v1/beds/{bed}/commands", "/api/v1/alarms/{alarm_id}/acknowledge", "/healthz"} <= set(paths)


def test_the_description_is_whole(client: TestClient) -> None:
    """Every reference in it leads somewhere, and what is open says so."""
    text = client.get("/openapi.json").text
    document = json.loads(text)
    assert set(re.findall(r'"#/components/schemas/([^"]+)"', text)) <= set(document["components"]["schemas"])
    assert {"Bed", "Alarm", "Snapshot", "ProblemDetails"} <= set(document["components"]["schemas"])
    assert set(document["components"]["securitySchemes"]) == {"page", "program"}


def test_a_bug_is_a_problem_without_its_insides(kit: StationKit) -> None:
    async def broken() -> list[dict[str, object]]:
        raise ZeroDivisionError("secret insides")

    kit.history.sessions = broken  # type: ignore[method-assign]
    with TestClient(kit.app, raise_server_exceptions=False) as client:
        client.post("/api/v1/sign-in", json={"name": "nurse-a", "password": PASSWORD})
        answer = client.get("/api/v1/sessions")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer bw_0_0"}])
def test_the_stream_needs_a_sign_in(client: TestClient, headers: dict[str, str]) -> None:
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        client.websocket_connect("ws://ward.test/api/v1/stream", headers=headers),
    ):
        pass
    assert refused.value.status_code == 401


def test_the_stream_is_closed_to_another_sites_page(nurse: TestClient) -> None:
    headers = {"Origin": "http://evil.test"}
    with (
        pytest.raises(WebSocketDenialResponse) as refused,
        nurse.websocket_connect("ws://ward.test/api/v1/stream", headers=headers),
    ):
        pass
    assert refused.value.status_code == 403


def test_the_stream_opens_to_the_stations_own_page(nurse: TestClient) -> None:
    with nurse.websocket_connect("ws://ward.test/api/v1/stream", headers={"Origin": "http://ward.test"}) as page:
        assert page.receive_json()["type"] == "snapshot"


def test_the_same_key_side_by_side_runs_once(kit: StationKit) -> None:
    """Two deliveries at the same time: the second waits for the first's answer."""
    taken: list[Input] = []

    async def story() -> list[int]:
        release = asyncio.Event()

        async def slow(item: Input, *, by: str, origin: str) -> list[Event]:
            taken.append(item)
            await release.wait()
            return []

        object.__setattr__(kit.app.state.station, "submit", slow)
        transport = httpx2.ASGITransport(app=kit.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://ward.test") as client:
            await client.post("/api/v1/sign-in", json={"name": "nurse-a", "password": PASSWORD})
            path, headers = "/api/v1/beds/bay-1/commands", {"Idempotency-Key": "k"}
            async with asyncio.TaskGroup() as tasks:
                both = [
                    tasks.create_task(client.post(path, json={"command": "abort"}, headers=headers)) for _ in range(2)
                ]
                await let_tasks_run(200)
                release.set()
        return [task.result().status_code for task in both]

    assert asyncio.run(story()) == [200, 200]
    assert len(taken) == 1
