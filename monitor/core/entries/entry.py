"""Values that a person enters by hand: `record_reading` (interfaces, section 4).

Pressures observed within the last minute go the way of a cuff's; older ones are for the chart, and may replace a
baseline that is NONE (rulings 4; ketamine-monitoring 5.3), as may a pulse or SpO2 read off another device. A count
of breaths or a MOAA/S counts while it is the newest, however late it is entered; only a recent count ends an alarm.
Everything is on record, with both times.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from config.instant import Instant
from config.vocabulary import Metric, Observed, Score
from monitor.core.bed_state import Bed
from monitor.core.cuff import pressure, pressure_rules
from monitor.core.entries import bedside, counted_breaths
from monitor.core.events import Event, EventKind, plain
from monitor.core.inputs import Command, CuffMeasurement
from monitor.core.lines.fields import is_number
from monitor.core.oximeter import level_watch
from monitor.core.recovery import return_watch
from monitor.core.recovery.baseline import METRICS, PressureReading
from monitor.core.refusals import refuse
from monitor.core.session.session import ON_OXYGEN, Observation, Session

BY_HAND = "manual"
PRESSURES = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN)
CUFF = (*PRESSURES, Metric.PULSE_RATE_CUFF)
WAVES = (Metric.SPO2, Metric.PULSE_RATE)
FIELDS = (*CUFF, *WAVES, *Observed, *Score, ON_OXYGEN)
MOAAS_RANGE = (0.0, 5.0)
SCORE_RANGE = (0.0, 2.0)
OXYGEN_RANGE = (0.0, 1.0)
WHOLE = (Observed.MOAAS, *Score, ON_OXYGEN)
CUFF_PULSE_RANGE = (20.0, 300.0)
"""What a person can have felt; whether it is plausible is for the validation to say."""


def record_reading(bed: Bed, item: Command, now: Instant, out: list[Event]) -> None:
    """Take what a person measured, or refuse it with the field that is wrong."""
    session = bed.state.session
    at = now if item.at is None else item.at
    values = item.fields.get("values")
    if session is None:
        refuse(bed, item.command, "wrong_phase", item.by, now, out, phase=bed.state.phase.value)
        return
    if at > now or at < session.opened_at:
        refuse(bed, item.command, "observed_time_out_of_range", item.by, now, out)
        return
    if not isinstance(values, dict) or not values:
        refuse(bed, item.command, "values_missing", item.by, now, out)
        return
    problem = _problem(bed, values)
    if problem is not None:
        reason, field = problem
        refuse(bed, item.command, reason, item.by, now, out, field=field)
        return
    recent = now - at <= bed.rules.validation.measured_within
    data: dict[str, Any] = {
        "values": {name: plain(value) for name, value in values.items()},
        "source": BY_HAND,
        "by": item.by,
        "at": at,
        "late": not recent,
    }
    if item.reason:
        data["reason"] = item.reason
    out.append(Event(now, bed.state.bed, EventKind.READING_RECORDED, data))
    for name in Observed:
        if name in values:
            _observed(bed, session, name, values[name], at, now, out)
    for item_of_score in Score:
        if item_of_score in values:
            session.observations.append(Observation(item_of_score.value, values[item_of_score], at))
    if ON_OXYGEN in values:
        session.observations.append(Observation(ON_OXYGEN, values[ON_OXYGEN], at))
        said = session.newest(ON_OXYGEN)
        session.on_oxygen = said is not None and said.value == 1
    if any(metric in values for metric in PRESSURES):
        if recent:
            pressure.take(bed, _measurement(bed, values), at, now, out)
        else:
            _keep_late(session, values, at)
    for metric in WAVES:
        if metric in values:
            session.hand_values.setdefault(metric, []).append((at, values[metric]))
    before = {metric: session.baseline_value(metric) for metric in METRICS}
    if return_watch.revise_by_hand(bed, session, out):
        level_watch.limits_changed(bed, before, out)
        pressure_rules.limits_changed(bed, before, out)


def _problem(bed: Bed, values: dict[str, Any]) -> tuple[str, str] | None:
    """What is wrong, and with which field."""
    limits = bed.rules.validation
    ranges: dict[str, tuple[float, float]] = {
        Metric.SYSTOLIC: limits.systolic_range,
        Metric.DIASTOLIC: limits.diastolic_range,
        Metric.MEAN: limits.mean_range,
        Metric.PULSE_RATE_CUFF: CUFF_PULSE_RANGE,
        Metric.SPO2: limits.spo2_range,
        Metric.PULSE_RATE: limits.pulse_range,
        Observed.RESP_RATE: bed.rules.observations.resp_rate_range,
        Observed.MOAAS: MOAAS_RANGE,
        **dict.fromkeys(Score, SCORE_RANGE),
        ON_OXYGEN: OXYGEN_RANGE,
    }
    for name, value in values.items():
        if name not in FIELDS:
            return "field_unknown", str(name)
        if not is_number(value):
            return "value_not_a_number", name
        low, high = ranges[name]
        if not low <= value <= high or (name in WHOLE and value != int(value)):
            return "value_out_of_range", name
    falling = [metric for metric in (Metric.SYSTOLIC, Metric.MEAN, Metric.DIASTOLIC) if metric in values]
    for upper, lower in pairwise(falling):
        if values[upper] <= values[lower]:
            return "pressures_out_of_order", lower.value
    if Metric.PULSE_RATE_CUFF in values and not any(metric in values for metric in PRESSURES):
        return "pressure_missing", Metric.PULSE_RATE_CUFF.value
    return None


def _observed(
    bed: Bed,
    session: Session,
    name: Observed,
    value: float,
    at: Instant,
    now: Instant,
    out: list[Event],
) -> None:
    newest = all(at >= seen.at for seen in session.observations if seen.name == name)
    session.observations.append(Observation(name.value, value, at))
    if not newest:
        return
    if name is Observed.RESP_RATE:
        counted_breaths.counted(bed, value, at, out, may_clear=now - at <= bed.rules.observations.within)
    else:
        bedside.scored(bed, value, at, out)


def _measurement(bed: Bed, values: dict[str, Any]) -> CuffMeasurement:
    systolic, diastolic, mean, pulse = (values.get(metric) for metric in CUFF)
    return CuffMeasurement(bed.state.bed, BY_HAND, systolic, diastolic, mean, pulse, source=BY_HAND)


def _keep_late(session: Session, values: dict[str, Any], at: Instant) -> None:
    session.reading_count += 1
    systolic, diastolic, mean = (values.get(metric) for metric in PRESSURES)
    number = session.reading_count
    session.late_readings.append(PressureReading(at, number, systolic, diastolic, mean, BY_HAND))
