"""The outbound message about an alarm, in the words of a person who is paged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from config.instant import Instant
from config.vocabulary import Priority


class AlertKind(StrEnum):
    """Webhook types (interfaces, section 7)."""

    RAISED = "alarm.raised"
    ESCALATED = "alarm.escalated"
    ACKNOWLEDGED = "alarm.acknowledged"
    CLOSED = "alarm.closed"
    HEARTBEAT = "service.heartbeat"
    TEST = "service.test"


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing to tell about one alarm instance.

    Attributes:
        kind: what happened.
        at: when, on the service's scale.
        alarm_id: the instance, stable over its life.
        step: escalation step, 1 at first; with `alarm_id` and `kind` it names the message.
        bed, bed_label: None for alarms of the service itself.
        alarm: rule name such as `SPO2_LOW`.
        priority: at this moment.
        text: one line for a lock screen; no patient name.
        value, limit, unit: what was measured against what.
        raised_at: onset of the alarm.
        session: session id, for channels configured to carry it.
        patient: patient reference; only channels configured for it may carry it.
        occurrence: counts re-arms of one instance, so that each is told once.
        audible: False when a higher alarm of the same group already sounds (rulings 2.4): told to nobody
            but the log.
        uncovered: True when told because that higher alarm has gone: the log has it already.
        combined: True when a combined announcement stands for it: told to nobody but the log (rulings 2.9).
        unattended: True while no station page answers (STATION_LOST): every channel is called, whatever the priority.
        catching_up: True when told because the last station page has just been lost: only channels that were not
            called before are.
        over: True when the instance has ended with this: closed, or acknowledged after it latched. Calls that
            still wait are then withdrawn; until then they are tried (interfaces, section 7).
        ended_before: True when a latched instance is over unanswered, such as by a discharge: its `alarm.closed`
            was told when the condition ended and is not told again; calls that still wait are withdrawn.
    """

    kind: AlertKind
    at: Instant
    alarm_id: str
    step: int
    bed: str | None
    bed_label: str | None
    alarm: str
    priority: Priority
    text: str
    value: float | None = None
    limit: float | None = None
    unit: str | None = None
    raised_at: Instant | None = None
    session: str | None = None
    patient: str | None = None
    occurrence: int = 1
    audible: bool = True
    uncovered: bool = False
    over: bool = False
    unattended: bool = False
    combined: bool = False
    catching_up: bool = False
    ended_before: bool = False
