"""The station on a real port of this machine, with a real WebSocket client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from config.instant import SECOND
from monitor.station.server import AddressUnavailable, listen, serve
from tests.support.clock import let_tasks_run
from tests.support.station import PASSWORD, START, StationKit, an_alarm

pytestmark = pytest.mark.journey
PATIENCE_S = 20.0


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[tuple[StationKit, int]]:
    """A station on a free port, stopped at the end."""
    kit = StationKit(folder)
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    async with asyncio.timeout(2 * PATIENCE_S), asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(serve(kit.app, "127.0.0.1", 0, ready=port.set_result)),
            tasks.create_task(kit.feed.run()),
        ]
        try:
            yield kit, await port
        finally:
            for task in running:
                task.cancel()


async def a_page(kit: StationKit, port: int) -> ClientConnection:
    """A WebSocket with a token."""
    token = kit.people.issue_token("nurse-a", ["read"])
    return await connect(
        f"ws://127.0.0.1:{port}/api/v1/stream",
        additional_headers={"Authorization": f"Bearer {token}"},
        proxy=None,
        max_queue=1,
    )


async def next_message(page: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE_S):
        message: dict[str, Any] = json.loads(await page.recv())
        return message


async def heard_from(kit: StationKit) -> None:
    """Until some page has told its state, and with it all it said before."""
    async with asyncio.timeout(PATIENCE_S):
        while all(station.said_at is None for station in kit.feed.stations()):
            await let_tasks_run(1)


async def closing_code(page: ClientConnection) -> int | None:
    """Read to the end; the code the station closed with."""
    try:
        while True:
            await next_message(page)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd is not None else None


async def test_from_snapshot_to_alarm_heartbeat_and_pleth(tmp_path: Path) -> None:
    async with served(tmp_path) as (kit, port):
        page = await a_page(kit, port)
        other = await a_page(kit, port)
        snapshot = await next_message(page)
        assert (snapshot["type"], snapshot["seq"]) == ("snapshot", 1)
        await page.send('{"type": "subscribe", "pleth": ["bay-1"]}')
        await page.send('{"type": "station", "audio": "ok", "visible": true}')
        await heard_from(kit)
        kit.feed.alarms_changed([an_alarm()])
        kit.feed.pleth("bay-1", START, 75.0, [0.5])
        await kit.clock.advance(2 * SECOND)
        got = [await next_message(page) for _ in range(3)]
        assert [message["type"] for message in got] == ["update", "pleth", "heartbeat"]
        assert [message["seq"] for message in got] == [2, 3, 4]
        assert [(await next_message(other))["type"] for _ in range(3)] == ["snapshot", "update", "heartbeat"]
        await page.close()
        await other.close()


async def test_a_malformed_message_closes_with_1008(tmp_path: Path) -> None:
    async with served(tmp_path) as (kit, port):
        for said in ("{", "x" * 5000, b"\x00"):
            page = await a_page(kit, port)
            await next_message(page)
            await page.send(said)
            assert await closing_code(page) == 1008


async def test_a_page_that_stops_reading_is_closed_with_1013(tmp_path: Path) -> None:
    """Its line fills up, the others go on; when it reads again it finds the closing word."""
    async with served(tmp_path) as (kit, port):
        slow = await a_page(kit, port)
        await next_message(slow)
        await slow.send('{"type": "subscribe", "pleth": ["bay-1"]}')
        await slow.send('{"type": "station", "audio": "ok", "visible": true}')
        await heard_from(kit)
        # Far more than the two ends of a line hold; what does not fit any more is dropped but for the latest.
        for _ in range(600):
            kit.feed.pleth("bay-1", START, 75.0, [0.123456] * 4000)
            await let_tasks_run(1)
        await kit.clock.advance(12 * SECOND)
        assert await closing_code(slow) == 1013


async def test_without_a_token_the_handshake_is_refused(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, port):
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://127.0.0.1:{port}/api/v1/stream", proxy=None)
        assert refused.value.response.status_code == 401


async def test_people_sign_in_over_a_real_line(tmp_path: Path) -> None:
    async with served(tmp_path) as (_, port), httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert (await client.get("/api/v1/beds")).status_code == 401
        await client.post("/api/v1/sign-in", json={"name": "nurse-a", "password": PASSWORD})
        answer = await client.get("/api/v1/beds")
        assert answer.status_code == 200
        assert "server" not in answer.headers


async def test_signing_out_ends_the_stream(tmp_path: Path) -> None:
    """Within a heartbeat; nothing of the ward is sent to a page nobody is signed in at."""
    async with served(tmp_path) as (kit, port), httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        await client.post("/api/v1/sign-in", json={"name": "nurse-a", "password": PASSWORD})
        headers = {"Cookie": f"bedwatch={client.cookies['bedwatch']}", "Origin": f"http://127.0.0.1:{port}"}
        page = await connect(f"ws://127.0.0.1:{port}/api/v1/stream", additional_headers=headers, proxy=None)
        assert (await next_message(page))["type"] == "snapshot"
        await client.post("/api/v1/sign-out")
        await kit.clock.advance(2 * SECOND)
        assert await closing_code(page) == 1008


async def test_stopping_with_pages_open_is_clean(tmp_path: Path) -> None:
    """The page learns that the service goes away."""
    async with served(tmp_path) as (kit, port):
        page = await a_page(kit, port)
        await next_message(page)
    assert await closing_code(page) == 1012


def test_a_port_in_use_is_said_with_the_remedy() -> None:
    with listen("127.0.0.1", 0) as taken, pytest.raises(AddressUnavailable, match=r"in use.*--port"):
        listen("127.0.0.1", taken.getsockname()[1])


def test_an_address_of_another_machine_is_said_with_the_remedy() -> None:
    with pytest.raises(AddressUnavailable, match="check --host"):
        listen("192.0.2.1", 0)
