"""A station on fakes and a client for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.support.station import PASSWORD, StationKit


@pytest.fixture
def kit(tmp_path: Path) -> StationKit:
    """A station on fakes."""
    return StationKit(tmp_path)


@pytest.fixture
def client(kit: StationKit) -> Iterator[TestClient]:
    """Nobody signed in."""
    with TestClient(kit.app, base_url="http://ward.test") as opened:
        yield opened


@pytest.fixture
def prescriber(client: TestClient) -> TestClient:
    """Signed in as a prescriber."""
    assert client.post("/api/v1/sign-in", json={"name": "dr-p", "password": PASSWORD}).status_code == 200
    return client


@pytest.fixture
def nurse(client: TestClient) -> TestClient:
    """Signed in as a nurse."""
    assert client.post("/api/v1/sign-in", json={"name": "nurse-a", "password": PASSWORD}).status_code == 200
    return client
