"""When a cuff reading is due, and the request for it (ketamine-monitoring, section 3; rulings 2.2 and 3).

`nibp_requested` says that a reading is due now. Where the site file lets the service start the cuff, the service
carries the event to the device; elsewhere it is for the nurse. One request is open at a time, and whatever measurement
ends or runs serves it, whoever started that.
"""

from __future__ import annotations

from config.instant import Duration, Instant
from config.vocabulary import CuffError, CuffState, Metric, Phase, ReturnState, Verdict
from monitor.core.bed_state import ORDER_REQUEST, Bed, Due
from monitor.core.cuff.cuff_state import CuffPlan
from monitor.core.events import Event, EventKind
from monitor.core.inputs import MeasurementRefused
from monitor.core.rules.ruleset import INFUSION
from monitor.core.session.session import Session

BASELINE, SCHEDULE, PAUSED, RESUMED, REPEAT, RETRY = "baseline", "schedule", "paused", "resumed", "repeat", "retry"

MEASURING = (CuffState.INFLATING, CuffState.DEFLATING)
STOPS_STARTS = (CuffError.OVERPRESSURE, CuffError.DEVICE)
"""After these somebody must look before the cuff inflates again (blood-pressure, section 9.3)."""


def ask(bed: Bed, at: Instant, reason: str, *, urgent: bool = False) -> None:
    """Have a reading taken at `at`. The earlier of two wins; one that is open or running already serves it too.

    An `urgent` one, which an alarm asks for, goes before all others: it takes the place of a request that nobody has
    answered and of what waits, and only a valid reading from after it serves it. Lock-outs of the cuff itself may delay
    any. The request is told when it is due, at the earliest in this step.
    """
    plan = bed.state.cuff.plan
    first = plan.asked_at is None or (urgent and not plan.urgent)
    if bed.watched and (first or (plan.asked_at is not None and at < plan.asked_at and not plan.urgent)):
        plan.asked_at, plan.asked_for, plan.urgent = at, reason, urgent
        bed.steady_from = None


def interval(bed: Bed) -> Duration | None:
    """Time between two readings now; None where the schedule knows none (PRE, no patient)."""
    session, rules = bed.state.session, bed.rules.cuff
    if session is None or bed.state.phase not in (Phase.INFUSING, Phase.PAUSED, Phase.RECOVERY):
        return None
    long_after_end = session.ended_at is not None and bed.state.clock >= session.ended_at + rules.returned_after
    relaxed = bed.state.phase is Phase.RECOVERY and long_after_end and all_returned(session)
    return rules.returned_interval if relaxed else rules.interval


def all_returned(session: Session) -> bool:
    """Every metric is in its band; a mean that no reading of the session carried is left out."""
    settled = (ReturnState.RETURNED, ReturnState.IN_BAND)
    counted = (one for one in session.returns.values() if one.metric is not Metric.MEAN or session.mean_seen)
    return all(metric.state in settled for metric in counted)


def next_at(bed: Bed) -> Instant | None:
    """When the next reading is due: since when, while one is asked for and has not come; None: none is planned."""
    asked = bed.state.cuff.plan.requested_at
    if asked is not None and bed.state.clock < asked + bed.rules.cuff.answer_within:
        return asked
    waiting = due(bed)
    return None if waiting is None else waiting.at


# -- what is due --------------------------------------------------------------------------------------------------


def due(bed: Bed) -> Due | None:
    """The next reading, by the schedule or asked for; `what` is its reason and when it was meant to be."""
    plan = bed.state.cuff.plan
    if not bed.watched or bed.state.session is None:
        return None
    slot = _slot(bed, bed.state.session)
    if plan.asked_at is not None and (plan.urgent or slot is None or plan.asked_at <= slot):
        return Due(_allowed(bed, plan.asked_at, urgent=plan.urgent), ORDER_REQUEST, "", (plan.asked_for, plan.asked_at))
    if slot is None:
        return None
    reason = BASELINE if bed.state.phase is Phase.PRE else SCHEDULE
    return Due(_allowed(bed, slot), ORDER_REQUEST, "", (reason, slot))


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """Ask for it."""
    plan, now = bed.state.cuff.plan, bed.state.clock
    reason, meant_at = due.what
    if reason in (BASELINE, SCHEDULE):
        plan.slot_at = meant_at
        _pass_slots(bed, now)
    else:
        _forget_asked(plan)
    plan.requested_at, plan.requested_for = now, reason
    device, automatic = _device(bed)
    data = {"device": device, "reason": reason, "due_at": meant_at, "automatic": automatic}
    out.append(Event(now, bed.state.bed, EventKind.NIBP_REQUESTED, data))


def _forget_asked(plan: CuffPlan) -> None:
    plan.asked_at, plan.asked_for, plan.urgent = None, "", False


def _pass_slots(bed: Bed, upto: Instant) -> None:
    """The moments of the schedule up to `upto` need no request of their own any more."""
    session, plan = bed.state.session, bed.state.cuff.plan
    while session is not None and (slot := _slot(bed, session)) is not None and slot <= upto:
        plan.slot_at = slot


def _allowed(bed: Bed, at: Instant, *, urgent: bool = False) -> Instant:
    """`at`, or later: a measurement asked for or running may serve, and the cuff must rest (alarm-system 1.4).

    Neither a request without an answer nor a measurement whose end was lost stands in the way for ever; an urgent
    reading waits for no answer but its own.
    """
    cuff, rules = bed.state.cuff, bed.rules.cuff
    plan = cuff.plan
    if plan.requested_at is not None and not (urgent and plan.requested_for != plan.asked_for):
        at = max(at, plan.requested_at + rules.answer_within)
    if cuff.state in MEASURING and cuff.state_at is not None:
        at = max(at, cuff.state_at + rules.answer_within)
    if plan.ended_at is not None:
        at = max(at, plan.ended_at + rules.spacing)
    if cuff.failed >= rules.attempts and plan.attempt_at is not None:
        at = max(at, plan.attempt_at + rules.attempts_rest)
    return at


def _device(bed: Bed) -> tuple[str | None, bool]:
    """Which cuff is meant, None where none has been heard of; and whether the service may start it now.

    Not one that names another patient: somebody looks first whose arm it is on.
    """
    cuff, session = bed.state.cuff, bed.state.session
    startable = [device.id for device in bed.setup.devices.values() if device.startable]
    if not startable:
        return cuff.device, False
    own = [device for device in startable if session is None or device not in session.foreign]
    if not own:
        return startable[0], False
    return cuff.device if cuff.device in own else own[0], not cuff.plan.stopped


def _slot(bed: Bed, session: Session) -> Instant | None:
    """The next moment of the schedule; always later than the last one."""
    plan, rules = bed.state.cuff.plan, bed.rules.cuff
    if bed.state.phase is Phase.PRE:
        return _baseline_slot(bed, session)
    last = bed.state.phase_since if plan.slot_at is None else plan.slot_at
    if bed.state.phase is not Phase.RECOVERY or session.ended_at is None:
        return last + rules.interval
    grid_end = session.ended_at + rules.returned_after
    if last < grid_end:
        number = (last - session.ended_at) // rules.interval + 1
        slot = min(session.ended_at + number * rules.interval, grid_end)
    else:
        slot = last + (rules.returned_interval if all_returned(session) else rules.interval)
    deadline = session.deadline_at()
    return deadline if deadline is not None and last < deadline < slot else slot


def _baseline_slot(bed: Bed, session: Session) -> Instant | None:
    """Three readings at least 60 s apart; where they do not come or stay doubtful, at the ordinary interval."""
    cuff, plan, rules = bed.state.cuff, bed.state.cuff.plan, bed.rules.cuff
    if _spaced(session, rules.spacing) >= rules.baseline_readings:
        return None
    if plan.ended_at is None:
        slot = session.opened_at + rules.baseline_first
    else:
        doubtful = plan.repeats_from is not None and plan.ended_at >= plan.repeats_from + rules.repeats_for
        hurried = cuff.failed <= rules.retries and not doubtful
        slot = plan.ended_at + (rules.spacing if hurried else rules.interval)
    return slot if plan.slot_at is None or slot > plan.slot_at else plan.slot_at + rules.interval


def _spaced(session: Session, spacing: Duration) -> int:
    count, last = 0, None
    for reading in session.readings:
        if reading.systolic is not None and (last is None or reading.at - last >= spacing):
            count, last = count + 1, reading.at
    return count


# -- what happens -------------------------------------------------------------------------------------------------


def enter_phase(bed: Bed, before: Phase, at: Instant) -> None:
    """The schedule of the new phase, from `at` on, which may lie before now: what was missed is asked for once."""
    state, plan = bed.state, bed.state.cuff.plan
    session = state.session
    read_at = state.cuff.valid_at
    if state.phase is Phase.RECOVERY and session is not None and session.ended_at is not None:
        plan.slot_at = _first_slot(bed, session.ended_at, read_at)
    elif state.phase in INFUSION:
        plan.slot_at = at if read_at is None else max(at, read_at)
        unread = read_at is None or read_at < at
        if unread and Phase.PAUSED in (before, state.phase):
            ask(bed, state.clock, PAUSED if state.phase is Phase.PAUSED else RESUMED)


def _first_slot(bed: Bed, ended_at: Instant, read_at: Instant | None) -> Instant:
    """The newest moment of the recovery's schedule that has passed, or just before it if no reading has served it."""
    rules = bed.rules.cuff
    passed = (bed.state.clock - ended_at) // rules.interval * rules.interval
    newest = ended_at + min(passed, rules.returned_after)
    return newest - 1 if read_at is None or read_at < newest else newest


def ended(bed: Bed, measured: Instant, judged: Verdict, critical: bool) -> None:
    """A measurement has ended, deflated at `measured`; `judged` as its systolic was.

    `critical`: it meets a rule whose readings are repeated. One measured before the last that ended calls off nothing
    that was asked for since.
    """
    state, rules = bed.state, bed.rules.cuff
    cuff, plan = state.cuff, state.cuff.plan
    newest = plan.ended_at is None or measured >= plan.ended_at
    served, started = "", cuff.inflated_at
    if plan.requested_at is not None and 0 <= measured - plan.requested_at <= rules.answer_within:
        served, started = plan.requested_for, plan.requested_at
        plan.requested_at, plan.requested_for = None, ""
    plan.attempt_at = measured if started is None else started
    before_asked = plan.asked_at is not None and measured < plan.asked_at
    if newest and not (plan.urgent and (judged is Verdict.INVALID or before_asked)):
        _forget_asked(plan)
    plan.ended_at = measured if plan.ended_at is None else max(plan.ended_at, measured)
    cuff.inflated_at = None
    _pass_slots(bed, measured)
    if judged is Verdict.INVALID:
        _again(bed, measured, served)
        return
    plan.retries = 0
    if judged is Verdict.VALID and not served and plan.slot_at is not None:
        # The nurse, or the cuff by itself, was ahead of the schedule: the next one counts from here. The moments of
        # the first minutes of the recovery stay: they count from its beginning.
        plan.slot_at = max(plan.slot_at, measured)
    if judged is Verdict.SUSPECT or critical:
        if plan.repeats_from is None:
            plan.repeats_from = measured
        at = measured + rules.repeat_after
        # A repeat may be doubtful too and be repeated, but only for so long; after that each reading once.
        if served != REPEAT or at <= plan.repeats_from + rules.repeats_for:
            ask(bed, at, REPEAT)
    elif newest:
        plan.repeats_from = None


def refused(bed: Bed, item: MeasurementRefused, now: Instant, out: list[Event]) -> None:
    """The device was not started: told, and tried again like a failed attempt, though it counts as none."""
    plan = bed.state.cuff.plan
    data = {"device": item.device, "reason": item.reason, "request": plan.requested_for or None}
    out.append(Event(now, bed.state.bed, EventKind.NIBP_REFUSED, data))
    served, plan.requested_at, plan.requested_for = plan.requested_for, None, ""
    if served and plan.asked_at is None:
        _again(bed, now, served)


def _again(bed: Bed, at: Instant, served: str) -> None:
    plan, rules = bed.state.cuff.plan, bed.rules.cuff
    if served != RETRY:
        plan.retries = 0
    if plan.retries < (rules.deadline_retries if _near_deadline(bed, at) else rules.retries):
        plan.retries += 1
        ask(bed, at + rules.retry_after, RETRY)


def _near_deadline(bed: Bed, at: Instant) -> bool:
    session, grace = bed.state.session, bed.rules.recovery.grace
    deadline = None if session is None else session.deadline_at()
    return bed.state.phase is Phase.RECOVERY and deadline is not None and deadline - grace <= at < deadline + grace
