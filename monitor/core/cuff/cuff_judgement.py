"""Verdicts on cuff readings (signals-and-simulation, section 1.2): B1 to B5 and B8 from the reading alone, B6, B7 and
B9 from those before it.
"""

from __future__ import annotations

from itertools import pairwise

from config.instant import Instant
from config.vocabulary import Metric, Verdict
from monitor.core.bed_state import Bed
from monitor.core.inputs import CuffMeasurement
from monitor.core.recovery.baseline import PressureReading
from monitor.core.rules.sections import ValidationLimits
from monitor.core.session.session import Session
from monitor.core.validation import ABSENT, VALID, Judgement, number_judgement

PRESSURES = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN)
JUMP = Judgement(Verdict.SUSPECT, "jump")
VENOUS = Judgement(Verdict.INVALID, "venous")
VENOUS_CRITICAL = Judgement(Verdict.SUSPECT, "venous")


def judge(bed: Bed, item: CuffMeasurement, measured: Instant) -> dict[Metric, Judgement]:
    """Verdicts on everything that a measurement gave, deflated at `measured`."""
    limits, session = bed.rules.validation, bed.state.session
    found = cuff_judgements(item, limits)
    if item.error is not None or session is None:
        return found
    # B9 is about an arm that a cuff has just squeezed; what a person reads off and types is not.
    if item.source != "manual" and _too_early(bed, item.device, measured):
        judged = VENOUS_CRITICAL if _critical(bed, item, found) else VENOUS
        return found | {metric: judged for metric in PRESSURES if found[metric].verdict is not Verdict.INVALID}
    jumped = found[Metric.SYSTOLIC] is VALID and _jumped(session, item, measured, limits)
    if jumped and not agreeing(bed, item, measured):
        return found | {metric: JUMP for metric in PRESSURES if found[metric] is VALID}
    return found


def _too_early(bed: Bed, device: str, measured: Instant) -> bool:
    """B9: the arm has not recovered from the last inflation. Counted to the start of this one where that is known.

    An inflation longer ago than any measurement takes belonged to one whose end nobody heard of.
    """
    cuff, last = bed.state.cuff, bed.state.cuff.deflated.get(device)
    if last is None:
        return False
    began = cuff.inflated_at
    known = began is not None and began >= last and measured - began <= bed.rules.cuff.answer_within
    start = began if known and began is not None else measured
    return abs(start - last) < bed.rules.validation.venous_rest


def _critical(bed: Bed, item: CuffMeasurement, found: dict[Metric, Judgement]) -> bool:
    """Whether a rule that evaluates doubtful readings is met: a cuff that retried by itself may show the emergency."""
    values = dict(zip(PRESSURES, (item.systolic, item.diastolic, item.mean), strict=True))
    return any(
        (value := values.get(rule.metric)) is not None
        and found[rule.metric].verdict is not Verdict.INVALID
        and rule.trigger.crossed(value, bed.state.baseline(rule.metric))
        for rule in bed.rules.cuffs
        if rule.suspect_counts
    )


def _jumped(session: Session, item: CuffMeasurement, measured: Instant, limits: ValidationLimits) -> bool:
    """B6: far from the valid reading before, if that is recent."""
    before = next(
        (reading for reading in reversed(session.readings) if reading.whole and reading.at < measured),
        None,
    )
    if before is None or before.limb != session.cuff_limb or measured - before.at > limits.jump_within:
        return False
    return _apart(before, item, limits.jump_systolic, limits.jump_diastolic)


def agreeing(bed: Bed, item: CuffMeasurement, measured: Instant) -> list[PressureReading]:
    """B7: the readings held as jumps that this one agrees with, oldest first."""
    limits, session = bed.rules.validation, bed.state.session
    near, limb = limits.jump_agrees, None if session is None else session.cuff_limb
    return [
        jump
        for jump in bed.state.cuff.jumps
        if jump.limb == limb
        and jump.at < measured
        and measured - jump.at <= limits.jump_within
        and not _apart(jump, item, near, near)
    ]


def _apart(one: PressureReading, item: CuffMeasurement, systolic: float, diastolic: float) -> bool:
    if one.systolic is None or one.diastolic is None or item.systolic is None or item.diastolic is None:
        return False
    return abs(item.systolic - one.systolic) > systolic or abs(item.diastolic - one.diastolic) > diastolic


def cuff_judgements(reading: CuffMeasurement, limits: ValidationLimits) -> dict[Metric, Judgement]:
    """Verdicts on the three pressures and the cuff's pulse (B1 to B5, B8). A missing mean spoils only itself."""
    if reading.error is not None:
        failed = Judgement(Verdict.INVALID, "device")
        return dict.fromkeys((Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN, Metric.PULSE_RATE_CUFF), failed)
    systolic, diastolic, mean = reading.systolic, reading.diastolic, reading.mean
    verdicts = {
        Metric.SYSTOLIC: number_judgement(systolic, limits.systolic_range, VALID),
        Metric.DIASTOLIC: number_judgement(diastolic, limits.diastolic_range, VALID),
        Metric.MEAN: number_judgement(mean, limits.mean_range, VALID),
    }
    shared = _shared_judgement(systolic, diastolic, mean, verdicts, limits, reading)
    for metric, judgement in verdicts.items():
        if judgement.verdict is Verdict.VALID:
            verdicts[metric] = shared
    pulse = reading.pulse_rate
    if pulse is None:
        verdicts[Metric.PULSE_RATE_CUFF] = ABSENT
    else:
        outside = _outside(pulse, limits.cuff_pulse_range) or reading.irregular
        verdicts[Metric.PULSE_RATE_CUFF] = Judgement(Verdict.SUSPECT, "irregular") if outside else VALID
    return verdicts


def _outside(value: float, bounds: tuple[float, float]) -> bool:
    return not bounds[0] <= value <= bounds[1]


def _shared_judgement(
    systolic: float | None,
    diastolic: float | None,
    mean: float | None,
    verdicts: dict[Metric, Judgement],
    limits: ValidationLimits,
    reading: CuffMeasurement,
) -> Judgement:
    """What the pressures say about each other; the gravest finding first."""
    given = {Metric.SYSTOLIC: systolic, Metric.DIASTOLIC: diastolic}
    if any(value is not None and verdicts[metric].verdict is not Verdict.VALID for metric, value in given.items()):
        return Judgement(Verdict.INVALID, "range")
    top_down = [value for value in (systolic, mean, diastolic) if value is not None]
    if any(upper <= lower for upper, lower in pairwise(top_down)):
        return Judgement(Verdict.INVALID, "order")
    if systolic is None or diastolic is None:
        # B3 to B5 cannot be asked: doubtful, not wrong. Half a reading may be the emergency, and then it must count.
        return Judgement(Verdict.SUSPECT, "incomplete")
    pulse_pressure = systolic - diastolic
    if _outside(pulse_pressure, limits.pulse_pressure_range):
        return Judgement(Verdict.SUSPECT, "pulse_pressure")
    low, high = limits.mean_fraction
    if mean is not None and _outside(mean, (diastolic + low * pulse_pressure, diastolic + high * pulse_pressure)):
        return Judgement(Verdict.SUSPECT, "map")
    if reading.irregular or (reading.pulse_rate is not None and _outside(reading.pulse_rate, limits.cuff_pulse_range)):
        return Judgement(Verdict.SUSPECT, "irregular")
    return VALID
