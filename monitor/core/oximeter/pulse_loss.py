"""PULSE_LOST: the probe is on, was good, and shows no pulse (alarm-system 3.1; rulings, section 3).

The pleth decides where there is one; without it a device that searches and shows no rate. A probe that is off, a cuff
on its limb and silence say nothing either way: they neither raise nor clear it. Of several oximeters each speaks for
itself: the one that loses the pulse must have been good; another denies it by a VALID value or a wave, by nothing less.
"""

from __future__ import annotations

from config.instant import Duration, Instant
from config.vocabulary import Flag, Metric
from monitor.core import condition as conditions
from monitor.core import condition_watch
from monitor.core.bed_state import Bed, Due, PulseLoss, Sight
from monitor.core.condition import Outcome, Stage
from monitor.core.condition_watch import LAPSE
from monitor.core.events import Event
from monitor.core.inputs import OximeterSample
from monitor.core.oximeter import occlusion

PROBE_OFF = frozenset({Flag.SENSOR_OFF, Flag.NO_FINGER})


def sample(bed: Bed, item: OximeterSample, now: Instant, out: list[Event]) -> None:
    """One sample outside the calm band: what its rate and its flags say."""
    sight = bed.state.sight(item.device)
    until = now + bed.setup.stand(item.device)
    sight.off_until = until if item.flags & PROBE_OFF else 0
    sight.rate_until = until if item.pulse_rate is not None else 0
    sight.lost_until = until if item.pulse_rate is None and Flag.SEARCHING in item.flags else 0
    look(bed, now, out)


def look(bed: Bed, now: Instant, out: list[Event]) -> None:
    """Something has come that may tell of a pulse, or of none."""
    rule, loss = bed.rules.pulse_lost, bed.state.pulse_loss
    if rule.rule.name in bed.off:
        return
    pulse, until, loser = _pulse(bed, now)
    running = loss.condition
    if pulse is None:
        if running is not None:
            conditions.vanish(running, now)
        return
    loss.until = until
    if running is None:
        if pulse or loser is None:
            return
        running = loss.condition = conditions.begin(rule.level, now)
        loss.device = loser
        bed.calm = None
    fresh = conditions.observe(running, rule.level, float(pulse), None, now, doubtful=False)
    alarm = bed.state.book.present(rule.rule)
    if fresh and alarm is not None:
        bed.state.book.set_stale(alarm, False, now, out)


def _pulse(bed: Bed, now: Instant) -> tuple[bool | None, Instant, str | None]:
    """Whether there is a pulse, None where nothing says so; until when that stands; which oximeter has just lost it."""
    sights, loss = bed.state.sights, bed.state.pulse_loss
    if occlusion.covers(bed, now):
        return None, now, None
    seen, lost, loser = 0, 0, None
    for device, sight in sights.items():
        pulse, until = _shown(sight, now)
        if pulse and (now < sight.wave_until or _vouches(bed, device, now)):
            seen = max(seen, until)
        elif pulse is False and until > lost and _was_good(bed, sight, now):
            lost, loser = until, device
    if seen:
        return True, seen, None
    if loss.condition is not None and loss.device in sights:
        pulse, until = _shown(sights[loss.device], now)
        if pulse is not None:
            return pulse, until, None
    return (False, lost, loser) if lost else (None, now, None)


def _vouches(bed: Bed, device: str, now: Instant) -> bool:
    """Whether a VALID value of it stands."""
    found = (bed.state.heard(metric, device) for metric in (Metric.SPO2, Metric.PULSE_RATE))
    return any(one.device == device and now < one.track.until for one in found)


def _shown(sight: Sight, now: Instant) -> tuple[bool | None, Instant]:
    """The same of one oximeter: its wave decides where there is one."""
    if now < sight.off_until:
        return None, now
    if now < sight.wave_until:
        return sight.wave, sight.wave_until
    if now < sight.rate_until:
        return True, sight.rate_until
    return (False, sight.lost_until) if now < sight.lost_until else (None, now)


def _was_good(bed: Bed, sight: Sight, now: Instant) -> bool:
    """A value of it stood in the last half minute, VALID or doubtful for being weak: a weak pulse is a pulse.

    Time under the cuff on the probe's limb does not count.
    """
    window, last = bed.state.window, min(sight.good_until, now)
    if last == 0:
        return False
    under: Duration = 0
    if occlusion.shares_limb(bed):
        under = window.excused_within(last, now)
    return now - last - under <= bed.rules.pulse_lost.good_within


def due(bed: Bed) -> Due | None:
    """The condition's next deadline, or the end of what stands."""
    loss = bed.state.pulse_loss
    if loss.condition is None:
        return None
    return condition_watch.due(bed, bed.rules.pulse_lost.level, loss.condition, loss.until)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """The moment has come."""
    loss, rule, book = bed.state.pulse_loss, bed.rules.pulse_lost, bed.state.book
    running = loss.condition
    if running is None:
        return
    if due.what == LAPSE:
        look(bed, due.at, out)
        return
    alarm = book.present(rule.rule)
    if due.what in (Outcome.CALMED, Outcome.VANISHED):
        drop_if_pending(bed, due.what.value, out)
        return
    conditions.settle(running, due.what)
    if due.what is Outcome.ONSET:
        book.onset(rule.rule, due.at, out, priority=rule.level.priority, since=running.since)
    elif due.what is Outcome.CLEARED:
        loss.condition = None
        if alarm is not None:
            book.cleared(alarm, due.at, out)
    elif due.what is Outcome.STALE and alarm is not None:
        book.set_stale(alarm, True, due.at, out)


def forget(bed: Bed, reason: str, out: list[Event]) -> None:
    """The patient leaves, or the rule is switched off: what is pending is dropped, and nothing is kept."""
    drop_if_pending(bed, reason, out)
    bed.state.pulse_loss.condition = None


def drop_if_pending(bed: Bed, reason: str, out: list[Event]) -> None:
    """A pending condition ends without an alarm; told unless it was pending behind a latched one."""
    state = bed.state
    running = state.pulse_loss.condition
    if running is None or running.stage is not Stage.PENDING:
        return
    state.pulse_loss = PulseLoss()
    condition_watch.tell_dropped(bed, bed.rules.pulse_lost.level, running, reason, out)
