"""When the state of a bed is kept: at an opening, a discharge, and every few minutes, so that a restart is short."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from config.instant import SECOND, Duration, Instant
from monitor.core.bed_state import Bed
from monitor.core.events import Event, EventKind
from monitor.core.ward import Ward
from monitor.journal import Journal
from monitor.journal.record import SnapshotReason

PERIODIC: Duration = 300 * SECOND
"""A restart replays at most this much of a bed."""
SNAPSHOTS_A_WAKE = 5


class Snapshots:
    """Keeps the beds of one ward in its journal."""

    def __init__(self, ward: Ward, journal: Journal) -> None:
        self._ward = ward
        self._journal = journal
        self._due: dict[str, Instant] = {}

    def after(
        self,
        bed: Bed,
        events: Sequence[Event],
        opening: bytes | None,
        before: tuple[int, int],
        now: Instant,
        session: str | None,
    ) -> None:
        """An input has been folded in: keep what an opening or a discharge asks for.

        `opening` is the bed's state before an input that opens a session, `before` the sequence numbers of then,
        `session` the one that ran before the input.
        """
        kinds = {event.kind for event in events}
        if opening is not None and EventKind.SESSION_OPENED in kinds:
            # Taken before the input was folded in, so that a replay gives the opening itself again.
            self._journal.snapshot(
                bed.state.bed,
                now,
                opening,
                SnapshotReason.SESSION_OPENED,
                session_of(bed),
                input_seq=before[0],
                event_seq=before[1],
            )
        elif session is not None and bed.state.session is None:
            self._keep(bed, now, SnapshotReason.DISCHARGED, session)

    def keep_all(self, reason: SnapshotReason, now: Instant) -> None:
        """Every bed, and the service."""
        for bed in self._ward.beds.values():
            self._keep(bed, now, reason, session_of(bed))
        self._journal.snapshot(None, now, msgspec.json.encode(self._ward.service.state), reason, None)

    def periodic(self, now: Instant) -> None:
        """A few beds at a time, so that a large ward never stops for it."""
        kept = 0
        for bed_id, bed in self._ward.beds.items():
            if kept < SNAPSHOTS_A_WAKE and now >= self._due.setdefault(bed_id, now + PERIODIC):
                self._keep(bed, now, SnapshotReason.PERIODIC, session_of(bed))
                kept += 1

    def _keep(self, bed: Bed, now: Instant, reason: SnapshotReason, session: str | None) -> None:
        self._journal.snapshot(bed.state.bed, now, msgspec.json.encode(bed.state), reason, session)
        self._due[bed.state.bed] = now + PERIODIC


def session_of(bed: Bed | None) -> str | None:
    """The id of the session that runs on a bed."""
    return None if bed is None or bed.state.session is None else bed.state.session.id
