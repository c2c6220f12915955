"""What a person asks of a bed: open a session, run the infusion, acknowledge, discharge (ketamine-monitoring 5.0).

A refused command yields `command_refused` with its reason and changes nothing (interfaces, section 4).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.instant import Instant
from config.vocabulary import AlarmState, Metric, Phase, Priority
from monitor.core.alarm import Alarm
from monitor.core.bed_state import Bed
from monitor.core.cuff import cuff_absence, cuff_schedule, pressure_rules
from monitor.core.cuff.cuff_state import Cuff
from monitor.core.device import arrivals, liveness
from monitor.core.entries import bedside, entry
from monitor.core.events import Event, EventKind
from monitor.core.inactivation import bed_inactivation
from monitor.core.inputs import Acknowledge, Command, OpenSession
from monitor.core.lines.fields import is_number
from monitor.core.oximeter import level_watch, oximetry, pulse_loss
from monitor.core.oximeter.absence import Absence
from monitor.core.pleth import slow_breathing
from monitor.core.recovery import return_report, return_watch
from monitor.core.recovery.baseline import METRICS, WAVE_METRICS
from monitor.core.refusals import refuse
from monitor.core.session import discharge, dose_check, identifiers, limbs, limit_setting, restart_checks, start_checks
from monitor.core.session.session import PHASES, Session, minutes
from monitor.core.track import KEEP

PLANNED_MIN = (1.0, 24 * 60.0)
DEADLINE_MIN = (10.0, 60.0)
DOSE_MG = (0.0, 10_000.0)


# -- opening -----------------------------------------------------------------------------------------------------


def open_session(bed: Bed, item: OpenSession, now: Instant, out: list[Event]) -> None:
    """Bind a patient to the bed and its devices."""
    state = bed.state
    problem = _opening_problem(bed, item)
    if problem is not None:
        refuse(bed, "open_session", problem, item.by, now, out)
        return
    state.sessions += 1
    session = state.session = Session(
        id=item.session or f"{state.bed}-s{state.sessions:04d}",
        patient=item.patient,
        opened_at=now,
        opened_by=item.by,
        weight_kg=item.weight_kg,
        cuff_limb=item.cuff_limb,
        probe_limb=item.probe_limb,
        iv_limb=item.iv_limb,
        on_oxygen=item.on_oxygen,
        planned=minutes(item.planned_min),
        deadline=minutes(item.deadline_min),
        previous={metric: list(values) for metric, values in item.previous_baselines.items()},
        advised_at=now,
        identifiers=list(item.identifiers),
    )
    oximetry.forget(bed)
    state.cuff = Cuff(state=state.cuff.state, state_at=state.cuff.state_at)
    state.absence = Absence(opened_at=now)
    data: dict[str, Any] = {
        "session": session.id,
        "patient": session.patient,
        "from": state.phase.value,
        "to": Phase.PRE.value,
        "by": item.by,
        "weight_kg": item.weight_kg,
        "cuff_limb": item.cuff_limb,
        "probe_limb": item.probe_limb,
        "iv_limb": item.iv_limb,
        "planned_min": item.planned_min,
        "deadline_min": item.deadline_min,
        "preset": bed.rules.name,
        "preset_version": bed.rules.version,
        "preset_fingerprint": bed.rules.short_fingerprint,
    }
    if item.on_oxygen is not None:
        data["on_oxygen"] = item.on_oxygen
    warnings = limbs.warnings(item.cuff_limb, item.probe_limb)
    if warnings:
        data["warnings"] = warnings
    out.append(Event(now, state.bed, EventKind.SESSION_OPENED, data))
    arrivals.opened(bed, now, out)
    _enter(bed, Phase.PRE, now, item.by, out)


def _opening_problem(bed: Bed, item: OpenSession) -> str | None:
    if "open_session" not in PHASES[bed.state.phase]:
        return "session_open"
    if not item.patient.strip():
        return "patient_missing"
    conflict = limbs.conflict(item.cuff_limb, item.iv_limb)
    if conflict is not None:
        return conflict
    if item.weight_kg is not None and not (is_number(item.weight_kg) and 0 < item.weight_kg <= 500):
        return "weight_out_of_range"
    if not PLANNED_MIN[0] <= item.planned_min <= PLANNED_MIN[1]:
        return "planned_min_out_of_range"
    if not DEADLINE_MIN[0] <= item.deadline_min <= DEADLINE_MIN[1]:
        return "deadline_min_out_of_range"
    return None


# -- the infusion ------------------------------------------------------------------------------------------------


def command(bed: Bed, item: Command, now: Instant, out: list[Event]) -> None:
    """One command of interfaces section 4."""
    own = WITHOUT_PHASE.get(item.command)
    if own is not None:
        own(bed, item, now, out)
        return
    handler = HANDLERS.get(item.command)
    if handler is None:
        refuse(bed, item.command, "unknown_command", item.by, now, out)
        return
    target = PHASES[bed.state.phase].get(item.command)
    session = bed.state.session
    if target is None or session is None:
        refuse(bed, item.command, "wrong_phase", item.by, now, out, phase=bed.state.phase.value)
        return
    at = now if item.at is None else item.at
    # Nothing happened before what it follows: the phase it leaves had begun.
    if not bed.state.phase_since <= at <= now:
        refuse(bed, item.command, "observed_time_out_of_range", item.by, now, out)
        return
    reason = handler(bed, session, item, at, target, out)
    if reason == "no_baseline":
        refuse(
            bed,
            item.command,
            reason,
            item.by,
            now,
            out,
            missing=start_checks.missing(start_checks.baselines_at(bed, session, at)),
        )
    elif reason == "open_items":
        items = discharge.not_met(discharge.readiness(bed, session, bed.state.clock, _checklist(item)))
        refuse(bed, item.command, reason, item.by, now, out, open_items=items)
    elif reason == "hold":
        held = start_checks.held(bed, session, start_checks.baselines_at(bed, session, at))
        unsaid = start_checks.oxygen_unsaid(session, held)
        refuse(bed, item.command, reason, item.by, now, out, metrics=held, **unsaid)
    elif reason == "high_alarm_active":
        active = _unanswered_high(bed)
        names, ids = [alarm.rule.name for alarm in active], [alarm.alarm_id for alarm in active]
        refuse(bed, item.command, reason, item.by, now, out, alarms=names, alarm_ids=ids)
    elif reason is not None:
        refuse(bed, item.command, reason, item.by, now, out)


def _start(bed: Bed, session: Session, item: Command, at: Instant, target: Phase, out: list[Event]) -> str | None:
    planned = item.fields.get("planned_min")
    if planned is not None and not _number_in(planned, PLANNED_MIN):
        return "planned_min_out_of_range"
    dose = item.fields.get("dose_mg")
    if dose is not None and not _number_in(dose, DOSE_MG):
        return "dose_mg_out_of_range"
    if bed.state.phase is Phase.RECOVERY:
        session.restart(at, dose, None if planned is None else minutes(planned))
        session.restarted_against = restart_checks.against(bed, session)
        session.dose_doubt = dose_check.doubt(session)
        extra = _override(item) | _told(item, "dose_mg")
        if (total := session.total_mg()) is not None:
            extra["total_mg"] = total
        _enter(bed, target, at, item.by, out, extra)
        return_watch.restarted(bed, session, out)
        return None
    frozen = start_checks.baselines_at(bed, session, at)
    prescriber = item.fields.get("override_by")
    overridden = isinstance(prescriber, str) and bool(prescriber.strip()) and bool(item.reason)
    if start_checks.missing(frozen) and not overridden:
        return "no_baseline"
    if start_checks.held(bed, session, frozen) and not overridden:
        return "hold"
    before: dict[Metric, float | None] = dict.fromkeys(METRICS)
    session.started_at = session.running_from = at
    session.flow_begins(at)
    session.planned = session.planned if planned is None else minutes(planned)
    session.baseline = frozen
    session.baseline_flags = start_checks.flags(bed, session, frozen, at)
    session.drug_from = at
    session.dose_mg = dose
    session.dose_doubt = dose_check.doubt(session)
    for metric in WAVE_METRICS:
        bed.state.channel(metric).track.keep = KEEP
    extra = _override(item) | _told(item, "dose_mg")
    if start_checks.to_review(bed, frozen):
        extra["reviewed_by"] = session.reviewed_by
    _enter(bed, target, at, item.by, out, extra)
    for metric in METRICS:
        return_watch.tell_baseline(bed, metric, frozen[metric], out)
    return_watch.begin(bed, session, at)
    return_watch.fold_past(bed, session, out)
    level_watch.limits_changed(bed, before, out)
    pressure_rules.limits_changed(bed, before, out)
    return None


def _told(item: Command, *keys: str) -> dict[str, Any]:
    """The fields of a command that its event carries on, with the reason where one was given."""
    found: dict[str, Any] = {key: item.fields[key] for key in keys if key in item.fields}
    if item.reason:
        found["reason"] = item.reason
    return found


def _override(item: Command) -> dict[str, Any]:
    """The prescriber who decided; `override_signed` where a password or a sign-in of theirs was checked."""
    if "override_by" not in item.fields:
        return {}
    signed = {"override_signed": True} if item.fields.get("override_signed") is True else {}
    return {"override_by": item.fields["override_by"], **signed}


def _number_in(value: object, bounds: tuple[float, float]) -> bool:
    return is_number(value) and bounds[0] <= value <= bounds[1]


def _pause(bed: Bed, session: Session, item: Command, at: Instant, target: Phase, out: list[Event]) -> str | None:
    session.infused = session.infused_at(at)
    session.running_from, session.paused_from = None, at
    session.flow_ends(at)
    _enter(bed, target, at, item.by, out)
    return None


def _resume(bed: Bed, session: Session, item: Command, at: Instant, target: Phase, out: list[Event]) -> str | None:
    session.running_from, session.paused_from = at, None
    session.flow_begins(at)
    _enter(bed, target, at, item.by, out)
    return None


def _end(bed: Bed, session: Session, item: Command, at: Instant, target: Phase, out: list[Event]) -> str | None:
    """The end; out of a pause it lies where the pause began, recorded with both times (6.2)."""
    stopped = session.paused_from if session.paused_from is not None else at
    session.infused = session.infused_at(stopped)
    session.running_from = session.paused_from = None
    session.flow_ends(stopped)
    session.ended_at = stopped
    extra = {"ended_at": stopped, **_told(item, "early")}
    if (delivered := session.delivered_mg()) is not None:
        extra["delivered_mg"] = delivered
    _enter(bed, target, stopped, item.by, out, extra)
    return_watch.ended(bed, session, out)
    return None


def _checklist(item: Command) -> dict[str, Any]:
    """What the nurse confirmed; anything else than a table says nothing."""
    given = item.fields.get("checklist")
    return given if isinstance(given, dict) else {}


def _leave(bed: Bed, session: Session, item: Command, at: Instant, target: Phase, out: list[Event]) -> str | None:
    """Discharge or abort: the last verdict, every alarm closed, the bed free."""
    aborted = item.command == "abort"
    if aborted and not item.reason:
        return "reason_missing"
    if not aborted and _unanswered_high(bed):
        return "high_alarm_active"
    if not aborted and return_report.revoked(session) and not item.reason:
        return "return_revoked"
    items = [] if aborted else discharge.readiness(bed, session, bed.state.clock, _checklist(item))
    if discharge.not_met(items) and not item.reason:
        return "open_items"
    state = bed.state
    extra = _told(item, "checklist") | _override(item)
    if items:
        extra["readiness"] = {entry.name: entry.state.value for entry in items}
        extra["open_items"] = discharge.not_met(items)
        news = discharge.news(bed, bed.state.clock)
        extra["news2"] = None if news is None else news.words()
    _enter(bed, target, at, item.by, out, extra)
    return_report.discharged(bed, session, out)
    for level in bed.rules.levels:
        level_watch.drop_pending(bed, level, "phase", out)
    pulse_loss.forget(bed, "phase", out)
    slow_breathing.forget(bed, "phase", out)
    for alarm in list(state.book.open.values()):
        state.book.end(alarm, state.clock, out, "abort" if aborted else "discharge", item.by)
    liveness.count_anew(bed)
    arrivals.discharged(bed)
    oximetry.forget(bed)
    state.session, state.absence = None, None
    state.cuff = Cuff(state=state.cuff.state, state_at=state.cuff.state_at)
    _enter(bed, PHASES[target]["report_frozen"], state.clock, item.by, out)
    return None


def _unanswered_high(bed: Bed) -> list[Alarm]:
    """What a discharge waits for (rulings 3), in the order of the tables."""
    found = [
        alarm
        for alarm in bed.state.book.open.values()
        if alarm.priority is Priority.HIGH and alarm.state is AlarmState.ACTIVE
    ]
    return sorted(found, key=lambda alarm: alarm.rule.order)


def _enter(
    bed: Bed, phase: Phase, at: Instant, by: str | None, out: list[Event], extra: dict[str, Any] | None = None
) -> None:
    """Change the phase; `at` is the observed time, the event carries the entry time."""
    state = bed.state
    data: dict[str, Any] = {"from": state.phase.value, "to": phase.value, "by": by, **(extra or {})}
    if state.session is not None:
        data["session"] = state.session.id
    if at != state.clock:
        data["at"] = at
    before, state.phase, state.phase_since = state.phase, phase, at
    out.append(Event(state.clock, state.bed, EventKind.PHASE_CHANGED, data))
    cuff_absence.enter_phase(bed, at, out)
    cuff_schedule.enter_phase(bed, before, at)
    bed_inactivation.phase_changed(bed, out)
    liveness.phase_changed(bed, out)
    bed.calm = None


Handler = Callable[[Bed, Session, Command, Instant, Phase, list[Event]], str | None]

HANDLERS: dict[str, Handler] = {
    "start_infusion": _start,
    "pause_infusion": _pause,
    "resume_infusion": _resume,
    "end_infusion": _end,
    "discharge": _leave,
    "abort": _leave,
}
"""Commands that move the phase; the table in `session` says where to."""


WITHOUT_PHASE: dict[str, Callable[[Bed, Command, Instant, list[Event]], None]] = {
    "record_event": bedside.record_event,
    "record_reading": entry.record_reading,
    "set_limit": limit_setting.set_limit,
    **bed_inactivation.COMMANDS,
    "set_limbs": limbs.set_limbs,
    "add_identifier": identifiers.add_identifier,
}
"""Commands that move no phase: each refuses for itself what it cannot do."""


# -- acknowledging -----------------------------------------------------------------------------------------------


def acknowledge(bed: Bed, item: Acknowledge, now: Instant, out: list[Event]) -> None:
    """Take note of one instance, or of every ACTIVE or LATCHED one of a kind (rulings 2.5)."""
    problem = bed.state.book.acknowledge(item, now, bed.rules.timing, out)
    if problem is not None:
        named = {"alarm_id": item.alarm_id} if item.alarm_id is not None else {"alarm": item.alarm}
        refuse(bed, "acknowledge", problem, item.by, now, out, **named)
    cuff_absence.acknowledged(bed, out)
