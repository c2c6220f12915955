"""PULSE_LOST: the probe is on, was good, and shows no pulse (alarm-system 3.1; rulings, section 3).

The pleth decides where there is one; without it a device that searches and shows no rate. A probe that is off, a cuff
on its limb and silence say nothing either way: they neither raise nor clear it.
"""

from __future__ import annotations

from config.instant import Duration, Instant
from config.vocabulary import Flag
from monitor.core import condition as conditions
from monitor.core import condition_watch
from monitor.core.bed_state import Bed, Due, PulseLoss
from monitor.core.condition import Outcome, Stage
from monitor.core.condition_watch import LAPSE
from monitor.core.events import Event
from monitor.core.inputs import OximeterSample
from monitor.core.oximeter import occlusion

PROBE_OFF = frozenset({Flag.SENSOR_OFF, Flag.NO_FINGER})


def sample(bed: Bed, item: OximeterSample, now: Instant, out: list[Event]) -> None:
    """One sample outside the calm band: what its flags say."""
    loss = bed.state.pulse_loss
    loss.probe_off = bool(item.flags & PROBE_OFF)
    loss.searching = Flag.SEARCHING in item.flags
    look(bed, now, out)


def look(bed: Bed, now: Instant, out: list[Event]) -> None:
    """Something has come that may tell of a pulse, or of none."""
    rule, loss = bed.rules.pulse_lost, bed.state.pulse_loss
    if rule.rule.name in bed.off:
        return
    pulse, until = _pulse(bed, now)
    running = loss.condition
    if pulse is None:
        if running is not None:
            conditions.vanish(running, now)
        return
    loss.until = until
    if running is None:
        if pulse or not _was_good(bed, now):
            return
        running = loss.condition = conditions.begin(rule.level, now)
        bed.calm = None
    fresh = conditions.observe(running, rule.level, float(pulse), None, now, doubtful=False)
    alarm = bed.state.book.present(rule.rule)
    if fresh and alarm is not None:
        bed.state.book.set_stale(alarm, False, now, out)


def _pulse(bed: Bed, now: Instant) -> tuple[bool | None, Instant]:
    """Whether there is a pulse, None where nothing says so; and until when that stands."""
    state, loss = bed.state, bed.state.pulse_loss
    channel, pleth = state.pulse, state.pleth
    spoken_until = _stands(bed, channel.raw_at, channel.device)
    if occlusion.covers(bed, now) or (loss.probe_off and now < spoken_until):
        return None, now
    wave_until = _stands(bed, pleth.at, pleth.device)
    if now < wave_until:
        return pleth.pulse_present, wave_until
    if now >= spoken_until or (channel.raw is None and not loss.searching):
        return None, now
    return channel.raw is not None, spoken_until


def _stands(bed: Bed, at: Instant | None, device: str | None) -> Instant:
    if at is None:
        return 0
    return at + (bed.rules.timing.stand if device is None else bed.setup.stand(device))


def _was_good(bed: Bed, now: Instant) -> bool:
    """A value stood within the last half minute that is VALID, or doubtful for being weak: a weak pulse is a pulse.

    Time under the cuff on the probe's limb does not count.
    """
    state, window = bed.state, bed.state.window
    last = max(min(max(channel.track.until, channel.weak_until), now) for channel in (state.spo2, state.pulse))
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
    state.pulse_loss = PulseLoss(probe_off=state.pulse_loss.probe_off, searching=state.pulse_loss.searching)
    condition_watch.tell_dropped(bed, bed.rules.pulse_lost.level, running, reason, out)
