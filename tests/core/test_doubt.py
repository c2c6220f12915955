"""Numbers that something else speaks against: V7, V9 by the pleth, V10 by the cuff (signals-and-simulation 1.1)."""

from __future__ import annotations

from typing import Any

import pytest

from config.instant import SECOND
from config.vocabulary import Metric
from tests.support.ward import Line, Story

PULSE = "pulse_rate"


def rejected(story: Story, reason: str) -> list[tuple[float, str, str]]:
    return [(line["t"], line["metric"], line["verdict"]) for line in story.all("value_rejected", reason=reason)]


# -- V7 ---------------------------------------------------------------------------------------------------------


def frozen(seconds: int, rates: tuple[float, float] = (70, 76), sqi: float = 0.9, **more: Any) -> Story:
    """97 and 72 without a change, while the wave's own pulse goes between two rates."""
    story = Story().open()
    for t in range(seconds):
        story.sample(t, 97, 72)
        story.pleth(t + 0.5, sqi, rates[t // 10 % 2], **more)
    return story


def test_v7_stuck_values_are_suspect_after_two_minutes() -> None:
    """At 120.5 both have not changed for more than 120 s; the next sample is doubtful."""
    assert rejected(frozen(121), "stuck") == []
    assert rejected(frozen(130), "stuck") == [(121.0, "spo2", "SUSPECT"), (121.0, PULSE, "SUSPECT")]


@pytest.mark.parametrize(("rates", "stuck"), [((70, 75), False), ((70, 75.1), True)])
def test_v7_the_wave_must_have_moved_by_more_than_five(rates: tuple[float, float], stuck: bool) -> None:
    assert bool(rejected(frozen(200, rates), "stuck")) is stuck


@pytest.mark.parametrize(("sqi", "stuck"), [(0.79, False), (0.8, True)])
def test_v7_only_a_good_wave_counts(sqi: float, stuck: bool) -> None:
    assert bool(rejected(frozen(200, sqi=sqi), "stuck")) is stuck


def test_v7_never_without_a_pleth() -> None:
    story = Story().open()
    story.samples(0, 600)
    assert story.all("value_rejected") == []


def test_v7_the_wave_of_another_probe_says_nothing() -> None:
    assert rejected(frozen(200, device="ox-2"), "stuck") == []


def test_v7_the_numbers_must_be_of_one_probe() -> None:
    """Saturation from one, pulse from the other: whose wave is it that moved?"""
    story = Story().open()
    for t in range(200):
        story.sample(t, 97, None)
        story.sample(t + 0.02, None, 72, device="ox-2")
        story.pleth(t + 0.5, 0.9, 70 + t // 10 % 2 * 10, device="ox-2")
        story.pleth(t + 0.5, 0.9, 70 + t // 10 % 2 * 10)
    state = story.bed.state
    assert (state.spo2.device, state.pulse.device) == ("ox-1", "ox-2")
    assert (state.stuck, state.pleth.still_from) == (None, None)


def test_v7_one_number_that_moves_is_enough() -> None:
    story = Story().open()
    for t in range(400):
        story.sample(t, 97, 72 + (t // 100) % 2)
        story.pleth(t + 0.5, 0.9, 70 + t // 10 % 2 * 10)
    assert story.all("value_rejected") == []


def test_v7_ends_with_another_value() -> None:
    story = frozen(130)
    story.samples(130, 132, 97, 73)
    assert story.bed.state.stuck is None
    assert story.bed.state.pulse.track.value == 73
    assert rejected(story, "stuck")[2:] == []


def test_v7_stuck_values_leave_an_alarm_stale_and_never_clear_it() -> None:
    """Raised at 84, then the number sticks there: the alarm stays and is marked, missing data are told."""
    story = Story().open()
    for t in range(200):
        story.sample(t, 84, 72)
        story.pleth(t + 0.5, 0.9, 70 + t // 10 % 2 * 10)
    assert [event for _, event in story.told("SPO2_CRIT")] == ["alarm_raised", "alarm_stale"]
    assert [event for _, event in story.told("SPO2_NO_DATA")] == ["alarm_raised"]


# -- V9 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sqi", "suspect"), [(0.49, True), (0.5, False)])
def test_v9_poor_pleth_is_motion(sqi: float, suspect: bool) -> None:
    story = Story().open()
    story.samples(0, 10)
    story.pleth(9.5, sqi)
    story.sample(10)
    assert rejected(story, "motion") == ([(10.0, "spo2", "SUSPECT"), (10.0, PULSE, "SUSPECT")] if suspect else [])


def test_v9_feeds_no_alarm() -> None:
    story = Story().open()
    for t in range(60):
        story.pleth(t, 0.3)
        story.sample(t, 80, 35)
    assert {line["alarm"] for line in story.all("alarm_raised")} <= {"SPO2_NO_DATA", "PULSE_LOST"}


def test_v9_a_device_s_motion_flag_feeds_no_alarm_and_ends_with_the_flag() -> None:
    """Without a value before: a change against one is V5's, which believes what stands whatever else shows."""
    story = Story().open()
    for t in range(60):
        story.sample(t, 80, 35, flags=["motion"])
    assert {line["alarm"] for line in story.all("alarm_raised")} <= {"SPO2_NO_DATA", "PULSE_LOST"}
    assert rejected(story, "motion") == [(0.0, "spo2", "SUSPECT"), (0.0, PULSE, "SUSPECT")]
    story.samples(60, 61)
    assert story.bed.state.spo2.track.at == 60 * SECOND


def test_v9_ends_with_a_good_second() -> None:
    story = Story().open()
    story.pleth(0, 0.3)
    story.samples(0, 3)
    story.pleth(2.5, 0.8)
    story.sample(3)
    assert story.bed.state.spo2.track.at == 3 * SECOND


@pytest.mark.parametrize(("t", "valid"), [(3.999, False), (4.0, True)])
def test_v9_measures_stand_as_long_as_a_sample(t: float, valid: bool) -> None:
    story = Story().open()
    story.pleth(0, 0.3)
    story.sample(t)
    assert bool(story.all("value_rejected")) is not valid


def test_v9_a_weak_signal_keeps_its_own_reason() -> None:
    """A weak signal makes the wave poor as well, and SPO2_CRIT must go on taking it (rulings 3)."""
    story = Story().open()
    for t in range(20):
        story.pleth(t, 0.3)
        story.sample(t, 80, perfusion_index=0.3)
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["doubtful"] is True


def test_v9_a_fall_that_stands_is_believed_all_the_same() -> None:
    """V5: VALID whatever else shows."""
    story = Story().open()
    story.samples(0, 10)
    for t in range(10, 30):
        story.pleth(t, 0.3)
        story.sample(t, 84)
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["t"] == 18.0


# -- V10 --------------------------------------------------------------------------------------------------------


def compared(pulse: float, cuff: float, **more: Any) -> Story:
    """Twenty seconds of a pulse rate, then a cuff reading with its own."""
    story = Story().open()
    story.samples(0, 20, 97, pulse)
    story.cuff(20, pulse_rate=cuff, **more)
    return story


@pytest.mark.parametrize(
    ("pulse", "cuff", "mismatch"),
    [(72, 82, False), (72, 82.1, True), (72, 61.9, True), (134, 122, False), (134.3, 122, True), (109, 120, False)],
)
def test_v10_more_than_ten_or_a_tenth(pulse: float, cuff: float, mismatch: bool) -> None:
    """A tenth of the cuff's pulse; the documents leave open of which."""
    story = compared(pulse, cuff)
    story.sample(20, 97, pulse)
    expected = [(20.0, "pulse_rate_cuff", "SUSPECT"), (20.0, PULSE, "SUSPECT")] if mismatch else []
    assert rejected(story, "pulse_mismatch") == expected


def test_v10_spares_pressures_and_saturation() -> None:
    story = compared(72, 100, systolic=185)
    story.samples(20, 30, 84, 72)
    assert story.told("SBP_CRIT") == [(20, "alarm_raised")]
    assert story.told("SPO2_CRIT") != []


@pytest.mark.parametrize(
    ("alarm", "pulse", "raised"),
    [("PR_XLOW", 38, True), ("PR_XHIGH", 155, True), ("PR_LOW", 46, False), ("PR_HIGH", 130, False)],
)
def test_v10_extremes_are_still_evaluated(alarm: str, pulse: float, raised: bool) -> None:
    """Marked doubtful; the others wait for agreement."""
    story = compared(72, 100)
    story.sample(20, 97, 72)
    story.samples(24, 60, 97, pulse)
    assert [line.get("doubtful") for line in story.all("alarm_raised", alarm=alarm)] == ([True] if raised else [])


def test_v10_vasovagal_is_still_evaluated_with_a_median_of_such_rates() -> None:
    story = compared(72, 100)
    story.samples(20, 200, 97, 72)
    story.samples(200, 210, 97, 50)
    assert story.one("alarm_raised", alarm="VASOVAGAL")["t"] == 205.0


def test_v10_an_extreme_clears_by_such_rates_too() -> None:
    story = compared(72, 100)
    story.samples(20, 40, 97, 38)
    story.samples(40, 60, 97, 60)
    assert [event for _, event in story.told("PR_XLOW")] == ["alarm_raised", "alarm_latched"]


def test_v10_feeds_neither_baseline_nor_return() -> None:
    story = compared(72, 100)
    story.samples(20, 200, 97, 72)
    story.start(200)
    frozen = story.one("baseline_frozen", metric=PULSE)
    assert frozen["inputs"] == ["20 valid s"] or frozen["grade"] == "NONE"


def test_v10_compares_with_the_median_of_ten_seconds() -> None:
    """Six seconds at 72, four at 100: the median is 72."""
    story = Story().open()
    story.samples(0, 16, 97, 80)
    story.samples(16, 20, 97, 100)
    story.cuff(20, pulse_rate=75)
    assert not story.bed.state.mismatched


def test_v10_stays_until_the_next_comparison() -> None:
    """Rates that differ are compared again with the next cuff pulse: agreement ends it."""
    story = compared(72, 100)
    story.samples(20, 300, 97, 72)
    assert rejected(story, "pulse_mismatch")[1:] == [(20.0, PULSE, "SUSPECT")]
    story.cuff(300, pulse_rate=74)
    story.sample(300, 97, 72)
    assert story.bed.state.pulse.track.at == 300 * SECOND


@pytest.mark.parametrize("fields", [{"pulse_rate": None}, {"irregular": True}, {"error": "motion"}])
def test_v10_a_cuff_pulse_that_is_not_valid_compares_nothing(fields: dict[str, Any]) -> None:
    story = Story().open()
    story.samples(0, 20, 97, 72)
    story.cuff(20, **({"pulse_rate": 100} | fields))
    assert not story.bed.state.mismatched


def test_v10_without_a_pulse_rate_the_verdict_stays() -> None:
    story = compared(72, 100)
    story.off(20, 60)
    story.cuff(60, pulse_rate=72)
    assert story.bed.state.mismatched


@pytest.mark.parametrize(("t", "alarm"), [(919, False), (920, True)])
def test_v10_ends_after_fifteen_minutes_without_a_comparison(t: float, alarm: bool) -> None:
    """The cuff is off the arm, readings are taken by hand: one old comparison must not silence PR_LOW for good."""
    story = compared(72, 100)
    story.samples(20, 800, 97, 72)
    story.command(800, "record_reading", values={"systolic": 118, "diastolic": 74})
    story.samples(800, t, 97, 72)
    story.samples(t, t + 16, 97, 46)
    assert bool([line for line in story.told("PR_LOW") if line[0] <= t + 15]) is alarm
    assert story.bed.state.mismatched is False


def test_v10_each_comparison_that_differs_counts_its_fifteen_minutes_anew() -> None:
    story = compared(72, 100)
    story.samples(20, 600, 97, 72)
    story.cuff(600, pulse_rate=100)
    story.samples(600, 1499, 97, 72)
    assert story.bed.state.mismatched
    story.samples(1500, 1501, 97, 72)
    assert not story.bed.state.mismatched


@pytest.mark.parametrize(("felt", "ends"), [(74, True), (82, True), (100, False), (None, False)])
def test_v10_a_pulse_that_a_person_felt_and_that_agrees_ends_it(felt: float | None, ends: bool) -> None:
    """Better than a cuff's; one that differs begins nothing, as before."""
    story = compared(72, 100)
    story.samples(20, 60, 97, 72)
    pulse = {} if felt is None else {"pulse_rate_cuff": felt}
    story.command(60, "record_reading", values={"systolic": 118, "diastolic": 74, **pulse})
    assert story.bed.state.mismatched is not ends


def test_v10_a_hand_entered_pulse_is_no_cuff() -> None:
    story = Story().open()
    story.samples(0, 20, 97, 72)
    story.cuff(20, pulse_rate=100, source="manual")
    assert not story.bed.state.mismatched


def test_a_new_patient_starts_without_doubt() -> None:
    story = compared(72, 100)
    story.samples(20, 30)
    story.command(30, "abort", reason="moved")
    story.open(31)
    state = story.bed.state
    assert (state.mismatched, state.stuck, state.unmatched.value) == (False, None, None)


def shown(story: Story, metric: Metric) -> Line:
    judgement = story.bed.state.channel(metric).judgement
    assert judgement is not None
    return {"verdict": judgement.verdict.value, "reason": judgement.reason}


def test_every_verdict_carries_its_reason() -> None:
    story = compared(72, 100)
    story.sample(20)
    assert shown(story, Metric.PULSE_RATE) == {"verdict": "SUSPECT", "reason": "pulse_mismatch"}
    assert shown(story, Metric.SPO2) == {"verdict": "VALID", "reason": None}
