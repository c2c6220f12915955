"""Every row of the clinical documents and the tests that pin it; what is not built stands beside it with its reason.

The documents are named by their sections: alarm-system 3.1 to 4.2, signals-and-simulation 1.1 and 1.2 (V, B),
ketamine-monitoring 5.3, 6.2 and 6.3, rulings 3 and 4. A test is named by its module under `tests` (without a folder:
in `tests.core`) and its function.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from tests.support.ward import shipped_rules

SHARED = Path(__file__).parents[2] / ".." / "shared" / "clinical"

PHYSIOLOGICAL = {
    "SPO2_CRIT": "level_rules::test_raised_at_exactly_the_delay preset::test_a_level_rule_has_the_numbers_of_its_row",
    "SPO2_LOW": "level_rules::test_raised_at_exactly_the_delay "
    "level_rules::test_spo2_low_rises_sixty_seconds_after_since",
    "SPO2_DROP": "relative_rules::test_spo2_drop_is_low_after_a_minute "
    "relative_rules::test_spo2_drop_asks_for_both_four_points_and_below_94 "
    "relative_rules::test_spo2_drop_clears_within_three_points",
    "PULSE_LOST": "pulse_loss::test_pulse_lost_is_high_after_ten_seconds_without_a_pulse_in_the_pleth "
    "pulse_loss::test_pulse_lost_clears_with_a_pulse_for_five_seconds_and_latches "
    "pulse_loss::test_pulse_lost_not_while_the_cuff_is_up_on_the_probe_s_limb "
    "pulse_loss::test_pulse_lost_after_a_weak_signal_that_lasted",
    "PR_XLOW": "level_rules::test_raised_at_exactly_the_delay level_rules::test_slow_pulse_limits_follow_the_baseline",
    "PR_LOW": "level_rules::test_raised_at_exactly_the_delay level_rules::test_slow_pulse_limits_follow_the_baseline",
    "VASOVAGAL": "relative_rules::test_vasovagal_is_high_after_five_seconds "
    "relative_rules::test_vasovagal_asks_for_a_cuff_reading "
    "relative_rules::test_vasovagal_gets_its_cuff_reading_while_another_request_has_no_answer",
    "PR_HIGH": "level_rules::test_raised_at_exactly_the_delay "
    "level_rules::test_clears_after_its_time_at_the_clear_level",
    "PR_XHIGH": "level_rules::test_raised_at_exactly_the_delay "
    "level_rules::test_clears_after_its_time_at_the_clear_level",
    "SBP_CRIT": "pressure::test_raised_with_the_reading pressure::test_second_critical_reading_is_high "
    "pressure::test_far_critical_reading_is_high_at_once "
    "cuff_schedule::test_3_1_a_critical_or_doubtful_reading_is_repeated_exactly_60_s_after_it",
    "DBP_CRIT": "pressure::test_raised_with_the_reading pressure::test_second_critical_reading_is_high",
    "SBP_HIGH": "pressure::test_raised_with_the_reading pressure::test_two_consecutive_high_readings_are_medium",
    "DBP_HIGH": "pressure::test_raised_with_the_reading pressure::test_two_consecutive_high_readings_are_medium",
    "BP_REL": "relative_pressure::test_bp_rel_limits relative_pressure::test_bp_rel_two_consecutive_are_medium",
    "SBP_LOW": "pressure::test_raised_with_the_reading pressure::test_sbp_low_follows_the_baseline",
    "SBP_XLOW": "pressure::test_raised_with_the_reading pressure::test_stays_at_the_clear_level_and_clears_beyond_it",
    "MAP_XLOW": "pressure::test_raised_with_the_reading pressure::test_stays_at_the_clear_level_and_clears_beyond_it",
    "RR_LOW": "breathing::test_rr_low_a_count_of_8_raises_at_once_for_the_minute_it_was_counted_in "
    "breathing::test_rr_low_derived_rate_of_7_raises_medium_after_60_valid_seconds",
    "SEDATION_DEEP": "bedside::test_sedation_deep_at_moaas_2_or_less_is_high_at_once "
    "bedside::test_sedation_deep_is_told_however_late_it_is_entered",
    "SYMPTOM": "bedside::test_a_symptom_entered_as_event_is_high_at_once",
    "RTB_OVERDUE": "return_watch::test_overdue_is_low_at_the_deadline_and_medium_ten_minutes_after_it "
    "return_watch::test_overdue_closes_as_restarted_when_the_infusion_restarts",
    "RTB_REVOKED": "return_watch::test_revoked_is_medium_while_the_pressure_is_high_too",
}
"""Table 3.1, and the two of rulings 3."""

TECHNICAL = {
    "SPO2_NO_DATA": "absence::test_low_at_15_and_medium_at_30_seconds_while_the_drug_may_run "
    "absence::test_low_at_60_seconds_in_other_phases",
    "SPO2_OCCLUDED": "occlusion::test_spo2_occluded_the_clock_of_missing_saturation_stands_still "
    "occlusion::test_spo2_occluded_never_alarms_by_itself",
    "DEVICE_OFFLINE": "liveness::test_link_down_ten_seconds liveness::test_a_polled_cuff_has_sixty_seconds "
    "liveness::test_silence_of_a_device_that_speaks_once_per_measurement_is_not_offline "
    "liveness::test_restart_after_a_long_absence_of_the_service_awaits_every_device_anew",
    "NIBP_FAIL": "cuff_absence::test_nibp_fail_second_failed_or_rejected_attempt_in_a_row",
    "NIBP_OVERDUE": "pressure::test_overdue_counts_from_entry_into_the_phase pressure::test_overdue_not_in_pre",
    "NIBP_20MIN_MISSING": "cuff_absence::test_6_3_reading_missing_near_20",
    "BATTERY": "battery_watch::test_3_3_battery_in_every_phase battery_watch::test_below_ten_it_rises_to_medium",
    "CLOCK": "clock_watch::test_3_3_clock_in_every_phase service_alarms::test_clock_of_the_server",
    "STORAGE": "service_alarms::test_an_unwritable_journal_is_high "
    "monitor.journal.test_journal::test_little_free_space_is_told_and_told_to_be_over",
    "STATION_LOST": "service_alarms::test_station_lost "
    "monitor.test_pages::test_station_lost_every_alarm_from_then_on_is_for_every_channel",
    "STATION_MUTE": "service_alarms::test_station_mute_names_the_page "
    "monitor.test_station_watch::test_station_mute_muted_blocked_hidden",
    "PAGER_FAIL": "service_alarms::test_raised_at_once_and_closed_when_right_again "
    "alerts.test_dispatcher::test_pager_fail_next_channel_tried "
    "alerts.test_dispatcher::test_every_call_that_waits_on_a_failing_channel_is_handed_on_once",
    "CORE_STALLED": "service_alarms::test_core_stalled "
    "monitor.watchdog.test_watch::test_core_stalled_after_ten_seconds",
    "ID_CONFLICT": "patient_match::test_3_2_device_bound_to_two_patients_is_told_and_its_numbers_are_kept_apart "
    "patient_match::test_3_2_bound_patient_not_in_the_room_list "
    "monitor.test_room_list::test_3_2_a_patient_who_is_not_on_the_list_is_told_and_one_who_comes_onto_it_too "
    "arrivals::test_3_3_numbers_still_arriving_120_s_after_discharge "
    "monitor.test_intake::test_an_unbound_device_is_told_once_a_period",
}
"""Table 3.2."""

PHASES = {
    "IDLE": "phase_rules::test_3_3_without_a_patient_devices_only "
    "validation::test_numbers_without_a_patient_are_not_judged",
    "PRE": "phase_rules::test_3_3_pre_knows_absolute_rules_only",
    "INFUSING, PAUSED": "phase_rules::test_3_3_all_rules_while_the_drug_may_act",
    "RECOVERY": "phase_rules::test_3_3_all_rules_while_the_drug_may_act "
    "return_watch::test_overdue_is_one_instance_for_all_metrics",
    "DISCHARGED": "session::test_discharge_freezes_the_report_and_frees_the_bed_at_once "
    "arrivals::test_3_3_numbers_that_begin_in_idle_raise_nothing",
    "limits": "session_limits::test_3_3_below_spo2_85_or_above_sbp_200_two_people_sign "
    "session_limits::test_3_3_limits_return_to_the_preset_at_each_new_session",
}
"""Table 3.3 and the sentence below it."""

EVERY_MOVE = "alarm::test_each_pair_is_a_row_of_the_document_or_refused "
MOVES = {
    "1": "level_rules::test_raised_at_exactly_the_delay",
    "2": "pressure::test_raised_with_the_reading",
    "3": "level_rules::test_pending_is_dropped_after_five_valid_seconds_without_the_trigger",
    "4": "level_rules::test_pending_survives_less_than_ten_seconds_without_data",
    "5": "level_rules::test_pending_is_dropped_at_ten_seconds_without_data",
    "6": "level_rules::test_raised_at_exactly_the_delay",
    "7": "groups::test_acknowledge_by_id monitor.station.test_sign_in::test_a_viewer_looks_and_changes_nothing "
    "groups::test_row_7_who_may_not_acknowledge_a_priority_is_refused_and_changes_nothing "
    "groups::test_row_7_a_lower_one_of_the_group_is_left_to_whoever_may "
    "groups::test_row_7_goes_by_the_priority_at_that_moment "
    "monitor.site.test_reader::test_row_7_which_priorities_each_role_may_acknowledge "
    "monitor.station.test_alarms::test_row_7_what_a_role_may_not_acknowledge_goes_to_the_core_and_to_the_page",
    "8": "level_rules::test_clears_after_its_time_at_the_clear_level",
    "9": "level_rules::test_clears_after_its_time_at_the_clear_level",
    "10": "level_rules::test_acknowledged_closes_when_it_clears",
    "11": "level_rules::test_spo2_low_rises_also_when_acknowledged "
    "groups::test_the_onset_of_an_equal_one_rearms_the_acknowledged",
    "12": "groups::test_an_acknowledged_alarm_still_present_rearms groups::test_a_low_alarm_never_rearms_by_time",
    "13": "level_rules::test_latched_closes_by_acknowledgement",
    "14": "level_rules::test_recurrence_while_latched_rearms_the_same_id",
    "15": "level_rules::test_stale_after_ten_seconds_without_data_and_never_closed_by_it "
    "liveness::test_cuff_alarms_are_stale_while_their_cuff_is_offline "
    "liveness::test_row_15_bp_rel_is_stale_while_its_cuff_is_offline",
    "16": "level_rules::test_discharge_closes_whatever_the_state",
    "17": "groups::test_restart_announces_what_is_active_again",
    "grouping": "groups::test_each_rule_of_a_group_raises_by_itself "
    "alerts.test_combine::test_4_1_three_are_called_for_one_by_one_and_the_fourth_names_them_all "
    "alerts.test_combine::test_of_every_alarm_somebody_is_told_within_a_minute",
}
"""Table 4.1 and the sentence below it."""

INACTIVATIONS = {
    "ON": "inactivation::test_4_2_resume_without_more_ends_everything_on_the_bed",
    "AUDIO_PAUSED": "inactivation::test_4_2_audio_paused_ends_by_its_timer_after_120_s "
    "inactivation::test_4_2_audio_paused_ends_with_any_new_high "
    "station_inactivation::test_4_2_audio_paused_at_the_station_ends_by_its_timer_after_120_s",
    "ALARM_PAUSED": "inactivation::test_4_2_alarm_paused_in_pre_ends_by_its_timer_after_120_s "
    "inactivation::test_4_2_alarm_paused_outside_pre_needs_a_nurse_at_the_bed "
    "inactivation::test_4_2_alarm_paused_ends_with_a_high_of_another_group "
    "inactivation::test_4_2_alarm_paused_over_a_hint_ends_when_the_saturation_collapses "
    "inactivation::test_4_2_alarm_paused_over_a_slow_pulse_ends_when_the_pulse_is_lost",
    "AUDIO_OFF": "station_inactivation::test_4_2_audio_off_is_not_available_while_any_bed_is_infusing "
    "station_inactivation::test_4_2_audio_off_reminds_every_60_s",
    "ALARM_OFF": "inactivation::test_4_2_alarm_off_is_not_for_these_while_infusing "
    "inactivation::test_4_2_alarm_off_reminds_every_5_min inactivation::test_4_2_alarm_off_ends_with_the_session",
}
"""Table 4.2."""

VALIDATION = {
    "V1": "validation::test_v1_no_signal_is_invalid "
    "validation::test_v1_artifact_is_suspect_and_never_taken_as_doubtful",
    "V2": "validation::test_v2_range",
    "V3": "validation::test_v3_range",
    "V4": "validation::test_v4_perfusion validation::test_v4_the_floor_is_a_setting_of_each_device "
    "monitor.site.test_reader::test_v4_a_device_may_have_its_own_floors_of_the_perfusion_index",
    "V5": "validation::test_v5_a_sudden_fall_is_held_for_eight_seconds_and_then_counts_from_its_first_sample",
    "V6": "validation::test_v6_holds_six_seconds validation::test_v6_more_than_25_both_ways",
    "V7": "doubt::test_v7_stuck_values_are_suspect_after_two_minutes doubt::test_v7_never_without_a_pleth",
    "V8": "occlusion::test_v8_cuff_window_on_the_probe_limb occlusion::test_v8_has_a_hard_cap_of_60_seconds",
    "V9": "doubt::test_v9_poor_pleth_is_motion "
    "validation::test_v9_the_device_s_own_word_of_movement_is_suspect_and_never_taken_as_doubtful "
    "validation::test_v9_what_says_more_comes_before_movement "
    "doubt::test_v9_a_device_s_motion_flag_feeds_no_alarm_and_ends_with_the_flag",
    "V10": "doubt::test_v10_more_than_ten_or_a_tenth doubt::test_v10_extremes_are_still_evaluated",
    "V11": "lateness::test_v11_the_same_number_twice_is_dropped_and_counted "
    "lateness::test_v11_a_larger_step_back_is_told_and_makes_a_new_start "
    "lateness::test_v11_a_clock_set_back_hides_two_samples_and_no_more",
    "V12": "lateness::test_v12_more_than_five_seconds_late_is_for_the_chart_only",
    "B1": "validation::test_b1_any_device_error cuff_schedule::test_b1_a_failed_attempt_is_tried_again_once_after_60_s",
    "B2": "validation::test_b2_a_pressure_out_of_range_spoils_the_reading validation::test_b2_bounds_are_in_range",
    "B3": "validation::test_b3_order_is_strict",
    "B4": "validation::test_b4_pulse_pressure",
    "B5": "validation::test_b5_mean_where_it_is_expected",
    "B6": "cuff_judgement::test_b6_a_jump_of_more_than_40_or_30_is_suspect "
    "cuff_judgement::test_b6_is_still_evaluated_as_a_first_reading",
    "B7": "cuff_judgement::test_b7_two_readings_within_15_agree cuff_judgement::test_b7_tells_of_the_old_reading",
    "B8": "validation::test_b8_cuff_pulse validation::test_b8_irregular_flag",
    "B9": "cuff_judgement::test_b9_less_than_30_s_since_the_last_deflation_is_invalid "
    "cuff_judgement::test_b9_a_critical_reading_too_early_is_doubtful_and_told_and_repeated",
    "B10": "validation::test_b10_a_reading_older_than_sixty_seconds_is_chart_only "
    "cuff_judgement::test_b10_a_reading_counts_when_it_was_measured_within_60_s",
}
"""signals-and-simulation 1.1 and 1.2."""

BASELINE_CASES = {
    "No baseline": "return_watch::test_a_start_without_a_baseline_needs_a_prescriber_and_a_reason "
    "recovery::test_no_baseline_is_a_state_of_its_own_and_the_verdict_indeterminate",
    "Manual or late": "entry::test_5_3_a_late_baseline_replaces_none_with_grade_c_and_is_marked "
    "entry::test_5_3_a_late_baseline_observed_after_the_start_is_not_taken",
    "Anxious patient": "advisories::"
    "test_5_3_baseline_drifting_down_is_flagged_with_the_usual_one_beside_it_and_the_median_used",
    "B differs > 20": "advisories::test_5_3_atypical_baseline_is_more_than_20_from_the_median_of_the_last_3_sessions",
    "Drug already given": "advisories::"
    "test_5_3_a_drug_given_before_the_start_is_flagged_and_the_baseline_is_what_it_is",
    "Cuff moved": "limbs::test_5_3_readings_of_both_arms_that_agree_are_a_pair "
    "limbs::test_5_3_readings_of_both_arms_that_disagree_make_grade_c",
}
"""ketamine-monitoring 5.3, in order."""

RETURN_MOVES = {
    "IN_BAND, excursion": "recovery::test_in_band_to_away_by_two_consecutive_readings_above_the_band "
    "recovery::test_in_band_to_away_by_one_reading_more_than_ten_above_the_band",
    "AWAY, in band": "recovery::test_away_to_candidate_only_in_recovery",
    "CANDIDATE, in band after 4 min": "recovery::test_candidate_to_returned_by_a_reading_four_minutes_later",
    "CANDIDATE, in band before": "recovery::test_candidate_keeps_its_first_reading_when_the_next_comes_early",
    "CANDIDATE, above": "recovery::test_candidate_to_away_by_the_next_reading_above_the_band",
    "deadline without a reading": "recovery::test_away_without_a_reading_around_the_deadline_is_indeterminate "
    "recovery::test_candidate_without_a_reading_around_the_deadline_is_indeterminate",
    "AWAY, deadline": "recovery::test_away_with_a_reading_around_the_deadline_is_overdue",
    "CANDIDATE, deadline": "recovery::"
    "test_candidate_with_a_reading_around_the_deadline_waits_for_the_next_and_returns "
    "recovery::test_candidate_with_a_reading_around_the_deadline_and_the_next_above_is_overdue "
    "recovery::test_candidate_with_a_reading_around_the_deadline_and_none_within_seven_and_a_half_minutes",
    "INDETERMINATE, above": "recovery::test_indeterminate_to_overdue_by_a_later_reading_above_the_band",
    "late": "recovery::test_overdue_to_returned_keeps_late recovery::test_indeterminate_to_returned_keeps_late",
    "RETURNED, excursion": "recovery::test_returned_to_re_excursed_by_two_consecutive_readings "
    "recovery::test_returned_to_re_excursed_by_one_reading_far_above",
    "RE_EXCURSED, again": "recovery::test_re_excursed_to_returned_with_a_second_interval_and_a_count",
    "restart": "recovery::test_any_state_to_away_or_in_band_by_the_last_reading_when_restarted "
    "recovery::test_a_restart_marks_the_verdict_superseded_and_counts_from_the_new_end",
}
"""ketamine-monitoring 6.2, in order."""

RETURN_CASES = {
    "Reading missing near +20": "cuff_absence::test_6_3_reading_missing_near_20 "
    "cuff_schedule::test_6_3_reading_missing_near_20_is_tried_again_twice "
    "return_watch::test_a_missing_reading_near_20_is_never_a_silent_pass",
    "Early return": "return_watch::"
    "test_early_return_then_re_excursion_raises_low_and_blocks_the_discharge_until_returned",
    "Reading rejected": "return_watch::test_a_rejected_reading_is_neither_in_nor_out_and_breaks_no_pair "
    "cuff_absence::test_nibp_fail_second_failed_or_rejected_attempt_in_a_row",
    "Infusion stopped early": "return_watch::test_an_infusion_stopped_early_counts_from_the_stop "
    "session::test_6_3_an_infusion_stopped_early_tells_the_dose_delivered",
    "No excursion": "return_watch::test_no_excursion_is_not_called_returned",
    "Patient already above": "return_watch::test_the_grade_of_the_baseline_stands_beside_the_verdict",
    "Antihypertensive": "return_watch::test_a_drug_given_in_recovery_marks_the_verdict",
    "Device clock wrong": "return_watch::test_a_device_clock_that_is_wrong_changes_nothing",
}
"""ketamine-monitoring 6.3, in order."""

RULINGS_3 = {
    "PENDING": "level_rules::test_pending_stands_still_while_the_trigger_is_false_for_less "
    "level_rules::test_spo2_crit_keeps_its_collected_time_for_thirty_seconds",
    "Clear": "level_rules::test_clear_timer_stands_still_through_ten_seconds_and_restarts_after "
    "level_rules::test_clear_timer_restarts_at_any_value_short_of_the_level",
    "Re-arming": "level_rules::test_spo2_low_recurs_at_its_own_priority",
    "SPO2_LOW": "level_rules::test_spo2_low_clears_after_120_valid_seconds_at_90 "
    "level_rules::test_spo2_low_rises_also_when_acknowledged",
    "SPO2_CRIT": "level_rules::test_doubtful_samples_raise_spo2_crit_after_ten_seconds_with_a_mark "
    "level_rules::test_one_doubtful_sample_in_the_collected_time_makes_it_ten_seconds "
    "level_rules::test_doubtful_samples_never_count_for_spo2_no_data",
    "SPO2_NO_DATA": "absence::test_a_probe_valid_three_seconds_in_thirteen_does_not_stay_silent "
    "absence::test_high_at_30_seconds_while_infusing_when_the_last_value_was_under_92",
    "Pressures SUSPECT": "pressure::test_suspect_reading_may_raise_where_the_rulings_name_the_rule "
    "pressure::test_suspect_reading_clears_nothing "
    "cuff_absence::test_nibp_fail_a_doubtful_reading_neither_counts_nor_resets",
    "SBP_CRIT / DBP_CRIT": "pressure::test_second_critical_reading_counts_over_a_lower_one_between "
    "pressure::test_a_rearm_counts_critical_readings_anew "
    "pressure::test_a_suspect_reading_may_be_the_first_or_the_second",
    "BP_REL": "relative_pressure::test_bp_rel_limits "
    "relative_pressure::test_bp_rel_is_over_when_every_metric_is_more_than_5_under_its_limit "
    "pressure::test_sbp_low_follows_the_baseline",
    "PR_XLOW": "level_rules::test_slow_pulse_limits_follow_the_baseline "
    "level_rules::test_the_cuffs_pulse_raises_no_pulse_alarm",
    "V10": "doubt::test_v10_compares_with_the_median_of_ten_seconds doubt::test_v10_stays_until_the_next_comparison "
    "doubt::test_v10_ends_after_fifteen_minutes_without_a_comparison",
    "VASOVAGAL": "relative_rules::test_vasovagal_needs_sixty_valid_seconds "
    "relative_rules::test_vasovagal_freezes_the_median_at_the_trigger "
    "relative_rules::test_vasovagal_needs_a_fall_within_a_minute",
    "PULSE_LOST": "pulse_loss::test_pulse_lost_needs_a_valid_value_within_thirty_seconds "
    "pulse_loss::test_pulse_lost_without_a_pleth_goes_by_searching_without_a_rate",
    "SEDATION_DEEP": "bedside::test_sedation_deep_latches_when_a_better_score_comes "
    "bedside::test_a_symptom_stays_until_it_is_said_to_be_over_and_then_latches",
    "NIBP_FAIL": "preset::test_groups_rank_as_the_rulings_say cuff_absence::test_nibp_fail_covers_the_overdue_reading",
    "Discharge": "session::test_discharge_is_refused_while_a_high_alarm_is_active_and_not_when_acknowledged_or_latched",
    "value_rejected": "validation::test_rejections_are_told_once_per_run_of_metric_and_reason "
    "alarm::test_the_stale_mark_is_told_when_it_changes "
    "session::test_the_start_freezes_the_baseline_after_its_change_of_phase",
}
"""Bullets of rulings 3, in order; each begins with the words of its key."""

RULINGS_4 = {
    "Baseline readings": "baseline::test_newest_first_skipping_what_is_closer_than_60_s_to_the_last_taken "
    "baseline::test_the_newest_must_not_be_older_than_ten_minutes "
    "baseline::test_an_activity_spoils_its_readings_in_a_session "
    "return_watch::test_a_late_reading_may_only_replace_a_missing_baseline",
    "PR and SpO2 return": "return_watch::test_a_minute_needs_48_valid_seconds "
    "return_watch::test_pulse_returns_by_the_five_minutes_wholly_after_the_end "
    "return_watch::test_pulse_knows_no_candidate "
    "return_watch::test_pulse_is_revoked_by_three_of_five_consecutive_minutes "
    "return_watch::test_the_floor_of_92_gives_way_below_a_baseline_of_94",
    "`interval_min`": "return_watch::test_a_negative_lower_end_is_kept "
    "return_watch::test_the_upper_end_is_the_first_in_band_reading_though_a_later_one_confirms_it "
    "return_watch::test_both_readings_of_an_excursion_lie_at_or_after_the_start",
    "A back-dated end": "return_watch::test_an_end_entered_late_folds_the_readings_since_it_and_tells_both_times "
    "return_watch::test_deadlines_past_at_a_late_entry_are_told_at_its_time",
    "PR and SpO2 windows": "return_watch::test_pulse_windows_lie_at_whole_minutes_after_the_first_start",
    "CANDIDATE": "return_watch::test_a_candidates_wait_runs_from_its_last_reading "
    "return_watch::test_a_metric_first_away_after_the_deadline_goes_on_to_overdue_at_the_same_reading",
    "IN_BAND": "return_watch::test_never_away_and_indeterminate_comes_back_into_band_by_one_reading "
    "return_watch::test_never_away_and_indeterminate_one_reading_above_the_band_changes_nothing_two_do "
    "return_watch::test_no_excursion_means_none_since_the_first_start",
    "`return_verdict`": "return_watch::test_away_at_the_deadline_counts_as_overdue_and_worst_comes_first "
    "return_watch::test_the_bound_of_the_verdict_is_told recovery::test_a_verdict_is_told_once_while_nothing_changes",
}
"""Bullets of rulings 4, in order; each begins with the words of its key."""

NOT_BUILT = {
    "ketamine-monitoring 9: the session record": "a capability of its own, beside the core: `bedwatch record` and the "
    "paths record.pdf, record.json, readings.csv and fhir (interfaces 1 and 5), made from the journal; it decides "
    "nothing, and no row of the alarm tables waits for it",
}
"""What of the documents no test pins because nothing was built for it, and why; of the tables' rows nothing is left."""

TABLES = {
    "3.1": PHYSIOLOGICAL,
    "3.2": TECHNICAL,
    "3.3": PHASES,
    "4.1": {
        row: EVERY_MOVE + named if row.isdigit() and row not in ("4", "15") else named for row, named in MOVES.items()
    },
    "4.2": INACTIVATIONS,
    "V, B": VALIDATION,
    "5.3": BASELINE_CASES,
    "6.2": RETURN_MOVES,
    "6.3": RETURN_CASES,
    "rulings 3": RULINGS_3,
    "rulings 4": RULINGS_4,
}
ROWS = [(table, row, named) for table, rows in TABLES.items() for row, named in rows.items()]


@pytest.mark.parametrize(("table", "row", "named"), ROWS, ids=[f"{table} {row}" for table, row, _ in ROWS])
def test_every_row_is_pinned_by_tests_that_exist(table: str, row: str, named: str) -> None:
    assert named, f"{table} {row} has no test"
    for name in named.split():
        module, _, function = name.partition("::")
        place = f"tests.{module}" if "." in module else f"tests.core.test_{module}"
        assert callable(getattr(importlib.import_module(place), function, None)), f"{table} {row}: no test {name}"


def test_every_rule_of_the_preset_stands_in_the_tables() -> None:
    """SPO2_OCCLUDED is no alarm; CORE_FAULT is ours: a bug is told."""
    rules = {rule.name for rule in shipped_rules().rule_ids()} | {"SPO2_OCCLUDED"}
    assert rules - {"CORE_FAULT"} == PHYSIOLOGICAL.keys() | TECHNICAL.keys()


def test_numbered_rows_are_complete() -> None:
    assert [row for row in MOVES if row.isdigit()] == [str(number) for number in range(1, 18)]
    assert list(VALIDATION) == [f"V{n}" for n in range(1, 13)] + [f"B{n}" for n in range(1, 11)]


def test_what_is_not_built_is_exactly_this() -> None:
    """Whoever builds one of them takes it from the list, and gives it a test in its row."""
    assert list(NOT_BUILT) == ["ketamine-monitoring 9: the session record"]
    assert all(NOT_BUILT.values())


def text(name: str, start: str, end: str) -> str:
    """A section of a clinical document."""
    path = SHARED / name
    if not path.exists():
        pytest.skip("the clinical documents are not present beside the checkout")
    whole = path.read_text(encoding="utf-8")
    return whole[whole.index(start) : whole.index(end, whole.index(start) + 1)]


def cells(section: str) -> list[str]:
    """The first cells of a section's table rows, without heads."""
    found = re.findall(r"^\| *(.*?) *\|", section, re.MULTILINE)
    return [cell for cell in found if not cell.startswith("---")]


def test_the_tables_have_the_rows_of_the_documents() -> None:
    alarms, ketamine, signals = "alarm-system.md", "ketamine-monitoring.md", "signals-and-simulation.md"
    listed = {name for cell in cells(text(alarms, "### 3.1", "### 3.2"))[1:] for name in cell.split(" / ")}
    assert listed == PHYSIOLOGICAL.keys() - {"SEDATION_DEEP", "SYMPTOM"}  # those two: rulings 3
    assert set(cells(text(alarms, "### 3.2", "### 3.3"))[1:]) == TECHNICAL.keys()
    phases = [cell.partition(" (")[0] for cell in cells(text(alarms, "### 3.3", "---\n## 4"))[1:]]
    assert phases == list(PHASES)[:-1]
    states = [cell.partition(" (")[0] for cell in cells(text(alarms, "### 4.2", "### 4.3"))[1:]]
    assert states == list(INACTIVATIONS)
    checks = cells(text(signals, "### 1.1", "### 1.3"))
    assert [cell for cell in checks if cell not in ("", "#")] == list(VALIDATION)
    for start, end, table in (("### 5.3", "---\n## 6", BASELINE_CASES), ("### 6.3", "### 6.4", RETURN_CASES)):
        cases = cells(text(ketamine, start, end))[1:]
        assert len(cases) == len(table)
        assert all(case.startswith(key) for case, key in zip(cases, table, strict=True))
    moves = text(ketamine, "| From | Event | To |\n|---|---|---|\n| IN_BAND", "`deadline =")
    assert len(cells(moves)[1:]) == len(RETURN_MOVES)


@pytest.mark.parametrize(("start", "end", "table"), [("## 3.", "## 4.", RULINGS_3), ("## 4.", "## 5.", RULINGS_4)])
def test_the_tables_have_the_bullets_of_the_rulings(start: str, end: str, table: dict[str, str]) -> None:
    bullets = re.findall(r"^- (.*)$", text("rulings.md", start, end), re.MULTILINE)
    assert len(bullets) == len(table)
    for bullet, key in zip(bullets, table, strict=True):
        assert bullet.replace("**", "").replace("`", "").startswith(key.replace("`", ""))
