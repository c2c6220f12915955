"""CLOCK of a device (alarm-system 3.2): more than 60 s from the server's for 60 s, LOW, in every phase (3.3)."""

from __future__ import annotations

import pytest

from tests.support.ward import CUFF, OXIMETER, Story


def story_in(phase: str) -> Story:
    story = Story()
    return story if phase == "IDLE" else story.open(0).start(0)


@pytest.mark.parametrize("phase", ["IDLE", "INFUSING"])
@pytest.mark.parametrize("ahead", [-90, 90, 3600])
def test_3_3_clock_in_every_phase(phase: str, ahead: int) -> None:
    """Samples in the calm band are looked at, too."""
    story = story_in(phase)
    start = 4000
    for t in range(start, start + 30):
        story.sample(t, device_t=t)
    for t in range(start + 30, start + 90):
        story.sample(t, device_t=t + ahead, seq=t)
    assert story.told("CLOCK") == []
    story.sample(start + 90, device_t=start + 90 + ahead)
    line = story.one("alarm_raised", alarm="CLOCK")
    assert (line["t"], line["since"], line["priority"]) == (start + 90, start + 30, "low")
    assert (line["value"], line["limit"], line["unit"], line["device"]) == (ahead, 60, "s", OXIMETER)
    # Set right, which for one that was ahead is a step back by more than a late copy's.
    story.sample(start + 91, device_t=start + 91)
    assert story.told("CLOCK")[1:] == [(start + 91, "alarm_closed")]


def test_a_minute_is_not_more_than_a_minute() -> None:
    story = Story()
    for t in range(200):
        story.sample(t, device_t=t + 60)
    assert story.lines == []


def test_messages_that_were_held_up_are_no_wrong_clock() -> None:
    """A device that sends what it had kept, and then the present: nothing has been wrong for 60 s."""
    story = Story()
    for t in range(20):
        story.sample(300 + t / 10, device_t=100 + t)
    for t in range(303, 400):
        story.sample(t, device_t=t)
    assert story.told("CLOCK") == []


def test_a_cuff_tells_its_clock_once_a_reading() -> None:
    """One reading is enough: its clock has been wrong since, as far as anybody knows."""
    story = Story().open()
    story.cuff(1000, device_t=100)
    story.tick(1059.999)
    assert story.told("CLOCK") == []
    story.tick(1060)
    assert story.one("alarm_raised", alarm="CLOCK")["device"] == CUFF


def test_after_a_discharge_it_is_raised_for_the_empty_bed() -> None:
    story = Story().open()
    story.sample(1000, device_t=0)
    story.tick(1100)
    story.command(1200, "abort", reason="transfer")
    assert story.told("CLOCK") == [(1060, "alarm_raised"), (1200, "alarm_closed"), (1200, "alarm_raised")]


def test_the_clock_of_a_cuff_is_watched_as_that_of_an_oximeter_and_set_right_with_its_next_reading() -> None:
    story = Story()
    story.cuff(100, device_t=190)
    story.cuff(300, device_t=420)
    line = story.one("alarm_raised", alarm="CLOCK")
    assert (line["t"], line["device"], line["value"]) == (160, CUFF, 90)
    assert story.bed.state.book.open[f"CLOCK@{CUFF}"].value == 120, "as it is now"
    story.cuff(600, device_t=600)
    assert story.told("CLOCK") == [(160, "alarm_raised"), (600, "alarm_closed")]
