"""An outbox in memory, for the demo without a data folder and for tests. It does not survive the process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from alerts.alert import AlertKind
from alerts.ledger import Page, PageStatus
from config.instant import Instant

REMEMBERED = 10_000


class MemoryOutbox:
    """Keeps unfinished pages, and remembers the newest 10 000 finished ones; older ones are forgotten."""

    def __init__(self) -> None:
        """Empty."""
        self._pending: dict[str, Page] = {}
        self._finished: OrderedDict[str, PageStatus] = OrderedDict()
        self._told: OrderedDict[str, frozenset[str]] = OrderedDict()

    def add(self, pages: Iterable[Page]) -> None:
        """What a durable outbox does in the transaction of the events. A known id changes nothing."""
        for page in pages:
            if page.page_id not in self._finished:
                self._pending.setdefault(page.page_id, page)

    def pending(self) -> list[Page]:
        """Every page without a final status, oldest first."""
        return list(self._pending.values())

    def attempted(self, page_id: str, at: Instant, detail: str) -> None:
        """Nothing to keep: the next try is the dispatcher's business."""

    def finished(self, page_id: str, status: PageStatus, at: Instant, detail: str = "") -> None:
        """The final status; the first one stands."""
        page = self._pending.pop(page_id, None)
        if page is None:
            return
        self._finished[page_id] = status
        if len(self._finished) > REMEMBERED:
            self._finished.popitem(last=False)
        if status is PageStatus.DELIVERED and page.alert.kind in (AlertKind.RAISED, AlertKind.ESCALATED):
            self._told[page.alert.alarm_id] = self.told(page.alert.alarm_id) | {page.channel}
            if len(self._told) > REMEMBERED:
                self._told.popitem(last=False)

    def told(self, alarm_id: str) -> frozenset[str]:
        """Channels that had a raised or escalated page of this instance delivered."""
        return self._told.get(alarm_id, frozenset())

    def status(self, page_id: str) -> PageStatus | None:
        """What became of a page; None when it is not known."""
        return PageStatus.PENDING if page_id in self._pending else self._finished.get(page_id)
