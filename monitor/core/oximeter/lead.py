"""Which oximeter of a bed leads in a metric: the first whose value stood, until none of it stands any more.

What the one that leads says is the bed's value, its baseline, its way back and its display. Only a VALID value takes
the lead from one whose value stands, where that is a weak signal.
"""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import Metric, Verdict
from monitor.core.bed_state import Bed
from monitor.core.oximeter import level_watch
from monitor.core.oximeter.channel import Channel, Voice
from monitor.core.track import Track
from monitor.core.validation import Judgement


def is_beside(bed: Bed, device: str, metric: Metric, value: float | None, judgement: Judgement, now: Instant) -> bool:
    """Whether a sample of `device` is heard beside one that leads, and whose value stands."""
    channel = bed.state.channel(metric)
    if not channel.stands_by_another(device, now):
        return False
    return channel.vouched(now) or judgement.doubtful or not _says(value, judgement)


def _says(value: float | None, judgement: Judgement) -> bool:
    return value is not None and (judgement.verdict is Verdict.VALID or judgement.doubtful)


def voice_of(bed: Bed, device: str, metric: Metric, value: float | None, judgement: Judgement, now: Instant) -> Voice:
    """Where a sample of `device` is heard: as the bed's own, or beside the one that leads."""
    state = bed.state
    channel = state.channel(metric)
    if channel.speaker is None or channel.speaker == device:
        return state.lead(metric)
    if is_beside(bed, device, metric, value, judgement, now):
        return state.beside.setdefault(metric, {}).setdefault(device, Voice(metric, device))
    if _says(value, judgement):
        _take_over(bed, device, metric, value, standing=channel.stands_by_another(device, now))
    elif (voice := state.beside.get(metric, {}).get(device)) is not None:
        _end(bed, voice, value, judgement, now)
    return state.lead(metric)


def _end(bed: Bed, voice: Voice, value: float | None, judgement: Judgement, now: Instant) -> None:
    """Nobody leads, and this one has nothing to say either: what stood of it beside the other stands no longer."""
    voice.channel.judgement, voice.channel.raw, voice.channel.raw_at = judgement, value, now
    voice.channel.end(now)
    voice.channel.hold.cut(now)
    voice.unmatched.end(now)
    level_watch.vanish(bed, voice, now)


def _take_over(bed: Bed, device: str, metric: Metric, value: float | None, *, standing: bool) -> None:
    """`device` leads from now on, with `value`; `standing`: a weak value of the one before goes on beside it."""
    state = bed.state
    voices = state.beside.setdefault(metric, {})
    new, channel = voices.pop(device, None), state.channel(metric)
    before = channel.speaker
    if before is None:
        return
    channel.hold.release()
    old = voices[before] = Voice(metric, before, _aside(channel))
    level_watch.change_lead(bed, old, new, value, standing=standing)
    if metric is Metric.PULSE_RATE:
        old.mismatched, old.compared_at = state.mismatched, state.compared_at
        if new is not None:
            old.unmatched, state.unmatched = state.unmatched, new.unmatched
            state.mismatched, state.compared_at = new.mismatched, new.compared_at
    theirs = Channel() if new is None else new.channel
    channel.hold, channel.own = theirs.hold, None if new is None else theirs.track
    channel.speaker = device
    if new is not None:
        channel.device = theirs.device


def _aside(channel: Channel) -> Channel:
    """What the one that led goes on from beside another: its own values and step memory."""
    own, track = channel.own, channel.track
    if own is None:
        own = Track(
            track.value, track.at, track.until, [*track.starts], [*track.ends], [*track.values], keep=track.keep
        )
    return Channel(
        own,
        channel.hold,
        channel.judgement,
        channel.raw,
        channel.raw_at,
        channel.device,
        channel.speaker,
        channel.weak_until,
    )
