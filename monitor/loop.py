"""The only writer of bed states: takes an input or wakes at the next deadline, calls the core, journals, tells.

Inputs are folded in where they arrive, without a queue: everything here runs on one event loop. Events wait for
the journal at most 250 ms, then they are told in order (rulings, section 5).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import structlog

from alerts.alert import Alert
from alerts.ledger import Page
from config.instant import Clock, Instant
from config.vocabulary import Metric, Verdict
from monitor.board import AlarmPicture, Board
from monitor.core.absent import without_nonsense
from monitor.core.bed_state import Bed
from monitor.core.errors import CoreFault, InputError
from monitor.core.events import Event
from monitor.core.inputs import (
    Acknowledge,
    Command,
    CuffMeasurement,
    Input,
    LinkChange,
    OpenSession,
    OximeterSample,
    PlethMeasures,
    Restart,
    SystemState,
)
from monitor.core.lines.writer import write_input
from monitor.core.ward import ServiceFault, Ward
from monitor.journal import InputLine, Journal, storable, write_down
from monitor.journal.record import SnapshotReason
from monitor.pages import PageWriter
from monitor.snapshots import Snapshots, session_of
from monitor.telling import LoopStats, Teller, Telling

log = structlog.get_logger("bedwatch.loop")


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
        self._writer = writer
        self._bed_changed = bed_changed
        self._last: Instant = clock.now() if since is None else since
        self._woken = asyncio.Event()
        self._sleeping_until: Instant | None = None
        self._snapshots = Snapshots(ward, journal)
        self.stats = LoopStats()
        self._teller = Teller(
            ward,
            journal,
            board,
            writer,
            self.stats,
            plan=plan,
            send=send,
            alarms_told=alarms_told,
            bed_changed=bed_changed,
            station_changed=station_changed,
            cuff_wanted=cuff_wanted,
            log_events=log_events,
        )

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

    def _fold(self, item: Input, at: Instant | None) -> tuple[list[Event] | None, list[Telling]]:
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
            self._fault(bed_id, now, f"internal fault on {type(item).__name__}, see the log")
            return None, told
        self._journal.record_input(now, bed_id, session or session_of(bed), line, _verdicts(bed, item))
        told += self._teller.publish(events, session)
        if bed is not None:
            self._snapshots.after(bed, events, opening, before, now, session)
            self._bed_changed(bed.state.bed)
        self._tell_faults(now)
        self._wake_earlier()
        return events, told

    def awake(self, at: Instant | None = None) -> None:
        """The service was away until now: it heard nobody, and that was no silence. Before the first input."""
        self._last = max(self._clock.now() if at is None else at, self._last)
        self._ward.await_devices(None, self._last)

    def _restart(self, item: Restart, at: Instant | None) -> tuple[list[Event], list[Telling]]:
        """An input of its own for each bed, so that a session's inputs hold it; then the service's alarms."""
        self.awake(at)
        events: list[Event] = []
        told: list[Telling] = []
        for bed_id in self._ward.beds:
            of_bed, tellings = self._fold(replace(item, bed=bed_id), at)
            events += of_bed or []
            told += tellings
        now = self._last
        of_service = self._ward.restart_service(now)
        self._journal.record_input(now, None, None, write_input(item, now))
        told += self._teller.publish(of_service)
        self._wake_earlier()
        return events + of_service, told

    def _settle(self, now: Instant) -> list[Telling]:
        """Every deadline up to `now`; a bug on one bed must not silence the others.

        Moment by moment: what is told of an alarm is read off its book, which must not be further on than the events.
        """
        told = []
        while (due := self._ward.next_deadline()) is not None and due <= now:
            told += self._teller.call_for_folded(due)
            try:
                told += self._teller.publish(self._ward.settle(due))
            except ServiceFault as fault:
                log.exception("the core failed at a deadline", bed=None)
                told += self._teller.publish(fault.events)
                self._fault(None, now, "internal fault at a deadline, see the log")
            self._tell_faults(now)
        return told + self._teller.call_for_folded(now)

    def _tell_faults(self, now: Instant) -> None:
        """Bugs met at deadlines of beds: each is logged, and told as CORE_FAULT."""
        for fault in self._ward.take_faults():
            log.error("the core failed at a deadline", bed=fault.bed, part=fault.part, exc_info=fault.error)
            self.stats.bugs += 1
            self._fold(fault.report(), now)

    def _fault(self, bed_id: str | None, now: Instant, detail: str) -> None:
        """A bug: the bed shows a technical alarm; the same one again is not announced anew."""
        self.stats.bugs += 1
        self._fold(SystemState("core", ok=False, subject=bed_id, detail=detail), now)

    @property
    def untold(self) -> int:
        """Batches of events that are decided and wait for the journal before they are told."""
        return self._teller.untold

    # -- time ----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Wake at every deadline of the ward, and tell what is durable, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_time(), name="deadlines")
            tasks.create_task(self._teller.run(), name="telling")

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

    def publish(self, events: Sequence[Event], session: str | None = None) -> None:
        """Journal events, bed by bed in their order; they are told when that is durable."""
        self._teller.publish(events, session)

    def keep_all(self, reason: SnapshotReason) -> None:
        """Snapshot every bed and the service."""
        self._snapshots.keep_all(reason, self._last)


def _write_down(item: Input, now: Instant) -> tuple[Input, InputLine]:
    """The input as it can be journaled, and its line.

    Raises:
        InputError: it cannot be.
    """
    item = without_nonsense(item)
    # A lost link or a full disk counts in whatever words the system put it.
    if isinstance(item, LinkChange) and item.reason is not None:
        item = replace(item, reason=storable(item.reason))
    elif isinstance(item, SystemState):
        item = replace(item, subject=storable(item.subject), detail=storable(item.detail))
    try:
        return item, write_down(write_input(item, now))
    except ValueError as error:
        raise InputError(str(error)) from None


NUMBERS_OF: dict[type, tuple[Metric, ...]] = {
    OximeterSample: (Metric.SPO2, Metric.PULSE_RATE, Metric.PERFUSION_INDEX),
    CuffMeasurement: (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN, Metric.PULSE_RATE_CUFF),
    PlethMeasures: (Metric.PULSE_RATE_PLETH, Metric.RESP_RATE_PLETH),
}


def _verdicts(bed: Bed | None, item: Input) -> dict[str, Any] | None:
    """The verdict on each number of a measurement, as it was judged on arrival."""
    if bed is None or bed.state.session is None:
        return None
    if isinstance(item, (OximeterSample, CuffMeasurement, PlethMeasures)) and item.device in bed.state.session.foreign:
        return {metric.value: [Verdict.INVALID.value, "another_patient"] for metric in NUMBERS_OF[type(item)]}
    if isinstance(item, OximeterSample):
        judged = {metric: bed.state.heard(metric, item.device).judgement for metric in (Metric.SPO2, Metric.PULSE_RATE)}
    elif isinstance(item, CuffMeasurement):
        judged = dict(bed.state.cuff.judged)
    else:
        return None
    return {metric.value: [found.verdict.value, found.reason] for metric, found in judged.items() if found is not None}
