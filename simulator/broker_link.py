"""A simulated device's connection to a broker: kept up, pulled and put back, ended politely."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable

import aiomqtt

from config.bounded import within
from config.instant import SECOND, Clock, Duration
from simulator.devices.mqtt_vitals import MqttVitals
from simulator.publisher import Message

OUTBOX = 256
"""Messages that wait for the broker at most; then new ones are lost, and counted."""
RECONNECT: Duration = 2 * SECOND
MQTT_BOUND_S = 5.0
GOODBYE_BOUND_S = 1.0


class BrokerLink:
    """One device, one client of the broker: its last will is the device's own.

    `lost` counts messages that no broker took. Without a connection the device does not save its messages up;
    their `seq` shows the gap. `news` is told once why there is no broker, and None once there is one again.
    """

    def __init__(
        self,
        device: MqttVitals,
        host: str,
        port: int,
        clock: Clock,
        news: Callable[[str | None], None] = lambda reason: None,
    ) -> None:
        self.device = device
        self._news = news
        self._told: str | None = None
        self.lost = 0
        self._host = host
        self._port = port
        self._clock = clock
        self._outbox: asyncio.Queue[Message] = asyncio.Queue(OUTBOX)
        self._plugged = asyncio.Event()
        self._plugged.set()
        self._pulled = asyncio.Event()
        self._online = False

    def plug(self) -> None:
        """Put the cable back."""
        self._pulled.clear()
        self._plugged.set()

    def unplug(self) -> None:
        """Pull the cable: the broker finds the connection dead and says the last will."""
        self._plugged.clear()
        self._pulled.set()

    def offer(self, messages: list[Message]) -> None:
        """Send these when there is a connection with room."""
        for message in messages:
            if self._online and not self._outbox.full():
                self._outbox.put_nowait(message)
            else:
                self.lost += 1

    async def run(self) -> None:
        """Stay connected until cancelled."""
        while True:
            await self._plugged.wait()
            # A broker that is away is a state of the ward, not an error: the retained status tells who is there.
            try:
                await self._connected()
            except aiomqtt.MqttError as error:
                if not self._pulled.is_set():
                    self._tell(str(error))
            _honour_cancellation()
            await self._clock.sleep_until(self._clock.now() + RECONNECT)

    def _tell(self, reason: str | None) -> None:
        if (reason is None) != (self._told is None):
            self._news(reason)
        self._told = reason

    async def _connected(self) -> None:
        will = self.device.will(self._clock.now())
        client = aiomqtt.Client(
            self._host,
            self._port,
            will=aiomqtt.Will(will.topic, will.payload, will.qos, will.retain),
            timeout=MQTT_BOUND_S,
            max_queued_incoming_messages=16,
        )
        async with _connection(client):
            try:
                await client.publish(*self.device.online(self._clock.now()))
                await client.subscribe(self.device.command_topic, qos=1)
                _honour_cancellation()
                self._tell(None)
                await self._converse(client)
            except asyncio.CancelledError:
                # An orderly end says so itself: after it the broker does not say the last will.
                with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                    await within(GOODBYE_BOUND_S, client.publish(*self.device.will(self._clock.now())))
                raise

    async def _converse(self, client: aiomqtt.Client) -> None:
        """Publish and listen until the cable is pulled (returns) or the broker is lost (MqttError)."""
        self._online = True
        works = [
            asyncio.create_task(work) for work in (self._publish(client), self._listen(client), self._pulled.wait())
        ]
        try:
            await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            if self._pulled.is_set():
                await _cut(client, works[1])
        finally:
            self._online = False
            self.lost += self._emptied()
            for work in works:
                work.cancel()
            results = await asyncio.gather(*works, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _listen(self, client: aiomqtt.Client) -> None:
        async for message in client.messages:
            payload = message.payload if isinstance(message.payload, bytes) else b""
            self.offer(self.device.receive(str(message.topic), payload, self._clock.now()))

    async def _publish(self, client: aiomqtt.Client) -> None:
        while True:
            await client.publish(*await self._outbox.get())
            _honour_cancellation()

    def _emptied(self) -> int:
        count = self._outbox.qsize()
        while not self._outbox.empty():
            self._outbox.get_nowait()
        return count


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
