"""Alarms of the service itself: STORAGE, STATION_LOST, PAGER_FAIL and their like (alarm-system 3.2; rulings 2.1).

They belong to no bed and hold in every phase of all of them; their instances are told apart by their subject, such
as a channel or a page. What is reported is a state: it holds until the opposite is reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from config.instant import Instant
from monitor.core.alarm import AlarmBook, instance_key
from monitor.core.events import Event, EventKind
from monitor.core.inactivation.states import Inactivation
from monitor.core.inputs import Acknowledge, SystemState
from monitor.core.rules.ruleset import Ruleset
from monitor.core.rules.technical import ServiceRule

SITE = "site"


@dataclass(slots=True)
class Pending:
    """A trouble whose rule has a delay that has not passed yet: what was first reported of it."""

    system: str
    since: Instant
    subject: str | None
    detail: str | None
    critical: bool


@dataclass(slots=True)
class ServiceState:
    """Open service alarms, when each trouble was last reported, those whose delay runs, and the station's sound.

    `faults`: of each CORE_FAULT, what it has been told of.
    """

    clock: Instant
    book: AlarmBook = field(default_factory=lambda: AlarmBook(SITE, None))
    reported: dict[str, Instant] = field(default_factory=dict)
    pending: dict[str, Pending] = field(default_factory=dict)
    audio: Inactivation | None = None
    faults: dict[str, list[str | None]] = field(default_factory=dict)


class ServiceAlarms:
    """The service's own alarm book with its rules."""

    __slots__ = ("rules", "state")

    def __init__(self, rules: Ruleset, state: ServiceState) -> None:
        self.rules = rules
        self.state = state

    def report(self, item: SystemState, now: Instant, out: list[Event]) -> None:
        """Something about the service went wrong, or is right again."""
        rule = self._rule(item.system, item.subject)
        if rule is None:
            return
        state, key = self.state, instance_key(rule.rule, item.subject)
        alarm = state.book.find(rule.rule, item.subject)
        if item.ok:
            state.reported.pop(key, None)
            state.pending.pop(key, None)
            state.faults.pop(key, None)
            if alarm is not None:
                state.book.cleared(alarm, now, out)
            return
        state.reported[key] = now
        another = item.system == "core" and item.detail not in (known := state.faults.setdefault(key, []))
        if another:
            known.append(item.detail)
        if alarm is not None:
            state.book.rise(alarm, rule.critical if item.critical else rule.priority, now, out)
            if another:  # another one: who took note of the first has not heard of it
                state.book.companion(alarm, now, out)
            return
        since = now if item.since is None else min(item.since, now)
        waiting = state.pending.setdefault(key, Pending(item.system, since, item.subject, item.detail, item.critical))
        waiting.critical = waiting.critical or item.critical
        if waiting.since + rule.delay <= now:
            self._raise(key, rule, now, out)

    def _raise(self, key: str, rule: ServiceRule, now: Instant, out: list[Event]) -> None:
        found = self.state.pending.pop(key)
        extra: dict[str, Any] | None = None if found.detail is None else {"detail": found.detail}
        priority = rule.critical if found.critical else rule.priority
        self.state.book.onset(
            rule.rule, now, out, priority=priority, since=found.since, device=found.subject, extra=extra
        )

    def restart(self, now: Instant, out: list[Event]) -> None:
        """Row 17. What was waiting out its delay is reported anew by whoever still finds it so."""
        self.state.pending.clear()
        self.state.book.restart(now, out)

    def acknowledge(self, item: Acknowledge, now: Instant, out: list[Event]) -> None:
        """A person took note of one of these alarms."""
        problem = self.state.book.acknowledge(item, now, self.rules.timing, out)
        if problem is not None:
            named = {"alarm_id": item.alarm_id} if item.alarm_id is not None else {"alarm": item.alarm}
            data = {"command": "acknowledge", "reason": problem, "by": item.by, **named}
            out.append(Event(now, None, EventKind.COMMAND_REFUSED, data))

    def next_deadline(self) -> Instant | None:
        """When `settle` wants to be called."""
        first = min(self._waiting(), default=None)
        return None if first is None else first[0]

    def settle(self, now: Instant) -> list[Event]:
        """Delays, re-arms and endings that fell due up to `now`, in order."""
        out: list[Event] = []
        while (first := min(self._waiting(), default=None)) is not None and first[0] <= now:
            due, _, key = first
            state = self.state
            state.clock = max(state.clock, due)
            waiting = state.pending.get(key)
            if waiting is not None:
                rule = self._rule(waiting.system, waiting.subject)
                if rule is not None:
                    self._raise(key, rule, state.clock, out)
            elif (alarm := state.book.open[key]).remind_at == due:
                state.book.remind(key, state.clock, out)
            else:
                state.reported.pop(key, None)
                state.book.cleared(alarm, state.clock, out)
        self.state.clock = max(self.state.clock, now)
        return out

    def _waiting(self) -> list[tuple[Instant, int, str]]:
        found = []
        reminder = self.state.book.next_reminder()
        if reminder is not None:
            found.append(reminder)
        conflict = self.rules.id_conflict
        for key, alarm in self.state.book.open.items():
            if alarm.rule.name == conflict.rule.name:
                found.append((self.state.reported.get(key, alarm.since) + conflict.ends_after, alarm.rule.order, key))
        for key, waiting in self.state.pending.items():
            rule = self._rule(waiting.system, waiting.subject)
            if rule is not None:
                found.append((waiting.since + rule.delay, rule.rule.order, key))
        return found

    def _rule(self, system: str, subject: str | None) -> ServiceRule | None:
        """The rule of a system; None: it is recorded and raises nothing."""
        rules = self.rules
        match system:
            case "storage":
                return rules.storage
            case "pager":
                return rules.pager_fail
            case "station":
                return rules.station_lost if subject is None else rules.station_mute
            case "clock":
                return rules.clock.of_server()
            case "binding":
                return rules.id_conflict
            case "core":
                return rules.core_fault
            case "watchdog":
                return rules.core_stalled
        return None
