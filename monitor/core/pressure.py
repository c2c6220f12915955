"""Cuff readings: judged, kept, and passed on to all that goes by them.

A reading counts once, at its end; it never stands for the time after it.
"""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import CuffState, Metric, Verdict
from monitor.core import (
    arrivals,
    clock_watch,
    cuff_absence,
    cuff_schedule,
    liveness,
    occlusion,
    pressure_rules,
    pulse_match,
    return_watch,
)
from monitor.core.baseline import PressureReading
from monitor.core.bed_state import Bed, PressureValue
from monitor.core.events import Event, EventKind, plain
from monitor.core.inputs import CuffActivity, CuffMeasurement
from monitor.core.validation import Judgement, cuff_judgements

PRESSURES = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN)


def activity(bed: Bed, item: CuffActivity, now: Instant, out: list[Event]) -> None:
    """The cuff inflates, deflates or rests."""
    liveness.heard(bed, item.device, now, out)
    cuff = bed.state.cuff
    if cuff.state is not item.state:
        if item.state is CuffState.INFLATING:
            cuff.inflated_at = now
            occlusion.inflated(bed, now)
        elif item.state is CuffState.IDLE:
            occlusion.deflated(bed, now, now)
        cuff.state, cuff.state_at = item.state, now
    cuff.pressure = None if item.state is CuffState.IDLE else item.pressure


def measurement(bed: Bed, item: CuffMeasurement, now: Instant, out: list[Event]) -> None:
    """A measurement has ended, with pressures or with an error."""
    device = liveness.heard(bed, item.device, now, out)
    if item.seq is not None:
        if item.seq == device.cuff_seq:
            device.repeats += 1  # V11: sent twice
            return
        device.cuff_seq = item.seq
    if item.device_t is not None:
        clock_watch.seen(bed, item.device, device, item.device_t, now, out)
    if item.systolic is not None:
        arrivals.number(bed, item.device, device, bed.rules.id_conflict.cuff_gap, now, out)
    state = bed.state
    cuff, session = state.cuff, state.session
    cuff.state, cuff.pressure, cuff.device = CuffState.IDLE, None, item.device
    if session is None:
        return
    occlusion.deflated(bed, now if item.measured_at is None else min(now, item.measured_at), now)
    measured = _measured_at(bed, item, now)
    if measured is None or measured < session.opened_at:
        return  # B10: chart only; or nobody's, measured before the patient was bound to the bed
    take(bed, item, measured, now, out)


def take(bed: Bed, item: CuffMeasurement, measured: Instant, now: Instant, out: list[Event]) -> None:
    """A reading of this patient, from a device or by hand: judged, kept, held against the rules."""
    state = bed.state
    cuff, session = state.cuff, state.session
    if session is None:
        return
    judgements = cuff_judgements(item, bed.rules.validation)
    if item.source != "manual":
        shown = judgements[Metric.PULSE_RATE_CUFF]
        judgements[Metric.PULSE_RATE_CUFF] = pulse_match.compare(bed, item.pulse_rate, shown, now)
    values = {
        Metric.SYSTOLIC: item.systolic,
        Metric.DIASTOLIC: item.diastolic,
        Metric.MEAN: item.mean,
        Metric.PULSE_RATE_CUFF: item.pulse_rate,
    }
    cuff.error, cuff.measured_at = item.error, measured
    for metric, judgement in judgements.items():
        seen = cuff.values[metric] = PressureValue(values[metric], measured, judgement)
        known = cuff.last_valid.get(metric)
        if judgement.verdict is Verdict.VALID and (known is None or known.at <= measured):
            cuff.last_valid[metric] = seen
        _tell_rejected(bed, metric, values[metric], judgement, now, out)
    session.reading_count += 1
    valid = {
        metric: value
        for metric in PRESSURES
        if judgements[metric].verdict is Verdict.VALID and (value := values[metric]) is not None
    }
    if valid:
        session.mean_seen = session.mean_seen or Metric.MEAN in valid
        session.readings.append(
            PressureReading(
                measured,
                session.reading_count,
                valid.get(Metric.SYSTOLIC),
                valid.get(Metric.DIASTOLIC),
                valid.get(Metric.MEAN),
                item.source if item.source == "manual" else None,
                session.cuff_limb,
            )
        )
        _forget_old(bed, measured)
    pressure_rules.evaluate(bed, values, judgements, measured, out)
    judged = _as_a_whole(judgements)
    if judged is Verdict.VALID:
        cuff.valid_at = measured if cuff.valid_at is None else max(cuff.valid_at, measured)
    cuff_absence.attempt(bed, judged, out)
    return_watch.reading(bed, valid, measured, out)
    critical = pressure_rules.critical(bed, values, judgements)
    cuff_schedule.ended(bed, measured, judged, critical, out)


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
