"""Return to baseline of one metric (ketamine-monitoring, section 6; rulings, section 4).

A metric's state is a fold over what was observed of it: cuff readings for the pressures, a window at each
whole minute for pulse rate and SpO2. The history is kept, so that an end entered late can be folded again
from the moment it really was.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from config.instant import MINUTE, SECOND, Duration, Instant
from config.vocabulary import Metric, ReturnState, ReturnVerdict
from monitor.core.recovery import return_steps
from monitor.core.rules.sections import ReturnRule

OUT_WINDOW: Duration = MINUTE
OUT_VALID: Duration = 48 * SECOND
IN_WINDOW: Duration = 5 * MINUTE
IN_VALID: Duration = 240 * SECOND
"""Pulse rate and SpO2: 80 % of each window must be valid."""
OUT_OF_FIVE = 3


class Observation(NamedTuple):
    """What was seen of one metric.

    Cuff metrics: `value` is the reading. Pulse rate and SpO2: `value` is the median of the last minute and
    `long` that of the last five, each None when too little of it was valid.
    """

    at: Instant
    value: float | None
    long: float | None = None


class Change(NamedTuple):
    """A step of the machine, and the observation's time that made it.

    `interval` as it was with a return, `reason` as it was with what could not be decided: several steps may be told
    at once, when the metric has gone on already.
    """

    at: Instant
    before: ReturnState
    after: ReturnState
    interval: tuple[Instant | None, Instant] | None = None
    reason: str | None = None


class Clockwork(NamedTuple):
    """Where the session stands: end of the infusion (None while it runs) and whether the deadline is decided."""

    ended_at: Instant | None
    decided: bool


class Kind(StrEnum):
    """How a metric is observed."""

    READING = "reading"
    WINDOW = "window"


@dataclass(slots=True)
class MetricReturn:
    """One metric's way back.

    Attributes:
        bound: U of 6.1; for SpO2 the lowest value in band. None without a baseline.
        floor: True when being below the bound is the excursion (SpO2).
        ever_away: since the first start of the session.
        out_before: the observation before was out of band.
        last_out_at, first_in_at: ends of the return interval in the making.
        interval: (after, until) once returned, instants.
        minutes: out or not, for each minute since the return (RE_EXCURSED of windows).
        history: observations since `origin`, the state at the last (re)start.
        told: changes already announced.
        covered: for pulse rate and SpO2, the valid time since the first start, up to the last whole minute.
    """

    metric: Metric
    kind: Kind
    bound: float | None
    floor: bool = False
    state: ReturnState = ReturnState.IN_BAND
    ever_away: bool = False
    out_before: bool = False
    last_out_at: Instant | None = None
    first_in_at: Instant | None = None
    last_at: Instant | None = None
    interval: tuple[Instant | None, Instant] | None = None
    returns: int = 0
    reason: str | None = None
    minutes: list[bool] = field(default_factory=list)
    history: list[Observation] = field(default_factory=list)
    origin: tuple[ReturnState, bool, bool, Instant | None] | None = None
    told: list[Change] = field(default_factory=list)
    covered: list[tuple[Instant, Instant]] = field(default_factory=list)

    def is_out(self, value: float) -> bool:
        """Out of band on the side that counts."""
        if self.bound is None:
            return False
        return value < self.bound if self.floor else value > self.bound


def bound(metric: Metric, baseline: float, rule: ReturnRule) -> float:
    """The edge of the band (6.1), not rounded.

    SpO2's floor of 92 never decides: the rulings give it up below 94, and from 94 on B - 2 is not below it.
    """
    if metric is Metric.SPO2:
        return baseline - rule.spo2_points
    return baseline + max(rule.tolerance * baseline, rule.floors[metric])


def begin(metric: Metric, kind: Kind, baseline: float | None, rule: ReturnRule) -> MetricReturn:
    """The infusion starts."""
    edge = None if baseline is None else bound(metric, baseline, rule)
    state = ReturnState.IN_BAND if edge is not None else ReturnState.NO_BASELINE
    found = MetricReturn(metric, kind, edge, floor=metric is Metric.SPO2, state=state)
    found.origin = (state, False, False, None)
    if edge is None:
        found.reason = "no_baseline"
    return found


def restart(metric: MetricReturn) -> Change | None:
    """The infusion was restarted: AWAY or IN_BAND by the last observation (6.2)."""
    before = metric.state
    if before is not ReturnState.NO_BASELINE:
        _go(metric, ReturnState.AWAY if metric.out_before else ReturnState.IN_BAND)
        metric.ever_away = metric.ever_away or metric.out_before
    metric.first_in_at = None
    metric.interval = None
    if metric.bound is not None:
        metric.reason = None
    metric.history = []
    metric.told = []
    metric.origin = (metric.state, metric.ever_away, metric.out_before, metric.last_out_at)
    return None if before is metric.state else Change(0, before, metric.state)


def observe(metric: MetricReturn, seen: Observation, clock: Clockwork, rule: ReturnRule) -> list[Change]:
    """Fold one observation in; the changes it makes, in order (two when AWAY goes straight on to OVERDUE).

    One that was measured before another is kept in its place. Out of band it is news that may only speak against a
    return; in band it begins none: a newer one has spoken.
    """
    late = bool(metric.history) and seen.at < metric.history[-1].at
    insort(metric.history, seen, key=lambda one: one.at)
    if late and seen.value is not None and not metric.is_out(seen.value):
        return []
    return _fold(metric, seen, clock, rule)


def fold_again(
    metric: MetricReturn, ended_at: Instant, final: Instant, now: Instant, rule: ReturnRule, *, evidence: bool
) -> list[Change]:
    """The end was entered late: fold the history once more as if it had been known. Only news are returned.

    What fell due between two observations is settled between them, so that the late entry leads where the
    timely one would have led. `final` is deadline + grace; `evidence` as in `decide`.
    """
    if metric.origin is None:
        return []
    metric.state, metric.ever_away, metric.out_before, metric.last_out_at = metric.origin
    metric.first_in_at = metric.last_at = metric.interval = None
    told = list(metric.told)
    changes: list[Change] = []
    decided = False
    for at, seen in [*((seen.at, seen) for seen in metric.history), (now, None)]:
        if not decided and at >= final:
            decided = True
            changes += decide(metric, final, evidence=evidence)
        given_up_at = gives_up_at(metric, final, rule)
        if decided and given_up_at is not None and at >= given_up_at:
            changes += give_up(metric, given_up_at)
        if seen is not None:
            changes += _fold(metric, seen, Clockwork(ended_at if at >= ended_at else None, decided), rule)
    return [change for change in changes if change not in told]


def decide(metric: MetricReturn, final: Instant, *, evidence: bool) -> list[Change]:
    """Deadline + grace has come (6.2): returned, overdue, or undecidable. `evidence`: a valid reading in W20."""
    if not evidence and metric.state in (ReturnState.AWAY, ReturnState.CANDIDATE, ReturnState.IN_BAND):
        return [_undecidable(metric, final)]
    if metric.state is ReturnState.AWAY:
        _go(metric, ReturnState.OVERDUE)
        return [Change(final, ReturnState.AWAY, ReturnState.OVERDUE)]
    return []


def gives_up_at(metric: MetricReturn, final: Instant, rule: ReturnRule) -> Instant | None:
    """When a candidate's wait for its second reading ends (rulings, section 4); None: it is not one."""
    if metric.state is not ReturnState.CANDIDATE or metric.last_at is None:
        return None
    return max(final, metric.last_at + rule.candidate)


def give_up(metric: MetricReturn, at: Instant) -> list[Change]:
    """The second reading has not come."""
    return [_undecidable(metric, at)]


def _undecidable(metric: MetricReturn, at: Instant) -> Change:
    before, metric.reason = metric.state, "no_reading"
    _go(metric, ReturnState.INDETERMINATE)
    return Change(at, before, metric.state, reason=metric.reason)


def _go(metric: MetricReturn, after: ReturnState) -> None:
    """The only place where a metric's state changes while it is watched."""
    if after is not metric.state:
        return_steps.check(metric.state, after)
        metric.state = after


def _fold(metric: MetricReturn, seen: Observation, clock: Clockwork, rule: ReturnRule) -> list[Change]:
    if metric.bound is None:
        return []
    path = _reading(metric, seen, clock, rule) if metric.kind is Kind.READING else _window(metric, seen, clock)
    changes = []
    for after in path:
        interval = metric.interval if after is ReturnState.RETURNED else None
        changes.append(Change(seen.at, metric.state, after, interval))
        _go(metric, after)
        metric.ever_away = metric.ever_away or after is ReturnState.AWAY
        metric.reason = None
    metric.told.extend(changes)
    return changes


def _reading(metric: MetricReturn, seen: Observation, clock: Clockwork, rule: ReturnRule) -> list[ReturnState]:
    value = seen.value
    if value is None:
        return []
    out = metric.is_out(value)
    excursion = out and (metric.out_before or metric.is_out(value - rule.far))
    metric.out_before = out
    metric.last_at = seen.at if metric.last_at is None else max(metric.last_at, seen.at)
    if out:
        metric.last_out_at = seen.at if metric.last_out_at is None else max(metric.last_out_at, seen.at)
        metric.first_in_at = None
    recovering = clock.ended_at is not None and seen.at >= clock.ended_at
    match metric.state:
        case ReturnState.IN_BAND if excursion:
            return _away(clock)
        case ReturnState.AWAY if recovering and not out:
            metric.first_in_at = seen.at
            return [ReturnState.CANDIDATE]
        case ReturnState.CANDIDATE if out:
            return [ReturnState.OVERDUE if clock.decided else ReturnState.AWAY]
        case ReturnState.RETURNED if excursion:
            return [ReturnState.RE_EXCURSED]
        case ReturnState.CANDIDATE | ReturnState.OVERDUE | ReturnState.RE_EXCURSED:
            return _confirm(metric, seen.at, rule.spacing) if not out else []
        case ReturnState.INDETERMINATE if metric.ever_away:
            return [ReturnState.OVERDUE] if out else _confirm(metric, seen.at, rule.spacing)
        case ReturnState.INDETERMINATE if excursion:
            return _away(clock)
        case ReturnState.INDETERMINATE if not out:
            return [ReturnState.IN_BAND]
    return []


def _away(clock: Clockwork) -> list[ReturnState]:
    return [ReturnState.AWAY, ReturnState.OVERDUE] if clock.decided else [ReturnState.AWAY]


def _confirm(metric: MetricReturn, at: Instant, spacing: Duration) -> list[ReturnState]:
    """A reading in band: the first of a pair is remembered, the second far enough behind it makes the return."""
    if metric.first_in_at is None:
        metric.first_in_at = at
        return []
    if at - metric.first_in_at < spacing:
        return []
    return _returned(metric, metric.first_in_at)


def _returned(metric: MetricReturn, until: Instant) -> list[ReturnState]:
    metric.interval = (metric.last_out_at, until)
    metric.returns += 1
    metric.minutes = []
    return [ReturnState.RETURNED]


def _window(metric: MetricReturn, seen: Observation, clock: Clockwork) -> list[ReturnState]:
    out = seen.value is not None and metric.is_out(seen.value)
    ended = clock.ended_at
    back = (
        ended is not None
        and seen.at - IN_WINDOW >= ended
        and seen.long is not None
        and not metric.is_out(seen.long)
        and not out
    )
    if out:
        metric.last_out_at = seen.at
    if seen.value is not None:
        metric.out_before, metric.last_at = out, seen.at
    match metric.state:
        case ReturnState.IN_BAND if out:
            return _away(clock)
        case ReturnState.AWAY | ReturnState.OVERDUE | ReturnState.RE_EXCURSED if back:
            return _returned(metric, seen.at)
        case ReturnState.RETURNED if seen.value is not None:
            metric.minutes = [*metric.minutes[-4:], out]
            return [ReturnState.RE_EXCURSED] if sum(metric.minutes) >= OUT_OF_FIVE else []
        case ReturnState.INDETERMINATE if metric.ever_away:
            if back:
                return _returned(metric, seen.at)
            return [ReturnState.OVERDUE] if out else []
        case ReturnState.INDETERMINATE if out:
            return _away(clock)
        case ReturnState.INDETERMINATE if seen.value is not None:
            return [ReturnState.IN_BAND]
    return []


def metric_verdict(
    metric: MetricReturn, deadline_with_grace: Instant, *, discharged: bool, ever_away: bool
) -> ReturnVerdict:
    """What one metric contributes to the session's verdict (rulings, section 4)."""
    match metric.state:
        case ReturnState.RE_EXCURSED:
            return ReturnVerdict.REVOKED
        case ReturnState.AWAY | ReturnState.CANDIDATE | ReturnState.OVERDUE:
            return ReturnVerdict.NOT_RETURNED_AT_DISCHARGE if discharged else ReturnVerdict.OVERDUE
        case ReturnState.INDETERMINATE | ReturnState.NO_BASELINE:
            return ReturnVerdict.INDETERMINATE
        case ReturnState.RETURNED:
            late = metric.interval is not None and metric.interval[1] > deadline_with_grace
            return ReturnVerdict.RETURNED_LATE if late else ReturnVerdict.RETURNED_WITHIN_20
    return ReturnVerdict.RETURNED_WITHIN_20 if ever_away else ReturnVerdict.NO_EXCURSION


_WORST_FIRST = list(ReturnVerdict)


def worst(verdicts: list[ReturnVerdict]) -> ReturnVerdict:
    """The session's verdict: the worst of its metrics'."""
    return min(verdicts, key=_WORST_FIRST.index)
