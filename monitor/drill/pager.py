"""The webhook of a drill: builds the message that would leave, and keeps it instead of sending it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from alerts.channel import ChannelKind, Delivered, Outcome, Retry
from alerts.ledger import Page
from alerts.payload import payload
from config.instant import Clock, Instant
from config.vocabulary import Priority

KIND = "drill-webhook"


@dataclass(frozen=True, slots=True)
class SentPage:
    """A message that reached the receiver at `at`."""

    at: Instant
    message: dict[str, Any]

    @property
    def type(self) -> str:
        """`alarm.raised` and so on (interfaces, section 7)."""
        return str(self.message["type"])

    @property
    def alarm(self) -> str:
        """The kind of alarm it is about."""
        return str(self.message["data"]["alarm"])

    @property
    def alarm_id(self) -> str:
        """The instance it is about."""
        return str(self.message["data"]["alarm_id"])


class DrillPager:
    """A channel whose receiver is in memory; while `answers` is False nobody picks up."""

    def __init__(self, channel_id: str, sent: list[SentPage], answers: Callable[[], bool], clock: Clock) -> None:
        self.id = channel_id
        self._sent = sent
        self._answers = answers
        self._clock = clock

    async def send(self, page: Page, now: Instant) -> Outcome:
        """As `Channel.send`; `now` is that of the receiver's calendar, the story goes by its own."""
        message = payload(page.alert)
        if not self._answers():
            return Retry("no answer")
        self._sent.append(SentPage(self._clock.now(), message))
        return Delivered("kept")

    async def aclose(self) -> None:
        """Nothing to give back."""


def drill_kind(sent: list[SentPage], answers: Callable[[str], bool], clock: Clock) -> ChannelKind:
    """The kind of channel that a drill's site file names; `answers`: whether the one of this id picks up now."""

    def open_pager(channel_id: str, _options: Any) -> DrillPager:
        return DrillPager(channel_id, sent, lambda: answers(channel_id), clock)

    return ChannelKind(KIND, open=open_pager, min_priority=Priority.MEDIUM)
