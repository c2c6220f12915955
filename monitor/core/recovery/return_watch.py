"""The session's return to baseline: feeds each metric and keeps the deadline.

The machine of one metric is `metric_return`; what comes of it is told by `return_report`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from config.instant import MINUTE, Duration, Instant
from config.vocabulary import Grade, Metric, Phase
from monitor.core.bed_state import ORDER_WINDOW, Bed, Due, earliest
from monitor.core.events import Event, EventKind, plain
from monitor.core.recovery import baseline as baselines
from monitor.core.recovery import metric_return as recovery
from monitor.core.recovery import return_report
from monitor.core.recovery.baseline import CUFF_METRICS, METRICS, WAVE_METRICS, Baseline
from monitor.core.recovery.metric_return import Change, Clockwork, Kind, MetricReturn, Observation
from monitor.core.session.session import Session, whole_minute_after
from monitor.core.track import Track

WINDOW = "window"
DECIDE = "decide"
GIVE_UP = "candidate"
OVERDUE_MEDIUM = "overdue"


def begin(bed: Bed, session: Session, started_at: Instant) -> None:
    """The first start of the session: every metric begins in band, or without a baseline."""
    rule = bed.rules.recovery
    for metric in METRICS:
        kind = Kind.WINDOW if metric in WAVE_METRICS else Kind.READING
        session.returns[metric] = recovery.begin(metric, kind, session.baseline_value(metric), rule)
    session.next_window_at = started_at + MINUTE


def tell_baseline(
    bed: Bed, metric: Metric, found: Baseline, out: list[Event], *, revised: bool = False, reason: str | None = None
) -> None:
    """What the metric will be held against from now on."""
    data: dict[str, Any] = {
        "metric": metric.value,
        "value": plain(found.value),
        "grade": found.grade.value,
        "inputs": found.inputs,
    }
    if found.value is not None:
        data["bound"] = plain(recovery.bound(metric, found.value, bed.rules.recovery))
    flags = None if bed.state.session is None else bed.state.session.baseline_flags.get(metric)
    if flags:
        data["flags"] = flags
    if revised:
        data["revised"] = True
    if reason is not None:
        data["reason"] = reason
    out.append(Event(bed.state.clock, bed.state.bed, EventKind.BASELINE_FROZEN, data))


def fold_past(bed: Bed, session: Session, out: list[Event]) -> None:
    """The start was entered late: what came since counts already."""
    for metric in CUFF_METRICS:
        for seen in _past(session, metric, session.started_at):
            _fold(bed, session, session.returns[metric], seen, out)


def _past(session: Session, metric: Metric, started_at: Instant | None) -> list[Observation]:
    """The readings of a metric since the start."""
    found = [(seen.at, seen.value(metric)) for seen in session.readings]
    return [
        Observation(at, value)
        for at, value in found
        if value is not None and started_at is not None and at >= started_at
    ]


def _revise(bed: Bed, session: Session, metric: Metric, started_at: Instant, out: list[Event]) -> bool:
    """A reading from before the start has come after it: it may only replace NONE (rulings, section 4).

    Returns whether it did.
    """
    if session.baseline[metric].grade is not Grade.NONE:
        return False
    rules = bed.rules
    found = late_baseline(bed, session, metric, started_at)
    if found.value is None:
        return False
    session.baseline[metric] = found
    tell_baseline(bed, metric, found, out, revised=True)
    kind = Kind.WINDOW if metric in WAVE_METRICS else Kind.READING
    known = session.returns[metric]
    state = session.returns[metric] = recovery.begin(metric, kind, found.value, rules.recovery)
    state.covered = known.covered
    return_report.tell(bed, session, state, Change(bed.state.clock, known.state, state.state), out)
    past = _past(session, metric, started_at) if kind is Kind.READING else known.history
    final = return_report.deadline_with_grace(bed, session)
    if session.ended_at is None or final is None:
        for seen in past:
            _fold(bed, session, state, seen, out)
        return True
    state.history = past
    evidence = _evidence(bed, session, state, final)
    now = bed.state.clock
    for change in recovery.fold_again(state, session.ended_at, final, now, rules.recovery, evidence=evidence):
        return_report.tell(bed, session, state, change, out)
    return True


def late_baseline(bed: Bed, session: Session, metric: Metric, started_at: Instant) -> Baseline:
    """What came late, or was read off another device: enough for grade C (ketamine-monitoring 5.3)."""
    rule = bed.rules.baseline
    if metric in WAVE_METRICS:
        return baselines.by_hand(session.hand_values.get(metric, []), started_at, rule.wave_window)
    readings = [*session.readings, *session.late_readings]
    found = baselines.from_readings(readings, metric, started_at, session.activities, rule)
    return found if found.value is None else Baseline(found.value, Grade.C, found.inputs)


def revise_by_hand(bed: Bed, session: Session, out: list[Event]) -> bool:
    """A person has entered readings: whether one from before the start replaced a baseline that was NONE."""
    if session.started_at is None:
        return False
    revised = any([_revise(bed, session, metric, session.started_at, out) for metric in METRICS])  # noqa: C419 - all
    if revised:
        return_report.follow_up(bed, session, out)
    return revised


def restarted(bed: Bed, session: Session, out: list[Event]) -> None:
    """The infusion runs again: the end is taken back and with it every verdict (6.2, last row)."""
    for metric in session.returns.values():
        change = recovery.restart(metric)
        if change is not None:
            return_report.tell(bed, session, metric, change._replace(at=bed.state.clock), out)
    for rule, reason in ((bed.rules.rtb_overdue, "restarted"), (bed.rules.rtb_revoked, "phase")):
        alarm = bed.state.book.find(rule.rule)
        if alarm is not None:
            bed.state.book.end(alarm, bed.state.clock, out, reason)
    if session.verdict is not None:
        data = {"verdict": session.verdict.value, "superseded": True}
        out.append(Event(bed.state.clock, bed.state.bed, EventKind.RETURN_VERDICT, data))
    session.ended_at, session.decided, session.verdict, session.verdict_at = None, False, None, None
    session.medicated = False


def ended(bed: Bed, session: Session, out: list[Event]) -> None:
    """The end is known, perhaps later than it was: fold again what came since (rulings, section 4)."""
    final, now = return_report.deadline_with_grace(bed, session), bed.state.clock
    if session.ended_at is None or final is None or session.ended_at >= now:
        return
    rule = bed.rules.recovery
    news = []
    for metric in session.returns.values():
        evidence = _evidence(bed, session, metric, final)
        changes = recovery.fold_again(metric, session.ended_at, final, now, rule, evidence=evidence)
        news += [(change, metric) for change in changes]
    for change, metric in sorted(news, key=lambda entry: entry[0].at):
        return_report.tell(bed, session, metric, change, out)
    session.decided = now >= final
    return_report.follow_up(bed, session, out)


def reading(bed: Bed, pressures: Mapping[Metric, float], at: Instant, out: list[Event]) -> None:
    """The VALID pressures of one cuff reading have come; what follows from them is judged once, for all together."""
    session = bed.state.session
    if session is None or session.started_at is None:
        return
    for metric, value in pressures.items():
        if at < session.started_at:
            _revise(bed, session, metric, session.started_at, out)
        else:
            _fold(bed, session, session.returns[metric], Observation(at, value), out)
    return_report.follow_up(bed, session, out)


def due(bed: Bed) -> Due | None:
    """The next whole minute, the deadline, the end of a candidate's wait, or RTB_OVERDUE's second level."""
    session = bed.state.session
    if session is None or session.next_window_at is None:
        return None
    order = bed.rules.rtb_overdue.rule.order
    found = [Due(session.next_window_at, ORDER_WINDOW, "", WINDOW)]
    final = return_report.deadline_with_grace(bed, session)
    if final is not None and bed.state.phase is Phase.RECOVERY:
        if not session.decided:
            found.append(Due(final, order, "", DECIDE))
        else:
            waits = (recovery.gives_up_at(metric, final, bed.rules.recovery) for metric in session.returns.values())
            found += [Due(at, order, "", GIVE_UP) for at in waits if at is not None]
            medium = return_report.overdue_medium_at(bed, session)
            rule = bed.rules.rtb_overdue
            alarm = bed.state.book.find(rule.rule)
            if medium is not None and alarm is not None and alarm.priority < rule.graver:
                found.append(Due(medium, order, "", OVERDUE_MEDIUM))
    return earliest(found)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """The moment has come."""
    session = bed.state.session
    if session is None:
        return
    if due.what == WINDOW:
        _window(bed, session, due.at, out)
    elif due.what == DECIDE:
        _decide(bed, session, out)
    elif due.what == GIVE_UP:
        _give_up(bed, session, due.at, out)
    else:
        rule = bed.rules.rtb_overdue
        alarm = bed.state.book.find(rule.rule)
        if alarm is not None:
            bed.state.book.rise(alarm, rule.graver, bed.state.clock, out)
    return_report.follow_up(bed, session, out)


# -- inside ----------------------------------------------------------------------------------------------------


def _fold(bed: Bed, session: Session, metric: MetricReturn, seen: Observation, out: list[Event]) -> None:
    clock = Clockwork(session.ended_at, session.decided)
    for change in recovery.observe(metric, seen, clock, bed.rules.recovery):
        return_report.tell(bed, session, metric, change, out)


def _window(bed: Bed, session: Session, at: Instant, out: list[Event]) -> None:
    """Pulse rate and SpO2 at a whole minute after the first start (rulings, section 4)."""
    for name in WAVE_METRICS:
        track = bed.state.channel(name).track
        _remember_covered(session.returns[name], track, at - recovery.OUT_WINDOW, at)
        minute, minute_valid = track.median(at - recovery.OUT_WINDOW, at)
        long, long_valid = track.median(at - recovery.IN_WINDOW, at)
        seen = Observation(
            at,
            minute if minute_valid >= recovery.OUT_VALID else None,
            long if long_valid >= recovery.IN_VALID else None,
        )
        _fold(bed, session, session.returns[name], seen, out)
    started = session.started_at if session.started_at is not None else at
    session.next_window_at = whole_minute_after(started, at)


def _decide(bed: Bed, session: Session, out: list[Event]) -> None:
    """Deadline + grace: returned, overdue, or undecidable (6.2)."""
    final = return_report.deadline_with_grace(bed, session)
    if final is None:
        return
    for metric in session.returns.values():
        for change in recovery.decide(metric, final, evidence=_evidence(bed, session, metric, final)):
            return_report.tell(bed, session, metric, change, out)
    session.decided = True


def _evidence(bed: Bed, session: Session, metric: MetricReturn, end: Instant) -> bool:
    """Whether W20, which ends at deadline + grace, holds a valid reading, or for pulse and SpO2 enough valid time.

    A reading at the very end comes after the deadline, which is settled first (rulings 1.2).
    """
    start = end - 2 * bed.rules.recovery.grace
    if metric.kind is Kind.READING:
        return any(start <= seen.at < end for seen in metric.history)
    # The track reaches back some minutes only; an end may be entered long after W20.
    remembered = end if session.next_window_at is None else session.next_window_at - MINUTE
    covered: Duration = sum(max(0, min(last, end) - max(first, start)) for first, last in metric.covered)
    covered += bed.state.channel(metric.metric).track.covered(max(start, remembered), end)
    return covered * recovery.IN_WINDOW >= recovery.IN_VALID * (end - start)


def _remember_covered(metric: MetricReturn, track: Track, start: Instant, end: Instant) -> None:
    """Add what was valid in [start, end) to the metric's own memory; adjoining stretches become one."""
    index = max(0, bisect_right(track.starts, start) - 1)
    for first, last in zip(track.starts[index:], track.ends[index:], strict=True):
        first, last = max(first, start), min(last, end)
        if metric.covered and metric.covered[-1][1] == first < last:
            metric.covered[-1] = (metric.covered[-1][0], last)
        elif first < last:
            metric.covered.append((first, last))


def _give_up(bed: Bed, session: Session, at: Instant, out: list[Event]) -> None:
    final = return_report.deadline_with_grace(bed, session)
    for metric in session.returns.values():
        given_up_at = None if final is None else recovery.gives_up_at(metric, final, bed.rules.recovery)
        if given_up_at is not None and at >= given_up_at:
            for change in recovery.give_up(metric, given_up_at):
                return_report.tell(bed, session, metric, change, out)
