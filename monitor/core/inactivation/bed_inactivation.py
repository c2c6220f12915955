"""Inactivation on one bed: sound paused, alarms paused, one rule off (alarm-system 4.2).

A pause cannot be lengthened while it runs: 120 s is its longest time, and whoever wants more asks again after it.
"""

from __future__ import annotations

from collections.abc import Callable

from config.instant import Duration, Instant
from config.vocabulary import Phase, Priority
from monitor.core.alarm import PRESENT
from monitor.core.bed_state import ORDER_INACTIVATION, Bed, Due, earliest
from monitor.core.events import Event
from monitor.core.inactivation.states import Inactivated, Inactivation, began, ended, is_new_high, reminded
from monitor.core.inputs import Command
from monitor.core.refusals import refuse
from monitor.core.session import rule_changes

AUDIO, ALARM = Inactivated.AUDIO_PAUSED.value, Inactivated.ALARM_PAUSED.value
ANY_NURSE = frozenset({None, "nurse", "lead", "prescriber"})
PRESCRIBER = frozenset({None, "prescriber"})
"""Roles as a command carries them; None: checked where the command was written down."""


def off_key(alarm: str) -> str:
    """The place of a rule that is off among the bed's inactivations."""
    return f"{Inactivated.ALARM_OFF.value} {alarm}"


# -- what people ask ---------------------------------------------------------------------------------------------


def _audio_pause(bed: Bed, item: Command, now: Instant, out: list[Event]) -> None:
    problem = None
    if item.role not in ANY_NURSE:
        problem = "role_not_allowed"
    elif item.fields.get("scope") not in (None, "bed"):
        problem = "unknown_scope"
    elif AUDIO in bed.state.inactivations:
        problem = "already_paused"
    if problem is not None:
        refuse(bed, item.command, problem, item.by, now, out)
        return
    _begin(bed, item, AUDIO, Inactivated.AUDIO_PAUSED, now, out, longest=bed.rules.inactivation.audio_pause)


def _alarm_pause(bed: Bed, item: Command, now: Instant, out: list[Event]) -> None:
    state = bed.state
    problem = None
    if item.role not in ANY_NURSE:
        problem = "role_not_allowed"
    elif not bed.watched:
        problem = "wrong_phase"
    elif state.phase is not Phase.PRE and item.fields.get("at_bed") is not True:
        problem = "not_at_bed"
    elif ALARM in state.inactivations:
        problem = "already_paused"
    if problem is not None:
        refuse(bed, item.command, problem, item.by, now, out, phase=state.phase.value)
        return
    _begin(bed, item, ALARM, Inactivated.ALARM_PAUSED, now, out, longest=bed.rules.inactivation.alarm_pause)
    present = [one for one in state.book.open.values() if one.state in PRESENT and one.priority is Priority.HIGH]
    lost = bed.setup.rules.pulse_lost.rule.name
    groups = {alarm.rule.group or alarm.rule.name for alarm in present}
    groups |= {lost for alarm in present if alarm.rule.name == lost}
    state.inactivations[ALARM].groups = sorted(groups)


def _alarm_off(bed: Bed, item: Command, now: Instant, out: list[Event]) -> None:
    state, name = bed.state, str(item.fields.get("alarm"))
    kept_on = bed.rules.inactivation.kept_on
    problem = None
    if not bed.watched:
        problem = "wrong_phase"
    elif name not in bed.setup.rules.physiological:
        problem = "unknown_alarm"
    elif item.role not in PRESCRIBER:
        problem = "role_not_allowed"
    elif not item.reason or not item.reason.strip():
        problem = "reason_missing"
    elif state.phase is Phase.INFUSING and name in kept_on:
        problem = "never_off_infusing"
    elif name in bed.off:
        problem = "already_off"
    if problem is not None:
        refuse(bed, item.command, problem, item.by, now, out, phase=state.phase.value)
        return
    reminder = bed.rules.inactivation.alarm_off_reminder
    _begin(bed, item, off_key(name), Inactivated.ALARM_OFF, now, out, reminder=reminder, alarm=name)
    rule_changes.switched_off(bed, name, item.by, out)
    bed.rules_changed()


def _audio_off(bed: Bed, item: Command, now: Instant, out: list[Event]) -> None:
    """The station's alone: the ward takes it there; what comes here names a bed."""
    refuse(bed, item.command, "only_for_station", item.by, now, out)


def _resume(bed: Bed, item: Command, now: Instant, out: list[Event]) -> None:
    """Everything that is inactivated on the bed, or what `state` or `alarm` name."""
    wanted, alarm = item.fields.get("state"), item.fields.get("alarm")
    if item.fields.get("scope") not in (None, "bed"):
        refuse(bed, item.command, "unknown_scope", item.by, now, out)
        return
    found = [
        key
        for key, one in bed.state.inactivations.items()
        if (wanted is None or one.state.value == wanted) and (alarm is None or one.alarm == alarm)
    ]
    if not found:
        refuse(bed, item.command, "nothing_inactivated", item.by, now, out)
    for key in found:
        _end(bed, key, now, out, by=item.by, reason=item.reason)


COMMANDS: dict[str, Callable[[Bed, Command, Instant, list[Event]], None]] = {
    "audio_pause": _audio_pause,
    "alarm_pause": _alarm_pause,
    "alarm_off": _alarm_off,
    "audio_off": _audio_off,
    "resume_alarms": _resume,
}


def _begin(
    bed: Bed,
    item: Command,
    key: str,
    state: Inactivated,
    now: Instant,
    out: list[Event],
    *,
    longest: Duration | None = None,
    reminder: Duration | None = None,
    alarm: str | None = None,
) -> None:
    new = Inactivation(
        state,
        now,
        item.by,
        item.role,
        item.reason,
        until=None if longest is None else now + longest,
        remind_at=None if reminder is None else now + reminder,
        alarm=alarm,
    )
    bed.state.inactivations[key] = new
    out.append(began(bed.state.bed, now, Inactivated.ON, new))


def _end(bed: Bed, key: str, at: Instant, out: list[Event], *, by: str | None = None, reason: str | None) -> None:
    old = bed.state.inactivations.pop(key)
    out.append(ended(bed.state.bed, at, old, by=by, reason=reason))
    if old.alarm is not None:
        bed.rules_changed()
        if bed.watched:
            rule_changes.switched_on(bed, old.alarm, out)


# -- what ends it by itself --------------------------------------------------------------------------------------


def due(bed: Bed) -> Due | None:
    """The next end or reminder."""
    if not bed.state.inactivations:
        return None
    found = [
        Due(at, ORDER_INACTIVATION, key)
        for key, one in bed.state.inactivations.items()
        if (at := one.until if one.remind_at is None else one.remind_at) is not None
    ]
    return earliest(found)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """A pause has lasted its time, or what has no end is to be remembered."""
    one = bed.state.inactivations[due.key]
    if one.remind_at is None:
        _end(bed, due.key, due.at, out, reason="timer")
        return
    one.reminded_at = due.at
    one.remind_at = due.at + bed.rules.inactivation.alarm_off_reminder
    out.append(reminded(bed.state.bed, due.at, one))


def watch(bed: Bed, out: list[Event], start: int) -> None:
    """A new HIGH ends a pause of the sound; one of a group in which nothing was HIGH before ends a pause of the alarms.

    Who pauses a hint deals with no emergency, be it of the same kind. A lost pulse counts as a group of its own:
    somebody who deals with a slow one must hear of the arrest.
    """
    paused = bed.state.inactivations
    for event in out[start:]:
        if not is_new_high(event):
            continue
        if AUDIO in paused:
            _end(bed, AUDIO, event.at, out, reason="new_high")
        if ALARM in paused and _group(bed, event.data["alarm"]) not in paused[ALARM].groups:
            _end(bed, ALARM, event.at, out, reason="new_high")


def _group(bed: Bed, name: str) -> str:
    if name == bed.setup.rules.pulse_lost.rule.name:
        return name
    found = next((rule for rule in bed.setup.rules.rule_ids() if rule.name == name), None)
    return name if found is None else found.group or name


def phase_changed(bed: Bed, out: list[Event]) -> None:
    """A pause of the alarms ends; so does what must not be off while the drug runs, and everything with the session."""
    state = bed.state
    for key, one in list(state.inactivations.items()):
        if key == ALARM or (state.phase is Phase.INFUSING and one.alarm in bed.rules.inactivation.kept_on):
            _end(bed, key, state.clock, out, reason="phase")
        elif one.alarm is not None and state.phase is Phase.DISCHARGED:
            _end(bed, key, state.clock, out, reason="session_end")
    bed.rules_changed()
