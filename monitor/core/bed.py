"""One bed: what is known about it, and `step`, which folds one input into it.

`step` first settles every deadline that has passed, in order, each at its own due time, and only then takes
the input; a late wake-up or an extra tick therefore changes nothing. For speed it updates the bed it is given;
`copy.deepcopy` makes a snapshot (rulings, section 5).
"""

from __future__ import annotations

from typing import Protocol, TypeAlias, assert_never

from config.instant import Instant
from monitor.core import commands, reminders
from monitor.core.absent import without_nonsense
from monitor.core.bed_state import Bed, BedState, Due, Setup
from monitor.core.cuff import cuff_absence, cuff_schedule, pressure
from monitor.core.device import arrivals, battery_watch, clock_watch, liveness, patient_match
from monitor.core.errors import EndlessDeadlines
from monitor.core.events import Event, EventKind
from monitor.core.inactivation import bed_inactivation
from monitor.core.inputs import (
    Acknowledge,
    BatteryLevel,
    BedInput,
    Command,
    CuffActivity,
    CuffMeasurement,
    LinkChange,
    MeasurementRefused,
    OpenSession,
    OximeterSample,
    PlethMeasures,
    Restart,
    RoomCheck,
    Tick,
)
from monitor.core.oximeter import absence_alarm, level_watch, occlusion, oximetry, pulse_loss
from monitor.core.pleth import slow_breathing
from monitor.core.pleth import watch as pleth_watch
from monitor.core.recovery import return_watch
from monitor.core.session import advisories

__all__ = ["Bed", "BedState", "Setup", "new_bed", "next_deadline", "settle", "step"]


class Part(Protocol):
    """A module of the core that waits for moments."""

    def due(self, bed: Bed) -> Due | None:
        """The earliest moment it waits for."""

    def settle(self, bed: Bed, due: Due, out: list[Event]) -> None:
        """That moment has come; `bed.state.clock` is the time that its events carry."""


MOVING: tuple[Part, ...] = (
    oximetry,
    level_watch,
    pulse_loss,
    absence_alarm,
    liveness,
    battery_watch,
    clock_watch,
    arrivals,
    reminders,
)
"""Parts whose moments every oximeter sample may move."""

STEADY: tuple[Part, ...] = (
    patient_match,
    bed_inactivation,
    occlusion,
    return_watch,
    cuff_absence,
    cuff_schedule,
    slow_breathing,
    advisories,
)
"""Parts that an oximeter sample does not move unless an event comes of it; `bed.steady_from` keeps the first."""

NEVER: Instant = 1 << 62

MOST_AT_ONE_MOMENT = 1_000
"""Deadlines of one bed settled while its clock stands; many devices that fall silent at once bring one each."""


OF_A_DEVICE = (OximeterSample, CuffMeasurement, CuffActivity, PlethMeasures)
"""Inputs that may be another patient's than the bed's."""

OtherInput: TypeAlias = (
    CuffMeasurement
    | CuffActivity
    | PlethMeasures
    | MeasurementRefused
    | LinkChange
    | BatteryLevel
    | RoomCheck
    | OpenSession
    | Command
    | Acknowledge
    | Restart
    | Tick
)


def new_bed(setup: Setup, now: Instant) -> Bed:
    """A bed without a patient; its devices are expected to speak from `now` on."""
    bed = Bed(setup, BedState.empty(setup.bed, now))
    liveness.register(bed, now)
    first = _first(bed)
    bed.wake = NEVER if first is None else first[0].at
    return bed


def step(bed: Bed, item: BedInput, now: Instant) -> tuple[Bed, list[Event]]:
    """Settle what was due up to `now`, then fold `item` in. Events come out in the order they happened."""
    out: list[Event] = []
    item = without_nonsense(item)
    if now >= bed.wake:
        if isinstance(item, Restart):
            liveness.await_anew(bed, now)
        _settle_until(bed, now, out)
    if now > bed.state.clock:
        bed.state.clock = now
    start = len(out)
    if isinstance(item, OF_A_DEVICE) and _kept_apart(bed, item, now, out):
        bed.steady_from = None
    elif isinstance(item, OximeterSample):
        if oximetry.sample(bed, item, now, out):
            return bed, out
        if len(out) > start:
            bed.steady_from = None
    elif isinstance(item, CuffActivity) and pressure.alive(bed, item, now, out):
        return bed, out
    else:
        bed.steady_from = None
        _take_other(bed, item, now, out)
        if bed.state.inactivations:
            bed_inactivation.watch(bed, out, start)
        if isinstance(item, Restart):
            bed.state.faulty.clear()
    _settle_until(bed, now, out)
    return bed, out


def settle(bed: Bed, now: Instant) -> list[Event]:
    """Only time has passed."""
    out: list[Event] = []
    if now >= bed.wake:
        _settle_until(bed, now, out)
    return out


def next_deadline(bed: Bed) -> Instant | None:
    """When `step` wants to be called again if nothing comes; never later than the true moment."""
    return None if bed.wake >= NEVER else bed.wake


def _kept_apart(
    bed: Bed, item: OximeterSample | CuffMeasurement | CuffActivity | PlethMeasures, now: Instant, out: list[Event]
) -> bool:
    """Asked of every sample, so it is short: hardly any device names a patient, and hardly ever another one."""
    session = bed.state.session
    if session is None or (
        not session.foreign and (isinstance(item, (CuffActivity, PlethMeasures)) or item.patient is None)
    ):
        return False
    return patient_match.kept_apart(bed, item, now, out)


def _take_other(bed: Bed, item: OtherInput, now: Instant, out: list[Event]) -> None:
    match item:
        case CuffMeasurement():
            pressure.measurement(bed, item, now, out)
        case CuffActivity():
            pressure.activity(bed, item, now, out)
        case PlethMeasures():
            pleth_watch.measures(bed, item, now, out)
        case MeasurementRefused():
            cuff_schedule.refused(bed, item, now, out)
        case LinkChange():
            liveness.link(bed, item, now, out)
        case BatteryLevel():
            liveness.battery(bed, item, now, out)
        case RoomCheck():
            patient_match.checked(bed, item, now, out)
        case OpenSession():
            commands.open_session(bed, item, now, out)
        case Command():
            commands.command(bed, item, now, out)
        case Acknowledge():
            commands.acknowledge(bed, item, now, out)
        case Restart():
            liveness.restart(bed, now, out)
            bed.state.book.restart(now, out)
        case Tick():
            pass
        case _:
            assert_never(item)
    refused = bool(out) and out[-1].kind is EventKind.COMMAND_REFUSED
    if isinstance(item, (CuffMeasurement, OpenSession, Command)) and not refused:
        advisories.look(bed, out)


def _settle_until(bed: Bed, now: Instant, out: list[Event]) -> None:
    """A part that fails, or settles without end, is asked no more: the bed's other alarms must not end with it."""
    settled = 0
    while True:
        first = _first(bed)
        if first is None or first[0].at > now:
            break
        due, part = first
        if due.at > bed.state.clock:
            bed.state.clock, settled = due.at, 0
        settled += 1
        if settled > MOST_AT_ONE_MOMENT:
            settled, without_end = 0, f"{bed.state.bed} at {bed.state.clock} us: {due.what!r} settles without end"
            _quarantine(bed, part, EndlessDeadlines(without_end))
            continue
        start = len(out)
        bed.steady_from = None
        try:
            part.settle(bed, due, out)
        except Exception as error:
            _quarantine(bed, part, error)
        if bed.state.inactivations:
            bed_inactivation.watch(bed, out, start)
    bed.state.clock = max(bed.state.clock, now)
    bed.wake = NEVER if first is None else first[0].at


def _first(bed: Bed) -> tuple[Due, Part] | None:
    moving = _earliest(MOVING, bed)
    if bed.steady_from is not None and moving is not None and moving[0].at < bed.steady_from:
        return moving
    steady = _earliest(STEADY, bed)
    bed.steady_from = NEVER if steady is None else steady[0].at
    if moving is None or (steady is not None and steady[0].rank() < moving[0].rank()):
        return steady
    return moving


def _earliest(parts: tuple[Part, ...], bed: Bed) -> tuple[Due, Part] | None:
    first: tuple[Due, Part] | None = None
    faulty = bed.state.faulty
    for part in parts:
        if faulty and _name(part) in faulty:
            continue
        try:
            due = part.due(bed)
        except Exception as error:
            _quarantine(bed, part, error)
            continue
        if due is None:
            continue
        # Moments are mostly unequal, and ranks are asked for each sample.
        if first is None or due.at < first[0].at or (due.at == first[0].at and due.rank() < first[0].rank()):
            first = due, part
    return first


def _quarantine(bed: Bed, part: Part, error: Exception) -> None:
    bed.steady_from = None
    bed.state.faulty.append(_name(part))
    bed.faults.append((_name(part), error))


def _name(part: Part) -> str:
    return getattr(part, "__name__", type(part).__name__).rpartition(".")[2]
