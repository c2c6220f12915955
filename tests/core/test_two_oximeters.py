"""Two oximeters on one bed: what the one cannot say takes nothing from the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.ward import Line, Story

SPARE = "ox-2"
OFF: dict[str, Any] = {"spo2": None, "pulse": None, "flags": ["no_finger"]}
GONE: dict[str, Any] = {"spo2": None, "pulse": None, "flags": ["searching"]}
BESIDE: dict[str, dict[str, Any]] = {
    "no_finger": OFF,
    "sensor_off": {"spo2": None, "pulse": None, "flags": ["sensor_off"]},
    "searching": GONE,
    "silent numbers": {"spo2": None, "pulse": None},
    "noise": {"spo2": 99, "pulse": 72, "perfusion_index": 0.1},
    "weak noise": {"spo2": 99, "pulse": 72, "perfusion_index": 0.3},
    "moved": {"spo2": 99, "pulse": 72, "flags": ["artifact"]},
}
BAD: dict[str, Any] = {"spo2": 75, "pulse": 35}


def watched(seconds: int, on: Callable[[int], dict[str, Any]], spare: dict[str, Any] | None, start: bool) -> Story:
    """Each second a sample of the one, and 0.02 s later one of the spare."""
    story = Story().open()
    if start:
        story.start(0)
    for t in range(seconds):
        story.sample(t, **on(t))
        if spare is not None:
            story.sample(t + 0.02, device=SPARE, **spare)
    return story


def alarms(story: Story) -> list[Line]:
    return [line for line in story.lines if "alarm" in line and line["alarm"] != "ID_CONFLICT"]


@pytest.mark.parametrize("start", [True, False])
@pytest.mark.parametrize("beside", sorted(BESIDE))
def test_a_spare_probe_hides_no_alarm_of_the_one_that_is_on(beside: str, start: bool) -> None:
    """SPO2_CRIT came after 257 s beside a spare one that was off (decisions/0005)."""
    found = watched(200, lambda t: BAD if t >= 100 else {}, BESIDE[beside], start)
    alone = watched(200, lambda t: BAD if t >= 100 else {}, None, start)
    assert alarms(found) == alarms(alone)
    assert ("alarm_raised", "SPO2_CRIT") in [(line["event"], line["alarm"]) for line in alarms(found)]


@pytest.mark.parametrize("beside", sorted(BESIDE))
def test_a_spare_probe_hides_no_lost_pulse(beside: str) -> None:
    story = watched(120, lambda t: GONE if t >= 60 else {}, BESIDE[beside], start=True)
    assert story.told("PULSE_LOST")[0] == (70, "alarm_raised")


def test_a_spare_probe_that_searches_is_no_lost_pulse() -> None:
    """The one that is on falls off; the other one has never been good."""
    story = watched(120, lambda t: OFF if t >= 60 else {}, GONE, start=True)
    assert story.told("PULSE_LOST") == []
    assert story.told("SPO2_NO_DATA")[0] == (74, "alarm_raised")


def test_of_two_good_ones_a_value_of_the_other_denies_a_lost_pulse() -> None:
    story = watched(120, lambda t: GONE if t >= 60 else {}, {"spo2": 97, "pulse": 72}, start=True)
    assert story.told() == []


def test_two_good_ones_that_both_lose_it_are_a_lost_pulse() -> None:
    story = Story().open()
    for t in range(60):
        story.sample(t)
        story.sample(t + 0.5, device=SPARE)
    for t in range(60, 90):
        story.sample(t, **GONE)
        story.sample(t + 0.5, device=SPARE, **GONE)
    assert story.told("PULSE_LOST")[0][0] == pytest.approx(70, abs=0.5)


def test_a_flat_wave_of_a_spare_probe_says_nothing_of_the_patient() -> None:
    story = Story().open()
    for t in range(120):
        story.sample(t)
        story.pleth(t, pulse_present=True)
        story.sample(t + 0.02, device=SPARE, **OFF)
        story.pleth(t + 0.02, 0.0, None, pulse_present=False, device=SPARE)
    assert story.told() == []


def test_a_flat_wave_counts_beside_the_wave_of_a_spare_probe() -> None:
    story = Story().open()
    for t in range(120):
        story.sample(t)
        story.pleth(t, pulse_present=t < 60)
        story.sample(t + 0.02, device=SPARE, **OFF)
        story.pleth(t + 0.02, 0.0, None, pulse_present=False, device=SPARE)
    assert story.told("PULSE_LOST")[0] == (70, "alarm_raised")


def test_what_is_put_aside_is_told_once_and_names_its_device() -> None:
    story = watched(60, lambda _t: {}, OFF, start=False)
    found = [(line["t"], line["metric"], line["reason"], line["device"]) for line in story.all("value_rejected")]
    assert found == [(0.02, "spo2", "device", SPARE), (0.02, "pulse_rate", "device", SPARE)]
    assert story.bed.calm is not None


def test_a_value_that_no_longer_stands_leaves_the_word_to_the_other() -> None:
    """The one falls silent: after four seconds what the other one says is the bed's own."""
    story = Story().open()
    story.samples(0, 10)
    for t in range(10, 20):
        story.sample(t, device=SPARE, **OFF)
    assert [(line["t"], "device" in line) for line in story.all("value_rejected", metric="spo2")] == [
        (10.0, True),
        (13.0, False),
    ]


def test_a_weak_but_critical_value_is_heard_beside_a_good_one() -> None:
    """SPO2_CRIT takes the doubtful, after ten seconds; a weak one that is no trigger is put aside."""
    story = watched(60, lambda _t: {}, {"spo2": 78, "pulse": 72, "perfusion_index": 0.3}, start=True)
    (line,) = story.all("alarm_raised", alarm="SPO2_CRIT")
    assert line["doubtful"] is True
    assert line["t"] < 15


SAMPLES = st.lists(
    st.tuples(
        st.sampled_from((97, 97, 91, 86, 80, 75, None)),
        st.sampled_from((72, 72, 35, 50, 130, 160, None)),
        st.sampled_from(([], [], [], ["no_finger"], ["searching"], ["artifact"], ["low_perfusion"])),
        st.sampled_from((None, 3.0, 0.3, 0.1)),
        st.integers(1, 30),
    ),
    min_size=1,
    max_size=12,
)


@given(runs=SAMPLES, beside=st.sampled_from(("no_finger", "sensor_off", "searching", "silent numbers")))
@settings(deadline=None, max_examples=80)
def test_whatever_one_shows_a_spare_probe_beside_it_changes_no_alarm(
    runs: list[tuple[float | None, float | None, list[str], float | None, int]], beside: str
) -> None:
    """The alarms that are raised are those of the one alone, at the same moments."""
    shown: list[dict[str, Any]] = [
        {"spo2": spo2, "pulse": pulse, "flags": flags, "perfusion_index": perfusion}
        for spo2, pulse, flags, perfusion, length in runs
        for _ in range(length)
    ]
    found = watched(len(shown), lambda t: shown[t], BESIDE[beside], start=True)
    alone = watched(len(shown), lambda t: shown[t], None, start=True)
    assert alarms(found) == alarms(alone)
