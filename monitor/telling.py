"""What the loop has decided, told to people: the board, the pages, the cuffs and the log, once it is durable.

Events wait for the journal at most 250 ms, then they are told in order (rulings, section 5).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

import structlog

from alerts.alert import Alert
from alerts.ledger import Page
from config.instant import Instant
from monitor.board import AlarmPicture, Board, Change
from monitor.core.alarm import AlarmBook
from monitor.core.bed_state import Bed
from monitor.core.events import Event, EventKind
from monitor.core.inactivation.station_inactivation import STATION_EVENTS
from monitor.core.ward import Ward
from monitor.journal import Commit, Durable, Journal
from monitor.pages import STATION_LOST, PageWriter
from monitor.snapshots import session_of
from monitor.wording import loggable

log = structlog.get_logger("bedwatch.loop")


@dataclass(slots=True)
class LoopStats:
    """What the loop has done since start."""

    inputs: int = 0
    events: int = 0
    bugs: int = 0
    told_before_durable: int = 0


@dataclass(frozen=True, slots=True)
class Telling:
    """Events on their way: told when the commit is settled."""

    commit: Commit
    changes: list[Change]
    pages: list[Page]
    beds: frozenset[str]
    station: bool
    wanted: list[Event]
    to_log: list[Event]
    done: asyncio.Future[None]


class Teller:
    """Journals events and tells them in order. Arguments as those of `monitor.loop.Loop`."""

    def __init__(
        self,
        ward: Ward,
        journal: Journal,
        board: Board,
        writer: PageWriter,
        stats: LoopStats,
        *,
        plan: Callable[[Alert], list[Page]],
        send: Callable[[list[Page]], None],
        alarms_told: Callable[[Sequence[AlarmPicture]], None],
        bed_changed: Callable[[str], None],
        station_changed: Callable[[], None],
        cuff_wanted: Callable[[Event], None],
        log_events: bool,
    ) -> None:
        self._ward = ward
        self._journal = journal
        self._board = board
        self._writer = writer
        self._stats = stats
        self._plan = plan
        self._send = send
        self._alarms_told = alarms_told
        self._bed_changed = bed_changed
        self._station_changed = station_changed
        self._cuff_wanted = cuff_wanted
        self._log_events = log_events
        self._tellings: deque[Telling] = deque()
        self._something_to_tell = asyncio.Event()

    @property
    def untold(self) -> int:
        """Batches of events that wait for the journal before they are told."""
        return len(self._tellings)

    def publish(self, events: Sequence[Event], session: str | None = None) -> list[Telling]:
        """Journal events, bed by bed in their order; they are told when that is durable."""
        tellings = []
        for bed_id, group in groupby(events, key=lambda event: event.bed):
            batch = list(group)
            bed = self._ward.beds.get(bed_id) if bed_id is not None else None
            known = None if bed_id is None else session_of(bed) or session
            changes = self._board.decide(batch, [self._book(bed)])
            alerts = self._writer.alerts(batch, changes, known, _patient_of(bed))
            if any(change.before is None and change.after.alarm == STATION_LOST for change in changes):
                alerts += self._catch_up(batch[-1].at)
            pages = [page for alert in alerts for page in self._plan(alert)]
            commit = self._journal.append(batch, pages, session=known)
            self._stats.events += len(batch)
            beds = frozenset() if bed_id is None else frozenset({bed_id})
            told = asyncio.get_running_loop().create_future()
            station = bed_id is None and any(event.kind in STATION_EVENTS for event in batch)
            wanted = [event for event in batch if event.kind is EventKind.NIBP_REQUESTED]
            to_log = batch if self._log_events else []
            telling = Telling(commit, changes, pages, beds, station, wanted, to_log, told)
            self._tellings.append(telling)
            tellings.append(telling)
        if tellings:
            self._something_to_tell.set()
        return tellings

    def call_for_folded(self, at: Instant) -> list[Telling]:
        """Somebody hears of what a combined call was to stand for and did not name, once its minute is over."""
        tellings = []
        for bed_id, alarm_ids in self._writer.folded(at).items():
            bed = self._ward.beds[bed_id]
            session = session_of(bed)
            shown = self._board.decided(bed_id)
            alerts = self._writer.call_for_folded(alarm_ids, shown, at, session, _patient_of(bed))
            pages = [page for alert in alerts for page in self._plan(alert)]
            if pages:
                commit = self._journal.append([], pages, session=session)
                told = asyncio.get_running_loop().create_future()
                tellings.append(Telling(commit, [], pages, frozenset(), False, [], [], told))
        self._tellings.extend(tellings)
        if tellings:
            self._something_to_tell.set()
        return tellings

    def _catch_up(self, at: Instant) -> list[Alert]:
        """Nobody sees the station any more: its open alarms go out to people."""
        found = self._writer.catch_up(self._board.decided(None), at, None, None)
        for bed in self._ward.beds.values():
            shown = self._board.decided(bed.state.bed)
            found += self._writer.catch_up(shown, at, session_of(bed), _patient_of(bed))
        return found

    async def run(self) -> None:
        """Tell what is durable, in order, until cancelled."""
        while True:
            await self._something_to_tell.wait()
            self._something_to_tell.clear()
            to_log: list[Event] = []
            try:
                while self._tellings:
                    to_log += await self._tell_first()
            finally:
                # A line of log takes as long as a step of the core: it comes when nobody waits to be told.
                for event in to_log:
                    # A moving hand rejects all day.
                    say = log.debug if event.kind is EventKind.VALUE_REJECTED else log.info
                    say(event.kind.value, **loggable(event))

    async def _tell_first(self) -> list[Event]:
        """Tell the oldest of what waits as soon as it is durable; what of it the log should say."""
        telling = self._tellings[0]
        result = await telling.commit.wait()
        self._tellings.popleft()
        durable = isinstance(result, Durable)
        self._stats.told_before_durable += not durable
        shown = self._board.tell(telling.changes, durable=durable)
        if shown:
            self._alarms_told(shown)
        for bed_id in telling.beds:
            self._bed_changed(bed_id)
        if telling.station:
            self._station_changed()
        if telling.pages:
            self._send(telling.pages)
        for event in telling.wanted:
            self._cuff_wanted(event)
        if not telling.done.done():
            telling.done.set_result(None)
        return telling.to_log

    def _book(self, bed: Bed | None) -> AlarmBook:
        return self._ward.service.state.book if bed is None else bed.state.book


def _patient_of(bed: Bed | None) -> str | None:
    return None if bed is None or bed.state.session is None else bed.state.session.patient
