"""What the core says happened (interfaces, section 4). Past tense, frozen, ready for the journal.

An event's own time is the exact moment it was due, which may lie before the call that settled it.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from config.instant import Instant, to_seconds


class EventKind(StrEnum):
    """Every event the outside may read."""

    SESSION_OPENED = "session_opened"
    PHASE_CHANGED = "phase_changed"
    BASELINE_FROZEN = "baseline_frozen"
    ALARM_PENDING_DROPPED = "alarm_pending_dropped"
    ALARM_RAISED = "alarm_raised"
    ALARM_PRIORITY_CHANGED = "alarm_priority_changed"
    ALARM_LATCHED = "alarm_latched"
    ALARM_STALE = "alarm_stale"
    ALARM_ACKNOWLEDGED = "alarm_acknowledged"
    ALARM_REARMED = "alarm_rearmed"
    ALARM_CLOSED = "alarm_closed"
    VALUE_REJECTED = "value_rejected"
    VALUE_REJUDGED = "value_rejudged"
    NIBP_REQUESTED = "nibp_requested"
    NIBP_REFUSED = "nibp_refused"
    RETURN_STATE_CHANGED = "return_state_changed"
    RETURN_VERDICT = "return_verdict"
    COMMAND_REFUSED = "command_refused"
    EVENT_RECORDED = "event_recorded"
    READING_RECORDED = "reading_recorded"
    INACTIVATION_CHANGED = "inactivation_changed"
    INACTIVATION_REMINDER = "inactivation_reminder"
    LIMIT_CHANGED = "limit_changed"
    IDENTIFIER_ADDED = "identifier_added"
    LIMBS_SET = "limbs_set"
    LIMBS_INFERRED = "limbs_inferred"
    ADVISORY_RAISED = "advisory_raised"
    ADVISORY_ENDED = "advisory_ended"
    DEVICE_LOST = "device_lost"
    DEVICE_BACK = "device_back"
    DEVICE_RESTARTED = "device_restarted"


ALARM_EVENTS = frozenset(
    {
        EventKind.ALARM_RAISED,
        EventKind.ALARM_PRIORITY_CHANGED,
        EventKind.ALARM_LATCHED,
        EventKind.ALARM_STALE,
        EventKind.ALARM_ACKNOWLEDGED,
        EventKind.ALARM_REARMED,
        EventKind.ALARM_CLOSED,
    }
)
"""Events about one alarm instance: they carry `alarm_id`, `alarm` and `priority`."""


WHOLE_UP_TO = 1 << 53
"""A float tells whole numbers apart up to here."""


def plain(value: float | None) -> float | None:
    """88 for 88.0: a number looks the same whether it came from a device or out of a snapshot. Never raises.

    What is no finite number is None.
    """
    if value is None or not abs(value) <= sys.float_info.max:
        return None
    return int(value) if abs(value) < WHOLE_UP_TO and value == int(value) else value


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    Attributes:
        at: when it was due, on the service's scale.
        bed: None for the service itself.
        kind: which event.
        data: its extra fields, JSON values only; a time inside is in microseconds under a key ending in
            `_at`, or named in `TIME_FIELDS`.
    """

    at: Instant
    bed: str | None
    kind: EventKind
    data: dict[str, Any]


TIME_FIELDS = frozenset({"since", "at", "until"})
"""Fields of `data` that hold an Instant and become seconds in an event line."""


def to_line(event: Event, origin: Instant = 0) -> dict[str, Any]:
    """The event as a JSON object of interfaces section 4, times in seconds since `origin`."""
    line: dict[str, Any] = {"t": to_seconds(event.at - origin), "bed": event.bed, "event": event.kind.value}
    for key, value in event.data.items():
        if (key in TIME_FIELDS or key.endswith("_at")) and value is not None:
            line[key] = to_seconds(value - origin)
        else:
            line[key] = value
    return line
