"""The ward: emulators served on real ports by a clock that a test moves."""

from __future__ import annotations

import os
import select
import socket
from pathlib import Path

import pytest

from config.instant import MINUTE, SECOND
from simulator.broker import HOST
from simulator.devices.mqtt_vitals import MqttVitals
from simulator.devices.nonin import NoninDf2
from simulator.devices.par_nibp import ParNibp
from simulator.faults import FaultRule, FaultyLine, LineFault
from simulator.serve import Body, Ward
from tests.simulator.devices.still_body import StillBody
from tests.simulator.running_ward import BOUND_S, running
from tests.support.clock import ManualClock

pytestmark = pytest.mark.journey
START = bytes.fromhex("0230313B3B443703")
STATUS = bytes.fromhex("0231383B3B444603")


def read_some(descriptor: int, at_least: int) -> bytes:
    """Everything there is, at least so many bytes; the kernel hands them over in its own time."""
    got = b""
    while len(got) < at_least or select.select([descriptor], [], [], 0)[0]:
        ready, _, _ = select.select([descriptor], [], [], BOUND_S)
        assert ready, f"only {len(got)} of {at_least} bytes came"
        got += os.read(descriptor, 4096)
    return got


def names_in(directory: Path) -> list[str]:
    """What stands in a directory, dangling links included."""
    return sorted(entry.name for entry in directory.iterdir())


async def test_an_oximeter_on_a_terminal(tmp_path: Path) -> None:
    """Two seconds of the clock are 750 bytes, the very ones of the emulator."""
    clock = ManualClock()
    ward = Ward(clock)
    url = ward.add_pty("ox-1", NoninDf2(StillBody()), tmp_path, Body(StillBody()))
    assert url == f"serial://{tmp_path}/ox-1"
    reader = os.open(tmp_path / "ox-1", os.O_RDWR | os.O_NOCTTY)
    try:
        async with running(ward):
            await clock.advance(2 * SECOND)
            assert read_some(reader, 750) == NoninDf2(StillBody()).advance(2 * SECOND)
            assert ward.lost("ox-1") == 0
    finally:
        os.close(reader)
    assert names_in(tmp_path) == []


async def test_a_cuff_hears_its_host_over_tcp() -> None:
    """Start, the stream, 999, and the result on request."""
    clock = ManualClock()
    ward = Ward(clock)
    url = ward.add_tcp("cuff-1", ParNibp(StillBody()), Body(StillBody()))
    async with running(ward):
        with socket.create_connection((HOST, int(url.rsplit(":", 1)[1])), timeout=BOUND_S) as host:
            host.sendall(START)
            await clock.advance(45 * SECOND)
            stream = read_some(host.fileno(), 1000)
            assert stream.startswith(b"\x02005C0S8\x03\r")
            assert stream.endswith(b"\x02999\x03\r")
            host.sendall(STATUS)
            await clock.advance(SECOND)
            assert read_some(host.fileno(), 40).startswith(b"\x02S1;A0;C00;M00;P128078095;R072;T    ;;")


async def test_cable_pulled_and_back(tmp_path: Path) -> None:
    """The device goes on meanwhile: after the gap its timer has counted on."""
    clock = ManualClock()
    ward = Ward(clock)
    ward.add_pty("ox-1", NoninDf2(StillBody()), tmp_path, Body(StillBody()))
    async with running(ward):
        await clock.advance(SECOND)
        ward.unplug("ox-1")
        assert names_in(tmp_path) == []
        lost_before = ward.lost("ox-1")
        await clock.advance(10 * SECOND)
        assert ward.lost("ox-1") == lost_before + 3750
        ward.plug("ox-1")
        reader = os.open(tmp_path / "ox-1", os.O_RDWR | os.O_NOCTTY)
        try:
            await clock.advance(SECOND)
            frames = read_some(reader, 375)
            assert (frames[6 * 5 - 2] << 7) | frames[7 * 5 - 2] == 33
        finally:
            os.close(reader)


async def test_without_a_reader_a_ward_neither_blocks_nor_grows(tmp_path: Path) -> None:
    """A minute for nobody: all lost, all counted."""
    clock = ManualClock()
    ward = Ward(clock)
    ward.add_pty("ox-1", NoninDf2(StillBody()), tmp_path, Body(StillBody()))
    ward.add_tcp("ox-2", NoninDf2(StillBody()), Body(StillBody()))
    async with running(ward):
        await clock.advance(MINUTE)
        assert ward.lost("ox-1") == ward.lost("ox-2") == 60 * 375


async def test_bytes_leave_no_faster_than_the_line(tmp_path: Path) -> None:
    """A burst of 125 bytes at 9600 baud is spread over 130 ms: three ticks."""
    clock = ManualClock()
    ward = Ward(clock)
    ward.add_pty("ox-1", NoninDf2(StillBody(), burst=25), tmp_path, Body(StillBody()))
    reader = os.open(tmp_path / "ox-1", os.O_RDWR | os.O_NOCTTY)
    try:
        async with running(ward):
            await clock.advance(350_000)
            first = read_some(reader, 40)
            assert len(first) <= 49
            await clock.advance(100_000)
            assert len(first) + len(read_some(reader, 125 - len(first))) == 125
    finally:
        os.close(reader)


async def test_faults_stand_between_device_and_wire(tmp_path: Path) -> None:
    """A stall of a second: nothing, then all of it."""
    clock = ManualClock()
    ward = Ward(clock)
    stall = FaultyLine([FaultRule(LineFault.STALL, 1.0, start=0, end=SECOND)])
    ward.add_pty("ox-1", NoninDf2(StillBody()), tmp_path, Body(StillBody()), stall)
    reader = os.open(tmp_path / "ox-1", os.O_RDWR | os.O_NOCTTY)
    try:
        async with running(ward):
            await clock.advance(SECOND - 50_000)
            assert select.select([reader], [], [], 0)[0] == []
            await clock.advance(SECOND + 50_000)
            assert read_some(reader, 750) == NoninDf2(StillBody()).advance(2 * SECOND)
    finally:
        os.close(reader)


async def test_devices_of_a_bed_share_one_body(tmp_path: Path) -> None:
    """Two devices, one life: a minute of the clock is a minute of the body."""
    clock, source = ManualClock(5 * SECOND), StillBody()
    ward, body = Ward(clock), Body(source)
    ward.add_pty("ox-1", NoninDf2(source), tmp_path, body)
    ward.add_pty("cuff-1", ParNibp(source, cycle_s=60, first_s=5), tmp_path, body)
    async with running(ward):
        await clock.advance(MINUTE)
    assert source.time_s == pytest.approx(60.0)
    assert source.cuff_readings == 1


def test_a_body_moves_on_once_and_never_back() -> None:
    """The first call says where its time begins; a late caller moves nothing."""
    source = StillBody()
    body = Body(source)
    for now in (MINUTE, 61 * MINUTE, 61 * MINUTE, 2 * MINUTE, 61 * MINUTE):
        body.advance_to(now)
    assert source.time_s == 3600.0


def test_a_name_is_given_once_and_an_unused_ward_is_closed(tmp_path: Path) -> None:
    """Refused before anything opens; close leaves nothing behind."""
    ward = Ward(ManualClock())
    ward.add_pty("ox-1", NoninDf2(StillBody()), tmp_path, Body(StillBody()))
    with pytest.raises(ValueError, match="ox-1"):
        ward.add_tcp("ox-1", NoninDf2(StillBody()), Body(StillBody()))
    with pytest.raises(ValueError, match="ox-1"):
        ward.add_mqtt("ox-1", MqttVitals(StillBody(), "s", "b", "ox-1"), HOST, 1883, Body(StillBody()))
    ward.close()
    assert names_in(tmp_path) == []
