"""CLOCK of a device: its clock is far from the server's (alarm-system 3.2). In every phase (3.3).

Nothing is ever ordered or dated by a device's clock (alarm-system, section 6); a wrong one shows in the device's own
memory and print-outs. The server's own clock is an alarm of the service (`service_alarms`).
"""

from __future__ import annotations

from config.instant import SECOND, Instant
from monitor.core.bed_state import Bed, Due, earliest
from monitor.core.device.device_watch import DeviceState
from monitor.core.events import Event


def seen(bed: Bed, device: str, known: DeviceState, told: Instant, now: Instant, out: list[Event]) -> None:
    """A message said that it is `told` by the device's clock."""
    offset, rule = known.offset, bed.rules.clock
    offset.ahead = told - now
    alarm = bed.state.book.find(rule.rule, device)
    if abs(offset.ahead) > rule.offset:
        if offset.off_from is None:
            offset.off_from = now
            # A sample in the calm band asks for no deadlines.
            bed.wake = min(bed.wake, now + rule.delay)
        if alarm is not None:
            alarm.value = round(offset.ahead / SECOND)
        return
    offset.off_from, offset.told = None, False
    if alarm is not None:
        bed.state.book.cleared(alarm, now, out)


def due(bed: Bed) -> Due | None:
    """When the next clock has been wrong for long enough."""
    rule = bed.rules.clock
    found = [
        Due(since + rule.delay, rule.rule.order, device, since)
        for device, known in bed.state.devices.items()
        if (since := known.offset.off_from) is not None and not known.offset.told
    ]
    return earliest(found)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """A device's clock has been wrong for long enough."""
    rule = bed.rules.clock
    offset = bed.state.devices[due.key].offset
    offset.told = True
    bed.state.book.onset(
        rule.rule,
        bed.state.clock,
        out,
        priority=rule.priority,
        since=due.what,
        device=due.key,
        value=round(offset.ahead / SECOND),
        limit=rule.offset // SECOND,
        unit="s",
    )


def count_anew(known: DeviceState) -> None:
    """The alarm was closed with the session: a clock that is still wrong is told again, for the empty bed."""
    known.offset.told = False
