"""A clock that only moves when a test moves it."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Generator
from itertools import count

from config.instant import Duration, Instant

TURNS = 50
"""Turns of the event loop between two wake-ups: enough for a chain of tasks to pass a value along."""


class _Turn:
    """One turn of the event loop."""

    def __await__(self) -> Generator[None, None, None]:
        yield


async def let_tasks_run(turns: int = TURNS) -> None:
    """Give every ready task `turns` turns of the event loop. Does not wait for real I/O."""
    for _ in range(turns):
        await _Turn()


class ManualClock:
    """Implements `config.instant.Clock`; time stands still until `advance`.

    `turns` of the event loop go between two wake-ups.
    """

    def __init__(self, start: Instant = 0, turns: int = TURNS) -> None:
        self._now = start
        self._turns = turns
        self._order = count()
        self._sleepers: list[tuple[Instant, int, asyncio.Future[None]]] = []

    def now(self) -> Instant:
        """The present moment, in microseconds."""
        return self._now

    async def sleep_until(self, at: Instant) -> None:
        """Return once the clock has been advanced to `at`, or at once when it has passed."""
        if at <= self._now:
            await _Turn()
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (at, next(self._order), woken))
        await woken

    async def advance(self, duration: Duration) -> None:
        """Move on by `duration`; sleepers wake in order of their due time, each seeing its own due time as now."""
        if duration < 0:
            raise ValueError("a clock never goes back")
        target = self._now + duration
        await let_tasks_run(self._turns)
        while self._sleepers and self._sleepers[0][0] <= target:
            due, _, woken = heapq.heappop(self._sleepers)
            if woken.done():
                continue  # its sleeper was cancelled
            self._now = max(self._now, due)
            woken.set_result(None)
            await let_tasks_run(self._turns)
        self._now = target
        await let_tasks_run(self._turns)

    @property
    def next_wake(self) -> Instant | None:
        """The earliest moment somebody sleeps for; None when nobody does."""
        pending = [at for at, _, woken in self._sleepers if not woken.done()]
        return min(pending, default=None)
