"""The combined announcement: many new alarms on one bed are told as one (alarm-system 4.1; rulings 2.9; pure).

More than three new MEDIUM or HIGH instances within 60 s: the call that goes beyond names them all, and further
MEDIUM ones are not called for one by one until it is calmer. A HIGH one is called for always, each by itself.
"""

from __future__ import annotations

from dataclasses import replace

from alerts.alert import Alert, AlertKind
from config.instant import SECOND, Duration, Instant
from config.vocabulary import Priority

MOST_SINGLE = 3
WITHIN: Duration = 60 * SECOND


class Combiner:
    """Remembers what was new on each bed within the last minute; alerts come in order of time."""

    def __init__(self) -> None:
        self._new: dict[str, list[tuple[Instant, str]]] = {}
        self._announced: set[str] = set()

    def take(self, alert: Alert, what: str) -> Alert:
        """The alert as it is to be told; `what` is wrong, in words without bed and priority."""
        new = alert.kind is AlertKind.RAISED and alert.occurrence == 1 and alert.priority >= Priority.MEDIUM
        if not new or alert.bed is None:
            return alert
        recent = [entry for entry in self._new.get(alert.bed, []) if entry[0] > alert.at - WITHIN]
        recent.append((alert.at, what))
        self._new[alert.bed] = recent
        if len(recent) <= MOST_SINGLE:
            self._announced.discard(alert.bed)
            return alert
        if not alert.audible or alert.unattended:
            return alert
        if alert.bed in self._announced:
            return alert if alert.priority is Priority.HIGH else replace(alert, combined=True)
        self._announced.add(alert.bed)
        others = ", ".join(words for _, words in recent[:-1])
        return replace(alert, text=f"{alert.text}; {len(recent)} new alarms within 60 s, also: {others}")
