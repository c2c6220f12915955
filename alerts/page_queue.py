"""The pages that wait on one channel: their order, what makes one obsolete, and what goes when it is full.

Pages of one alarm form a lane and go out in order, one at a time. Among lanes the highest priority goes first,
then the longest waiting. Nothing here waits or looks at a clock.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from alerts.alert import Alert, AlertKind
from alerts.ledger import Page, PageStatus
from config.instant import MINUTE, Duration, Instant
from config.vocabulary import Priority

CALLS = frozenset({AlertKind.RAISED, AlertKind.ESCALATED})
FOLLOW_UPS = frozenset({AlertKind.ACKNOWLEDGED, AlertKind.CLOSED})

PATIENCE: dict[AlertKind, Duration] = {
    AlertKind.ACKNOWLEDGED: 60 * MINUTE,
    AlertKind.CLOSED: 60 * MINUTE,
    AlertKind.HEARTBEAT: 1 * MINUTE,
    AlertKind.TEST: 1 * MINUTE,
}
"""How long a page is tried from its first failure on. A call is tried until its alarm is over (interfaces,
section 7): no entry."""

EndedCallback: TypeAlias = Callable[[Page, PageStatus, str], None]


@dataclass(slots=True, eq=False)
class Entry:
    """One waiting page.

    Attributes:
        page: what is to be sent.
        since: when it was first due.
        due_at: when it may be tried next.
        order: place in the order of arrival.
        attempts: failed tries so far.
        reason: why the last one failed.
        in_flight: True while a try is under way.
        failed_since: when the first try failed; None: none has.
    """

    page: Page
    since: Instant
    due_at: Instant
    order: int
    attempts: int = 0
    reason: str = "not tried yet"
    in_flight: bool = False
    failed_since: Instant | None = None

    @property
    def kind(self) -> AlertKind:
        """The kind of its alert."""
        return self.page.alert.kind

    @property
    def priority(self) -> Priority:
        """The priority of its alert."""
        return self.page.alert.priority


def makes_obsolete(newer: Alert, older: Entry) -> bool:
    """Whether `older`, still waiting, need not be sent because a page about `newer` follows it.

    An alarm that is over calls nobody any more; one that has latched is not over until somebody answers. A newer
    call says all that a call or acknowledgement which already failed would have said. Otherwise the receiver gets
    the whole story in order. The end of a condition that somebody was called about is always told.
    """
    if newer.over:
        return older.kind in CALLS or (older.kind is AlertKind.ACKNOWLEDGED and older.attempts > 0)
    return newer.kind in CALLS and older.attempts > 0


@dataclass(slots=True)
class _Lane:
    entries: deque[Entry] = field(default_factory=deque)

    @property
    def head(self) -> Entry:
        return self.entries[0]

    @property
    def priority(self) -> Priority:
        return max(entry.priority for entry in self.entries)

    def rank(self) -> tuple[int, int]:
        return (-self.priority, self.head.order)


class PageQueue:
    """Bounded: at `limit` pages the oldest of the lowest priority ends as FAILED."""

    def __init__(self, limit: int, arrived: Callable[[str], bool], ended: EndedCallback) -> None:
        """`arrived(alarm_id)` says whether a call of that alarm was delivered here; `ended` hears of every end."""
        self._limit = limit
        self._arrived = arrived
        self._ended = ended
        self._lanes: dict[str, _Lane] = {}
        self._ids: set[str] = set()
        self._order = 0

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Entry]:
        return (entry for lane in self._lanes.values() for entry in lane.entries)

    def add(self, page: Page, now: Instant, tried_until: Instant | None = None) -> Page | None:
        """Take in a page that is due `now`; answers with the page that had to go for want of room, if any.

        `tried_until`: it may have been tried before, in an earlier run, and is due again then.
        Of a page that waits already only the news counts that its alarm is over.
        """
        if page.alert.ended_before and page.alert.alarm_id not in self._lanes:
            self._ended(page, PageStatus.SUPERSEDED, "its end was told before")
            return None
        if page.page_id in self._ids:
            if page.alert.over:
                self._learn_over(page)
            return None
        lane = self._lanes.setdefault(page.alert.alarm_id, _Lane())
        self._order += 1
        entry = Entry(page, since=now, due_at=now, order=self._order)
        if tried_until is not None:
            entry.due_at, entry.attempts = tried_until, 1
        lane.entries.append(entry)
        self._ids.add(page.page_id)
        self._settle(page.alert.alarm_id)
        return self._make_room() if len(self) > self._limit else None

    def take(self, now: Instant, least: Priority = Priority.LOW) -> Entry | None:
        """The most urgent page that may be tried now, of an alarm of at least priority `least`; marked as in flight."""
        ready = [lane for lane in self._idle(least) if lane.head.due_at <= now]
        if not ready:
            return None
        entry = min(ready, key=_Lane.rank).head
        entry.in_flight = True
        return entry

    def delivered(self, entry: Entry, receipt: str) -> None:
        """The try succeeded; what waits behind it is due."""
        self._end(entry, PageStatus.DELIVERED, receipt)
        self._settle(entry.page.alert.alarm_id)

    def failed(self, entry: Entry, due_at: Instant, reason: str, now: Instant) -> None:
        """The try failed; the next is due at `due_at`, unless the page's patience has run out."""
        entry.in_flight = False
        entry.attempts += 1
        entry.due_at = due_at
        entry.reason = reason
        if entry.failed_since is None:
            entry.failed_since = now
        if entry.kind in PATIENCE and now - entry.failed_since >= PATIENCE[entry.kind]:
            self._end(entry, PageStatus.FAILED, reason)
        self._settle(entry.page.alert.alarm_id)

    def give_up(self, entry: Entry, reason: str) -> None:
        """The page will not be delivered."""
        self._end(entry, PageStatus.FAILED, reason)

    def give_up_waiting(self, reason: str) -> None:
        """The channel is off: nothing that waits will be delivered. Pages in flight may still be."""
        for entry in [entry for entry in self if not entry.in_flight]:
            self._end(entry, PageStatus.FAILED, reason)

    def next_due(self, least: Priority = Priority.LOW) -> Instant | None:
        """When `take` has something next; None: nothing waits."""
        return min((lane.head.due_at for lane in self._idle(least)), default=None)

    def stories(self) -> list[list[Alert]]:
        """Of every alarm that a call waits about what `story` says."""
        return [told for alarm_id in self._lanes if (told := self.story(alarm_id))]

    def story(self, alarm_id: str) -> list[Alert]:
        """The newest call that waits about an alarm, and what waits behind it; empty: none does."""
        lane = self._lanes.get(alarm_id)
        waiting = [] if lane is None else [entry.page.alert for entry in lane.entries]
        calls = [index for index, alert in enumerate(waiting) if alert.kind in CALLS]
        return waiting[calls[-1] :] if calls else []

    def oldest(self) -> Entry | None:
        """The page that has been due longest."""
        return min(self, key=lambda entry: (entry.since, entry.order), default=None)

    def _idle(self, least: Priority) -> Iterator[_Lane]:
        return (lane for lane in self._lanes.values() if not lane.head.in_flight and lane.priority >= least)

    def _settle(self, alarm_id: str) -> None:
        """End what later pages of the alarm made obsolete, and news for a receiver that never heard of it."""
        lane = self._lanes.get(alarm_id)
        if lane is None:
            return
        entries = list(lane.entries)
        for index, older in enumerate(entries):
            if not older.in_flight and any(makes_obsolete(newer.page.alert, older) for newer in entries[index + 1 :]):
                self._end(older, PageStatus.SUPERSEDED, f"overtaken by later news; {older.reason}")
        while lane.entries and self._is_unheard(lane.head):
            self._end(lane.head, PageStatus.SUPERSEDED, "the receiver was never told of this alarm")

    def _learn_over(self, end: Page) -> None:
        """The alarm whose end waits to be told is over by now."""
        for entry in self._lanes[end.alert.alarm_id].entries:
            if entry.page.page_id == end.page_id:
                entry.page = end
        self._settle(end.alert.alarm_id)

    def _is_unheard(self, head: Entry) -> bool:
        return head.kind in FOLLOW_UPS and not head.in_flight and not self._arrived(head.page.alert.alarm_id)

    def _make_room(self) -> Page | None:
        idle = [entry for entry in self if not entry.in_flight]
        victim = min(idle, key=lambda entry: (entry.priority, entry.order))
        self._end(victim, PageStatus.FAILED, f"the queue of {self._limit} pages was full; {victim.reason}")
        self._settle(victim.page.alert.alarm_id)
        return victim.page

    def _end(self, entry: Entry, status: PageStatus, detail: str) -> None:
        alarm_id = entry.page.alert.alarm_id
        lane = self._lanes[alarm_id]
        lane.entries.remove(entry)
        if not lane.entries:
            del self._lanes[alarm_id]
        self._ids.discard(entry.page.page_id)
        self._ended(entry.page, status, detail)
