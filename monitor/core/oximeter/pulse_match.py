"""Does the oximeter's pulse agree with the cuff's? (signals-and-simulation 1.1, V10; rulings 3)

Compared once, when a cuff pulse arrives; the verdict stays until the next comparison, at most for the time that the
preset allows: a cuff that is not used any more compares no more. A pulse that a person felt may end it, never begin it.
The pulse rates that the verdict itself made SUSPECT are compared as well, else no agreement could ever end it.
"""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import Verdict
from monitor.core.bed_state import Bed
from monitor.core.track import median_of
from monitor.core.validation import PULSE_MISMATCH, Judgement


def compare(bed: Bed, pulse: float | None, judgement: Judgement, now: Instant) -> Judgement:
    """A cuff's pulse has come; its verdict. Without a pulse rate in the time before nothing is compared."""
    differs = _differs(bed, pulse, judgement, now)
    if differs is None:
        return judgement
    bed.state.mismatched, bed.state.compared_at = differs, now
    bed.calm = None
    return PULSE_MISMATCH if differs else judgement


def felt(bed: Bed, pulse: float | None, judgement: Judgement, now: Instant) -> None:
    """A person felt the pulse."""
    if bed.state.mismatched and _differs(bed, pulse, judgement, now) is False:
        bed.state.mismatched = False


def doubted(bed: Bed, now: Instant) -> bool:
    """Whether the verdict makes a pulse rate of now doubtful; an old one has ended."""
    state = bed.state
    if state.mismatched and state.compared_at is not None:
        state.mismatched = now - state.compared_at < bed.rules.validation.match_stands
    return state.mismatched


def _differs(bed: Bed, pulse: float | None, judgement: Judgement, now: Instant) -> bool | None:
    """None: there is nothing to compare."""
    state, limits = bed.state, bed.rules.validation
    if pulse is None or judgement.verdict is not Verdict.VALID:
        return None
    rate, _ = median_of((state.pulse.track, state.unmatched), now - limits.match_window, now)
    return None if rate is None else abs(rate - pulse) > max(limits.match_pulse, limits.match_part * pulse)
