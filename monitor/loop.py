"""The only writer of bed states: takes an input or wakes at the next deadline, calls the core, journals, tells.

Inputs are folded in where they arrive, without a queue: everything here runs on one event loop. Events wait for
the journal at most 250 ms, then they are told in order (rulings, section 5).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import msgspec
import structlog

from alerts.alert import Alert
from alerts.ledger import Page
from config.instant import Clock, Instant
from config.vocabulary import Metric
from monitor.board import AlarmPicture, Board, Change
from monitor.core.alarm import AlarmBook
from monitor.core.bed_state import Bed
from monitor.core.errors import CoreFault, InputError
from monitor.core.events import Event, EventKind
from monitor.core.inactivation.station_inactivation import STATION_EVENTS
from monitor.core.inputs import (
    Acknowledge,
    Command,
    CuffMeasurement,
    Input,
    LinkChange,
    OpenSession,
    OximeterSample,
    Restart,
    SystemState,
)
from monitor.core.lines.writer import write_input
from monitor.core.ward import BedFault, Ward
from monitor.journal import Commit, Durable, InputLine, Journal, storable, write_down
from monitor.journal.record import SnapshotReason
from monitor.pages import STATION_LOST, PageWriter
from monitor.snapshots import Snapshots, session_of
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
class _Telling:
    """Events on their way: told when the commit is settled."""

    commit: Commit
    changes: list[Change]
    pages: list[Page]
    beds: frozenset[str]
    station: bool
    wanted: list[Event]
    to_log: list[Event]
    done: asyncio.Future[None]


class Loop:
    """Folds inputs into the ward and tells what came of it.

    Args:
        plan: which pages an alert becomes; called before the journal's transaction, so that they stand in it.
        send: takes the pages once they are durable.
        alarms_told: takes the pictures of changed alarms, at once.
        bed_changed: a bed's numbers or state changed.
        station_changed: the station's sound was paused or switched off, or is on again.
        cuff_wanted: takes a request for a reading that the service may carry to the cuff.
        since: inputs may be as old as this; by default none is older than the loop.
        log_events: False for a past that is only written down.
    """

    def __init__(
        self,
        ward: Ward,
        journal: Journal,
        clock: Clock,
        board: Board,
        writer: PageWriter,
        *,
        plan: Callable[[Alert], list[Page]],
        send: Callable[[list[Page]], None],
        alarms_told: Callable[[Sequence[AlarmPicture]], None],
        bed_changed: Callable[[str], None],
        station_changed: Callable[[], None] = lambda: None,
        cuff_wanted: Callable[[Event], None] = lambda event: None,
        since: Instant | None = None,
        log_events: bool = True,
    ) -> None:
        self._ward = ward
        self._journal = journal
        self._clock = clock
        self._board = board
        self._writer = writer
        self._plan = plan
        self._send = send
        self._alarms_told = alarms_told
        self._bed_changed = bed_changed
        self._station_changed = station_changed
        self._cuff_wanted = cuff_wanted
        self._last: Instant = clock.now() if since is None else since
        self._log_events = log_events
        self._tellings: deque[_Telling] = deque()
        self._something_to_tell = asyncio.Event()
        self._woken = asyncio.Event()
        self._sleeping_until: Instant | None = None
        self._snapshots = Snapshots(ward, journal)
        self.stats = LoopStats()

    # -- the way in ----------------------------------------------------------------------------------------------

    def submit(self, item: Input, at: Instant | None = None) -> None:
        """Fold one input in now. `at`: when it was received; never before what was folded in already.

        Raises:
            InputError: the input names a bed that is not here, or cannot be journaled.
        """
        self._fold(item, at)

    async def ask(self, item: Input) -> list[Event]:
        """As `submit`, for somebody who waits for the answer: the events, once they have been told.

        Raises:
            InputError: the input names a bed that is not here, or cannot be journaled.
            CoreFault: the core failed on it; nobody may take that for done.
        """
        events, told = self._fold(item, None)
        for telling in told:
            await telling.done
        if events is None:
            raise CoreFault(f"the core failed on {type(item).__name__}")
        return events

    def _fold(self, item: Input, at: Instant | None) -> tuple[list[Event] | None, list[_Telling]]:
        """The events and what is told of them; no list of events when the core failed on the input."""
        if isinstance(item, Restart) and item.bed is None:
            return self._restart(item, at)
        now = self._last = max(self._clock.now() if at is None else at, self._last)
        self.stats.inputs += 1
        told = self._settle(now) if self._due(now) else []
        if isinstance(item, Acknowledge) and item.bed is None:
            item = replace(item, bed=self._ward.owner(item))
        elif isinstance(item, Command) and item.for_station:
            item = replace(item, bed=None)
        bed_id = getattr(item, "bed", None)
        bed = self._ward.beds.get(bed_id) if bed_id is not None else None
        if bed_id is not None and bed is None:
            raise InputError(f"there is no bed {bed_id!r}")
        opening = msgspec.json.encode(bed.state) if bed is not None and isinstance(item, OpenSession) else None
        session = session_of(bed)
        before = (self._journal.last_input_seq, self._journal.last_event_seq)
        # Written down first: what the journal cannot hold must not have changed anything.
        item, line = _write_down(item, now)
        try:
            events = self._ward.feed(item, now)
        except InputError:
            raise
        except Exception:
            if isinstance(item, SystemState):
                # Reported by parts that must go on, such as the pages and the journal; the log alone can say it.
                log.exception("the core failed on a system state", system=item.system, subject=item.subject, ok=item.ok)
                self.stats.bugs += 1
                return None, told
            log.exception("the core failed on an input", bed=bed_id, input=type(item).__name__)
            self._journal.record_input(now, bed_id, session, line)
            self._fault(bed_id, now)
            return None, told
        self._journal.record_input(now, bed_id, session or session_of(bed), line, _verdicts(bed, item))
        told += self.publish(events, session)
        if bed is not None:
            self._snapshots.after(bed, events, opening, before, now, session)
            self._bed_changed(bed.state.bed)
        self._wake_earlier()
        return events, told

    def awake(self, at: Instant | None = None) -> None:
        """The service was away until now: it heard nobody, and that was no silence. Before the first input."""
        self._last = max(self._clock.now() if at is None else at, self._last)
        self._ward.await_devices(None, self._last)

    def _restart(self, item: Restart, at: Instant | None) -> tuple[list[Event], list[_Telling]]:
        """An input of its own for each bed, so that a session's inputs hold it; then the service's alarms."""
        self.awake(at)
        events: list[Event] = []
        told: list[_Telling] = []
        for bed_id in self._ward.beds:
            of_bed, tellings = self._fold(replace(item, bed=bed_id), at)
            events += of_bed or []
            told += tellings
        now = self._last
        of_service = self._ward.restart_service(now)
        self._journal.record_input(now, None, None, write_input(item, now))
        told += self.publish(of_service)
        self._wake_earlier()
        return events + of_service, told

    def _settle(self, now: Instant) -> list[_Telling]:
        """Every deadline up to `now`; a bug on one bed must not silence the others.

        Moment by moment: what is told of an alarm is read off its book, which must not be further on than the events.
        """
        told = []
        while (due := self._ward.next_deadline()) is not None and due <= now:
            told += self._call_for_folded(due)
            try:
                told += self.publish(self._ward.settle(due))
            except BedFault as fault:
                log.exception("the core failed at a deadline", bed=fault.bed)
                told += self.publish(fault.events)
                self._fault(fault.bed, now)
        return told + self._call_for_folded(now)

    def _fault(self, bed_id: str | None, now: Instant) -> None:
        """A bug: the bed shows a technical alarm."""
        self.stats.bugs += 1
        self._fold(SystemState("core", ok=False, subject=bed_id, detail="internal fault, see the log"), now)

    @property
    def untold(self) -> int:
        """Batches of events that are decided and wait for the journal before they are told."""
        return len(self._tellings)

    # -- time ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Wake at every deadline of the ward, and tell what is durable, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_time(), name="deadlines")
            tasks.create_task(self._tell(), name="telling")

    async def _keep_time(self) -> None:
        while True:
            due = self._next_due()
            self._sleeping_until = due
            self._woken.clear()
            await self._until(due)
            now = self._last = max(self._clock.now(), self._last)
            self._settle(now)
            self._snapshots.periodic(now)

    async def _until(self, due: Instant | None) -> None:
        """Wait for `due` or for an earlier deadline to appear."""
        if due is None:
            await self._woken.wait()
            return
        sleeping = asyncio.ensure_future(self._clock.sleep_until(due))
        waking = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait([sleeping, waking], return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waking.cancel()

    def _next_due(self) -> Instant | None:
        """The next deadline of the ward, or the next call for what a combined one did not name."""
        waiting = (self._ward.next_deadline(), self._writer.folded_due())
        return min((due for due in waiting if due is not None), default=None)

    def _due(self, now: Instant) -> bool:
        due = self._next_due()
        return due is not None and due <= now

    def _wake_earlier(self) -> None:
        due = self._next_due()
        if due is not None and (self._sleeping_until is None or due < self._sleeping_until):
            self._woken.set()

    # -- the way out ---------------------------------------------------------------------------------------------

    def publish(self, events: Sequence[Event], session: str | None = None) -> list[_Telling]:
        """Journal events, bed by bed in their order; they are told when that is durable."""
        tellings = []
        for bed_id, group in groupby(events, key=lambda event: event.bed):
            batch = list(group)
            bed = self._ward.beds.get(bed_id) if bed_id is not None else None
            known = None if bed_id is None else session_of(bed) or session
            changes = self._board.decide(batch, [self._book(bed)])
            patient = None if bed is None or bed.state.session is None else bed.state.session.patient
            alerts = self._writer.alerts(batch, changes, known, patient)
            if any(change.before is None and change.after.alarm == STATION_LOST for change in changes):
                alerts += self._catch_up(batch[-1].at)
            pages = [page for alert in alerts for page in self._plan(alert)]
            commit = self._journal.append(batch, pages, session=known)
            self.stats.events += len(batch)
            beds = frozenset() if bed_id is None else frozenset({bed_id})
            told = asyncio.get_running_loop().create_future()
            station = bed_id is None and any(event.kind in STATION_EVENTS for event in batch)
            wanted = [event for event in batch if event.kind is EventKind.NIBP_REQUESTED]
            to_log = batch if self._log_events else []
            telling = _Telling(commit, changes, pages, beds, station, wanted, to_log, told)
            self._tellings.append(telling)
            tellings.append(telling)
        if tellings:
            self._something_to_tell.set()
        return tellings

    def _call_for_folded(self, at: Instant) -> list[_Telling]:
        """Somebody hears of what a combined call was to stand for and did not name, once its minute is over."""
        tellings = []
        for bed_id, alarm_ids in self._writer.folded(at).items():
            bed = self._ward.beds[bed_id]
            session = session_of(bed)
            patient = None if bed.state.session is None else bed.state.session.patient
            shown = self._board.decided(bed_id)
            alerts = self._writer.call_for_folded(alarm_ids, shown, at, session, patient)
            pages = [page for alert in alerts for page in self._plan(alert)]
            if pages:
                commit = self._journal.append([], pages, session=session)
                told = asyncio.get_running_loop().create_future()
                tellings.append(_Telling(commit, [], pages, frozenset(), False, [], [], told))
        self._tellings.extend(tellings)
        if tellings:
            self._something_to_tell.set()
        return tellings

    def _catch_up(self, at: Instant) -> list[Alert]:
        """Nobody sees the station any more: its open alarms go out to people."""
        found = self._writer.catch_up(self._board.decided(None), at, None, None)
        for bed in self._ward.beds.values():
            session = bed.state.session
            patient = None if session is None else session.patient
            found += self._writer.catch_up(self._board.decided(bed.state.bed), at, session_of(bed), patient)
        return found

    async def _tell(self) -> None:
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
        self.stats.told_before_durable += not durable
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

    def keep_all(self, reason: SnapshotReason) -> None:
        """Snapshot every bed and the service."""
        self._snapshots.keep_all(reason, self._last)

    def _book(self, bed: Bed | None) -> AlarmBook:
        return self._ward.service.state.book if bed is None else bed.state.book


def _write_down(item: Input, now: Instant) -> tuple[Input, InputLine]:
    """The input as it can be journaled, and its line.

    Raises:
        InputError: it cannot be.
    """
    # A lost link or a full disk counts in whatever words the system put it.
    if isinstance(item, LinkChange) and item.reason is not None:
        item = replace(item, reason=storable(item.reason))
    elif isinstance(item, SystemState):
        item = replace(item, subject=storable(item.subject), detail=storable(item.detail))
    try:
        return item, write_down(write_input(item, now))
    except ValueError as error:
        raise InputError(str(error)) from None


def _verdicts(bed: Bed | None, item: Input) -> dict[str, Any] | None:
    """The verdict on each number of a measurement, as it was judged on arrival."""
    if bed is None or bed.state.session is None:
        return None
    if isinstance(item, OximeterSample):
        judged = {metric: bed.state.channel(metric).judgement for metric in (Metric.SPO2, Metric.PULSE_RATE)}
    elif isinstance(item, CuffMeasurement):
        judged = {metric: value.judgement for metric, value in bed.state.cuff.values.items()}
    else:
        return None
    return {metric.value: [found.verdict.value, found.reason] for metric, found in judged.items() if found is not None}
