"""Who was told of which alarm: decides who hears that it was acknowledged and that it ended."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from alerts.ledger import Outbox

_log = structlog.get_logger("bedwatch.alerts")

REMEMBERED = 10_000
"""Alarms kept in memory; for older ones, and after a restart, the outbox knows."""


@dataclass(slots=True)
class _Heard:
    paged: frozenset[str]
    delivered: frozenset[str]
    known: bool = True


class Told:
    """Memory over the outbox: channels paged for an alarm, and those where a page arrived."""

    def __init__(self, outbox: Outbox) -> None:
        """Reads the outbox only when asked about an alarm it has not met."""
        self._outbox = outbox
        self._heard: OrderedDict[str, _Heard] = OrderedDict()
        self._calls: OrderedDict[str, None] = OrderedDict()
        self.unanswered = asyncio.Event()
        """Set while `ask_again` has something to ask."""

    def begin(self, alarm_id: str) -> None:
        """A new alarm: nobody was told before, so the outbox need not be asked on the way of a fresh page."""
        if alarm_id not in self._heard:
            self._keep(alarm_id, frozenset())

    def recall(self, alarm_ids: Iterable[str]) -> None:
        """Ask the outbox about these now, so that nobody has to when one of them is news again."""
        for alarm_id in alarm_ids:
            self._of(alarm_id)

    def paged(self, alarm_id: str) -> frozenset[str] | None:
        """Channels that have a raise or escalation of this alarm on its way or delivered; None: nobody can say."""
        heard = self._of(alarm_id)
        return heard.paged if heard.known else None

    def arrived(self, alarm_id: str, channel: str) -> bool:
        """Whether a raise or escalation of this alarm was ever delivered on `channel`, or may have been."""
        heard = self._of(alarm_id)
        return not heard.known or channel in heard.delivered

    async def ask_again(self) -> None:
        """Ask the outbox about alarms that it could not answer for; in a thread, as its disk may be slow."""
        for alarm_id in [alarm_id for alarm_id, heard in self._heard.items() if not heard.known]:
            found = await asyncio.to_thread(self._ask_outbox, alarm_id)
            heard = self._heard.get(alarm_id)
            if found is None or heard is None:
                continue
            heard.paged |= found
            heard.delivered |= found
            heard.known = True
        if all(heard.known for heard in self._heard.values()):
            self.unanswered.clear()

    def note_paged(self, alarm_id: str, channels: Iterable[str]) -> None:
        """Pages to `channels` are on their way."""
        heard = self._of(alarm_id)
        heard.paged = heard.paged.union(channels)

    def first_call(self, page_id: str) -> bool:
        """Whether the call of this page goes out for the first time; from now on it does not."""
        first = page_id not in self._calls
        self._calls[page_id] = None
        if len(self._calls) > REMEMBERED:
            self._calls.popitem(last=False)
        return first

    def note_arrived(self, alarm_id: str, channel: str) -> None:
        """A page arrived on `channel`."""
        heard = self._of(alarm_id)
        heard.paged |= {channel}
        heard.delivered |= {channel}

    def _of(self, alarm_id: str) -> _Heard:
        heard = self._heard.get(alarm_id)
        if heard is None:
            return self._keep(alarm_id, self._ask_outbox(alarm_id))
        self._heard.move_to_end(alarm_id)
        return heard

    def _ask_outbox(self, alarm_id: str) -> frozenset[str] | None:
        try:
            return self._outbox.told(alarm_id)
        except Exception:
            # A store in trouble raises STORAGE by its own way; it must not keep an alarm from being paged.
            _log.exception("outbox_not_readable", alarm_id=alarm_id)
            return None

    def _keep(self, alarm_id: str, found: frozenset[str] | None) -> _Heard:
        delivered = frozenset() if found is None else found
        heard = self._heard[alarm_id] = _Heard(delivered, delivered, known=found is not None)
        if found is None:
            self.unanswered.set()
        if len(self._heard) > REMEMBERED:
            self._heard.popitem(last=False)
        return heard
