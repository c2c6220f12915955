"""What a session shows beside its numbers: hints, the discharge checklist, what people entered."""

from __future__ import annotations

from config.instant import SECOND, Instant, to_rfc3339
from config.vocabulary import Metric, Observed, Phase, Verdict
from monitor.core.bed_state import Bed
from monitor.core.session import discharge
from monitor.core.session.session import Session
from monitor.station import session_words, wire

UNITS = {Observed.RESP_RATE: "/min", Observed.MOAAS: ""}
ENTERED = {Observed.RESP_RATE: Metric.RESP_RATE.value, Observed.MOAAS: "moaas"}


def advisories(session: Session) -> list[wire.Advisory]:
    """The hints that hold now, the oldest first."""
    return [
        wire.Advisory(
            kind=hint.kind,
            since=to_rfc3339(hint.since),
            text=session_words.advise(hint),
            until=_maybe(hint.detail.get("rested_at", hint.detail.get("slot_at"))),
        )
        for hint in sorted(session.advisories.values(), key=lambda hint: hint.since)
    ]


def readiness(bed: Bed, session: Session, now: Instant) -> list[wire.ReadinessItem]:
    """The checklist of the discharge, in recovery only."""
    if bed.state.phase is not Phase.RECOVERY:
        return []
    return [
        wire.ReadinessItem(item.name, item.state.value, session_words.row(item), _maybe(item.detail.get("until_at")))
        for item in discharge.readiness(bed, session, now)
    ]


def news2(bed: Bed, now: Instant) -> str | None:
    """The partial score in words, where it may be shown and something is known."""
    found = discharge.news(bed, now)
    return found.words() if found is not None and found.points else None


def entered(session: Session, now: Instant) -> dict[str, wire.Value]:
    """The last count of breaths and the last MOAA/S."""
    found = {}
    for name, key in ENTERED.items():
        last = session.newest(name)
        if last is not None:
            found[key] = wire.Value(
                metric=key,
                value=last.value,
                unit=UNITS[name],
                verdict=Verdict.VALID.value,
                reason=None,
                at=to_rfc3339(last.at),
                age_s=round(max(0, now - last.at) / SECOND, 1),
                source="manual",
            )
    return found


def _maybe(at: Instant | None) -> str | None:
    return None if at is None else to_rfc3339(at)
