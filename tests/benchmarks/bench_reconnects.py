"""Whether 10 000 reconnects leave anything behind: descriptors, threads and memory.

    python -m tests.benchmarks.bench_reconnects [TIMES]

The product's own link, once over TCP on loopback and once over pseudo-terminals: it connects, hears one reading, and
loses the connection. What the first thousand leave is warm-up (caches, the allocator's arenas); from there on counts.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import tempfile
import threading
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from random import Random
from time import perf_counter

from adapters.backoff import Backoff
from adapters.link import Link
from adapters.reading import Fault, Reading
from adapters.transports.contract import Transport
from adapters.transports.serial import SerialTransport
from adapters.transports.tcp import TcpTransport
from config.instant import Instant
from monitor.clock import SystemClock
from simulator.ports import PtyPort
from tests.benchmarks.rig.figures import figure
from tests.support.fake_device import stream_driver

TIMES, WARM_UP = 10_000, 1_000
AT_ONCE = Backoff(first=1, cap=1)
DRIVER = stream_driver()


class Sink:
    """Tells when a reading has come; else forgets."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.downs = 0

    def reading(self, device_id: str, reading: Reading, received_at: Instant) -> None:
        """As `LinkSink.reading`."""
        self.heard.set()

    def fault(self, device_id: str, fault: Fault, received_at: Instant) -> None:
        """As `LinkSink.fault`."""

    def link_up(self, device_id: str, at: Instant) -> None:
        """As `LinkSink.link_up`."""

    def link_down(self, device_id: str, at: Instant, reason: str) -> None:
        """As `LinkSink.link_down`."""
        self.downs += 1


@asynccontextmanager
async def linked(transport: Transport) -> AsyncIterator[tuple[Link, Sink]]:
    """A running link that tries again at once."""
    sink = Sink()
    link = Link("dev", DRIVER, DRIVER.options(), transport, sink, SystemClock(), Random(1), AT_ONCE)
    task = asyncio.create_task(link.run())
    try:
        yield link, sink
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def over_tcp(times: int) -> None:
    """The device answers each connection with one reading and hangs up."""

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"97\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server, linked(TcpTransport(*server.sockets[0].getsockname())) as (link, sink):

        async def once() -> None:
            sink.heard.clear()
            await sink.heard.wait()

        await counted("tcp", times, once, link, sink)


async def over_terminals(times: int) -> None:
    """The plug is pulled after each reading; a new terminal stands behind the same name."""
    clock = SystemClock()
    with tempfile.TemporaryDirectory() as folder:
        port = PtyPort(Path(folder) / "ox-1")
        assert DRIVER.line is not None
        async with linked(SerialTransport(str(Path(folder) / "ox-1"), DRIVER.line)) as (link, sink):

            async def once() -> None:
                port.plug()
                sink.heard.clear()
                downs = sink.downs
                while not sink.heard.is_set():  # what is said before the port is open goes to nobody
                    port.write(b"97\n")
                    await clock.sleep_until(clock.now() + 200)
                port.unplug()
                while sink.downs == downs:
                    await clock.sleep_until(clock.now() + 100)

            await counted("pty", times, once, link, sink)


async def counted(wire: str, times: int, once: Callable[[], Awaitable[None]], link: Link, sink: Sink) -> None:
    """Print what so many leave behind."""
    for _ in range(WARM_UP):
        await once()
    tracemalloc.start()
    before, began = _held(), perf_counter()
    for _ in range(times):
        await once()
    lasted = perf_counter() - began
    after = _held()
    tracemalloc.stop()
    told = {"wire": wire, "reconnects": times, "took_s": round(lasted, 1), "losses": sink.downs}
    for (name, unit, most), now, then in zip(WHAT, after, before, strict=True):
        figure(f"reconnects_{name}", now - then, unit, target=[None, most], within=now - then <= most, **told)


WHAT = (
    ("descriptors", "descriptors", 4),
    ("threads", "threads", 8),
    ("blocks", "blocks", 1_000),
    ("memory", "bytes", 2_000_000),
)
"""What may be more: a connection may just be under way when it is counted, the loop's own threads come one by one,
and a table of the interpreter (interned strings) doubles once, by a megabyte. One object kept of each reconnect would
be 10 000 blocks."""


def _held() -> tuple[int, int, int, int]:
    gc.collect()
    return (
        len(list(Path("/proc/self/fd").iterdir())),
        threading.active_count(),
        sys.getallocatedblocks(),
        tracemalloc.get_traced_memory()[0],
    )


def main(times: int) -> None:
    """Print the figures."""
    logging.disable(logging.CRITICAL)
    asyncio.run(over_tcp(times))
    asyncio.run(over_terminals(times))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TIMES)
