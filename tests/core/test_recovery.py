"""Return to baseline: a test for each row of the state table of ketamine-monitoring 6.2, and for the verdicts."""

from __future__ import annotations

import pytest

from tests.support.return_story import END, START, ReturnStory

PEAK = {"m5": 150.0}


def away() -> ReturnStory:
    """One reading far above the band during the infusion, then the end."""
    return ReturnStory().infusing(**PEAK).end()


# -- the rows of 6.2 -----------------------------------------------------------------------------------------------


def test_no_baseline_is_a_state_of_its_own_and_the_verdict_indeterminate() -> None:
    story = ReturnStory(baseline=False).infusing(m5=150).end().run_minutes(23)
    assert story.state() == "NO_BASELINE"
    assert story.verdicts() == [(22.5, "INDETERMINATE")]
    assert story.last_verdict()["metrics"]["systolic"]["reason"] == "no_baseline"


def test_in_band_to_away_by_one_reading_more_than_ten_above_the_band() -> None:
    story = ReturnStory().infusing(m5=142.5).run(END)
    assert story.steps() == [(-35, "IN_BAND", "AWAY")]


def test_a_reading_exactly_ten_above_the_band_is_not_enough_alone() -> None:
    assert ReturnStory().infusing(m5=142).run(END).steps() == []


def test_in_band_to_away_by_two_consecutive_readings_above_the_band() -> None:
    story = ReturnStory().infusing(m5=133, m10=133).run(END)
    assert story.steps() == [(-30, "IN_BAND", "AWAY")]


def test_a_reading_at_the_edge_of_the_band_is_in_band_and_parts_two_above_it() -> None:
    assert ReturnStory().infusing(m5=133, m10=132, m15=133).run(END).steps() == []


def test_in_band_to_away_also_while_paused_and_in_recovery() -> None:
    paused = ReturnStory().act(START + 200, "pause_infusion").infusing(m5=150).run(START + 400)
    assert paused.steps() == [(-35, "IN_BAND", "AWAY")]
    recovering = ReturnStory().end().after(m5=150).run_minutes(6)
    assert recovering.steps() == [(5, "IN_BAND", "AWAY")]


def test_away_to_candidate_only_in_recovery() -> None:
    story = ReturnStory().infusing(m5=150, m10=120, m15=120).end().after(m1=120).run_minutes(2)
    assert story.steps() == [(-35, "IN_BAND", "AWAY"), (1, "AWAY", "CANDIDATE")]


def test_candidate_to_returned_by_a_reading_four_minutes_later() -> None:
    story = away().after(m1=120, m5=120).run_minutes(6)
    assert story.steps()[1:] == [(1, "AWAY", "CANDIDATE"), (5, "CANDIDATE", "RETURNED")]
    assert story.interval() == [-35, 1]


def test_candidate_keeps_its_first_reading_when_the_next_comes_early() -> None:
    story = away().after(m1=120, m4=120, m5=120).run_minutes(6)
    assert story.steps()[1:] == [(1, "AWAY", "CANDIDATE"), (5, "CANDIDATE", "RETURNED")]
    assert story.interval() == [-35, 1]


def test_candidate_to_away_by_the_next_reading_above_the_band() -> None:
    story = away().after(m1=120, m6=133, m11=120, m16=120).run_minutes(17)
    assert story.steps()[1:] == [
        (1, "AWAY", "CANDIDATE"),
        (6, "CANDIDATE", "AWAY"),
        (11, "AWAY", "CANDIDATE"),
        (16, "CANDIDATE", "RETURNED"),
    ]
    assert story.interval() == [6, 11]


def test_away_without_a_reading_around_the_deadline_is_indeterminate() -> None:
    story = away().after(m5=150, m17=150).run_minutes(23)
    assert story.steps()[1:] == [(22.5, "AWAY", "INDETERMINATE")]
    assert story.all("return_state_changed", to="INDETERMINATE")[0]["reason"] == "no_reading"
    assert story.verdicts() == [(22.5, "INDETERMINATE")]


def test_candidate_without_a_reading_around_the_deadline_is_indeterminate() -> None:
    story = away().after(m17=120).run_minutes(23)
    assert story.steps()[1:] == [(17, "AWAY", "CANDIDATE"), (22.5, "CANDIDATE", "INDETERMINATE")]


@pytest.mark.parametrize("minute", ["m17_5", "m20", "m22_49"])
def test_away_with_a_reading_around_the_deadline_is_overdue(minute: str) -> None:
    """W20 reaches from 17.5 to 22.5 minutes; a reading at its very end comes after the deadline (rulings 1.2)."""
    story = away().after(**{minute: 150}).run_minutes(23)
    assert story.steps()[1:] == [(22.5, "AWAY", "OVERDUE")]
    assert story.verdicts() == [(22.5, "OVERDUE")]


def test_candidate_with_a_reading_around_the_deadline_waits_for_the_next_and_returns() -> None:
    story = away().after(m15=150, m20=120, m25=120).run_minutes(26)
    assert story.steps()[1:] == [(20, "AWAY", "CANDIDATE"), (25, "CANDIDATE", "RETURNED")]
    assert story.verdicts() == [(22.5, "OVERDUE"), (25, "RETURNED_WITHIN_20")]


def test_candidate_with_a_reading_around_the_deadline_and_the_next_above_is_overdue() -> None:
    story = away().after(m20=120, m25=133).run_minutes(26)
    assert story.steps()[1:] == [(20, "AWAY", "CANDIDATE"), (25, "CANDIDATE", "OVERDUE")]


def test_candidate_with_a_reading_around_the_deadline_and_none_within_seven_and_a_half_minutes() -> None:
    story = away().after(m20=120).run_minutes(29)
    assert story.steps()[1:] == [(20, "AWAY", "CANDIDATE"), (27.5, "CANDIDATE", "INDETERMINATE")]
    assert story.verdicts() == [(22.5, "OVERDUE"), (27.5, "INDETERMINATE")]


def test_indeterminate_to_overdue_by_a_later_reading_above_the_band() -> None:
    story = away().after(m30=133).run_minutes(31)
    assert story.steps()[1:] == [(22.5, "AWAY", "INDETERMINATE"), (30, "INDETERMINATE", "OVERDUE")]


def test_overdue_to_returned_keeps_late() -> None:
    story = away().after(m20=150, m25=120, m30=120).run_minutes(31)
    assert story.steps()[1:] == [(22.5, "AWAY", "OVERDUE"), (30, "OVERDUE", "RETURNED")]
    assert story.interval() == [20, 25]
    assert story.verdicts() == [(22.5, "OVERDUE"), (30, "RETURNED_LATE")]
    assert story.last_verdict()["late_min"] == 25


def test_indeterminate_to_returned_keeps_late() -> None:
    story = away().after(m25=120, m30=120).run_minutes(31)
    assert story.steps()[1:] == [(22.5, "AWAY", "INDETERMINATE"), (30, "INDETERMINATE", "RETURNED")]
    assert story.interval() == [-35, 25]
    assert story.verdicts() == [(22.5, "INDETERMINATE"), (30, "RETURNED_LATE")]


def test_returned_to_re_excursed_by_two_consecutive_readings() -> None:
    story = away().after(m1=120, m5=120, m10=133, m15=133).run_minutes(16)
    assert story.steps()[3:] == [(15, "RETURNED", "RE_EXCURSED")]


def test_returned_to_re_excursed_by_one_reading_far_above() -> None:
    story = away().after(m1=120, m5=120, m10=150).run_minutes(11)
    assert story.steps()[3:] == [(10, "RETURNED", "RE_EXCURSED")]


def test_one_reading_above_the_band_leaves_a_return_standing() -> None:
    story = away().after(m1=120, m5=120, m10=133, m15=120).run_minutes(16)
    assert story.state() == "RETURNED"
    assert story.interval() == [-35, 1]


def test_re_excursed_to_returned_with_a_second_interval_and_a_count() -> None:
    story = away().after(m1=120, m5=120, m10=150, m15=120, m20=120).run_minutes(23)
    assert story.steps()[3:] == [(10, "RETURNED", "RE_EXCURSED"), (20, "RE_EXCURSED", "RETURNED")]
    assert story.interval() == [10, 15]
    found = story.last_verdict()["metrics"]["systolic"]
    assert (found["interval_min"], found["returns"]) == ([10, 15], 2)


@pytest.mark.parametrize(("last", "to"), [(133, "AWAY"), (120, "IN_BAND")])
def test_any_state_to_away_or_in_band_by_the_last_reading_when_restarted(last: float, to: str) -> None:
    story = away().after(m1=120, m5=120, m10=150, m15=last).act(END + 1000, "start_infusion").run(END + 1001)
    assert story.steps()[-1] == (16.667, "RE_EXCURSED", to)
    session = story.bed.state.session
    assert session is not None
    assert (session.ended_at, session.verdict) == (None, None)


def test_a_restart_marks_the_verdict_superseded_and_counts_from_the_new_end() -> None:
    story = away().after(m20=150).act(END + 1500, "start_infusion").end(END + 2100).after(m40=120, m45=120, m55=120)
    story.run_minutes(58)
    assert [(line["verdict"], line.get("superseded")) for line in story.all("return_verdict")] == [
        ("OVERDUE", None),
        ("OVERDUE", True),
        ("RETURNED_WITHIN_20", None),
    ]
    assert story.verdicts()[-1][0] == 57.5
    assert story.interval() == [-15, 5]


def test_a_metric_without_a_baseline_stays_so_through_a_restart() -> None:
    story = ReturnStory(baseline=False).end().act(END + 60, "start_infusion").run(END + 70)
    assert story.state() == "NO_BASELINE"
    assert story.all("return_state_changed", metric="systolic") == []


# -- deadline and interval -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("deadline", "at"), [(10, 12.5), (60, 62.5)])
def test_the_deadline_is_a_setting_of_the_session(deadline: float, at: float) -> None:
    story = ReturnStory(deadline_min=deadline).infusing(m5=150).end().run_minutes(63)
    assert story.verdicts()[0] == (at, "INDETERMINATE")
    assert story.last_verdict()["deadline_min"] == at


def test_a_pause_of_any_length_is_not_an_end() -> None:
    story = ReturnStory().infusing(m5=150, m50=120, m55=120).act(START + 400, "pause_infusion").run(START + 7200)
    assert story.state() == "AWAY"
    assert story.verdicts() == []


def test_a_missing_reading_widens_the_interval() -> None:
    """Ketamine-monitoring 6.2: with a missing +15 reading it is between +10 and +20."""
    story = away().after(m5=150, m10=150, m20=120, m24=120).run_minutes(25)
    assert story.interval() == [10, 20]


def test_the_interval_is_told_only_with_the_return() -> None:
    story = away().after(m1=120).run_minutes(2)
    assert all(line["interval_min"] is None for line in story.all("return_state_changed"))


# -- the session's verdict -----------------------------------------------------------------------------------------


def test_returned_within_20_when_every_upper_end_is_within_deadline_and_grace() -> None:
    story = away().after(m17=150, m22=120, m26=120).run_minutes(27)
    assert story.interval() == [17, 22]
    assert story.verdicts()[-1] == (26, "RETURNED_WITHIN_20")


def test_not_returned_at_discharge() -> None:
    story = away().after(m20=150).act(END + 1500, "discharge", reason="own wish").run(END + 1501)
    assert story.verdicts() == [(22.5, "OVERDUE"), (25, "NOT_RETURNED_AT_DISCHARGE")]


def test_a_candidate_at_discharge_has_not_returned() -> None:
    story = away().after(m1=120).act(END + 90, "discharge", reason="own wish").run(END + 91)
    assert story.verdicts() == [(1.5, "NOT_RETURNED_AT_DISCHARGE")]


def test_revoked_and_back_again() -> None:
    story = away().after(m1=120, m5=120, m18=120, m21=120, m24=150, m28=120, m32=120).run_minutes(33)
    assert story.verdicts() == [
        (22.5, "RETURNED_WITHIN_20"),
        (24, "REVOKED"),
        (32, "RETURNED_LATE"),
    ]


def test_a_verdict_is_told_once_while_nothing_changes() -> None:
    story = away().after(m20=150, m25=150, m30=150).run_minutes(60)
    assert story.verdicts() == [(22.5, "OVERDUE")]


def test_a_mean_that_the_cuff_never_gave_does_not_spoil_the_verdict() -> None:
    """The document does not say it: a start needs no mean (rulings 4), so a cuff without one may be judged."""
    story = ReturnStory().end().after(m20=120).run_minutes(23)
    assert story.state("mean") == "NO_BASELINE"
    assert story.verdicts() == [(22.5, "NO_EXCURSION")]


def test_a_mean_given_only_after_the_start_counts_as_indeterminate() -> None:
    story = ReturnStory().end().reading(END + 1200, 120, 76, mean=91).run_minutes(23)
    assert story.verdicts() == [(22.5, "INDETERMINATE")]


def test_indeterminate_given_up_then_confirmed_keeps_its_first_reading() -> None:
    """The documents leave open whether a first reading from before INDETERMINATE still counts; it does, and the
    verdict goes by the interval's upper end (6.2, verdict) rather than by the state it came from (6.2, table)."""
    story = away().after(m21=120, m35=120).run_minutes(36)
    assert story.steps()[1:] == [
        (21, "AWAY", "CANDIDATE"),
        (28.5, "CANDIDATE", "INDETERMINATE"),
        (35, "INDETERMINATE", "RETURNED"),
    ]
    assert story.interval() == [-35, 21]
    assert story.verdicts()[-1] == (35, "RETURNED_WITHIN_20")


@pytest.mark.parametrize(
    ("first", "second", "verdict"), [("m15", "m25", "RETURNED_WITHIN_20"), ("m23", "m28", "RETURNED_LATE")]
)
def test_returned_after_indeterminate_is_late_by_its_interval_not_by_its_path(
    first: str, second: str, verdict: str
) -> None:
    """The 20-minute reading failed: back "between -35 and +15", proven at +25, is not late; it was undecided, and that
    was told (decisions/0005). What was in band for the first time after the bound keeps "late"."""
    story = away().after(**{first: 120, second: 120}).run_minutes(30)
    assert story.steps()[-1][1:] == ("INDETERMINATE", "RETURNED")
    assert [found for _, found in story.verdicts()] == ["INDETERMINATE", verdict]
    assert story.interval() == [-35, int(first[1:])]


def test_the_count_of_returns_goes_on_over_a_restart() -> None:
    """Not settled by the documents: a restart supersedes verdicts; the number of returns is the session's."""
    story = away().after(m1=120, m5=120, m7=150).act(END + 480, "start_infusion").end(END + 600)
    story.after(m11=120, m16=120).run_minutes(17)
    session = story.bed.state.session
    assert session is not None
    assert {name.value: found.returns for name, found in session.returns.items()}["systolic"] == 2
