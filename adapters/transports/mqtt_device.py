"""One device behind a broker: its messages in, readings out, and what is said to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from functools import partial
from random import Random
from typing import Any, Never

from adapters.conversation import CommandOutcome, Conversation, Refused
from adapters.deadline import reached
from adapters.driver import DatedDecoder, Delivery, Driver, MessageDecoder
from adapters.link_report import LinkReport, LinkSink, LinkStats
from adapters.reading import Fault, Reading
from adapters.supervision import bug_in_words, keep_running, tell
from adapters.transports.contract import LinkUnavailable
from config.instant import Clock, Instant

logger = logging.getLogger(__name__)

Publish = Callable[[str, bytes], Awaitable[None]]


class MqttDevice:
    """A device bound to topic filters; `command_topic` None means that the site forbids commands.

    The decoder lives as long as the device: messages come whole, and it may remember sequence numbers.
    """

    def __init__(
        self,
        device_id: str,
        driver: Driver,
        options: Any,
        topic_filter: str,
        sink: LinkSink,
        clock: Clock,
        random: Random,
        command_topic: str | None = None,
    ) -> None:
        self.device_id = device_id
        self.topic_filters = tuple(dict.fromkeys((topic_filter, *driver.topics(options))))
        self.command_topic = command_topic
        self.report = LinkReport(device_id, driver.cadence, sink)
        self._driver = driver
        self._options = options
        self._decoder: Any = driver.decoder(options)
        self._moved = asyncio.Event()
        self._clock = clock
        self._random = random
        self._publish: Publish | None = None
        self.conversation = (
            Conversation(driver.dialogue(options), self._say, clock)
            if driver.dialogue is not None and command_topic is not None
            else None
        )

    @property
    def stats(self) -> LinkStats:
        """The connection in numbers."""
        return self.report.stats

    @property
    def judges_history(self) -> bool:
        """Whether retained messages are for its decoder to judge."""
        return self._driver.dated

    def take(self, topic: str, payload: bytes, received_at: Instant, *, retained: bool = False) -> bytes:
        """One message; answers with what the dialogue wants said. A bug in the decoder costs this device alone."""
        self.report.received(len(payload), received_at)
        return self._read(lambda: self._fed(topic, payload, received_at, retained), received_at)

    def _fed(self, topic: str, payload: bytes, received_at: Instant, retained: bool) -> Iterable[Reading | Fault]:
        if not self._driver.dated:
            plain: MessageDecoder = self._decoder
            return plain.feed_message(topic, payload)
        dated: DatedDecoder = self._decoder
        items = dated.feed_delivery(topic, payload, Delivery(received_at, retained))
        self._moved.set()
        return items

    def _read(self, items: Callable[[], Iterable[Reading | Fault]], received_at: Instant) -> bytes:
        words = b""
        try:
            for item in items():
                self.report.item(item, received_at)
                if self.conversation is not None:
                    words += self.conversation.answer(item, received_at)
        except Exception as error:
            reason = bug_in_words(error)
            if self.stats.reason != reason:
                # One trace per gap: at a thousand messages a second the log must not become the next failure.
                logger.exception("%s: a message met a bug", self.device_id)
            self._decoder = self._driver.decoder(self._options)
            tell(self.device_id, lambda why: self.report.down(why, received_at), reason)
        return words

    def connected(self, publish: Publish) -> None:
        """The broker has confirmed the subscription."""
        self._publish = publish
        self.report.opened(self._clock.now())

    def lost(self, reason: str) -> None:
        """The broker is gone."""
        self._publish = None
        if self.conversation is not None:
            self.conversation.lost()
        self.report.down(reason, self._clock.now())

    def talk(self) -> list[Coroutine[Any, Any, Never]]:
        """What must run while the broker stands: the dialogue, and the decoder's own times where it has them."""
        parts = [self._keep(self._keep_time)] if self._driver.dated else []
        conversation = self.conversation
        if conversation is None or self._publish is None:
            return parts

        async def converse() -> Never:
            await conversation.opened()
            await conversation.keep_time()

        return [*parts, self._keep(converse)]

    def _keep(self, work: Callable[[], Coroutine[Any, Any, Never]]) -> Coroutine[Any, Any, Never]:
        return keep_running(self.device_id, work, self._failed, self._clock, self._random)

    async def _keep_time(self) -> Never:
        """Tell what is due although no message comes: a heartbeat missed, a reading that stays incomplete."""
        while True:
            self._moved.clear()
            decoder: DatedDecoder = self._decoder
            deadline = decoder.next_deadline()
            if deadline is None:
                await self._moved.wait()
            elif await reached(deadline, self._moved, self._clock):
                now = self._clock.now()
                self._read(partial(decoder.tick, now), now)
                following = decoder.next_deadline()
                if following is not None and following <= now:
                    raise RuntimeError("the decoder's tick leaves its deadline in the past")

    async def leave(self) -> CommandOutcome | None:
        """The service goes: stop a measurement that it started. None when there is none."""
        return None if self.conversation is None else await self.conversation.leave()

    async def request_measurement(self) -> CommandOutcome:
        """Start one measurement."""
        return self._mute() if self.conversation is None else await self.conversation.request_measurement()

    async def cancel_measurement(self) -> CommandOutcome:
        """Stop the running measurement."""
        return self._mute() if self.conversation is None else await self.conversation.cancel_measurement()

    def _failed(self, reason: str) -> None:
        self.report.down(reason, self._clock.now())

    async def _say(self, words: bytes) -> None:
        if self._publish is None or self.command_topic is None:
            raise LinkUnavailable("the broker is not connected")
        await self._publish(self.command_topic, words)

    def _mute(self) -> Refused:
        if self._driver.dialogue is None:
            return Refused(f"a {self._driver.title} takes no commands")
        return Refused("the site file does not allow commands to this device")
