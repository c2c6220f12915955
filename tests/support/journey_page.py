"""The people's side of a journey: a signed-in person over HTTP, and a page on the stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.support.station import PASSWORD
from tests.support.webhook_receiver import until

ANSWER_WITHIN_S = 10.0


@asynccontextmanager
async def signed_in(port: int, name: str) -> AsyncIterator[Person]:
    """A person who has signed in over HTTP."""
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", timeout=ANSWER_WITHIN_S, trust_env=False
    ) as http:
        answer = await http.post("/api/v1/sign-in", json={"name": name, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        yield Person(http, port)


class Person:
    """Somebody at a browser; asserts that what they ask is answered well."""

    def __init__(self, http: httpx2.AsyncClient, port: int) -> None:
        self.http = http
        self._port = port

    async def open_session(self, bed: str = "bay-1", **fields: Any) -> str:
        """A session for a patient on the bed; its id."""
        answer = await self.http.post(f"/api/v1/beds/{bed}/session", json={"patient": f"P-{bed}"} | fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["session"])

    async def command(self, command: str, bed: str = "bay-1", **fields: Any) -> dict[str, Any]:
        """A command that is carried out."""
        answer = await self.http.post(f"/api/v1/beds/{bed}/commands", json={"command": command} | fields)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def acknowledge(self, alarm_id: str) -> str:
        """Takes note of one alarm; its state then."""
        answer = await self.http.post(f"/api/v1/alarms/{alarm_id}/acknowledge")
        assert answer.status_code == 200, answer.text
        return str(answer.json()["state"])

    async def get(self, path: str) -> Any:
        """What the station answers."""
        answer = await self.http.get(f"/api/v1/{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    @asynccontextmanager
    async def page(self) -> AsyncIterator[Page]:
        """This person's page on the stream, open inside the block."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())
        address = f"ws://127.0.0.1:{self._port}/api/v1/stream"
        async with connect(address, additional_headers={"Cookie": cookie}, proxy=None) as socket:
            page = Page(socket)
            reading = asyncio.create_task(page.read())
            try:
                await page.sees(lambda: page.seq is not None)
                yield page
            finally:
                await socket.close()
                await reading


class Page:
    """What a page that keeps up with the stream knows."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.seq: int | None = None
        self.gaps = 0
        self.heartbeats = 0
        self.beds: dict[str, dict[str, Any]] = {}
        self.alarms: dict[str, dict[str, Any]] = {}
        self.told: list[dict[str, Any]] = []
        """Every alarm picture, in order."""

    async def read(self) -> None:
        """Take every message until the stream ends."""
        try:
            async for text in self.socket:
                self._take(json.loads(text))
        except ConnectionClosed:
            return

    async def answers(self, audio: str = "ok", *, visible: bool = True) -> None:
        """The page says whether it can be heard and seen."""
        await self.socket.send(json.dumps({"type": "station", "audio": audio, "visible": visible}))

    async def sees(self, condition: Callable[[], object]) -> None:
        """Wait for what must come without any more time passing in the ward."""
        await until(condition, ANSWER_WITHIN_S)

    async def sees_alarm(self, alarm: str, state: str = "ACTIVE") -> dict[str, Any]:
        """Wait until the newest picture of an alarm of this kind shows it so."""

        def newest() -> dict[str, Any] | None:
            return next((each for each in reversed(self.told) if each["alarm"] == alarm), None)

        with suppress(TimeoutError):
            await self.sees(lambda: (found := newest()) is not None and found["state"] == state)
        found = newest()
        told = [(each["bed"], each["alarm"], each["state"]) for each in self.told]
        assert found is not None, f"{alarm} was never told; told: {told}"
        assert found["state"] == state, told
        return found

    def _take(self, message: dict[str, Any]) -> None:
        self.gaps += self.seq is not None and message["seq"] != self.seq + 1
        self.seq = message["seq"]
        self.heartbeats += message["type"] == "heartbeat"
        for bed in message.get("beds", []):
            self.beds[bed["id"]] = bed
        for alarm in message.get("alarms", []):
            self.told.append(alarm)
            self.alarms[alarm["alarm_id"]] = alarm
