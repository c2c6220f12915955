"""Oximeter samples: judged, then accepted, held back or refused.

A sample in the calm band (no rule can trigger, nothing is going on) takes the short way; every other sample
goes through verdict and step rule, and from there to the rules (`level_watch`). Where a bed has two oximeters, one
leads and the other is heard beside it (`lead`): what one says or cannot say takes nothing from the other.
"""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import Flag, Metric, Verdict
from monitor.core import calm
from monitor.core.bed_state import ORDER_BELIEVE, Bed, Due, PulseLoss, earliest
from monitor.core.device import arrivals, battery_watch, clock_watch, liveness
from monitor.core.events import Event, EventKind, plain
from monitor.core.inputs import OximeterSample
from monitor.core.oximeter import lateness, lead, level_watch, occlusion, pulse_loss, pulse_match
from monitor.core.oximeter.channel import Channel, Voice
from monitor.core.oximeter.cuff_window import CuffWindow, LimbEvidence
from monitor.core.pleth import doubt as pleth_doubt
from monitor.core.pleth.pleth_state import PlethSeen
from monitor.core.track import Track
from monitor.core.validation import (
    CUFF,
    HELD_WITHIN,
    LATE,
    PULSE_MISMATCH,
    STEP,
    VALID,
    HeldSample,
    Judgement,
    StepRule,
    number_judgement,
    signal_judgement,
)

METRICS = (Metric.SPO2, Metric.PULSE_RATE)


def sample(bed: Bed, item: OximeterSample, now: Instant, out: list[Event]) -> bool:
    """Fold one sample in. True: nothing but standing values changed, so no deadline has come nearer."""
    state = bed.state
    device = liveness.heard(bed, item.device, now, out)
    if (item.seq is not None or item.device_t is not None) and lateness.repeated(bed, device, item, now, out):
        return False
    if item.device_t is not None:
        clock_watch.seen(bed, item.device, device, item.device_t, now, out)
    if item.flags or device.charge.flagged:
        battery_watch.flagged(bed, item.device, device, Flag.BATTERY_LOW in item.flags, now, out)
    if item.spo2 is not None or item.pulse_rate is not None:
        arrivals.number(bed, item.device, device, bed.rules.id_conflict.gap, now, out)
    late = item.device_t is not None and lateness.late(device, item.device_t, now, bed.rules.validation)
    if state.session is None:
        return False
    if late:
        _chart_only(bed, item, now, out)
        return False
    device_id = item.device
    until = now + bed.setup.stand(device_id)
    perfusion = item.perfusion_index
    band = bed.calm
    spo2, pulse = item.spo2, item.pulse_rate
    if (
        band is not None
        and spo2 is not None
        and pulse is not None
        and not item.flags
        and band[0] < spo2 <= band[3]
        and band[1] < pulse < band[2]
        and (perfusion is None or perfusion >= bed.setup.floor(item.device).suspect)
        and _steady(state.spo2, bed.setup.steps[Metric.SPO2], item.device, spo2, now)
        and _steady(state.pulse, bed.setup.steps[Metric.PULSE_RATE], item.device, pulse, now)
    ):
        _calm_sample(bed, device_id, spo2, pulse, perfusion, now, until)
        return now < bed.wake
    sight = state.sight(device_id)
    sight.good_until = min(sight.good_until, now)
    limits = bed.rules.validation
    if occlusion.covers(bed, now):
        signal = CUFF
    else:
        signal = pleth_doubt.judgement(bed, item, signal_judgement(item, *bed.setup.floor(item.device)), now)
    judged = number_judgement(spo2, limits.spo2_range, signal)
    lost = judged.verdict is Verdict.INVALID and judged is not CUFF
    if not lead.is_beside(bed, device_id, Metric.SPO2, spo2, judged, now):
        if perfusion is not None:
            state.perfusion_index, state.perfusion_at = perfusion, now
        occlusion.numbers(bed, perfusion, lost, now)
    _judge(bed, device_id, Metric.SPO2, spo2, judged, now, until, out)
    _judge(
        bed, device_id, Metric.PULSE_RATE, pulse, number_judgement(pulse, limits.pulse_range, signal), now, until, out
    )
    pulse_loss.sample(bed, item, now, out)
    bed.calm = calm.band(bed)
    return False


def _chart_only(bed: Bed, item: OximeterSample, now: Instant, out: list[Event]) -> None:
    """V12: a late sample ends nothing that stands and feeds nothing; what it would have shown is past."""
    for metric, value in ((Metric.SPO2, item.spo2), (Metric.PULSE_RATE, item.pulse_rate)):
        if value is not None:
            bed.state.heard(metric, item.device).judgement = LATE
            _tell_refused(bed, metric, value, LATE, now, out)
    bed.calm = None


def _steady(channel: Channel, step: StepRule, device: str, value: float, now: Instant) -> bool:
    track = channel.track
    last = track.value
    return last is not None and channel.device == device and now <= track.until and not step.stepped(value, last)


def _calm_sample(
    bed: Bed, device: str, spo2: float, pulse: float, perfusion: float | None, now: Instant, until: Instant
) -> None:
    state = bed.state
    state.clock = now
    sight = state.sights.get(device) or state.sight(device)
    sight.good_until = sight.rate_until = until
    for channel, value in ((state.spo2, spo2), (state.pulse, pulse)):
        channel.track.put(value, now, until)
        if channel.own is not None:
            channel.own.put(value, now, until)
        channel.judgement, channel.raw, channel.raw_at = VALID, value, now
        channel.weak_until = until
    if perfusion is not None:
        state.perfusion_index, state.perfusion_at = perfusion, now
        state.limbs.perfusion.note(now, perfusion)
    if state.absence is not None:
        state.absence.cover(now, until)


def _judge(
    bed: Bed,
    device: str,
    metric: Metric,
    value: float | None,
    judgement: Judgement,
    now: Instant,
    until: Instant,
    out: list[Event],
) -> None:
    voice = lead.voice_of(bed, device, metric, value, judgement, now)
    channel, sight = voice.channel, bed.state.sight(device)
    if voice.device is None:
        sight.aside.pop(metric, None)
    channel.raw, channel.raw_at = value, now
    channel.hold.cut(now)
    if metric is Metric.PULSE_RATE:
        voice.unmatched.end(now)
    if value is None or judgement.verdict is Verdict.INVALID:
        _refuse(bed, voice, value, judgement, now, out)
        return
    if not judgement.doubtful and _held(bed, voice, device, value, now, until):
        channel.speaker = device
        _refuse(bed, voice, value, STEP, now, out)
        return
    if judgement is VALID and metric is Metric.PULSE_RATE and pulse_match.doubted(bed, voice, now):
        voice.unmatched.put(value, now, until)
        judgement = PULSE_MISMATCH
    if judgement.verdict is Verdict.VALID:
        channel.judgement, channel.device = judgement, device
        (sight.aside if voice.device is not None else bed.state.rejected).pop(metric, None)
        _accept(bed, voice, device, value, now, until, out)
        return
    if judgement.doubtful:
        channel.speaker = device
        sight.good_until = until
    _refuse(bed, voice, value, judgement, now, out, doubtful_until=until if judgement.doubtful else None)


def _held(bed: Bed, voice: Voice, device: str, value: float, now: Instant, until: Instant) -> bool:
    """V5, V6: whether this sample is held back as part of a sudden change.

    A change is one of the same device: two that disagree on one bed are no artefact of either, and must not hold
    each other back for ever.
    """
    channel = voice.channel
    rule, hold, track = bed.setup.steps[voice.metric], channel.hold, channel.told
    if channel.device != device:
        hold.release()
        return False
    if hold.samples:
        if hold.reference is not None and rule.stepped(value, hold.reference):
            hold.samples.append(HeldSample(now, value, until))
            return True
        hold.release()
        return False
    if track.value is None or track.at is None or now - track.at > rule.within or not rule.stepped(value, track.value):
        return False
    hold.forget(now - HELD_WITHIN)
    if hold.left(rule.hold) <= 0:
        return False
    hold.reference, hold.samples = track.value, [HeldSample(now, value, until)]
    return True


def _accept(bed: Bed, voice: Voice, device: str, value: float, at: Instant, until: Instant, out: list[Event]) -> None:
    state = bed.state
    sight = state.sight(device)
    voice.channel.put(value, at, until)
    voice.channel.speaker = device
    sight.good_until = max(sight.good_until, until)
    if voice.device is None and voice.metric is Metric.SPO2 and state.absence is not None:
        state.absence.cover(at, until)
        state.absence.forget(at - 2 * bed.rules.no_data.window)
    level_watch.accepted(bed, voice, value, at, out)


def _refuse(
    bed: Bed,
    voice: Voice,
    value: float | None,
    judgement: Judgement,
    now: Instant,
    out: list[Event],
    doubtful_until: Instant | None = None,
) -> None:
    """The sample is not VALID: it ends what stood, feeds what takes the doubtful, and is told once a run."""
    state, channel = bed.state, voice.channel
    channel.judgement = judgement
    channel.end(now)
    channel.weak_until = min(channel.weak_until, now) if doubtful_until is None else doubtful_until
    if voice.device is None and voice.metric is Metric.SPO2 and state.absence is not None:
        state.absence.cut(now)
    level_watch.refused(bed, voice, value, judgement, now, out)
    _tell_refused(bed, voice.metric, value, judgement, now, out, voice.device)


def _tell_refused(
    bed: Bed,
    metric: Metric,
    value: float | None,
    judgement: Judgement,
    now: Instant,
    out: list[Event],
    device: str | None = None,
) -> None:
    """Once in a run of equal reasons (rulings 3); `device` where it was heard beside the one that leads."""
    reason, verdict = judgement.reason or "device", judgement.verdict.value
    runs = bed.state.rejected if device is None else bed.state.sight(device).aside
    if runs.get(metric) == reason:
        return
    runs[metric] = reason
    data = {"metric": metric.value, "value": plain(value), "reason": reason, "verdict": verdict}
    if device is not None:
        data["device"] = device
    out.append(Event(now, bed.state.bed, EventKind.VALUE_REJECTED, data))


# -- changes that are held back ----------------------------------------------------------------------------------


def due(bed: Bed) -> Due | None:
    """When the next held change is believed."""
    state = bed.state
    if not state.spo2.hold.samples and not state.pulse.hold.samples and not state.beside:
        return None
    found: list[Due] = []
    for metric in METRICS:
        for voice in state.voices(metric):
            believed = voice.channel.hold.believed_at(bed.setup.steps[metric].hold)
            if believed is not None:
                key = metric.value if voice.device is None else f"{metric.value}@{voice.device}"
                found.append(Due(believed, ORDER_BELIEVE, key, (metric, voice.device)))
    return earliest(found)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """The moment has come."""
    metric, device = due.what
    voice = bed.state.lead(metric) if device is None else bed.state.beside[metric][device]
    _believe(bed, voice, due.at, out)
    bed.calm = calm.band(bed)


def _believe(bed: Bed, voice: Voice, at: Instant, out: list[Event]) -> None:
    """The change has stood long enough: the held samples count from the first of them on (V5, V6)."""
    state, metric, channel = bed.state, voice.metric, voice.channel
    held = channel.hold.release()
    if held[-1].until < at:
        return  # the change did not stand: its last sample has lapsed or was followed by one that is not held
    device = channel.device
    if device is None:
        return  # only a change against an accepted value is ever held
    (state.rejected if voice.device is None else state.sight(device).aside).pop(metric, None)
    channel.judgement = VALID
    for index, entry in enumerate(held):
        if index > 0 and held[index - 1].until < entry.at:
            level_watch.vanish(bed, voice, held[index - 1].until)
        _accept(bed, voice, device, entry.value, entry.at, entry.until, out)
        level_watch.settle_between(bed, voice, min(entry.until, at), out)
    data = {
        "metric": metric.value,
        "value": plain(held[-1].value),
        "reason": "step",
        "verdict": Verdict.VALID.value,
        "since": held[0].at,
    }
    if voice.device is not None:
        data["device"] = voice.device
    out.append(Event(at, state.bed, EventKind.VALUE_REJUDGED, data))


def forget(bed: Bed) -> None:
    """The patient has left or a new one has come: nothing of the old values stands."""
    state = bed.state
    state.spo2, state.pulse = Channel(), Channel()
    state.conditions, state.beside = {}, {}
    state.unmatched, state.mismatched, state.compared_at, state.stuck = Track(), False, None, None
    state.window, state.limbs = CuffWindow(), LimbEvidence()
    state.sights, state.pulse_loss = {}, PulseLoss()
    state.perfusion_index = state.perfusion_at = None
    state.pleth = PlethSeen()
    state.rejected = {}
    bed.calm = None
