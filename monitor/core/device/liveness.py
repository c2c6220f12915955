"""Whether the bed's devices live (alarm-system 3.2, DEVICE_OFFLINE). Holds in every phase, also without a patient."""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import LinkState
from monitor.core.bed_state import Bed, Due, by_phase, earliest
from monitor.core.device import arrivals, battery_watch, clock_watch
from monitor.core.device.device_watch import DeviceState
from monitor.core.events import Event, EventKind
from monitor.core.inputs import BatteryLevel, LinkChange
from monitor.core.rules.ruleset import INFUSION


def register(bed: Bed, now: Instant) -> None:
    """Expect the bed's devices to speak from `now` on."""
    for device in bed.setup.devices.values():
        bed.state.devices[device.id] = DeviceState(heard_at=now)


def await_anew(bed: Bed, now: Instant) -> None:
    """The service was away until now and heard nobody: silence counts from now. To be called before what fell due
    meanwhile is settled.
    """
    for known in bed.state.devices.values():
        if not known.offline:
            known.heard_at = max(known.heard_at, now)


def restart(bed: Bed, now: Instant, out: list[Event]) -> None:
    """The service came back: silence counts from now. A link stands as it did until it says otherwise, so that a
    device that was away before and still is stays away since then.

    A device that the site file binds to the bed no more will never speak again: its alarms end. Without bindings, as
    in a replayed file, every device belongs to the bed.
    """
    await_anew(bed, now)
    rules = bed.rules
    for name in [name for name in bed.state.devices if bed.setup.devices and name not in bed.setup.devices]:
        for rule in (rules.offline.rule, rules.battery.rule, rules.clock.rule, rules.id_conflict.rule):
            alarm = bed.state.book.find(rule, name)
            if alarm is not None:
                bed.state.book.end(alarm, now, out, "unbound")
        del bed.state.devices[name]
    for known in bed.state.devices.values():
        arrivals.restart(known, now)
        # The service's own scale may have moved against every device: how late is late is learnt anew (V12).
        known.lags.clear()
        known.cuff_told = None
    forget_cycle(bed, bed.state.cuff.inflated_by)
    for device in bed.setup.devices.values():
        bed.state.devices.setdefault(device.id, DeviceState(heard_at=now))


def heard(bed: Bed, device: str, now: Instant, out: list[Event]) -> DeviceState:
    """A good frame has come."""
    known = bed.state.devices.get(device)
    if known is None:
        known = bed.state.devices[device] = DeviceState(heard_at=now)
    known.heard_at = now
    known.spoke_since_up = True
    if known.offline and known.link is not LinkState.DOWN:
        _back(bed, device, known, now, out)
    return known


def link(bed: Bed, item: LinkChange, now: Instant, out: list[Event]) -> None:
    """The connection came up or went down; saying the same again changes nothing."""
    known = bed.state.devices.setdefault(item.device, DeviceState(heard_at=now))
    if known.link is item.state:
        return
    before, known.link, known.reason = known.link, item.state, item.reason
    known.spoke_since_up = False
    data = {"device": item.device, "reason": item.reason}
    if item.state is LinkState.DOWN:
        known.down_from = now
        known.cuff_told = None
        known.lags.clear()  # its clock may be set, and its way be another, when it comes back (V12)
        forget_cycle(bed, item.device)
        out.append(Event(now, bed.state.bed, EventKind.DEVICE_LOST, data))
    else:
        # Silence goes on counting: a connection that comes and goes without a good frame must not stay unnoticed.
        known.down_from = None
        if before is LinkState.DOWN:
            out.append(Event(now, bed.state.bed, EventKind.DEVICE_BACK, data))


def forget_cycle(bed: Bed, device: str | None) -> None:
    """The end of a cuff's cycle will not be heard any more: the next inflation is another one."""
    cuff = bed.state.cuff
    if device is not None and cuff.inflated_by == device:
        cuff.state = cuff.inflated_at = cuff.inflated_by = None


def battery(bed: Bed, item: BatteryLevel, now: Instant, out: list[Event]) -> None:
    """Charge of a device. It proves no life: a broker repeats the last status of a device that is long gone."""
    known = bed.state.devices.setdefault(item.device, DeviceState(heard_at=now))
    known.battery = item.percent
    battery_watch.seen(bed, item.device, known, now, out)


def due(bed: Bed) -> Due | None:
    """When the next device counts as offline."""
    rule = bed.rules.offline
    found = []
    for device, known in bed.state.devices.items():
        if known.offline:
            continue
        moments = []
        if known.down_from is not None:
            level = rule.infusing if bed.state.phase in INFUSION else rule.other
            moments.append((known.down_from + level.after, known.down_from))
        setup = bed.setup.devices.get(device)
        if setup is not None and setup.silence is not None:
            moments.append((known.heard_at + setup.silence, known.heard_at))
        if moments:
            at, since = min(moments)
            found.append(Due(at, rule.rule.order, device, since))
    return earliest(found)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """A device has been silent, or its link down, for too long."""
    rule = bed.rules.offline
    known = bed.state.devices[due.key]
    known.offline = True
    known.lags.clear()
    bed.state.book.onset(
        rule.rule,
        bed.state.clock,
        out,
        priority=by_phase(bed, rule.infusing.priority, rule.other.priority),
        since=due.what,
        device=due.key,
        extra=None if known.reason is None else {"detail": known.reason},
    )
    _cuff_stale(bed, due.key, True, out)


def phase_changed(bed: Bed, out: list[Event]) -> None:
    """What is offline weighs more while the drug runs; never less again."""
    rule = bed.rules.offline
    priority = by_phase(bed, rule.infusing.priority, rule.other.priority)
    for device in bed.state.devices:
        alarm = bed.state.book.present(rule.rule, device)
        if alarm is not None:
            bed.state.book.rise(alarm, priority, bed.state.clock, out)


def count_anew(bed: Bed) -> None:
    """Every alarm was closed with the session: what is still offline is raised again, for the empty bed."""
    for known in bed.state.devices.values():
        known.offline = False
        battery_watch.count_anew(known)
        clock_watch.count_anew(known)


def _back(bed: Bed, device: str, known: DeviceState, now: Instant, out: list[Event]) -> None:
    known.offline = False
    alarm = bed.state.book.find(bed.rules.offline.rule, device)
    if alarm is not None:
        bed.state.book.cleared(alarm, now, out)
    _cuff_stale(bed, device, False, out)


def _cuff_stale(bed: Bed, device: str, stale: bool, out: list[Event]) -> None:
    """For alarms on cuff readings, data are lost when the cuff is offline (rulings 2.7)."""
    if device != bed.state.cuff.device:
        return
    for rule in (*(cuff.rule for cuff in bed.rules.cuffs), bed.rules.bp_rel.rule):
        alarm = bed.state.book.present(rule)
        if alarm is not None:
            bed.state.book.set_stale(alarm, stale, bed.state.clock, out)
