"""Cuff readings: judged, kept, and passed on to all that goes by them.

A reading counts once, at its end; it never stands for the time after it.
"""

from __future__ import annotations

from bisect import insort

from config.instant import Instant
from config.vocabulary import CuffState, Metric, Verdict
from monitor.core.bed_state import Bed
from monitor.core.cuff import cuff_absence, cuff_judgement, cuff_schedule, pressure_rules, relative_pressure
from monitor.core.cuff.cuff_judgement import JUMP, PRESSURES
from monitor.core.cuff.cuff_state import PressureValue
from monitor.core.device import arrivals, clock_watch, liveness
from monitor.core.device.device_watch import DeviceState
from monitor.core.events import Event, EventKind, plain
from monitor.core.inputs import CuffActivity, CuffMeasurement
from monitor.core.oximeter import occlusion, pulse_loss, pulse_match
from monitor.core.recovery import return_watch
from monitor.core.recovery.baseline import PressureReading
from monitor.core.session.session import Session
from monitor.core.validation import Judgement


def activity(bed: Bed, item: CuffActivity, now: Instant, out: list[Event]) -> None:
    """The cuff inflates, deflates or rests."""
    liveness.heard(bed, item.device, now, out)
    cuff = bed.state.cuff
    if cuff.state is not item.state or _another_cycle(bed, now):
        if item.state is CuffState.INFLATING:
            cuff.inflated_at, cuff.inflated_by = now, item.device
            occlusion.inflated(bed, now)
            pulse_loss.look(bed, now, out)
        elif item.state is CuffState.IDLE and (cuff.state is not None or bed.state.window.covers(now)):
            occlusion.deflated(bed, now, now)  # not by the first word of a cuff: one that rests has let go of nothing
        cuff.state, cuff.state_at = item.state, now
    cuff.pressure = None if item.state is CuffState.IDLE else item.pressure


def alive(bed: Bed, item: CuffActivity, now: Instant, out: list[Event]) -> bool:
    """Fold in a resting cuff's sign of life. False: it was more than that; True: no deadline has come nearer."""
    known = bed.state.devices.get(item.device)
    if known is None or known.offline or item.state is not CuffState.IDLE or bed.state.cuff.state is not CuffState.IDLE:
        return False
    liveness.heard(bed, item.device, now, out)
    return True


def _another_cycle(bed: Bed, now: Instant) -> bool:
    """Whether the cuff that inflates must be at it anew: the end of the last cycle was never heard of."""
    cuff = bed.state.cuff
    started = cuff.inflated_at
    return cuff.state is CuffState.INFLATING and started is not None and now - started > bed.rules.cuff.answer_within


def measurement(bed: Bed, item: CuffMeasurement, now: Instant, out: list[Event]) -> None:
    """A measurement has ended, with pressures or with an error."""
    device = liveness.heard(bed, item.device, now, out)
    if _repeated(device, item):
        device.repeats += 1
        return
    if item.device_t is not None:
        clock_watch.seen(bed, item.device, device, item.device_t, now, out)
    if item.systolic is not None:
        arrivals.number(bed, item.device, device, bed.rules.id_conflict.cuff_gap, now, out)
    state = bed.state
    cuff, session = state.cuff, state.session
    cuff.state, cuff.pressure, cuff.device = CuffState.IDLE, None, item.device
    cuff.plan.stopped = item.error in cuff_schedule.STOPS_STARTS
    if session is None:
        return
    occlusion.deflated(bed, now if item.measured_at is None else min(now, item.measured_at), now)
    measured = _measured_at(bed, item, now)
    if measured is None or measured < session.opened_at:
        return  # B10: chart only; or nobody's, measured before the patient was bound to the bed
    take(bed, item, measured, now, out)


def _repeated(device: DeviceState, item: CuffMeasurement) -> bool:
    """V11: sent twice. A running number that starts anew comes with another time.

    Without a number, the device's time and the same values tell it; a failure has no values that could.
    """
    if item.seq is not None:
        told, device.cuff_told = device.cuff_told, (item.seq, item.device_t)
        return told == device.cuff_told
    if item.error is not None or item.systolic is None or item.device_t is None:
        return False
    values = (item.systolic, item.diastolic, item.mean, item.pulse_rate)
    shown, device.cuff_shown = device.cuff_shown, (item.device_t, item.measured_at, values)
    return shown == device.cuff_shown


def take(bed: Bed, item: CuffMeasurement, measured: Instant, now: Instant, out: list[Event]) -> None:
    """A reading of this patient, from a device or by hand: judged, kept, held against the rules."""
    state = bed.state
    cuff, session = state.cuff, state.session
    if session is None:
        return
    judgements = cuff_judgement.judge(bed, item, measured)
    shown = judgements[Metric.PULSE_RATE_CUFF]
    if item.source == "manual":
        pulse_match.felt(bed, item.pulse_rate, shown, now)
    else:
        judgements[Metric.PULSE_RATE_CUFF] = pulse_match.compare(bed, item.pulse_rate, shown, now)
    agreed = _settle_jumps(bed, item, judgements, measured)
    last = cuff.deflated.get(item.device, measured)
    cuff.deflated[item.device] = max(last, measured)
    values = {
        Metric.SYSTOLIC: item.systolic,
        Metric.DIASTOLIC: item.diastolic,
        Metric.MEAN: item.mean,
        Metric.PULSE_RATE_CUFF: item.pulse_rate,
    }
    newest = cuff.measured_at is None or cuff.measured_at <= measured
    if newest:
        cuff.error, cuff.measured_at = item.error, measured
    cuff.judged = judgements
    source = item.source if item.source == "manual" else None
    for metric, judgement in judgements.items():
        seen = PressureValue(values[metric], measured, judgement, source)
        if newest:
            cuff.values[metric] = seen
        known = cuff.last_valid.get(metric)
        if judgement.verdict is Verdict.VALID and (known is None or known.at <= measured):
            cuff.last_valid[metric] = seen
        _tell_rejected(bed, metric, values[metric], judgement, now, out)
    session.reading_count += 1
    for jump in agreed:
        _rejudge(bed, session, jump, out)
    valid = _those(values, judgements, Verdict.VALID)
    if judgements[Metric.SYSTOLIC] is JUMP:
        recent = measured - bed.rules.validation.jump_within
        cuff.jumps = [jump for jump in cuff.jumps if jump.at >= recent]
        cuff.jumps.append(_reading(session, item, measured, _those(values, judgements, Verdict.SUSPECT)))
    if valid:
        _keep(session, _reading(session, item, measured, valid))
        _forget_old(bed, measured)
    pressure_rules.evaluate(bed, values, judgements, measured, out)
    relative_pressure.evaluate(bed, valid, measured, out, may_clear=True)
    judged = _as_a_whole(judgements)
    if judged is Verdict.VALID:
        cuff.valid_at = measured if cuff.valid_at is None else max(cuff.valid_at, measured)
    reason = judgements[Metric.SYSTOLIC].reason if item.error is None else item.error.value
    if item.source != "manual" or judged is Verdict.VALID:  # a slip of the pen is no failure of the cuff
        cuff_absence.attempt(bed, judged, reason, measured, out)
    return_watch.reading(bed, valid, measured, out)
    if judged is Verdict.VALID:
        cuff_absence.returned(bed, out)
    critical = pressure_rules.critical(bed, values, judgements)
    cuff_schedule.ended(bed, measured, judged, critical)


def _those(
    values: dict[Metric, float | None], judgements: dict[Metric, Judgement], verdict: Verdict
) -> dict[Metric, float]:
    """The pressures that were judged so."""
    return {
        metric: value
        for metric in PRESSURES
        if judgements[metric].verdict is verdict and (value := values[metric]) is not None
    }


def _reading(session: Session, item: CuffMeasurement, measured: Instant, found: dict[Metric, float]) -> PressureReading:
    systolic, diastolic, mean = (found.get(metric) for metric in PRESSURES)
    source = item.source if item.source == "manual" else None
    number, limb = session.reading_count, session.cuff_limb
    return PressureReading(measured, number, systolic, diastolic, mean, source, limb)


def _keep(session: Session, reading: PressureReading) -> None:
    """In the order in which they were measured."""
    session.mean_seen = session.mean_seen or reading.mean is not None
    insort(session.readings, reading, key=lambda known: known.at)


def _settle_jumps(
    bed: Bed, item: CuffMeasurement, judgements: dict[Metric, Judgement], measured: Instant
) -> list[PressureReading]:
    """What a VALID reading says of the jumps before it: those that it agrees with (B7); the others are refuted.

    Of those after it, it says nothing.
    """
    cuff = bed.state.cuff
    if judgements[Metric.SYSTOLIC].verdict is not Verdict.VALID:
        return []
    found = cuff_judgement.agreeing(bed, item, measured)
    cuff.jumps = [jump for jump in cuff.jumps if jump.at > measured]
    return found


def _rejudge(bed: Bed, session: Session, jump: PressureReading, out: list[Event]) -> None:
    """B7: a second reading agrees. The first counts from now on as what it was when it was measured.

    The rules that evaluate a SUSPECT one have done so; it may raise the others, and what it would clear is left to
    the second one.
    """
    valid = {metric: value for metric in PRESSURES if (value := jump.value(metric)) is not None}
    for metric, value in valid.items():
        data = {"metric": metric.value, "value": plain(value), "reason": "jump", "verdict": Verdict.VALID.value}
        out.append(Event(bed.state.clock, bed.state.bed, EventKind.VALUE_REJUDGED, {**data, "since": jump.at}))
    _keep(session, jump)
    pressure_rules.rejudged(bed, valid, jump.at, out)
    relative_pressure.evaluate(bed, valid, jump.at, out, may_clear=False)
    return_watch.reading(bed, valid, jump.at, out)


def _as_a_whole(judgements: dict[Metric, Judgement]) -> Verdict:
    """What the attempt gave: a reading, a doubtful one (half of one among them), or none."""
    verdicts = [judgements[metric].verdict for metric in PRESSURES]
    if verdicts[0] is Verdict.VALID:
        return Verdict.VALID
    return Verdict.INVALID if all(found is Verdict.INVALID for found in verdicts) else Verdict.SUSPECT


def _measured_at(bed: Bed, item: CuffMeasurement, now: Instant) -> Instant | None:
    """When the reading counts (B10); None when it is too old for more than the chart."""
    if item.measured_at is None or item.measured_at > now:
        return now
    within = bed.rules.validation.measured_within
    return item.measured_at if now - item.measured_at <= within else None


def _forget_old(bed: Bed, at: Instant) -> None:
    """Only what a baseline can still be taken from is kept before the start, everything after it for the record."""
    session = bed.state.session
    if session is None or session.started_at is not None:
        return
    # A start may be entered up to `newest` late, and its window reaches back from the time observed.
    oldest = at - bed.rules.baseline.window - bed.rules.baseline.newest
    session.readings = [reading for reading in session.readings if reading.at >= oldest]


def _tell_rejected(
    bed: Bed, metric: Metric, value: float | None, judgement: Judgement, now: Instant, out: list[Event]
) -> None:
    rejected = bed.state.rejected
    if judgement.verdict is Verdict.VALID:
        rejected.pop(metric, None)
        return
    reason = judgement.reason or "device"
    # A cuff that has no mean or no pulse is no news.
    if rejected.get(metric) != reason and not (
        reason == "absent" and metric not in (Metric.SYSTOLIC, Metric.DIASTOLIC)
    ):
        data = {"metric": metric.value, "value": plain(value), "reason": reason, "verdict": judgement.verdict.value}
        out.append(Event(now, bed.state.bed, EventKind.VALUE_REJECTED, data))
    rejected[metric] = reason
