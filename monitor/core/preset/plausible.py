"""Between what each number of a preset can be meant: a wrong unit, or a zero too many, is refused, not obeyed.

The bounds are wide: they hold what some clinic might want, not what is advised. What is merely odd `lint` says.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from functools import cache
from typing import NamedTuple

from monitor.core.errors import ConfigError


class Bound(NamedTuple):
    """The smallest and the largest number that can be meant, and what to write instead of a wrong one."""

    lowest: float
    highest: float
    remedy: str


SECONDS = "write seconds, 300 for 5 min"
PART = "write a part of one, 0.10 for 10 %"
PERCENT = "write %, 90 for 90 %"
PERFUSION = "write the perfusion index in %, 0.2 for 0.2 %"
RATE = "write beats a minute"
PRESSURE = "write mmHg"
BREATHS = "write breaths a minute"
COUNT = "write a small whole number"
SCORE = "the score goes from 0 to 10"
MOAAS = "MOAA/S goes from 0 to 5, and 5 is awake: write 0 to 4"
RANK = "write a place in the group, 1 for the mildest"
STAY = "write seconds, 1800 for 30 min"

# The first pattern that fits a key holds for it, so what is particular stands before what is general.
BOUNDS: dict[str, Bound] = {
    "preset.version": Bound(1, 1_000_000, "write 1, and raise it with every change"),
    "timing.stand_s": Bound(1, 15, "a value that stands longer hides a gap: write seconds, 4 as shipped"),
    "timing.remind_high_s": Bound(30, 600, SECONDS),
    "timing.remind_medium_s": Bound(30, 1800, SECONDS),
    "timing.*_s": Bound(0, 60, SECONDS),
    "validation.spo2_range": Bound(0, 100, PERCENT),
    "validation.pulse_range": Bound(0, 350, RATE),
    "validation.perfusion_*": Bound(0, 5, PERFUSION),
    "validation.spo2_step": Bound(1, 50, "write points of SpO2"),
    "validation.pulse_step": Bound(1, 150, RATE),
    "validation.stuck_s": Bound(30, 900, SECONDS),
    "validation.*_quality": Bound(0, 1, "a quality goes from 0 to 1"),
    "validation.stuck_pulse": Bound(1, 50, RATE),
    "validation.match_pulse": Bound(1, 50, RATE),
    "validation.match_part": Bound(0, 0.5, PART),
    "validation.match_stands_s": Bound(60, 3600, SECONDS),
    "validation.late_window_s": Bound(60, 7200, SECONDS),
    "validation.measured_within_s": Bound(10, 600, SECONDS),
    "validation.jump_within_s": Bound(60, 3600, SECONDS),
    "validation.repeat_s": Bound(1, 600, SECONDS),
    "validation.*_s": Bound(0, 120, SECONDS),
    "validation.mean_fraction": Bound(0, 1, PART),
    "validation.cuff_pulse_range": Bound(0, 350, RATE),
    "validation.*_range": Bound(0, 350, PRESSURE),
    "validation.jump_*": Bound(1, 150, PRESSURE),
    "limbs.*_s": Bound(0, 180, SECONDS),
    "limbs.same_below": Bound(0, 1, PART),
    "limbs.different_above": Bound(0, 1, PART),
    "limbs.drop": Bound(0, 1, PART),
    "limbs.*": Bound(1, 100, COUNT),
    "cuff.interval_s": Bound(60, 3600, SECONDS),
    "cuff.returned_interval_s": Bound(60, 7200, SECONDS),
    "cuff.returned_after_s": Bound(300, 7200, SECONDS),
    "cuff.spacing_s": Bound(30, 600, "the arm needs a rest between two readings: write seconds, 60 as shipped"),
    "cuff.repeat_after_s": Bound(30, 600, SECONDS),
    "cuff.retry_after_s": Bound(30, 600, SECONDS),
    "cuff.answer_within_s": Bound(30, 600, SECONDS),
    "cuff.*_s": Bound(0, 1800, SECONDS),
    "cuff.*": Bound(0, 10, COUNT),
    "baseline.window_s": Bound(300, 14400, SECONDS),
    "baseline.newest_s": Bound(60, 7200, SECONDS),
    "baseline.wave_*": Bound(1, 1800, SECONDS),
    "baseline.*_s": Bound(0, 3600, SECONDS),
    "baseline.sessions": Bound(1, 50, COUNT),
    "baseline.*": Bound(1, 80, PRESSURE),
    "hold.*pulse_high": Bound(60, 200, RATE),
    "hold.*pulse_low": Bound(20, 80, RATE),
    "hold.spo2": Bound(80, 100, PERCENT),
    "hold.*systolic": Bound(100, 220, PRESSURE),
    "hold.*diastolic": Bound(60, 140, PRESSURE),
    "hold.recheck_rest_s": Bound(0, 3600, SECONDS),
    "hold.recheck_readings": Bound(1, 10, COUNT),
    "observations.resp_rate_range": Bound(0, 120, BREATHS),
    "observations.every_s": Bound(60, 7200, SECONDS),
    "observations.infusing_s": Bound(0, 14400, SECONDS),
    "observations.recovery_s": Bound(0, 14400, SECONDS),
    "observations.*_s": Bound(0, 3600, SECONDS),
    "discharge.minimum_stay_s": Bound(600, 86400, STAY),
    "discharge.newest_s": Bound(60, 3600, SECONDS),
    "discharge.*_pass": Bound(0, 10, SCORE),
    "discharge.*_above": Bound(70, 100, PERCENT),
    "discharge.*": Bound(0, 1, PART),
    "return.tolerance": Bound(0, 0.5, PART),
    "return.floor_pulse": Bound(0, 30, RATE),
    "return.floor_*": Bound(0, 40, PRESSURE),
    "return.spo2_points": Bound(0, 10, "write points of SpO2"),
    "return.far": Bound(1, 60, PRESSURE),
    "return.spacing_s": Bound(60, 3600, SECONDS),
    "return.grace_s": Bound(30, 1200, SECONDS),
    "return.candidate_s": Bound(60, 3600, SECONDS),
    "return.overdue_medium_s": Bound(0, 3600, SECONDS),
    "inactivation.*_reminder_s": Bound(10, 3600, SECONDS),
    "inactivation.*_s": Bound(0, 3600, SECONDS),
    "rules.*.rank": Bound(0, 20, RANK),
    "technical.*.rank": Bound(0, 20, RANK),
    "rules.*.baseline_factor": Bound(0.3, 2, "write a part of the baseline, 0.7 for 70 %"),
    "rules.*.median_factor": Bound(0.3, 1.5, "write a part of the median, 0.75 for 75 %"),
    "rules.*.baseline_offset": Bound(-60, 60, "write points above the baseline, below it with a minus"),
    "rules.*.at_least_above_trigger": Bound(0, 40, "write points above the trigger"),
    "rules.VASOVAGAL.median.fallen_from": Bound(0, 1, PART),
    "rules.*.rises_after_s": Bound(5, 600, SECONDS),
    "rules.*.good_s": Bound(1, 120, SECONDS),
    "rules.*.median.*_s": Bound(1, 900, SECONDS),
    "rules.*.clear.for_s": Bound(0, 900, SECONDS),
    "rules.*_s": Bound(0, 300, SECONDS),
    "rules.BP_REL.*.times_baseline": Bound(1, 2, "write a part of the baseline, 1.3 for 130 %"),
    "rules.BP_REL.*": Bound(0, 100, PRESSURE),
    "rules.RR_LOW.quality": Bound(0, 1, "a quality goes from 0 to 1"),
    "rules.RR_LOW.*": Bound(1, 30, BREATHS),
    "rules.SEDATION_DEEP.trigger.*": Bound(0, 4, MOAAS),
    "rules.SPO2_*": Bound(50, 100, PERCENT),
    "rules.PR_*": Bound(20, 300, RATE),
    "rules.VASOVAGAL.*": Bound(20, 300, RATE),
    "rules.*": Bound(20, 300, PRESSURE),
    "limits.SPO2_*": Bound(50, 100, PERCENT),
    "limits.PR_*": Bound(20, 300, RATE),
    "limits.*": Bound(20, 300, PRESSURE),
    "technical.SPO2_NO_DATA.high_below": Bound(50, 100, PERCENT),
    "technical.BATTERY.levels.below": Bound(0, 100, PERCENT),
    "technical.STORAGE.free_below": Bound(0, 50, PERCENT),
    "technical.NIBP_FAIL.attempts": Bound(1, 10, COUNT),
    "technical.NIBP_OVERDUE.levels.intervals": Bound(0.5, 5, "write intervals of the cuff, 1.5 for one and a half"),
    "technical.ID_CONFLICT.*_s": Bound(0, 3600, SECONDS),
    "technical.CLOCK.*_s": Bound(0, 3600, SECONDS),
    "technical.*_s": Bound(0, 300, SECONDS),
}

_INDEX = re.compile(r"\[\d+\]")


def check(key: str, number: float) -> None:
    """Refuse a number that cannot be meant.

    Raises:
        ConfigError: names the key, the bounds and the remedy.
    """
    bound = bound_of(key)
    if bound is not None and not bound.lowest <= number <= bound.highest:
        wanted = f"{bound.lowest:g} to {bound.highest:g} is wanted"
        raise ConfigError(f"{key}: {number:g} cannot be meant; {wanted}: {bound.remedy}")


@cache
def bound_of(key: str) -> Bound | None:
    """The bound of a number by its whole key, as in `return.tolerance`; None where that is no number of a preset."""
    name = _INDEX.sub("", key)
    return next((bound for pattern, bound in BOUNDS.items() if fnmatchcase(name, pattern)), None)
