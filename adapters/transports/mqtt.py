"""One connection per MQTT broker, shared by all devices behind it.

Messages are handled where the client library puts them into its queue, synchronously: nothing waits in a queue
of ours, so nothing is dropped here and the time of reception is that of the socket. A service that is too slow
stops reading its socket; what is lost then is for the broker's queue limit to decide.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Never

import aiomqtt

from adapters.backoff import Backoff
from adapters.conversation import Refused, first_to_fail
from adapters.transports.client_id import Flapping
from adapters.transports.contract import LinkError, LinkLost, LinkUnavailable
from adapters.transports.mqtt_client import cancellation_kept, connected, in_words, is_refusal, until_lost
from adapters.transports.mqtt_device import MqttDevice
from adapters.transports.topics import TopicTable, covers, widest
from adapters.transports.url import Broker
from config.bounded import within
from config.instant import SECOND, Clock, Instant
from config.vocabulary import LinkState

ANSWER_WITHIN_S = 5.0
"""For connecting, subscribing and publishing: a broker that takes longer counts as gone."""

LEAVE_WITHIN_S = 2.0
BACKOFF = Backoff(cap=30 * SECOND)

OnUnbound = Callable[[str, bytes, Instant], None]

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class BrokerStats:
    """One broker's connection in numbers, since the service started.

    Attributes:
        history: retained readings: they are old (mqtt-payloads, section 4). Only a driver that judges them takes any.
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
        self.name = f"broker {broker}"
        self._answer_within_s = answer_within_s
        self.stats = BrokerStats()
        self.devices = tuple(devices)
        self._filters = widest(
            [*([site_filter] if site_filter else []), *(each for device in devices for each in device.topic_filters)]
        )
        self._table = TopicTable((each, device) for device in devices for each in device.topic_filters)
        self._own_commands = frozenset(device.command_topic for device in devices)
        self._on_unbound = on_unbound
        self._unbound_broken = False
        self._clock = clock
        self._random = random
        self._client: aiomqtt.Client | None = None
        self._refused: list[str] = []
        self._connected_at: Instant = 0
        self._flapping = Flapping(broker.client_id)
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
                lived = self._clock.now() - self._connected_at if self.stats.connects > connects else None
                reason = f"{error}{self._flapping.remark(lived)}"
                logger.log(level, "%s; trying again until it is back", reason)
                self.lost(reason)
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
            with cancellation_kept():
                await self._client.publish(topic, payload, qos)
        except aiomqtt.MqttError as error:
            raise LinkLost(f"broker {self.broker}: {in_words(error)}") from error

    def lost(self, reason: str) -> None:
        """Record the gap, for the broker and every device behind it."""
        self.stats.state, self.stats.reason = LinkState.DOWN, reason
        for device in self.devices:
            device.lost(reason)

    async def _connection(self) -> None:
        """From a broker that answers to its loss, which is raised as LinkError."""
        async with connected(self.broker, self._dispatch, self._answer_within_s) as client:
            await self._subscribe(client)
            try:
                self._connected(client)
                await first_to_fail(
                    until_lost(client, self.broker), *(talk for each in self.devices for talk in each.talk())
                )
            except asyncio.CancelledError:
                await self._leave()
                raise
            finally:
                self._client = None
                for answer in self._answers:
                    answer.cancel()

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        try:
            with cancellation_kept():
                granted = await client.subscribe([(each, 1) for each in self._filters])
        except aiomqtt.MqttError as error:
            raise LinkLost(f"broker {self.broker}: {in_words(error)}") from error
        refused = [each for each, code in zip(self._filters, granted, strict=True) if is_refusal(code)]
        if len(refused) == len(self._filters):
            raise LinkUnavailable(f"broker {self.broker} refuses to let this account read {', '.join(refused)}")
        self._refused = refused

    def _connected(self, client: aiomqtt.Client) -> None:
        self._client = client
        self.stats.state, self.stats.reason = LinkState.UP, None
        self.stats.connects += 1
        self._connected_at = self._clock.now()
        logger.info("broker %s: connected, reading %s", self.broker, ", ".join(self._filters))
        for device in self.devices:
            closed = [each for each in device.topic_filters if any(covers(other, each) for other in self._refused)]
            if closed:
                reason = f"broker {self.broker} refuses to let this account read {', '.join(closed)}"
                logger.warning("%s: %s", device.device_id, reason)
                device.lost(reason)
            else:
                device.connected(self.publish)

    async def _leave(self) -> None:
        """Our own end, while the broker stands: no cuff is left inflating on our request."""
        try:
            await within(LEAVE_WITHIN_S, self._leave_devices())
        except TimeoutError:
            logger.warning("broker %s: running measurements may not have been stopped", self.broker)

    async def _leave_devices(self) -> None:
        for device in self.devices:
            outcome = await device.leave()
            if isinstance(outcome, Refused):
                logger.warning("%s: the running measurement could not be stopped: %s", device.device_id, outcome.reason)

    def _dispatch(self, message: aiomqtt.Message) -> None:
        """One message, on the event loop, at once. Never raises: that would cost the connection."""
        received_at = self._clock.now()
        stats = self.stats
        stats.messages += 1
        topic = message.topic.value
        history = message.retain and not topic.endswith("/status")
        stats.history += history
        devices = self._table.find(topic)
        if history:
            devices = tuple(each for each in devices if each.judges_history)
        elif not devices:
            stats.unbound += 1
            self._unbound(topic, message.payload, received_at)
        if topic not in self._own_commands:
            for device in devices:
                words = device.take(topic, message.payload, received_at, retained=message.retain)
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
