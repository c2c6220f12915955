"""Serial ports, on real pseudo-terminals."""

from __future__ import annotations

import asyncio
import os
import termios
import threading
from collections.abc import Iterator
from random import Random

import pytest
import serial

from adapters.driver import Cadence, LineSettings, Parity
from adapters.link import Link
from adapters.transports.contract import LinkLost, LinkUnavailable
from adapters.transports.serial import SerialTransport
from config.instant import SECOND
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.descriptors import open_descriptors
from tests.support.fake_device import stream_driver
from tests.support.recording_sink import RecordingSink

LINE = LineSettings(9600)


class Terminal:
    """A pseudo-terminal: `path` is the port, `master` the device's side of it."""

    def __init__(self) -> None:
        self.master, self._slave = os.openpty()
        self.path = os.ttyname(self._slave)
        self._plugged = True

    def unplug(self) -> None:
        if self._plugged:
            self._plugged = False
            os.close(self._slave)
            os.close(self.master)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    terminal = Terminal()
    yield terminal
    terminal.unplug()


async def test_bytes_travel_both_ways_raw(terminal: Terminal) -> None:
    """Every byte value arrives as it was sent: no echo, no XON/XOFF, no line ends turned."""
    port = SerialTransport(terminal.path, LINE)
    await port.open()
    try:
        every = bytes(range(256))
        os.write(terminal.master, every)
        got = b""
        async with asyncio.timeout(10):
            while len(got) < len(every):
                got += await port.receive()
        assert got == every
        await port.send(every)
        assert os.read(terminal.master, 1024) == every
    finally:
        await port.close()


async def test_what_is_said_right_after_opening_is_heard(terminal: Terminal) -> None:
    """The greeting of a dialogue, before the event loop has turned once."""
    port = SerialTransport(terminal.path, LINE)
    await port.open()
    try:
        await port.send(b"hello")
        os.set_blocking(terminal.master, False)
        assert os.read(terminal.master, 100) == b"hello"
    finally:
        await port.close()


@pytest.mark.parametrize("parity", list(Parity))
async def test_a_simulated_port_opens_with_any_parity(terminal: Terminal, parity: Parity) -> None:
    """The kernel refuses parity on pseudo-terminals: there it is left out."""
    port = SerialTransport(terminal.path, LineSettings(19200, parity))
    await port.open()
    try:
        assert termios.tcgetattr(terminal.master)[4] == termios.B19200
    finally:
        await port.close()


@pytest.mark.parametrize("parity", list(Parity))
async def test_bytes_with_wrong_parity_are_dropped_where_the_line_has_parity(
    terminal: Terminal, parity: Parity
) -> None:
    """Read from the open port: a pseudo-terminal has no wire on which a bit could turn over."""
    port = SerialTransport(terminal.path, LineSettings(9600, parity))
    await port.open()
    try:
        checked = termios.tcgetattr(terminal.master)[0] & (termios.INPCK | termios.IGNPAR)
        assert checked == (0 if parity is Parity.NONE else termios.INPCK | termios.IGNPAR)
    finally:
        await port.close()


async def test_an_unplugged_port_is_lost_at_once(terminal: Terminal) -> None:
    """Somebody waiting for bytes is told."""
    port = SerialTransport(terminal.path, LINE)
    await port.open()
    waiting = asyncio.create_task(port.receive())
    terminal.unplug()
    async with asyncio.timeout(10):
        with pytest.raises(LinkLost, match=f"{terminal.path}: the port has gone"):
            await waiting
    with pytest.raises(LinkLost):
        await port.send(b"anybody there?")
    await port.close()


async def test_a_port_that_does_not_exist_is_unavailable_with_the_remedy() -> None:
    """In words that name the port."""
    with pytest.raises(LinkUnavailable, match=r"/dev/no-such-port: no such port .*plugged in"):
        await SerialTransport("/dev/no-such-port", LINE).open()


async def test_a_second_opener_is_refused(terminal: Terminal) -> None:
    """Otherwise it would steal bytes."""
    first, second = SerialTransport(terminal.path, LINE), SerialTransport(terminal.path, LINE)
    await first.open()
    try:
        with pytest.raises(LinkUnavailable, match="in use"):
            await second.open()
    finally:
        await first.close()
    await second.open()
    await second.close()


async def test_something_that_is_no_port_is_unavailable() -> None:
    """A plain device file has no line settings."""
    with pytest.raises(LinkUnavailable, match="/dev/null"):
        await SerialTransport("/dev/null", LINE).open()


async def test_a_closed_port_is_lost_to_its_user(terminal: Terminal) -> None:
    """Closing twice is harmless."""
    port = SerialTransport(terminal.path, LINE)
    await port.open()
    await port.close()
    await port.close()
    with pytest.raises(LinkLost):
        await port.receive()


async def test_closing_never_waits_for_a_device_that_does_not_read(terminal: Terminal) -> None:
    """Megabytes written into a terminal nobody reads hold up the sender, not the end."""
    port = SerialTransport(terminal.path, LINE)
    await port.open()
    sending = asyncio.create_task(port.send(bytes(1_000_000)))
    async with asyncio.timeout(10):
        await let_tasks_run()
        assert not sending.done()
        await port.close()
        with pytest.raises(LinkLost):
            await sending


async def test_an_opening_that_is_cancelled_leaves_no_port_open(terminal: Terminal) -> None:
    """The thread that opens it cannot be stopped; what it opens afterwards is closed."""
    may_open = threading.Event()
    opened: list[serial.Serial] = []

    class Slow(SerialTransport):
        def _open_port(self) -> serial.Serial:
            may_open.wait(10)
            opened.append(super()._open_port())
            return opened[0]

    opening = asyncio.create_task(Slow(terminal.path, LINE).open())
    await let_tasks_run()
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    may_open.set()
    async with asyncio.timeout(10):
        while not opened or opened[0].is_open:
            await let_tasks_run(1)


async def test_ports_that_never_open_take_no_thread_from_others(terminal: Terminal) -> None:
    """Sign-ins and histories share the loop's few threads, and must not wait for a sick adapter."""
    may_open = threading.Event()

    class Stuck(SerialTransport):
        def _open_port(self) -> serial.Serial:
            may_open.wait(20)
            return super()._open_port()

    openings = [asyncio.create_task(Stuck(terminal.path, LINE).open()) for _ in range(50)]
    try:
        await let_tasks_run()
        async with asyncio.timeout(10):
            assert await asyncio.to_thread(lambda: "done") == "done"
    finally:
        for opening in openings:
            opening.cancel()
        await asyncio.wait(openings)
        may_open.set()
    async with asyncio.timeout(10):
        while any(thread.name == "serial-opening" for thread in threading.enumerate()):
            await let_tasks_run(1)


async def test_two_hundred_cycles_leave_no_descriptor_behind(terminal: Terminal) -> None:
    """Opened and closed, and tried in vain."""
    port = SerialTransport(terminal.path, LINE)
    missing = SerialTransport("/dev/no-such-port", LINE)
    await port.open()
    await port.close()
    before = open_descriptors()
    for _ in range(200):
        await port.open()
        await port.close()
        with pytest.raises(LinkUnavailable):
            await missing.open()
        await missing.close()
    assert open_descriptors() == before


async def test_a_link_over_a_port_that_vanishes(terminal: Terminal) -> None:
    """From the reading to the recorded gap, through all real parts."""
    sink = RecordingSink()
    clock = ManualClock(100 * SECOND)
    link = Link(
        "ox-1", stream_driver(Cadence.EPISODIC), None, SerialTransport(terminal.path, LINE), sink, clock, Random(3)
    )
    task = asyncio.create_task(link.run())
    try:
        await sink.until(lambda heard: heard.what == "up")  # opening a port discards what lay in it
        os.write(terminal.master, b"97\n")
        await sink.until(lambda heard: heard.what == "reading")
        terminal.unplug()
        await sink.until(lambda heard: heard.what == "down")
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert [what for what, _ in sink.what()] == ["up", "reading", "down"]
