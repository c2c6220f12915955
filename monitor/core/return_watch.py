"""The session's return to baseline: feeds each metric, keeps the deadline, gives the verdict, raises RTB_*.

The machine of one metric is `recovery`; this module knows the session around it.
"""

from __future__ import annotations

from typing import Any

from config.instant import MINUTE, Duration, Instant
from config.vocabulary import Metric, Phase, ReturnState, ReturnVerdict
from monitor.core import recovery
from monitor.core.baseline import CUFF_METRICS, METRICS, WAVE_METRICS
from monitor.core.bed_state import ORDER_WINDOW, Bed, Due
from monitor.core.events import Event, EventKind
from monitor.core.recovery import Change, Clockwork, Kind, MetricReturn, Observation
from monitor.core.session import Session, whole_minute_after

WINDOW = "window"
DECIDE = "decide"
GIVE_UP = "candidate"
OVERDUE_MEDIUM = "overdue"


def begin(bed: Bed, session: Session, started_at: Instant) -> None:
    """The first start of the session: every metric begins in band, or without a baseline."""
    rule = bed.setup.rules.recovery
    for metric in METRICS:
        kind = Kind.WINDOW if metric in WAVE_METRICS else Kind.READING
        session.returns[metric] = recovery.begin(metric, kind, session.baseline_value(metric), rule)
    session.next_window_at = started_at + MINUTE


def fold_past(bed: Bed, session: Session, out: list[Event]) -> None:
    """The start was entered late: what came since counts already."""
    for metric in CUFF_METRICS:
        for seen in session.readings:
            value = seen.value(metric)
            if value is not None and session.started_at is not None and seen.at >= session.started_at:
                _fold(bed, session, session.returns[metric], Observation(seen.at, value), out)


def restarted(bed: Bed, session: Session, out: list[Event]) -> None:
    """The infusion runs again: the end is taken back and with it every verdict (6.2, last row)."""
    for metric in session.returns.values():
        change = recovery.restart(metric)
        if change is not None:
            _tell(bed, session, metric, change._replace(at=bed.state.clock), out)
    for rule, reason in ((bed.setup.rules.rtb_overdue, "restarted"), (bed.setup.rules.rtb_revoked, "phase")):
        alarm = bed.state.book.find(rule.rule)
        if alarm is not None:
            bed.state.book.end(alarm, bed.state.clock, out, reason)
    if session.verdict is not None:
        data = {"verdict": session.verdict.value, "superseded": True}
        out.append(Event(bed.state.clock, bed.state.bed, EventKind.RETURN_VERDICT, data))
    session.ended_at, session.decided, session.verdict, session.verdict_at = None, False, None, None


def ended(bed: Bed, session: Session, out: list[Event]) -> None:
    """The end is known, perhaps later than it was: fold again what came since (rulings, section 4)."""
    if session.ended_at is None or session.ended_at >= bed.state.clock:
        return
    for metric in session.returns.values():
        for change in recovery.fold_again(metric, session.ended_at, bed.setup.rules.recovery):
            _tell(bed, session, metric, change, out)


def reading(bed: Bed, metric: Metric, value: float, at: Instant, out: list[Event]) -> None:
    """A VALID pressure has come."""
    session = bed.state.session
    if session is None or session.started_at is None or at < session.started_at:
        return
    _fold(bed, session, session.returns[metric], Observation(at, value), out)
    _follow_up(bed, session, out)


def due(bed: Bed) -> Due | None:
    """The next whole minute, the deadline, the end of a candidate's wait, or RTB_OVERDUE's second level."""
    session = bed.state.session
    if session is None or session.next_window_at is None:
        return None
    order = bed.setup.rules.rtb_overdue.rule.order
    found = [Due(session.next_window_at, ORDER_WINDOW, "", WINDOW)]
    final = _deadline_with_grace(bed, session)
    if final is not None and bed.state.phase is Phase.RECOVERY:
        if not session.decided:
            found.append(Due(final, order, "", DECIDE))
        else:
            found += [
                Due(max(final, (metric.last_at or final) + bed.setup.rules.recovery.candidate), order, "", GIVE_UP)
                for metric in session.returns.values()
                if metric.state is ReturnState.CANDIDATE
            ]
            medium = _overdue_medium_at(bed, session)
            rule = bed.setup.rules.rtb_overdue
            alarm = bed.state.book.find(rule.rule)
            if medium is not None and alarm is not None and alarm.priority < rule.graver:
                found.append(Due(medium, order, "", OVERDUE_MEDIUM))
    return min(found, key=Due.rank)


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
        rule = bed.setup.rules.rtb_overdue
        alarm = bed.state.book.find(rule.rule)
        if alarm is not None:
            bed.state.book.rise(alarm, rule.graver, bed.state.clock, out)
    _follow_up(bed, session, out)


def discharged(bed: Bed, session: Session, out: list[Event]) -> None:
    """The session ends: its last verdict."""
    if session.returns:
        _say_verdict(bed, session, out, discharged=True)


def verdict(bed: Bed, session: Session, *, discharged: bool = False) -> ReturnVerdict:
    """The worst of the metrics' verdicts. A mean that no reading of the session ever carried is left out."""
    final = _deadline_with_grace(bed, session)
    ever_away = any(metric.ever_away for metric in session.returns.values())
    return recovery.worst(
        [
            recovery.metric_verdict(
                metric, bed.state.clock if final is None else final, discharged=discharged, ever_away=ever_away
            )
            for metric in _counted(session)
        ]
    )


def _counted(session: Session) -> list[MetricReturn]:
    return [metric for metric in session.returns.values() if metric.metric is not Metric.MEAN or session.mean_seen]


# -- inside ----------------------------------------------------------------------------------------------------


def _deadline_with_grace(bed: Bed, session: Session) -> Instant | None:
    deadline = session.deadline_at()
    return None if deadline is None else deadline + bed.setup.rules.recovery.grace


def _overdue_medium_at(bed: Bed, session: Session) -> Instant | None:
    deadline = session.deadline_at()
    return None if deadline is None else deadline + bed.setup.rules.recovery.overdue_medium


def _fold(bed: Bed, session: Session, metric: MetricReturn, seen: Observation, out: list[Event]) -> None:
    clock = Clockwork(session.ended_at, session.decided)
    for change in recovery.observe(metric, seen, clock, bed.setup.rules.recovery):
        _tell(bed, session, metric, change, out)


def _window(bed: Bed, session: Session, at: Instant, out: list[Event]) -> None:
    """Pulse rate and SpO2 at a whole minute after the first start (rulings, section 4)."""
    for name in WAVE_METRICS:
        track = bed.state.channel(name).track
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
    final = _deadline_with_grace(bed, session)
    if final is None:
        return
    grace = bed.setup.rules.recovery.grace
    for metric in session.returns.values():
        after = recovery.decide(metric, evidence=_evidence(bed, session, metric, final - 2 * grace, final))
        if after is not None:
            change = Change(bed.state.clock, metric.state, after)
            metric.state = after
            metric.reason = "no_reading" if after is ReturnState.INDETERMINATE else None
            _tell(bed, session, metric, change, out)
    session.decided = True


def _evidence(bed: Bed, session: Session, metric: MetricReturn, start: Instant, end: Instant) -> bool:
    """Whether W20 holds a valid reading, or for pulse and SpO2 enough valid time."""
    if metric.kind is Kind.WINDOW:
        covered: Duration = bed.state.channel(metric.metric).track.covered(start, end)
        return covered * recovery.IN_WINDOW >= recovery.IN_VALID * (end - start)
    return any(start <= seen.at <= end and seen.value is not None for seen in metric.history)


def _give_up(bed: Bed, session: Session, at: Instant, out: list[Event]) -> None:
    final = _deadline_with_grace(bed, session)
    for metric in session.returns.values():
        waited = metric.last_at is None or metric.last_at + bed.setup.rules.recovery.candidate <= at
        if metric.state is ReturnState.CANDIDATE and waited and final is not None and at >= final:
            change = Change(bed.state.clock, metric.state, ReturnState.INDETERMINATE)
            metric.state, metric.reason = ReturnState.INDETERMINATE, "no_reading"
            _tell(bed, session, metric, change, out)


def _tell(bed: Bed, session: Session, metric: MetricReturn, change: Change, out: list[Event]) -> None:
    data: dict[str, Any] = {
        "metric": metric.metric.value,
        "from": change.before.value,
        "to": change.after.value,
        "interval_min": _interval(session, metric) if change.after is ReturnState.RETURNED else None,
    }
    if change.after is ReturnState.INDETERMINATE:
        data["reason"] = metric.reason
    if change.at != bed.state.clock:
        data["at"] = change.at
    out.append(Event(bed.state.clock, bed.state.bed, EventKind.RETURN_STATE_CHANGED, data))


def _interval(session: Session, metric: MetricReturn) -> list[float | None] | None:
    """[after, until] in minutes after the end; a negative lower end is kept, None: no reading was out of band."""
    if metric.interval is None or session.ended_at is None:
        return None
    return [None if moment is None else round((moment - session.ended_at) / MINUTE, 3) for moment in metric.interval]


def _follow_up(bed: Bed, session: Session, out: list[Event]) -> None:
    """What every change of a metric may bring: alarms, and after the deadline a new verdict."""
    if bed.state.phase is not Phase.RECOVERY:
        return
    states = [metric.state for metric in _counted(session)]
    rules, book, at = bed.setup.rules, bed.state.book, bed.state.clock
    overdue = book.find(rules.rtb_overdue.rule)
    if ReturnState.OVERDUE in states and overdue is None:
        medium = _overdue_medium_at(bed, session)
        graver = medium is not None and at >= medium
        book.onset(
            rules.rtb_overdue.rule,
            at,
            out,
            priority=rules.rtb_overdue.graver if graver else rules.rtb_overdue.priority,
            since=at,
        )
    elif ReturnState.OVERDUE not in states and overdue is not None:
        book.cleared(overdue, at, out)
    _revoked(bed, ReturnState.RE_EXCURSED in states, out)
    if session.decided and verdict(bed, session) is not session.verdict:
        _say_verdict(bed, session, out, discharged=False)


def _revoked(bed: Bed, revoked: bool, out: list[Event]) -> None:
    """RTB_REVOKED, MEDIUM while SBP_HIGH is present too."""
    rule, book, at = bed.setup.rules.rtb_revoked, bed.state.book, bed.state.clock
    alarm = book.find(rule.rule)
    high = any(found.rule.name == "SBP_HIGH" and book.present(found.rule) for found in book.open.values())
    priority = rule.graver if high else rule.priority
    if revoked and alarm is None:
        book.onset(rule.rule, at, out, priority=priority, since=at)
    elif revoked and alarm is not None:
        book.rise(alarm, priority, at, out)
    elif alarm is not None:
        book.cleared(alarm, at, out)


def _say_verdict(bed: Bed, session: Session, out: list[Event], *, discharged: bool) -> None:
    session.verdict, session.verdict_at = verdict(bed, session, discharged=discharged), bed.state.clock
    final = session.deadline + bed.setup.rules.recovery.grace
    metrics = {}
    for metric in session.returns.values():
        metrics[metric.metric.value] = {
            "state": metric.state.value,
            "interval_min": _interval(session, metric),
            "reason": metric.reason,
            "returns": metric.returns,
        }
    data: dict[str, Any] = {
        "verdict": session.verdict.value,
        "deadline_min": round(final / MINUTE, 3),
        "metrics": metrics,
    }
    if session.verdict is ReturnVerdict.RETURNED_LATE:
        ends = [metric.interval[1] for metric in session.returns.values() if metric.interval is not None]
        if ends and session.ended_at is not None:
            data["late_min"] = round((max(ends) - session.ended_at) / MINUTE, 3)
    out.append(Event(bed.state.clock, bed.state.bed, EventKind.RETURN_VERDICT, data))
