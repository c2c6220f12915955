"""Pauses, ends and restarts that are entered late (ketamine-monitoring 5.0 and 6.2; rulings 4)."""

from __future__ import annotations

from tests.support.return_story import END, START, ReturnStory


def session_of(story: ReturnStory) -> tuple[int | None, int]:
    """(end, infused time) in seconds."""
    session = story.bed.state.session
    assert session is not None
    ended = None if session.ended_at is None else session.ended_at // 1_000_000
    return ended, session.infused_at(story.bed.state.clock) // 1_000_000


def test_a_pause_entered_late_stops_the_minutes_where_it_began() -> None:
    story = ReturnStory().act(START + 700, "pause_infusion", at=START + 600).run(START + 900)
    assert session_of(story) == (None, 600)
    changed = story.one("phase_changed", to="PAUSED")
    assert (changed["t"], changed["at"]) == (START + 700, START + 600)


def test_a_resume_entered_late_counts_from_where_it_was() -> None:
    story = ReturnStory().act(START + 600, "pause_infusion")
    story.act(START + 1000, "resume_infusion", at=START + 900).run(START + 1200)
    assert session_of(story) == (None, 900)


def test_a_resume_cannot_lie_before_its_pause() -> None:
    story = ReturnStory().act(START + 600, "pause_infusion")
    story.act(START + 700, "resume_infusion", at=START + 599).run(START + 700)
    assert story.one("command_refused")["reason"] == "observed_time_out_of_range"


def test_a_pause_later_declared_the_end_is_the_end_whatever_time_was_entered() -> None:
    """t_end = the time the pause began, with both times on record."""
    story = ReturnStory().act(START + 600, "pause_infusion")
    story.act(START + 1500, "end_infusion", at=START + 1200).run(START + 1500)
    assert session_of(story) == (START + 600, 600)
    changed = story.one("phase_changed", to="RECOVERY")
    assert (changed["t"], changed["at"], changed["ended_at"]) == (START + 1500, START + 600, START + 600)


def test_a_long_pause_declared_the_end_settles_the_deadline_at_entry() -> None:
    story = ReturnStory().infusing(m2=150, m5=150).act(START + 600, "pause_infusion")
    story.reading(START + 1900, 150).act(START + 600 + 1400, "end_infusion").run(START + 2001)
    assert story.state() == "OVERDUE"
    assert [line["t"] for line in story.all("alarm_raised", alarm="RTB_OVERDUE")] == [START + 2000]


def test_a_pause_of_any_length_has_no_deadline() -> None:
    story = ReturnStory().infusing(m2=150, m5=150).act(START + 600, "pause_infusion").run(START + 600 + 4000)
    assert story.all("return_verdict") == []
    assert story.told("RTB_OVERDUE") == []


def test_a_restart_entered_late_counts_its_minutes_from_where_it_was() -> None:
    story = ReturnStory().end(START + 600).act(START + 900, "start_infusion", at=START + 800).run(START + 1000)
    assert session_of(story) == (None, 800)


def test_a_restart_entered_after_the_deadline_supersedes_what_was_decided_meanwhile() -> None:
    story = ReturnStory().infusing(m20=150, m25=150).end().after(m20=150)
    story.act(END + 1400, "start_infusion", at=END + 1000).run(END + 1401)
    assert story.verdicts()[-1][1] == "OVERDUE"
    assert story.last_verdict()["superseded"] is True
    assert story.one("alarm_closed", alarm="RTB_OVERDUE")["reason"] == "restarted"
    assert story.state() == "AWAY"


def test_a_restart_has_its_own_end_deadline_and_verdict() -> None:
    story = ReturnStory().end(START + 600).act(START + 900, "start_infusion").end(START + 1500)
    for minute in (0, 5, 10, 15, 20, 22):
        story.reading(START + 1500 + 60 * minute)
    story.run(START + 1500 + 1350)
    assert session_of(story) == (START + 1500, 1200)
    assert story.last_verdict()["verdict"] == "NO_EXCURSION"
    assert story.last_verdict()["t"] == START + 1500 + 1350


def test_a_restart_asks_whether_it_still_runs_by_all_the_minutes_infused() -> None:
    story = ReturnStory().end(START + 2000).act(START + 2300, "start_infusion").run(START + 3100)
    assert story.one("advisory_raised", advisory="infusion_running")["t"] == START + 3000


def test_a_restart_without_a_plan_after_the_whole_plan_has_run_counts_it_anew() -> None:
    story = ReturnStory().end(START + 2400).act(START + 2700, "start_infusion").run(START + 5500)
    assert story.one("advisory_raised", advisory="infusion_running")["t"] == START + 2700 + 2400 + 300


def test_a_back_dated_end_lets_no_reading_entered_by_hand_late_decide() -> None:
    """B10: for the chart only, also where it was observed after the end."""
    story = ReturnStory().infusing(m20=150, m25=150)
    story.act(END + 400, "record_reading", values={"systolic": 120, "diastolic": 76}, at=END + 60)
    story.end(END + 500, at=END).run(END + 500)
    assert story.state() == "AWAY"
