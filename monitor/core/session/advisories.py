"""Hints to the staff (ketamine-monitoring, sections 3 to 5): no alarms, they never sound; events, shown on the page.

Each kind has a function that says whether the hint holds now, and with what detail. They are asked after every
cuff reading and every entry of a person, and at the moments that time alone brings.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from config.instant import MINUTE, Instant
from config.vocabulary import Phase
from monitor.core.bed_state import ORDER_LAPSE, Bed, Due
from monitor.core.cuff import cuff_schedule
from monitor.core.entries import observing
from monitor.core.events import Event, EventKind
from monitor.core.session import dose_check, limbs, restart_checks, start_checks
from monitor.core.session.session import Advisory, Session

ORDER_ADVISE = ORDER_LAPSE - 1
INFUSION_RUNNING = "infusion_running"
THIRD_READING = "third_reading"


def _infusion_running(bed: Bed, session: Session, at: Instant) -> dict[str, Any] | None:
    """Longer than planned and no end entered: is it still running? (5.0)"""
    due_at = _overrun_at(bed, session)
    return None if due_at is None or at < due_at else {"planned_min": round(session.planned / MINUTE, 3)}


def _overrun_at(bed: Bed, session: Session) -> Instant | None:
    if bed.state.phase is not Phase.INFUSING or session.running_from is None:
        return None
    run_before = session.infused - session.infused_before
    return session.running_from + session.planned + bed.rules.observations.overrun - run_before


JUDGES: dict[str, Callable[[Bed, Session, Instant], dict[str, Any] | None]] = {
    "same_limb": limbs.shared,
    THIRD_READING: start_checks.third_reading,
    "drifting_down": start_checks.drifting_down,
    "atypical_baseline": start_checks.atypical_baseline,
    "pre_medicated": start_checks.pre_medicated,
    "hold": start_checks.hold,
    "review": start_checks.review,
    "dose_unusual": dose_check.dose_unusual,
    "restarted": restart_checks.restarted,
    INFUSION_RUNNING: _infusion_running,
    "observation_due": observing.observation_due,
}
"""Every kind of hint and who knows whether it holds."""


def look(bed: Bed, out: list[Event]) -> None:
    """Ask all of them; say what is new and what is over."""
    session, at = bed.state.session, bed.state.clock
    if session is None:
        return
    session.advised_at = at
    for kind, judge in JUDGES.items():
        detail, known = judge(bed, session, at), session.advisories.get(kind)
        if detail is None:
            if known is not None:
                del session.advisories[kind]
                out.append(Event(at, bed.state.bed, EventKind.ADVISORY_ENDED, {"advisory": kind}))
        elif known is None or known.detail.get("slot_at") != detail.get("slot_at"):
            session.advisories[kind] = Advisory(kind, at, detail)
            out.append(Event(at, bed.state.bed, EventKind.ADVISORY_RAISED, {"advisory": kind, **detail}))
            if kind == THIRD_READING:
                cuff_schedule.ask(bed, at + bed.rules.baseline.spacing, kind)
        else:
            known.detail = detail


def due(bed: Bed) -> Due | None:
    """The next moment at which a hint begins by time alone."""
    session = bed.state.session
    if session is None:
        return None
    moments = []
    overrun_at = _overrun_at(bed, session)
    if overrun_at is not None and INFUSION_RUNNING not in session.advisories:
        moments.append(overrun_at)
    slot = observing.following(bed, session, session.advised_at)
    if slot is not None:
        moments.append(slot)
    return Due(min(moments), ORDER_ADVISE, "advisories") if moments else None


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """That moment has come."""
    look(bed, out)
