"""Does the oximeter's pulse agree with the cuff's? (signals-and-simulation 1.1, V10; rulings 3)

Compared once, when a cuff pulse arrives; the verdict stays until the next comparison. The pulse rates that the
verdict itself made SUSPECT are compared as well, else no agreement could ever end it.
"""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import Verdict
from monitor.core.bed_state import Bed
from monitor.core.track import median_of
from monitor.core.validation import PULSE_MISMATCH, Judgement


def compare(bed: Bed, pulse: float | None, judgement: Judgement, now: Instant) -> Judgement:
    """A cuff's pulse has come; its verdict. Without a pulse rate in the time before nothing is compared."""
    state, limits = bed.state, bed.rules.validation
    if pulse is None or judgement.verdict is not Verdict.VALID:
        return judgement
    rate, _ = median_of((state.pulse.track, state.unmatched), now - limits.match_window, now)
    if rate is None:
        return judgement
    state.mismatched = abs(rate - pulse) > max(limits.match_pulse, limits.match_part * pulse)
    bed.calm = None
    return PULSE_MISMATCH if state.mismatched else judgement
