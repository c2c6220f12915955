"""One channel's shell: sends what is due, retries, and says when the channel does not deliver.

Every channel has a worker of its own, so that a dead one never delays another.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, assert_never

import structlog

from alerts.alert import Alert, AlertKind
from alerts.backoff import next_try
from alerts.channel import Channel, Delivered, Outcome, Rejected, Retry
from alerts.ledger import Outbox, Page, PageStatus
from alerts.page_id import page_id
from alerts.page_queue import CALLS, Entry, PageQueue
from alerts.told import Told
from config.instant import SECOND, Clock, Duration, Instant
from config.vocabulary import Priority

RECEIPT_DUE: Duration = 15 * SECOND
"""A page without a delivery for this long is a technical alarm (alarm-system 3.2, PAGER_FAIL)."""

SENDS_AT_ONCE = 4
MORE_FOR_HIGH = 4
"""Tries beside these for HIGH alone: on a receiver that answers late, an emergency waits behind nothing lesser."""

TAKING_UP: Duration = SECOND // 2
"""A page from before a restart waits so long for the ward to announce its open alarms anew, which takes up to the
250 ms of a commit (rulings, section 5): the receiver is not called twice in a breath."""

QUEUE_LIMIT = 256
SEND_BOUND_S = 20.0
"""Bound on one try of any channel; a channel's own bounds are shorter."""

_log = structlog.get_logger("bedwatch.alerts")


class OnTrouble(Protocol):
    """Told when a channel owes a delivery. May be called again while the trouble lasts; must not raise."""

    def __call__(self, channel_id: str, alert: Alert, reason: str, since: Instant, /) -> None:
        """`alert` has not been delivered on `channel_id` since `since`, because of `reason`."""
        ...


class OnRecovered(Protocol):
    """Told when a channel in trouble delivers again and owes nothing overdue. Must not raise."""

    def __call__(self, channel_id: str, /) -> None:
        """`channel_id` delivers again."""
        ...


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """How one channel does, for readiness and metrics.

    Attributes:
        id: as in the site file.
        waiting: pages without a final status.
        delivered, failed_tries, dropped: counted since start; `dropped` went for want of room.
        failing: the reason while the channel is in trouble, else None.
        off: True once the receiver answered 410.
        untold: how often a bug in whoever is told of its trouble or recovery kept that news back.
    """

    id: str
    waiting: int
    delivered: int
    failed_tries: int
    dropped: int
    failing: str | None
    off: bool
    untold: int = 0


class Worker:
    """Owns one channel and the pages that wait for it."""

    def __init__(
        self,
        channel: Channel,
        *,
        probes: bool,
        told: Told,
        outbox: Outbox,
        clock: Clock,
        random: Callable[[], float],
        hand_on: Callable[[Sequence[Alert]], None],
        on_trouble: OnTrouble,
        on_recovered: OnRecovered,
        wall: Callable[[], Instant],
    ) -> None:
        """`probes`: whether `service.test` may be sent to find out that a failing channel works again.

        `hand_on` has the next channel told of a call that waits here while this one is in trouble, with what followed
        it; it may be asked again about the same call.
        `wall` gives the moment that a page is sent with, as its receiver's clock has it.
        """
        self._channel = channel
        self._probes = probes
        self._told = told
        self._outbox = outbox
        self._clock = clock
        self._random = random
        self._hand_on = hand_on
        self._on_trouble = on_trouble
        self._on_recovered = on_recovered
        self._wall = wall
        self._queue = PageQueue(QUEUE_LIMIT, lambda alarm_id: told.arrived(alarm_id, channel.id), self._ended)
        self._wake = asyncio.Event()
        self._sends: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._off = False
        self._failing: str | None = None
        self._delivered = 0
        self._failed_tries = 0
        self._dropped = 0
        self._untold = 0

    @property
    def off(self) -> bool:
        """True once the receiver answered 410."""
        return self._off

    @property
    def failing(self) -> bool:
        """True while the channel owes a delivery, or has not shown since that it works."""
        return self._failing is not None

    def resume_failing(self) -> None:
        """The channel failed before a restart; only a delivery shows that it works again."""
        self._failing = "failing since before the restart"
        self._wake.set()

    def status(self) -> ChannelStatus:
        """How the channel does now."""
        return ChannelStatus(
            id=self._channel.id,
            waiting=len(self._queue),
            delivered=self._delivered,
            failed_tries=self._failed_tries,
            dropped=self._dropped,
            failing=self._failing,
            off=self._off,
            untold=self._untold,
        )

    def put(self, page: Page, *, left_over: bool = False) -> None:
        """Take in a page that is due now. Never waits; when full, the oldest of the lowest priority goes.

        `left_over`: from before a restart. It counts as tried, so that the same alarm announced anew takes its place.
        """
        now = self._clock.now()
        if self._off:
            self._ended(page, PageStatus.FAILED, "the channel is off")
            self._hand_over([page.alert])
            return
        lost = self._queue.add(page, now, now + TAKING_UP if left_over else None)
        if lost is not None:
            self._dropped += 1
            _log.error("page_dropped", channel=self._channel.id, page_id=lost.page_id, alarm=lost.alert.alarm)
            if lost.alert.priority is Priority.HIGH or not self.failing:
                waiting = [] if self.failing else self._queue.stories()
                reason = f"more than {QUEUE_LIMIT} pages wait; this one was given up"
                self._report(lost.alert, reason, now, [[lost.alert], *waiting])
        if self.failing and not left_over:  # it may have been planned before the trouble showed
            self._hand_over(self._queue.story(page.alert.alarm_id))
        self._wake.set()

    async def run(self) -> None:
        """Send until `stop`. Returns when no try is under way any more."""
        async with asyncio.TaskGroup() as group:
            while not self._stopping:
                self._wake.clear()
                now = self._clock.now()
                self._watch(now)
                while (least := self._least()) is not None and (entry := self._queue.take(now, least)) is not None:
                    send = group.create_task(self._send(entry))
                    self._sends.add(send)
                    send.add_done_callback(self._sent)
                await self._sleep_until(self._next_wake())

    def stop(self) -> None:
        """Start nothing more. Pages that wait stay in the outbox for the next start."""
        self._stopping = True
        self._wake.set()

    def abandon(self) -> None:
        """Break off what is under way; those pages stay in the outbox and are sent again at the next start."""
        for send in self._sends:
            send.cancel()

    def _least(self) -> Priority | None:
        """The least priority that may be tried now; None: enough tries are under way."""
        if len(self._sends) < SENDS_AT_ONCE:
            return Priority.LOW
        return Priority.HIGH if len(self._sends) < SENDS_AT_ONCE + MORE_FOR_HIGH else None

    def _sent(self, send: asyncio.Task[None]) -> None:
        self._sends.discard(send)
        self._wake.set()

    async def _send(self, entry: Entry) -> None:
        outcome = await self._try(entry.page)
        now = self._clock.now()
        match outcome:
            case Delivered(receipt):
                self._on_delivered(entry, receipt, now)
            case Retry(reason, after):
                self._on_failed(entry, reason, after, now)
            case Rejected(reason):
                self._on_rejected(entry, reason)
            case _:
                assert_never(outcome)

    async def _try(self, page: Page) -> Outcome:
        try:
            async with asyncio.timeout(SEND_BOUND_S):
                return await self._channel.send(page, self._wall())
        except TimeoutError:
            return Retry(f"no outcome within {SEND_BOUND_S:g} s")
        except Exception as error:
            # A channel's bug is this channel's trouble alone; the others go on telling people.
            _log.exception("channel_raised", channel=self._channel.id, page_id=page.page_id)
            return Retry(f"the channel raised {type(error).__name__}")

    def _on_delivered(self, entry: Entry, receipt: str, now: Instant) -> None:
        self._delivered += 1
        if entry.kind in CALLS:
            self._told.note_arrived(entry.page.alert.alarm_id, self._channel.id)
        self._queue.delivered(entry, receipt)
        if self.failing and not self._off and self._overdue(now) is None:
            self._failing = None
            _log.info("channel_recovered", channel=self._channel.id)
            self._tell(lambda: self._on_recovered(self._channel.id))

    def _on_failed(self, entry: Entry, reason: str, after: Duration | None, now: Instant) -> None:
        self._failed_tries += 1
        _log.warning("page_not_delivered", channel=self._channel.id, page_id=entry.page.page_id, reason=reason)
        if self._off:
            self._queue.give_up(entry, reason)
            return
        try:
            self._outbox.attempted(entry.page.page_id, now, reason)
        except Exception:
            _log.exception("outbox_not_written", page_id=entry.page.page_id)
        wait = next_try(entry.attempts + 1, self._random, after)
        self._queue.failed(entry, now + wait, reason, now)
        if self.failing:  # the next channel may be able to take it by now
            self._hand_over(self._queue.story(entry.page.alert.alarm_id))

    def _on_rejected(self, entry: Entry, reason: str) -> None:
        self._failed_tries += 1
        self._off = True
        waiting = self._queue.stories()
        self._queue.give_up(entry, reason)
        self._queue.give_up_waiting("the channel is off")
        self._report(entry.page.alert, reason, entry.since, waiting)

    def _watch(self, now: Instant) -> None:
        """Report a page that has been due too long, and keep a failing channel under test."""
        overdue = self._overdue(now)
        if overdue is not None and not self.failing:
            self._report(overdue.page.alert, overdue.reason, overdue.since, self._queue.stories())
        if self.failing and self._probes and not self._off and len(self._queue) == 0:
            # Its page may have become pointless (the alarm is over). Without a try nobody would ever learn
            # that the channel works again, and PAGER_FAIL would stand until the next emergency.
            self._queue.add(_probe(self._channel.id, now), now)

    def _overdue(self, now: Instant) -> Entry | None:
        oldest = self._queue.oldest()
        return oldest if oldest is not None and now - oldest.since >= RECEIPT_DUE else None

    def _hand_over(self, story: Sequence[Alert]) -> None:
        if story and story[0].kind in CALLS:
            self._tell(lambda: self._hand_on(story))

    def _report(self, alert: Alert, reason: str, since: Instant, waiting: Iterable[Sequence[Alert]]) -> None:
        """The channel is in trouble; `waiting`: the calls that the next channel is to take over."""
        self._failing = reason
        _log.error("channel_failing", channel=self._channel.id, alarm_id=alert.alarm_id, reason=reason)
        for story in waiting:
            self._hand_over(story)
        self._tell(lambda: self._on_trouble(self._channel.id, alert, reason, since))

    def _tell(self, news: Callable[[], None]) -> None:
        try:
            news()
        except Exception:
            # A bug in whoever listens must not end the paging, let alone the service.
            self._untold += 1
            _log.exception("channel_news_not_told", channel=self._channel.id)

    def _ended(self, page: Page, status: PageStatus, detail: str) -> None:
        try:
            self._outbox.finished(page.page_id, status, self._clock.now(), detail)
        except Exception:
            # The store raises STORAGE by its own way. Unrecorded means sent once more after a restart.
            _log.exception("outbox_not_written", page_id=page.page_id, status=status.value)

    def _next_wake(self) -> Instant | None:
        least = self._least()
        due = None if least is None else self._queue.next_due(least)
        oldest = None if self.failing else self._queue.oldest()
        report = None if oldest is None else oldest.since + RECEIPT_DUE
        return min((at for at in (due, report) if at is not None), default=None)

    async def _sleep_until(self, at: Instant | None) -> None:
        woken = asyncio.ensure_future(self._wake.wait())
        waits: set[asyncio.Future[Any]] = {woken}
        if at is not None:
            waits.add(asyncio.ensure_future(self._clock.sleep_until(at)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def _probe(channel_id: str, now: Instant) -> Page:
    alert = Alert(
        kind=AlertKind.TEST,
        at=now,
        alarm_id=f"test-{channel_id}",
        step=1,
        bed=None,
        bed_label=None,
        alarm="SERVICE_TEST",
        priority=Priority.LOW,
        text="bedwatch: test of this channel after failed deliveries",
    )
    return Page(page_id(alert, channel_id), channel_id, alert)
