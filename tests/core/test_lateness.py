"""Samples that come twice, out of order, after a restart or late (signals-and-simulation 1.1, V11 and V12)."""

from __future__ import annotations

import pytest

from tests.support.ward import Story

# -- V11 --------------------------------------------------------------------------------------------------------


def test_v11_the_same_number_twice_is_dropped_and_counted() -> None:
    story = Story().open()
    story.sample(0, 90, seq=1)
    for t in range(1, 10):
        story.sample(t, 84, seq=1)
    assert story.told() == []
    assert story.bed.state.spo2.raw == 90
    assert story.bed.state.devices["ox-1"].repeats == 9


def test_v11_a_restarted_number_is_accepted() -> None:
    story = Story().open()
    story.sample(0, 90, seq=412)
    story.sample(1, 91, seq=0)
    assert story.bed.state.spo2.raw == 91


@pytest.mark.parametrize(
    ("device_t", "accepted"), [(1000.0, True), (999.999, False), (940.0, False), (939.999, True), (1001.0, True)]
)
def test_v11_device_time_stepping_back(device_t: float, accepted: bool) -> None:
    """Back by up to 60 s is out of order and dropped; by more is a restart and taken."""
    story = Story().open()
    story.sample(0, 90, device_t=1000.0)
    story.sample(1, 91, device_t=device_t)
    assert (story.bed.state.spo2.raw == 91) is accepted
    assert story.bed.state.devices["ox-1"].repeats == (0 if accepted else 1)


def test_v11_numbers_of_samples_and_cuff_readings_do_not_meet() -> None:
    """One device that is both counts each kind by itself: a reading is no copy of a sample."""
    story = Story().open()
    story.sample(0, 97, device="both", seq=7)
    story.cuff(1, 185, device="both", seq=7)
    assert story.told("SBP_CRIT") == [(1, "alarm_raised")]
    story.cuff(2, 190, device="both", seq=7)
    assert story.told("SBP_CRIT") == [(1, "alarm_raised")]
    assert story.bed.state.devices["both"].repeats == 1


def test_v11_a_restarted_number_is_told() -> None:
    story = Story().open()
    story.sample(0, 97, seq=412)
    story.sample(1, 97, seq=0)
    story.sample(2, 97, seq=1)
    line = story.one("device_restarted")
    assert (line["t"], line["device"], line["seq"], line["clock_back_s"]) == (1.0, "ox-1", 0, 0)


def test_v11_a_larger_step_back_is_told_and_makes_a_new_start() -> None:
    """An hour back: nothing that follows is late against the old clock."""
    story = Story().open()
    for t in range(100):
        story.sample(t, 97, device_t=7200 + t)
    for t in range(100, 120):
        story.sample(t, 84, device_t=3600 + t)
    assert (story.one("device_restarted")["t"], story.one("device_restarted")["clock_back_s"]) == (100.0, 3599.0)
    assert story.bed.state.spo2.raw == 84
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["since"] == 100.0


# -- V12 --------------------------------------------------------------------------------------------------------


def delayed(late: float, spo2: float = 84, ahead: float = 1440) -> Story:
    """A device whose clock is minutes off: a minute in time, then samples that took `late` seconds longer."""
    story = Story().open()
    for t in range(60):
        story.sample(t, 97, device_t=t + ahead)
    for t in range(60, 80):
        story.sample(t, spo2, device_t=t + ahead - late)
    return story


@pytest.mark.parametrize(("late", "taken"), [(5.0, True), (5.001, False)])
@pytest.mark.parametrize("ahead", [1440, 0, 100_000])
def test_v12_more_than_five_seconds_late_is_for_the_chart_only(late: float, taken: bool, ahead: float) -> None:
    """Against the device's own fastest, never the raw difference. The first late sample's clock steps back, too."""
    story = delayed(late, ahead=ahead)
    assert bool(story.told("SPO2_CRIT")) is taken
    told = [(line["t"], line["metric"], line["verdict"]) for line in story.all("value_rejected", reason="late")]
    # The step back drops samples until the device's clock has caught up with what it said last (V11).
    assert told == ([] if taken else [(65.0, "spo2", "VALID"), (65.0, "pulse_rate", "VALID")])


def test_v12_late_samples_are_charted_as_valid_and_shown_as_nothing_new() -> None:
    story = delayed(20)
    channel = story.bed.state.spo2
    assert (channel.judgement is not None and channel.judgement.verdict.value, channel.raw, channel.track.value) == (
        "VALID",
        97,
        97,
    )


def test_v12_missing_data_are_counted_through_late_samples() -> None:
    """A stall of the network: what comes is old, so that nothing valid has come for 60 s."""
    story = Story().open()
    for t in range(60):
        story.sample(t, device_t=t)
    for t in range(70, 140):
        story.sample(t, device_t=t - 9)
    assert story.told("SPO2_NO_DATA") == [(119, "alarm_raised")]


def test_v12_the_fastest_counts_for_ten_minutes() -> None:
    """After a lasting change of the way the data take, the new one is the measure ten minutes later."""
    story = Story().open()
    story.sample(0, device_t=0)
    for t in range(10, 640):
        story.sample(t, device_t=t - 8)
    judged = story.all("value_rejected", reason="late")
    assert [line["t"] for line in judged] == [10.0, 10.0]
    assert story.bed.state.spo2.track.value == 97
    assert story.bed.state.spo2.track.starts[-1] == 601 * 1_000_000


def test_v12_a_burst_after_a_stall_ends_with_the_sample_in_time() -> None:
    """Ten seconds of the network's silence come at once: the old ones are late, the newest counts."""
    story = Story().open()
    for t in range(60):
        story.sample(t, 97, device_t=t)
    for t in range(60, 70):
        story.sample(70, 80 if t < 65 else 97, device_t=t)
    assert story.bed.state.spo2.track.at == 70 * 1_000_000
    assert story.told() == []
