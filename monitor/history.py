"""What the station asks of the journal: trends, sessions, the audit trail."""

from __future__ import annotations

from typing import Any

import structlog

from config.instant import MINUTE, Clock, Instant, to_rfc3339
from config.vocabulary import Metric
from monitor.core.errors import JournalError
from monitor.core.ward import Ward
from monitor.expected import expected
from monitor.journal import Journal
from monitor.station import entries, wire
from monitor.station.answers import Expected, ExpectedPoint

WITHOUT_SESSION = 60 * MINUTE
"""How far back a trend goes on a bed without a session."""

log = structlog.get_logger("bedwatch.history")


class JournalHistory:
    """`monitor.station.ports.History` over the journal."""

    def __init__(self, journal: Journal, ward: Ward, clock: Clock) -> None:
        self._journal = journal
        self._ward = ward
        self._clock = clock

    async def trend(
        self, bed: str, metric: str, start: Instant | None, end: Instant | None
    ) -> list[tuple[Instant, float | None, str | None]]:
        """Measured values in order of time; what is not VALID is a gap with its reason."""
        return [
            (point.at, point.value, None)
            if point.verdict in (None, "VALID")
            else (point.at, None, point.reason or point.verdict)
            for point in await self._journal.trend(bed, Metric(metric), *self._stretch(bed, start, end))
            if not point.by_hand
        ]

    async def by_hand(
        self, bed: str, metric: str, start: Instant | None, end: Instant | None
    ) -> list[tuple[Instant, float]]:
        """What people entered, in order of the time they observed it: no value of the device that measures here."""
        points = await self._journal.by_hand(bed, Metric(metric), *self._stretch(bed, start, end))
        return [(point.at, point.value) for point in points if point.value is not None]

    def _stretch(self, bed: str, start: Instant | None, end: Instant | None) -> tuple[Instant, Instant]:
        """From when to when: without bounds the running session."""
        now = self._clock.now()
        if start is None:
            session = self._ward.beds[bed].state.session
            start = now - WITHOUT_SESSION if session is None else session.opened_at
        return start, now if end is None else end

    def expected(self, bed: str, metric: Metric) -> Expected | None:
        """Where a pressure of the running session is expected to go, from the second reading of the infusion on."""
        found = expected(self._ward.beds[bed].state, metric)
        if found is None:
            return None
        band = [ExpectedPoint(to_rfc3339(at.at), round(at.low, 1), round(at.high, 1)) for at in found.band]
        return Expected(band, found.return_min, found.hints)

    async def entries(self, bed: str) -> list[wire.Entry]:
        """What people entered in the running session, the newest entry first; none without a session."""
        session = self._ward.beds[bed].state.session
        if session is None:
            return []
        rows = await self._journal.events(session=session.id, kinds=entries.KINDS)
        found = [entries.entry(row.seq, row.at, row.kind, row.data) for row in reversed(rows)]
        return [one for one in found if one is not None]

    async def sessions(self) -> list[dict[str, Any]]:
        """Every session, newest first."""
        return [
            {
                "id": found.session,
                "bed": found.bed,
                "patient": found.patient,
                "opened_at": to_rfc3339(found.opened_at),
                "closed_at": None if found.closed_at is None else to_rfc3339(found.closed_at),
            }
            for found in await self._journal.sessions()
        ]

    async def previous_baselines(self, patient: str) -> dict[str, list[float]]:
        """The baselines of the patient's earlier sessions; none where the journal cannot be read just now."""
        try:
            return await self._journal.previous_baselines(patient)
        except JournalError:
            # A session must open all the same: what is lost is a hint.
            log.exception("earlier baselines cannot be read")
            return {}

    async def audit(self, who: str | None, where: str, what: str) -> None:
        """Put on record; the trail is written with the next transaction."""
        self._journal.audit(self._clock.now(), who, where, what)
