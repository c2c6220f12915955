"""The calm band: values that no rule can object to, so that their samples take the short way."""

from __future__ import annotations

import math

from config.vocabulary import Metric
from monitor.core.bed_state import Bed
from monitor.core.rules.patient import LevelRule, RecentMedian
from monitor.core.track import highest_of

ROOM = 1.1
"""How far above the highest of late the band reaches; the further, the nearer its lower edge comes."""


def band(bed: Bed) -> tuple[float, float, float, float] | None:
    """(SpO2 above, pulse above, pulse below, SpO2 at most) while nothing is going on, else None."""
    state = bed.state
    absence = state.absence
    quiet = (
        state.session is not None
        and not state.conditions
        and state.pulse_loss.condition is None
        and not state.spo2.hold.samples
        and not state.pulse.hold.samples
        and not state.rejected.keys() & {Metric.SPO2, Metric.PULSE_RATE}
        and absence is not None
        and absence.thin_from is None
        and len(absence.spans) == 1
        and bed.rules.no_data.rule.name not in state.book.open
        and not state.window.frozen
        and not state.mismatched
        and state.stuck is None
        and all(state.clock >= sight.doubt_until for sight in state.sights.values())
    )
    if not quiet:
        return None
    validation = bed.rules.validation
    spo2_low, spo2_high = validation.spo2_range
    pulse_low, pulse_high = validation.pulse_range
    for level in bed.rules.levels:
        if level.median is not None:
            found = _sudden_fall(bed, level, level.median)
            if found is None:
                return None
            pulse_low, pulse_high = max(pulse_low, found[0]), min(pulse_high, found[1])
            continue
        limit = level.limit(state.baseline(level.metric))
        if level.metric is Metric.SPO2:
            spo2_low = max(spo2_low, limit) if level.trigger.comparison.is_lower_bound else spo2_low
        elif level.trigger.comparison.is_lower_bound:
            pulse_low = max(pulse_low, limit)
        else:
            pulse_high = min(pulse_high, limit)
    return (spo2_low, pulse_low, pulse_high, spo2_high)


def _sudden_fall(bed: Bed, level: LevelRule, rule: RecentMedian) -> tuple[float, float] | None:
    """(above, below) between which no median can make a value a sudden fall; None while nothing is known.

    Below the upper edge no median that counts can exceed the edge / `fallen_from`.
    """
    now = bed.state.clock
    highest = highest_of(bed.state.lead(level.metric).taken(level), now - rule.within, now + 1)
    if highest is None:
        return None
    edge = ROOM * highest
    limit = level.limit(edge / rule.fallen_from)
    return (limit, math.inf) if limit >= level.trigger.absolute else (limit, edge)
