"""The outbox in memory keeps the contract of `alerts.ledger.Outbox`."""

from __future__ import annotations

import pytest

import alerts.memory_outbox
from alerts.alert import AlertKind
from alerts.ledger import Outbox, PageStatus
from alerts.memory_outbox import MemoryOutbox
from tests.alerts.builders import alert, page


def test_it_is_an_outbox() -> None:
    outbox: Outbox = MemoryOutbox()
    assert outbox.pending() == []


def test_pages_wait_in_order_until_they_are_finished() -> None:
    outbox, first, second = MemoryOutbox(), page(alert()), page(alert(alarm_id="bay-2-0001"))
    outbox.add([first, second, first])
    outbox.attempted(first.page_id, 5, "HTTP 500")
    assert outbox.pending() == [first, second]
    outbox.finished(first.page_id, PageStatus.DELIVERED, 6)
    outbox.finished(first.page_id, PageStatus.FAILED, 7)
    outbox.finished("msg_unknown", PageStatus.FAILED, 7)
    outbox.add([first])
    assert outbox.pending() == [second]
    assert outbox.status(first.page_id) is PageStatus.DELIVERED
    assert outbox.status("msg_unknown") is None


def test_told_are_those_who_got_a_call() -> None:
    outbox = MemoryOutbox()
    called, failed, news = page(alert()), page(alert(), "other"), page(alert(AlertKind.CLOSED), "third")
    outbox.add([called, failed, news])
    outbox.finished(called.page_id, PageStatus.DELIVERED, 1)
    outbox.finished(failed.page_id, PageStatus.FAILED, 1)
    outbox.finished(news.page_id, PageStatus.DELIVERED, 1)
    assert outbox.told("bay-1-0007") == {"pager"}


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts.memory_outbox, "REMEMBERED", 3)
    outbox, pages = MemoryOutbox(), [page(alert(alarm_id=f"bay-1-{n}")) for n in range(5)]
    outbox.add(pages)
    for done in pages:
        outbox.finished(done.page_id, PageStatus.DELIVERED, 1)
    assert [outbox.status(done.page_id) for done in pages] == [None] * 2 + [PageStatus.DELIVERED] * 3
    assert outbox.told("bay-1-0") == frozenset()
