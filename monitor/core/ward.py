"""All beds and the service's own alarms under one clock: the order in which deadlines and inputs happen.

The running service and a replay use the same ward, so a recorded night comes out as it was.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import NamedTuple

from config.instant import Instant
from monitor.core.bed import NEVER, Bed, new_bed, settle, step
from monitor.core.bed_state import Setup
from monitor.core.device import liveness
from monitor.core.errors import InputError, VitalsError
from monitor.core.events import Event
from monitor.core.inactivation.station_inactivation import StationAudio
from monitor.core.inputs import Acknowledge, Command, Input, OximeterSample, Restart, SystemState, Tick
from monitor.core.rules.ruleset import Ruleset
from monitor.core.service_alarms import SITE, ServiceAlarms, ServiceState

# Indices among the waiting: before the beds at equal times.
SERVICE = -1
AUDIO = -2


class ServiceFault(VitalsError):
    """A bug met at a deadline of the service. `events` had happened before it.

    Whoever settles again gets the deadlines of the others.
    """

    def __init__(self, events: list[Event]) -> None:
        super().__init__("the core failed at a deadline of the service")
        self.events = events


class PartFault(NamedTuple):
    """A bug met at a deadline of one bed: that part of the core is asked no more there, the others go on."""

    bed: str
    part: str
    error: Exception

    def report(self) -> SystemState:
        """What the service has to say of it: CORE_FAULT."""
        return SystemState("core", ok=False, subject=self.bed, detail=f"internal fault in {self.part}, see the log")


class Ward:
    """Beds in the order they were added.

    Attributes:
        beds: by id.
        service: alarms without a bed.
        audio: the sound of the whole station.
        faults: bugs met at deadlines of beds, until somebody takes them and reports each.
    """

    def __init__(self, rules: Ruleset, now: Instant = 0, adopt: Callable[[str], Setup] | None = None) -> None:
        """`adopt` makes the setup of a bed that an input names first; None: such an input is an error."""
        self.beds: dict[str, Bed] = {}
        self.service = ServiceAlarms(rules, ServiceState(now))
        self.audio = StationAudio(rules.inactivation, self.service)
        self.faults: list[PartFault] = []
        self._adopt = adopt
        self._order: list[Bed] = []
        self._index: dict[str, int] = {}
        self._waiting: list[tuple[Instant, int]] = []
        self._scheduled: dict[int, Instant] = {}

    def add(self, bed: Bed) -> None:
        """Take a bed in."""
        index = len(self._order)
        self._order.append(bed)
        self._index[bed.state.bed] = index
        self.beds[bed.state.bed] = bed
        self._schedule(index, bed.wake)

    def feed(self, item: Input, now: Instant) -> list[Event]:
        """Settle what was due anywhere up to `now`, then fold one input in; the events, in order.

        Raises:
            InputError: the input names a bed that is not here.
        """
        if isinstance(item, Restart):
            self.await_devices(item.bed, now)
        out = self.settle(now) if self._waiting and self._waiting[0][0] <= now else []
        match item:
            case OximeterSample():  # nearly all of them, so it is asked first
                out += self._step(item.bed, item, now)
            case SystemState():
                start = len(out)
                self.service.report(item, now, out)
                out += self.audio.watch(out[start:])
                self._schedule_service()
            case Tick():
                pass
            case Restart(bed=None):
                for index, bed in enumerate(self._order):
                    out += step(bed, item, now)[1]
                    self._note_faults(bed)
                    self._schedule(index, bed.wake)
                out += self.restart_service(now)
            case Command() if item.for_station:
                out += self.audio.command(item, now, [bed.state.phase for bed in self._order])
                self._schedule_service()
            case Acknowledge() if item.bed is None and self.owner(item) is None:
                self.service.acknowledge(item, now, out)
                self._schedule_service()
            case Acknowledge():
                out += self._step(item.bed or self.owner(item) or "", item, now)
            case _:
                out += self._step(item.bed or "", item, now)
        return out

    def settle(self, now: Instant) -> list[Event]:
        """Only time has passed: every deadline up to `now`, in order of due time over all beds.

        Raises:
            ServiceFault: a bug; the deadlines behind it are still to be settled.
        """
        out: list[Event] = []
        waiting = self._waiting
        while waiting and waiting[0][0] <= now:
            due, index = heapq.heappop(waiting)
            if self._scheduled.get(index) != due:
                continue  # scheduled anew since
            del self._scheduled[index]
            try:
                if index < 0:
                    events = self.audio.settle(due) if index == AUDIO else self.service.settle(due)
                    self._schedule_service()
                else:
                    bed = self._order[index]
                    events = settle(bed, due)
                    self._note_faults(bed)
                    self._schedule(index, bed.wake)
                if events:
                    out += events + self.audio.watch(events)
            except Exception as error:
                raise ServiceFault(out) from error
        return out

    def take_faults(self) -> list[PartFault]:
        """The bugs that nobody has taken yet."""
        found, self.faults = self.faults, []
        return found

    def _note_faults(self, bed: Bed) -> None:
        self.faults += [PartFault(bed.state.bed, part, error) for part, error in bed.faults]
        bed.faults.clear()

    def await_devices(self, bed_id: str | None, now: Instant) -> None:
        """The service was away until now: on this bed, or on every one, silence counts from now (before `settle`)."""
        for bed in self._order:
            if bed_id in (None, bed.state.bed):
                liveness.await_anew(bed, now)

    def restart_service(self, now: Instant) -> list[Event]:
        """Row 17 for the alarms of the service itself."""
        out: list[Event] = []
        self.service.restart(now, out)
        self._schedule_service()
        return out

    def next_deadline(self) -> Instant | None:
        """When `settle` wants to be called if nothing comes."""
        waiting = self._waiting
        while waiting and self._scheduled.get(waiting[0][1]) != waiting[0][0]:
            heapq.heappop(waiting)
        return waiting[0][0] if waiting else None

    def restore(self, beds: Iterable[Bed], service: ServiceState | None) -> None:
        """Take over states from a journal."""
        for bed in beds:
            self.add(bed)
        if service is not None:
            self.service.state = service
            self._schedule_service()

    def _step(self, bed_id: str, item: Input, now: Instant) -> list[Event]:
        index = self._index.get(bed_id)
        if index is None:
            index = self._take_in(bed_id, now)
        if isinstance(item, SystemState):
            raise InputError("a system state belongs to no bed")
        bed, events = step(self._order[index], item, now)
        if bed.faults:
            self._note_faults(bed)
        if bed.wake < self._scheduled.get(index, NEVER):
            self._schedule(index, bed.wake)
        return events + self.audio.watch(events) if events else events

    def _take_in(self, bed_id: str, now: Instant) -> int:
        if self._adopt is None or not bed_id:
            raise InputError(f"bed {bed_id!r} is not on this ward")
        self.add(new_bed(self._adopt(bed_id), now))
        return self._index[bed_id]

    def owner(self, item: Acknowledge) -> str | None:
        """The bed that an alarm id belongs to; None: the service."""
        prefix = (item.alarm_id or "").rpartition("-")[0]
        return None if prefix in ("", SITE) else prefix

    def _schedule(self, index: int, wake: Instant) -> None:
        if wake < NEVER and self._scheduled.get(index) != wake:
            self._scheduled[index] = wake
            heapq.heappush(self._waiting, (wake, index))

    def _schedule_service(self) -> None:
        for index, due in ((SERVICE, self.service.next_deadline()), (AUDIO, self.audio.next_deadline())):
            if due is not None:
                self._schedule(index, due)
