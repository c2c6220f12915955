"""The clinic's room list: the patients who are expected, from a file that somebody else keeps (alarm-system 3.2).

One patient reference a line, after a comma the bed if the list says where: `P-17` or `P-17, bay-1`; `#` begins a
comment. A session whose patient is not on it raises ID_CONFLICT on the bed, until the list names the patient. A list
that cannot be read is told as well, for then nobody is looked up; what was read before counts on meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from config.instant import SECOND, Clock, Duration, Instant
from monitor.core.inputs import RoomCheck, SystemState
from monitor.core.ward import Ward

LOOK_EVERY: Duration = 5 * SECOND
TELL_EVERY: Duration = 30 * SECOND
"""A list that cannot be read is told so often: the alarm ends by itself when nobody says it any more."""
SUBJECT = "room list"
MOST_BYTES = 1 << 20

Places = frozenset[tuple[str, str | None]]


def parse(text: str) -> Places:
    """The patients of a list, each with the bed or None for any."""
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    found = [line.partition(",") for line in lines if line]
    return frozenset((_plain(patient), bed.strip() or None) for patient, _, bed in found)


def listed(places: Places, bed: str, patient: str) -> bool:
    """Whether the list expects this patient on this bed."""
    return not places.isdisjoint({(_plain(patient), None), (_plain(patient), bed)})


class Bound(NamedTuple):
    """Who is bound to a bed: patient reference and session; the same patient in another session is looked up anew."""

    patient: str
    session: str


def bound_patients(ward: Ward) -> dict[str, Bound]:
    """Who is bound to which bed."""
    sessions = {bed_id: bed.state.session for bed_id, bed in ward.beds.items()}
    return {bed_id: Bound(found.patient, found.id) for bed_id, found in sessions.items() if found is not None}


class RoomListWatch:
    """Looks every bound patient up and reports what has changed since."""

    def __init__(
        self,
        path: Path,
        bound: Callable[[], Mapping[str, Bound]],
        submit: Callable[[RoomCheck | SystemState], object],
        clock: Clock,
    ) -> None:
        self._path = path
        self._bound = bound
        self._submit = submit
        self._clock = clock
        self._places: Places | None = None
        self._told: dict[str, tuple[Bound, bool]] = {}
        self._failed_at: Instant | None = None

    async def run(self) -> None:
        """Look twelve times a minute until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep_until(self._clock.now() + LOOK_EVERY)

    async def look(self) -> None:
        """Read the list anew, then look up whoever is bound now."""
        try:
            self._places = _named(parse(await asyncio.to_thread(_read, self._path)))
        except (OSError, ValueError) as error:
            self._unreadable(error)
        else:
            if self._failed_at is not None:
                self._failed_at = None
                self._submit(SystemState("binding", ok=True, subject=SUBJECT))
        if self._places is None:
            return
        bound = self._bound()
        self._told = {bed: told for bed, told in self._told.items() if bound.get(bed) == told[0]}
        for bed, who in bound.items():
            found = (who, listed(self._places, bed, who.patient))
            if self._told.get(bed) != found:
                self._told[bed] = found
                self._submit(RoomCheck(bed, who.patient, found[1]))

    def _unreadable(self, error: Exception) -> None:
        now = self._clock.now()
        if self._failed_at is None or now - self._failed_at >= TELL_EVERY:
            self._failed_at = now
            reason = error.strerror if isinstance(error, OSError) else str(error)
            detail = f"the room list cannot be read ({reason}): nobody is looked up in it"
            self._submit(SystemState("binding", ok=False, subject=SUBJECT, detail=detail))


def _read(path: Path) -> str:
    """The list's text. Raises OSError, or ValueError for what is no list."""
    with path.open("rb") as file:
        found = file.read(MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES} bytes")
    try:
        return found.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("it is no UTF-8 text") from None


def _named(places: Places) -> Places:
    """A list that names nobody is one that is being written: what was read before counts on."""
    if not places:
        raise ValueError("it names nobody")
    return places


def _plain(patient: str) -> str:
    return patient.strip().casefold()
