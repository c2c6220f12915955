"""What the return to baseline comes to: its steps and verdict as events, and the alarms RTB_*.

The machine of one metric is `metric_return`; what feeds it is `return_watch`.
"""

from __future__ import annotations

from typing import Any

from config.instant import MINUTE, Instant
from config.vocabulary import Metric, Phase, ReturnState, ReturnVerdict
from monitor.core.bed_state import Bed
from monitor.core.cuff import cuff_absence
from monitor.core.events import Event, EventKind
from monitor.core.recovery import metric_return as recovery
from monitor.core.recovery.metric_return import Change, MetricReturn
from monitor.core.session.session import Session


def verdict(bed: Bed, session: Session, *, discharged: bool = False) -> ReturnVerdict:
    """The worst of the metrics' verdicts. A mean that no reading of the session ever carried is left out."""
    final = deadline_with_grace(bed, session)
    ever_away = any(metric.ever_away for metric in session.returns.values())
    return recovery.worst(
        [
            recovery.metric_verdict(
                metric, bed.state.clock if final is None else final, discharged=discharged, ever_away=ever_away
            )
            for metric in counted(session)
        ]
    )


def revoked(session: Session) -> bool:
    """A metric left the band again after its return: no discharge without a reason (6.3)."""
    return any(metric.state is ReturnState.RE_EXCURSED for metric in counted(session))


def counted(session: Session) -> list[MetricReturn]:
    """The metrics that count: a mean that no reading of the session ever carried is left out."""
    return [metric for metric in session.returns.values() if metric.metric is not Metric.MEAN or session.mean_seen]


def deadline_with_grace(bed: Bed, session: Session) -> Instant | None:
    """When the return is decided; None while no end is known."""
    deadline = session.deadline_at()
    return None if deadline is None else deadline + bed.rules.recovery.grace


def overdue_medium_at(bed: Bed, session: Session) -> Instant | None:
    """When RTB_OVERDUE turns graver; None while no end is known."""
    deadline = session.deadline_at()
    return None if deadline is None else deadline + bed.rules.recovery.overdue_medium


def tell(bed: Bed, session: Session, metric: MetricReturn, change: Change, out: list[Event]) -> None:
    """One step of a metric, as an event; what is back needs no reading near the deadline any more."""
    data: dict[str, Any] = {
        "metric": metric.metric.value,
        "from": change.before.value,
        "to": change.after.value,
        "interval_min": _interval(session, change.interval),
    }
    if change.after is ReturnState.INDETERMINATE:
        data["reason"] = change.reason
    if change.at != bed.state.clock:
        data["at"] = change.at
    out.append(Event(bed.state.clock, bed.state.bed, EventKind.RETURN_STATE_CHANGED, data))
    if change.after in (ReturnState.RETURNED, ReturnState.IN_BAND):
        cuff_absence.returned(bed, out)


def follow_up(bed: Bed, session: Session, out: list[Event]) -> None:
    """What every change of a metric may bring: alarms, and after the deadline a new verdict."""
    if bed.state.phase is not Phase.RECOVERY:
        return
    states = [metric.state for metric in counted(session)]
    rules, book, at = bed.rules, bed.state.book, bed.state.clock
    overdue = book.find(rules.rtb_overdue.rule)
    if ReturnState.OVERDUE in states and overdue is None:
        medium = overdue_medium_at(bed, session)
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
    _revoked_alarm(bed, ReturnState.RE_EXCURSED in states, out)
    if session.decided and verdict(bed, session) is not session.verdict:
        _say_verdict(bed, session, out, discharged=False)


def discharged(bed: Bed, session: Session, out: list[Event]) -> None:
    """The session ends: its last verdict."""
    if session.returns:
        _say_verdict(bed, session, out, discharged=True)


def _interval(session: Session, interval: tuple[Instant | None, Instant] | None) -> list[float | None] | None:
    """[after, until] in minutes after the end; a negative lower end is kept, None: no reading was out of band."""
    if interval is None or session.ended_at is None:
        return None
    return [None if moment is None else round((moment - session.ended_at) / MINUTE, 3) for moment in interval]


def _revoked_alarm(bed: Bed, revoked: bool, out: list[Event]) -> None:
    """RTB_REVOKED, MEDIUM while SBP_HIGH is present too."""
    rule, book, at = bed.rules.rtb_revoked, bed.state.book, bed.state.clock
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
    final = session.deadline + bed.rules.recovery.grace
    metrics = {}
    for metric in session.returns.values():
        metrics[metric.metric.value] = {
            "state": metric.state.value,
            "interval_min": _interval(session, metric.interval),
            "reason": metric.reason,
            "returns": metric.returns,
            "grade": session.baseline[metric.metric].grade.value,
            "bound": metric.bound,
        }
    data: dict[str, Any] = {
        "verdict": session.verdict.value,
        "deadline_min": round(final / MINUTE, 3),
        "metrics": metrics,
    }
    if session.medicated:
        data["with_medication"] = True
    if session.verdict is ReturnVerdict.RETURNED_LATE:
        ends = [metric.interval[1] for metric in session.returns.values() if metric.interval is not None]
        if ends and session.ended_at is not None:
            data["late_min"] = round((max(ends) - session.ended_at) / MINUTE, 3)
    out.append(Event(bed.state.clock, bed.state.bed, EventKind.RETURN_VERDICT, data))
