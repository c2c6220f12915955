"""What is looked at before the drug starts: review, hold and re-check, and how far a baseline can be trusted
(ketamine-monitoring, sections 4, 5.2 and 5.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Any

from config.instant import Instant
from config.vocabulary import Grade, Metric, Phase
from monitor.core.bed_state import Bed
from monitor.core.recovery import baseline as baselines
from monitor.core.recovery import return_watch
from monitor.core.recovery.baseline import CUFF_METRICS, METRICS, REQUIRED, WAVE_METRICS, Baseline, PressureReading
from monitor.core.session.session import Session


def baselines_at(bed: Bed, session: Session, at: Instant) -> dict[Metric, Baseline]:
    """What would be frozen if the drug started at `at`."""
    rule = bed.rules.baseline
    found = {}
    for metric in METRICS:
        if metric in WAVE_METRICS:
            found[metric] = baselines.from_track(bed.state.channel(metric).track, at, session.opened_at, rule)
        else:
            found[metric] = baselines.from_readings(
                session.readings, metric, at, session.activities, rule, session.cuff_limb
            )
        if found[metric].value is None:
            found[metric] = return_watch.late_baseline(bed, session, metric, at)
    return found


def usable(bed: Bed, session: Session, metric: Metric, at: Instant) -> list[PressureReading]:
    """The readings a baseline at `at` could be taken from, newest first."""
    return baselines.usable(session.readings, metric, at, session.activities, bed.rules.baseline)


def missing(frozen: dict[Metric, Baseline]) -> list[str]:
    """What a start needs and has no baseline for."""
    return [metric.value for metric in REQUIRED if frozen[metric].grade is Grade.NONE]


def held(bed: Bed, session: Session, frozen: dict[Metric, Baseline]) -> list[str]:
    """HOLD: the metrics that hold the start back; what has no baseline cannot."""
    return at_hold_level(bed, session, {metric: found.value for metric, found in frozen.items()})


def at_hold_level(bed: Bed, session: Session, values: Mapping[Metric, float | None]) -> list[str]:
    """The metrics whose values lie at the level of a hold; what is not known does not.

    The saturation's level is for air: until somebody says oxygen, it holds.
    """
    hold = bed.rules.hold
    pulse, spo2 = values[Metric.PULSE_RATE], values[Metric.SPO2]
    found = [
        metric.value
        for metric, limit in ((Metric.SYSTOLIC, hold.systolic), (Metric.DIASTOLIC, hold.diastolic))
        if (value := values[metric]) is not None and value >= limit
    ]
    if pulse is not None and (pulse >= hold.pulse_high or pulse <= hold.pulse_low):
        found.append(Metric.PULSE_RATE.value)
    if spo2 is not None and spo2 < hold.spo2 and not session.on_oxygen:
        found.append(Metric.SPO2.value)
    return found


def oxygen_unsaid(session: Session, metrics: list[str]) -> dict[str, bool]:
    """That SpO2 holds the start although nobody has said air or oxygen; else nothing."""
    return {"oxygen_entered": False} if Metric.SPO2.value in metrics and session.on_oxygen is None else {}


def to_review(bed: Bed, frozen: dict[Metric, Baseline]) -> list[str]:
    """REVIEW: the pressures that a clinician should have looked at before the start."""
    hold = bed.rules.hold
    return [
        metric.value
        for metric, limit in ((Metric.SYSTOLIC, hold.review_systolic), (Metric.DIASTOLIC, hold.review_diastolic))
        if (value := frozen[metric].value) is not None and value > limit
    ]


def flags(bed: Bed, session: Session, frozen: dict[Metric, Baseline], at: Instant) -> dict[Metric, list[str]]:
    """What is to be known of each baseline when it is read later (5.3)."""
    found: dict[Metric, list[str]] = {}
    for metric in METRICS:
        words = []
        if frozen[metric].grade is Grade.NONE:
            words.append("no_baseline")
        if metric in CUFF_METRICS and drift_of(bed, session, metric, at) is not None:
            words.append("drifting_down")
        if metric in CUFF_METRICS and typical_of(bed, session, metric, frozen[metric]) is not None:
            words.append("atypical_baseline")
        if session.medicated_before:
            words.append("pre_medicated")
        found[metric] = words
    return found


def drift_of(bed: Bed, session: Session, metric: Metric, at: Instant) -> tuple[float, float] | None:
    """(first, last) reading when the last lies well below the first: an anxious patient calming down."""
    values = [reading.value(metric) for reading in usable(bed, session, metric, at)]
    if len(values) < 2 or values[0] is None or values[-1] is None:
        return None
    return (values[-1], values[0]) if values[-1] - values[0] > bed.rules.baseline.drift else None


def typical_of(bed: Bed, session: Session, metric: Metric, found: Baseline) -> float | None:
    """The patient's usual baseline when this one lies far from it."""
    usual = usual_of(bed, session, metric)
    if usual is None or found.value is None:
        return None
    return usual if abs(found.value - usual) > bed.rules.baseline.atypical else None


def usual_of(bed: Bed, session: Session, metric: Metric) -> float | None:
    """Median of the last sessions' baselines, the newest last in the list."""
    known = session.previous.get(metric.value, [])[-bed.rules.baseline.sessions :]
    return median(known) if known else None


# -- hints before the start (`advisories`) ---------------------------------------------------------------------------


def third_reading(bed: Bed, session: Session, at: Instant) -> dict[str, Any] | None:
    """Two readings that differ too much: a third one decides (5.2)."""
    if bed.state.phase is not Phase.PRE:
        return None
    rule = bed.rules.baseline
    for metric, limit in ((Metric.SYSTOLIC, rule.third_systolic), (Metric.DIASTOLIC, rule.third_diastolic)):
        values = [value for seen in usable(bed, session, metric, at + 1) if (value := seen.value(metric)) is not None]
        if len(values) == 2 and abs(values[0] - values[1]) > limit:
            return {"metric": metric.value, "values": values[::-1]}
    return None


def drifting_down(bed: Bed, session: Session, at: Instant) -> dict[str, Any] | None:
    """The baseline is still falling (5.3); the usual one beside it."""
    if bed.state.phase is not Phase.PRE:
        return None
    for metric in CUFF_METRICS:
        drift = drift_of(bed, session, metric, at + 1)
        if drift is not None:
            usual = usual_of(bed, session, metric)
            return {"metric": metric.value, "values": list(drift), "usual": usual}
    return None


def atypical_baseline(bed: Bed, session: Session, at: Instant) -> dict[str, Any] | None:
    """Far from this patient's usual baseline: perhaps another patient, so confirm who it is (5.3)."""
    if bed.state.phase is not Phase.PRE or not session.previous:
        return None
    found = baselines_at(bed, session, at + 1)
    for metric in CUFF_METRICS:
        usual = typical_of(bed, session, metric, found[metric])
        if usual is not None:
            return {"metric": metric.value, "value": found[metric].value, "usual": usual}
    return None


def pre_medicated(bed: Bed, session: Session, at: Instant) -> dict[str, Any] | None:
    """A drug was given before the start; the baseline is what it is (5.3)."""
    return {} if bed.state.phase is Phase.PRE and session.medicated_before else None


def review(bed: Bed, session: Session, at: Instant) -> dict[str, Any] | None:
    """A high baseline that no clinician has ticked (the event `review`); it stays open after the start."""
    if session.reviewed_by is not None:
        return None
    before = bed.state.phase is Phase.PRE
    frozen = baselines_at(bed, session, at + 1) if before else session.baseline
    if not frozen or (before and held(bed, session, frozen)):
        return None
    found = to_review(bed, frozen)
    if not found:
        return None
    return {"metrics": found} | (_recheck(bed, session, at) if before else {})


def hold(bed: Bed, session: Session, at: Instant) -> dict[str, Any] | None:
    """What would hold the start back now."""
    if bed.state.phase is not Phase.PRE:
        return None
    frozen = baselines_at(bed, session, at + 1)
    found = held(bed, session, frozen)
    if not found and not to_review(bed, frozen):
        session.recheck_from = None
    return {"metrics": found} | oxygen_unsaid(session, found) | _recheck(bed, session, at) if found else None


def _recheck(bed: Bed, session: Session, at: Instant) -> dict[str, Any]:
    """RE-CHECK: after a high finding five minutes of rest, then three new readings."""
    if session.recheck_from is None:
        session.recheck_from = at
    rule = bed.rules.hold
    rested_at = session.recheck_from + rule.recheck_rest
    count = sum(seen.at >= rested_at for seen in usable(bed, session, Metric.SYSTOLIC, at + 1))
    return {"rested_at": rested_at, "readings": min(count, rule.recheck_readings), "wanted": rule.recheck_readings}
