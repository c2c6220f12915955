"""Alarms of the service itself: STORAGE, PAGER_FAIL, ID_CONFLICT (alarm-system 3.2; rulings 2.1).

They belong to no bed; their instances are told apart by their subject, such as a channel or a topic.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from config.instant import Instant
from monitor.core.alarm import AlarmBook, instance_key
from monitor.core.events import Event, EventKind
from monitor.core.inputs import Acknowledge, SystemState
from monitor.core.ruleset import Ruleset, ServiceRule

SITE = "site"


@dataclass(slots=True)
class ServiceState:
    """Open service alarms, and when each reported trouble was last reported."""

    clock: Instant
    book: AlarmBook = field(default_factory=lambda: AlarmBook(SITE, None))
    reported: dict[str, Instant] = field(default_factory=dict)


class ServiceAlarms:
    """The service's own alarm book with its rules."""

    __slots__ = ("rules", "state")

    def __init__(self, rules: Ruleset, state: ServiceState) -> None:
        self.rules = rules
        self.state = state

    def report(self, item: SystemState, now: Instant, out: list[Event]) -> None:
        """Something about the service went wrong, or is right again."""
        rule = self._rule(item.system)
        if rule is None:
            return
        book, key = self.state.book, instance_key(rule.rule, item.subject)
        alarm = book.find(rule.rule, item.subject)
        if item.ok:
            self.state.reported.pop(key, None)
            if alarm is not None:
                book.cleared(alarm, now, out)
            return
        self.state.reported[key] = now
        priority = rule.critical if item.critical else rule.priority
        if alarm is not None:
            book.rise(alarm, priority, now, out)
            return
        extra = None if item.detail is None else {"detail": item.detail}
        book.onset(rule.rule, now, out, priority=priority, since=now, device=item.subject, extra=extra)

    def acknowledge(self, item: Acknowledge, now: Instant, out: list[Event]) -> None:
        """A person took note of one of these alarms."""
        if not self.state.book.acknowledge_named(item.alarm_id, item.alarm, now, item.by, self.rules.timing, out):
            named = {"alarm_id": item.alarm_id} if item.alarm_id is not None else {"alarm": item.alarm}
            data = {"command": "acknowledge", "reason": "not_active", "by": item.by, **named}
            out.append(Event(now, None, EventKind.COMMAND_REFUSED, data))

    def next_deadline(self) -> Instant | None:
        """When `settle` wants to be called."""
        waiting = [due for due, _, _ in self._waiting()]
        return min(waiting, default=None)

    def settle(self, now: Instant) -> list[Event]:
        """Re-arms and endings that fell due up to `now`, in order."""
        out: list[Event] = []
        while (first := min(self._waiting(), default=None)) is not None and first[0] <= now:
            due, _, key = first
            self.state.clock = max(self.state.clock, due)
            alarm = self.state.book.open[key]
            if alarm.remind_at == due:
                self.state.book.remind(key, self.state.clock, out)
            else:
                self.state.reported.pop(key, None)
                self.state.book.cleared(alarm, self.state.clock, out)
        self.state.clock = max(self.state.clock, now)
        return out

    def _waiting(self) -> list[tuple[Instant, int, str]]:
        found = []
        reminder = self.state.book.next_reminder()
        if reminder is not None:
            found.append(reminder)
        ends_after = self.rules.id_conflict.ends_after
        for key, alarm in self.state.book.open.items():
            if ends_after is not None and alarm.rule.name == self.rules.id_conflict.rule.name:
                found.append((self.state.reported.get(key, alarm.since) + ends_after, alarm.rule.order, key))
        return found

    def _rule(self, system: str) -> ServiceRule | None:
        """The rule of a system; None: it is recorded and raises nothing."""
        rules = {
            "storage": self.rules.storage,
            "pager": self.rules.pager_fail,
            "binding": self.rules.id_conflict,
            "core": self.rules.core_fault,
        }
        return rules.get(system)
