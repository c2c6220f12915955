"""A ward out of its journal: the last snapshot of each bed, and every input since folded in again.

That gives phases, baseline, alarms and running deadlines exactly as they were; a 20-minute recovery clock
survives `kill -9`. Events that are in the journal already are not told twice.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from config.instant import Instant
from monitor.core.bed import Bed, new_bed, settle, step
from monitor.core.bed_state import BedState, DeviceSetup, Setup
from monitor.core.errors import JournalError
from monitor.core.events import Event
from monitor.core.inputs import Acknowledge, SystemState
from monitor.core.lines import read_input
from monitor.core.ruleset import Ruleset
from monitor.core.service_alarms import ServiceAlarms, ServiceState
from monitor.core.ward import Ward
from monitor.journal import EventRow, Journal, Restored
from monitor.site import BoundDevice, Site

STREAM, POLL = "stream", "poll"
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
    """How long a device's values stand, and what its silence means (rulings 1.1; alarm-system 3.2)."""
    driver = device.spec.driver
    cadence = driver.cadence if device.spec.cadence is None else device.spec.cadence
    silence = {STREAM: rules.offline.infusing.after, POLL: rules.offline.poll_after}.get(cadence.value)
    return DeviceSetup(device.id, max(rules.timing.stand, driver.nominal_interval * 5 // 2), silence)


async def revive(journal: Journal, site: Site, now: Instant) -> Revived:
    """The ward as it was when the journal ended; without a journal, empty beds.

    Raises:
        JournalError: a snapshot or input cannot be read.
    """
    setups = bed_setups(site)
    found = await journal.restore_all([*(setup.bed for setup in setups), None])
    since = min((kept.snapshot.event_seq for kept in found.values() if kept.snapshot is not None), default=0)
    told: dict[str | None, list[EventRow]] = defaultdict(list)
    for row in await journal.events(since=since):
        told[row.bed].append(row)
    ward, untold = Ward(site.ruleset, now), []
    for setup in setups:
        bed, missing = _revive_bed(setup, found[setup.bed], told[setup.bed], now)
        ward.add(bed)
        untold += missing
    service = _revive_service(site.ruleset, found[None], now)
    ward.restore([], service)
    first_start = all(kept.snapshot is None and not kept.inputs for kept in found.values())
    return Revived(ward, sorted(untold, key=lambda event: event.at), first_start)


def _revive_bed(setup: Setup, kept: Restored, told: list[EventRow], now: Instant) -> tuple[Bed, list[Event]]:
    if kept.snapshot is None:
        bed = new_bed(setup, kept.inputs[0].at if kept.inputs else now)
        told_since = told
    else:
        bed = Bed(setup, _decode(kept.snapshot.state, BedState))
        told_since = [row for row in told if row.seq > kept.snapshot.event_seq]
    events: list[Event] = []
    for row in kept.inputs:
        item = read_input(row.line)
        if not isinstance(item, SystemState):
            events += step(bed, item, row.at)[1]
    if told_since:
        # Deadlines that were settled between the last input and the end.
        events += settle(bed, told_since[-1].at)
    return bed, events[len(told_since) :]


def _revive_service(rules: Ruleset, kept: Restored, now: Instant) -> ServiceState:
    state = ServiceState(now) if kept.snapshot is None else _decode(kept.snapshot.state, ServiceState)
    service = ServiceAlarms(rules, state)
    for row in kept.inputs:
        service.settle(row.at)
        item = read_input(row.line)
        if isinstance(item, SystemState):
            service.report(item, row.at, [])
        elif isinstance(item, Acknowledge):
            service.acknowledge(item, row.at, [])
    return state


def _decode(state: bytes, kind: type[State]) -> State:
    try:
        return msgspec.json.decode(state, type=kind)
    except msgspec.DecodeError as error:
        raise JournalError(f"a snapshot in the journal was written by another release: {error}") from None
