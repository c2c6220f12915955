"""One device's life on a byte stream: open, receive, feed, emit, reconnect."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from random import Random
from typing import Any, Never

from adapters.backoff import Backoff
from adapters.conversation import CommandOutcome, Conversation, Refused, first_to_fail
from adapters.driver import Driver, StreamDecoder
from adapters.failure_log import FailureLog
from adapters.link_report import LinkReport, LinkSink, LinkStats
from adapters.transports.contract import LinkError, LinkLost, LinkUnavailable, Transport
from config.bounded import within
from config.instant import SECOND, Clock, Instant
from config.vocabulary import LinkState

LEAVE_WITHIN_S = 2.0
"""How long the good-bye to a measuring device may hold up the end of the service."""

FLOOD = 64 * 1024
"""Bytes of one device in a second, five times what the fastest line of any driver carries; the rest waits, so that one
that never stops costs the others nothing."""

logger = logging.getLogger(__name__)


class Link:
    """The connection to one device, kept up for as long as `run` runs.

    The decoder is made anew for each connection, so that half a frame from before a loss never joins half a
    frame from after it. The dialogue lives on: its lock-out must hold across a pulled cable.
    """

    def __init__(
        self,
        device_id: str,
        driver: Driver,
        options: Any,
        transport: Transport,
        sink: LinkSink,
        clock: Clock,
        random: Random,
        backoff: Backoff = Backoff(),  # noqa: B008 - a frozen value
    ) -> None:
        self.device_id = device_id
        self.name = f"link {device_id}"
        self.report = LinkReport(device_id, driver.cadence, sink)
        self._driver = driver
        self._options = options
        self._transport = transport
        self._clock = clock
        self._random = random
        self._backoff = backoff
        self._failures = FailureLog(logger, device_id)
        self._conversation = (
            Conversation(driver.dialogue(options), transport.send, clock) if driver.dialogue is not None else None
        )

    @property
    def stats(self) -> LinkStats:
        """The connection in numbers."""
        return self.report.stats

    async def run(self) -> Never:
        """Keep the connection up until cancelled. A stop is not reported as a loss.

        Raises:
            Exception: a bug, in a decoder or here; the failures of the world are retried.
        """
        failures = 0
        while True:
            opened_at = None
            readings_before = self.stats.readings
            try:
                await self._transport.open()
                opened_at = self._clock.now()
                await self._connection()
            except (LinkLost, LinkUnavailable) as error:
                self._failed(str(error))
            finally:
                await self._transport.close()
            now = self._clock.now()
            # A port that opens and falls over again at once is as good as none: keep slowing down.
            stood = opened_at is not None and now - opened_at >= self._backoff.cap
            failures = 1 if stood or self.stats.readings > readings_before else failures + 1
            await self._clock.sleep_until(self._backoff.next_try(failures, now, self._random.random()))

    def _failed(self, reason: str) -> None:
        """The first failure of a gap is told by the sink, which logs it as the device's loss; the others are ours."""
        if self.stats.state is LinkState.DOWN:
            self._failures.failed(reason, self._clock.now())
        else:
            self._failures.told(self._clock.now())
        self.lost(reason)

    def lost(self, reason: str) -> None:
        """Record the gap."""
        self.report.down(reason, self._clock.now())

    async def request_measurement(self) -> CommandOutcome:
        """Start one measurement."""
        return await self._command(Conversation.request_measurement)

    async def cancel_measurement(self) -> CommandOutcome:
        """Stop the running measurement."""
        return await self._command(Conversation.cancel_measurement)

    async def _command(self, command: Callable[[Conversation], Awaitable[CommandOutcome]]) -> CommandOutcome:
        if self._conversation is None:
            return Refused(f"a {self._driver.title} takes no commands")
        return await command(self._conversation)

    async def _connection(self) -> None:
        """From an open pipe to its loss, which is raised."""
        decoder: StreamDecoder = self._driver.decoder(self._options)
        self.report.opened(self._clock.now())
        conversation = self._conversation
        if conversation is None:
            await self._listen(decoder)
        try:
            await conversation.opened()
            await first_to_fail(self._listen(decoder), conversation.keep_time())
        except LinkError:
            conversation.lost()
            raise
        finally:
            await self._leave(conversation)

    async def _listen(self, decoder: StreamDecoder) -> Never:
        transport, clock, report, conversation = self._transport, self._clock, self.report, self._conversation
        second: Instant = clock.now()
        taken = 0
        while True:
            chunk = await transport.receive()
            received_at = clock.now()
            report.received(len(chunk), received_at)
            for item in decoder.feed(chunk):
                report.item(item, received_at)
                if conversation is not None:
                    await conversation.heard(item, received_at)
            if received_at - second >= SECOND:
                second, taken = received_at, 0
            taken += len(chunk)
            if taken >= FLOOD:
                report.stats.last_flood_at = received_at
                await clock.sleep_until(second + SECOND)

    async def _leave(self, conversation: Conversation) -> None:
        try:
            outcome = await within(LEAVE_WITHIN_S, conversation.leave())
        except TimeoutError:
            outcome = Refused(f"not accepted within {LEAVE_WITHIN_S:g} s")
        if isinstance(outcome, Refused):
            logger.warning("%s: the running measurement could not be stopped: %s", self.device_id, outcome.reason)
