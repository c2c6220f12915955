"""Samples that come twice, out of order, after a restart or late (signals-and-simulation 1.1, V11 and V12)."""

from __future__ import annotations

import pytest

from config.instant import seconds
from monitor.core.bed_state import DeviceSetup
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
    for t in (2, 3):
        story.cuff(t, 190, device="both", seq=7)
    assert story.told("SBP_CRIT") == [(1, "alarm_raised")]
    assert story.bed.state.devices["both"].repeats == 2


def test_v11_a_restarted_number_is_told() -> None:
    story = Story().open()
    story.sample(0, 97, seq=412)
    story.sample(1, 97, seq=0)
    story.sample(2, 97, seq=1)
    assert story.one("device_restarted") == {
        "t": 1.0,
        "bed": "bay-1",
        "event": "device_restarted",
        "device": "ox-1",
        "seq": 0,
        "clock_back_s": 0,
    }


def test_v11_a_restarted_number_whose_clock_goes_on_has_no_step_back() -> None:
    story = Story().open()
    story.sample(0, 97, seq=412, device_t=100.0)
    story.sample(1, 97, seq=0, device_t=101.0)
    assert story.one("device_restarted")["clock_back_s"] == 0


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


# -- a clock that is set back while the samples go on (decisions/0005) --------------------------------------------


def set_back(by: float, spo2: float = 84, *, glitch: float = 0) -> Story:
    """A minute in time, perhaps one sample stamped `glitch` seconds ahead, then the clock goes on `by` behind."""
    story = Story().open()
    for t in range(60):
        story.sample(t, 97, device_t=1000 + t)
    if glitch:
        story.sample(59.9, 97, device_t=1059.9 + glitch)
    for t in range(60, 120):
        story.sample(t, spo2, device_t=1000 + t - by)
    return story


@pytest.mark.parametrize("by", [4, 6, 20, 61])
def test_v11_a_clock_set_back_hides_two_samples_and_no_more(by: float) -> None:
    """The third in a row at the device's own pace proves a clock that was set: the emergency waits no longer."""
    story = set_back(by)
    assert story.bed.state.devices["ox-1"].repeats == 2
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["since"] == 62.0
    line = story.one("device_restarted")
    assert (line["t"], line["clock_back_s"]) == (62.0, by - 1)
    assert story.all("value_rejected", reason="late") == []


@pytest.mark.parametrize("glitch", [4, 6, 30, 59])
def test_v11_one_wrong_stamp_ahead_hides_two_samples_and_no_more(glitch: float) -> None:
    story = set_back(0, glitch=glitch)
    assert story.bed.state.devices["ox-1"].repeats == 2
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["since"] == 62.0


@pytest.mark.parametrize("pace", [0.0, 0.1, 0.4])
def test_v11_old_samples_that_are_sent_again_faster_than_they_were_made_stay_dropped(pace: float) -> None:
    """A broker empties its queue once more: not one of them is taken for the patient of now."""
    story = Story().open()
    for t in range(60):
        story.sample(t, 97, device_t=t)
    for number in range(30):
        story.sample(60 + number * pace, 80, device_t=29 + number)
    assert story.bed.state.devices["ox-1"].repeats == 30
    assert (story.bed.state.spo2.track.value, story.all("device_restarted"), story.told()) == (97, [], [])


def test_v11_one_old_sample_sent_again_and_again_stays_dropped() -> None:
    story = Story().open()
    for t in range(60):
        story.sample(t, 97, device_t=t)
    for t in range(60, 90):
        story.sample(t, 80, device_t=58)
    assert story.bed.state.devices["ox-1"].repeats == 30
    assert story.bed.state.spo2.track.value == 97


def test_v11_a_second_way_that_is_slower_stays_dropped() -> None:
    """The same device over two bridges: each sample comes again three seconds later, between the fresh ones."""
    story = Story().open()
    for t in range(60):
        story.sample(t, 97, device_t=t)
        if t >= 3:
            story.sample(t + 0.5, 80, device_t=t - 3)
    assert story.bed.state.devices["ox-1"].repeats == 57
    assert story.told() == []


def test_v12_a_device_that_was_away_may_come_back_with_another_clock() -> None:
    """Set while nobody heard it, the clock steps back in no sample: how late is late is learnt anew."""
    story = Story(devices=[DeviceSetup("ox-1", stand=seconds(4), silence=seconds(10))]).open()
    for t in range(60):
        story.sample(t, 97, device_t=1000 + t)
    for t in range(90, 120):
        story.sample(t, 84, device_t=980 + t)
    assert story.told("DEVICE_OFFLINE") == [(69, "alarm_raised"), (90, "alarm_closed")]
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["since"] == 90.0


def test_v12_a_link_that_came_back_may_bring_another_clock() -> None:
    story = Story().open()
    for t in range(60):
        story.sample(t, 97, device_t=1000 + t)
    story.put(60, "link", device="ox-1", state="down", reason="status")
    story.put(66, "link", device="ox-1", state="up", reason="status")
    for t in range(67, 90):
        story.sample(t, 84, device_t=1000 + t - 6)
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["since"] == 67.0


# -- V12 --------------------------------------------------------------------------------------------------------


def delayed(late: float, spo2: float = 84, ahead: float = 1440) -> Story:
    """A device whose clock is minutes off: a minute in time, a stall, then samples that took `late` seconds longer."""
    story = Story().open()
    for t in range(60):
        story.sample(t, 97, device_t=t + ahead)
    for t in range(60, 80):
        story.sample(t + late, spo2, device_t=t + ahead)
    return story


@pytest.mark.parametrize(("late", "taken"), [(5.0, True), (5.001, False)])
@pytest.mark.parametrize("ahead", [1440, 0, 100_000])
def test_v12_more_than_five_seconds_late_is_for_the_chart_only(late: float, taken: bool, ahead: float) -> None:
    """Against the device's own fastest, never the raw difference. Its clock goes on: these are truly old."""
    story = delayed(late, ahead=ahead)
    assert bool(story.told("SPO2_CRIT")) is taken
    told = [(line["t"], line["metric"], line["verdict"]) for line in story.all("value_rejected", reason="late")]
    assert told == ([] if taken else [(65.001, "spo2", "VALID"), (65.001, "pulse_rate", "VALID")])


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
