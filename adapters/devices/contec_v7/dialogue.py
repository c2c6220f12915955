"""What to say to the device, and when (protocols/pulse-oximeters.md, section 10).

Its answers (0C) do not matter: a device that gives none is tolerated, so each step simply has its time. Whether the
device knows a perfusion index (command AC) stands in each live package, too, and is not asked.
"""

from __future__ import annotations

from typing import Final

from adapters.reading import Fault, OximeterReading, PlethChunk, Reading
from config.instant import SECOND, Duration, Instant

START_LIVE: Final = 0xA1
STOP_LIVE: Final = 0xA2
STOP_STORED: Final = 0xA7
STILL_HERE: Final = 0xAF

ANSWER: Final[Duration] = SECOND
"""How long an answer may take."""
KEEP_ALIVE: Final[Duration] = 5 * SECOND
SILENCE: Final[Duration] = 2 * SECOND
"""Without live data for so long, they are asked for again."""


def command(code: int) -> bytes:
    """The nine bytes of a command without data."""
    return bytes((0x7D, 0x81, code, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80))


class V7Dialogue:
    """Implements `adapters.driver.Dialogue`: to rest with A7 and A2, then A1, then AF every 5 s."""

    def __init__(self) -> None:
        self._to_rest: list[int] = []
        self._ask_at: Instant | None = None
        self._keep_alive_at: Instant | None = None

    def opened(self, now: Instant) -> bytes:
        """Whatever the device does, it comes to rest first; A2 and A1 follow one by one."""
        self._to_rest = [STOP_LIVE]
        self._ask_at = now + ANSWER
        self._keep_alive_at = None
        return command(STOP_STORED)

    def tick(self, now: Instant) -> bytes:
        """The next step to rest, live data when they stay away, and the keep-alive."""
        said = b""
        if self._ask_at is not None and now >= self._ask_at:
            if self._to_rest:
                self._ask_at = now + ANSWER
                return command(self._to_rest.pop(0))
            said += command(START_LIVE)
            self._ask_at = now + SILENCE
            if self._keep_alive_at is None:
                self._keep_alive_at = now + KEEP_ALIVE
        if self._keep_alive_at is not None and now >= self._keep_alive_at:
            said += command(STILL_HERE)
            self._keep_alive_at = now + KEEP_ALIVE
        return said

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        """Live data: they need not be asked for. While the device is brought to rest they are the old ones."""
        if isinstance(reading, OximeterReading | PlethChunk) and self._keep_alive_at is not None:
            self._ask_at = now + SILENCE
        return b""

    def request_measurement(self, now: Instant) -> bytes:
        """An oximeter measures all the time."""
        return b""

    def cancel_measurement(self, now: Instant) -> bytes:
        """There is nothing to stop."""
        return b""

    def next_deadline(self) -> Instant | None:
        """The next step, question or keep-alive; None before the first `opened`."""
        due = [at for at in (self._ask_at, self._keep_alive_at) if at is not None]
        return min(due, default=None)
