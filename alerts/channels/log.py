"""The default way out: one line in the service's log per page, without patient data."""

from __future__ import annotations

import structlog

from alerts.channel import ChannelKind, Delivered, NoOptions, Outcome
from alerts.ledger import Page
from config.instant import Instant
from config.vocabulary import Priority


class LogChannel:
    """Writes pages down; cannot fail to deliver."""

    def __init__(self, channel_id: str) -> None:
        """`channel_id` as in the site file."""
        self.id = channel_id
        self._log = structlog.get_logger("bedwatch.alerts")

    async def send(self, page: Page, now: Instant) -> Outcome:
        """One line. The text is left out: it may carry initials."""
        alert = page.alert
        self._log.info(
            "page",
            channel=self.id,
            page_id=page.page_id,
            type=alert.kind.value,
            alarm_id=alert.alarm_id,
            alarm=alert.alarm,
            priority=alert.priority.word,
            bed=alert.bed,
            step=alert.step,
            occurrence=alert.occurrence,
            audible=alert.audible,
        )
        return Delivered("logged")

    async def aclose(self) -> None:
        """Nothing to give back."""


def _open(channel_id: str, options: NoOptions) -> LogChannel:
    return LogChannel(channel_id)


KIND = ChannelKind("log", open=_open, min_priority=Priority.LOW, keeps_record=True)
