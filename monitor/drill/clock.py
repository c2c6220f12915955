"""Time in a drill: it stands still until the stage moves it, and a night takes seconds."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Generator
from itertools import count

from config.instant import SECOND, Clock, Duration, Instant

TURNS = 6
"""Turns of the event loop after a wake-up: enough for the longest chain of tasks that passes a value along."""
PATIENCE: Duration = 30 * SECOND
"""What housekeeping waits longer in a drill: written half-second by half-second, a story is all transactions."""


class _Turn:
    """One turn of the event loop."""

    def __await__(self) -> Generator[None, None, None]:
        yield


async def let_tasks_run(turns: int = TURNS) -> None:
    """Give every ready task some turns of the event loop; waits for nothing else."""
    for _ in range(turns):
        await _Turn()


class VirtualClock:
    """Implements `config.instant.Clock`. `speed` is what the station would show: one second is one second."""

    speed = 1.0

    def __init__(self, start: Instant) -> None:
        self._now = start
        self._order = count()
        self._sleepers: list[tuple[Instant, int, asyncio.Future[None]]] = []

    def now(self) -> Instant:
        """The present moment."""
        return self._now

    async def sleep_until(self, at: Instant) -> None:
        """Return once the stage has moved the clock to `at`, or at once when it has passed."""
        if at <= self._now:
            await _Turn()
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (at, next(self._order), woken))
        await woken

    async def advance_to(self, at: Instant) -> None:
        """Move on to `at`; who sleeps wakes in the order of time, each at the very moment asked for."""
        sleepers = self._sleepers
        while sleepers and sleepers[0][0] <= at:
            due, _, woken = heapq.heappop(sleepers)
            if woken.done():
                continue  # its sleeper was cancelled
            self._now = max(self._now, due)
            woken.set_result(None)
            await let_tasks_run()
        self._now = max(self._now, at)

    async def jump_to(self, at: Instant) -> None:
        """Go on at `at` after having stood still: who should have been woken meanwhile wakes now, late."""
        self._now = max(self._now, at)
        await self.advance_to(at)


class PatientClock:
    """The same time for housekeeping that may come later: it sleeps longer than it wants to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> Instant:
        """The present moment."""
        return self._clock.now()

    async def sleep_until(self, at: Instant) -> None:
        """Return some time after `at`."""
        await self._clock.sleep_until(at + PATIENCE)
