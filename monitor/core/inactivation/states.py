"""The inactivation states of alarm-system 4.2 as values. Nothing else than these four keeps an alarm from being heard.

They mask what is announced at the station, never what is recorded or paged; only ALARM_OFF stops a rule itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from config.instant import Instant
from monitor.core.events import Event, EventKind


class Inactivated(StrEnum):
    """The states, named as people are told them."""

    ON = "ON"
    AUDIO_PAUSED = "AUDIO_PAUSED"
    ALARM_PAUSED = "ALARM_PAUSED"
    AUDIO_OFF = "AUDIO_OFF"
    ALARM_OFF = "ALARM_OFF"


@dataclass(slots=True)
class Inactivation:
    """One state in force on a bed, for one of its rules, or for the station.

    Attributes:
        since, by, role, reason: who, when, why.
        until: when it ends by itself; None: a reminder comes instead, at `remind_at`.
        reminded_at: the last reminder.
        alarm: the rule that is off (ALARM_OFF).
        groups: those of the HIGH alarms that were present when it began (ALARM_PAUSED); PULSE_LOST is one by itself.
    """

    state: Inactivated
    since: Instant
    by: str | None
    role: str | None = None
    reason: str | None = None
    until: Instant | None = None
    remind_at: Instant | None = None
    reminded_at: Instant | None = None
    alarm: str | None = None
    groups: list[str] = field(default_factory=list)


def began(bed: str | None, now: Instant, before: Inactivated, new: Inactivation) -> Event:
    """A person has inactivated something."""
    data = _data(bed, before, new.state, new) | {"by": new.by}
    if new.role is not None:
        data["role"] = new.role
    if new.reason:
        data["reason"] = new.reason
    if new.until is not None:
        data["until"] = new.until
    return Event(now, bed, EventKind.INACTIVATION_CHANGED, data)


def ended(bed: str | None, now: Instant, old: Inactivation, *, by: str | None, reason: str | None) -> Event:
    """It is over: a person (`by`) or a rule (`reason`) ended it."""
    data = _data(bed, old.state, Inactivated.ON, old) | {"since": old.since}
    if by is not None:
        data["by"] = by
    if reason:
        data["reason"] = reason
    return Event(now, bed, EventKind.INACTIVATION_CHANGED, data)


def reminded(bed: str | None, now: Instant, one: Inactivation) -> Event:
    """Somebody should think of it (reminder signal)."""
    data = {"scope": _scope(bed), "state": one.state.value, "by": one.by, "since": one.since}
    if one.alarm is not None:
        data["alarm"] = one.alarm
    return Event(now, bed, EventKind.INACTIVATION_REMINDER, data)


def _data(bed: str | None, before: Inactivated, after: Inactivated, one: Inactivation) -> dict[str, Any]:
    data: dict[str, Any] = {"scope": _scope(bed), "from": before.value, "to": after.value}
    if one.alarm is not None:
        data["alarm"] = one.alarm
    return data


def _scope(bed: str | None) -> str:
    return "station" if bed is None else "bed"


_NEWS = ("recurrence",)
"""Reasons of a re-arm that tell of a new onset; the others tell of one that people know of."""


def is_new_high(event: Event) -> bool:
    """Whether a HIGH alarm has just come up: what ends a pause of the sound."""
    if event.data.get("priority") != "high":
        return False
    if event.kind is EventKind.ALARM_REARMED:
        return event.data.get("reason") in _NEWS
    return event.kind in (EventKind.ALARM_RAISED, EventKind.ALARM_PRIORITY_CHANGED)
