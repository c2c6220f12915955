"""The machine's time: the only place that asks for it."""

from __future__ import annotations

import asyncio
import threading
import time

from config.instant import SECOND, Duration, Instant

LONGEST_LEAP: Duration = 5 * SECOND
"""A faster clock never goes on by more than this between two looks at it: half of what makes a device offline."""


def wall_time() -> Instant:
    """UTC as the machine has it now. It may step: only for what others hold against their own clocks."""
    return time.time_ns() // 1000


class SystemClock:
    """UTC read once, then carried on by the monotonic clock: a step of the wall clock moves nothing.

    Args:
        speed: how many seconds of the service pass in one of the machine; 1 but in a demo.
        not_before: the scale never starts earlier than this, so that a journal does not go back in time when
            the machine's clock was set back between two starts.
    """

    def __init__(self, speed: float = 1.0, not_before: Instant = 0) -> None:
        if not speed > 0:
            raise ValueError(f"a clock's speed must be above 0, not {speed}")
        self.speed = speed
        self._anchor = max(time.time_ns() // 1000, not_before)
        self._started = time.monotonic_ns()
        self._asked = self._started
        self._lock = threading.Lock()

    def now(self) -> Instant:
        """The present moment; never goes back."""
        asked = time.monotonic_ns() if self.speed <= 1 else self._held_back()
        return self._anchor + int((asked - self._started) / 1000 * self.speed)

    def _held_back(self) -> int:
        """At a demo's speed a stall of the machine would be many seconds of silence on every line: leave it out."""
        with self._lock:
            asked = time.monotonic_ns()
            stalled = asked - self._asked - int(LONGEST_LEAP * 1000 / self.speed)
            if stalled > 0:
                self._started += stalled
            self._asked = asked
            return asked

    async def sleep_until(self, at: Instant) -> None:
        """Return at `at`, or at once when it has passed."""
        while (left := at - self.now()) > 0:  # noqa: ASYNC110 - waits for time, not for an event
            await asyncio.sleep(left / SECOND / self.speed)
        await asyncio.sleep(0)
