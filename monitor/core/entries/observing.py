"""When breaths are to be counted and MOAA/S to be scored (ketamine-monitoring, section 3)."""

from __future__ import annotations

from typing import Any

from config.instant import Duration, Instant
from config.vocabulary import Observed, Phase
from monitor.core.bed_state import Bed
from monitor.core.session.session import Session


def _schedule(bed: Bed, session: Session) -> tuple[Instant, tuple[Duration, ...], Duration | None] | None:
    """From when it counts, the first times, and the interval after them."""
    rule = bed.rules.observations
    match bed.state.phase:
        case Phase.PRE:
            return session.opened_at, (rule.pre_after,), None
        case Phase.INFUSING if session.drug_from is not None:
            return session.drug_from, rule.infusing, rule.every
        case Phase.PAUSED if session.paused_from is not None:
            return session.paused_from, (0,), None
        case Phase.RECOVERY if session.ended_at is not None:
            return session.ended_at, rule.recovery, rule.every
    return None


def following(bed: Bed, session: Session, after: Instant) -> Instant | None:
    """The next time that is due later than `after`."""
    found = _schedule(bed, session)
    if found is None:
        return None
    start, times, every = found
    after = max(after, bed.state.phase_since - 1)
    for time in times:
        if start + time > after:
            return start + time
    if every is None:
        return None
    last = start + times[-1]
    return last + ((after - last) // every + 1) * every


def latest(bed: Bed, session: Session, at: Instant) -> Instant | None:
    """The last time that was due up to `at`, within this phase."""
    found = _schedule(bed, session)
    if found is None:
        return None
    start, times, every = found
    due = [start + time for time in times if start + time <= at]
    if every is not None and at >= start + times[-1] + every:
        due.append(start + times[-1] + (at - start - times[-1]) // every * every)
    return due[-1] if due and due[-1] >= bed.state.phase_since else None


def observation_due(bed: Bed, session: Session, at: Instant) -> dict[str, Any] | None:
    """The hint: which of the two has not been entered since shortly before the time it was due."""
    slot = latest(bed, session, at)
    if slot is None:
        return None
    # Before the infusion once is enough, whenever it was.
    since = session.opened_at if bed.state.phase is Phase.PRE else slot - bed.rules.observations.early
    seen = {entry.name for entry in session.observations if entry.at >= since}
    wanted = [name.value for name in Observed if name.value not in seen]
    return {"slot_at": slot, "missing": wanted} if wanted else None
