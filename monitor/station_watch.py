"""Whether anybody sees and hears the station: STATION_LOST and STATION_MUTE (alarm-system 3.2, 5.4, 5.5).

Both hold with every bed empty, too (3.3). What that row leaves open is decided so: a ward that nobody has looked at
yet has lost nothing. The watch is armed by the first page that answers, or by the first patient, and disarmed when
the last person signs out while no patient is there; a page that goes without that is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from config.instant import SECOND, Clock, Duration, Instant
from monitor.core.inputs import SystemState
from monitor.station.browser import Station

LOOK_EVERY: Duration = SECOND
SILENT_AFTER: Duration = 4 * SECOND
"""A page answers every 2 s (interfaces, section 6): two answers are missing."""


class StationCount(NamedTuple):
    """Pages that answered at the last look, and stations among them that cannot be heard."""

    answering: int
    mute: int


class StationWatch:
    """Reports states of the system `station` to the core, which keeps their delays; each once.

    Args:
        stations: what every connected page last said.
        left_on_purpose: whether the last page went because its person signed out.
        watched: whether a patient is on any bed.
        delay: of STATION_LOST.
        speed: of the clock; pages answer by the time of their own machines.
        lost: STATION_LOST stands from before.
    """

    def __init__(
        self,
        stations: Callable[[], Sequence[Station]],
        left_on_purpose: Callable[[], bool],
        watched: Callable[[], bool],
        submit: Callable[[SystemState], None],
        clock: Clock,
        *,
        delay: Duration,
        speed: float = 1.0,
        lost: bool = False,
    ) -> None:
        self._stations = stations
        self._left_on_purpose = left_on_purpose
        self._watched = watched
        self._submit = submit
        self._clock = clock
        self._stretch = max(1.0, speed)
        self._grace = round(delay * (self._stretch - 1))
        self._answered_at: Instant | None = clock.now() if lost else None
        self._lost = lost
        self._muted: dict[str, str] = {}
        self._answering = 0

    async def run(self) -> None:
        """Look once a second until cancelled."""
        while True:
            await self._clock.sleep_until(self._clock.now() + round(LOOK_EVERY * self._stretch))
            self.look()

    def count(self) -> StationCount:
        """For readiness and metrics."""
        return StationCount(self._answering, len(self._muted))

    def look(self) -> None:
        """Report what has changed since the last look."""
        now = self._clock.now()
        answering = [page for page in self._stations() if self._answers(page, now)]
        self._answering = len(answering)
        self._look_for_any(answering, now)
        self._look_for_sound(answering)

    def _answers(self, page: Station, now: Instant) -> bool:
        return page.said_at is not None and now - page.said_at <= SILENT_AFTER * self._stretch

    def _look_for_any(self, answering: Sequence[Station], now: Instant) -> None:
        if answering:
            self._answered_at = max(page.said_at for page in answering if page.said_at is not None)
            self._found()
        elif self._watched():
            self._missed(now if self._answered_at is None else self._answered_at, now)
        elif self._left_on_purpose():
            self._answered_at = None
            self._found()
        elif self._answered_at is not None:
            self._missed(self._answered_at, now)

    def _found(self) -> None:
        if self._lost:
            self._lost = False
            self._submit(SystemState("station", ok=True))

    def _missed(self, since: Instant, now: Instant) -> None:
        self._answered_at = since
        # The core counts the delay by the ward's time: of a demo's longer one the rest is waited for here.
        if not self._lost and now - since >= self._grace:
            self._lost = True
            self._submit(SystemState("station", ok=False, since=since + self._grace))

    def _look_for_sound(self, answering: Sequence[Station]) -> None:
        """Pages of one person at one machine are one station: it is heard when one of them is."""
        said: dict[str, list[str | None]] = {}
        for page in answering:
            said.setdefault(f"{page.name} at {page.address}", []).append(silence(page))
        silent = {station: reasons[0] for station, reasons in said.items() if None not in reasons}
        for station in [station for station in self._muted if station not in silent]:
            del self._muted[station]
            self._submit(SystemState("station", ok=True, subject=station))
        for station, reason in silent.items():
            if station not in self._muted and reason is not None:
                self._muted[station] = reason
                self._submit(SystemState("station", ok=False, subject=station, detail=reason))


def silence(page: Station) -> str | None:
    """Why a page cannot be heard; None: it can."""
    if page.audio is not None and page.audio != "ok":
        return page.audio
    return "hidden" if page.visible is False else None
