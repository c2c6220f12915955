"""A Bluetooth device behind a fake radio, and this machine's real lack of one."""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

from adapters.links import DeviceSpec, Links
from adapters.message_device import MessageDevice
from adapters.registry import driver
from adapters.transports.ble import CHARACTERISTICS, BleLink, OnValue
from adapters.transports.ble_radio import BleakPeripheral
from adapters.transports.contract import LinkUnavailable
from config.instant import SECOND
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.recording_sink import RecordingSink

ADDRESS = "AA:BB:CC:DD:EE:FF"
OXIMETER = bytes.fromhex("00E8F384F3")


@dataclass
class FakeDevice:
    """A device in reach or not; each connection to it is a peripheral of its own."""

    offers: tuple[str, ...] = CHARACTERISTICS
    in_reach: bool = True
    connections: list[FakePeripheral] = field(default_factory=list)

    def peripheral(self, address: str) -> FakePeripheral:
        assert address == ADDRESS
        self.connections.append(FakePeripheral(self))
        return self.connections[-1]


class FakePeripheral:
    """Implements `adapters.transports.ble.Peripheral`."""

    def __init__(self, device: FakeDevice) -> None:
        self.device = device
        self.tell: OnValue | None = None
        self.gone = asyncio.Event()
        self.closed = False

    async def connect(self) -> None:
        if not self.device.in_reach:
            raise LinkUnavailable(f"{ADDRESS}: out of reach")

    async def listen(self, characteristics: tuple[str, ...], on_value: OnValue) -> tuple[str, ...]:
        self.tell = on_value
        return tuple(each for each in characteristics if each in self.device.offers)

    async def lost(self) -> str:
        await self.gone.wait()
        return "hung up"

    async def close(self) -> None:
        self.closed = True


class Bedside:
    """A link to a fake device, running."""

    def __init__(self, device: FakeDevice) -> None:
        self.clock, self.sink, self.device = ManualClock(1_000 * SECOND), RecordingSink(), device
        found = driver("ble-vitals")
        wireless = MessageDevice("x", found, found.options(), ADDRESS, self.sink, self.clock)
        link = BleLink(wireless, device.peripheral, self.clock, Random(1))
        self.running = asyncio.create_task(link.run())

    async def stop(self) -> None:
        self.running.cancel()
        await asyncio.wait([self.running])
        assert all(each.closed for each in self.device.connections)


async def test_values_of_a_device_in_reach_are_read() -> None:
    here = Bedside(FakeDevice())
    await let_tasks_run()
    (peripheral,) = here.device.connections
    assert peripheral.tell is not None
    peripheral.tell("2A5F", OXIMETER)
    assert here.sink.what() == [("up", None), ("reading", 100.0)]
    await here.stop()
    assert ("down", None) not in here.sink.what()


async def test_a_device_that_hangs_up_is_looked_for_again() -> None:
    """As a cuff does after each measurement. What was held is released before the next try."""
    here = Bedside(FakeDevice())
    await let_tasks_run()
    here.device.connections[0].gone.set()
    await here.clock.advance(2 * SECOND)
    assert [what for what, _ in here.sink.what()] == ["up", "down", "up"]
    assert here.sink.what()[1] == ("down", f"{ADDRESS}: hung up")
    assert [each.closed for each in here.device.connections] == [True, False]
    await here.stop()


async def test_a_device_out_of_reach_is_one_gap_until_it_comes() -> None:
    here = Bedside(FakeDevice(in_reach=False))
    await here.clock.advance(60 * SECOND)
    assert here.sink.what() == [("down", f"{ADDRESS}: out of reach")]
    assert 6 <= len(here.device.connections) <= 12
    here.device.in_reach = True
    await here.clock.advance(10 * SECOND)
    assert here.sink.what()[1:] == [("up", None)]
    await here.stop()


async def test_a_device_of_another_kind_says_so() -> None:
    here = Bedside(FakeDevice(offers=()))
    await let_tasks_run()
    assert "neither the Blood Pressure nor the Pulse Oximeter" in str(here.sink.what()[0][1])
    await here.stop()


async def test_without_the_extra_the_reason_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bleak", None)
    with pytest.raises(LinkUnavailable, match=r"pip install \"bedwatch\[ble\]\""):
        await BleakPeripheral(ADDRESS).connect()


@pytest.mark.enable_socket
@pytest.mark.skipif(sys.platform != "linux" or Path("/run/dbus/system_bus_socket").exists(), reason="a D-Bus is here")
async def test_a_machine_without_bluetooth_says_what_it_lacks() -> None:
    """The real library on this machine, which has no system bus: a gap with its remedy, and nothing else."""
    if os.environ.get("DBUS_SYSTEM_BUS_ADDRESS"):
        pytest.skip("a D-Bus is named in the environment")
    sink = RecordingSink()
    links = Links(
        [DeviceSpec("x", driver("ble-vitals"), f"ble://{ADDRESS}")],
        sink,
        ManualClock(SECOND),
        Random(1),
        lambda *_: None,
    )
    await links.start()
    lost = await sink.until(lambda heard: heard.what == "down")
    assert "Bluetooth is not available on this machine (No such file or directory)" in str(lost.detail)
    assert "BlueZ" in str(lost.detail)
    await links.stop()
