"""Does the oximeter's pulse agree with the cuff's? (signals-and-simulation 1.1, V10; rulings 3)

Compared once, when a cuff pulse arrives; the verdict stays until the next comparison, at most for the time that the
preset allows: a cuff that is not used any more compares no more. A pulse that a person felt may end it, never begin it.
The pulse rates that the verdict itself made SUSPECT are compared as well, else no agreement could ever end it. Each
oximeter of a bed is compared for itself; what the one that leads shows is the verdict on the cuff's pulse.
"""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import Metric, Verdict
from monitor.core.bed_state import Bed, BedState
from monitor.core.oximeter.channel import Voice
from monitor.core.track import median_of
from monitor.core.validation import PULSE_MISMATCH, Judgement


def compare(bed: Bed, pulse: float | None, judgement: Judgement, now: Instant) -> Judgement:
    """A cuff's pulse has come; its verdict. Without a pulse rate in the time before nothing is compared."""
    for voice in bed.state.beside.get(Metric.PULSE_RATE, {}).values():
        apart = _differs(bed, voice, pulse, judgement, now)
        if apart is not None:
            voice.mismatched, voice.compared_at = apart, now
    differs = _differs(bed, bed.state.lead(Metric.PULSE_RATE), pulse, judgement, now)
    if differs is None:
        return judgement
    bed.state.mismatched, bed.state.compared_at = differs, now
    bed.calm = None
    return PULSE_MISMATCH if differs else judgement


def felt(bed: Bed, pulse: float | None, judgement: Judgement, now: Instant) -> None:
    """A person felt the pulse."""
    for voice in bed.state.voices(Metric.PULSE_RATE):
        verdict = _verdict(bed, voice)
        if verdict.mismatched and _differs(bed, voice, pulse, judgement, now) is False:
            verdict.mismatched = False


def doubted(bed: Bed, voice: Voice, now: Instant) -> bool:
    """Whether the verdict makes a pulse rate of now doubtful; an old one has ended."""
    verdict = _verdict(bed, voice)
    if verdict.mismatched and verdict.compared_at is not None:
        verdict.mismatched = now - verdict.compared_at < bed.rules.validation.match_stands
    return verdict.mismatched


def _verdict(bed: Bed, voice: Voice) -> BedState | Voice:
    """Where the verdict on an oximeter stands."""
    return bed.state if voice.device is None else voice


def _differs(bed: Bed, voice: Voice, pulse: float | None, judgement: Judgement, now: Instant) -> bool | None:
    """None: there is nothing to compare."""
    limits = bed.rules.validation
    if pulse is None or judgement.verdict is not Verdict.VALID:
        return None
    rate, _ = median_of((voice.channel.told, voice.unmatched), now - limits.match_window, now)
    return None if rate is None else abs(rate - pulse) > max(limits.match_pulse, limits.match_part * pulse)
