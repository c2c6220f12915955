"""What a tick of the station costs: 100 beds that have all changed, 50 pages looking on, in this process.

    python -m tests.benchmarks.bench_station

The product's own picture of a ward, feed and pages, over a connection that takes everything at once: no socket, so
what the kernel does with the bytes is not in it. Processor time of this process.
"""

from __future__ import annotations

import asyncio
from statistics import median
from time import process_time
from typing import Any

from config.instant import SECOND
from monitor.board import Board
from monitor.station import wire
from monitor.station.feed import FeedHub
from monitor.station.picture import DeviceFacts, LiveWard
from monitor.station.rights import Caller, Right, Role
from tests.benchmarks.bench_core import open_ward
from tests.benchmarks.rig.figures import figure
from tests.support.clock import ManualClock

TICKS = 50


class Sent:
    """Counts what the pages were sent."""

    def __init__(self) -> None:
        self.messages = 0
        self.bytes = 0

    async def take(self, message: Any) -> None:
        """The ASGI `send` of every page."""
        self.messages += 1
        self.bytes += len(message.get("text", ""))


async def never() -> Any:
    """The ASGI `receive` of a page that says nothing."""
    await asyncio.Event().wait()


async def tick(beds: int, pages: int) -> None:
    """Print what one tick costs."""
    clock, ward = ManualClock(), open_ward(beds)
    labels = {name: name for name in ward.beds}
    facts = {device: DeviceFacts("mqtt-vitals", "live") for bed in ward.beds.values() for device in bed.setup.devices}
    site = wire.Site("bench", "Bench", "preset", "0", 1.0, False)
    view = LiveWard(ward, Board(), labels, facts, lambda device: 0, site, clock.now)
    feed, sent = FeedHub(view, clock, heartbeat=10_000 * SECOND), Sent()
    caller = Caller("bench", Role.VIEWER, frozenset({Right.READ}), "127.0.0.1")
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(feed.serve(caller, never, sent.take)) for _ in range(pages)]
        running.append(tasks.create_task(feed.run()))
        await clock.advance(SECOND)
        taken = []
        for _ in range(TICKS):
            for bed in ward.beds:
                feed.bed_changed(bed)
            before, messages = process_time(), sent.messages
            await clock.advance(SECOND)
            while sent.messages < messages + pages:
                await clock.advance(0)
            taken.append(process_time() - before)
        for task in running:
            task.cancel()
    size = sent.bytes / sent.messages
    figure("station_tick", median(taken) * 1e3, "ms", beds=beds, pages=pages, ticks=TICKS, bytes_a_page=round(size))


def main() -> None:
    """Print the figures."""
    for beds, pages in ((100, 1), (100, 50), (1000, 1)):
        asyncio.run(tick(beds, pages))


if __name__ == "__main__":
    main()
