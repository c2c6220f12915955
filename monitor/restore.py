"""A ward out of its journal: the last snapshot of each bed, and every input since folded in again.

That gives phases, baseline, alarms and running deadlines exactly as they were; a 20-minute recovery clock
survives `kill -9`. Events that are in the journal already are not told twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import msgspec
import structlog

from config.instant import Instant
from config.vocabulary import Phase
from monitor.core.bed import Bed, new_bed, settle, step
from monitor.core.bed_state import BedState, DeviceSetup, Setup
from monitor.core.errors import InputError, JournalError
from monitor.core.events import Event, EventKind
from monitor.core.inactivation.station_inactivation import StationAudio
from monitor.core.inputs import Acknowledge, Command, Input, Restart, SystemState
from monitor.core.lines.reader import read_input
from monitor.core.rules.ruleset import Ruleset
from monitor.core.service_alarms import ServiceAlarms, ServiceState
from monitor.core.ward import Ward
from monitor.journal import EventRow, Journal, Restored
from monitor.journal.record import InputRow
from monitor.site import BoundDevice, Site

STREAM, POLL = "stream", "poll"

log = structlog.get_logger("bedwatch.restore")

State = TypeVar("State", BedState, ServiceState)


@dataclass(frozen=True, slots=True)
class Revived:
    """A ward ready to go on.

    Attributes:
        untold: events that the journal does not hold, though its inputs cause them: to be journaled and told now.
        first_start: the journal was empty.
    """

    ward: Ward
    untold: list[Event]
    first_start: bool


def bed_setups(site: Site) -> list[Setup]:
    """What the core has to know of each bed, in the order of the site file."""
    devices = defaultdict(list)
    for device in site.devices:
        devices[device.bed].append(device_setup(device, site.ruleset))
    return [Setup(bed.id, site.ruleset, tuple(devices[bed.id])) for bed in site.beds]


def device_setup(device: BoundDevice, rules: Ruleset) -> DeviceSetup:
    """How long a device's values stand, what its silence means, its own floors (rulings 1.1; alarm-system 3.2; V4)."""
    driver = device.spec.driver
    cadence = driver.cadence if device.spec.cadence is None else device.spec.cadence
    silence = {STREAM: rules.offline.infusing.after, POLL: rules.offline.poll_after}.get(cadence.value)
    stand = max(rules.timing.stand, driver.nominal_interval * 5 // 2)
    own = {"perfusion_invalid": device.perfusion_invalid, "perfusion_suspect": device.perfusion_suspect}
    return DeviceSetup(device.id, stand, silence, startable=device.startable, **own)


async def revive(journal: Journal, site: Site, now: Instant) -> Revived:
    """The ward as it was when the journal ended; without a journal, empty beds.

    Raises:
        JournalError: a snapshot or input cannot be read.
    """
    setups = bed_setups(site)
    found = await journal.restore_all([*(setup.bed for setup in setups), None])
    since = min((kept.snapshot.event_seq for kept in found.values() if kept.snapshot is not None), default=0)
    told: dict[str | None, list[EventRow]] = defaultdict(list)
    rows = await journal.events(since=since)
    for row in rows:
        told[row.bed].append(row)
    ward, untold = Ward(site.ruleset, now), []
    for setup in setups:
        bed, missing = _revive_bed(setup, found[setup.bed], told[setup.bed], now)
        ward.add(bed)
        untold += missing
    untold.sort(key=_moment)
    service, missing = _revive_service(site.ruleset, found[None], rows, ward, untold, now)
    untold += missing
    ward.restore([], service)
    first_start = all(kept.snapshot is None and not kept.inputs for kept in found.values())
    return Revived(ward, sorted(untold, key=_moment), first_start)


def _revive_bed(setup: Setup, kept: Restored, told: list[EventRow], now: Instant) -> tuple[Bed, list[Event]]:
    if kept.snapshot is None:
        bed = new_bed(setup, kept.inputs[0].at if kept.inputs else now)
        told_since = told
    else:
        bed = Bed(setup, _decode(kept.snapshot.state, BedState))
        told_since = [row for row in told if row.seq > kept.snapshot.event_seq]
    events: list[Event] = []
    for row in kept.inputs:
        item = _read(row)
        if not isinstance(item, SystemState):
            with _bugs_as_then(setup.bed):
                events += step(bed, item, row.at)[1]
    if told_since:
        # Deadlines that were settled between the last input and the end.
        with _bugs_as_then(setup.bed):
            events += settle(bed, told_since[-1].at)
    return bed, _untold(events, told_since)


@contextmanager
def _bugs_as_then(bed: str) -> Iterator[None]:
    """A bug met by an input when it came is met again: nothing was told of it then, and the bed went on behind it."""
    try:
        yield
    except Exception:
        log.exception("the core failed again on what is in the journal", bed=bed)


def _revive_service(
    rules: Ruleset, kept: Restored, rows: Sequence[EventRow], ward: Ward, untold: Sequence[Event], now: Instant
) -> tuple[ServiceState, list[Event]]:
    """The service's alarms and the station's sound. What the beds did may have ended that: `rows` are all that was
    told, `untold` what the beds did and nobody told.
    """
    state = ServiceState(now) if kept.snapshot is None else _decode(kept.snapshot.state, ServiceState)
    since = 0 if kept.snapshot is None else kept.snapshot.event_seq
    service = ServiceAlarms(rules, state)
    audio = StationAudio(rules.inactivation, service)
    of_beds = [_as_event(row) for row in rows if row.bed is not None and row.seq > since] + list(untold)
    told_since = [row for row in rows if row.bed is None and row.seq > since]
    # At one moment the input comes first: a HIGH then ends the pause, which is the safe way to be wrong.
    story: list[InputRow | Event] = sorted([*kept.inputs, *of_beds], key=_moment)
    events: list[Event] = []
    for entry in story:
        events += _settle_service(service, audio, entry.at)
        if isinstance(entry, Event):
            events += audio.watch([entry])
            continue
        item = _read(entry)
        found: list[Event] = []
        if isinstance(item, SystemState):
            service.report(item, entry.at, found)
        elif isinstance(item, Acknowledge):
            service.acknowledge(item, entry.at, found)
        elif isinstance(item, Restart):
            service.restart(entry.at, found)
        elif isinstance(item, Command):
            found = audio.command(item, entry.at, _phases(ward, of_beds, entry.at))
        events += found + audio.watch(found)
    if told_since:
        events += _settle_service(service, audio, told_since[-1].at)
    return state, _untold(events, told_since)


def _settle_service(service: ServiceAlarms, audio: StationAudio, until: Instant) -> list[Event]:
    """Deadlines of both, in order."""
    events: list[Event] = []
    while True:
        due = min((at for at in (audio.next_deadline(), service.next_deadline()) if at is not None), default=None)
        if due is None or due > until:
            return events
        found = service.settle(due)
        events += [*audio.settle(due), *found, *audio.watch(found)]


def _phases(ward: Ward, of_beds: Sequence[Event], at: Instant) -> list[Phase]:
    """The phases of all beds as they were at that moment: what they are now, without the changes since."""
    then = {bed_id: bed.state.phase for bed_id, bed in ward.beds.items()}
    for event in reversed(of_beds):
        if event.kind is EventKind.PHASE_CHANGED and event.at > at and event.bed in then:
            then[event.bed] = Phase(event.data["from"])
    return list(then.values())


def _as_event(row: EventRow) -> Event:
    return Event(row.at, row.bed, EventKind(row.kind), row.data)


def _moment(entry: InputRow | Event) -> Instant:
    return entry.at


def _untold(events: Iterable[Event], told: Iterable[EventRow]) -> list[Event]:
    """The events that have no row of the same moment, kind and subject."""
    rows = Counter((row.at, row.kind, row.data.get("alarm_id"), row.data.get("metric")) for row in told)
    missing = []
    for event in events:
        key = (event.at, event.kind.value, event.data.get("alarm_id"), event.data.get("metric"))
        if rows[key]:
            rows[key] -= 1
        else:
            missing.append(event)
    return missing


def _read(row: InputRow) -> Input:
    try:
        return read_input(row.line)
    except InputError as error:
        raise JournalError(f"input {row.seq} in the journal was written by another release: {error}") from None


def _decode(state: bytes, kind: type[State]) -> State:
    try:
        return msgspec.json.decode(state, type=kind)
    except msgspec.DecodeError as error:
        raise JournalError(f"a snapshot in the journal was written by another release: {error}") from None
