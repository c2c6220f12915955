"""Tells people: plans who hears of an alert, and sees each page through to a final status."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence

import structlog

from alerts.alert import Alert, AlertKind
from alerts.channel import Channel
from alerts.ledger import Outbox, Page, PageStatus
from alerts.page_id import page_id
from alerts.page_queue import CALLS
from alerts.route import ChannelSpec, Reason, Standing, recipients
from alerts.told import Told
from alerts.worker import ChannelStatus, OnRecovered, OnTrouble, Worker
from config.bounded import within
from config.instant import SECOND, Clock, Duration, Instant
from config.vocabulary import Priority

GRACE_S = 3.0
"""How long a stop waits for tries under way."""

GONE = "the site file names this channel no more; its pages were given up"

ASK_AGAIN: Duration = 10 * SECOND
"""How long after a failed look-up the store is asked again who was told of an alarm."""

_log = structlog.get_logger("bedwatch.alerts")


class Dispatcher:
    """`plan` before the journal's transaction, `handle` after it; `start` and `run` once, `stop` at the end.

    The composition root turns `on_trouble` into the technical alarm PAGER_FAIL and `on_recovered` into its
    end. That alarm is itself an alert, and a loop is excluded thus: it is never planned for a channel that is
    failing; one channel reports its trouble once until it recovers (and again only for a HIGH page given up);
    so one PAGER_FAIL can at most put every further channel into trouble once.
    """

    def __init__(
        self,
        channels: Sequence[tuple[ChannelSpec, Channel]],
        outbox: Outbox,
        clock: Clock,
        random: Callable[[], float],
        on_trouble: OnTrouble,
        on_recovered: OnRecovered,
        wall: Callable[[], Instant] | None = None,
    ) -> None:
        """Ids in `channels` are unique. `random` gives numbers in [0, 1) and spreads retries.

        `wall` is the time that receivers hold a page's signature against; the clock's own unless given. The clock does
        not follow the machine's when that is set, and a page signed with it would be refused then.
        """
        self._specs = [spec for spec, _ in channels]
        self._channels = [channel for _, channel in channels]
        self._outbox = outbox
        self._clock = clock
        self._told = Told(outbox)
        self._workers = {
            spec.id: Worker(
                channel,
                probes=AlertKind.TEST in spec.tell,
                told=self._told,
                outbox=outbox,
                clock=clock,
                random=random,
                hand_on=self._hand_on,
                on_trouble=on_trouble,
                on_recovered=on_recovered,
                wall=clock.now if wall is None else wall,
            )
            for spec, channel in channels
        }
        self._on_trouble = on_trouble
        self._given_up: dict[str, Page] = {}  # by channel that is gone: its most urgent page
        self._running: asyncio.Event | None = None

    def plan(self, alert: Alert) -> list[Page]:
        """The pages that `alert` causes, to be stored with the events that caused it. Sends nothing."""
        if alert.kind is AlertKind.RAISED and alert.occurrence == 1:
            self._told.begin(alert.alarm_id)
        decisions = recipients(alert, self._specs, self._standing(alert))
        pages = [Page(page_id(alert, choice.channel), choice.channel, alert) for choice in decisions if choice.told]
        if alert.kind in CALLS:
            self._note_calls(pages)
        _log.debug(  # on the way of an alarm, hence for debugging alone
            "alert_routed",
            type=alert.kind.value,
            alarm_id=alert.alarm_id,
            told={choice.channel: choice.reason.name for choice in decisions if choice.told},
            not_told={choice.channel: choice.reason.name for choice in decisions if not choice.told},
        )
        return pages

    def _standing(self, alert: Alert) -> Standing:
        return Standing(
            told=self._told.paged(alert.alarm_id) if alert.kind not in _SERVICE else (),
            off={name for name, worker in self._workers.items() if worker.off},
            failing={name for name, worker in self._workers.items() if worker.failing},
        )

    def _note_calls(self, pages: Iterable[Page]) -> None:
        for page in pages:
            self._told.note_paged(page.alert.alarm_id, [page.channel])
            self._told.first_call(page.page_id)

    def _hand_on(self, story: Sequence[Alert]) -> None:
        """A call waits on a channel in trouble: the next one is tried, with what followed (alarm-system 3.2, 4.3)."""
        stand_ins: set[str] = set()
        for alert in story:
            for choice in recipients(alert, self._specs, self._standing(alert)):
                page = Page(page_id(alert, choice.channel), choice.channel, alert)
                if choice.reason is Reason.STAND_IN and self._told.first_call(page.page_id):
                    stand_ins.add(choice.channel)
                    self._told.note_paged(alert.alarm_id, [choice.channel])
                    self.handle([page])
                elif choice.told and choice.channel in stand_ins:
                    self.handle([page])

    def handle(self, pages: Iterable[Page], *, left_over: bool = False) -> None:
        """Start sending. Never waits. A page of a channel that is gone from the site file fails; `run` tells it."""
        for page in pages:
            worker = self._workers.get(page.channel)
            if worker is None:
                _log.error("page_without_channel", channel=page.channel, page_id=page.page_id)
                self._outbox.finished(page.page_id, PageStatus.FAILED, self._clock.now(), "no such channel any more")
                known = self._given_up.get(page.channel)
                if known is None or known.alert.priority < page.alert.priority:
                    self._given_up[page.channel] = page
            else:
                worker.put(page, left_over=left_over)

    def start(self, failing: Iterable[str] = (), open_alarms: Iterable[str] = ()) -> None:
        """Take up what the outbox still holds from before a restart, oldest first, under the same ids.

        `failing`: channels with an open PAGER_FAIL from before; they count as failing until they deliver.
        `open_alarms`: ids from before. Who heard of them is read from the outbox now and not on the way of their
        next page, where a slow disk would hold up every bed.
        """
        for name in failing:
            if name in self._workers:
                self._workers[name].resume_failing()
        self._told.recall(open_alarms)
        pages = self._outbox.pending()
        self._note_calls(page for page in pages if page.alert.kind in CALLS)
        self.handle(pages, left_over=True)

    async def run(self) -> None:
        """Send until `stop`.

        First tells of channels that are gone with pages of HIGH or MEDIUM. They never recover: their PAGER_FAIL
        stands until a start that finds no such page.
        """
        ended = self._running = asyncio.Event()
        self._tell_given_up()
        asking = asyncio.create_task(self._ask_again())
        try:
            async with asyncio.TaskGroup() as group:
                for worker in self._workers.values():
                    group.create_task(worker.run())
        finally:
            asking.cancel()
            await asyncio.wait([asking])
            ended.set()

    def _tell_given_up(self) -> None:
        given_up, self._given_up = self._given_up, {}
        for name, page in given_up.items():
            if page.alert.priority < Priority.MEDIUM:
                continue
            try:
                self._on_trouble(name, page.alert, GONE, page.alert.at)
            except Exception:
                # A bug in whoever listens must not end the paging.
                _log.exception("channel_news_not_told", channel=name)

    async def _ask_again(self) -> None:
        while True:
            await self._told.unanswered.wait()
            await self._clock.sleep_until(self._clock.now() + ASK_AGAIN)
            await self._told.ask_again()

    async def stop(self, grace_s: float = GRACE_S) -> None:
        """Let tries under way finish for at most `grace_s`, then break them off and close the channels.

        What was not delivered stays in the outbox and is sent after the next start.
        """
        for worker in self._workers.values():
            worker.stop()
        if self._running is not None:
            try:
                await within(grace_s, self._running.wait())
            except TimeoutError:
                for worker in self._workers.values():
                    worker.abandon()
                await self._running.wait()
        for channel in self._channels:
            await channel.aclose()

    def status(self) -> list[ChannelStatus]:
        """How every channel does, in the order of the site file."""
        return [worker.status() for worker in self._workers.values()]


_SERVICE = frozenset({AlertKind.HEARTBEAT, AlertKind.TEST})
