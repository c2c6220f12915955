"""What the pleth wave says against the numbers beside it (signals-and-simulation 1.1, V7 and V9)."""

from __future__ import annotations

from config.instant import Instant
from monitor.core.bed_state import Bed
from monitor.core.inputs import OximeterSample, PlethMeasures
from monitor.core.validation import MOTION, STUCK, VALID, Judgement


def seen(bed: Bed, item: PlethMeasures, now: Instant) -> None:
    """One second's measures: poor quality is doubt for as long as they stand; a moving pulse may find numbers stuck."""
    limits = bed.rules.validation
    poor = item.sqi < limits.motion_quality
    bed.state.sight(item.device).doubt_until = now + bed.setup.stand(item.device) if poor else 0
    if poor:
        bed.calm = None
    if item.pulse_rate_pleth is not None and item.sqi >= limits.stuck_quality:
        _compare(bed, item.device, item.pulse_rate_pleth, now)


def _compare(bed: Bed, device: str, rate: float, now: Instant) -> None:
    """V7. Equal values that follow each other without a gap are one stretch of a track."""
    state, limits = bed.state, bed.rules.validation
    pleth, spo2, pulse = state.pleth, state.spo2, state.pulse
    if device != spo2.device or device != pulse.device or not (spo2.track.stands(now) and pulse.track.stands(now)):
        pleth.still_from = None
        return
    since = max(spo2.track.starts[-1], pulse.track.starts[-1])
    if pleth.still_from != since:
        pleth.still_from, pleth.slowest, pleth.fastest = since, rate, rate
    pleth.slowest, pleth.fastest = min(pleth.slowest, rate), max(pleth.fastest, rate)
    if now - since > limits.stuck and pleth.fastest - pleth.slowest > limits.stuck_pulse:
        state.stuck = (spo2.track.values[-1], pulse.track.values[-1])
        bed.calm = None


def judgement(bed: Bed, item: OximeterSample, signal: Judgement, now: Instant) -> Judgement:
    """The signal's verdict, made doubtful where it was VALID and the wave speaks against it."""
    state = bed.state
    ours = item.device == state.spo2.device
    if state.stuck is not None and ours and (item.spo2, item.pulse_rate) != state.stuck:
        state.stuck = None
    if signal is not VALID:
        return signal
    if state.stuck is not None and ours:
        return STUCK
    return MOTION if now < state.sight(item.device).doubt_until else signal
