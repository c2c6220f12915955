"""One connection per MQTT broker, shared by all devices behind it.

Messages are handled where the client library puts them into its queue, synchronously: nothing waits in a queue
of ours, so nothing is dropped here and the time of reception is that of the socket. A service that is too slow
stops reading its socket; what then happens is the broker's queue limit. Measured on two cores against Mosquitto
(QoS 1): 43 µs a message this way, 57 µs through the library's iterator, which makes a task for each.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Never

import aiomqtt

from adapters.backoff import Backoff
from adapters.conversation import Refused, first_to_fail
from adapters.transports.contract import LinkError, LinkLost, LinkUnavailable
from adapters.transports.mqtt_device import MqttDevice
from adapters.transports.topics import TopicTable, covers, widest
from adapters.transports.url import Broker
from config.instant import SECOND, Clock, Instant
from config.vocabulary import LinkState

ANSWER_WITHIN_S = 5.0
"""For connecting, subscribing and publishing: a broker that takes longer counts as gone."""

LEAVE_WITHIN_S = 2.0
UNHEARD_GOODBYE_S = 0.1
"""To close the socket of a broker that accepted it and then said nothing."""

KEEPALIVE_S = 15
BACKOFF = Backoff(cap=30 * SECOND)

OnUnbound = Callable[[str, bytes, Instant], None]

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class BrokerStats:
    """One broker's connection in numbers, since the service started.

    Attributes:
        history: retained readings that were not taken: they are old (mqtt-payloads, section 4).
        unbound: messages on topics that no device is bound to.
        connects: how often the connection was made.
    """

    state: LinkState = LinkState.DOWN
    reason: str | None = None
    messages: int = 0
    history: int = 0
    unbound: int = 0
    connects: int = 0


class MqttHub:
    """Keeps the connection to `broker` up while `run` runs, and hands each message to its devices.

    `site_filter` is subscribed to once, so that a device nobody bound is seen and goes to `on_unbound`;
    device filters outside it are subscribed to one by one.
    """

    def __init__(
        self,
        broker: Broker,
        devices: Sequence[MqttDevice],
        site_filter: str | None,
        on_unbound: OnUnbound,
        clock: Clock,
        random: Random,
        answer_within_s: float = ANSWER_WITHIN_S,
    ) -> None:
        self.broker = broker
        self._answer_within_s = answer_within_s
        self.stats = BrokerStats()
        self.devices = tuple(devices)
        self._filters = widest([*([site_filter] if site_filter else []), *(each.topic_filter for each in devices)])
        self._table = TopicTable((device.topic_filter, device) for device in devices)
        self._own_commands = frozenset(device.command_topic for device in devices)
        self._on_unbound = on_unbound
        self._unbound_broken = False
        self._clock = clock
        self._random = random
        self._client: aiomqtt.Client | None = None
        self._refused: list[str] = []
        self._answers: set[asyncio.Task[None]] = set()

    async def run(self) -> Never:
        """Keep the connection up until cancelled; a broker that is down is a gap on record, not an error."""
        failures = 0
        while True:
            connects = self.stats.connects
            try:
                await self._connection()
            except LinkError as error:
                level = logging.WARNING if failures == 0 or self.stats.connects > connects else logging.DEBUG
                logger.log(level, "%s; trying again until it is back", error)
                self.lost(str(error))
            failures = 1 if self.stats.connects > connects else failures + 1
            now = self._clock.now()
            await self._clock.sleep_until(BACKOFF.next_try(failures, now, self._random.random()))

    async def publish(self, topic: str, payload: bytes, qos: int = 1) -> None:
        """Send one message, never retained; returns when the broker has it (QoS 1).

        Raises:
            LinkUnavailable: the broker is not connected; nothing is kept for later: an old command is dangerous.
            LinkLost: the broker did not confirm it.
        """
        if self._client is None:
            raise LinkUnavailable(f"broker {self.broker} is not connected")
        try:
            await self._client.publish(topic, payload, qos)
        except aiomqtt.MqttError as error:
            raise LinkLost(f"broker {self.broker}: {_in_words(error)}") from error

    def lost(self, reason: str) -> None:
        """Record the gap, for the broker and every device behind it."""
        self.stats.state, self.stats.reason = LinkState.DOWN, reason
        for device in self.devices:
            device.lost(reason)

    async def _connection(self) -> None:
        """From a broker that answers to its loss, which is raised as LinkError."""
        client = self._new_client()
        try:
            async with _connected(client, self._answer_within_s):
                await self._subscribe(client)
                try:
                    self._connected(client)
                    # The iterator never yields, as the queue stays empty: it ends when the connection does.
                    await first_to_fail(_until_lost(client), *(talk for each in self.devices for talk in each.talk()))
                except asyncio.CancelledError:
                    await self._leave()
                    raise
                finally:
                    self._client = None
        except aiomqtt.MqttError as error:
            raise LinkLost(f"broker {self.broker}: {_in_words(error)}") from error
        except (OSError, ValueError) as error:
            # A certificate file that cannot be read, a name that does not resolve.
            raise LinkUnavailable(f"broker {self.broker}: {error}") from error

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        granted = await client.subscribe([(each, 1) for each in self._filters])
        refused = [each for each, code in zip(self._filters, granted, strict=True) if _is_refusal(code)]
        if len(refused) == len(self._filters):
            raise LinkUnavailable(f"broker {self.broker} refuses to let this account read {', '.join(refused)}")
        self._refused = refused

    def _connected(self, client: aiomqtt.Client) -> None:
        self._client = client
        self.stats.state, self.stats.reason = LinkState.UP, None
        self.stats.connects += 1
        logger.info("broker %s: connected, reading %s", self.broker, ", ".join(self._filters))
        for device in self.devices:
            if any(covers(each, device.topic_filter) for each in self._refused):
                reason = f"broker {self.broker} refuses to let this account read {device.topic_filter}"
                logger.warning("%s: %s", device.device_id, reason)
                device.lost(reason)
            else:
                device.connected(self.publish)

    async def _leave(self) -> None:
        """Our own end, while the broker stands: no cuff is left inflating on our request."""
        try:
            async with asyncio.timeout(LEAVE_WITHIN_S):
                for device in self.devices:
                    outcome = await device.leave()
                    if isinstance(outcome, Refused):
                        logger.warning(
                            "%s: the running measurement could not be stopped: %s", device.device_id, outcome.reason
                        )
        except TimeoutError:
            logger.warning("broker %s: running measurements may not have been stopped", self.broker)

    def _dispatch(self, message: aiomqtt.Message) -> None:
        """One message, on the event loop, at once. Never raises: that would cost the connection."""
        received_at = self._clock.now()
        stats = self.stats
        stats.messages += 1
        topic = message.topic.value
        if message.retain and not topic.endswith("/status"):
            stats.history += 1
            return
        devices = self._table.find(topic)
        if not devices:
            stats.unbound += 1
            self._unbound(topic, message.payload, received_at)
        elif topic not in self._own_commands:
            for device in devices:
                words = device.take(topic, message.payload, received_at)
                if words:
                    self._answer(device, words)

    def _unbound(self, topic: str, payload: bytes, received_at: Instant) -> None:
        try:
            self._on_unbound(topic, payload, received_at)
        except Exception:
            if not self._unbound_broken:
                self._unbound_broken = True
                logger.exception("broker %s: a message on the unbound topic %s met a bug", self.broker, topic)

    def _answer(self, device: MqttDevice, words: bytes) -> None:
        if device.command_topic is None:
            return
        task = asyncio.ensure_future(self._publish_answer(device.device_id, device.command_topic, words))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _publish_answer(self, device_id: str, topic: str, words: bytes) -> None:
        try:
            await self.publish(topic, words)
        except LinkError as error:
            logger.warning("%s: an answer was not sent: %s", device_id, error)

    def _new_client(self) -> aiomqtt.Client:
        broker = self.broker
        # Its warnings repeat what the hub says. A logger of its own, as a registered one is everybody's to change.
        library_logger = logging.Logger(f"{__name__}.client", logging.ERROR)  # noqa: LOG001 - see above
        library_logger.parent = logger
        return aiomqtt.Client(
            broker.host,
            broker.port,
            username=broker.username,
            password=broker.password,
            # Two clients of one name throw each other out for ever (mqtt-payloads, section 7).
            identifier=f"bedwatch-{uuid.uuid4().hex[:12]}",
            tls_context=ssl.create_default_context(cafile=broker.ca_file) if broker.tls else None,
            logger=library_logger,
            timeout=self._answer_within_s,
            keepalive=KEEPALIVE_S,
            queue_type=partial(_Doorstep, self._dispatch),  # type: ignore[arg-type]  # called like the class
            max_queued_outgoing_messages=100,
        )


class _Doorstep(asyncio.Queue[aiomqtt.Message]):
    """Where the client library leaves messages; each is taken at once, so it is always empty."""

    def __init__(self, dispatch: Callable[[aiomqtt.Message], None], maxsize: int = 0) -> None:
        super().__init__(maxsize)
        self._dispatch = dispatch

    def put_nowait(self, item: aiomqtt.Message) -> None:
        self._dispatch(item)


async def _until_lost(client: aiomqtt.Client) -> Never:
    async for message in client.messages:
        raise RuntimeError(f"the client library queued a message on {message.topic} past its dispatcher")
    raise LinkLost("the client library ended its messages")


@asynccontextmanager
async def _connected(client: aiomqtt.Client, within_s: float) -> AsyncIterator[None]:
    """`async with client`, but leaving no socket behind and never trading a cancellation for an error of its own."""
    connecting = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.shield(connecting)
        yield
    finally:
        # Cancelled while a thread was at work on it: that cannot be stopped, and ends within its time-out.
        await asyncio.wait([connecting])
        stood = connecting.exception() is None
        await _disconnect(client, within_s if stood else UNHEARD_GOODBYE_S)


async def _disconnect(client: aiomqtt.Client, within_s: float) -> None:
    try:
        async with asyncio.timeout(within_s):
            await client.__aexit__(None, None, None)
    except (TimeoutError, aiomqtt.MqttError) as error:
        # The socket is closed by then; only the confirmation is missing, which a dying broker does not give.
        logger.debug("a broker did not confirm the good-bye: %s", error)


def _is_refusal(code: object) -> bool:
    """A SUBACK's answer to one filter: a number up to MQTT 3.1.1, an object with MQTT 5 or a newer library."""
    return bool(getattr(code, "is_failure", False)) or code == 0x80


def _in_words(error: aiomqtt.MqttError) -> str:
    cause = error.__cause__
    return str(cause if isinstance(cause, Exception) else error)


@asynccontextmanager
async def quiet_when_brokers_go(loop: asyncio.AbstractEventLoop) -> AsyncIterator[None]:
    """Keep the event loop from reporting `Bad file descriptor` for each lost broker.

    The client library asks the loop to watch a socket that its own thread has closed meanwhile. The loss itself
    is reported by the hub.
    """
    before = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
        error = context.get("exception")
        if isinstance(error, (OSError, ValueError)) and _is_watching(context.get("handle")):
            logger.debug("the socket of a lost broker was closed before it could be watched: %s", error)
        elif before is not None:
            before(loop, context)
        else:
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle)
    try:
        yield
    finally:
        loop.set_exception_handler(before)


def _is_watching(handle: object) -> bool:
    return any(name in repr(handle) for name in ("add_writer", "add_reader", "remove_writer", "remove_reader"))
