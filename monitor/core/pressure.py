"""Cuff readings: judged, kept, held against the cuff rules; and the alarm when they stay away.

A reading counts once, at its end; it never stands for the time after it.
"""

from __future__ import annotations

from config.instant import Duration, Instant
from config.vocabulary import UNITS, CuffState, Metric, Phase, ReturnState, Verdict
from monitor.core import arrivals, clock_watch, liveness, return_watch
from monitor.core.alarm import PRESENT
from monitor.core.baseline import PressureReading
from monitor.core.bed_state import Bed, Due, PressureValue
from monitor.core.events import Event, EventKind, plain
from monitor.core.inputs import CuffActivity, CuffMeasurement
from monitor.core.ruleset import CuffRule, OverdueRule
from monitor.core.validation import Judgement, cuff_judgements

PRESSURES = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN)
OVERDUE_PHASES = (Phase.INFUSING, Phase.PAUSED, Phase.RECOVERY)


def activity(bed: Bed, item: CuffActivity, now: Instant, out: list[Event]) -> None:
    """The cuff inflates, deflates or rests."""
    liveness.heard(bed, item.device, now, out)
    cuff = bed.state.cuff
    if cuff.state is not item.state:
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
            )
        )
        _forget_old(bed, measured)
    for rule in bed.rules.cuffs:
        value, judgement = values[rule.metric], judgements[rule.metric]
        if value is not None and judgement.verdict is not Verdict.INVALID:
            _evaluate(bed, rule, value, judgement, measured, out)
    if judgements[Metric.SYSTOLIC].verdict is Verdict.VALID:
        cuff.valid_at = measured if cuff.valid_at is None else max(cuff.valid_at, measured)
        _not_overdue(bed, now, out)
    return_watch.reading(bed, valid, measured, out)


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


def _evaluate(
    bed: Bed, rule: CuffRule, value: float, judgement: Judgement, measured: Instant, out: list[Event]
) -> None:
    """One reading against one rule. A SUSPECT one may raise where the rule says so, and clears nothing."""
    suspect = judgement.verdict is Verdict.SUSPECT
    if suspect and not rule.suspect_counts:
        return
    state = bed.state
    now = state.clock
    book, counts, name = state.book, state.cuff.counts, rule.rule.name
    baseline = state.baseline(rule.metric)
    alarm = book.find(rule.rule)
    present = alarm is not None and alarm.state in PRESENT
    if alarm is not None and present:
        alarm.see(value, low=rule.trigger.comparison.is_lower_bound)
    if rule.trigger.crossed(value, baseline):
        counts[name] = counts.get(name, 0) + 1 if present else 1
        priority = rule.priority
        if rule.second is not None and counts[name] >= 2:
            priority = max(priority, rule.second)
        if rule.at_once is not None and rule.at_once.crossed(value, baseline):
            priority = max(priority, rule.at_once_priority)
        if alarm is not None and present:
            book.rise(alarm, priority, now, out)
            return
        book.onset(
            rule.rule,
            now,
            out,
            priority=priority,
            since=measured,
            value=value,
            limit=rule.trigger.number(baseline),
            unit=UNITS[rule.metric],
            extra={"doubtful": True} if suspect else None,
        )
        return
    if suspect:
        return
    if rule.consecutive:
        counts[name] = 0
    if alarm is not None and present and rule.clear.crossed(value, baseline):
        counts[name] = 0
        book.cleared(alarm, now, out)


def limits_changed(bed: Bed, before: dict[Metric, float | None], out: list[Event]) -> None:
    """The baseline moved a limit: an alarm whose trigger that made false ends (rulings 2.7)."""
    for rule in bed.rules.cuffs:
        limit_moved(bed, rule, rule.trigger.number(before[rule.metric]), out)


def limit_moved(bed: Bed, rule: CuffRule, old: float, out: list[Event]) -> None:
    """One rule's limit was `old`: the same for it alone."""
    state = bed.state
    alarm = state.book.present(rule.rule)
    if alarm is None or alarm.value is None:
        return
    new, comparison = rule.trigger.number(state.baseline(rule.metric)), rule.trigger.comparison
    if comparison.holds(alarm.value, old) and not comparison.holds(alarm.value, new):
        state.cuff.counts[rule.rule.name] = 0
        state.book.end(alarm, state.clock, out, "limit_changed")


# -- readings that stay away (alarm-system 3.2, NIBP_OVERDUE) -----------------------------------------------------


def interval(bed: Bed) -> Duration | None:
    """Time between two readings now; None where none is due (ketamine-monitoring, section 3)."""
    state, schedule = bed.state, bed.rules.cuff
    session = state.session
    if session is None or state.phase not in OVERDUE_PHASES:
        return None
    long_after_end = session.ended_at is not None and state.clock >= session.ended_at + schedule.returned_after
    if state.phase is Phase.RECOVERY and long_after_end and _all_returned(bed):
        return schedule.returned_interval
    return schedule.interval


def _all_returned(bed: Bed) -> bool:
    session = bed.state.session
    settled = (ReturnState.RETURNED, ReturnState.IN_BAND)
    return session is not None and all(metric.state in settled for metric in session.returns.values())


def counted_from(bed: Bed) -> Instant | None:
    """Where the age of the last reading counts from: that reading, or entry into the phase if later."""
    cuff = bed.state.cuff
    if cuff.overdue_from is None:
        return None
    return cuff.overdue_from if cuff.valid_at is None else max(cuff.overdue_from, cuff.valid_at)


def due(bed: Bed) -> Due | None:
    """The next level of NIBP_OVERDUE."""
    rule = bed.rules.overdue
    every, start = interval(bed), counted_from(bed)
    if every is None or start is None:
        return None
    return _next_level(bed, rule, every, start)


def _next_level(bed: Bed, rule: OverdueRule, every: Duration, start: Instant) -> Due | None:
    alarm = bed.state.book.find(rule.rule)
    for factor, priority in rule.levels:
        if alarm is None or priority > alarm.priority:
            return Due(start + round(every * factor), rule.rule.order, "", priority)
    return None


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """A level has been reached."""
    rule, book = bed.rules.overdue, bed.state.book
    alarm = book.find(rule.rule)
    if alarm is not None:
        book.rise(alarm, due.what, bed.state.clock, out)
        return
    since = counted_from(bed)
    book.onset(rule.rule, bed.state.clock, out, priority=due.what, since=bed.state.clock if since is None else since)


def enter_phase(bed: Bed, at: Instant) -> None:
    """The age counts from here if no reading is newer. An overdue alarm closes with the discharge, like every other."""
    state = bed.state
    state.cuff.overdue_from = at if state.phase in OVERDUE_PHASES else None


def _not_overdue(bed: Bed, now: Instant, out: list[Event]) -> None:
    alarm = bed.state.book.find(bed.rules.overdue.rule)
    if alarm is not None:
        bed.state.book.cleared(alarm, now, out)
