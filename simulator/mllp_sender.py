"""A simulated monitor's connection: a message, its acknowledgement, the next (hl7-fhir-ble, section 1)."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import Iterable

import hl7

from config.bounded import within
from config.instant import SECOND, Clock, Duration

OUTBOX = 256
"""Messages that wait at most; then the oldest are lost, and counted."""
ANSWER_WITHIN_S = 10.0
RECONNECT: Duration = 2 * SECOND
ATTEMPTS = 3
"""How often one message is sent at most; then it is given up."""


class MllpSender:
    """Sends what it is offered to `host`:`port` while `run` runs.

    A message without an acknowledgement in time is sent again with the same MSH-10. `answers` counts the codes that
    came, `lost` the messages that were given up.
    """

    def __init__(self, host: str, port: int, clock: Clock, *, answer_within_s: float = ANSWER_WITHIN_S) -> None:
        self.answers: Counter[str] = Counter()
        self.lost = 0
        self._host = host
        self._port = port
        self._clock = clock
        self._answer_within_s = answer_within_s
        self._outbox: deque[bytes] = deque()
        self._offered = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()

    def offer(self, messages: Iterable[bytes]) -> None:
        """Send these, in order."""
        for message in messages:
            if len(self._outbox) >= OUTBOX:
                self._outbox.popleft()
                self.lost += 1
            self._outbox.append(message)
        if self._outbox:
            self._offered.set()
            self._empty.clear()

    async def sent(self) -> None:
        """Return once nothing waits any more."""
        await self._empty.wait()

    async def run(self) -> None:
        """Stay connected until cancelled."""
        attempts = 0
        while True:
            try:
                reader, writer = await asyncio.open_connection(self._host, self._port)
            except OSError:
                await self._clock.sleep_until(self._clock.now() + RECONNECT)
                continue
            try:
                while True:
                    await self._offered.wait()
                    attempts += 1
                    self.answers[await self._exchange(reader, writer, self._outbox[0])] += 1
                    self._done()
                    attempts = 0
            except (OSError, EOFError, TimeoutError):
                if attempts >= ATTEMPTS:
                    attempts = 0
                    self.lost += 1
                    self._done()
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
            await self._clock.sleep_until(self._clock.now() + RECONNECT)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, message: bytes) -> str:
        """The code of the acknowledgement. One for another message is passed over."""
        writer.write(b"\x0b" + message + b"\x1c\r")
        own_id = str(hl7.parse(message.decode())["MSH"][0][10])
        while True:
            frame = await within(self._answer_within_s, reader.readuntil(b"\x1c\r"))
            acknowledged = hl7.parse(frame.partition(b"\x0b")[2].removesuffix(b"\x1c\r").decode())["MSA"][0]
            if str(acknowledged[2]) in (own_id, ""):
                return str(acknowledged[1])

    def _done(self) -> None:
        self._outbox.popleft()
        if not self._outbox:
            self._offered.clear()
            self._empty.set()
