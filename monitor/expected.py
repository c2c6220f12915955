"""What is expected of the running session's pressures, for the trend and the record. A hint, never an alarm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from config.instant import MINUTE, Duration, Instant
from config.vocabulary import Metric
from monitor.core.bed_state import BedState
from monitor.core.session.session import Flow, Session
from monitor.trajectory import NEEDED, PRIOR, STANDARD_MINUTES, Band, Trajectory

EVERY: Duration = 2 * MINUTE
AHEAD: Duration = 60 * MINUTE
"""The band is drawn so far beyond the last reading."""
STANDARD_MG_PER_KG = 0.5
NOT_FALLING_AFTER: Duration = 10 * MINUTE

ABOVE = "above the expected band"
NOT_FALLING = "not falling 10 min after the end"


@dataclass(frozen=True, slots=True)
class Expected:
    """The 90 % band of one pressure.

    Attributes:
        band: from the second reading on, to an hour beyond the last.
        return_min: minutes after the end between which it is expected back in its band, 5 % to 95 % sure; the second
            is None where that is more than three hours. None while the drug runs, or without a bound.
        hints: what does not fit, in words.
    """

    band: list[Band] = field(default_factory=list)
    return_min: tuple[int, int | None] | None = None
    hints: list[str] = field(default_factory=list)


def expected(state: BedState, metric: Metric) -> Expected | None:
    """What is expected of a pressure on this bed; None without an infusion, a baseline, or two readings since."""
    session = state.session
    if session is None or session.started_at is None or metric not in PRIOR:
        return None
    baseline = session.baseline_value(metric)
    readings = list(_readings(session, metric, session.started_at))
    if baseline is None or len(readings) < NEEDED:
        return None
    # With every reading weighed, for what comes; with those before each reading, for whether it fits.
    flows = _planned(session)
    trajectory = Trajectory(metric, baseline, strength=_strength(session))
    hints: list[str] = []
    for at, value in readings:
        above = trajectory.readings >= NEEDED and value > trajectory.band(at, flows).high
        hints = [ABOVE] if above else []
        trajectory.observe(value, at, flows)
    if _stands_still(session, readings):
        hints.append(NOT_FALLING)
    first, last = readings[NEEDED - 1][0], readings[-1][0] + AHEAD
    band = [trajectory.band(at, flows) for at in range(first, last + 1, EVERY)]
    found = session.returns.get(metric)
    bound = None if found is None else found.bound
    span = None
    if session.ended_at is not None and bound is not None:
        span = trajectory.return_span(bound, session.ended_at, flows)
    return Expected(band, span, hints)


def _readings(session: Session, metric: Metric, since: Instant) -> Iterator[tuple[Instant, float]]:
    for reading in session.readings:
        value = reading.value(metric)
        if value is not None and reading.at >= since:
            yield reading.at, value


def _planned(session: Session) -> list[Flow]:
    """When the drug ran; one that runs is taken to run as long as planned."""
    flows = list(session.flows)
    if flows and flows[-1].stop is None:
        flows[-1] = Flow(
            flows[-1].start, flows[-1].start + max(0, session.planned - (session.infused - session.infused_before))
        )
    return flows


def _strength(session: Session) -> float:
    """The pump's rate as a multiple of the standard one; of an unknown dose the standard is assumed."""
    minutes = session.planned / MINUTE
    share = 1.0
    known = session.dose_mg is not None and session.weight_kg is not None
    if not known and session.drug_from != session.started_at:
        return 1.0  # a restart: its plan may be what was left of another, and says nothing of the rate
    if session.dose_mg is not None and session.weight_kg is not None:
        share = session.dose_mg / session.weight_kg / STANDARD_MG_PER_KG
    return share * STANDARD_MINUTES / minutes


def _stands_still(session: Session, readings: list[tuple[Instant, float]]) -> bool:
    """Ten minutes after the end the newest reading is no lower than the last one under the drug."""
    if session.ended_at is None or readings[-1][0] < session.ended_at + NOT_FALLING_AFTER:
        return False
    under = [value for at, value in readings if at <= session.ended_at]
    return bool(under) and readings[-1][1] >= under[-1]
