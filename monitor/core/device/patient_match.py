"""ID_CONFLICT while a patient is on the bed: a device that names another one, or a patient whom no room list names.

Few devices say whose numbers they send; one that names another patient than the session's is bound to two (alarm-system
3.2). Its numbers are kept apart: they are no sign of this patient, neither good nor bad, and what is missing is told as
missing. A cuff among them excuses no probe, and the service does not start it. A patient who is not on the clinic's
list is monitored all the same: the body on the probe is real whatever it is called.
"""

from __future__ import annotations

from config.instant import Instant
from monitor.core.bed_state import Bed, Due, earliest
from monitor.core.device import liveness
from monitor.core.events import Event
from monitor.core.inputs import CuffActivity, CuffMeasurement, OximeterSample, PlethMeasures, RoomCheck
from monitor.core.oximeter import occlusion
from monitor.core.session.session import Session

ANOTHER = "names another patient; its values are kept apart"
UNLISTED = "the patient is not on the room list"


def kept_apart(
    bed: Bed, item: OximeterSample | CuffMeasurement | CuffActivity | PlethMeasures, now: Instant, out: list[Event]
) -> bool:
    """Whether this is another patient's; that the device lives is noted then, and nothing else.

    What names nobody is whose the device named last. The measures of a pleth are ours, made of its wave.
    """
    session = bed.state.session
    if session is None:
        return False
    device = item.device
    named = item.patient if isinstance(item, (OximeterSample, CuffMeasurement)) else None
    if named is not None and named.strip():
        if _is_one_of(named, session):
            if session.foreign.pop(device, None) is not None:
                _over(bed, device, now, out)
            return False
        if device not in session.foreign:
            _end_cycle(bed, device, now)
            _raise(bed, device, f"{device} {ANOTHER}", now, out)
        rule = bed.rules.id_conflict
        # Until it should have spoken again it has not changed its mind: a cuff speaks once in minutes.
        gap = rule.cuff_gap if isinstance(item, CuffMeasurement) else bed.setup.stand(device)
        session.foreign[device] = max(session.foreign.get(device, now), now + max(rule.ends_after, gap))
    if device not in session.foreign:
        return False
    if not isinstance(item, PlethMeasures):
        liveness.heard(bed, device, now, out)
    return True


def _end_cycle(bed: Bed, device: str, now: Instant) -> None:
    """The cuff that inflates is on another patient: it has let go of this one's arm, if it ever held it."""
    if bed.state.cuff.inflated_by == device:
        occlusion.deflated(bed, now, now)
    liveness.forget_cycle(bed, device)


def checked(bed: Bed, item: RoomCheck, now: Instant, out: list[Event]) -> None:
    """Somebody has looked the session's patient up in the room list; a check of a patient who has left says nothing."""
    session = bed.state.session
    if session is None or session.patient != item.patient:
        return
    if item.listed:
        _over(bed, None, now, out)
    elif bed.state.book.find(bed.rules.id_conflict.rule) is None:
        _raise(bed, None, UNLISTED, now, out)


def due(bed: Bed) -> Due | None:
    """When a device has not named another patient for so long that its numbers are the bed's again."""
    session = bed.state.session
    if session is None or not session.foreign:
        return None
    order = bed.rules.id_conflict.rule.order
    return earliest([Due(until, order, device) for device, until in session.foreign.items()])


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """It has not named another one again."""
    session = bed.state.session
    if session is not None and session.foreign.pop(due.key, None) is not None:
        _over(bed, due.key, bed.state.clock, out)


def _is_one_of(named: str, session: Session) -> bool:
    """Whether that is the session's patient: by the reference, or by an identifier entered with it."""
    wanted = named.strip().casefold()
    return any(wanted == known.strip().casefold() for known in (session.patient, *session.identifiers))


def _raise(bed: Bed, device: str | None, detail: str, now: Instant, out: list[Event]) -> None:
    rule = bed.rules.id_conflict
    said = {"detail": detail}
    bed.state.book.onset(
        rule.rule, now, out, priority=rule.priority, since=now, device=device, detail=detail, extra=said
    )


def _over(bed: Bed, device: str | None, now: Instant, out: list[Event]) -> None:
    alarm = bed.state.book.find(bed.rules.id_conflict.rule, device)
    if alarm is not None:
        bed.state.book.cleared(alarm, now, out)
