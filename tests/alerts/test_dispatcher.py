"""Pages from plan to final status, in the time of a clock moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import structlog

import alerts.worker
from alerts.alert import Alert, AlertKind
from alerts.channel import Rejected, Retry
from alerts.dispatcher import Dispatcher
from alerts.ledger import Page, PageStatus
from alerts.memory_outbox import MemoryOutbox
from alerts.page_id import page_id
from alerts.route import ChannelSpec
from alerts.worker import QUEUE_LIMIT, RECEIPT_DUE
from config.instant import MINUTE, SECOND, Instant
from config.vocabulary import Priority
from tests.alerts.builders import alert, spec
from tests.support.channel import RecordingChannel
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.webhook_receiver import until

RAISED, ESCALATED = AlertKind.RAISED, AlertKind.ESCALATED
ACKNOWLEDGED, CLOSED, TEST = AlertKind.ACKNOWLEDGED, AlertKind.CLOSED, AlertKind.TEST
DOWN = Retry("HTTP 500")


@dataclass
class Desk:
    """A running dispatcher with what it said about its channels."""

    clock: ManualClock
    outbox: MemoryOutbox
    dispatcher: Dispatcher
    trouble: list[tuple[str, str, str, Instant]]
    recovered: list[str] = field(default_factory=list)

    def tell(self, *alerts: Alert) -> list[Page]:
        """What the service does: plan, store, hand over."""
        pages = [page for about in alerts for page in self.dispatcher.plan(about)]
        self.outbox.add(pages)
        self.dispatcher.handle(pages)
        return pages

    def status(self, about: Alert, channel: str = "pager") -> PageStatus | None:
        """What became of the page of `about`."""
        return self.outbox.status(page_id(about, channel))


@asynccontextmanager
async def desk(
    channels: Sequence[RecordingChannel],
    specs: Sequence[ChannelSpec] | None = None,
    outbox: MemoryOutbox | None = None,
    failing: Sequence[str] = (),
) -> AsyncIterator[Desk]:
    """A dispatcher that runs inside the block."""
    clock = ManualClock(5_000 * SECOND)
    outbox = MemoryOutbox() if outbox is None else outbox
    trouble: list[tuple[str, str, str, Instant]] = []
    recovered: list[str] = []
    settings = [spec(channel.id) for channel in channels] if specs is None else specs
    dispatcher = Dispatcher(
        list(zip(settings, channels, strict=True)),
        outbox,
        clock,
        lambda: 0.999,
        on_trouble=lambda name, about, reason, since: trouble.append((name, about.alarm_id, reason, since)),
        on_recovered=recovered.append,
    )
    dispatcher.start(failing)
    running = asyncio.create_task(dispatcher.run())
    await clock.advance(0)
    try:
        yield Desk(clock, outbox, dispatcher, trouble, recovered)
    finally:
        await dispatcher.stop(grace_s=0)
        await running


async def test_raise_acknowledge_close_one_after_the_other() -> None:
    """Each is sent at once, in no clock time, and ends as delivered."""
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        for kind in (RAISED, ACKNOWLEDGED, CLOSED):
            ward.tell(alert(kind))
            await ward.clock.advance(0)
        assert [kind for _, kind in pager.told()] == [RAISED, ACKNOWLEDGED, CLOSED]
        assert [at for at, _ in pager.tries] == [5_000 * SECOND] * 3
        assert ward.outbox.pending() == []
        assert ward.trouble == []


async def test_a_page_is_sent_with_the_machines_own_time() -> None:
    """The service's scale does not follow a clock that is set; the receiver of a signature holds it against its own."""
    pager, clock, outbox = RecordingChannel("pager"), ManualClock(5_000 * SECOND), MemoryOutbox()
    dispatcher = Dispatcher(
        [(spec("pager"), pager)],
        outbox,
        clock,
        lambda: 0.999,
        on_trouble=lambda *_: None,
        on_recovered=lambda _: None,
        wall=lambda: 9_000 * SECOND,
    )
    dispatcher.start()
    running = asyncio.create_task(dispatcher.run())
    dispatcher.handle(dispatcher.plan(alert(RAISED)))
    await clock.advance(0)
    await dispatcher.stop(grace_s=0)
    await running
    assert [at for at, _ in pager.tries] == [9_000 * SECOND]


async def test_the_order_holds_while_the_first_page_is_under_way() -> None:
    """News of one alarm never overtakes news of the same alarm on a channel."""
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(alert())
        await ward.clock.advance(0)
        ward.tell(alert(ACKNOWLEDGED), alert(CLOSED))
        await ward.clock.advance(2 * SECOND)
        assert len(pager.tries) == 1
        pager.let_go()
        await ward.clock.advance(0)
        assert [kind for _, kind in pager.told()] == [RAISED, ACKNOWLEDGED, CLOSED]


async def test_a_slow_channel_delays_no_other() -> None:
    slow, quick = RecordingChannel("slow"), RecordingChannel("quick")
    async with desk([slow, quick]) as ward:
        slow.hold()
        ward.tell(*(alert(alarm_id=f"bay-1-{n:04}") for n in range(20)))
        await ward.clock.advance(0)
        assert len(quick.delivered) == 20
        assert slow.delivered == []


async def test_one_failing_alarm_delays_no_other_on_its_channel() -> None:
    """A receiver that chokes on one message still gets the next one at once."""
    pager = RecordingChannel("pager", [DOWN])
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(0)
        ward.tell(alert(alarm_id="bay-2-0001"))
        await ward.clock.advance(0)
        assert pager.told() == [("bay-2-0001", RAISED)]
        await ward.clock.advance(1 * SECOND)
        assert pager.told() == [("bay-2-0001", RAISED), ("bay-1-0007", RAISED)]


async def test_a_high_page_does_not_wait_behind_lesser_ones_that_hang() -> None:
    """Tries under way on a receiver that answers late leave room for an emergency (alarm-system 4.3: HIGH 0 s)."""
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(*(alert(alarm_id=f"bay-1-{n:04}") for n in range(6)))
        await ward.clock.advance(0)
        ward.tell(alert(alarm_id="bay-9-0001", priority=Priority.HIGH))
        await ward.clock.advance(0)
        tried = [page.alert.alarm_id for _, page in pager.tries]
        assert tried == [*(f"bay-1-{n:04}" for n in range(4)), "bay-9-0001"]


async def test_tries_at_once_are_bounded_for_high_pages_too() -> None:
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(*(alert(alarm_id=f"bay-1-{n:04}", priority=Priority.HIGH) for n in range(20)))
        await ward.clock.advance(0)
        assert len(pager.tries) == alerts.worker.SENDS_AT_ONCE + alerts.worker.MORE_FOR_HIGH


async def test_the_most_urgent_page_goes_first() -> None:
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(*(alert(alarm_id=f"bay-1-{n:04}") for n in range(6)))
        ward.tell(alert(alarm_id="bay-9-0001", priority=Priority.HIGH))
        await ward.clock.advance(0)
        assert len(pager.tries) == 4
        pager.let_go()
        await ward.clock.advance(0)
        assert pager.tries[0][1].alert.alarm_id == "bay-9-0001"


async def test_an_escalation_behind_a_waiting_raise_lends_it_its_priority() -> None:
    """The lane of an alarm is as urgent as the most urgent page in it."""
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(*(alert(alarm_id=f"bay-1-{n:04}") for n in range(5)))
        await ward.clock.advance(0)
        ward.tell(alert(alarm_id="bay-2-0001"), alert(ESCALATED, "bay-2-0001", priority=Priority.HIGH))
        pager.let_go()
        await ward.clock.advance(0)
        assert pager.told()[4] == ("bay-2-0001", RAISED)
        assert ("bay-2-0001", ESCALATED) in pager.told()


async def test_the_same_id_is_tried_with_growing_waits_until_it_arrives() -> None:
    pager = RecordingChannel("pager", [DOWN, DOWN, DOWN])
    async with desk([pager]) as ward:
        (page,) = ward.tell(alert())
        await ward.clock.advance(10 * SECOND)
        waits = [round((at - 5_000 * SECOND) / SECOND) for at, _ in pager.tries]
        assert waits == [0, 1, 3, 7]
        assert {tried.page_id for _, tried in pager.tries} == {page.page_id}
        assert ward.status(alert()) is PageStatus.DELIVERED
        assert ward.trouble == []


async def test_a_call_is_tried_as_long_as_its_alarm_lasts() -> None:
    """Interfaces section 7: retried until the alarm is over, never further apart than the cap."""
    pager = RecordingChannel("pager", then=DOWN)
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(120 * MINUTE)
        assert ward.status(alert()) is PageStatus.PENDING
        assert len(pager.tries) > 240


async def test_an_alarm_that_ended_unheard_is_superseded_and_its_end_not_told() -> None:
    pager = RecordingChannel("pager", then=DOWN)
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(5 * SECOND)
        pager.then = RecordingChannel("pager").then
        ward.tell(alert(CLOSED, over=True))
        await ward.clock.advance(60 * SECOND)
        assert ward.status(alert()) is PageStatus.SUPERSEDED
        assert ward.status(alert(CLOSED)) is PageStatus.SUPERSEDED
        assert pager.delivered == []


async def test_an_alarm_that_ends_while_its_raise_is_under_way_is_told_to_the_end() -> None:
    """The raise may be with the receiver already: if it arrives, the end is told too."""
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(alert())
        await ward.clock.advance(0)
        ward.tell(alert(CLOSED))
        await ward.clock.advance(0)
        pager.let_go()
        await ward.clock.advance(0)
        assert [kind for _, kind in pager.told()] == [RAISED, CLOSED]


async def test_an_alarm_that_ends_while_its_raise_fails_is_not_tried_again() -> None:
    pager = RecordingChannel("pager", [DOWN])
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(alert())
        await ward.clock.advance(0)
        ward.tell(alert(CLOSED, over=True))
        pager.let_go()
        await ward.clock.advance(60 * SECOND)
        assert len(pager.tries) == 1
        assert ward.status(alert()) is PageStatus.SUPERSEDED
        assert ward.status(alert(CLOSED)) is PageStatus.SUPERSEDED


async def test_a_latched_alarm_that_nobody_could_be_told_of_is_told_whole_when_the_channel_is_back() -> None:
    """Its condition has ended, but it is not over until somebody answers: raise, then end, in order."""
    pager = RecordingChannel("pager", then=DOWN)
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(5 * SECOND)
        ward.tell(alert(CLOSED, over=False))
        await ward.clock.advance(120 * MINUTE)
        assert ward.status(alert()) is ward.status(alert(CLOSED)) is PageStatus.PENDING
        # However long it waited behind the call, the end is not given up at its own first failed try.
        pager.outcomes[:] = [RecordingChannel("pager").then, DOWN]
        pager.then = RecordingChannel("pager").then
        await ward.clock.advance(60 * SECOND)
        assert [kind for _, kind in pager.told()] == [RAISED, CLOSED]


async def test_answering_a_latched_alarm_withdraws_what_nobody_received() -> None:
    """A call in vain is not made once somebody has been there; then its end is no news either."""
    pager = RecordingChannel("pager", then=DOWN)
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(5 * SECOND)
        ward.tell(alert(CLOSED, over=False), alert(ACKNOWLEDGED, over=True))
        await ward.clock.advance(0)
        for kind in (RAISED, CLOSED, ACKNOWLEDGED):
            assert ward.status(alert(kind)) is PageStatus.SUPERSEDED


async def test_who_received_the_call_also_hears_its_end_when_the_alarm_is_answered_meanwhile() -> None:
    """Else the receiver would keep the condition open."""
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(0)
        pager.then = DOWN
        ward.tell(alert(CLOSED, over=False))
        await ward.clock.advance(5 * SECOND)
        ward.tell(alert(ACKNOWLEDGED, over=True))
        pager.then = RecordingChannel("pager").then
        await ward.clock.advance(60 * SECOND)
        assert [kind for _, kind in pager.told()] == [RAISED, CLOSED, ACKNOWLEDGED]


async def test_a_latched_alarm_that_closes_unanswered_withdraws_its_call_and_is_not_ended_twice() -> None:
    """A discharge: the end that was told, or waits to be, is the only one."""
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(0)
        ward.tell(alert(CLOSED, over=False))
        await ward.clock.advance(0)
        ward.tell(alert(CLOSED, over=True, ended_before=True))
        await ward.clock.advance(60 * SECOND)
        assert [kind for _, kind in pager.told()] == [RAISED, CLOSED]
        pager.then = DOWN
        ward.tell(alert(alarm_id="bay-2-0001"), alert(CLOSED, "bay-2-0001", over=False))
        await ward.clock.advance(5 * SECOND)
        ward.tell(alert(CLOSED, "bay-2-0001", over=True, ended_before=True))
        await ward.clock.advance(0)
        for kind in (RAISED, CLOSED):
            assert ward.status(alert(kind, "bay-2-0001")) is PageStatus.SUPERSEDED
        assert ward.outbox.pending() == []


async def test_the_end_of_an_alarm_is_retried_once_its_raise_arrived() -> None:
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(0)
        pager.then = DOWN
        ward.tell(alert(CLOSED))
        await ward.clock.advance(10 * SECOND)
        assert ward.status(alert(CLOSED)) is PageStatus.PENDING
        pager.then = RecordingChannel("pager").then
        await ward.clock.advance(30 * SECOND)
        assert [kind for _, kind in pager.told()] == [RAISED, CLOSED]


async def test_news_of_the_past_is_given_up_after_an_hour() -> None:
    """Every page has a final status (alarm-system 5.2)."""
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(0)
        pager.then = DOWN
        ward.tell(alert(CLOSED))
        await ward.clock.advance(61 * MINUTE)
        assert ward.status(alert(CLOSED)) is PageStatus.FAILED


async def test_a_newer_call_replaces_one_that_failed() -> None:
    """After a failure the escalation goes at once, without waiting for the older page's backoff."""
    pager = RecordingChannel("pager", [DOWN, DOWN, DOWN])
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(4 * SECOND)
        ward.tell(alert(ESCALATED, priority=Priority.HIGH))
        await ward.clock.advance(0)
        assert [kind for _, kind in pager.told()] == [ESCALATED]
        assert ward.status(alert()) is PageStatus.SUPERSEDED


async def test_a_rearmed_alarm_is_told_again() -> None:
    """Interfaces section 7: raised also when re-armed; the occurrence makes it a page of its own."""
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(0)
        ward.tell(alert(occurrence=2))
        await ward.clock.advance(0)
        assert [kind for _, kind in pager.told()] == [RAISED, RAISED]
        assert len({page.page_id for page in pager.delivered}) == 2


async def test_a_page_handed_over_twice_is_sent_once() -> None:
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        pager.hold()
        pages = ward.tell(alert())
        ward.dispatcher.handle(pages)
        pager.let_go()
        await ward.clock.advance(0)
        assert len(pager.tries) == 1


async def test_only_those_who_heard_of_the_alarm_hear_of_its_end() -> None:
    """A low alarm goes to the log alone; so does its end (alarm-system 4.3)."""
    pager, log = RecordingChannel("pager"), RecordingChannel("log")
    specs = [spec("pager"), spec("log", Priority.LOW, keeps_record=True)]
    async with desk([pager, log], specs) as ward:
        ward.tell(alert(priority=Priority.LOW))
        await ward.clock.advance(0)
        ward.tell(alert(CLOSED, priority=Priority.LOW))
        await ward.clock.advance(0)
        assert pager.tries == []
        assert [kind for _, kind in log.told()] == [RAISED, CLOSED]


async def test_trouble_is_reported_when_a_page_is_fifteen_seconds_late_and_ends_with_a_delivery() -> None:
    pager = RecordingChannel("pager", then=DOWN)
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(RECEIPT_DUE - 1)
        assert ward.trouble == []
        await ward.clock.advance(1)
        assert ward.trouble == [("pager", "bay-1-0007", "HTTP 500", 5_000 * SECOND)]
        await ward.clock.advance(300 * SECOND)
        assert len(ward.trouble) == 1, "said once"
        assert ward.recovered == []
        pager.then = RecordingChannel("pager").then
        await ward.clock.advance(30 * SECOND)
        assert ward.recovered == ["pager"]
        assert ward.status(alert()) is PageStatus.DELIVERED


async def test_a_hanging_channel_is_reported_too() -> None:
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(*(alert(alarm_id=f"bay-1-{n:04}") for n in range(9)))
        await ward.clock.advance(RECEIPT_DUE)
        assert ward.trouble == [("pager", "bay-1-0000", "not tried yet", 5_000 * SECOND)]


async def test_a_failing_channel_whose_alarm_is_over_is_tested_until_it_works() -> None:
    """Else the technical alarm would stand until the next emergency."""
    pager = RecordingChannel("pager", then=DOWN)
    async with desk([pager]) as ward:
        ward.tell(alert())
        await ward.clock.advance(20 * SECOND)
        ward.tell(alert(CLOSED, over=True))
        await ward.clock.advance(5 * MINUTE)
        assert ward.recovered == []
        pager.then = RecordingChannel("pager").then
        await ward.clock.advance(30 * SECOND)
        assert ward.recovered == ["pager"]
        assert [kind for _, kind in pager.told()] == [TEST]


async def test_the_alarm_about_a_failing_channel_is_not_sent_on_it() -> None:
    """No loop: PAGER_FAIL goes to the others, and their failing does not come back to the first."""
    pager, other = RecordingChannel("pager", then=DOWN), RecordingChannel("other")
    async with desk([pager, other]) as ward:
        ward.tell(alert())
        await ward.clock.advance(RECEIPT_DUE)
        other.then = DOWN
        pages = ward.tell(alert(alarm_id="site-0001", alarm="PAGER_FAIL", bed=None))
        assert [page.channel for page in pages] == ["other"]
        await ward.clock.advance(RECEIPT_DUE)
        assert [name for name, *_ in ward.trouble] == ["pager", "other"]
        assert ward.dispatcher.plan(alert(alarm_id="site-0002", alarm="PAGER_FAIL", bed=None)) == []
        await ward.clock.advance(10 * MINUTE)
        assert len(ward.trouble) == 2


async def test_a_channel_switched_off_by_its_receiver_is_reported_at_once_and_used_no_more() -> None:
    pager = RecordingChannel("pager", [DOWN, Rejected("410")])
    async with desk([pager]) as ward:
        ward.tell(alert(), alert(alarm_id="bay-2-0001"))
        await ward.clock.advance(60 * SECOND)
        assert ward.trouble == [("pager", "bay-2-0001", "410", 5_000 * SECOND)]
        assert ward.status(alert()) is PageStatus.FAILED
        assert ward.status(alert(alarm_id="bay-2-0001")) is PageStatus.FAILED
        assert ward.dispatcher.plan(alert(alarm_id="bay-3-0001")) == []
        assert len(pager.tries) == 2
        assert ward.dispatcher.status()[0].off
        ward.dispatcher.handle([Page("msg_late", "pager", alert(alarm_id="bay-4-0001"))])
        await ward.clock.advance(60 * SECOND)
        assert len(pager.tries) == 2


async def test_a_try_under_way_when_the_channel_goes_off_still_counts() -> None:
    pager = RecordingChannel("pager", [Rejected("410"), DOWN])
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(*(alert(alarm_id=f"bay-1-{n:04}") for n in range(3)))
        await ward.clock.advance(0)
        pager.let_go()
        await ward.clock.advance(0)
        assert [ward.status(alert(alarm_id=f"bay-1-{n:04}")) for n in range(3)] == [
            PageStatus.FAILED,
            PageStatus.FAILED,
            PageStatus.DELIVERED,
        ]
        assert ward.recovered == []


async def test_a_channel_that_raises_is_in_trouble_alone() -> None:
    pager, other = RecordingChannel("pager", [RuntimeError("a bug")] * 9), RecordingChannel("other")
    async with desk([pager, other]) as ward:
        ward.tell(alert())
        await ward.clock.advance(RECEIPT_DUE)
        assert ward.trouble == [("pager", "bay-1-0007", "the channel raised RuntimeError", 5_000 * SECOND)]
        assert len(other.delivered) == 1


async def test_a_bug_in_who_is_told_of_trouble_stops_no_page() -> None:
    """Paging goes on; the channel's figures show that somebody did not hear of its trouble and recovery."""

    def raising(*news: object) -> None:
        raise RuntimeError("a bug")

    pager, clock, outbox = RecordingChannel("pager", then=DOWN), ManualClock(5_000 * SECOND), MemoryOutbox()
    dispatcher = Dispatcher([(spec("pager"), pager)], outbox, clock, lambda: 0.999, raising, raising)
    dispatcher.start()
    running = asyncio.create_task(dispatcher.run())
    ward = Desk(clock, outbox, dispatcher, [])
    with structlog.testing.capture_logs() as lines:
        ward.tell(alert())
        await clock.advance(RECEIPT_DUE)
        assert dispatcher.status()[0].untold == 1
        pager.then = RecordingChannel("pager").then
        await clock.advance(60 * SECOND)
    assert ward.status(alert()) is PageStatus.DELIVERED
    assert dispatcher.status()[0].untold == 2
    assert [line["event"] for line in lines if "exc_info" in line] == ["channel_news_not_told"] * 2
    ward.tell(alert(alarm_id="bay-2-0001"))
    await clock.advance(0)
    assert pager.told()[-1] == ("bay-2-0001", RAISED)
    await dispatcher.stop(grace_s=0)
    await running


async def test_when_full_the_oldest_of_the_lowest_priority_goes_and_is_reported() -> None:
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(*(alert(alarm_id=f"hi-{n:04}", priority=Priority.HIGH) for n in range(4)))
        await ward.clock.advance(0)
        ward.tell(*(alert(alarm_id=f"me-{n:04}") for n in range(QUEUE_LIMIT - 4)))
        assert ward.trouble == []
        ward.tell(alert(alarm_id="hi-9999", priority=Priority.HIGH))
        assert ward.status(alert(alarm_id="me-0000")) is PageStatus.FAILED
        assert [name for _, name, *_ in ward.trouble] == ["me-0000"]
        assert ward.dispatcher.status()[0].dropped == 1
        assert ward.dispatcher.status()[0].waiting == QUEUE_LIMIT
        ward.tell(alert(alarm_id="me-9999"))
        assert ward.status(alert(alarm_id="me-0001")) is PageStatus.FAILED
        assert ward.dispatcher.status()[0].dropped == 2
        assert len(ward.trouble) == 1, "the channel is known to fail"


async def test_a_high_page_never_goes_silently() -> None:
    """Each one given up is reported, also while the channel is known to fail."""
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(*(alert(alarm_id=f"hi-{n:04}", priority=Priority.HIGH) for n in range(QUEUE_LIMIT + 2)))
        assert [name for _, name, *_ in ward.trouble] == ["hi-0000", "hi-0001"]


async def test_a_restart_sends_what_was_left_under_the_same_ids() -> None:
    """At least once: what was under way when the process died is sent again."""
    outbox, before, after = MemoryOutbox(), RecordingChannel("pager"), RecordingChannel("pager")
    async with desk([before], outbox=outbox) as ward:
        before.hold()
        ward.tell(alert(), alert(alarm_id="bay-2-0001"))
        await ward.clock.advance(0)
        assert len(before.tries) == 2
    assert before.closed
    async with desk([after], outbox=outbox) as ward:
        await ward.clock.advance(SECOND)
        assert [page.page_id for page in after.delivered] == [page.page_id for _, page in before.tries]
        assert outbox.pending() == []


async def test_after_a_restart_an_announcement_anew_takes_the_place_of_the_call_that_was_left() -> None:
    """The receiver is not called twice in a breath (row 17): what was left waits until the ward has been taken up."""
    outbox, pager = MemoryOutbox(), RecordingChannel("pager")
    outbox.add([Page(page_id(about, "pager"), "pager", about) for about in (alert(), alert(alarm_id="bay-2-0001"))])
    async with desk([pager], outbox=outbox) as ward:
        ward.tell(alert(occurrence=2))
        await ward.clock.advance(SECOND)
        assert [(page.alert.alarm_id, page.alert.occurrence) for page in pager.delivered] == [
            ("bay-1-0007", 2),
            ("bay-2-0001", 1),
        ]
        assert ward.status(alert()) is PageStatus.SUPERSEDED


async def test_after_a_restart_the_end_is_told_to_those_who_heard_the_beginning() -> None:
    outbox, pager, low = MemoryOutbox(), RecordingChannel("pager"), RecordingChannel("high-only")
    specs = [spec("pager"), spec("high-only", Priority.HIGH)]
    async with desk([pager, low], specs, outbox) as ward:
        ward.tell(alert())
        await ward.clock.advance(0)
    async with desk([pager, low], specs, outbox) as ward:
        ward.tell(alert(CLOSED))
        await ward.clock.advance(0)
        assert [kind for _, kind in pager.told()] == [RAISED, CLOSED]
        assert low.tries == []


async def test_after_a_restart_an_alarm_that_ended_unheard_stays_untold() -> None:
    outbox, pager = MemoryOutbox(), RecordingChannel("pager", then=DOWN)
    async with desk([pager], outbox=outbox) as ward:
        ward.tell(alert())
        await ward.clock.advance(0)
    outbox.add([Page(page_id(alert(CLOSED), "pager"), "pager", alert(CLOSED, over=True))])
    fresh = RecordingChannel("pager")
    async with desk([fresh], outbox=outbox) as ward:
        await ward.clock.advance(0)
        assert fresh.tries == []
        assert outbox.pending() == []


async def test_pages_of_a_channel_that_is_gone_from_the_site_file_fail() -> None:
    """Somebody has to know (PAGER_FAIL): each such channel is told once, by its most urgent page; LOW is no trouble."""
    outbox = MemoryOutbox()
    high = alert(alarm_id="bay-2-0001", priority=Priority.HIGH)
    outbox.add([Page("msg_old", "removed", alert()), Page("msg_high", "removed", high)])
    outbox.add([Page("msg_low", "log", alert(priority=Priority.LOW))])
    async with desk([RecordingChannel("pager")], outbox=outbox) as ward:
        assert {outbox.status(name) for name in ("msg_old", "msg_high", "msg_low")} == {PageStatus.FAILED}
        gone = "the site file names this channel no more; its pages were given up"
        assert ward.trouble == [("removed", "bay-2-0001", gone, high.at)]
    async with desk([RecordingChannel("pager")], outbox=outbox) as ward:
        assert ward.trouble == []


async def test_stopping_lets_a_try_finish_within_its_grace() -> None:
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(alert())
        await ward.clock.advance(0)
        stopping = asyncio.create_task(ward.dispatcher.stop(grace_s=60))
        await ward.clock.advance(0)
        pager.let_go()
        await stopping
        assert ward.status(alert()) is PageStatus.DELIVERED


async def test_news_of_an_alarm_from_before_a_restart_reads_no_disk() -> None:
    """Planning happens on the way of an alarm, where a slow disk would hold up every bed."""

    class AskedOutbox(MemoryOutbox):
        def __init__(self) -> None:
            super().__init__()
            self.asked: list[str] = []

        def told(self, alarm_id: str) -> frozenset[str]:
            self.asked.append(alarm_id)
            return super().told(alarm_id)

    outbox = AskedOutbox()
    dispatcher = Dispatcher(
        [(spec("pager"), RecordingChannel("pager"))],
        outbox,
        ManualClock(),
        lambda: 0.0,
        on_trouble=lambda name, about, reason, since: None,
        on_recovered=lambda name: None,
    )
    dispatcher.start(open_alarms=["bay-1-0007"])
    outbox.asked.clear()
    news = [alert(occurrence=2), alert(ESCALATED), alert(ACKNOWLEDGED), alert(CLOSED), alert(alarm_id="bay-2-0001")]
    assert [len(dispatcher.plan(about)) for about in news] == [1, 1, 1, 1, 1]
    assert outbox.asked == []


class BrokenOutbox(MemoryOutbox):
    """A store that can neither be read nor written."""

    def attempted(self, page_id: str, at: Instant, detail: str) -> None:
        """Fails."""
        raise OSError("disk full")

    def finished(self, page_id: str, status: PageStatus, at: Instant, detail: str = "") -> None:
        """Fails."""
        raise OSError("disk full")

    def told(self, alarm_id: str) -> frozenset[str]:
        """Fails."""
        raise OSError("disk full")


async def test_a_store_in_trouble_keeps_nobody_from_being_told() -> None:
    pager = RecordingChannel("pager", [DOWN])
    async with desk([pager], outbox=BrokenOutbox()) as ward:
        ward.tell(alert(occurrence=2))
        await ward.clock.advance(2 * SECOND)
        ward.tell(alert(CLOSED))
        await ward.clock.advance(0)
        assert [kind for _, kind in pager.told()] == [RAISED, CLOSED]


async def test_who_was_told_is_asked_again_when_the_store_could_not_say() -> None:
    """Meanwhile better one message too many than an alarm that stays open at its receiver for ever."""

    class ShyOutbox(MemoryOutbox):
        broken = True
        asked = 0

        def told(self, alarm_id: str) -> frozenset[str]:
            self.asked += 1
            if self.broken:
                raise OSError("disk I/O error")
            return super().told(alarm_id)

    outbox, pager, other = ShyOutbox(), RecordingChannel("pager"), RecordingChannel("other", then=DOWN)
    outbox.broken = False
    for about in (alert(), alert(alarm_id="bay-2-0001")):
        outbox.add([Page(page_id(about, "pager"), "pager", about)])
        outbox.finished(page_id(about, "pager"), PageStatus.DELIVERED, 1)
    outbox.broken = True
    async with desk([pager, other], outbox=outbox) as ward:
        ward.tell(alert(CLOSED, over=True))
        await ward.clock.advance(0)
        assert pager.told() == [("bay-1-0007", CLOSED)]
        assert [page.channel for page in ward.dispatcher.plan(alert(ACKNOWLEDGED, "bay-2-0001"))] == ["pager", "other"]
        asked = outbox.asked
        ward.dispatcher.plan(alert(ACKNOWLEDGED, "bay-2-0001"))
        assert outbox.asked == asked, "not on the way of an alarm"
        await ward.clock.advance(10 * SECOND)
        await until(lambda: outbox.asked > asked)
        outbox.broken = False
        async with asyncio.timeout(10):
            while len(ward.dispatcher.plan(alert(CLOSED, "bay-2-0001"))) > 1:
                await ward.clock.advance(10 * SECOND)
                await asyncio.to_thread(outbox.pending)  # a turn for the thread that asks
        asked = outbox.asked
        await ward.clock.advance(300 * SECOND)
        assert outbox.asked == asked, "an answer is an answer"


@pytest.mark.parametrize("kind", [TEST, AlertKind.HEARTBEAT])
async def test_messages_about_the_service_are_given_up_after_a_minute(kind: AlertKind) -> None:
    """They have no alarm that could be over."""
    pager = RecordingChannel("pager", then=DOWN)
    async with desk([pager], [spec("pager", tell=frozenset({kind}))]) as ward:
        about = alert(kind, raised_at=None)
        ward.tell(about)
        await ward.clock.advance(100 * SECOND)
        assert ward.status(about) is PageStatus.FAILED


async def test_a_channel_that_failed_before_a_restart_recovers_by_delivering() -> None:
    """The technical alarm outlives the process; so must the watch over its end."""
    pager = RecordingChannel("pager")
    async with desk([pager], failing=["pager", "removed since"]) as ward:
        await ward.clock.advance(0)
        assert [kind for _, kind in pager.told()] == [TEST]
        assert ward.recovered == ["pager"]


async def test_a_channel_that_wants_no_tests_is_not_tested() -> None:
    pager = RecordingChannel("pager")
    async with desk([pager], [spec("pager", tell=frozenset({RAISED}))], failing=["pager"]) as ward:
        await ward.clock.advance(60 * SECOND)
        assert pager.tries == []
        ward.tell(alert())
        await ward.clock.advance(0)
        assert ward.recovered == ["pager"]


async def test_a_try_without_end_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel that forgot its own bound does not keep its place for ever."""
    monkeypatch.setattr(alerts.worker, "SEND_BOUND_S", 0.0)
    pager = RecordingChannel("pager")
    async with desk([pager]) as ward:
        pager.hold()
        ward.tell(alert())
        await ward.clock.advance(0)
        assert ward.dispatcher.status()[0].failed_tries == 1
        assert ward.status(alert()) is PageStatus.PENDING


async def test_cancelling_the_run_breaks_off_what_is_under_way() -> None:
    """A service that falls down leaves no task behind, and the page stays in the outbox."""
    pager, outbox = RecordingChannel("pager"), MemoryOutbox()
    dispatcher = Dispatcher(
        [(spec("pager"), pager)],
        outbox,
        ManualClock(),
        lambda: 0.0,
        on_trouble=lambda name, about, reason, since: None,
        on_recovered=lambda name: None,
    )
    running = asyncio.create_task(dispatcher.run())
    pager.hold()
    pages = dispatcher.plan(alert())
    outbox.add(pages)
    dispatcher.handle(pages)
    await let_tasks_run()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert asyncio.all_tasks() == {asyncio.current_task()}
    assert outbox.pending() == pages
    await dispatcher.stop()
    assert pager.closed


async def test_stopping_what_never_ran_closes_the_channels() -> None:
    pager = RecordingChannel("pager")
    dispatcher = Dispatcher(
        [(spec("pager"), pager)],
        MemoryOutbox(),
        ManualClock(),
        lambda: 0.0,
        on_trouble=lambda name, about, reason, since: None,
        on_recovered=lambda name: None,
    )
    await dispatcher.stop()
    assert pager.closed


async def test_pager_fail_next_channel_tried() -> None:
    """Table 3.2: no receipt for 15 s. A channel for emergencies alone takes the page over, and later ones at once,
    until the first one works again; whoever was called hears of the end.
    """
    pager, backup = RecordingChannel("pager", then=DOWN), RecordingChannel("backup")
    log = RecordingChannel("log")
    specs = [spec("log", Priority.LOW, keeps_record=True), spec("pager"), spec("backup", Priority.HIGH)]
    async with desk([log, pager, backup], specs) as ward:
        ward.tell(alert())
        await ward.clock.advance(RECEIPT_DUE - 1)
        assert backup.delivered == []
        await ward.clock.advance(1)
        assert [page.alert.alarm_id for page in backup.delivered] == ["bay-1-0007"]
        assert [name for name, *_ in ward.trouble] == ["pager"]
        ward.tell(alert(alarm_id="bay-1-0008"))
        await ward.clock.advance(0)
        assert [page.alert.alarm_id for page in backup.delivered] == ["bay-1-0007", "bay-1-0008"]
        ward.tell(alert(alarm_id="bay-1-0009", priority=Priority.LOW))
        await ward.clock.advance(0)
        assert len(backup.delivered) == 2
        ward.tell(alert(CLOSED, over=True))
        await ward.clock.advance(0)
        assert [page.alert.kind for page in backup.delivered] == [RAISED, RAISED, CLOSED]


def called(channel: RecordingChannel) -> list[str]:
    """The alarms that a channel was told of, in order, PAGER_FAIL and tests left out."""
    return [page.alert.alarm_id for page in channel.delivered if page.alert.kind is not TEST]


async def test_every_call_that_waits_on_a_failing_channel_is_handed_on_once() -> None:
    """4.3, "delivery receipt missing -> next channel": of each page, not only of the one that showed the trouble."""
    pager, backup = RecordingChannel("pager", then=DOWN), RecordingChannel("backup")
    async with desk([pager, backup], [spec("pager"), spec("backup", Priority.HIGH)]) as ward:
        ward.tell(alert())
        await ward.clock.advance(5 * SECOND)
        ward.tell(alert(alarm_id="bay-2-0001"))
        await ward.clock.advance(RECEIPT_DUE - 5 * SECOND)
        assert called(backup) == ["bay-1-0007", "bay-2-0001"]
        await ward.clock.advance(10 * MINUTE)
        assert called(backup) == ["bay-1-0007", "bay-2-0001"], "nobody is called twice"
        assert [name for name, *_ in ward.trouble] == ["pager"], "said once"
        pager.then = RecordingChannel("pager").then
        ward.tell(alert(CLOSED, alarm_id="bay-2-0001", over=True))
        await ward.clock.advance(0)
        assert backup.told()[-1] == ("bay-2-0001", CLOSED)


async def test_a_page_planned_before_its_channel_failed_is_handed_on_too() -> None:
    """It waited for its commit while the trouble showed."""
    pager, backup = RecordingChannel("pager", then=DOWN), RecordingChannel("backup")
    async with desk([pager, backup], [spec("pager"), spec("backup", Priority.HIGH)]) as ward:
        ward.tell(alert())
        await ward.clock.advance(RECEIPT_DUE - 1)
        pages = ward.dispatcher.plan(alert(alarm_id="bay-2-0001"))
        await ward.clock.advance(1)
        ward.dispatcher.handle(pages)
        await ward.clock.advance(0)
        assert called(backup) == ["bay-1-0007", "bay-2-0001"]


async def test_what_waits_on_a_channel_switched_off_is_handed_on() -> None:
    pager, backup = RecordingChannel("pager", [DOWN, Rejected("410")]), RecordingChannel("backup")
    async with desk([pager, backup], [spec("pager"), spec("backup", Priority.HIGH)]) as ward:
        ward.tell(alert(), alert(alarm_id="bay-2-0001"))
        await ward.clock.advance(MINUTE)
        assert sorted(called(backup)) == ["bay-1-0007", "bay-2-0001"]


async def test_a_call_that_the_next_channel_cannot_take_yet_is_handed_on_when_it_can() -> None:
    """Both were in trouble; the one for emergencies works again first."""
    pager, backup = RecordingChannel("pager", then=DOWN), RecordingChannel("backup", then=DOWN)
    async with desk([pager, backup], [spec("pager"), spec("backup", Priority.HIGH)]) as ward:
        ward.tell(alert(alarm_id="bay-9-0001", priority=Priority.HIGH))
        await ward.clock.advance(RECEIPT_DUE)
        assert {name for name, *_ in ward.trouble} == {"pager", "backup"}
        ward.tell(alert())
        await ward.clock.advance(MINUTE)
        assert called(backup) == []
        backup.then = RecordingChannel("backup").then
        await ward.clock.advance(2 * MINUTE)
        assert called(backup) == ["bay-9-0001", "bay-1-0007"]


async def test_an_alarm_is_handed_on_with_its_newest_call_and_what_followed() -> None:
    """An older call says nothing more, and an answer to it must be known to whoever hears of it."""
    pager, backup = RecordingChannel("pager"), RecordingChannel("backup")
    async with desk([pager, backup], [spec("pager"), spec("backup", Priority.HIGH)]) as ward:
        pager.hold()
        ward.tell(alert(), alert(occurrence=2), alert(ACKNOWLEDGED, step=2))
        ward.tell(alert(alarm_id="bay-2-0001"), alert(ESCALATED, "bay-2-0001", priority=Priority.HIGH))
        await ward.clock.advance(RECEIPT_DUE)
        assert backup.told() == [
            ("bay-2-0001", ESCALATED),
            ("bay-1-0007", RAISED),
            ("bay-1-0007", ACKNOWLEDGED),
        ]


async def test_a_channel_that_calls_anyway_needs_no_stand_in() -> None:
    """Somebody was called: the one for emergencies alone stays for those."""
    bad, good, backup = RecordingChannel("bad", then=DOWN), RecordingChannel("good"), RecordingChannel("backup")
    async with desk([bad, good, backup], [spec("bad"), spec("good"), spec("backup", Priority.HIGH)]) as ward:
        ward.tell(alert())
        await ward.clock.advance(MINUTE)
        assert len(good.delivered) == 1
        assert backup.delivered == []
