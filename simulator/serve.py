"""Offers emulated devices where real ones would be: on pseudo-terminals, TCP ports and an MQTT broker."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import aiomqtt

from config.instant import SECOND, Clock, Duration, Instant
from simulator.devices.mqtt_vitals import Message, MqttVitals
from simulator.faults import FaultyLine
from simulator.ports import LinePace, Port, PtyPort, TcpPort
from simulator.vitals import VitalSource

TICK: Duration = SECOND // 20
LONGEST_STEP: Duration = 120 * SECOND
"""A device that was not served for longer has been switched off for the rest of that time."""
OUTBOX = 256
"""Messages that wait for the broker at most; then new ones are lost, and counted."""
RECONNECT: Duration = 2 * SECOND
MQTT_BOUND_S = 5.0
GOODBYE_BOUND_S = 1.0


class SerialEmulator(Protocol):
    """A device on a serial line: bytes in, bytes out, time as an argument."""

    @property
    def baud(self) -> int:
        """The speed of its line."""
        ...

    def receive(self, chunk: bytes) -> None:
        """Bytes from the host, cut anywhere."""
        ...

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass; the bytes that the device sent meanwhile."""
        ...


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

    device: MqttVitals
    host: str
    port: int
    body: Body
    outbox: asyncio.Queue[Message] = field(default_factory=lambda: asyncio.Queue(OUTBOX))
    plugged: asyncio.Event = field(default_factory=asyncio.Event)
    pulled: asyncio.Event = field(default_factory=asyncio.Event)
    online: bool = False
    lost: int = 0

    def work(self, now: Instant, dt: Duration) -> None:
        """One tick. Without a connection the device does not save its messages up; `seq` shows the gap."""
        self.body.advance_to(now)
        self.offer(self.device.messages(now))

    def offer(self, messages: list[Message]) -> None:
        for message in messages:
            if self.online and not self.outbox.full():
                self.outbox.put_nowait(message)
            else:
                self.lost += 1


class Ward:
    """The devices of all beds. Add them, then `run` until cancelled; `close` gives back what was never run.

    Waits only on `clock`, so its speed is the ward's. `tick` is how often each device is served.
    """

    def __init__(self, clock: Clock, tick: Duration = TICK) -> None:
        self._clock = clock
        self._tick = tick
        self._devices: dict[str, _Wired | _Published] = {}

    def add_pty(
        self, device_id: str, emulator: SerialEmulator, directory: Path, body: Body, faults: FaultyLine | None = None
    ) -> str:
        """A pseudo-terminal behind the link `directory/device_id`; its URL. Exists at once, speaks with `run`.

        Raises:
            ValueError: the device id is taken.
            OSError: the link cannot be made.
        """
        return self._add_wired(device_id, emulator, PtyPort(directory / device_id), body, faults)

    def add_tcp(
        self, device_id: str, emulator: SerialEmulator, body: Body, port: int = 0, faults: FaultyLine | None = None
    ) -> str:
        """A TCP port on the loopback interface, 0 = a free one; its URL.

        Raises:
            ValueError: the device id is taken.
            OSError: the port cannot be had.
        """
        return self._add_wired(device_id, emulator, TcpPort(port), body, faults)

    def add_mqtt(self, device_id: str, device: MqttVitals, host: str, port: int, body: Body) -> None:
        """A client of the broker there; connects with `run`, and again whenever the broker was away.

        Raises:
            ValueError: the device id is taken.
        """
        self._refuse_taken(device_id)
        published = _Published(device, host, port, body)
        published.plugged.set()
        self._devices[device_id] = published

    def unplug(self, device_id: str) -> None:
        """Pull the cable: the port vanishes; a broker finds the connection dead and says the last will."""
        device = self._devices[device_id]
        if isinstance(device, _Wired):
            device.port.unplug()
        else:
            device.plugged.clear()
            device.pulled.set()

    def plug(self, device_id: str) -> None:
        """Put the cable back. OSError when the port or link has been taken meanwhile."""
        device = self._devices[device_id]
        if isinstance(device, _Wired):
            device.port.plug()
        else:
            device.pulled.clear()
            device.plugged.set()

    def lost(self, device_id: str) -> int:
        """Bytes (MQTT: messages) that nobody took: no reader, a full buffer, no broker."""
        device = self._devices[device_id]
        return device.lost + (device.pace.lost + device.faults.lost if isinstance(device, _Wired) else 0)

    async def run(self) -> None:
        """Serve every device until cancelled; then nothing is left behind."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for device_id, device in self._devices.items():
                    tasks.create_task(self._serve(device), name=f"simulated {device_id}")
                    if isinstance(device, _Published):
                        tasks.create_task(self._stay_connected(device), name=f"broker link of {device_id}")
        finally:
            self.close()

    def close(self) -> None:
        """Take every port away. `run` does it by itself."""
        for device in self._devices.values():
            if isinstance(device, _Wired):
                device.port.unplug()

    def _add_wired(
        self, device_id: str, emulator: SerialEmulator, port: Port, body: Body, faults: FaultyLine | None
    ) -> str:
        self._refuse_taken(device_id)
        port.plug()
        self._devices[device_id] = _Wired(emulator, port, body, faults or FaultyLine(), LinePace(emulator.baud))
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

    async def _stay_connected(self, device: _Published) -> None:
        while True:
            await device.plugged.wait()
            # A broker that is away is a state of the ward, not an error: the retained status tells who is there.
            with contextlib.suppress(aiomqtt.MqttError):
                await self._connected(device)
            _honour_cancellation()
            await self._clock.sleep_until(self._clock.now() + RECONNECT)

    async def _connected(self, device: _Published) -> None:
        will = device.device.will(self._clock.now())
        client = aiomqtt.Client(
            device.host,
            device.port,
            will=aiomqtt.Will(will.topic, will.payload, will.qos, will.retain),
            timeout=MQTT_BOUND_S,
            max_queued_incoming_messages=16,
        )
        async with _connection(client):
            try:
                await client.publish(*device.device.online(self._clock.now()))
                await client.subscribe(device.device.command_topic, qos=1)
                _honour_cancellation()
                await self._converse(device, client)
            except asyncio.CancelledError:
                # An orderly end says so itself: after it the broker does not say the last will.
                with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                    async with asyncio.timeout(GOODBYE_BOUND_S):
                        await client.publish(*device.device.will(self._clock.now()))
                raise

    async def _converse(self, device: _Published, client: aiomqtt.Client) -> None:
        """Publish and listen until the cable is pulled (returns) or the broker is lost (MqttError)."""
        device.online = True
        works = [
            asyncio.create_task(work)
            for work in (_publish(device, client), self._listen(device, client), device.pulled.wait())
        ]
        try:
            await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            if device.pulled.is_set():
                await _cut(client, works[1])
        finally:
            device.online = False
            device.lost += _emptied(device.outbox)
            for work in works:
                work.cancel()
            results = await asyncio.gather(*works, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _listen(self, device: _Published, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            payload = message.payload if isinstance(message.payload, bytes) else b""
            device.offer(device.device.receive(str(message.topic), payload, self._clock.now()))


async def _publish(device: _Published, client: aiomqtt.Client) -> None:
    while True:
        await client.publish(*await device.outbox.get())
        _honour_cancellation()


def _honour_cancellation() -> None:
    """End here when the task has been cancelled.

    Under Python 3.11 `asyncio.wait_for`, in which aiomqtt waits, loses a cancellation that meets its result.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


@contextlib.asynccontextmanager
async def _connection(client: aiomqtt.Client) -> AsyncIterator[None]:
    """The client's connection. Its thread that connects cannot be cancelled: it is waited for, then hung up."""
    connecting = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.shield(connecting)
    except asyncio.CancelledError:
        await asyncio.wait([connecting])
        if connecting.exception() is None:
            await client.__aexit__(None, None, None)
        raise
    try:
        yield
    finally:
        await client.__aexit__(None, None, None)


async def _cut(client: aiomqtt.Client, listening: asyncio.Task[object]) -> None:
    """Break the connection without a good-bye, as a pulled cable does.

    aiomqtt offers only the polite way, after which a broker does not say the last will; hence its paho client.
    """
    end = client._client.socket()
    if isinstance(end, socket.socket):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
    await asyncio.wait([listening], timeout=GOODBYE_BOUND_S)


def _emptied(outbox: asyncio.Queue[Message]) -> int:
    count = outbox.qsize()
    while not outbox.empty():
        outbox.get_nowait()
    return count
