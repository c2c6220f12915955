"""What a link says of each way in which a wire goes wrong; real ports and sockets, a clock moved by hand."""

from __future__ import annotations

import asyncio
import os
import random
import socket
import tty
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from random import Random

import pytest

from adapters.driver import Cadence, Driver
from adapters.link import FLOOD, Link
from adapters.link_report import FLOODED, SILENT, UNREADABLE
from adapters.reading import OximeterReading
from adapters.registry import driver
from adapters.transports.contract import Transport
from adapters.transports.pipe import FULL, PORTION
from adapters.transports.serial import SerialTransport
from adapters.transports.tcp import TcpTransport
from config.instant import MINUTE, SECOND
from config.vocabulary import LinkState
from simulator.emulator import emulators
from tests.simulator.devices.still_body import StillBody
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.descriptors import open_descriptors
from tests.support.fake_device import stream_driver
from tests.support.recording_sink import RecordingSink
from tests.support.uart import misread

pytestmark = pytest.mark.enable_socket

OXIMETER = "nonin-df2"
V7_SAYS = bytes.fromhex("01 80 89 c0 90 c8 e1 ff ff")
"""A live package; the emulator would wait for its dialogue."""


class Wire:
    """A link to the other end of a wire: `say` writes there, `unplug` ends it."""

    def __init__(self, chosen: Driver, transport: Transport, say: Callable[[bytes], int]) -> None:
        self.clock = ManualClock(1_000 * SECOND)
        self.sink = RecordingSink()
        self.link = Link("dev", chosen, chosen.options(), transport, self.sink, self.clock, Random(1))
        self._say = say

    async def opened(self) -> None:
        """Until the port is open."""
        await self.until(lambda: self.link.stats.opened_at is not None)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait in real time, the clock standing still."""
        async with asyncio.timeout(20):
            while not condition():
                await let_tasks_run(1)

    async def says(self, data: bytes) -> None:
        """Until the link has received all of it."""
        for at in range(0, len(data), 1000):
            wanted = self.link.stats.bytes_received + self._say(data[at : at + 1000])
            await self.until(lambda wanted=wanted: self.link.stats.bytes_received >= wanted)

    def trouble(self) -> str | None:
        """What the page would show."""
        return self.link.stats.trouble(self.clock.now())


@asynccontextmanager
async def terminal(chosen: Driver) -> AsyncIterator[tuple[Wire, Callable[[], None]]]:
    """A running link on a pseudo-terminal, and what pulls its plug."""
    assert chosen.line is not None
    master, slave = os.openpty()
    tty.setraw(slave)
    plugged = [master, slave]

    def unplug() -> None:
        while plugged:
            os.close(plugged.pop())

    wire = Wire(chosen, SerialTransport(os.ttyname(slave), chosen.line), lambda data: os.write(master, data))
    try:
        async with running(wire):
            await wire.opened()
            yield wire, unplug
    finally:
        unplug()


@asynccontextmanager
async def running(wire: Wire) -> AsyncIterator[None]:
    task = asyncio.create_task(wire.link.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def spoken(name: str, length_s: float, **vitals: object) -> bytes:
    """What the emulator says."""
    body = StillBody()
    body.show(**vitals)
    device = emulators()[name].make(body, 1)
    return b"".join(device.advance(SECOND // 10) for _ in range(round(length_s * 10)))


async def test_unplugged() -> None:
    """Down at once, with the remedy's first question."""
    async with terminal(driver(OXIMETER)) as (wire, unplug):
        await wire.says(spoken(OXIMETER, 2))
        assert (wire.link.stats.state, wire.trouble()) == (LinkState.UP, None)
        unplug()
        await wire.until(lambda: wire.link.stats.state is LinkState.DOWN)
        assert str(wire.trouble()).endswith("the port has gone (unplugged?)")


async def test_garbage() -> None:
    """Faults and no reading: never up, and after 5 s said so; never before."""
    async with terminal(driver(OXIMETER)) as (wire, _):
        await wire.clock.advance(4 * SECOND)
        await wire.says(random.Random(1).randbytes(5000))
        assert wire.trouble() is None
        await wire.clock.advance(SECOND)
        assert (wire.link.stats.state, wire.trouble()) == (None, UNREADABLE)
        assert wire.link.stats.faults_in_a_row > 5
        assert "up" not in [what for what, _ in wire.sink.what()]


async def test_garbage_on_a_link_that_was_good() -> None:
    """The first good reading ends it."""
    good = spoken(OXIMETER, 3)
    async with terminal(driver(OXIMETER)) as (wire, _):
        await wire.says(good)
        await wire.clock.advance(MINUTE)
        await wire.says(random.Random(1).randbytes(2000))
        assert (wire.link.stats.state, wire.trouble()) == (LinkState.UP, UNREADABLE)
        await wire.says(good)
        assert wire.trouble() is None


@pytest.mark.parametrize("read_baud", [1200, 4800, 19200, 115200])
@pytest.mark.parametrize("name", ["nonin-df2", "nonin-df7", "masimo-ascii1", "contec-v7"])
def test_at_a_wrong_speed_nothing_is_a_reading(name: str, read_baud: int) -> None:
    """Bit by bit as a receiver sees the line; only families with a check on the wire can promise that."""
    chosen = driver(name)
    assert chosen.line is not None
    if read_baud == chosen.line.baud:
        return
    said = spoken(name, 4) if name != "contec-v7" else V7_SAYS * 300
    items = [*chosen.decoder(chosen.options()).feed(misread(said, chosen.line.baud, read_baud, gap_bits=3))]
    assert [item for item in items if isinstance(item, OximeterReading)] == []


async def test_wrong_speed() -> None:
    """Unreadable, in words that name the remedy; never up."""
    async with terminal(driver(OXIMETER)) as (wire, _):
        await wire.clock.advance(5 * SECOND)
        await wire.says(misread(spoken(OXIMETER, 5), 9600, 19200, gap_bits=3))
        assert (wire.link.stats.state, wire.trouble()) == (None, UNREADABLE)
        assert "wrong baud rate" in UNREADABLE


async def test_a_device_that_never_speaks() -> None:
    """Its port is open, and that is all."""
    async with terminal(driver(OXIMETER)) as (wire, _):
        assert wire.trouble() is None
        await wire.clock.advance(5 * SECOND)
        assert (wire.link.stats.state, wire.trouble()) == (None, SILENT)
        assert wire.sink.heard == []


async def test_a_device_that_has_fallen_silent() -> None:
    """The link stands; what it is good for is told."""
    async with terminal(driver(OXIMETER)) as (wire, _):
        await wire.says(spoken(OXIMETER, 3))
        await wire.clock.advance(5 * SECOND)
        assert (wire.link.stats.state, wire.trouble()) == (LinkState.UP, SILENT)


async def test_silence_of_a_device_that_speaks_once_per_measurement_is_no_trouble() -> None:
    """Garbage from it is."""
    async with terminal(stream_driver(Cadence.EPISODIC)) as (wire, _):
        await wire.clock.advance(60 * MINUTE)
        assert (wire.link.stats.state, wire.trouble()) == (LinkState.UP, None)
        await wire.says(b"???\n")
        assert wire.trouble() == UNREADABLE


async def test_a_device_without_a_finger() -> None:
    """Readings without numbers: the link is well, the patient is not measured."""
    async with terminal(driver(OXIMETER)) as (wire, _):
        await wire.says(spoken(OXIMETER, 10, finger_out=True))
        readings = [detail for what, detail in wire.sink.what() if what == "reading" and detail != "PlethChunk"]
        assert set(readings) == {None}
        assert len(readings) > 20
        assert (wire.link.stats.state, wire.trouble()) == (LinkState.UP, None)


async def test_one_that_floods_is_held_back_and_keeps_nobody_waiting() -> None:
    """Megabytes at once: 64 KiB a second are read, the rest waits at the sender; the other device is read meanwhile."""
    loop = asyncio.get_running_loop()
    line = b"97\n"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        flooded = Wire(stream_driver(), TcpTransport(*listener.getsockname()), len)
        async with running(flooded), terminal(driver(OXIMETER)) as (other, _):
            device, _ = await loop.sock_accept(listener)
            with device:
                device.setblocking(False)
                sending = asyncio.create_task(loop.sock_sendall(device, line * 4_000_000))
                stats = flooded.link.stats
                await flooded.until(lambda: stats.bytes_received >= FLOOD)
                await let_tasks_run(500)
                assert stats.bytes_received < FLOOD + PORTION
                assert flooded.trouble() == FLOODED
                await other.says(spoken(OXIMETER, 2))
                assert other.link.stats.state is LinkState.UP
                for second in range(2, 5):
                    await flooded.clock.advance(SECOND)
                    await flooded.until(lambda least=second * FLOOD: stats.bytes_received >= least)
                    assert stats.bytes_received < second * (FLOOD + PORTION)
                assert stats.faults.total() == 0
                assert len(flooded.link._transport._pipe._held) < FULL + 256 * 1024  # type: ignore[attr-defined]
                sending.cancel()
                with suppress(asyncio.CancelledError):
                    await sending


async def test_reconnects_leave_no_descriptor_behind() -> None:
    """Two hundred of them; `bench_reconnects` counts ten thousand, with threads and memory."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        wire = Wire(stream_driver(), TcpTransport(*listener.getsockname()), len)
        stats = wire.link.stats

        async def once() -> None:
            known = stats.readings
            device, _ = await asyncio.get_running_loop().sock_accept(listener)
            with device:
                device.send(b"97\n")
                await wire.until(lambda: stats.readings > known)
            await wire.until(lambda: stats.state is LinkState.DOWN)
            await wire.until(lambda: wire.clock.next_wake is not None)
            await wire.clock.advance(SECOND)

        async with running(wire), asyncio.timeout(60):
            await once()
            before = open_descriptors()
            for _ in range(200):
                await once()
            assert open_descriptors() == before
            assert stats.reconnects == 200
