"""Whatever JSON is posted: a 4xx problem, and the core hears of it only when it is a proper request."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from monitor.core.inputs import Command, OpenSession
from monitor.station.bodies import COMMANDS
from tests.support.station import PASSWORD, StationKit

PATHS = [
    "/api/v1/sign-in",
    "/api/v1/sign-out",
    "/api/v1/beds/bay-1/session",
    "/api/v1/beds/bay-1/commands",
    "/api/v1/alarms/bay-1-0001/acknowledge",
]

LEAVES = st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters())
ANYTHING = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)
FIELDS = st.sampled_from(
    ["by", "at", "reason", "patient", "dose_mg", "values", "alarm", "low", "checklist", "identifiers", "scope", "early"]
)
NEARLY = st.dictionaries(FIELDS | st.text(), ANYTHING, max_size=4).flatmap(
    lambda fields: st.sampled_from(sorted(COMMANDS)).map(lambda name: {"command": name, **fields})
)


@pytest.fixture(scope="module")
def station() -> Iterator[tuple[TestClient, StationKit]]:
    """One signed-in station for all examples."""
    with tempfile.TemporaryDirectory() as folder:
        kit = StationKit(Path(folder))
        with TestClient(kit.app, base_url="http://ward.test") as client:
            client.post("/api/v1/sign-in", json={"name": "lead-l", "password": PASSWORD})
            yield client, kit


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(PATHS[:1] + PATHS[2:]), body=ANYTHING | NEARLY)
def test_any_json_gets_a_clear_answer(station: tuple[TestClient, StationKit], path: str, body: Any) -> None:
    client, kit = station
    kit.core.taken.clear()
    answer = client.post(path, content=json.dumps(body), headers={"content-type": "application/json"})
    if answer.status_code < 400:
        [(item, by, _)] = kit.core.taken
        assert isinstance(item, Command | OpenSession)
        assert (item.by, by) == ("lead-l", "lead-l")
        return
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["detail"]
    assert kit.core.taken == []


@settings(max_examples=60, deadline=None)
@given(path=st.sampled_from(PATHS[2:]), content=st.binary(max_size=200))
def test_any_bytes_get_a_clear_answer(station: tuple[TestClient, StationKit], path: str, content: bytes) -> None:
    client, kit = station
    kit.core.taken.clear()
    answer = client.post(path, content=content, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert kit.core.taken == []


@pytest.mark.parametrize(
    "content",
    [b"[" * 20_000, b'{"patient": ' + b"9" * 20_000 + b"}", b'{"patient": "\xff"}', b'{"\\ud800": 1}', b"NaN"],
)
@pytest.mark.parametrize("path", PATHS)
def test_the_nastiest_bodies(station: tuple[TestClient, StationKit], path: str, content: bytes) -> None:
    """Depth, digits, broken UTF-8, half characters: a problem each, no crash."""
    client, _ = station
    answer = client.post(path, content=content, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.json()["status"] == answer.status_code
