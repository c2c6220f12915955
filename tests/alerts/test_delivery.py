"""Dispatcher and webhook together, against a receiver that fails, vanishes and returns."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from alerts.alert import Alert, AlertKind
from alerts.channels.webhook import WebhookChannel, WebhookOptions
from alerts.dispatcher import Dispatcher
from alerts.memory_outbox import MemoryOutbox
from config.instant import SECOND, from_datetime
from tests.alerts.builders import alert, spec
from tests.support.clock import ManualClock
from tests.support.webhook_receiver import OK, answer, until, webhook_receiver

pytestmark = pytest.mark.enable_socket  # loopback only

SECRET = "whsec_" + base64.b64encode(bytes(range(24))).decode()


class Ward:
    """A dispatcher with one webhook."""

    def __init__(self, url: str, outbox: MemoryOutbox) -> None:
        # The library's verifier compares with the machine's clock, so each test starts there, too.
        self.clock = ManualClock(from_datetime(datetime.now(UTC)))  # noqa: TID251 - see above
        self.outbox = outbox
        self.said: list[str] = []
        self.dispatcher = Dispatcher(
            [(spec("pager"), WebhookChannel("pager", WebhookOptions(url=url, secret=SECRET)))],
            outbox,
            self.clock,
            lambda: 0.0,
            on_trouble=lambda name, about, reason, since: self.said.append(reason),
            on_recovered=lambda name: self.said.append("recovered"),
        )

    def tell(self, about: Alert) -> None:
        """Plan, store, hand over."""
        pages = self.dispatcher.plan(about)
        self.outbox.add(pages)
        self.dispatcher.handle(pages)

    async def until_empty(self) -> None:
        """Let clock and real I/O go on in turn until nothing waits."""
        async with asyncio.timeout(10):
            while self.outbox.pending():
                await self.clock.advance(SECOND)

    def tries_failed(self) -> int:
        """Failed tries so far."""
        return self.dispatcher.status()[0].failed_tries


@asynccontextmanager
async def ward(url: str, outbox: MemoryOutbox) -> AsyncIterator[Ward]:
    """Runs inside the block."""
    here = Ward(url, outbox)
    here.dispatcher.start()
    running = asyncio.create_task(here.dispatcher.run())
    try:
        yield here
    finally:
        await here.dispatcher.stop(grace_s=0)
        await running


async def test_a_failed_try_is_repeated_with_the_same_id_and_a_new_signature() -> None:
    outbox = MemoryOutbox()
    async with webhook_receiver(answer("500 Oops")) as receiver, ward(receiver.url, outbox) as here:
        here.tell(alert())
        await until(lambda: here.tries_failed() == 1)
        await here.clock.advance(2 * SECOND)
        await until(lambda: not outbox.pending())
        first, second = receiver.received
        assert first.headers["webhook-id"] == second.headers["webhook-id"]
        assert first.body == second.body
        for request in receiver.received:
            Webhook(SECRET).verify(request.body, request.headers)


async def test_the_story_of_an_alarm_in_order() -> None:
    outbox = MemoryOutbox()
    async with webhook_receiver() as receiver, ward(receiver.url, outbox) as here:
        for kind in (AlertKind.RAISED, AlertKind.ACKNOWLEDGED, AlertKind.CLOSED):
            here.tell(alert(kind))
            await until(lambda: not outbox.pending())
        types = [Webhook(SECRET).verify(got.body, got.headers)["type"] for got in receiver.received]
        assert types == ["alarm.raised", "alarm.acknowledged", "alarm.closed"]


async def test_a_receiver_that_is_away_and_comes_back_after_a_restart_of_the_service() -> None:
    """The page survives both; the receiver gets it under the id it was given at first."""
    outbox = MemoryOutbox()
    async with webhook_receiver() as receiver:
        port, url = receiver.port, receiver.url
    async with ward(url, outbox) as here:
        here.tell(alert())
        await until(lambda: here.tries_failed() == 1)
        (waiting,) = outbox.pending()
    async with webhook_receiver(port=port) as receiver, ward(url, outbox) as here:
        await here.until_empty()
        assert [got.headers["webhook-id"] for got in receiver.received] == [waiting.page_id]


async def test_trouble_and_recovery_with_a_real_receiver() -> None:
    outbox = MemoryOutbox()
    async with webhook_receiver() as receiver, ward(receiver.url, outbox) as here:
        receiver.then = answer("503 Busy")
        here.tell(alert())
        await until(lambda: here.tries_failed() == 1)
        await here.clock.advance(15 * SECOND)
        assert here.said == ["HTTP 503"]
        receiver.then = OK
        await here.until_empty()
        assert here.said[1:] == ["recovered"]
