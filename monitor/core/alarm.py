"""Alarm instances and the table that moves them (alarm-system, section 4.1; rulings, section 2).

An instance is one rule on one bed, for device rules one rule on one device. Its condition part lives with
the rule that watches it; here is the signal part. Every change is one look-up in TRANSITIONS; a missing cell
is a bug for an internal cue, and a refusal for what a person asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from config.instant import Duration, Instant
from config.vocabulary import AlarmState, Priority
from monitor.core.errors import IllegalTransition
from monitor.core.events import Event, EventKind, plain
from monitor.core.inputs import Acknowledge
from monitor.core.rules.rule_id import RuleId
from monitor.core.rules.sections import Timing


class Cue(StrEnum):
    """What may happen to an instance; the numbers are the rows of alarm-system 4.1."""

    CANDIDATE = "candidate"  # 1
    ONSET = "onset"  # 2, 6, 14
    DROPPED = "dropped"  # 3, 5
    ACKNOWLEDGE = "acknowledge"  # 7, 13
    CLEARED_LATCHING = "cleared, latching"  # 8, 10
    CLEARED = "cleared"  # 9, 10
    RISEN = "risen"  # 11
    COMPANION = "companion"  # 11: another instance of equal rank in the group
    REMIND = "remind"  # 12
    END = "end"  # 16, and rulings 2.7
    RESTART = "restart"  # 17


TRANSITIONS: dict[AlarmState, dict[Cue, AlarmState]] = {
    AlarmState.IDLE: {
        Cue.CANDIDATE: AlarmState.PENDING,
        Cue.ONSET: AlarmState.ACTIVE,
    },
    AlarmState.PENDING: {
        Cue.ONSET: AlarmState.ACTIVE,
        Cue.DROPPED: AlarmState.IDLE,
        Cue.END: AlarmState.IDLE,
        Cue.RESTART: AlarmState.PENDING,
    },
    AlarmState.ACTIVE: {
        Cue.ACKNOWLEDGE: AlarmState.ACKED,
        Cue.CLEARED_LATCHING: AlarmState.LATCHED,
        Cue.CLEARED: AlarmState.CLOSED,
        Cue.RISEN: AlarmState.ACTIVE,
        Cue.END: AlarmState.CLOSED,
        Cue.RESTART: AlarmState.ACTIVE,
    },
    AlarmState.ACKED: {
        Cue.CLEARED_LATCHING: AlarmState.CLOSED,
        Cue.CLEARED: AlarmState.CLOSED,
        Cue.RISEN: AlarmState.ACTIVE,
        Cue.COMPANION: AlarmState.ACTIVE,
        Cue.REMIND: AlarmState.ACTIVE,
        Cue.END: AlarmState.CLOSED,
        Cue.RESTART: AlarmState.ACKED,
    },
    AlarmState.LATCHED: {
        Cue.ACKNOWLEDGE: AlarmState.CLOSED,
        Cue.ONSET: AlarmState.ACTIVE,
        Cue.END: AlarmState.CLOSED,
        Cue.RESTART: AlarmState.LATCHED,
    },
    AlarmState.CLOSED: {},
}

PRESENT = frozenset({AlarmState.ACTIVE, AlarmState.ACKED})
"""States in which the condition is present."""

HELD: dict[str, Cue] = {"priority": Cue.RISEN, "group": Cue.COMPANION, "restart": Cue.RESTART}
"""Reasons of a re-arm that a higher instance may hold back, and the cue each of them gives when it comes."""


@dataclass(slots=True)
class Alarm:
    """One instance from its onset on.

    Attributes:
        since: the first violating moment; raised_at: when it was decided.
        value, limit, unit: what was measured last, against what.
        worst: the value furthest beyond the limit since the onset; what an ended alarm is remembered by.
        stale: data lost while present (row 15); never a reason to close.
        remind_at: when an acknowledged, still present condition re-arms (row 12).
        held_back: reason of a re-arm that waits for a higher instance of the group to leave (rulings 2.4).
        occurrence: 1, and one more with every re-arm.
        detail: what a rule without a number is about, in words.
    """

    alarm_id: str
    rule: RuleId
    device: str | None
    state: AlarmState
    priority: Priority
    since: Instant
    raised_at: Instant
    value: float | None = None
    limit: float | None = None
    unit: str | None = None
    stale: bool = False
    acknowledged_by: str | None = None
    acknowledged_at: Instant | None = None
    ended_at: Instant | None = None
    remind_at: Instant | None = None
    held_back: str | None = None
    occurrence: int = 1
    worst: float | None = None
    detail: str | None = None

    def see(self, value: float, *, low: bool, newest: bool = True) -> None:
        """Another value while the condition is present; `low`: the rule is about values that are too low.

        One that is not the `newest` was measured before the value shown, and can only be the worst.
        """
        worst = value if self.worst is None else self.worst
        self.worst = min(worst, value) if low else max(worst, value)
        if newest:
            self.value = value


def instance_key(rule: RuleId, device: str | None) -> str:
    """The place of an instance in its book."""
    return rule.name if device is None else f"{rule.name}@{device}"


@dataclass(slots=True)
class AlarmBook:
    """The open instances of one bed (or of the service) and its running number.

    Attributes:
        owner: bed id, or `site`; prefix of the ids.
        bed: what events carry: the bed id, None for the service.
        count: instances raised so far; goes on over sessions.
        open: instances that are ACTIVE, ACKED or LATCHED, by rule and device.
    """

    owner: str
    bed: str | None
    count: int = 0
    open: dict[str, Alarm] = field(default_factory=dict)

    # -- looking ------------------------------------------------------------------------------------------------

    def find(self, rule: RuleId, device: str | None = None) -> Alarm | None:
        """The open instance of a rule, if any."""
        return self.open.get(instance_key(rule, device))

    def present(self, rule: RuleId, device: str | None = None) -> Alarm | None:
        """The instance of a rule whose condition is present, if any."""
        alarm = self.find(rule, device)
        return alarm if alarm is not None and alarm.state in PRESENT else None

    def superseded(self, alarm: Alarm) -> bool:
        """Whether a higher instance of its group is present: then it neither sounds, pages nor re-arms."""
        group = alarm.rule.group
        return group is not None and any(
            other.rule.group == group and other.rule.rank > alarm.rule.rank and other.state in PRESENT
            for other in self.open.values()
        )

    def next_reminder(self) -> tuple[Instant, int, str] | None:
        """The earliest re-arm that nothing holds back: when, rule order, instance key."""
        due = [
            (alarm.remind_at, alarm.rule.order, key)
            for key, alarm in self.open.items()
            if alarm.remind_at is not None and not self.superseded(alarm)
        ]
        return min(due) if due else None

    def next_released(self) -> tuple[int, str, str] | None:
        """The first re-arm whose higher instance has left: rule order, instance key, reason; due at once."""
        due = [
            (alarm.rule.order, key, alarm.held_back)
            for key, alarm in self.open.items()
            if alarm.held_back is not None and not self.superseded(alarm) and self._still_due(alarm)
        ]
        return min(due) if due else None

    # -- moving -------------------------------------------------------------------------------------------------

    def onset(
        self,
        rule: RuleId,
        at: Instant,
        out: list[Event],
        *,
        priority: Priority,
        since: Instant,
        device: str | None = None,
        value: float | None = None,
        limit: float | None = None,
        unit: str | None = None,
        detail: str | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Alarm:
        """The condition began: raise a new instance, or re-arm the latched one under its own id."""
        key = instance_key(rule, device)
        alarm = self.open.get(key)
        if alarm is None:
            self.count += 1
            alarm_id = f"{self.owner}-{self.count:04d}"
            alarm = Alarm(alarm_id, rule, device, AlarmState.IDLE, priority, since, at, value, limit, unit)
            alarm.worst, alarm.detail = value, detail
            self._move(alarm, Cue.ONSET)
            self.open[key] = alarm
            self._tell(EventKind.ALARM_RAISED, alarm, at, out, since=since, **(extra or {}))
        else:
            self._move(alarm, Cue.ONSET)
            alarm.priority = priority
            alarm.since, alarm.value, alarm.limit, alarm.worst = since, value, limit, value
            alarm.detail = detail
            alarm.ended_at = None
            self._rearm(alarm, at, out, "recurrence", since=since, **(extra or {}))
        self._companions(alarm, at, out)
        return alarm

    def cleared(self, alarm: Alarm, at: Instant, out: list[Event], reason: str = "cleared") -> None:
        """The condition ended (rows 8, 9, 10)."""
        self._move(alarm, Cue.CLEARED_LATCHING if alarm.rule.latched else Cue.CLEARED)
        alarm.ended_at = at
        alarm.remind_at = alarm.held_back = None
        alarm.stale = False
        if alarm.state is AlarmState.LATCHED:
            self._tell(EventKind.ALARM_LATCHED, alarm, at, out)
        else:
            self._close(alarm, at, out, reason)

    def end(self, alarm: Alarm, at: Instant, out: list[Event], reason: str, by: str | None = None) -> None:
        """Close it whatever its state: discharge, phase, a rule switched off (row 16, rulings 2.7)."""
        self._move(alarm, Cue.END)
        self._close(alarm, at, out, reason, by)

    def rise(self, alarm: Alarm, priority: Priority, at: Instant, out: list[Event]) -> None:
        """The priority goes up; never down. An acknowledgement is void then (row 11)."""
        if priority <= alarm.priority:
            return
        acknowledged = alarm.state is AlarmState.ACKED
        if not acknowledged:
            self._move(alarm, Cue.RISEN)
        alarm.priority = priority
        self._tell(EventKind.ALARM_PRIORITY_CHANGED, alarm, at, out)
        if acknowledged:
            self._rearm_or_hold(alarm, at, out, "priority")

    def companion(self, alarm: Alarm, at: Instant, out: list[Event]) -> None:
        """Something of equal rank has joined a present condition: an acknowledgement is void (row 11)."""
        if alarm.state is AlarmState.ACKED:
            self._rearm_or_hold(alarm, at, out, "group")

    def set_stale(self, alarm: Alarm, stale: bool, at: Instant, out: list[Event]) -> None:
        """Data were lost or are back (row 15)."""
        if alarm.stale != stale:
            alarm.stale = stale
            self._tell(EventKind.ALARM_STALE, alarm, at, out, stale=stale)

    def remind(self, key: str, at: Instant, out: list[Event]) -> None:
        """Acknowledged long ago and still present (row 12)."""
        alarm = self.open[key]
        self._move(alarm, Cue.REMIND)
        self._rearm(alarm, at, out, "still_present")

    def release(self, key: str, reason: str, at: Instant, out: list[Event]) -> None:
        """The higher instance has left: what it held back happens (rulings 2.4)."""
        self._rearm_or_hold(self.open[key], at, out, reason)

    def restart(self, at: Instant, out: list[Event]) -> None:
        """The service came back: what nobody has answered is announced again (row 17)."""
        for alarm in self.open.values():
            if alarm.state is AlarmState.ACTIVE:
                self._rearm_or_hold(alarm, at, out, "restart")
            else:
                self._move(alarm, Cue.RESTART)

    def acknowledge(self, item: Acknowledge, at: Instant, timing: Timing, out: list[Event]) -> str | None:
        """A person took note of what she names, by id or every one of a kind (rulings 2.5); else why nothing was done.

        With it goes what is lower in its group (rulings 2.4), where she may acknowledge that (row 7).
        """
        named = [
            alarm
            for alarm in self.open.values()
            if (alarm.alarm_id == item.alarm_id if item.alarm_id is not None else alarm.rule.name == item.alarm)
            and Cue.ACKNOWLEDGE in TRANSITIONS[alarm.state]
        ]
        if not named:
            return "not_active"
        if not all(item.may(alarm.priority) for alarm in named):
            return "priority_not_allowed"
        for alarm in named:
            self._acknowledge_one(alarm, at, item.by, timing, out)
            for other in self._lower(alarm):
                if item.may(other.priority) and Cue.ACKNOWLEDGE in TRANSITIONS[other.state]:
                    self._acknowledge_one(other, at, item.by, timing, out)
        return None

    # -- inside -------------------------------------------------------------------------------------------------

    def _lower(self, alarm: Alarm) -> list[Alarm]:
        """The open lower ones of its group."""
        group, rank = alarm.rule.group, alarm.rule.rank
        return [] if group is None else [o for o in self.open.values() if o.rule.group == group and o.rule.rank < rank]

    def _acknowledge_one(self, alarm: Alarm, at: Instant, by: str, timing: Timing, out: list[Event]) -> None:
        self._move(alarm, Cue.ACKNOWLEDGE)
        alarm.acknowledged_by, alarm.acknowledged_at = by, at
        alarm.held_back = None
        self._tell(EventKind.ALARM_ACKNOWLEDGED, alarm, at, out, by=by)
        if alarm.state is AlarmState.CLOSED:
            self._close(alarm, at, out, "acknowledged", by)
            return
        wait = _reminder(alarm.priority, timing)
        alarm.remind_at = None if wait is None else at + wait

    def _companions(self, newcomer: Alarm, at: Instant, out: list[Event]) -> None:
        for other in self._equals(newcomer):
            if other.state is AlarmState.ACKED:
                self._rearm_or_hold(other, at, out, "group")

    def _equals(self, alarm: Alarm) -> list[Alarm]:
        """The other open instances of the same group and rank."""
        group, rank = alarm.rule.group, alarm.rule.rank
        return [
            other
            for other in self.open.values()
            if group is not None and other.rule.group == group and other.rule.rank == rank and other is not alarm
        ]

    def _still_due(self, alarm: Alarm) -> bool:
        """A companion that has gone meanwhile is no reason to speak up any more."""
        return alarm.held_back != "group" or any(other.state in PRESENT for other in self._equals(alarm))

    def _rearm_or_hold(self, alarm: Alarm, at: Instant, out: list[Event], reason: str) -> None:
        if self.superseded(alarm):
            if alarm.held_back != "priority":
                alarm.held_back = reason
            return
        self._move(alarm, HELD[reason])
        self._rearm(alarm, at, out, reason)

    def _rearm(self, alarm: Alarm, at: Instant, out: list[Event], reason: str, **more: Any) -> None:
        alarm.occurrence += 1
        alarm.remind_at = alarm.held_back = None
        alarm.acknowledged_by = alarm.acknowledged_at = None
        self._tell(EventKind.ALARM_REARMED, alarm, at, out, reason=reason, **more)

    def _close(self, alarm: Alarm, at: Instant, out: list[Event], reason: str, by: str | None = None) -> None:
        del self.open[instance_key(alarm.rule, alarm.device)]
        more: dict[str, Any] = {"reason": reason}
        if by is not None:
            more["by"] = by
        self._tell(EventKind.ALARM_CLOSED, alarm, at, out, **more)

    def _move(self, alarm: Alarm, cue: Cue) -> None:
        try:
            alarm.state = TRANSITIONS[alarm.state][cue]
        except KeyError:
            raise IllegalTransition(f"{alarm.alarm_id} {alarm.rule.name}: {cue} in {alarm.state}") from None

    def _tell(self, kind: EventKind, alarm: Alarm, at: Instant, out: list[Event], **more: Any) -> None:
        data: dict[str, Any] = {
            "alarm_id": alarm.alarm_id,
            "alarm": alarm.rule.name,
            "priority": alarm.priority.word,
            "value": plain(alarm.value),
            "limit": plain(alarm.limit),
        }
        if alarm.unit is not None:
            data["unit"] = alarm.unit
        if alarm.device is not None:
            data["device"] = alarm.device
        data.update(more)
        out.append(Event(at, self.bed, kind, data))


def _reminder(priority: Priority, timing: Timing) -> Duration | None:
    waits: dict[Priority, Duration | None] = {
        Priority.HIGH: timing.remind_high,
        Priority.MEDIUM: timing.remind_medium,
        Priority.LOW: None,
    }
    return waits[priority]
