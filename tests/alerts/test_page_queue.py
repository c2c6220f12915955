"""The queue's promises, whatever happens in whatever order."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from alerts.alert import AlertKind
from alerts.ledger import Page, PageStatus
from alerts.page_queue import CALLS, Entry, PageQueue
from config.instant import SECOND, Instant
from config.vocabulary import Priority
from tests.alerts.builders import alert, page

LIMIT = 5
STORY = (AlertKind.RAISED, AlertKind.ESCALATED, AlertKind.ACKNOWLEDGED, AlertKind.CLOSED)


class QueueMachine(RuleBasedStateMachine):
    """Random arrivals, tries, deliveries and failures."""

    def __init__(self) -> None:
        super().__init__()
        self.now: Instant = 0
        self.added: dict[str, Page] = {}
        self.ended: dict[str, PageStatus] = {}
        self.delivered: dict[str, list[int]] = defaultdict(list)
        self.heard: set[str] = set()
        self.in_flight: list[Entry] = []
        self.queue = PageQueue(LIMIT, self.heard.__contains__, self.on_end)

    def on_end(self, about: Page, status: PageStatus, detail: str) -> None:
        """Each page ends once, with a final status."""
        assert about.page_id not in self.ended
        assert status is not PageStatus.PENDING
        self.ended[about.page_id] = status

    @rule(
        alarm=st.sampled_from("abc"),
        kind=st.sampled_from(STORY),
        priority=st.sampled_from(Priority),
        over=st.booleans(),
    )
    def add(self, alarm: str, kind: AlertKind, priority: Priority, over: bool) -> None:
        """A page arrives; for want of room never a more urgent one goes than the least urgent that waits."""
        new = page(alert(kind, alarm, priority=priority, occurrence=len(self.added), over=over and kind not in CALLS))
        self.added[new.page_id] = new
        waiting = [entry.priority for entry in self.queue if not entry.in_flight] + [priority]
        lost = self.queue.add(new, self.now)
        if lost is not None:
            assert lost.alert.priority == min(waiting)
            assert self.ended[lost.page_id] is PageStatus.FAILED

    @precondition(lambda self: len(self.in_flight) < 3)
    @rule()
    def take(self) -> None:
        """A try begins, never two of one alarm."""
        entry = self.queue.take(self.now)
        if entry is not None:
            alarm = entry.page.alert.alarm_id
            assert alarm not in {other.page.alert.alarm_id for other in self.in_flight}
            assert entry.due_at <= self.now
            assert entry.kind in CALLS or alarm in self.heard, "nobody hears of the end of what he never heard of"
            self.in_flight.append(entry)

    @precondition(lambda self: self.in_flight)
    @rule(success=st.booleans())
    def finish(self, success: bool) -> None:
        """A try ends."""
        entry = self.in_flight.pop(0)
        about = entry.page.alert
        if success:
            if entry.kind in CALLS:
                self.heard.add(about.alarm_id)
            self.delivered[about.alarm_id].append(about.occurrence)
            self.queue.delivered(entry, "HTTP 200")
        else:
            self.queue.failed(entry, self.now + 2 * SECOND, "HTTP 500", self.now)

    @rule()
    def time_passes(self) -> None:
        """A second."""
        self.now += SECOND

    @invariant()
    def nothing_is_lost_and_memory_is_bounded(self) -> None:
        """What was added has ended or waits; no more wait than there is room for."""
        waiting = {entry.page.page_id for entry in self.queue}
        assert waiting | self.ended.keys() == self.added.keys()
        assert not waiting & self.ended.keys()
        assert len(self.queue) == len(waiting) <= LIMIT

    @invariant()
    def news_of_one_alarm_arrives_in_order(self) -> None:
        """Later news never overtakes."""
        assert all(order == sorted(order) for order in self.delivered.values())

    @invariant()
    def what_waits_will_be_tried(self) -> None:
        """As long as something waits there is a next moment, or a try under way."""
        assert len(self.queue) == 0 or self.in_flight or self.queue.next_due() is not None


TestPageQueue = QueueMachine.TestCase
TestPageQueue.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
