"""Pages on their way survive; what became of them is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from alerts.alert import Alert, AlertKind
from alerts.ledger import Outbox, PageStatus
from config.vocabulary import Priority
from monitor.journal import Journal
from monitor.journal.outbox import alert_from_json, alert_to_json
from tests.monitor.journal.conftest import OpenJournal
from tests.monitor.journal.rows import change, page, raised, stored


def test_an_alert_comes_back_as_it_went() -> None:
    full = page("p-1", 1_700_000_000_000_000).alert
    assert alert_from_json(alert_to_json(full)) == full
    bare = Alert(AlertKind.TEST, 1, "site-0001", 1, None, None, "STORAGE", Priority.HIGH, "test")
    assert alert_from_json(alert_to_json(bare)) == bare


async def test_a_restart_knows_what_is_left_to_send(open_journal: OpenJournal) -> None:
    journal = await open_journal()
    outbox: Outbox = journal.outbox
    for number in range(1, 5):
        journal.append([raised(number)], [page(f"p-{number}", number)], session=None)
    outbox.attempted("p-2", 20, "503 Service Unavailable")
    outbox.finished("p-1", PageStatus.DELIVERED, 21)
    outbox.finished("p-3", PageStatus.SUPERSEDED, 22, "acknowledged")
    assert [left.page_id for left in outbox.pending()] == ["p-2", "p-4"]
    await journal.close()
    again = await open_journal()
    assert again.outbox.pending() == [page("p-2", 2), page("p-4", 4)]


async def test_the_file_tells_what_became_of_a_page(journal: Journal, path: Path) -> None:
    """A final status stays; later words change nothing."""
    journal.append([raised(1)], [page("p-1")], session=None)
    journal.outbox.attempted("p-1", 20, "timeout")
    journal.outbox.attempted("p-1", 30, "timeout \udcff")
    journal.outbox.finished("p-1", PageStatus.FAILED, 40, "410 Gone")
    journal.outbox.finished("p-1", PageStatus.DELIVERED, 50)
    journal.outbox.attempted("p-1", 60, "late")
    journal.outbox.finished("nobody", PageStatus.DELIVERED, 70)
    await journal.flush()
    assert stored(path, "SELECT page_id, status, attempts, updated_us, detail FROM outbox") == [
        ("p-1", "failed", 2, 40, "410 Gone")
    ]
    with pytest.raises(ValueError, match="not a final status"):
        journal.outbox.finished("p-1", PageStatus.PENDING, 80)


async def test_a_page_that_enters_twice_is_one_page(journal: Journal, path: Path) -> None:
    for _ in range(2):
        await journal.append([raised(1)], [page("p-1")], session=None).wait()
    assert stored(path, "SELECT count(*) FROM outbox") == [1]
    assert len(journal.outbox.pending()) == 1


async def test_who_was_told_of_an_alarm_is_known_at_once_and_after_a_restart(open_journal: OpenJournal) -> None:
    """Who heard that it began hears that it ended (alarm-system, section 4.3); a failed page told nobody."""
    journal = await open_journal()
    ended = replace(page("p-3"), channel="sms", alert=replace(page("p-3").alert, kind=AlertKind.CLOSED))
    pages = [page("p-1"), replace(page("p-2"), channel="mail"), ended]
    await journal.append([raised(1)], pages, session=None).wait()
    assert journal.outbox.told("bay-1-0001") == frozenset()
    journal.outbox.finished("p-1", PageStatus.DELIVERED, 5)
    journal.outbox.finished("p-2", PageStatus.FAILED, 6)
    journal.outbox.finished("p-3", PageStatus.DELIVERED, 7)
    assert journal.outbox.told("bay-1-0001") == {"pager"}
    await journal.close()
    again = await open_journal()
    assert again.outbox.told("bay-1-0001") == {"pager"}
    assert again.outbox.told("bay-1-0002") == frozenset()


async def test_a_page_that_cannot_be_read_is_finished_as_failed(open_journal: OpenJournal, path: Path) -> None:
    """A row of another release must not keep the service from starting, nor go in silence."""
    journal = await open_journal()
    await journal.append([], [page("p-1"), page("p-2")], session=None).wait()
    await journal.close()
    change(path, "UPDATE outbox SET alert = '{}' WHERE page_id = 'p-1'")
    again = await open_journal()
    assert [left.page_id for left in again.outbox.pending()] == ["p-2"]
    await again.close()
    ((status, detail),) = stored(path, "SELECT status, detail FROM outbox WHERE page_id = 'p-1'")
    assert status == "failed"
    assert detail.startswith("unreadable: ")
