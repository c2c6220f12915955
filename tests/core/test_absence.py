"""SPO2_NO_DATA (alarm-system 3.2; rulings, section 3), with exact times in each phase."""

from __future__ import annotations

import pytest

from config.instant import SECOND
from config.presets import merge
from monitor.core.bed_state import DeviceSetup
from monitor.core.oximeter.absence import Absence
from monitor.core.preset.read import build_ruleset
from tests.support.ward import Story, preset_table, shipped_rules

RULE = shipped_rules().no_data


def told(story: Story) -> list[tuple[float, str, str]]:
    return [(line["t"], line["event"], line["priority"]) for line in story.lines if line.get("alarm") == "SPO2_NO_DATA"]


def in_phase(phase: str, spo2: float = 97) -> Story:
    """Valid from 0 to 99, the last sample at 99, then `phase` since 50."""
    story = Story().open()
    story.samples(0, 20, spo2)
    if phase != "PRE":
        story.start(20)
    if phase == "PAUSED":
        story.command(20, "pause_infusion")
    if phase == "RECOVERY":
        story.command(20, "end_infusion")
    story.samples(20, 100, spo2)
    return story


@pytest.mark.parametrize("phase", ["INFUSING", "PAUSED"])
def test_low_at_15_and_medium_at_30_seconds_while_the_drug_may_run(phase: str) -> None:
    """Counted from the last valid sample's own t, not from the end of its standing (rulings 1.4)."""
    story = in_phase(phase)
    story.tick(113.999)
    assert told(story) == []
    story.tick(1000)
    assert told(story) == [(114, "alarm_raised", "low"), (129, "alarm_priority_changed", "medium")]
    line = story.one("alarm_raised", alarm="SPO2_NO_DATA")
    assert (line["since"], line["value"]) == (99, 97)


@pytest.mark.parametrize("phase", ["PRE", "RECOVERY"])
def test_low_at_60_seconds_in_other_phases(phase: str) -> None:
    story = in_phase(phase)
    story.tick(158.999)
    assert told(story) == []
    story.tick(10_000)
    assert told(story) == [(159, "alarm_raised", "low")]


@pytest.mark.parametrize("phase", ["INFUSING", "PAUSED", "RECOVERY"])
@pytest.mark.parametrize("spo2", [91.9, 92])
def test_high_at_30_seconds_while_infusing_when_the_last_value_was_under_92(phase: str, spo2: float) -> None:
    story = in_phase(phase, spo2)
    story.tick(10_000)
    high = [entry for entry in told(story) if entry[2] == "high"]
    assert high == ([(129, "alarm_priority_changed", "high")] if (phase, spo2) == ("INFUSING", 91.9) else [])


def test_a_pulse_without_a_saturation_is_no_saturation_and_one_without_a_pulse_is() -> None:
    story = Story().open()
    story.samples(0, 100, None, 72)
    assert story.told("SPO2_NO_DATA") == [(60, "alarm_raised")]
    story = Story().open()
    story.samples(0, 100, 97, None)
    assert story.told("SPO2_NO_DATA") == []


def test_from_the_opening_when_there_never_was_a_sample() -> None:
    story = Story().open(5).start(6)
    story.tick(100)
    assert told(story) == [(20, "alarm_raised", "low"), (35, "alarm_priority_changed", "medium")]
    assert story.one("alarm_raised", alarm="SPO2_NO_DATA")["since"] == 5


def test_start_of_the_infusion_brings_the_shorter_times_at_once() -> None:
    """Forty bad seconds in PRE are told when the infusion starts: both levels are past."""
    story = Story().open()
    story.samples(0, 20)
    story.start(59)
    assert told(story) == [(59, "alarm_raised", "low"), (59, "alarm_priority_changed", "medium")]


def test_a_level_reached_does_not_fall_with_the_phase() -> None:
    story = in_phase("INFUSING")
    story.tick(130)
    story.command(131, "end_infusion")
    story.tick(1000)
    assert told(story)[-1] == (129, "alarm_priority_changed", "medium")


def test_closes_with_the_first_valid_sample_when_the_window_is_thick() -> None:
    story = in_phase("INFUSING")
    story.samples(115, 120)
    assert told(story) == [(114, "alarm_raised", "low"), (115, "alarm_closed", "low")]


def test_closes_when_ten_of_thirty_seconds_are_valid_again() -> None:
    """After a long gap one sample is not enough."""
    story = in_phase("INFUSING")
    story.samples(200, 215)
    assert told(story)[-1] == (210, "alarm_closed", "medium")


def test_closes_when_the_tenth_second_is_full_in_the_first_half_minute_too() -> None:
    """Valid from 15 to 25: closed at 25, before the sample that ends it, whether or not somebody looks at 25."""
    story = Story().open().start(0)
    story.off(0, 15)
    story.samples(15, 25)
    story.off(25, 28)
    assert told(story) == [(15, "alarm_raised", "low"), (25, "alarm_closed", "low")]


def test_an_acknowledged_one_closes_too() -> None:
    """Technical alarms never latch (rulings 2.8)."""
    story = in_phase("INFUSING")
    story.acknowledge(116, "SPO2_NO_DATA")
    story.samples(117, 120)
    assert told(story)[1:] == [(116, "alarm_acknowledged", "low"), (117, "alarm_closed", "low")]


def test_a_later_absence_is_a_new_alarm() -> None:
    story = in_phase("INFUSING")
    story.samples(115, 120)
    story.tick(140)
    assert [line["alarm_id"] for line in story.all("alarm_raised", alarm="SPO2_NO_DATA")] == [
        "bay-1-0001",
        "bay-1-0002",
    ]


def three_in_thirteen(story: Story, start: int, end: int, spo2: float = 80) -> None:
    for t in range(start, end):
        if (t - start) % 13 < 3:
            story.sample(t, spo2)
        else:
            story.sample(t, None, None, flags=["no_finger"])


def test_a_probe_valid_three_seconds_in_thirteen_does_not_stay_silent() -> None:
    """Thin from 30 s after the opening on: LOW 15 s later, HIGH at 30 s for its 80 %."""
    story = Story().open().start(0)
    three_in_thirteen(story, 0, 120)
    assert told(story)[:2] == [(45, "alarm_raised", "low"), (60, "alarm_priority_changed", "high")]
    assert story.one("alarm_raised", alarm="SPO2_NO_DATA")["since"] == 30


def test_thin_counts_from_when_ten_of_thirty_were_last_valid() -> None:
    """Valid to 100, 110 to 113 and 123 to 126: at 126 the window, from 96 on, loses its tenth second."""
    story = in_phase("INFUSING")
    story.off(100, 110)
    three_in_thirteen(story, 110, 170)
    line = story.one("alarm_raised", alarm="SPO2_NO_DATA")
    assert (line["t"], line["since"]) == (141, 126)


def test_a_thin_window_that_thickens_in_time_tells_nothing() -> None:
    story = in_phase("INFUSING")
    story.off(100, 113)
    three_in_thirteen(story, 113, 126)
    story.samples(126, 200)
    assert told(story) == []


def test_no_thin_window_before_thirty_seconds() -> None:
    story = Story().open().start(0)
    three_in_thirteen(story, 0, 27)
    story.samples(27, 60)
    assert told(story) == []


def test_a_thin_window_keeps_the_alarm_although_a_sample_stands() -> None:
    story = in_phase("INFUSING")
    story.off(100, 150)
    story.samples(150, 155)
    story.off(155, 160)
    assert told(story)[-1][1] == "alarm_priority_changed"


def test_held_samples_are_not_valid_until_they_are_believed() -> None:
    """V5 holds from 100; bad time counts from 99 and ends, never told, when the fall is believed at 108."""
    story = in_phase("INFUSING")
    story.samples(100, 130, 84)
    assert told(story) == []
    assert story.bed.state.absence is not None
    assert story.bed.state.absence.last_valid_at == 129 * SECOND


def test_not_without_a_patient() -> None:
    story = Story()
    story.sample(0)
    story.tick(1000)
    assert story.lines == []
    story.open(1000).start(1001)
    story.command(1100, "abort", reason="transfer")
    story.tick(5000)
    assert [event for _, event, _ in told(story)][-1] == "alarm_closed"


def test_it_is_added_to_a_physiological_alarm_not_put_in_its_place() -> None:
    """Row 15: the technical alarm is added."""
    story = Story().open().start(0)
    story.samples(1, 10, 90)
    story.samples(10, 20, 84)
    story.tick(1000)
    assert {alarm.rule.name for alarm in story.bed.state.book.open.values()} >= {"SPO2_CRIT", "SPO2_NO_DATA"}
    assert story.one("alarm_priority_changed", alarm="SPO2_NO_DATA")["priority"] == "high"


@pytest.mark.parametrize("after", [0.5, 1.6, 3.999])
@pytest.mark.parametrize("opened", ["PRE", "INFUSING"])
def test_a_value_that_stands_holds_the_alarm_down_however_short_its_time(after: float, opened: str) -> None:
    """Otherwise it would be raised for the missing sample and cleared by the standing value, without end."""
    table = preset_table()
    levels = [{"after_s": after, "priority": "low"}, {"after_s": 10, "priority": "medium"}]
    merge(table, {"technical": {"SPO2_NO_DATA": {"infusing": levels, "other": levels, "high_after_s": after}}})
    story = Story(rules=build_ruleset(table, "short")).open()
    if opened == "INFUSING":
        story.start(0)
    story.samples(0, 40, 91)
    assert told(story) == []
    story.tick(100)
    assert told(story)[0] == (43, "alarm_raised", "high" if opened == "INFUSING" else "low")


def test_a_value_that_stands_longer_than_the_first_level_holds_it_down() -> None:
    """The shipped rules with an oximeter that speaks every ten seconds, whose values stand 25 s."""
    story = Story(devices=[DeviceSetup("ox-1", 25 * SECOND, 60 * SECOND)]).open().start(0)
    for t in range(0, 100, 10):
        story.sample(t)
    assert told(story) == []
    story.tick(200)
    assert told(story) == [(115, "alarm_raised", "low"), (120, "alarm_priority_changed", "medium")]


def test_absence_counts_only_inside_its_window() -> None:
    absence = Absence(0)
    absence.cover(10 * SECOND, 14 * SECOND)
    absence.cover(12 * SECOND, 16 * SECOND)
    absence.cut(15 * SECOND)
    absence.cover(40 * SECOND, 44 * SECOND)
    assert absence.spans == [[10 * SECOND, 15 * SECOND], [40 * SECOND, 44 * SECOND]]
    assert absence.valid_within(42 * SECOND, 30 * SECOND) == 5 * SECOND
    absence.forget(15 * SECOND + 1)
    assert absence.spans == [[40 * SECOND, 44 * SECOND]]


def test_absence_finds_its_turns_among_several_spans() -> None:
    """Twelve valid seconds in two stretches: thin when the third of them has left the window."""
    absence = Absence(0)
    absence.cover(20 * SECOND, 24 * SECOND)
    absence.cover(30 * SECOND, 38 * SECOND)
    assert absence.next_turn(38 * SECOND, RULE) == 52 * SECOND
    absence.turn(52 * SECOND)
    assert absence.bad_since() == 30 * SECOND
    assert absence.next_turn(53 * SECOND, RULE) is None
    absence.cover(60 * SECOND, 70 * SECOND)
    assert absence.next_turn(60 * SECOND, RULE) == 68 * SECOND + 2 * SECOND
    absence.turn(70 * SECOND)
    assert absence.thin_from is None


def test_time_that_does_not_count_moves_all_that_is_known_by_its_length() -> None:
    """Frozen at 30 for a minute: what was valid before stands as near to now as it stood then."""
    absence = Absence(0)
    absence.cover(10 * SECOND, 14 * SECOND)
    absence.cover(26 * SECOND, 34 * SECOND)
    absence.thin_from = 20 * SECOND
    absence.freeze(30 * SECOND)
    absence.resume(90 * SECOND)
    assert absence.spans == [[70 * SECOND, 74 * SECOND], [86 * SECOND, 90 * SECOND]]
    assert (absence.opened_at, absence.last_valid_at, absence.thin_from) == (60 * SECOND, 86 * SECOND, 80 * SECOND)
    assert (absence.bad_since(), absence.told_since()) == (80 * SECOND, 20 * SECOND)
    assert absence.valid_within(90 * SECOND, 30 * SECOND) == 8 * SECOND
    absence.resume(200 * SECOND)
    assert absence.opened_at == 60 * SECOND, "once"


def test_bad_time_is_told_from_the_earlier_of_the_two_on_the_wall() -> None:
    """The last valid sample at 40, thin since 20 or, moved by the cuff, since 60."""
    for thin, told_since in ((20, 20), (60, 40)):
        absence = Absence(0)
        absence.cover(40 * SECOND, 44 * SECOND)
        absence.thin_from = thin * SECOND
        assert absence.told_since() == told_since * SECOND
    absence = Absence(5 * SECOND)
    absence.freeze(10 * SECOND)
    absence.resume(50 * SECOND)
    assert (absence.bad_since(), absence.told_since()) == (45 * SECOND, 5 * SECOND)
