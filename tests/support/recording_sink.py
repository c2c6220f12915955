"""A link sink that remembers, and can be waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from adapters.reading import Fault, OximeterReading, Reading
from config.instant import Instant
from tests.support.fake_device import Heard


class RecordingSink:
    """Everything a link said, in order; `waited(n)` returns once there are `n` of them."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self._more = asyncio.Event()

    def reading(self, device_id: str, reading: Reading, received_at: Instant) -> None:
        """As `LinkSink.reading`."""
        detail = reading.spo2 if isinstance(reading, OximeterReading) else type(reading).__name__
        self._add(Heard(device_id, "reading", received_at, detail))

    def fault(self, device_id: str, fault: Fault, received_at: Instant) -> None:
        """As `LinkSink.fault`."""
        self._add(Heard(device_id, "fault", received_at, fault.kind))

    def link_up(self, device_id: str, at: Instant) -> None:
        """As `LinkSink.link_up`."""
        self._add(Heard(device_id, "up", at))

    def link_down(self, device_id: str, at: Instant, reason: str) -> None:
        """As `LinkSink.link_down`."""
        self._add(Heard(device_id, "down", at, reason))

    def what(self, device_id: str | None = None) -> list[tuple[str, object]]:
        """What was heard (of one device), without times."""
        return [(heard.what, heard.detail) for heard in self.heard if device_id in (None, heard.device_id)]

    async def until(self, wanted: Callable[[Heard], bool], within_s: float = 10) -> Heard:
        """The first thing heard, past or to come, that is wanted; TimeoutError after `within_s` of real time."""
        seen = 0
        async with asyncio.timeout(within_s):
            while True:
                for heard in self.heard[seen:]:
                    if wanted(heard):
                        return heard
                seen = len(self.heard)
                self._more.clear()
                await self._more.wait()

    def _add(self, heard: Heard) -> None:
        self.heard.append(heard)
        self._more.set()
