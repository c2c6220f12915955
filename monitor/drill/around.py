"""What stands around the service in a drill: the station's page, whoever keeps the server's clock, and the watchdog.

Only drills that tell of one of them have it. The page speaks to the service's own feed; the watchdog goes by a clock of
its own, as the process that it is: it goes on while the service stands still.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from alerts.channel import Channel
from config.instant import SECOND, Instant
from monitor.drill.clock import VirtualClock, let_tasks_run
from monitor.drill.story import SystemEvent
from monitor.heartbeat import Beat
from monitor.server_clock import ServerClockWatch
from monitor.service import Service
from monitor.station import wire
from monitor.station.rights import Caller, Right, Role
from monitor.watchdog.outcry import Outcry
from monitor.watchdog.watch import Watchdog

STATION = frozenset(
    {
        SystemEvent.STATION_FREEZES,
        SystemEvent.STATION_BACK,
        SystemEvent.STATION_MUTED,
        SystemEvent.STATION_HEARD,
    }
)
SERVER_CLOCK = frozenset({SystemEvent.SERVER_CLOCK_LOST, SystemEvent.SERVER_CLOCK_RIGHT})
CORE = frozenset({SystemEvent.CORE_STALLS})
ANSWERS_EVERY_S = 2
"""A page answers so often (interfaces, section 6), and so often the core's heart beats (alarm-system 5.4)."""
NURSE_AT_THE_STATION = Caller("nurse-a", Role.NURSE, frozenset({Right.READ}), "station-1")


class StationPage:
    """The nurse station's page: looks on, and says every 2 s whether it can be heard and seen."""

    def __init__(self) -> None:
        self._inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.frozen = False
        self.muted = False

    def answer(self) -> None:
        """Say what a page says; one that is frozen says nothing."""
        if not self.frozen:
            said = wire.StationState("muted" if self.muted else "ok", visible=True)
            self._inbox.put_nowait({"type": "websocket.receive", "text": msgspec.json.encode(said).decode()})

    async def look_on(self, service: Service) -> None:
        """Its connection, until cancelled."""
        await service.feed.serve(NURSE_AT_THE_STATION, self._inbox.get, self._take)

    async def _take(self, message: Any) -> None:
        """It takes everything at once."""


class Outside:
    """The watchdog's process: its clock, its look at the heartbeat, its outcry to the drill's pager."""

    def __init__(self, start: Instant, patience: int, pager: Callable[[VirtualClock], Channel]) -> None:
        self._clock = VirtualClock(start)
        self._beats = 0
        outcry = Outcry([pager(self._clock)], (), lambda _: None, self._clock)
        self._watchdog = Watchdog(self._heard, outcry, self._clock, patience=patience)

    def beat(self) -> None:
        """The core's heart has beaten."""
        self._beats += 1

    async def go_on_to(self, at: Instant) -> None:
        """Time passes out there; it looks once a second."""
        await self._clock.advance_to(at)
        self._watchdog.look()
        await let_tasks_run()

    def _heard(self) -> Beat | None:
        return Beat(pid=1, stopped=False, mark=str(self._beats)) if self._beats else None


class Around:
    """All of it that a drill tells of; `happens` are the words of its `[[system]]` tables.

    Args:
        patience: of the watchdog.
        pager: the drill's pager on a given clock.
    """

    def __init__(
        self, happens: frozenset[SystemEvent], start: Instant, patience: int, pager: Callable[[VirtualClock], Channel]
    ) -> None:
        self.page = StationPage() if happens & STATION else None
        self.outside = Outside(start, patience, pager) if happens & CORE else None
        self.clock_kept: bool | None = True if happens & SERVER_CLOCK else None
        self._start = start
        self._service: Service | None = None

    def parts(self, service: Service, clock: VirtualClock) -> dict[str, Coroutine[Any, Any, None]]:
        """What runs beside a service that has just started, by name."""
        self._service = service
        found: dict[str, Coroutine[Any, Any, None]] = {}
        if self.page is not None:
            self.page.answer()
            found = {
                "page": self.page.look_on(service),
                "feed": service.feed.run(),
                "station watch": service.station_watch.run(),
            }
        if self.clock_kept is not None:
            found["server clock"] = ServerClockWatch(lambda: self.clock_kept, service.loop.submit, clock).run()
        return found

    async def second(self, second: int) -> None:
        """A second in which the service works."""
        if second % ANSWERS_EVERY_S == 0:
            if self.page is not None:
                self.page.answer()
            if self.outside is not None and self._service is not None and self._service.heart.pulse():
                self.outside.beat()
        await self.stalled_second(second)

    async def stalled_second(self, second: int) -> None:
        """A second, whether the service works or not."""
        if self.outside is not None:
            await self.outside.go_on_to(self._start + second * SECOND)

    def happens(self, event: SystemEvent) -> None:
        """One of its own words."""
        if self.page is not None:
            self.page.frozen = {SystemEvent.STATION_FREEZES: True, SystemEvent.STATION_BACK: False}.get(
                event, self.page.frozen
            )
            self.page.muted = {SystemEvent.STATION_MUTED: True, SystemEvent.STATION_HEARD: False}.get(
                event, self.page.muted
            )
        if self.clock_kept is not None and event in SERVER_CLOCK:
            self.clock_kept = event is SystemEvent.SERVER_CLOCK_RIGHT
