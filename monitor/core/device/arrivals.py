"""ID_CONFLICT on a bed: numbers go on arriving though the patient has been discharged (alarm-system 3.3).

Either the patient is still connected, or somebody else is. A run of numbers that was going at the discharge and has
not paused since is told after the rule's time; numbers that begin while the bed is empty are somebody trying a probe.
All of them are kept apart: without a session a value belongs to nobody.
"""

from __future__ import annotations

from config.instant import Duration, Instant
from monitor.core.bed_state import Bed, Due, earliest
from monitor.core.device.device_watch import DeviceState
from monitor.core.events import Event

DETAIL = "numbers still arrive after the discharge; they are kept apart"


def number(bed: Bed, device: str, known: DeviceState, gap: Duration, now: Instant, out: list[Event]) -> None:
    """A number has come; `gap` is the longest pause that does not end a run of them."""
    arrival, rule = known.arrival, bed.rules.id_conflict
    before, arrival.at, arrival.gap = arrival.at, now, gap
    if arrival.left_at is None or arrival.told or before is None:
        return
    if now - before > gap:
        arrival.left_at = None
    elif now - arrival.left_at >= rule.left_after:
        arrival.told = True
        bed.state.book.onset(
            rule.rule,
            now,
            out,
            priority=rule.priority,
            since=arrival.left_at,
            device=device,
            extra={"detail": DETAIL},
        )


def discharged(bed: Bed) -> None:
    """The patient has left: whose numbers are coming now?"""
    now = bed.state.clock
    for known in bed.state.devices.values():
        arrival = known.arrival
        running = arrival.at is not None and now - arrival.at <= arrival.gap
        arrival.left_at, arrival.told = now if running else None, False


def opened(bed: Bed, now: Instant, out: list[Event]) -> None:
    """A patient is bound to the bed: the numbers belong to somebody again."""
    for device, known in bed.state.devices.items():
        known.arrival.left_at, known.arrival.told = None, False
        alarm = bed.state.book.find(bed.rules.id_conflict.rule, device)
        if alarm is not None:
            bed.state.book.end(alarm, now, out, "session_opened")


def restart(known: DeviceState, now: Instant) -> None:
    """Nobody listened while the service was away: that was no pause of the device."""
    if known.arrival.left_at is not None and known.arrival.at is not None:
        known.arrival.at = max(known.arrival.at, now)


def due(bed: Bed) -> Due | None:
    """When the next conflict is over because no number comes any more."""
    rule = bed.rules.id_conflict
    found = [
        Due(known.arrival.at + rule.ends_after, rule.rule.order, device)
        for device, known in bed.state.devices.items()
        if known.arrival.told and known.arrival.at is not None
    ]
    return earliest(found)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """Silence at last."""
    arrival = bed.state.devices[due.key].arrival
    arrival.left_at, arrival.told = None, False
    alarm = bed.state.book.find(bed.rules.id_conflict.rule, due.key)
    if alarm is not None:
        bed.state.book.cleared(alarm, bed.state.clock, out)
