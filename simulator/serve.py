"""Offers emulated devices where real ones would be: on pseudo-terminals, TCP ports and an MQTT broker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.instant import SECOND, Clock, Duration, Instant
from simulator.broker_link import BrokerLink
from simulator.devices.mqtt_vitals import MqttVitals
from simulator.emulator import SerialEmulator
from simulator.faults import FaultyLine
from simulator.ports import BITS_PER_BYTE, LinePace, Port, PtyPort, TcpPort
from simulator.vitals import VitalSource

TICK: Duration = SECOND // 20
LONGEST_STEP: Duration = 120 * SECOND
"""A device that was not served for longer has been switched off for the rest of that time."""


class Body:
    """One body on a bed, which several devices share: whoever comes first in a tick moves it on."""

    def __init__(self, source: VitalSource) -> None:
        self.source = source
        self._at: Instant | None = None

    def advance_to(self, now: Instant) -> None:
        """Move the body to `now`; the first call only says where its time begins."""
        if self._at is not None and now > self._at:
            self.source.advance((now - self._at) / SECOND)
        self._at = now if self._at is None else max(self._at, now)


@dataclass(slots=True)
class _Wired:
    """A device behind a port."""

    emulator: SerialEmulator
    port: Port
    body: Body
    faults: FaultyLine
    pace: LinePace
    lost: int = 0

    def work(self, now: Instant, dt: Duration) -> None:
        """One tick: hear, let time pass, speak."""
        self.body.advance_to(now)
        if heard := self.port.read():
            self.emulator.receive(heard)
        self.pace.put(self.emulator.advance(dt))
        for chunk in self.faults.pass_on(self.pace.take(dt), now):
            self.lost += len(chunk) - self.port.write(chunk)


@dataclass(slots=True)
class _Published:
    """A device behind a broker."""

    link: BrokerLink
    body: Body

    def work(self, now: Instant, dt: Duration) -> None:
        """One tick: let time pass, speak. The device keeps its own time by `now`."""
        self.body.advance_to(now)
        self.link.offer(self.link.device.messages(now))


class Ward:
    """The devices of all beds. Add them, then `run` until cancelled; `close` gives back what was never run.

    Waits only on `clock`, so its speed is the ward's. `tick` is how often each device is served.
    """

    def __init__(self, clock: Clock, tick: Duration = TICK) -> None:
        self._clock = clock
        self._tick = tick
        self._devices: dict[str, _Wired | _Published] = {}

    def add_pty(
        self,
        device_id: str,
        emulator: SerialEmulator,
        directory: Path,
        body: Body,
        faults: FaultyLine | None = None,
        bits_per_byte: int = BITS_PER_BYTE,
    ) -> str:
        """A pseudo-terminal behind the link `directory/device_id`; its URL. Exists at once, speaks with `run`.

        Raises:
            ValueError: the device id is taken.
            OSError: the link cannot be made.
        """
        return self._add_wired(device_id, emulator, PtyPort(directory / device_id), body, faults, bits_per_byte)

    def add_tcp(
        self,
        device_id: str,
        emulator: SerialEmulator,
        body: Body,
        port: int = 0,
        faults: FaultyLine | None = None,
        bits_per_byte: int = BITS_PER_BYTE,
    ) -> str:
        """A TCP port on the loopback interface, 0 = a free one; its URL.

        Raises:
            ValueError: the device id is taken.
            OSError: the port cannot be had.
        """
        return self._add_wired(device_id, emulator, TcpPort(port), body, faults, bits_per_byte)

    def add_mqtt(
        self,
        device_id: str,
        device: MqttVitals,
        host: str,
        port: int,
        body: Body,
        news: Callable[[str | None], None] = lambda reason: None,
    ) -> None:
        """A client of the broker there; connects with `run`, and again whenever the broker was away.

        `news` is told once why there is no broker, and None once there is one again.

        Raises:
            ValueError: the device id is taken.
        """
        self._refuse_taken(device_id)
        self._devices[device_id] = _Published(BrokerLink(device, host, port, self._clock, news), body)

    def unplug(self, device_id: str) -> None:
        """Pull the cable: the port vanishes; a broker finds the connection dead and says the last will."""
        device = self._devices[device_id]
        (device.port if isinstance(device, _Wired) else device.link).unplug()

    def plug(self, device_id: str) -> None:
        """Put the cable back. OSError when the port or link has been taken meanwhile."""
        device = self._devices[device_id]
        (device.port if isinstance(device, _Wired) else device.link).plug()

    def lost(self, device_id: str) -> int:
        """Bytes (MQTT: messages) that nobody took: no reader, a full buffer, no broker."""
        device = self._devices[device_id]
        if isinstance(device, _Published):
            return device.link.lost
        return device.lost + device.pace.lost + device.faults.lost

    async def run(self) -> None:
        """Serve every device until cancelled; then nothing is left behind."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for device_id, device in self._devices.items():
                    tasks.create_task(self._serve(device), name=f"simulated {device_id}")
                    if isinstance(device, _Published):
                        tasks.create_task(device.link.run(), name=f"broker link of {device_id}")
        finally:
            self.close()

    def close(self) -> None:
        """Take every port away. `run` does it by itself."""
        for device in self._devices.values():
            if isinstance(device, _Wired):
                device.port.unplug()

    def _add_wired(
        self,
        device_id: str,
        emulator: SerialEmulator,
        port: Port,
        body: Body,
        faults: FaultyLine | None,
        bits_per_byte: int,
    ) -> str:
        self._refuse_taken(device_id)
        port.plug()
        pace = LinePace(emulator.baud, bits_per_byte)
        self._devices[device_id] = _Wired(emulator, port, body, faults or FaultyLine(), pace)
        return port.url

    def _refuse_taken(self, device_id: str) -> None:
        if device_id in self._devices:
            raise ValueError(f"there is already a simulated device {device_id!r}")

    async def _serve(self, device: _Wired | _Published) -> None:
        last = self._clock.now()
        device.work(last, 0)
        while True:
            await self._clock.sleep_until(last + self._tick)
            now = self._clock.now()
            device.work(now, min(now - last, LONGEST_STEP))
            last = now
