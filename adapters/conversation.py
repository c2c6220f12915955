"""Carries out a driver's dialogue: says what it asks for, when it asks for it, and passes commands to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Never, TypeAlias

from adapters.deadline import reached
from adapters.driver import Dialogue
from adapters.reading import CuffReading, Fault, Reading
from adapters.transports.contract import LinkError
from config.instant import Clock, Instant

TICKS_IN_PLACE = 100
"""Deadlines may fall together, but a dialogue that never gets past one would turn the wait into a busy loop."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The command is on its way; only the device's reading proves that it arrived."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The command was not sent, and why."""

    reason: str


CommandOutcome: TypeAlias = Sent | Refused


class Conversation:
    """One device's dialogue over its connection. Lives as long as the device, over all its connections.

    A lock-out must outlive a cable that was pulled, so the dialogue is never made anew after a loss.
    """

    def __init__(self, dialogue: Dialogue, send: Callable[[bytes], Awaitable[None]], clock: Clock) -> None:
        self._dialogue = dialogue
        self._send = send
        self._clock = clock
        self._deadline_changed = asyncio.Event()
        self._armed: Instant | None = None
        self._connected = False
        self._measuring = False
        """A measurement that was requested here is still running, as far as this side knows."""

    async def opened(self) -> None:
        """The connection has just been made."""
        self._connected = True
        self._measuring = False
        await self._say(self._dialogue.opened(self._clock.now()))

    async def heard(self, item: Reading | Fault, at: Instant) -> None:
        """The device has spoken: answer it."""
        words = self.answer(item, at)
        if words:
            await self._send(words)

    def answer(self, item: Reading | Fault, at: Instant) -> bytes:
        """What the dialogue says to `item`, for a caller that sends it itself."""
        if isinstance(item, CuffReading):
            self._measuring = False
        words = self._dialogue.on_reading(item, at)
        self._notice_deadline()
        return words

    async def keep_time(self) -> Never:
        """Call the dialogue at its deadlines, until cancelled. Runs while the connection stands."""
        ticks_in_place = 0
        while True:
            deadline = self._armed = self._dialogue.next_deadline()
            self._deadline_changed.clear()
            if deadline is None:
                await self._deadline_changed.wait()
            elif await reached(deadline, self._deadline_changed, self._clock):
                now = self._clock.now()
                await self._say(self._dialogue.tick(now))
                following = self._dialogue.next_deadline()
                ticks_in_place = ticks_in_place + 1 if following is not None and following <= now else 0
                if ticks_in_place > TICKS_IN_PLACE:
                    raise RuntimeError("the dialogue's ticks leave its deadline in the past")

    async def request_measurement(self) -> CommandOutcome:
        """Start one measurement, unless the dialogue's lock-out or a missing connection forbids it."""
        if not self._connected:
            return Refused("the device is not connected")
        words = self._dialogue.request_measurement(self._clock.now())
        if not words:
            return Refused("the device is measuring, resting between measurements, or has not answered yet")
        self._measuring = True
        return await self._command(words)

    async def cancel_measurement(self) -> CommandOutcome:
        """Stop the running measurement, whoever started it."""
        if not self._connected:
            return Refused("the device is not connected")
        self._measuring = False
        return await self._command(self._dialogue.cancel_measurement(self._clock.now()))

    async def leave(self) -> CommandOutcome | None:
        """The requester goes while the connection stands: its measurement is stopped (blood-pressure, 9.5).

        None when there was nothing to stop.
        """
        try:
            return await self.cancel_measurement() if self._connected and self._measuring else None
        finally:
            self._connected = False

    def lost(self) -> None:
        """The connection is gone: nothing can be said any more."""
        self._connected = False

    async def _command(self, words: bytes) -> CommandOutcome:
        try:
            await self._say(words)
        except LinkError as error:
            return Refused(str(error))
        return Sent()

    def _notice_deadline(self) -> None:
        if self._dialogue.next_deadline() != self._armed:
            self._deadline_changed.set()

    async def _say(self, words: bytes) -> None:
        self._notice_deadline()
        if words:
            await self._send(words)


async def first_to_fail(*parts: Awaitable[Never]) -> None:
    """Run all until one fails; stop the others, and raise what failed first."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    done.pop().result()
