"""BATTERY (alarm-system 3.2): below 20 % LOW, below 10 % MEDIUM, for 30 s, in every phase (3.3; rulings 2.8)."""

from __future__ import annotations

import pytest

from monitor.core.bed_state import DeviceSetup, Setup
from tests.support.ward import CUFF, OXIMETER, Line, Story


def battery(story: Story, t: float, percent: float, device: str = CUFF) -> list[Line]:
    return story.put(t, "battery", device=device, percent=percent)


def told(story: Story, device: str = CUFF) -> list[tuple[float, str, str]]:
    return [
        (line["t"], line["event"], line["priority"])
        for line in story.lines
        if line.get("alarm") == "BATTERY" and line["device"] == device
    ]


@pytest.mark.parametrize("phase", ["IDLE", "PRE", "INFUSING", "PAUSED", "RECOVERY"])
def test_3_3_battery_in_every_phase(phase: str) -> None:
    """LOW below 20 % after 30 s, whatever the phase: the slash of the row is between its two levels."""
    story = Story()
    if phase != "IDLE":
        story.open(0)
    if phase not in ("IDLE", "PRE"):
        story.start(1)
    if phase == "PAUSED":
        story.command(2, "pause_infusion")
    if phase == "RECOVERY":
        story.command(2, "end_infusion")
    battery(story, 10, 19)
    story.tick(39.999)
    assert told(story) == []
    story.tick(40)
    line = story.one("alarm_raised", alarm="BATTERY")
    assert (line["t"], line["since"], line["priority"]) == (40, 10, "low")
    assert (line["value"], line["limit"], line["unit"], line["bed"]) == (19, 20, "%", "bay-1")


def test_exactly_at_the_limit_is_not_below() -> None:
    story = Story()
    battery(story, 0, 20)
    story.tick(100)
    assert told(story) == []


def test_below_ten_it_rises_to_medium() -> None:
    story = Story()
    battery(story, 0, 12)
    battery(story, 100, 9)
    story.tick(129.999)
    assert told(story) == [(30, "alarm_raised", "low")]
    story.tick(130)
    assert told(story)[1:] == [(130, "alarm_priority_changed", "medium")]


def test_the_delay_of_a_level_runs_on_through_further_messages() -> None:
    """A device that tells its charge every ten seconds does not put its own alarm off."""
    story = Story()
    for t in range(0, 100, 10):
        battery(story, t, 5)
    assert told(story) == [(30, "alarm_raised", "medium")]
    falling = Story()
    for t in range(0, 100, 10):
        battery(falling, t, 12 if t < 50 else 9)
    assert told(falling) == [(30, "alarm_raised", "low"), (80, "alarm_priority_changed", "medium")]


def test_a_battery_that_is_empty_at_once_is_medium_at_once() -> None:
    story = Story()
    battery(story, 0, 5)
    story.tick(60)
    assert told(story) == [(30, "alarm_raised", "medium")]
    assert story.one("alarm_raised")["limit"] == 10


def test_a_dip_shorter_than_the_delay_is_nothing() -> None:
    story = Story()
    battery(story, 0, 19)
    battery(story, 29, 21)
    battery(story, 30, 19)
    story.tick(59.999)
    assert told(story) == []


def test_closes_when_charged_and_not_by_a_little() -> None:
    """From 8 to 15 % it keeps its priority; at 20 % it is over."""
    story = Story()
    battery(story, 0, 8)
    battery(story, 40, 15)
    story.tick(100)
    assert told(story) == [(30, "alarm_raised", "medium")]
    battery(story, 110, 20)
    assert told(story)[1:] == [(110, "alarm_closed", "medium")]


def test_an_acknowledged_one_speaks_up_at_the_graver_level() -> None:
    """Row 11."""
    story = Story()
    battery(story, 0, 15)
    story.tick(30)
    story.acknowledge(40, "BATTERY")
    battery(story, 50, 7)
    story.tick(80)
    assert [event for _, event, _ in told(story)] == [
        "alarm_raised",
        "alarm_acknowledged",
        "alarm_priority_changed",
        "alarm_rearmed",
    ]


@pytest.mark.parametrize("phase", ["IDLE", "INFUSING"])
def test_the_flag_of_an_oximeter_is_the_first_level(phase: str) -> None:
    """`battery_low` needs no percentage; a sample without it, calm as it may be, ends the alarm."""
    story = Story()
    if phase == "INFUSING":
        story.open(0).start(0)
        story.samples(0, 60)
    story.samples(60, 90, flags=["battery_low"])
    assert told(story, OXIMETER) == []
    story.sample(90, flags=["battery_low"])
    assert told(story, OXIMETER) == [(90, "alarm_raised", "low")]
    line = story.one("alarm_raised", alarm="BATTERY")
    assert (line["since"], line["value"], line["limit"]) == (60, None, None)
    story.sample(91)
    assert told(story, OXIMETER)[1:] == [(91, "alarm_closed", "low")]


def test_a_silent_device_has_not_been_charged() -> None:
    """Missing data end no alarm."""
    story = Story()
    battery(story, 0, 15)
    story.put(5, "link", device=CUFF, state="down")
    story.tick(10_000)
    assert told(story) == [(30, "alarm_raised", "low")]


def test_each_device_has_its_own() -> None:
    story = Story()
    battery(story, 0, 15, "b")
    battery(story, 0, 15, "a")
    story.tick(30)
    assert [line["device"] for line in story.all("alarm_raised")] == ["a", "b"]


@pytest.mark.parametrize(("percent", "priority"), [(5, "medium"), (15, "low")])
def test_after_a_discharge_it_is_raised_for_the_empty_bed(percent: float, priority: str) -> None:
    """Row 16 closes every alarm; the battery is low all the same, at whichever of its levels."""
    story = Story().open()
    battery(story, 0, percent)
    story.command(100, "abort", reason="transfer")
    assert told(story) == [
        (30, "alarm_raised", priority),
        (100, "alarm_closed", priority),
        (100, "alarm_raised", priority),
    ]


def test_a_restart_announces_it_again_and_forgets_a_device_that_is_bound_no_more() -> None:
    """Row 17."""
    story = Story(devices=[DeviceSetup(CUFF, 0), DeviceSetup(OXIMETER, 0)])
    battery(story, 0, 15)
    battery(story, 0, 15, OXIMETER)
    story.tick(30)
    story.ward.beds[story.name].setup = Setup(story.name, story.rules, (DeviceSetup(CUFF, 0),))
    story.put(50, "restart")
    assert told(story)[1:] == [(50, "alarm_rearmed", "low")]
    assert told(story, OXIMETER)[1:] == [(50, "alarm_closed", "low")]


def test_a_percentage_that_comes_after_the_flag_is_what_the_alarm_shows() -> None:
    """The flag had none; from then on the least counts."""
    story = Story()
    story.samples(0, 31, flags=["battery_low"])
    alarm = story.bed.state.book.open[f"BATTERY@{OXIMETER}"]
    assert (alarm.value, alarm.worst) == (None, None)
    for t, percent in ((40, 14), (50, 12), (60, 15)):
        battery(story, t, percent, OXIMETER)
    assert (alarm.value, alarm.worst) == (15, 12)


def test_the_delay_counts_from_the_first_word_however_often_it_is_repeated() -> None:
    story = Story()
    for t, percent in ((0, 19), (10, 18), (20, 17)):
        battery(story, t, percent)
    story.tick(30)
    assert (story.one("alarm_raised")["t"], story.one("alarm_raised")["since"]) == (30, 0)


def test_a_level_that_is_not_met_for_long_enough_yet_waits_for_its_own_time() -> None:
    story = Story()
    battery(story, 0, 12)
    battery(story, 20, 9)
    story.tick(60)
    assert told(story) == [(30, "alarm_raised", "low"), (50, "alarm_priority_changed", "medium")]


def test_charged_and_low_again_it_is_raised_again() -> None:
    story = Story()
    for t, percent in ((0, 15), (40, 20), (50, 15)):
        battery(story, t, percent)
    story.tick(100)
    assert told(story) == [(30, "alarm_raised", "low"), (40, "alarm_closed", "low"), (80, "alarm_raised", "low")]


def test_a_percentage_at_the_limit_is_not_what_the_flag_speaks_of() -> None:
    story = Story()
    battery(story, 0, 20, OXIMETER)
    story.samples(0, 31, flags=["battery_low"])
    line = story.one("alarm_raised", alarm="BATTERY")
    assert (line["value"], line["limit"]) == (None, None)
