"""One page's connection: what goes out at once, what waits while the page is slow, and when it is given up.

While the connection takes everything, a message is written where it arises, without a task switch. Once it is
full, alarms queue up in order and of everything else only the latest is kept, until the page has caught up.
"""

from __future__ import annotations

import asyncio
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.types import Receive, Send

from config.bounded import within
from config.instant import Clock, Duration, Instant
from monitor.station import wire
from monitor.station.frame import Frame
from monitor.station.rights import Caller

ALARM_BACKLOG = 256
LARGEST_PAGE_MESSAGE = 4096
CLOSING_S = 5.0
"""How long a full connection may take to accept the closing word."""

POLICY = 1008
TRY_LATER = 1013

_FROM_PAGE = msgspec.json.Decoder(wire.FromPage)


@dataclass(frozen=True, slots=True)
class Station:
    """What a connected page last said about itself; `said_at` None when it has said nothing yet."""

    name: str
    address: str
    audio: str | None
    visible: bool | None
    said_at: Instant | None
    connected_at: Instant


class _Ended(Exception):
    """Ends the connection's tasks."""


class Browser:
    """The server's side of one page. `catch_up` builds an update of the given beds as they are now."""

    def __init__(self, caller: Caller, send: Send, clock: Clock, catch_up: Callable[[set[str]], Frame]) -> None:
        self.caller = caller
        self.pleth_beds: frozenset[str] = frozenset()
        self.refused = 0
        self._send = send
        self._clock = clock
        self._catch_up = catch_up
        self._seq = 0
        self._tasks = asyncio.TaskGroup()
        self._draining = False
        self._accepted_at = clock.now()
        self._alarms: deque[Frame] = deque()
        self._missed: set[str] = set()
        self._waves: dict[str, Frame] = {}
        self._ending: tuple[int, str] | None = None
        self._gone = False
        self._said: wire.StationState | None = None
        self._said_at: Instant | None = None
        self._connected_at = clock.now()

    @property
    def station(self) -> Station:
        """What this page said about itself."""
        said = self._said
        return Station(
            name=self.caller.name,
            address=self.caller.address,
            audio=None if said is None else said.audio,
            visible=None if said is None else said.visible,
            said_at=self._said_at,
            connected_at=self._connected_at,
        )

    @property
    def given_up(self) -> bool:
        """Whether the page was closed for being too slow."""
        return self._ending is not None and self._ending[0] == TRY_LATER

    async def run(self, receive: Receive, start: Callable[[Browser], None]) -> None:
        """Serve the page until it leaves or is given up; `start` sends the snapshot once everything is ready."""
        try:
            async with self._tasks:
                start(self)
                await self._read(receive)
        except* _Ended:
            pass
        if self._ending is not None and not self._gone:
            code, reason = self._ending
            with suppress(TimeoutError, OSError, RuntimeError):
                await within(CLOSING_S, self._farewell(code, reason))

    async def _farewell(self, code: int, reason: str) -> None:
        await self._send({"type": "websocket.close", "code": code, "reason": reason})

    def alarm(self, frame: Frame) -> None:
        """A message that is never merged away: the snapshot and every update with alarms."""
        if not self._draining:
            self._write(frame)
        elif len(self._alarms) < ALARM_BACKLOG:
            self._alarms.append(frame)
        else:
            self.close(TRY_LATER, "too slow: alarms pile up")

    def numerics(self, frame: Frame, beds: set[str]) -> None:
        """An update without alarms; a slow page gets these beds later, as they are then."""
        if self._draining:
            self._missed |= beds
        else:
            self._write(frame)

    def wave(self, bed: str, frame: Frame) -> None:
        """A stretch of pleth; of a slow page's beds only the latest stretch is kept."""
        if self._draining:
            self._waves[bed] = frame
        else:
            self._write(frame)

    def heartbeat(self, frame: Frame) -> None:
        """The proof of life; a page that takes nothing needs none on top."""
        if not self._draining:
            self._write(frame)

    def hopeless(self, now: Instant, patience: Duration) -> bool:
        """Whether the page has accepted nothing for so long."""
        return self._draining and now - self._accepted_at >= patience

    def close(self, code: int, reason: str) -> None:
        """End the connection with this WebSocket code; the first reason stands."""
        if self._ending is None and not self._gone:
            self._ending = (code, reason)
            self._tasks.create_task(self._end())

    async def _end(self) -> None:
        raise _Ended

    def _message(self, frame: Frame) -> dict[str, Any]:
        self._seq += 1
        return {"type": "websocket.send", "text": frame.text(self._seq)}

    def _write(self, frame: Frame) -> None:
        """Write now when the connection has room; else a task goes on with it as soon as it has."""
        if self._gone or self._ending is not None:
            return
        sending: Coroutine[Any, Any, None] = self._send(self._message(frame))  # type: ignore[assignment]
        try:
            waits_for = sending.send(None)
        except StopIteration:
            return
        except (OSError, RuntimeError):
            self._gone = True  # the line is down; the reader learns it in its next turn and ends
            return
        self._draining = True
        self._accepted_at = self._clock.now()
        self._tasks.create_task(self._drain(_go_on(sending, waits_for)))

    async def _drain(self, sending: Coroutine[Any, Any, None]) -> None:
        try:
            await sending
            self._accepted_at = self._clock.now()
            while (frame := self._next()) is not None:
                await self._send(self._message(frame))
                self._accepted_at = self._clock.now()
        except (OSError, RuntimeError):
            self._gone = True
        finally:
            self._draining = False

    def _next(self) -> Frame | None:
        if self._alarms:
            return self._alarms.popleft()
        if self._missed:
            beds, self._missed = self._missed, set()
            return self._catch_up(beds)
        if self._waves:
            return self._waves.pop(next(iter(self._waves)))
        return None

    async def _read(self, receive: Receive) -> None:
        try:
            while (message := await receive())["type"] != "websocket.disconnect":
                self._hear(message)
            raise _Ended
        finally:
            # However reading ended: unless a closing word is due, nothing is written any more.
            self._gone = self._ending is None

    def _hear(self, message: Any) -> None:
        text = message.get("text")
        if text is None:
            self._refuse("messages are JSON text")
        elif len(raw := text.encode("utf-8", "replace")) > LARGEST_PAGE_MESSAGE:
            self._refuse(f"messages have at most {LARGEST_PAGE_MESSAGE} bytes")
        else:
            try:
                said = _FROM_PAGE.decode(raw)
            except msgspec.DecodeError as error:
                self._refuse(str(error))
                return
            if isinstance(said, wire.Subscribe):
                self.pleth_beds = frozenset(said.pleth)
            else:
                self._said, self._said_at = said, self._clock.now()

    def _refuse(self, reason: str) -> None:
        self.refused += 1
        # A close frame holds at most 123 bytes of reason.
        self.close(POLICY, reason.encode("ascii", "replace")[:120].decode())


@types.coroutine
def _go_on(sending: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    """The rest of a coroutine whose first step was taken outside any task and waits for `waits_for`."""
    try:
        while True:
            try:
                answer = yield waits_for
            except BaseException as error:
                waits_for = sending.throw(error)
            else:
                waits_for = sending.send(answer)
    except StopIteration:
        return
