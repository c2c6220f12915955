"""Inactivation of the whole station's sound: paused for two minutes, or off until on (alarm-system 4.2).

It belongs to the ward, not to a bed: a new HIGH anywhere ends the pause, and sound cannot be off while a drug runs.
"""

from __future__ import annotations

from collections.abc import Iterable

from config.instant import Instant
from config.vocabulary import Phase
from monitor.core.events import Event, EventKind
from monitor.core.inactivation.states import Inactivated, Inactivation, began, ended, is_new_high, reminded
from monitor.core.inputs import Command
from monitor.core.refusals import refused
from monitor.core.rules.sections import InactivationRule
from monitor.core.service_alarms import ServiceAlarms

STATION_EVENTS = (EventKind.INACTIVATION_CHANGED, EventKind.INACTIVATION_REMINDER)
"""What is told of it; the same kinds tell of a bed where they name one."""
NURSES = frozenset({None, "nurse", "lead", "prescriber"})
LEAD = frozenset({None, "lead"})


class StationAudio:
    """The state itself lies with the service's, so that one snapshot holds both."""

    __slots__ = ("_rule", "_service")

    def __init__(self, rule: InactivationRule, service: ServiceAlarms) -> None:
        self._rule = rule
        self._service = service

    @property
    def now(self) -> Inactivation | None:
        """What is in force; None: sound is on."""
        return self._service.state.audio

    def command(self, item: Command, now: Instant, phases: Iterable[Phase]) -> list[Event]:
        """What a person asks for the station; `phases` are those of all beds."""
        if item.command == "audio_pause":
            return self._pause(item, now)
        if item.command == "audio_off":
            return self._off(item, now, phases)
        if item.command == "resume_alarms":
            return self._resume(item, now)
        return [refused(None, item.command, "unknown_scope", item.by, now)]

    def _pause(self, item: Command, now: Instant) -> list[Event]:
        if item.role not in NURSES:
            return [refused(None, item.command, "role_not_allowed", item.by, now)]
        if self.now is not None:
            reason = "already_paused" if self.now.until is not None else "already_off"
            return [refused(None, item.command, reason, item.by, now)]
        until = now + self._rule.audio_pause
        return self._begin(Inactivation(Inactivated.AUDIO_PAUSED, now, item.by, item.role, item.reason, until=until))

    def _off(self, item: Command, now: Instant, phases: Iterable[Phase]) -> list[Event]:
        problem = None
        if item.role not in LEAD:
            problem = "role_not_allowed"
        elif Phase.INFUSING in phases:
            problem = "bed_infusing"
        elif self.now is not None and self.now.state is Inactivated.AUDIO_OFF:
            problem = "already_off"
        if problem is not None:
            return [refused(None, item.command, problem, item.by, now)]
        remind_at = now + self._rule.audio_off_reminder
        new = Inactivation(Inactivated.AUDIO_OFF, now, item.by, item.role, item.reason, remind_at=remind_at)
        return self._begin(new)

    def _resume(self, item: Command, now: Instant) -> list[Event]:
        if self.now is None or item.fields.get("state") not in (None, self.now.state.value):
            return [refused(None, item.command, "nothing_inactivated", item.by, now)]
        return self._end(now, by=item.by, reason=item.reason)

    def watch(self, events: Iterable[Event]) -> list[Event]:
        """What happened on the ward may end it."""
        found: list[Event] = []
        for event in events:
            if self.now is None:
                break
            paused = self.now.state is Inactivated.AUDIO_PAUSED
            if paused and is_new_high(event):
                found += self._end(event.at, reason="new_high")
            elif not paused and _session_starts(event):
                found += self._end(event.at, reason="session_start")
        return found

    def next_deadline(self) -> Instant | None:
        """When `settle` wants to be called."""
        return None if self.now is None else self.now.until if self.now.remind_at is None else self.now.remind_at

    def settle(self, now: Instant) -> list[Event]:
        """The end of a pause, or reminders that sound is off."""
        found: list[Event] = []
        while self.now is not None and (due := self.next_deadline()) is not None and due <= now:
            if self.now.remind_at is None:
                found += self._end(due, reason="timer")
            else:
                self.now.reminded_at, self.now.remind_at = due, due + self._rule.audio_off_reminder
                found.append(reminded(None, due, self.now))
        return found

    def _begin(self, new: Inactivation) -> list[Event]:
        before = Inactivated.ON if self.now is None else self.now.state
        self._service.state.audio = new
        return [began(None, new.since, before, new)]

    def _end(self, at: Instant, *, by: str | None = None, reason: str | None) -> list[Event]:
        old, self._service.state.audio = self.now, None
        return [] if old is None else [ended(None, at, old, by=by, reason=reason)]


def _session_starts(event: Event) -> bool:
    """A patient is bound to a bed, or a drug begins to run where one was bound already."""
    if event.kind is EventKind.SESSION_OPENED:
        return True
    return event.kind is EventKind.PHASE_CHANGED and event.data.get("to") == Phase.INFUSING.value
