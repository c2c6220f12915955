"""Carries requests for a cuff reading to the devices; what comes of one is an input like any other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Never

import structlog

from adapters.conversation import CommandOutcome, Refused
from config.instant import SECOND, Duration, Instant
from monitor.core.events import Event
from monitor.core.inputs import Input, MeasurementRefused

MOST = 100
"""Requests on their way at once; more than one a bed there cannot be. What finds no room is refused."""
WITHIN_S = 5.0
"""How long a link may take to send a few bytes."""
TOO_LATE: Duration = 30 * SECOND
"""A request as old as this was made while the service was away: nobody expects the cuff to inflate now."""

log = structlog.get_logger("bedwatch.cuffs")


class CuffRequests:
    """Starts cuffs as the core asks. A refusal is told to the core, never lost.

    Args:
        start: asks a device to measure once.
        submit: the loop's way in.
        now: the clock.
    """

    def __init__(
        self,
        start: Callable[[str], Awaitable[CommandOutcome]],
        submit: Callable[[Input], None],
        now: Callable[[], Instant],
    ) -> None:
        self._start = start
        self._submit = submit
        self._now = now
        self._waiting: asyncio.Queue[Event] = asyncio.Queue(MOST)

    def wanted(self, event: Event) -> None:
        """A `nibp_requested` that the service may carry out."""
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            self._refused(event, "too many requests at once")

    async def run(self) -> Never:
        """Carry them out, each by itself, until cancelled."""
        async with asyncio.TaskGroup() as carrying:
            while True:
                event = await self._waiting.get()
                carrying.create_task(self._carry(event), name=f"cuff {event.data['device']}")

    async def _carry(self, event: Event) -> None:
        late = self._now() - event.at
        if late > TOO_LATE:
            self._refused(event, f"asked for {late // SECOND} s ago")
            return
        try:
            async with asyncio.timeout(WITHIN_S):
                outcome = await self._start(event.data["device"])
        except TimeoutError:
            outcome = Refused(f"not accepted within {WITHIN_S:g} s")
        except Exception:
            log.exception("a cuff could not be asked", device=event.data["device"])
            outcome = Refused("internal fault, see the log")
        if isinstance(outcome, Refused):
            self._refused(event, outcome.reason)

    def _refused(self, event: Event, reason: str) -> None:
        if event.bed is not None:
            self._submit(MeasurementRefused(event.bed, event.data["device"], reason))
