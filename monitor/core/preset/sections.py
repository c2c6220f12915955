"""The sections of a preset that are no alarm rules: times, validation, schedule, baseline, hold, return, silence."""

from __future__ import annotations

from collections.abc import Set

from config.vocabulary import Metric
from monitor.core.errors import ConfigError
from monitor.core.preset.table import Table
from monitor.core.rules.sections import (
    BaselineRule,
    CuffSchedule,
    DischargeRule,
    HoldLimits,
    InactivationRule,
    LimbRule,
    LimitBounds,
    ObservationRule,
    ReturnRule,
    Timing,
    ValidationLimits,
)


def timing(table: Table) -> Timing:
    """Times that hold for every rule."""
    return Timing(
        stand=table.duration("stand_s"),
        calm=table.duration("calm_s"),
        invalid=table.duration("invalid_s"),
        stale=table.duration("stale_s"),
        remind_high=table.duration("remind_high_s"),
        remind_medium=table.duration("remind_medium_s"),
    )


def validation(table: Table) -> ValidationLimits:
    """Bounds of signals-and-simulation, sections 1.1 and 1.2."""
    return ValidationLimits(
        spo2_range=table.pair("spo2_range"),
        pulse_range=table.pair("pulse_range"),
        perfusion_invalid=table.number("perfusion_invalid"),
        perfusion_suspect=table.number("perfusion_suspect"),
        spo2_step=table.number("spo2_step"),
        spo2_step_within=table.duration("spo2_step_s"),
        spo2_step_hold=table.duration("spo2_step_hold_s"),
        pulse_step=table.number("pulse_step"),
        pulse_step_within=table.duration("pulse_step_s"),
        pulse_step_hold=table.duration("pulse_step_hold_s"),
        stuck=table.duration("stuck_s"),
        stuck_quality=table.number("stuck_quality"),
        stuck_pulse=table.number("stuck_pulse"),
        motion_quality=table.number("motion_quality"),
        match_window=table.duration("match_s"),
        match_pulse=table.number("match_pulse"),
        match_part=table.number("match_part"),
        match_stands=table.duration("match_stands_s"),
        repeat=table.duration("repeat_s"),
        late=table.duration("late_s"),
        late_window=table.duration("late_window_s"),
        systolic_range=table.pair("systolic_range"),
        diastolic_range=table.pair("diastolic_range"),
        mean_range=table.pair("mean_range"),
        pulse_pressure_range=table.pair("pulse_pressure_range"),
        mean_fraction=table.pair("mean_fraction"),
        cuff_pulse_range=table.pair("cuff_pulse_range"),
        measured_within=table.duration("measured_within_s"),
        jump_systolic=table.number("jump_systolic"),
        jump_diastolic=table.number("jump_diastolic"),
        jump_within=table.duration("jump_within_s"),
        jump_agrees=table.number("jump_agrees"),
        venous_rest=table.duration("venous_rest_s"),
    )


def limbs(table: Table) -> LimbRule:
    """Cuff and probe on one limb."""
    return LimbRule(
        tail=table.duration("tail_s"),
        cap=table.duration("cap_s"),
        before=table.duration("before_s"),
        start=table.duration("from_s"),
        end=table.duration("to_s"),
        least_before=table.whole("least_before"),
        least_under=table.whole("least_under"),
        same_below=table.number("same_below"),
        same_cycles=table.whole("same_cycles"),
        different_above=table.number("different_above"),
        drop=table.number("drop"),
        lost_windows=table.whole("lost_windows"),
        recovery=table.duration("recovery_s"),
    )


def cuff_schedule(table: Table) -> CuffSchedule:
    """When the next cuff reading is due."""
    return CuffSchedule(
        interval=table.period("interval_s"),
        returned_interval=table.period("returned_interval_s"),
        returned_after=table.duration("returned_after_s"),
        baseline_readings=table.whole("baseline_readings"),
        baseline_first=table.duration("baseline_first_s"),
        spacing=table.duration("spacing_s"),
        repeat_after=table.duration("repeat_after_s"),
        repeats_for=table.duration("repeats_for_s"),
        retry_after=table.duration("retry_after_s"),
        retries=table.whole("retries"),
        deadline_retries=table.whole("deadline_retries"),
        attempts=table.whole("attempts"),
        attempts_rest=table.duration("attempts_rest_s"),
        answer_within=table.duration("answer_within_s"),
    )


def baseline(table: Table) -> BaselineRule:
    """How a baseline is taken."""
    return BaselineRule(
        window=table.duration("window_s"),
        newest=table.duration("newest_s"),
        spacing=table.duration("spacing_s"),
        rest=table.duration("rest_s"),
        range_a=table.number("range_a"),
        wave_window=table.duration("wave_window_s"),
        wave_valid_a=table.duration("wave_seconds_a"),
        wave_valid_c=table.duration("wave_seconds_c"),
        third_systolic=table.number("third_systolic"),
        third_diastolic=table.number("third_diastolic"),
        drift=table.number("drift"),
        atypical=table.number("atypical"),
        sessions=table.whole("sessions"),
        pair=table.duration("pair_s"),
    )


def hold(table: Table) -> HoldLimits:
    """What holds back a start."""
    return HoldLimits(
        table.number("systolic"),
        table.number("diastolic"),
        table.number("pulse_high"),
        table.number("pulse_low"),
        table.number("spo2"),
        table.number("review_systolic"),
        table.number("review_diastolic"),
        table.duration("recheck_rest_s"),
        table.whole("recheck_readings"),
    )


def observations(table: Table) -> ObservationRule:
    """What people enter by hand."""
    return ObservationRule(
        within=table.duration("within_s"),
        resp_rate_range=table.pair("resp_rate_range"),
        pre_after=table.duration("pre_after_s"),
        infusing=table.durations("infusing_s"),
        recovery=table.durations("recovery_s"),
        every=table.period("every_s"),
        early=table.duration("early_s"),
        overrun=table.duration("overrun_s"),
    )


def discharge(table: Table) -> DischargeRule:
    """When a patient is fit to go."""
    return DischargeRule(
        minimum_stay=table.duration("minimum_stay_s"),
        newest=table.duration("newest_s"),
        aldrete_pass=table.whole("aldrete_pass"),
        pads_pass=table.whole("pads_pass"),
        near=table.number("near"),
        aldrete_far=table.number("aldrete_far"),
        pads_far=table.number("pads_far"),
        air_above=table.number("air_above"),
        oxygen_above=table.number("oxygen_above"),
    )


def recovery(table: Table) -> ReturnRule:
    """The return to baseline."""
    return ReturnRule(
        tolerance=table.number("tolerance"),
        floors={
            Metric.SYSTOLIC: table.number("floor_systolic"),
            Metric.DIASTOLIC: table.number("floor_diastolic"),
            Metric.MEAN: table.number("floor_mean"),
            Metric.PULSE_RATE: table.number("floor_pulse"),
        },
        spo2_points=table.number("spo2_points"),
        far=table.number("far"),
        spacing=table.duration("spacing_s"),
        grace=table.duration("grace_s"),
        candidate=table.duration("candidate_s"),
        overdue_medium=table.duration("overdue_medium_s"),
    )


def inactivation(table: Table, rules: Set[str]) -> InactivationRule:
    """How long alarms may be inactivated; `rules` are the names that may stand in `kept_on`."""
    kept_on = table.raw("kept_on")
    if not isinstance(kept_on, list) or not kept_on or not set(map(str, kept_on)) <= rules:
        raise ConfigError(f"{table.where('kept_on')}: a list of rules of this preset is wanted, not {kept_on!r}")
    return InactivationRule(
        audio_pause=table.duration("audio_pause_s"),
        alarm_pause=table.duration("alarm_pause_s"),
        audio_off_reminder=table.period("audio_off_reminder_s"),
        alarm_off_reminder=table.period("alarm_off_reminder_s"),
        kept_on=frozenset(kept_on),
    )


def bounds(table: Table, rules: Set[str]) -> dict[str, LimitBounds]:
    """Between what a limit may be set for one patient; `rules` have one. A rule that is not named has a fixed limit."""
    found = {}
    names = table.keys()
    for name in names:
        entry = table.table(name)
        if name not in rules:
            raise ConfigError(f"{table.where(name)}: no rule with one limit; known: {', '.join(sorted(rules))}")
        lowest, highest = entry.pair("between")
        second_below = entry.number("second_below") if "second_below" in entry else None
        second_above = entry.number("second_above") if "second_above" in entry else None
        found[name] = LimitBounds(lowest, highest, second_below, second_above)
    return found
