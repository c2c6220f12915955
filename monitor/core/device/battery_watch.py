"""BATTERY: a device's charge runs out (alarm-system 3.2). In every phase, also without a patient (3.3).

A level is reached when it has been met for the rule's delay. The charge stands until the device tells another: one
that has fallen silent has not been charged by that.
"""

from __future__ import annotations

from config.instant import Instant
from monitor.core.bed_state import Bed, Due, earliest
from monitor.core.device.device_watch import Charge, DeviceState
from monitor.core.events import Event


def seen(bed: Bed, device: str, known: DeviceState, now: Instant, out: list[Event]) -> None:
    """The charge or the device's own flag may have changed."""
    charge, rule = known.charge, bed.rules.battery
    percent = known.battery
    empty = percent is not None and percent < rule.empty.below
    low = empty or charge.flagged or (percent is not None and percent < rule.low.below)
    charge.low_from = _since(charge.low_from, low, now)
    charge.empty_from = _since(charge.empty_from, empty, now)
    alarm = bed.state.book.find(rule.rule, device)
    if not low:
        charge.told = 0
        if alarm is not None:
            bed.state.book.cleared(alarm, now, out)
    elif alarm is not None and percent is not None:
        alarm.see(percent, low=True)


def flagged(bed: Bed, device: str, known: DeviceState, flag: bool, now: Instant, out: list[Event]) -> None:
    """What an oximeter's sample says of its battery; saying the same again changes nothing."""
    if known.charge.flagged is not flag:
        known.charge.flagged = flag
        seen(bed, device, known, now, out)


def due(bed: Bed) -> Due | None:
    """When the next level is reached."""
    rule = bed.rules.battery
    found = [
        Due(since + rule.delay, rule.rule.order, device, since)
        for device, known in bed.state.devices.items()
        if (since := _waiting(known.charge)) is not None
    ]
    return earliest(found)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """A level has been met for long enough: the graver one where both have."""
    rule, book = bed.rules.battery, bed.state.book
    known = bed.state.devices[due.key]
    charge = known.charge
    reached = charge.empty_from is not None and charge.empty_from + rule.delay <= due.at
    charge.told = 2 if reached else 1
    level = rule.empty if reached else rule.low
    alarm = book.find(rule.rule, due.key)
    if alarm is not None:
        book.rise(alarm, level.priority, bed.state.clock, out)
        return
    # A flag is no number: then there is none, and no limit that it stands against.
    number = known.battery if known.battery is not None and known.battery < level.below else None
    book.onset(
        rule.rule,
        bed.state.clock,
        out,
        priority=level.priority,
        since=due.what,
        device=due.key,
        value=number,
        limit=None if number is None else level.below,
        unit="%",
    )


def count_anew(known: DeviceState) -> None:
    """The alarm was closed with the session: what is still low is raised again, for the empty bed."""
    known.charge.told = 0


def _since(before: Instant | None, met: bool, now: Instant) -> Instant | None:
    if not met:
        return None
    return now if before is None else before


def _waiting(charge: Charge) -> Instant | None:
    """Since when the next level that nobody was told of is met."""
    if charge.low_from is not None and charge.told < 1:
        return charge.low_from
    return charge.empty_from if charge.told < 2 else None
