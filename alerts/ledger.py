"""Who was told what: the pages on their way, and the contract of the store that survives a restart."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from alerts.alert import Alert
from config.instant import Instant


@dataclass(frozen=True, slots=True)
class Page:
    """One alert on its way to one channel.

    Attributes:
        page_id: stable over retries and restarts; the receiver's key against doubles (`webhook-id`).
        channel: id of the channel in the site file.
        alert: what is told.
    """

    page_id: str
    channel: str
    alert: Alert


class PageStatus(StrEnum):
    """What became of a page. All but PENDING are final (alarm-system, section 5.2)."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    SUPERSEDED = "superseded"


class Outbox(Protocol):
    """Pages not finished yet, kept so that a restart forgets none.

    New pages enter in the transaction of the events that caused them (rulings, section 5), so this contract
    only reads what is left and records what became of it. A page id it does not know is passed over: tests
    of a channel, and pages sent while the journal could not be written, are not in it.
    """

    def pending(self) -> list[Page]:
        """Every page without a final status, oldest first: what a restart has to send."""
        ...

    def attempted(self, page_id: str, at: Instant, detail: str) -> None:
        """A try that did not end it, with its reason."""
        ...

    def finished(self, page_id: str, status: PageStatus, at: Instant, detail: str = "") -> None:
        """The final status. Recording it again changes nothing."""
        ...

    def told(self, alarm_id: str) -> frozenset[str]:
        """Channels that had a raised or escalated page of this instance delivered: who hears of its end.

        The one call that may come from another thread.
        """
        ...
