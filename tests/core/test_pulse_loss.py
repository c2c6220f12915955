"""PULSE_LOST (alarm-system 3.1; rulings, section 3): the probe is on, was good, and shows no pulse."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.core.preset.read import build_ruleset
from tests.support.ward import CUFF, Line, Story, preset_table

GONE: dict[str, Any] = {"spo2": None, "pulse": None, "flags": ["searching"]}


def good(seconds: int = 60, **limbs: str) -> Story:
    """A patient with a pulse; the last sample a second before `seconds`."""
    story = Story().open(**limbs)
    story.samples(0, seconds)
    return story


def lost(story: Story) -> list[tuple[float, str]]:
    return story.told("PULSE_LOST")


# -- with a pleth -----------------------------------------------------------------------------------------------


def flat(story: Story, start: int, end: int, *, numbers: bool = True) -> None:
    """A wave without a pulse, the device going on with its last numbers or without any."""
    for t in range(start, end):
        story.pleth(t, 0.1, None, pulse_present=False)
        if numbers:
            story.sample(t)


def test_pulse_lost_is_high_after_ten_seconds_without_a_pulse_in_the_pleth() -> None:
    story = good()
    flat(story, 60, 80)
    line = story.one("alarm_raised", alarm="PULSE_LOST")
    assert (line["t"], line["since"], line["priority"], line["value"], line["limit"]) == (
        70.0,
        60.0,
        "high",
        None,
        None,
    )


def test_pulse_lost_needs_no_numbers_while_there_is_a_wave() -> None:
    story = good()
    flat(story, 60, 75, numbers=False)
    assert lost(story) == [(70, "alarm_raised")]


def test_pulse_lost_is_not_raised_while_the_pleth_pulsates() -> None:
    """A device may search for its numbers as long as it likes."""
    story = good()
    for t in range(60, 100):
        story.pleth(t)
        story.sample(t, **GONE)
    assert lost(story) == []


def test_pulse_lost_clears_with_a_pulse_for_five_seconds_and_latches() -> None:
    story = good()
    flat(story, 60, 80)
    for t in range(80, 90):
        story.pleth(t)
    assert lost(story) == [(70, "alarm_raised"), (85, "alarm_latched")]


def test_pulse_lost_four_seconds_of_pulse_do_not_clear() -> None:
    story = good()
    flat(story, 60, 80)
    for t in range(80, 84):
        story.pleth(t)
    flat(story, 84, 100)
    assert lost(story) == [(70, "alarm_raised")]


def test_pulse_lost_a_short_pulse_holds_the_delay_and_does_not_start_it_anew() -> None:
    """PENDING is dropped only after five seconds with a pulse (rulings 3); the delay stands still meanwhile."""
    story = good()
    flat(story, 60, 66)
    story.pleth(66)
    story.pleth(67)
    flat(story, 68, 80)
    assert lost(story) == [(72, "alarm_raised")]


# -- without a pleth ----------------------------------------------------------------------------------------------


def test_pulse_lost_without_a_pleth_goes_by_searching_without_a_rate() -> None:
    story = good()
    for t in range(60, 75):
        story.sample(t, **GONE)
    assert lost(story) == [(70, "alarm_raised")]


@pytest.mark.parametrize(
    "fields",
    [
        {"spo2": None, "pulse": None, "flags": []},
        {"spo2": None, "pulse": None, "flags": ["sensor_off", "searching"]},
        {"spo2": None, "pulse": None, "flags": ["no_finger", "searching"]},
        {"spo2": None, "pulse": 72, "flags": ["searching"]},
        {"spo2": None, "pulse": None, "flags": ["artifact"]},
    ],
)
def test_pulse_lost_needs_a_searching_probe_that_is_on_and_a_null_rate(fields: dict[str, Any]) -> None:
    story = good()
    for t in range(60, 100):
        story.sample(t, **fields)
    assert lost(story) == []


def test_pulse_lost_without_a_pleth_clears_by_a_rate() -> None:
    story = good()
    for t in range(60, 75):
        story.sample(t, **GONE)
    story.samples(75, 85)
    assert lost(story) == [(70, "alarm_raised"), (80, "alarm_latched")]


def test_pulse_lost_goes_by_the_numbers_when_the_wave_stops() -> None:
    """The wave's last word stands four seconds; the device says the same, so that no second is lost."""
    story = good()
    for t in range(60, 64):
        story.pleth(t, 0.1, None, pulse_present=False)
        story.sample(t, **GONE)
    for t in range(64, 75):
        story.sample(t, **GONE)
    assert lost(story) == [(70, "alarm_raised")]


# -- was good ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "raised"), [(93, True), (94, False)])
def test_pulse_lost_needs_a_valid_value_within_thirty_seconds(start: int, raised: bool) -> None:
    """The last sample, at 59, stood until 63; then silence, and a wave without a pulse."""
    story = good()
    flat(story, start, start + 30, numbers=False)
    assert bool(lost(story)) is raised


def test_pulse_lost_never_before_the_first_valid_value() -> None:
    story = Story().open()
    for t in range(60):
        story.pleth(t, 0.1, None, pulse_present=False)
        story.sample(t, **GONE)
    assert lost(story) == []


@pytest.mark.parametrize("weak", [{"perfusion_index": 0.3}, {"flags": ["low_perfusion"]}])
@pytest.mark.parametrize("wave", [True, False])
def test_pulse_lost_after_a_weak_signal_that_lasted(weak: dict[str, Any], wave: bool) -> None:
    """A weak pulse is a pulse: a circulation that fails for minutes before it stops hides nothing (decisions/0005)."""
    story = good()
    story.samples(60, 240, 95, 50, **weak)
    for t in range(240, 260):
        story.sample(t, **GONE)
        if wave:
            story.pleth(t, 0.1, None, pulse_present=False)
    assert lost(story) == [(250, "alarm_raised")]


@pytest.mark.parametrize("poor", [{"perfusion_index": 0.1}, {"flags": ["artifact"]}])
def test_pulse_lost_not_after_a_signal_that_shows_no_pulse_for_certain(poor: dict[str, Any]) -> None:
    """Numbers without perfusion, or in movement, may be a probe that lies beside the patient: SPO2_NO_DATA tells."""
    story = good()
    story.samples(60, 240, 95, 50, **poor)
    for t in range(240, 260):
        story.sample(t, **GONE)
    assert lost(story) == []
    assert story.told("SPO2_NO_DATA") != []


# -- what says nothing --------------------------------------------------------------------------------------------


def test_pulse_lost_a_probe_that_falls_off_neither_raises_nor_clears() -> None:
    """Pending, it is dropped after ten seconds; present, it stays and is marked stale."""
    story = good()
    flat(story, 60, 65)
    for t in range(65, 90):
        story.pleth(t, 0.1, None, pulse_present=False)
        story.sample(t, None, None, flags=["sensor_off"])
    assert lost(story) == [(75, "alarm_pending_dropped")]
    story = good()
    flat(story, 60, 75)
    story.off(75, 200)
    assert [event for _, event in lost(story)] == ["alarm_raised", "alarm_stale"]


def test_pulse_lost_silence_never_clears_it() -> None:
    story = good()
    flat(story, 60, 75)
    story.tick(4000)
    assert [event for _, event in lost(story)] == ["alarm_raised", "alarm_stale"]


def cuffed(limb: str, deflated: int) -> Story:
    """The cuff is up from 60 on; the pulse goes with it and does not come back."""
    story = good(60, cuff_limb="left", probe_limb=limb)
    story.put(60, "cuff", device=CUFF, state="inflating")
    for t in range(60, 180):
        if t == 60 + deflated:
            story.cuff(t, pulse_rate=None)
        story.sample(t, **GONE)
    return story


def test_pulse_lost_not_while_the_cuff_is_up_on_the_probe_s_limb() -> None:
    """From the window's end on it counts, and the window itself does not count into the thirty seconds before."""
    assert lost(cuffed("left", 40)) == [(60 + 55 + 10, "alarm_raised")]
    assert lost(cuffed("left", 200)) == [(60 + 60 + 10, "alarm_raised")]


@pytest.mark.parametrize(("silent", "raised"), [(29, True), (31, False)])
def test_pulse_lost_the_cuff_s_time_alone_does_not_count_into_the_thirty_seconds(silent: int, raised: bool) -> None:
    """The last value stood until 63. What was silent before the cuff and after its window adds up."""
    story = good(60, cuff_limb="left", probe_limb="left")
    story.put(83, "cuff", device=CUFF, state="inflating")
    story.cuff(113, pulse_rate=None)  # the window is over at 128: 20 s before it count
    flat(story, 128 + silent - 20, 128 + silent + 10, numbers=False)
    assert bool(lost(story)) is raised


@pytest.mark.parametrize(("silent", "raised"), [(29, True), (31, False)])
def test_pulse_lost_a_value_from_within_the_window_s_first_moment_counts_from_its_own_end(
    silent: int, raised: bool
) -> None:
    """The last value, of 59, still stands when the cuff inflates: the window's time counts from there on not at all."""
    story = good(60, cuff_limb="left", probe_limb="left")
    story.put(60, "cuff", device=CUFF, state="inflating")
    story.cuff(90, pulse_rate=None)
    flat(story, 105 + silent, 105 + silent + 11, numbers=False)
    assert bool(lost(story)) is raised


def test_pulse_lost_a_cuff_on_the_other_limb_is_no_excuse() -> None:
    assert lost(cuffed("right", 40)) == [(70, "alarm_raised")]


def test_pulse_lost_an_inflation_stops_the_delay_at_once() -> None:
    story = good(60, cuff_limb="left", probe_limb="left")
    flat(story, 60, 69)
    story.put(69.5, "cuff", device=CUFF, state="inflating")
    story.tick(79)
    assert lost(story) == []


# -- around it ----------------------------------------------------------------------------------------------------


def test_pulse_lost_stands_above_every_slow_pulse() -> None:
    story = good()
    story.samples(60, 80, 97, 38)
    flat(story, 80, 95)
    book = story.bed.state.book
    assert book.open["PULSE_LOST"].state.value == "ACTIVE"
    assert book.superseded(book.open["PR_XLOW"])


def test_3_3_pulse_lost_is_watched_before_the_infusion() -> None:
    story = good()
    flat(story, 60, 75)
    assert story.bed.state.phase.value == "PRE"
    assert lost(story) != []


def test_pulse_lost_pending_ends_with_the_session() -> None:
    story = good()
    flat(story, 60, 65)
    story.command(65, "abort", reason="moved")
    assert [line["reason"] for line in story.all("alarm_pending_dropped", alarm="PULSE_LOST")] == ["phase"]
    story.open(66)
    flat(story, 67, 100)
    assert [event for _, event in lost(story)] == ["alarm_pending_dropped"]


def told_off(story: Story, t: float) -> list[Line]:
    return story.command(t, "alarm_off", alarm="PULSE_LOST", by="dr-x", reason="cold hands, wave unusable")


def test_pulse_lost_cannot_be_switched_off_while_infusing_and_ends_when_it_is() -> None:
    story = good().start(60)
    flat(story, 60, 75)
    assert [line["event"] for line in told_off(story, 75)] == ["command_refused"]
    story.command(75, "pause_infusion")
    told_off(story, 76)
    flat(story, 76, 120)
    assert [event for _, event in lost(story) if event.startswith("alarm_")] == ["alarm_raised", "alarm_closed"]


def test_pulse_lost_switched_off_drops_what_is_pending_and_looks_again_when_it_is_on() -> None:
    """Before the infusion, where a prescriber may; the moment it is on, what stands counts."""
    story = good()
    flat(story, 60, 66)
    story.command(66, "alarm_off", alarm="PULSE_LOST", by="dr-x", role="prescriber", reason="cold hands")
    line = story.one("alarm_pending_dropped", alarm="PULSE_LOST")
    assert (line["t"], line["held_s"], line["reason"]) == (66, 6, "alarm_off")
    flat(story, 67, 80)
    story.command(79.5, "resume_alarms", alarm="PULSE_LOST")
    flat(story, 80, 95)
    assert story.one("alarm_raised", alarm="PULSE_LOST")["since"] == 79.5


def test_pulse_lost_pending_says_how_long_and_why_it_was_dropped() -> None:
    story = good()
    flat(story, 60, 64)
    for t in range(64, 80):
        story.pleth(t)
    line = story.one("alarm_pending_dropped", alarm="PULSE_LOST")
    assert (line["t"], line["held_s"], line["reason"]) == (69, 4, "trigger_false")


def test_pulse_lost_of_a_probe_that_is_on_again_counts_from_the_very_moment() -> None:
    """The last word that it was off stands four seconds, and not one moment longer."""
    story = good()
    story.sample(60, None, None, flags=["no_finger"])
    flat(story, 61, 80, numbers=False)
    line = story.one("alarm_raised", alarm="PULSE_LOST")
    assert (line["since"], line["t"]) == (64, 74)


def test_pulse_lost_is_told_stale_and_fresh_again() -> None:
    """Silence marks it, a wave without a pulse takes the mark away."""
    story = good()
    flat(story, 60, 75)
    story.tick(200)
    flat(story, 200, 203)
    stale = story.all("alarm_stale", alarm="PULSE_LOST")
    assert [(line["t"], line["stale"]) for line in stale] == [(88, True), (200, False)]


def test_pulse_lost_is_stale_and_its_count_forgotten_each_in_its_own_time() -> None:
    table = preset_table()
    table["timing"] |= {"stale_s": 20, "invalid_s": 10}
    story = Story(rules=build_ruleset(table, "slower")).open()
    story.samples(0, 60)
    flat(story, 60, 75)
    story.tick(200)
    stale = story.all("alarm_stale", alarm="PULSE_LOST")
    assert [(line["t"], line["stale"]) for line in stale] == [(98, True)]
