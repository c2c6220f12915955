"""Rules on saturation and pulse rate, row by row of alarm-system 3.1, with exact times (rulings 1 and 3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from config.vocabulary import Metric
from monitor.core.rules.limits import AlarmLimit
from tests.support.ward import Story, shipped_rules


class Row(NamedTuple):
    """One row of table 3.1 and the numbers at its edges. `calm`: a value at which no rule is triggered."""

    alarm: str
    metric: str
    calm: float
    before: float
    at: float
    limit: float
    priority: str
    delay: float
    short: float
    clear: float
    hold: float
    latched: bool


ROWS = [
    Row("SPO2_CRIT", "spo2", 90, 85, 84.9, 85, "high", 5, 87.9, 88, 10, latched=True),
    Row("SPO2_LOW", "spo2", 95, 90, 89.9, 90, "medium", 15, 91.9, 92, 10, latched=True),
    Row("PR_XLOW", "pulse_rate", 60, 40.1, 40, 40, "high", 10, 44.9, 45, 5, latched=True),
    Row("PR_LOW", "pulse_rate", 60, 48.1, 48, 48, "medium", 15, 51.9, 52, 0, latched=False),
    Row("PR_HIGH", "pulse_rate", 110, 119.9, 120, 120, "medium", 20, 115.1, 115, 0, latched=False),
    Row("PR_XHIGH", "pulse_rate", 140, 149.9, 150, 150, "high", 10, 145.1, 145, 0, latched=True),
]
latching = pytest.mark.parametrize("row", [row for row in ROWS if row.latched], ids=lambda row: row.alarm)
by_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.alarm)


def pair(row: Row, value: float) -> tuple[float, float]:
    return (value, 72) if row.metric == "spo2" else (97, value)


def calm_story(row: Row) -> Story:
    """Ten calm seconds, the last sample at 9."""
    story = Story().open()
    story.samples(0, 10, *pair(row, row.calm))
    return story


def raised_story(row: Row) -> Story:
    """Triggered from 10 on and raised; the last sample at 10 + delay."""
    story = calm_story(row)
    story.samples(10, 10 + row.delay + 1, *pair(row, row.at))
    return story


@by_row
def test_value_short_of_the_limit_raises_nothing(row: Row) -> None:
    story = calm_story(row)
    story.samples(10, 200, *pair(row, row.before))
    assert story.told(row.alarm) == []


@by_row
def test_raised_at_exactly_the_delay(row: Row) -> None:
    """t is the due time, since the first violating sample, value the last VALID one before (rulings 1.1)."""
    story = calm_story(row)
    story.samples(10, 10 + row.delay, *pair(row, row.at))
    assert story.told(row.alarm) == []
    story.tick(10 + row.delay - 0.001)
    assert story.told(row.alarm) == []
    story.tick(10 + row.delay)
    line = story.one("alarm_raised", alarm=row.alarm)
    assert (line["t"], line["since"], line["value"], line["limit"]) == (10 + row.delay, 10.0, row.at, row.limit)
    assert line["priority"] == row.priority
    assert line["unit"] == ("%" if row.metric == "spo2" else "/min")
    assert "doubtful" not in line


@by_row
def test_deadline_comes_before_an_input_at_the_same_time(row: Row) -> None:
    """Rulings 1.2: the sample that would calm it comes too late at exactly the delay."""
    story = calm_story(row)
    story.samples(10, 10 + row.delay, *pair(row, row.at))
    story.sample(10 + row.delay, *pair(row, row.calm))
    assert story.one("alarm_raised", alarm=row.alarm)["t"] == 10 + row.delay


@by_row
def test_stays_short_of_the_clear_level(row: Row) -> None:
    story = raised_story(row)
    story.samples(11 + row.delay, 100, *pair(row, row.short))
    assert [event for _, event in story.told(row.alarm)] == ["alarm_raised"]


@by_row
def test_clears_after_its_time_at_the_clear_level(row: Row) -> None:
    """Rows 8 and 9; a clear condition without a time holds at the first valid sample (rulings 1.3)."""
    story = raised_story(row)
    start = 11 + row.delay
    story.samples(start, start + row.hold + 1, *pair(row, row.clear))
    ended = "alarm_latched" if row.latched else "alarm_closed"
    assert story.told(row.alarm) == [(10 + row.delay, "alarm_raised"), (start + row.hold, ended)]


@by_row
def test_acknowledged_closes_when_it_clears(row: Row) -> None:
    """Row 10, latching or not."""
    story = raised_story(row)
    start = 11 + row.delay
    story.acknowledge(start, row.alarm)
    story.samples(start, start + row.hold + 1, *pair(row, row.clear))
    assert story.told(row.alarm)[1:] == [(start, "alarm_acknowledged"), (start + row.hold, "alarm_closed")]
    assert story.one("alarm_closed", alarm=row.alarm)["reason"] == "cleared"


@by_row
def test_new_onset_after_closing_is_a_new_id(row: Row) -> None:
    """Rulings 2.3, for what is closed."""
    story = raised_story(row)
    start = 11 + row.delay
    story.acknowledge(start, row.alarm)
    story.samples(start, start + row.hold + 1, *pair(row, row.clear))
    again = start + row.hold + 1
    story.samples(again, again + row.delay + 1, *pair(row, row.at))
    first, second = story.all("alarm_raised", alarm=row.alarm)
    assert first["alarm_id"] != second["alarm_id"]
    assert (second["t"], second["since"]) == (again + row.delay, again)


@latching
def test_recurrence_while_latched_rearms_the_same_id(row: Row) -> None:
    """Row 14 and rulings 2.3: same id, the rule's own priority, a new since."""
    story = raised_story(row)
    start = 11 + row.delay
    story.samples(start, start + row.hold + 1, *pair(row, row.clear))
    again = start + row.hold + 1
    story.samples(again, again + row.delay + 1, *pair(row, row.at))
    line = story.one("alarm_rearmed", alarm=row.alarm)
    assert line["alarm_id"] == story.one("alarm_raised", alarm=row.alarm)["alarm_id"]
    assert (line["t"], line["since"], line["reason"]) == (again + row.delay, again, "recurrence")
    assert line["priority"] == row.priority


@latching
def test_latched_closes_by_acknowledgement(row: Row) -> None:
    """Row 13 gives two events (rulings 2.6)."""
    story = raised_story(row)
    start = 11 + row.delay
    story.samples(start, start + row.hold + 1, *pair(row, row.clear))
    story.acknowledge(300, row.alarm)
    assert story.told(row.alarm)[-2:] == [(300, "alarm_acknowledged"), (300, "alarm_closed")]
    line = story.one("alarm_closed", alarm=row.alarm)
    assert (line["reason"], line["by"]) == ("acknowledged", "nurse-a")


@by_row
def test_stale_after_ten_seconds_without_data_and_never_closed_by_it(row: Row) -> None:
    """Row 15: the last sample stands 4 s, the mark comes 10 s later, the alarm stays for ever."""
    story = raised_story(row)
    last = 10 + row.delay
    story.tick(100_000)
    told = story.told(row.alarm)
    assert told[:2] == [(last, "alarm_raised"), (last + 14, "alarm_stale")]
    assert {event for _, event in told} == {"alarm_raised", "alarm_stale"}
    story.sample(100_000, *pair(row, row.at))
    first, second = story.all("alarm_stale", alarm=row.alarm)
    assert (first["stale"], second["stale"], second["t"]) == (True, False, 100_000)


@by_row
def test_pending_survives_less_than_ten_seconds_without_data(row: Row) -> None:
    """Row 4: the timer holds and does not reset; invalid time starts where the last sample stops standing."""
    story = calm_story(row)
    story.sample(10, *pair(row, row.at))  # stands until 14
    story.samples(23.999, 23.999 + row.delay, *pair(row, row.at))
    line = story.one("alarm_raised", alarm=row.alarm)
    assert (line["t"], line["since"]) == (pytest.approx(23.999 + row.delay - 4), 10.0)
    assert story.all("alarm_pending_dropped", alarm=row.alarm) == []


@by_row
def test_pending_is_dropped_at_ten_seconds_without_data(row: Row) -> None:
    """Row 5, due at exactly 10 s (rulings 1.4); SPO2_CRIT keeps its collected time for 30 s (rulings 3)."""
    keeps = 30 if row.alarm == "SPO2_CRIT" else 10
    story = calm_story(row)
    story.sample(10, *pair(row, row.at))
    story.sample(14 + keeps, *pair(row, row.at))
    line = story.one("alarm_pending_dropped", alarm=row.alarm)
    assert (line["t"], line["held_s"], line["reason"]) == (14 + keeps, 4.0, "invalid")
    story.samples(15 + keeps, 15 + keeps + row.delay, *pair(row, row.at))
    assert story.one("alarm_raised", alarm=row.alarm)["since"] == 14 + keeps


@by_row
def test_pending_is_dropped_after_five_valid_seconds_without_the_trigger(row: Row) -> None:
    story = calm_story(row)
    story.samples(10, 13, *pair(row, row.at))
    story.samples(13, 30, *pair(row, row.before))
    line = story.one("alarm_pending_dropped", alarm=row.alarm)
    assert (line["t"], line["held_s"], line["reason"]) == (18.0, 3.0, "trigger_false")


@by_row
def test_pending_stands_still_while_the_trigger_is_false_for_less(row: Row) -> None:
    """Rulings 3, PENDING: meanwhile its timer stands still; since remains the first violating sample."""
    story = calm_story(row)
    story.samples(10, 13, *pair(row, row.at))
    story.samples(13, 17, *pair(row, row.before))
    story.samples(17.9, 17.9 + row.delay, *pair(row, row.at))
    line = story.one("alarm_raised", alarm=row.alarm)
    assert (line["t"], line["since"]) == (pytest.approx(17.9 + row.delay - 3), 10.0)


@by_row
def test_pending_counts_only_valid_seconds_without_the_trigger(row: Row) -> None:
    story = calm_story(row)
    story.samples(10, 13, *pair(row, row.at))
    story.samples(13, 16, *pair(row, row.before))
    story.off(16, 22)
    story.samples(22, 30, *pair(row, row.before))
    assert story.one("alarm_pending_dropped", alarm=row.alarm)["t"] == 24.0


@by_row
def test_discharge_closes_whatever_the_state(row: Row) -> None:
    """Row 16 with reason and person; a pending condition is dropped."""
    story = raised_story(row)
    story.command(300, "abort", reason="transfer")
    line = story.one("alarm_closed", alarm=row.alarm)
    assert (line["t"], line["reason"], line["by"]) == (300, "abort", "nurse-a")
    pending = calm_story(row)
    pending.samples(10, 12, *pair(row, row.at))
    pending.command(12, "abort", reason="transfer")
    assert pending.one("alarm_pending_dropped", alarm=row.alarm)["reason"] == "phase"


def test_a_value_stands_four_seconds_at_most() -> None:
    """Rulings 1.1: 84 at 10 stands until 14; what comes at 14.5 goes on from four collected seconds."""
    story = calm_story(ROWS[0])
    story.sample(10, 84)
    story.sample(14.5, 84)
    story.tick(60)
    line = story.one("alarm_raised", alarm="SPO2_CRIT")
    assert (line["t"], line["since"]) == (15.5, 10.0)


def test_a_delay_that_fills_with_the_last_standing_moment_counts() -> None:
    """Five valid seconds are five valid seconds: 10 to 15, though nothing stands from 15 on."""
    story = calm_story(ROWS[0])
    story.samples(10, 12, 84)
    story.tick(60)
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["t"] == 15.0


def test_a_delay_short_of_a_moment_does_not_count() -> None:
    story = calm_story(ROWS[0])
    story.sample(10, 84)
    story.sample(10.999, 84)
    story.tick(60)
    assert story.all("alarm_raised", alarm="SPO2_CRIT") == []
    line = story.one("alarm_pending_dropped", alarm="SPO2_CRIT")
    assert (line["t"], line["held_s"]) == (44.999, 4.999)


@pytest.mark.parametrize(("back", "latched"), [(33.999, 38.999), (34, 44)])
def test_clear_timer_stands_still_through_ten_seconds_and_restarts_after(back: float, latched: float) -> None:
    """SPO2_CRIT, five seconds at 88, the last standing until 24, then nothing for just under and at 10 s."""
    story = raised_story(ROWS[0])  # raised at 15
    story.samples(16, 19, 84)
    story.samples(19, 21, 88)  # stands until 24
    assert story.told("SPO2_CRIT") == [(15, "alarm_raised")]
    story.samples(back, back + 12, 88)
    assert story.all("alarm_latched", alarm="SPO2_CRIT")[0]["t"] == latched


def test_clear_timer_restarts_at_any_value_short_of_the_level() -> None:
    story = raised_story(ROWS[0])
    story.samples(16, 25, 88)
    story.sample(25, 87.9)
    story.samples(26, 40, 88)
    assert story.one("alarm_latched", alarm="SPO2_CRIT")["t"] == 36.0


def test_spo2_low_clears_after_120_valid_seconds_at_90() -> None:
    """The second way (rulings 3): 91 never reaches 92 and still ends it."""
    story = raised_story(ROWS[1])  # raised at 25
    story.samples(26, 150, 91)
    assert story.told("SPO2_LOW") == [(25, "alarm_raised"), (146, "alarm_latched")]


def test_spo2_low_second_way_restarts_below_90_and_keeps_counting_over_92() -> None:
    story = raised_story(ROWS[1])
    story.samples(26, 100, 90)
    story.sample(100, 89.9)
    story.samples(101, 110, 93)  # nine seconds are not ten
    story.samples(110, 300, 90)
    assert story.one("alarm_latched", alarm="SPO2_LOW")["t"] == 221.0


def test_spo2_low_rises_sixty_seconds_after_since() -> None:
    story = raised_story(ROWS[1])
    story.samples(26, 100, 89)
    assert story.told("SPO2_LOW") == [(25, "alarm_raised"), (70, "alarm_priority_changed")]
    line = story.one("alarm_priority_changed")
    assert (line["priority"], line["value"], line["limit"]) == ("high", 89, 90)


def test_spo2_low_rises_also_when_acknowledged() -> None:
    """Row 11: the acknowledgement is void; two events (rulings 2.6), once."""
    story = raised_story(ROWS[1])
    story.samples(26, 30, 89)
    story.acknowledge(30, "SPO2_LOW")
    story.samples(30, 200, 89)
    assert story.told("SPO2_LOW")[1:] == [
        (30, "alarm_acknowledged"),
        (70, "alarm_priority_changed"),
        (70, "alarm_rearmed"),
    ]
    line = story.one("alarm_rearmed", reason="priority")
    assert line["priority"] == "high"


@pytest.mark.parametrize(
    ("broken", "until", "expected"),
    [(40, 42, 102.0), (14, 16, 76.0)],
    ids=["while present", "while pending"],
)
def test_spo2_low_rise_starts_anew_after_a_value_at_90(broken: float, until: float, expected: float) -> None:
    """All below 90: 60 s continuous, so a break starts it anew, before the onset too."""
    story = calm_story(ROWS[1])
    story.samples(10, broken, 89)
    story.samples(broken, until, 90)
    story.samples(until, 200, 89)
    assert story.one("alarm_raised", alarm="SPO2_LOW")["since"] == 10
    assert story.one("alarm_priority_changed", alarm="SPO2_LOW")["t"] == expected


@pytest.mark.parametrize("gap", [5, 30])
def test_spo2_low_rise_stands_still_without_data(gap: float) -> None:
    """Valid time only. The documents set no longest gap here; the timer keeps what it has."""
    story = calm_story(ROWS[1])
    story.samples(10, 40, 89)
    story.off(40, 40 + gap)
    story.samples(40 + gap, 200, 89)
    assert story.one("alarm_priority_changed", alarm="SPO2_LOW")["t"] == 70 + gap


def test_spo2_low_recurs_at_its_own_priority() -> None:
    """Rulings 3, re-arming: HIGH before, MEDIUM again, and the minute counts from the new since."""
    story = raised_story(ROWS[1])
    story.samples(26, 80, 89)
    story.samples(80, 95, 95)
    story.samples(95, 200, 89)
    line = story.one("alarm_rearmed", reason="recurrence")
    assert (line["t"], line["since"], line["priority"]) == (110, 95, "medium")
    assert [found["t"] for found in story.all("alarm_priority_changed", alarm="SPO2_LOW")] == [70, 155]


WEAK: list[dict[str, Any]] = [{"flags": ["low_perfusion"]}, {"perfusion_index": 0.2}, {"perfusion_index": 0.39}]


@pytest.mark.parametrize("weak", WEAK, ids=str)
def test_doubtful_samples_raise_spo2_crit_after_ten_seconds_with_a_mark(weak: dict[str, Any]) -> None:
    """Rulings 3, SPO2_CRIT: SUSPECT by V4 or low_perfusion; no other rule takes them."""
    story = calm_story(ROWS[0])
    story.samples(10, 40, 84, **weak)
    line = story.one("alarm_raised", alarm="SPO2_CRIT")
    assert (line["t"], line["since"], line["doubtful"], line["value"]) == (20.0, 10.0, True, 84)
    assert story.told("SPO2_LOW") == []


@pytest.mark.parametrize(
    "weak", [{"flags": ["artifact"]}, {"perfusion_index": 0.19}, {"flags": ["searching"]}], ids=str
)
def test_other_suspect_or_invalid_samples_do_not_raise_spo2_crit(weak: dict[str, Any]) -> None:
    story = calm_story(ROWS[0])
    story.samples(10, 40, 84, **weak)
    assert story.told("SPO2_CRIT") == []


def test_artifact_beside_low_perfusion_is_not_taken() -> None:
    """The documents leave both flags at once open: motion spoils the number, so the sample is not evaluated."""
    story = calm_story(ROWS[0])
    story.samples(10, 40, 84, flags=["artifact", "low_perfusion"])
    assert story.told("SPO2_CRIT") == []


@pytest.mark.parametrize("place", [0, 2, 4])
def test_one_doubtful_sample_in_the_collected_time_makes_it_ten_seconds(place: int) -> None:
    story = calm_story(ROWS[0])
    for index in range(15):
        story.sample(10 + index, 84, perfusion_index=0.3 if index == place else 4.0)
    line = story.one("alarm_raised", alarm="SPO2_CRIT")
    assert (line["t"], line["doubtful"]) == (20.0, True)


def test_a_doubtful_sample_without_the_trigger_is_not_in_the_collected_time() -> None:
    story = calm_story(ROWS[0])
    story.samples(10, 12, 84)
    story.sample(12, 86, perfusion_index=0.3)
    story.samples(13, 20, 84)
    line = story.one("alarm_raised", alarm="SPO2_CRIT")
    assert line["t"] == 16.0
    assert "doubtful" not in line


def test_doubtful_samples_count_for_clear_and_staleness_of_spo2_crit() -> None:
    story = raised_story(ROWS[0])
    story.samples(16, 60, 84, perfusion_index=0.3)
    assert story.told("SPO2_CRIT") == [(15, "alarm_raised")]
    story.samples(60, 71, 88, perfusion_index=0.3)
    assert story.told("SPO2_CRIT")[1:] == [(70, "alarm_latched")]


def test_doubtful_samples_never_count_for_spo2_no_data() -> None:
    story = Story().open().start(0)
    story.samples(0, 60, 95)
    story.samples(60, 100, 93, perfusion_index=0.3)
    assert story.one("alarm_raised", alarm="SPO2_NO_DATA")["t"] == 74.0


def test_spo2_crit_keeps_its_collected_time_for_thirty_seconds() -> None:
    story = calm_story(ROWS[0])
    story.sample(10, 84)
    story.samples(43.999, 46, 84)
    line = story.one("alarm_raised", alarm="SPO2_CRIT")
    assert (line["t"], line["since"]) == (44.999, 10.0)


def limit(alarm: str) -> AlarmLimit:
    return next(level for level in shipped_rules().levels if level.rule.name == alarm).trigger


def clear(alarm: str) -> AlarmLimit:
    return next(level for level in shipped_rules().levels if level.rule.name == alarm).clears[0].limit


@pytest.mark.parametrize(
    ("baseline", "low", "low_clear", "xlow", "xlow_clear"),
    [
        (None, 48, 52, 40, 45),
        (80, 48, 52, 40, 45),
        (50, 42.5, 47.5, 40, 45),
        (44, 37.4, 41.8, 37.4, 42.4),
        (40, 34.0, 38.0, 35, 40),
    ],
)
def test_slow_pulse_limits_follow_the_baseline(
    baseline: float | None, low: float, low_clear: float, xlow: float, xlow_clear: float
) -> None:
    """Rulings 3: PR_XLOW at min(40, 0.85 B) but always at 35, clear 5 above; PR_LOW to min(52, 0.95 B)."""
    found = [limit("PR_LOW"), clear("PR_LOW"), limit("PR_XLOW"), clear("PR_XLOW")]
    assert [entry.number(baseline) for entry in found] == pytest.approx([low, low_clear, xlow, xlow_clear])


def test_a_slow_pulse_that_is_normal_for_the_patient_ends_with_the_baseline() -> None:
    """Rulings 2.7: the limit moved by the start makes the trigger false; reason limit_changed."""
    story = Story().open()
    story.samples(0, 300, 97, 47)
    assert story.one("alarm_raised", alarm="PR_LOW")["t"] == 15.0
    story.start(300)
    line = story.one("alarm_closed", alarm="PR_LOW")
    assert (line["t"], line["reason"]) == (300, "limit_changed")
    story.samples(300, 400, 97, 47)
    assert len(story.all("alarm_raised", alarm="PR_LOW")) == 1


def test_a_pending_slow_pulse_is_dropped_with_the_baseline() -> None:
    story = Story().open()
    story.samples(0, 290, 97, 49)
    story.samples(290, 300, 97, 47)
    story.start(300)
    assert story.one("alarm_pending_dropped", alarm="PR_LOW")["reason"] == "limit_changed"


def test_a_present_alarm_whose_trigger_stays_true_keeps_its_state() -> None:
    story = Story().open()
    story.samples(0, 300, 97, 55)
    story.samples(300, 340, 97, 46)
    story.start(340)  # B = 55: the limit goes from 48 to 46.75
    assert story.told("PR_LOW") == [(315, "alarm_raised")]


def test_units_and_metric_of_every_level_rule() -> None:
    """PR rules use the oximeter's pulse, never the cuff's (rulings 3)."""
    assert {level.rule.name: level.metric for level in shipped_rules().levels} == {
        **{row.alarm: Metric(row.metric) for row in ROWS},
        "SPO2_DROP": Metric.SPO2,
        "VASOVAGAL": Metric.PULSE_RATE,
    }


def test_the_cuffs_pulse_raises_no_pulse_alarm() -> None:
    story = Story().open()
    for t in range(0, 600, 60):
        story.cuff(t, pulse_rate=180)
    assert not [event for _, event in story.told("PR_XHIGH") + story.told("PR_HIGH")]


def test_a_moved_limit_means_nothing_for_a_value_that_no_longer_stands() -> None:
    story = Story().open()
    story.samples(0, 300, 97, 55)
    story.start(310)
    story.tick(311)
    assert story.told("PR_LOW") == []


def test_a_calm_sample_keeps_its_perfusion_index() -> None:
    story = Story().open()
    story.samples(0, 40, perfusion_index=3.1)
    assert story.bed.calm is not None
    assert (story.bed.state.perfusion_index, story.bed.state.perfusion_at) == (3.1, 39_000_000)


def test_of_two_clear_conditions_the_one_that_is_reached_first_ends_the_alarm() -> None:
    """SPO2_LOW: two minutes at 90 or more, or ten seconds at 92. Here the two minutes are over first."""
    story = Story().open()
    story.samples(0, 10, 90)
    story.samples(10, 30, 89)
    story.samples(30, 145, 91)
    story.samples(145, 170, 93)
    assert story.told("SPO2_LOW") == [(25, "alarm_raised"), (150, "alarm_latched")]


def resting_at_50() -> Story:
    """A pulse baseline of 50, so that PR_LOW is at 42.5; no pressure was taken. Alarm at 41, then 45: neither low
    by that limit nor over.
    """
    story = Story().open()
    story.samples(0, 600, 97, 50)
    story.start(600)
    story.samples(600, 630, 97, 41)
    story.samples(630, 640, 97, 45)
    assert story.told("PR_LOW") == [(615, "alarm_raised")]
    return story


def test_2_7_a_limit_of_the_patient_that_the_baseline_outweighs_ends_no_alarm() -> None:
    """PR_LOW goes by the lower of the number and the part of the baseline: that part has not moved."""
    story = resting_at_50()
    story.command(640, "set_limit", alarm="PR_LOW", low=47)
    assert story.told("PR_LOW")[1:] == [(640, "limit_changed")]


def test_2_7_a_late_baseline_of_the_pressure_ends_no_alarm_on_the_pulse() -> None:
    story = resting_at_50()
    story.command(640, "record_reading", values={"systolic": 120, "diastolic": 76}, at=500)
    assert story.one("baseline_frozen", metric="systolic", revised=True)["value"] == 120
    assert story.told("PR_LOW") == [(615, "alarm_raised")]


@pytest.mark.parametrize(
    ("values", "alarm", "latest"),
    [([(97, 30)] * 5 + [(97, 72)], "PR_XLOW", 20), ([(75, 72)] * 7 + [(97, 72)], "SPO2_CRIT", 16)],
)
def test_v5_v6_a_value_that_steps_there_and_back_is_not_held_back_for_ever(
    values: list[tuple[float, float]], alarm: str, latest: float
) -> None:
    """Held back for one hold in any 30 s; each step back began it anew, and nothing was told (decisions/0005)."""
    story = Story().open().start(0)
    story.samples(0, 60)
    for t in range(60, 360):
        story.sample(t, *values[(t - 60) % len(values)])
    onset = story.told(alarm)[0]
    assert onset[1] == "alarm_raised"
    assert onset[0] <= 60 + latest


@pytest.mark.parametrize(("name", "further"), [("PR_LOW", -10), ("PR_HIGH", 10)])
def test_of_a_trigger_with_two_limits_the_one_that_is_met_last_decides(name: str, further: float) -> None:
    rule = next(level for level in shipped_rules().levels if level.rule.name == name)
    number = rule.limit(None)
    beyond = AlarmLimit(rule.trigger.comparison, number + further)
    within = AlarmLimit(rule.trigger.comparison, number - further)
    assert replace(rule, also=beyond).limit(None) == number + further
    assert replace(rule, also=within).limit(None) == number
