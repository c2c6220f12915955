"""The memory of who was told is bounded, and asks the outbox for what it forgot."""

from __future__ import annotations

import pytest

import alerts.told
from alerts.ledger import PageStatus
from alerts.memory_outbox import MemoryOutbox
from alerts.told import Told
from tests.alerts.builders import alert, page


class CountingOutbox(MemoryOutbox):
    """Counts how often it is asked."""

    asked = 0

    def told(self, alarm_id: str) -> frozenset[str]:
        """As `Outbox.told`."""
        self.asked += 1
        return super().told(alarm_id)


def test_the_outbox_is_asked_once_and_not_at_all_for_a_new_alarm() -> None:
    outbox = CountingOutbox()
    outbox.add([page(alert())])
    outbox.finished(page(alert()).page_id, PageStatus.DELIVERED, 1)
    asking = outbox.asked
    told = Told(outbox)
    told.begin("bay-2-0001")
    told.note_paged("bay-2-0001", ["pager"])
    assert told.paged("bay-2-0001") == frozenset({"pager"})
    assert not told.arrived("bay-2-0001", "pager")
    assert outbox.asked == asking
    assert told.arrived("bay-1-0007", "pager")
    assert told.paged("bay-1-0007") == frozenset({"pager"})
    assert outbox.asked == asking + 1


def test_what_was_recalled_is_not_asked_for_again() -> None:
    outbox = CountingOutbox()
    outbox.add([page(alert())])
    outbox.finished(page(alert()).page_id, PageStatus.DELIVERED, 1)
    told = Told(outbox)
    told.recall(["bay-1-0007", "bay-2-0001"])
    asking = outbox.asked
    assert told.paged("bay-1-0007") == frozenset({"pager"})
    assert told.paged("bay-2-0001") == frozenset()
    assert outbox.asked == asking


def test_beginning_again_forgets_nothing() -> None:
    told = Told(MemoryOutbox())
    told.note_arrived("bay-1-0007", "pager")
    told.begin("bay-1-0007")
    assert told.arrived("bay-1-0007", "pager")


def test_memory_is_bounded_and_forgets_the_longest_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts.told, "REMEMBERED", 2)
    told = Told(MemoryOutbox())
    told.note_arrived("a", "pager")
    told.note_arrived("b", "pager")
    assert told.arrived("a", "pager")
    told.note_arrived("c", "pager")
    assert [told.arrived(name, "pager") for name in "ac"] == [True, True]
    assert not told.arrived("b", "pager")
