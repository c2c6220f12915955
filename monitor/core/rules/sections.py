"""What a preset says beside its alarm rules, as plain data: times, validation, schedule, baseline, return, bounds."""

from __future__ import annotations

from dataclasses import dataclass

from config.instant import Duration
from config.vocabulary import Metric


@dataclass(frozen=True, slots=True)
class Timing:
    """Times that hold for every rule (rulings, sections 1 to 3)."""

    stand: Duration
    calm: Duration
    invalid: Duration
    stale: Duration
    remind_high: Duration
    remind_medium: Duration


@dataclass(frozen=True, slots=True)
class ValidationLimits:
    """Bounds of signals-and-simulation 1.1 and 1.2. Ranges are inclusive."""

    spo2_range: tuple[float, float]
    pulse_range: tuple[float, float]
    perfusion_invalid: float
    perfusion_suspect: float
    spo2_step: float
    spo2_step_within: Duration
    spo2_step_hold: Duration
    pulse_step: float
    pulse_step_within: Duration
    pulse_step_hold: Duration
    stuck: Duration
    stuck_quality: float
    stuck_pulse: float
    motion_quality: float
    match_window: Duration
    match_pulse: float
    match_part: float
    match_stands: Duration
    repeat: Duration
    late: Duration
    late_window: Duration
    systolic_range: tuple[float, float]
    diastolic_range: tuple[float, float]
    mean_range: tuple[float, float]
    pulse_pressure_range: tuple[float, float]
    mean_fraction: tuple[float, float]
    cuff_pulse_range: tuple[float, float]
    measured_within: Duration
    jump_systolic: float
    jump_diastolic: float
    jump_within: Duration
    jump_agrees: float
    venous_rest: Duration


@dataclass(frozen=True, slots=True)
class LimbRule:
    """Cuff and probe on one limb: how long the probe is spoilt, and how that is found out (signals 1.1 V8, and 1.3).

    Attributes:
        tail, cap: from the deflation on; from the inflation at most.
        before: time before the inflation with which [`start`, `end`] after it is compared.
        least_before, least_under: values without which a cycle is not compared.
        same_below, same_cycles: the part of the pulsation left, in so many of the last three cycles.
        different_above: in all of the last three.
        drop, lost_windows: by the numbers alone: such a drop or a loss of SpO2 inside so many windows, none outside.
        recovery: time after a window in which a loss still belongs to it.
    """

    tail: Duration
    cap: Duration
    before: Duration
    start: Duration
    end: Duration
    least_before: int
    least_under: int
    same_below: float
    same_cycles: int
    different_above: float
    drop: float
    lost_windows: int
    recovery: Duration


@dataclass(frozen=True, slots=True)
class CuffSchedule:
    """How often the cuff is due (ketamine-monitoring, section 3), and what its starts are held to.

    Attributes:
        interval: between two readings; `returned_interval` in recovery, `returned_after` its end, once all returned.
        baseline_readings: wanted before the start, the first `baseline_first` after the opening.
        spacing: least time from the end of one measurement to the start of the next.
        repeat_after: from a doubtful or critical reading to its repeat.
        repeats_for: repeats of repeats go on for so long at most.
        retry_after: from a failed or rejected attempt to the next; `retries` in a row, `deadline_retries` near the
            deadline of the return.
        attempts: failed in a row, after which the cuff rests for `attempts_rest`.
        answer_within: a request counts as open for so long.
    """

    interval: Duration
    returned_interval: Duration
    returned_after: Duration
    baseline_readings: int
    baseline_first: Duration
    spacing: Duration
    repeat_after: Duration
    repeats_for: Duration
    retry_after: Duration
    retries: int
    deadline_retries: int
    attempts: int
    attempts_rest: Duration
    answer_within: Duration


@dataclass(frozen=True, slots=True)
class ObservationRule:
    """What people enter by hand (ketamine-monitoring, section 3).

    Attributes:
        within: a good count of breaths observed longer ago than this ends no alarm.
        resp_rate_range: what can be a count, /min.
        pre_after, infusing, recovery, every: when breaths and MOAA/S are due: after the opening, the start, the end,
            and the interval after the last of these.
        early: entered this long before the time is in time.
        overrun: this long after the planned end somebody is asked whether the infusion still runs.
    """

    within: Duration
    resp_rate_range: tuple[float, float]
    pre_after: Duration
    infusing: tuple[Duration, ...]
    recovery: tuple[Duration, ...]
    every: Duration
    early: Duration
    overrun: Duration


@dataclass(frozen=True, slots=True)
class BaselineRule:
    """How a baseline is taken, and what is to be known of it (ketamine-monitoring 5.2 and 5.3).

    Attributes:
        third_systolic, third_diastolic: two readings further apart than this ask for a third.
        drift: a last reading lower than the first by more than this is a falling baseline.
        atypical: this far from the median of the last `sessions` baselines is unusual for the patient.
        pair: readings on two limbs within this time can be compared.
    """

    window: Duration
    newest: Duration
    spacing: Duration
    rest: Duration
    range_a: float
    wave_window: Duration
    wave_valid_a: Duration
    wave_valid_c: Duration
    third_systolic: float
    third_diastolic: float
    drift: float
    atypical: float
    sessions: int
    pair: Duration


@dataclass(frozen=True, slots=True)
class HoldLimits:
    """When the start is held back, is to be looked at, and what is asked for then (ketamine-monitoring, section 4)."""

    systolic: float
    diastolic: float
    pulse_high: float
    pulse_low: float
    spo2: float
    review_systolic: float
    review_diastolic: float
    recheck_rest: Duration
    recheck_readings: int


@dataclass(frozen=True, slots=True)
class DischargeRule:
    """When a patient is fit to go (ketamine-monitoring, section 8).

    Attributes:
        newest: how old a value may be that a score goes by.
        near, aldrete_far, pads_far: parts of the baseline at which the scores fall to 1 and to 0.
        air_above, oxygen_above: SpO2, %, for 2 and for 1.
    """

    minimum_stay: Duration
    newest: Duration
    aldrete_pass: int
    pads_pass: int
    near: float
    aldrete_far: float
    pads_far: float
    air_above: float
    oxygen_above: float


@dataclass(frozen=True, slots=True)
class ReturnRule:
    """Return to baseline (ketamine-monitoring, section 6)."""

    tolerance: float
    floors: dict[Metric, float]
    spo2_points: float
    far: float
    spacing: Duration
    grace: Duration
    candidate: Duration
    overdue_medium: Duration


@dataclass(frozen=True, slots=True)
class InactivationRule:
    """How long alarms may be inactivated, and what never (alarm-system 4.2).

    Attributes:
        audio_pause, alarm_pause: the longest time of each.
        audio_off_reminder, alarm_off_reminder: between two reminders of what has no end of its own.
        kept_on: rules that cannot be off while the drug runs.
    """

    audio_pause: Duration
    alarm_pause: Duration
    audio_off_reminder: Duration
    alarm_off_reminder: Duration
    kept_on: frozenset[str]


@dataclass(frozen=True, slots=True)
class LimitBounds:
    """Between what numbers a rule's limit may be set for one patient, inclusive, and beyond what two people sign."""

    lowest: float
    highest: float
    second_below: float | None = None
    second_above: float | None = None
