"""The combined announcement: many new alarms on one bed are told as one (alarm-system 4.1; rulings 2.9; pure).

More than three new MEDIUM or HIGH instances within 60 s: the call that goes beyond names them all, and further
MEDIUM ones are folded into it for 60 s. Where no other combined call names them until then, they are to be called
for. A HIGH one is called for always, each by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from alerts.alert import Alert, AlertKind
from config.instant import SECOND, Duration, Instant
from config.vocabulary import Priority

MOST_SINGLE = 3
WITHIN: Duration = 60 * SECOND


@dataclass(slots=True)
class _Busy:
    """One bed.

    Attributes:
        new: what was new within the last minute, in words, and when.
        announced_at: the last combined call; None once it is calm again.
        folded: when each alarm came that no call has named yet, and its id; `folded_until`: then they are called for.
    """

    new: list[tuple[Instant, str]] = field(default_factory=list)
    announced_at: Instant | None = None
    folded: list[tuple[Instant, str]] = field(default_factory=list)
    folded_until: Instant = 0


class Combiner:
    """Remembers what was new on each bed within the last minute; alerts come in order of time."""

    def __init__(self) -> None:
        self._beds: dict[str, _Busy] = {}

    def take(self, alert: Alert, what: str) -> Alert:
        """The alert as it is to be told; `what` is wrong, in words without bed and priority."""
        new = alert.kind is AlertKind.RAISED and alert.occurrence == 1 and alert.priority >= Priority.MEDIUM
        if not new or alert.bed is None:
            return alert
        busy = self._beds.setdefault(alert.bed, _Busy())
        busy.new = [entry for entry in busy.new if entry[0] > alert.at - WITHIN]
        busy.new.append((alert.at, what))
        if len(busy.new) <= MOST_SINGLE:
            busy.announced_at = None
            return alert
        if not alert.audible or alert.unattended:
            return alert
        if busy.announced_at is not None and alert.at < busy.announced_at + WITHIN:
            if alert.priority is Priority.HIGH:
                return alert
            if not busy.folded:
                busy.folded_until = busy.announced_at + WITHIN
            busy.folded.append((alert.at, alert.alarm_id))
            return replace(alert, combined=True)
        busy.announced_at = alert.at
        busy.folded = [entry for entry in busy.folded if entry[0] <= alert.at - WITHIN]  # the others are named here
        others = ", ".join(words for _, words in busy.new[:-1])
        return replace(alert, text=f"{alert.text}; {len(busy.new)} new alarms within 60 s, also: {others}")

    def due(self) -> Instant | None:
        """When what is folded is to be called for next."""
        return min((busy.folded_until for busy in self._beds.values() if busy.folded), default=None)

    def release(self, now: Instant) -> dict[str, list[str]]:
        """By bed, the alarm ids that no combined call has named in time; they are given once."""
        found = {}
        for bed, busy in self._beds.items():
            if busy.folded and busy.folded_until <= now:
                found[bed], busy.folded = [alarm_id for _, alarm_id in busy.folded], []
        return found
