"""What the trend shows of a running session's expected pressures; a hint that raises nothing."""

from __future__ import annotations

from config.instant import MINUTE, seconds
from config.vocabulary import Metric
from monitor.core.events import EventKind
from monitor.expected import ABOVE, AHEAD, NOT_FALLING, Expected, expected
from tests.support.return_story import END, START, ReturnStory


def told(story: ReturnStory, metric: Metric = Metric.SYSTOLIC) -> Expected | None:
    return expected(story.bed.state, metric)


def test_nothing_is_shown_before_the_second_reading_of_the_infusion() -> None:
    story = ReturnStory().infusing(m5=126, m10=130)
    assert told(story.run(START + 400)) is None
    assert told(story.run(START + 700)) is not None


def test_nothing_is_shown_without_a_baseline_or_for_other_metrics() -> None:
    assert told(ReturnStory(baseline=False).infusing(m5=126, m10=130).run(START + 700)) is None
    assert told(ReturnStory().infusing(m5=126, m10=130).run(START + 700), Metric.SPO2) is None


def test_the_band_reaches_an_hour_beyond_the_last_reading() -> None:
    story = ReturnStory().infusing(m5=126, m10=130, m15=134).run(START + 1000)
    found = told(story)
    assert found is not None
    assert found.band[0].at == seconds(START + 600)
    assert 0 <= seconds(START + 900) + AHEAD - found.band[-1].at < 2 * MINUTE
    assert found.return_min is None


def test_after_the_end_it_says_when_it_should_be_back() -> None:
    story = ReturnStory().infusing(m10=134, m20=142, m30=146, m40=148).end().run(END + 120)
    found = told(story)
    assert found is not None
    assert found.return_min is not None
    early, late = found.return_min
    assert 0 < early < 30
    assert late is None or late > early


def test_a_reading_above_the_band_is_a_hint_and_no_alarm() -> None:
    story = ReturnStory().infusing(m5=122, m10=122, m15=123, m20=145).run(START + 1300)
    found = told(story)
    assert found is not None
    assert found.hints == [ABOVE]
    raised = [line for line in story.lines if line["event"] == EventKind.ALARM_RAISED and line["t"] > START]
    assert raised == []


def test_a_pressure_that_does_not_fall_is_a_hint() -> None:
    story = ReturnStory().infusing(m10=134, m20=142, m30=146).end().after(m10=147).run_minutes(11)
    found = told(story)
    assert found is not None
    assert NOT_FALLING in found.hints
    falls = ReturnStory().infusing(m10=134, m20=142, m30=146).end().after(m10=132).run_minutes(11)
    assert (fallen := told(falls)) is not None
    assert NOT_FALLING not in fallen.hints


def test_a_restart_of_unknown_dose_is_taken_to_run_at_the_standard_rate() -> None:
    """What is left of the plan says nothing of the rate: the same band whether 5 or 20 minutes are left."""
    peaks = []
    for left in (300, 1200):
        story = ReturnStory().infusing(m5=126, m10=130).end(START + 2400 - left).act(START + 2500, "start_infusion")
        found = told(story.run(START + 2560))
        assert found is not None
        peaks.append(max(point.high for point in found.band if point.at <= seconds(START + 900)))
    assert abs(peaks[0] - peaks[1]) < 3
