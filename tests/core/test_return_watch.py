"""Return to baseline in its session: ketamine-monitoring 6.3 row by row, rulings section 4 sentence by sentence."""

from __future__ import annotations

import copy
from collections.abc import Callable

import msgspec
import pytest

from monitor.core.bed_state import BedState
from tests.support.return_story import END, START, ReturnStory, Wave
from tests.support.ward import Story


def away() -> ReturnStory:
    return ReturnStory().infusing(m5=150).end()


def pulse(*stretches: tuple[float, float], spo2: float = 97) -> Wave:
    """A pulse that changes at given minutes after the end; 72 before the first."""

    def wave(t: float) -> tuple[float | None, float | None]:
        value = 72.0
        for minute, next_value in stretches:
            if t >= END + 60 * minute:
                value = next_value
        return spo2, value

    return wave


def silent(wave: Wave, *gaps: tuple[float, float]) -> Wave:
    """`wave` with the probe off between minutes after the end."""

    def told(t: float) -> tuple[float | None, float | None]:
        off = any(END + 60 * start <= t < END + 60 * stop for start, stop in gaps)
        return (None, None) if off else wave(t)

    return told


# -- ketamine-monitoring 6.3 ---------------------------------------------------------------------------------------


def test_a_missing_reading_near_20_is_never_a_silent_pass() -> None:
    story = ReturnStory().end().after(m5=120, m10=120, m15=120).failed(20).run_minutes(23)
    assert story.steps() == [(22.5, "IN_BAND", "INDETERMINATE")]
    assert story.verdicts() == [(22.5, "INDETERMINATE")]


def test_early_return_then_re_excursion_raises_low_and_blocks_the_discharge_until_returned() -> None:
    story = away().after(m1=120, m5=120, m10=150, m15=120, m20=120)
    story.act(END + 700, "discharge").run_minutes(21)
    assert story.one("command_refused")["reason"] == "return_revoked"
    raised = story.one("alarm_raised", alarm="RTB_REVOKED")
    assert (raised["t"], raised["priority"]) == (END + 600, "low")
    assert story.one("alarm_closed", alarm="RTB_REVOKED")["t"] == END + 1200
    story.command(END + 1300, "discharge", reason="lives next door")
    assert story.bed.state.session is None


def test_a_discharge_after_a_re_excursion_is_possible_with_a_reason() -> None:
    """Blocking is soft (section 8): with a reason the nurse may discharge, and the verdict stays REVOKED."""
    story = away().after(m1=120, m5=120, m10=150).act(END + 700, "discharge", reason="own wish").run(END + 701)
    assert story.verdicts() == [(11.667, "REVOKED")]


def test_a_rejected_reading_is_neither_in_nor_out_and_breaks_no_pair() -> None:
    between = ReturnStory().infusing(m5=133).reading(START + 450, 300, 76).infusing(m10=133).run(END)
    assert between.steps() == [(-30, "IN_BAND", "AWAY")]
    returning = away().after(m1=120).failed(3).after(m6=120).run_minutes(7)
    assert returning.steps()[1:] == [(1, "AWAY", "CANDIDATE"), (6, "CANDIDATE", "RETURNED")]


def test_a_suspect_reading_is_neither_in_nor_out() -> None:
    story = ReturnStory().infusing(m5=133).reading(START + 450, 200, 76).infusing(m10=120).run(END)
    assert story.steps() == []


def test_an_infusion_stopped_early_counts_from_the_stop() -> None:
    story = ReturnStory().end(START + 300, early=True, reason="panic").run(START + 300 + 1350)
    assert story.verdicts()[0][0] == pytest.approx((START + 1650 - END) / 60)


def test_no_excursion_is_not_called_returned() -> None:
    story = ReturnStory().infusing(m5=125, m35=131).end().after(m20=125).run_minutes(23)
    assert story.verdicts() == [(22.5, "NO_EXCURSION")]
    assert {name: found["interval_min"] for name, found in story.last_verdict()["metrics"].items()} == dict.fromkeys(
        ("systolic", "diastolic", "mean", "pulse_rate", "spo2")
    )


def test_the_grade_of_the_baseline_stands_beside_the_verdict() -> None:
    story = ReturnStory(baseline=False)
    story.reading(300, 100, 76).end().after(m20=120).run_minutes(23)
    found = story.last_verdict()["metrics"]["systolic"]
    assert (found["grade"], found["bound"]) == ("C", 110)


def test_a_drug_given_in_recovery_marks_the_verdict() -> None:
    story = away().after(m10=120, m15=120, m20=120).act(END + 300, "record_event", kind="medication", text="labetalol")
    story.run_minutes(23)
    assert story.last_verdict()["with_medication"] is True


@pytest.mark.parametrize(("at", "marked"), [(START + 60, False), (END - 0.001, False), (END, True)])
def test_a_drug_given_since_the_end_marks_the_verdict_and_none_before_it(at: float, marked: bool) -> None:
    """However late it is entered."""
    story = ReturnStory().end().act(END + 300, "record_event", kind="medication", at=at).after(m20=120)
    story.run_minutes(23)
    assert ("with_medication" in story.last_verdict()) is marked


def test_a_device_clock_that_is_wrong_changes_nothing() -> None:
    """But for the alarm that says so, and the number in the ids of later ones."""
    plain, wrong = away(), away()
    wrong.device_ahead = 86_400
    for story in (plain, wrong):
        story.after(m1=120, m6=120, m20=120).run_minutes(23)
    assert len(wrong.all("alarm_raised", alarm="CLOCK")) == 1
    others = [line for line in wrong.lines if line.get("alarm") != "CLOCK"]
    assert [line | {"alarm_id": None} for line in others] == [line | {"alarm_id": None} for line in plain.lines]


# -- rulings, section 4: the start -------------------------------------------------------------------------------


def test_a_start_without_a_baseline_needs_a_prescriber_and_a_reason() -> None:
    story = Story().open(0)
    for fields in ({}, {"override_by": "dr-x"}, {"reason": "urgent"}, {"override_by": " ", "reason": "urgent"}):
        story.command(60, "start_infusion", **fields)
        assert story.all("command_refused")[-1]["reason"] == "no_baseline"
    story.command(61, "start_infusion", override_by="dr-x", reason="urgent")
    found = story.one("phase_changed", to="INFUSING")
    assert (found["override_by"], found["reason"]) == ("dr-x", "urgent")


@pytest.mark.parametrize(
    ("systolic", "diastolic", "wave", "opening", "held"),
    [
        (160, 76, (97, 72), {}, True),
        (159, 76, (97, 72), {}, False),
        (140, 100, (97, 72), {}, True),
        (140, 99, (97, 72), {}, False),
        (120, 76, (97, 110), {}, True),
        (120, 76, (97, 109), {}, False),
        (120, 76, (97, 45), {}, True),
        (120, 76, (97, 46), {}, False),
        (120, 76, (93, 72), {}, True),
        (120, 76, (94, 72), {}, False),
        (120, 76, (93, 72), {"on_oxygen": True}, False),
    ],
)
def test_the_hold_limits_block_the_start_unless_overridden(
    systolic: float,
    diastolic: float,
    wave: tuple[float, float],
    opening: dict[str, bool],
    held: bool,
) -> None:
    """Ketamine-monitoring section 4; the saturation's limit is for room air."""
    story = ReturnStory(lambda t: wave, baseline=False, **opening)
    story.plan = []
    for t in (100, 200, 300):
        story.reading(t, systolic, diastolic)
    story.act(START, "start_infusion").run(START)
    assert [line["reason"] for line in story.all("command_refused")] == (["hold"] if held else [])
    if held:
        story.command(START + 1, "start_infusion", override_by="dr-x", reason="known and stable")
        assert story.one("phase_changed", to="INFUSING")["override_by"] == "dr-x"
        assert "override_signed" not in story.one("phase_changed", to="INFUSING")


def test_a_late_reading_may_only_replace_a_missing_baseline() -> None:
    story = ReturnStory(baseline=False).run(START + 10)
    assert story.one("baseline_frozen", metric="systolic")["grade"] == "NONE"
    story.put(
        START + 20, "nibp", device="cuff-1", systolic=120, diastolic=76, mean=None, error=None, measured_t=START - 5
    )
    found = story.all("baseline_frozen", metric="systolic")[-1]
    assert (found["t"], found["value"], found["grade"], found["revised"], found["bound"]) == (
        START + 20,
        120,
        "C",
        True,
        132,
    )
    assert story.steps() == [(-39.667, "NO_BASELINE", "IN_BAND")]
    story.put(
        START + 30, "nibp", device="cuff-1", systolic=100, diastolic=66, mean=None, error=None, measured_t=START - 4
    )
    assert len(story.all("baseline_frozen", metric="systolic")) == 2
    assert story.state() == "IN_BAND"


def test_a_late_reading_leaves_a_baseline_alone_and_may_be_of_no_use() -> None:
    story = ReturnStory().run(START + 10)
    late = {"device": "cuff-1", "diastolic": 66, "mean": None, "error": None}
    story.put(START + 20, "nibp", systolic=100, **late, measured_t=START - 5)
    assert story.all("baseline_frozen", revised=True) == []
    restless = ReturnStory(baseline=False).act(START - 60, "record_event", kind="activity").run(START + 10)
    restless.put(START + 20, "nibp", systolic=100, **late, measured_t=START - 5)
    assert restless.all("baseline_frozen", revised=True) == []


def test_readings_since_a_start_entered_late_count_with_their_own_times() -> None:
    story = ReturnStory()
    story.plan = [entry for entry in story.plan if entry[1] != "command"]
    story.reading(START + 30, 150).act(START + 45, "start_infusion", at=START).run(START + 60)
    change = story.one("return_state_changed", metric="systolic")
    assert (change["t"], change["at"], change["to"]) == (START + 45, START + 30, "AWAY")
    assert story.one("baseline_frozen", metric="systolic")["inputs"] == ["reading-3", "reading-2", "reading-1"]


# -- rulings, section 4: pulse rate and SpO2 -----------------------------------------------------------------------


def test_pulse_is_away_when_its_minute_is_above_the_band() -> None:
    story = ReturnStory(pulse((-30, 81))).run(END)
    assert story.steps("pulse_rate") == [(-29, "IN_BAND", "AWAY")]


def test_pulse_at_the_edge_of_its_band_is_in_band_and_the_ten_more_are_for_pressures() -> None:
    assert ReturnStory(pulse((-30, 80))).run(END).steps("pulse_rate") == []
    assert ReturnStory(pulse((-30, 80.5))).run(END).steps("pulse_rate") == [(-29, "IN_BAND", "AWAY")]


def test_saturation_is_away_below_its_band() -> None:
    story = ReturnStory(lambda t: (97 if t < START + 600 else 94.5, 72)).run(END)
    assert story.steps("spo2") == [(-29, "IN_BAND", "AWAY")]
    assert ReturnStory(lambda t: (97 if t < START + 600 else 95, 72)).run(END).steps("spo2") == []


@pytest.mark.parametrize(("baseline", "bound"), [(97, 95), (94, 92), (93, 91), (90, 88)])
def test_the_floor_of_92_gives_way_below_a_baseline_of_94(baseline: float, bound: float) -> None:
    story = ReturnStory(lambda t: (baseline, 72), baseline=False)
    story.run(START)
    assert story.one("baseline_frozen", metric="spo2")["bound"] == bound


def test_a_minute_needs_48_valid_seconds() -> None:
    wave = pulse((-30, 90), (-29, 72))
    assert ReturnStory(silent(wave, (-30, -29.8))).run(END).steps("pulse_rate")[:1] == [(-29, "IN_BAND", "AWAY")]
    assert ReturnStory(silent(wave, (-30, -29.7))).run(END).steps("pulse_rate") == []


def test_pulse_returns_by_the_five_minutes_wholly_after_the_end() -> None:
    story = ReturnStory(pulse((-30, 90), (-1, 72))).end().run_minutes(6)
    assert story.steps("pulse_rate")[1:] == [(5, "AWAY", "RETURNED")]
    assert story.interval("pulse_rate") == [-1, 5]


def test_five_minutes_not_wholly_after_an_end_between_two_minutes_do_not_count() -> None:
    story = ReturnStory(pulse((-30, 90), (-1, 72))).end(END + 20).run_minutes(7)
    assert [(at, after) for at, _, after in story.steps("pulse_rate")] == [(-29, "AWAY"), (6, "RETURNED")]
    assert story.interval("pulse_rate") == [-1.333, 5.667]


def test_pulse_returns_only_with_80_per_cent_of_the_five_minutes() -> None:
    wave = pulse((-30, 90), (-1, 72))
    assert ReturnStory(silent(wave, (1, 1.9))).end().run_minutes(6).state("pulse_rate") == "RETURNED"
    assert ReturnStory(silent(wave, (1, 2.1))).end().run_minutes(5.5).state("pulse_rate") == "AWAY"


def test_pulse_does_not_return_in_a_minute_that_is_out() -> None:
    """Not settled by the documents: five minutes in band whose last minute is out again are no return."""
    story = ReturnStory(pulse((-30, 90), (-1, 72), (4, 90), (5, 72))).end().run_minutes(7)
    assert story.steps("pulse_rate")[1:] == [(6, "AWAY", "RETURNED")]
    assert story.interval("pulse_rate") == [5, 6]


def test_pulse_knows_no_candidate() -> None:
    story = ReturnStory(pulse((-30, 90), (18, 72))).end().after(m20=120).run_minutes(26)
    assert [after for _, _, after in story.steps("pulse_rate")] == ["AWAY", "RETURNED"]
    assert story.interval("pulse_rate") == [18, 21]


def test_pulse_is_revoked_by_three_of_five_consecutive_minutes() -> None:
    back = ((-30, 90.0), (-1, 72.0))
    two = ReturnStory(pulse(*back, (6, 90), (7, 72), (8, 90), (9, 72))).end().run_minutes(15)
    assert two.state("pulse_rate") == "RETURNED"
    three = ReturnStory(pulse(*back, (6, 90), (7, 72), (8, 90), (9, 72), (10, 90), (11, 72))).end().run_minutes(15)
    assert three.steps("pulse_rate")[2:3] == [(11, "RETURNED", "RE_EXCURSED")]


def test_minutes_without_a_median_break_no_row_of_minutes() -> None:
    """As for readings (6.3): what is not valid is neither in nor out and breaks no consecutiveness."""
    wave = pulse((-30, 90), (-1, 72), (6, 90), (8, 72), (12, 90), (13, 72))
    story = ReturnStory(silent(wave, (8, 12))).end().run_minutes(15)
    assert story.steps("pulse_rate")[2:] == [(13, "RETURNED", "RE_EXCURSED")]


def test_pulse_windows_lie_at_whole_minutes_after_the_first_start() -> None:
    story = ReturnStory(pulse((-30, 90))).act(START + 100, "pause_infusion").act(START + 130, "resume_infusion")
    story.run(END)
    assert story.steps("pulse_rate") == [(-29, "IN_BAND", "AWAY")]


def test_pulse_without_valid_time_around_the_deadline_is_indeterminate() -> None:
    wave = silent(pulse((-30, 90)), (18, 19.1))
    story = ReturnStory(wave).end().after(m20=120).run_minutes(23)
    assert story.steps("pulse_rate")[1:2] == [(22.5, "AWAY", "INDETERMINATE")]
    enough = ReturnStory(silent(pulse((-30, 90)), (18, 18.9))).end().after(m20=120).run_minutes(23)
    assert enough.steps("pulse_rate")[1:] == [(22.5, "AWAY", "OVERDUE")]


def test_indeterminate_pulse_goes_on_as_the_table_says() -> None:
    gap = (17.0, 23.0)
    overdue = ReturnStory(silent(pulse((-30, 90)), gap)).end().run_minutes(26)
    assert overdue.steps("pulse_rate")[2:] == [(24, "INDETERMINATE", "OVERDUE")]
    returned = ReturnStory(silent(pulse((-30, 90), (23, 72)), gap)).end().run_minutes(30)
    assert returned.steps("pulse_rate")[2:] == [(27, "INDETERMINATE", "RETURNED")]
    never = ReturnStory(silent(pulse(), gap)).end().run_minutes(30)
    assert never.steps("pulse_rate") == [(22.5, "IN_BAND", "INDETERMINATE"), (24, "INDETERMINATE", "IN_BAND")]
    first = ReturnStory(silent(pulse((23, 90)), gap)).end().run_minutes(30)
    assert first.steps("pulse_rate") == [
        (22.5, "IN_BAND", "INDETERMINATE"),
        (24, "INDETERMINATE", "AWAY"),
        (24, "AWAY", "OVERDUE"),
    ]


def test_saturation_without_valid_time_around_the_deadline_is_indeterminate_whatever_the_pulse_shows() -> None:
    story = ReturnStory(lambda t: (None if t >= END + 60 * 17 else 97, 72)).end().run_minutes(23)
    assert story.steps("spo2") == [(22.5, "IN_BAND", "INDETERMINATE")]
    assert story.steps("pulse_rate") == []


@pytest.mark.parametrize(("until", "enough"), [(1050 + 230, False), (1050 + 250, True)])
def test_saturation_needs_80_per_cent_of_the_time_around_the_deadline_up_to_its_last_second(
    until: float, enough: bool
) -> None:
    story = ReturnStory(lambda t: (None if t >= END + until else 97, 72)).end().run_minutes(23)
    assert (story.steps("spo2") == []) is enough


def restarted_while_in_band() -> ReturnStory:
    """Away, in band again by one reading, and started anew for five minutes before a second one."""
    story = away().after(m2=120).act(END + 200, "start_infusion", planned_min=5)
    return story.end(END + 500)


def test_a_restart_forgets_the_first_reading_of_a_pair() -> None:
    story = restarted_while_in_band().run(END + 500 + 1351)
    assert story.state() == "INDETERMINATE"
    story.reading(END + 500 + 1400).run(END + 500 + 1401)
    assert story.state() == "INDETERMINATE"
    story.reading(END + 500 + 1700).run(END + 500 + 1701)
    assert story.state() == "RETURNED"


def test_a_session_that_was_restarted_survives_a_snapshot() -> None:
    state = restarted_while_in_band().run(END + 600).bed.state
    assert msgspec.json.decode(msgspec.json.encode(state), type=BedState) == state


# -- rulings, section 4: the interval ------------------------------------------------------------------------------


def test_a_negative_lower_end_is_kept() -> None:
    story = away().after(n2=133, m0=120, m5=120).run_minutes(6)
    assert story.interval() == [-2, 0]


def test_a_reading_exactly_at_the_end_is_after_it() -> None:
    story = ReturnStory().infusing(m5=150).end(END + 1, at=END).after(m0=120).run_minutes(1)
    assert story.steps()[1:] == [(0.017, "AWAY", "CANDIDATE")]


def test_the_upper_end_is_the_first_in_band_reading_though_a_later_one_confirms_it() -> None:
    story = away().after(m2=120, m5=120, m7=120).run_minutes(8)
    assert story.steps()[-1] == (7, "CANDIDATE", "RETURNED")
    assert story.interval() == [-35, 2]


def test_both_readings_of_an_excursion_lie_at_or_after_the_start() -> None:
    story = ReturnStory().reading(START - 100, 133).infusing(m1=133, m6=120).run(END)
    assert story.steps() == []
    at_start = ReturnStory()
    at_start.plan.insert(0, (START, "nibp", {"device": "cuff-1", "systolic": 133, "diastolic": 76, "mean": None}))
    at_start.plan = [entry for entry in at_start.plan if entry[1] != "command"]
    at_start.act(START + 1, "start_infusion", at=START).infusing(m1=133).run(END)
    assert at_start.steps() == [(-39, "IN_BAND", "AWAY")]


# -- rulings, section 4: an end entered late -----------------------------------------------------------------------


def test_an_end_entered_late_folds_the_readings_since_it_and_tells_both_times() -> None:
    story = ReturnStory().infusing(m5=150).end(END + 700, at=END).after(m2=120, m7=120).run_minutes(12)
    changes = story.all("return_state_changed", metric="systolic")[1:]
    assert [(line["t"], line["at"], line["to"]) for line in changes] == [
        (END + 700, END + 120, "CANDIDATE"),
        (END + 700, END + 420, "RETURNED"),
    ]
    assert story.interval() == [-35, 2]


def test_one_reading_a_little_above_the_band_is_no_excursion_when_the_end_is_entered_late_either() -> None:
    story = ReturnStory().infusing(m5=135, m10=120).end(END + 700, at=END).after(m2=120, m7=120).run_minutes(12)
    assert (story.steps(), story.state()) == ([], "IN_BAND")


def test_an_end_out_of_a_long_pause_folds_the_readings_since_the_pause() -> None:
    story = ReturnStory().infusing(m5=150).act(END, "pause_infusion").end(END + 900).after(m5=120, m10=120)
    story.run_minutes(23)
    assert story.interval() == [-35, 5]
    assert story.verdicts()[0][0] == 22.5


def _no(story: ReturnStory) -> None: ...


AFTER: dict[str, Callable[[ReturnStory], object]] = {
    "nothing after it": _no,
    "overdue": lambda story: story.after(m20=150, m25=133),
    "overdue, then back": lambda story: story.after(m20=150, m25=120, m30=120),
    "returned": lambda story: story.after(m5=120, m10=120, m20=120),
    "candidate that waits in vain": lambda story: story.after(m20=120),
    "candidate that comes back after giving up": lambda story: story.after(m21=120, m32=120),
    "candidate out again": lambda story: story.after(m20=120, m25=133),
    "revoked": lambda story: story.after(m2=120, m7=120, m20=150),
    "first away after the deadline": lambda story: story.after(m20=120, m26=150),
    "no reading around the deadline": lambda story: story.after(m10=120, m28=120),
}


@pytest.mark.parametrize("excursion", [True, False])
@pytest.mark.parametrize("case", AFTER)
@pytest.mark.parametrize("wave", [pulse(), pulse((-30, 90)), pulse((-30, 90), (10, 72)), pulse((25, 90))])
def test_an_end_entered_late_leads_where_the_timely_one_leads(case: str, excursion: bool, wave: Wave) -> None:
    """Deadlines already past are settled at entry, each in its place among the readings."""
    found = []
    for entered in (END, END + 36 * 60):
        story = ReturnStory(wave).end(entered, at=END)
        if excursion:
            story.infusing(m5=150)
        AFTER[case](story)
        story.run_minutes(37)
        session = story.bed.state.session
        assert session is not None
        found.append(
            (
                {name: (metric.state, metric.interval, metric.returns) for name, metric in session.returns.items()},
                session.verdict,
                {key: alarm.priority for key, alarm in story.bed.state.book.open.items() if key.startswith("RTB")},
            )
        )
    assert found[0] == found[1]


def test_deadlines_past_at_a_late_entry_are_told_at_its_time() -> None:
    story = ReturnStory().infusing(m5=150).after(m20=150).end(END + 1800, at=END).run_minutes(31)
    overdue = story.one("return_state_changed", to="OVERDUE")
    assert (overdue["t"], overdue["at"]) == (END + 1800, END + 1350)
    assert story.verdicts() == [(30, "OVERDUE")]
    raised = story.one("alarm_raised", alarm="RTB_OVERDUE")
    assert (raised["t"], raised["priority"]) == (END + 1800, "medium")


def test_what_a_late_entry_could_not_decide_names_its_reason_though_a_reading_has_decided_it_since() -> None:
    story = ReturnStory().infusing(m5=150).after(m26=150).end(END + 1800, at=END).run_minutes(31)
    assert story.steps()[1:] == [(30, "AWAY", "INDETERMINATE"), (30, "INDETERMINATE", "OVERDUE")]
    assert story.one("return_state_changed", metric="systolic", to="INDETERMINATE")["reason"] == "no_reading"


# -- rulings, section 4: around the deadline -----------------------------------------------------------------------


def test_a_step_that_is_told_when_it_is_made_names_no_other_time() -> None:
    story = away().after(m20=150).run_minutes(23)
    step = story.one("return_state_changed", metric="systolic", to="OVERDUE")
    assert step["t"] == END + 1350
    assert "at" not in step


def test_a_candidates_wait_runs_from_its_last_reading() -> None:
    story = away().after(m20=120, m22=120, m23_5=120).run_minutes(24)
    assert story.state() == "CANDIDATE"
    story.run_minutes(31.1)
    assert story.steps()[-1] == (31, "CANDIDATE", "INDETERMINATE")


def test_a_metric_first_away_after_the_deadline_goes_on_to_overdue_at_the_same_reading() -> None:
    story = ReturnStory().end().after(m20=120, m25=150).run_minutes(26)
    assert story.steps() == [(25, "IN_BAND", "AWAY"), (25, "AWAY", "OVERDUE")]
    assert story.verdicts() == [(22.5, "NO_EXCURSION"), (25, "OVERDUE")]


def test_never_away_and_indeterminate_comes_back_into_band_by_one_reading() -> None:
    story = ReturnStory().end().after(m25=120).run_minutes(26)
    assert story.steps() == [(22.5, "IN_BAND", "INDETERMINATE"), (25, "INDETERMINATE", "IN_BAND")]
    assert story.verdicts() == [(22.5, "INDETERMINATE"), (25, "NO_EXCURSION")]


def test_never_away_and_indeterminate_one_reading_above_the_band_changes_nothing_two_do() -> None:
    story = ReturnStory().end().after(m25=133).run_minutes(26)
    assert story.state() == "INDETERMINATE"
    story.after(m30=133).run_minutes(31)
    assert story.steps()[1:] == [(30, "INDETERMINATE", "AWAY"), (30, "AWAY", "OVERDUE")]


def test_no_excursion_means_none_since_the_first_start() -> None:
    story = away().after(m1=120).act(END + 120, "start_infusion").end(END + 300).after(m25=120)
    story.run_minutes(28)
    assert story.state() == "IN_BAND"
    assert story.verdicts()[-1] == (27.5, "RETURNED_WITHIN_20")


def test_away_at_the_deadline_counts_as_overdue_and_worst_comes_first() -> None:
    """SpO2 undecidable, pressure overdue: overdue is the worse."""
    story = ReturnStory(silent(pulse(), (15, 30))).infusing(m5=150).end().after(m20=150).run_minutes(23)
    assert story.state("spo2") == "INDETERMINATE"
    assert story.verdicts() == [(22.5, "OVERDUE")]


def test_the_bound_of_the_verdict_is_told() -> None:
    story = ReturnStory().end().after(m20=120).run_minutes(23)
    assert story.last_verdict()["deadline_min"] == 22.5


# -- RTB alarms ----------------------------------------------------------------------------------------------------


def test_overdue_is_low_at_the_deadline_and_medium_ten_minutes_after_it() -> None:
    story = away().after(m20=150).run_minutes(31)
    assert [(line["t"], line["priority"]) for line in story.all("alarm_raised", alarm="RTB_OVERDUE")] == [
        (END + 1350, "low")
    ]
    assert [(line["t"], line["priority"]) for line in story.all("alarm_priority_changed", alarm="RTB_OVERDUE")] == [
        (END + 1800, "medium")
    ]


def test_overdue_closes_when_no_metric_is_overdue() -> None:
    story = away().after(m20=150, m25=120, m30=120).run_minutes(31)
    closed = story.one("alarm_closed", alarm="RTB_OVERDUE")
    assert (closed["t"], closed["reason"]) == (END + 1800, "cleared")


def test_overdue_closes_as_restarted_when_the_infusion_restarts() -> None:
    story = away().after(m20=150).act(END + 1500, "start_infusion").run(END + 1501)
    assert story.one("alarm_closed", alarm="RTB_OVERDUE")["reason"] == "restarted"


def test_overdue_is_one_instance_for_all_metrics() -> None:
    story = ReturnStory(pulse((-30, 90))).infusing(m5=150).end().after(m20=150).run_minutes(23)
    assert story.state("pulse_rate") == story.state() == "OVERDUE"
    assert len(story.all("alarm_raised", alarm="RTB_OVERDUE")) == 1


def test_revoked_is_medium_while_the_pressure_is_high_too() -> None:
    story = away().after(m1=120, m5=120, m10=150, m12=160).run_minutes(13)
    assert story.one("alarm_raised", alarm="RTB_REVOKED")["priority"] == "low"
    assert (story.one("alarm_priority_changed", alarm="RTB_REVOKED")["t"]) == END + 720
    at_once = away().after(m1=120, m5=120, m10=160).run_minutes(11)
    assert at_once.one("alarm_raised", alarm="RTB_REVOKED")["priority"] == "medium"


def test_revoked_closes_with_the_phase_when_the_infusion_restarts() -> None:
    story = away().after(m1=120, m5=120, m10=150).act(END + 700, "start_infusion").run(END + 701)
    assert story.one("alarm_closed", alarm="RTB_REVOKED")["reason"] == "phase"


# -- restart of the service ----------------------------------------------------------------------------------------


def test_a_restart_in_recovery_keeps_the_deadline_the_verdict_and_the_latched_alarm() -> None:
    story = away().after(m20=150, m25=120, m30=120).run_minutes(10)
    story.samples(END + 601, END + 630, 80, 72)
    story.samples(END + 630, END + 660, 97, 72)
    story.sampled = END + 664
    story.put(END + 661, "restart")
    story.run_minutes(40)
    assert (22.5, "OVERDUE") in story.verdicts()
    assert story.verdicts()[-1] == (30, "RETURNED_LATE")
    latched = {alarm.rule.name: alarm.state.value for alarm in story.bed.state.book.open.values()}
    assert latched["SPO2_CRIT"] == "LATCHED"
    assert story.all("alarm_rearmed", alarm="SPO2_CRIT") == []


@pytest.mark.parametrize("minute", [-20, 0.5, 22.6, 26])
def test_a_restart_changes_nothing_about_the_return(minute: float) -> None:
    plain = away().after(m20=150, m25=120, m30=120)
    again = copy.deepcopy(plain)
    again.plan.append((END + 60 * minute, "restart", {}))
    plain.run_minutes(35)
    again.run_minutes(35)
    assert again.steps() == plain.steps()
    assert again.verdicts() == plain.verdicts()


@pytest.mark.parametrize("minute", [-20, 1, 22.6])
def test_a_snapshot_goes_on_like_the_original(minute: float) -> None:
    """What a journal keeps of a bed is enough for deadline, interval and verdict, also for an end entered late."""
    plain = ReturnStory(pulse((-30, 90), (16, 72))).infusing(m5=150).end(END + 30 * 60, at=END)
    plain.after(m20=150, m25=120, m30=120).run_minutes(minute)
    again = copy.deepcopy(plain)
    kept = msgspec.json.decode(msgspec.json.encode(plain.bed.state), type=BedState)
    assert kept == plain.bed.state
    again.bed.state = kept
    for story in (plain, again):
        story.run_minutes(35)
    assert again.lines == plain.lines


def test_one_reading_that_ends_one_metrics_delay_and_begins_anothers_leaves_the_alarm_alone() -> None:
    """RTB_OVERDUE is over when no metric is OVERDUE, judged once for all pressures of a reading (alarm-system 3.1)."""
    story = away().after(m5=150, m10=150, m15=150, m20=150).run_minutes(23)
    story.acknowledge(END + 60 * 23 + 1, "RTB_OVERDUE")
    story.after(m25=120).reading(END + 60 * 30, 120, 100).run_minutes(31)
    assert (story.state("systolic"), story.state("diastolic")) == ("RETURNED", "OVERDUE")
    assert story.all("alarm_closed", alarm="RTB_OVERDUE") == []
    assert [verdict for _, verdict in story.verdicts()] == ["OVERDUE"]
