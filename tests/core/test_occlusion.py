"""Cuff and probe on one limb: V8, SPO2_OCCLUDED, and how the limb is found out (signals 1.1, 1.3; alarm-system 3.2)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from config.instant import SECOND
from monitor.core.bed_state import BedState
from monitor.core.oximeter.cuff_window import CuffWindow, Pulsation
from tests.support.ward import CUFF, Line, Story

SAME = {"cuff_limb": "left", "probe_limb": "Left "}
OTHER = {"cuff_limb": "left", "probe_limb": "right"}


def cuff(story: Story, t: float, state: str) -> list[Line]:
    return story.put(t, "cuff", device=CUFF, state=state)


def rejected(story: Story, reason: str = "cuff") -> list[float]:
    return [line["t"] for line in story.all("value_rejected", metric="spo2", reason=reason)]


def no_data(story: Story) -> list[tuple[float, str, str]]:
    return [(line["t"], line["event"], line["priority"]) for line in story.lines if line.get("alarm") == "SPO2_NO_DATA"]


# -- V8 ---------------------------------------------------------------------------------------------------------


def measured(limbs: dict[str, str], deflated: float = 40, spo2: float = 80) -> Story:
    """Infusing; the cuff inflates at 100 and has let go so many seconds later, the samples between are `spo2`."""
    story = Story().open(**limbs).start(0)
    story.samples(0, 100)
    cuff(story, 100, "inflating")
    for t in range(100, 200):
        if t == 100 + deflated:
            story.cuff(t)
        story.sample(t, 97 if t >= 100 + deflated + 15 else spo2)
    return story


def test_v8_cuff_window_on_the_probe_limb() -> None:
    """INVALID by `cuff` from the inflation to 15 s after the deflation; no alarm comes of it."""
    story = measured(SAME)
    line = story.all("value_rejected", metric="spo2")[0]
    assert (line["t"], line["reason"], line["verdict"], line["value"]) == (100.0, "cuff", "INVALID", 80)
    assert [found["reason"] for found in story.all("value_rejected", metric="pulse_rate")] == ["cuff"]
    assert story.told("SPO2_CRIT") == []
    assert story.bed.state.spo2.track.starts[-1] == 155 * 1_000_000


@pytest.mark.parametrize("limbs", [OTHER, {}, {"cuff_limb": "left"}, {"probe_limb": "left"}])
def test_v8_only_where_the_limb_is_known_to_be_the_same(limbs: dict[str, str]) -> None:
    story = measured(limbs)
    assert rejected(story) == []
    assert story.told("SPO2_CRIT") != []


@pytest.mark.parametrize(("deflated", "end"), [(40, 155), (44.5, 159.5), (45, 160), (58, 160), (100, 160)])
def test_v8_has_a_hard_cap_of_60_seconds(deflated: float, end: float) -> None:
    story = Story().open(**SAME)
    story.samples(0, 100)
    cuff(story, 100, "inflating")
    if deflated < 60:
        story.cuff(100 + deflated)
    story.sample(end - 0.001)
    story.sample(end, 96)
    track = story.bed.state.spo2.track
    assert (track.value, track.starts[-1]) == (96, end * 1_000_000)


def test_v8_a_pump_again_within_one_measurement_is_no_new_window() -> None:
    story = Story().open(**SAME)
    story.samples(0, 100)
    for t, state in ((100, "inflating"), (110, "deflating"), (120, "inflating"), (130, "deflating")):
        cuff(story, t, state)
    story.sample(159.9)
    story.sample(160, 96)
    assert story.bed.state.spo2.track.value == 96


def test_v8_a_device_that_rests_has_deflated() -> None:
    story = Story().open(**SAME)
    story.samples(0, 100)
    cuff(story, 100, "inflating")
    cuff(story, 120, "idle")
    story.sample(134.9)
    story.sample(135, 96)
    assert story.bed.state.spo2.track.value == 96


def test_v8_the_reading_behind_the_end_of_its_own_cycle_begins_no_new_window() -> None:
    story = Story().open(**SAME)
    story.samples(0, 100)
    cuff(story, 100, "inflating")
    cuff(story, 120, "idle")
    story.cuff(130)
    story.sample(134.9)
    story.sample(135, 96)
    assert story.bed.state.spo2.track.value == 96


def test_v8_the_first_word_of_a_cuff_that_rests_is_no_deflation() -> None:
    """It has let go of nothing: the samples after it are judged, and 80 % is announced."""
    story = Story().open(**SAME)
    story.samples(0, 10)
    cuff(story, 10, "idle")
    story.samples(10, 20, 80)
    assert rejected(story) == []
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["t"] == 18


def test_v8_a_cuff_that_tells_only_its_end_spoils_15_seconds() -> None:
    story = Story().open(**SAME)
    story.samples(0, 100)
    story.cuff(100)
    story.samples(100, 120, 96)
    assert rejected(story) == [100.0]
    assert story.bed.state.spo2.track.starts[-1] == 115 * 1_000_000


def test_v8_the_end_counts_from_the_deflation_itself() -> None:
    """B10's `measured_t`: the cuff let go five seconds before its reading came."""
    story = Story().open(**SAME)
    story.samples(0, 100)
    cuff(story, 100, "inflating")
    story.cuff(135, measured_t=130)
    story.samples(136, 150, 96)
    assert story.bed.state.spo2.track.starts[-1] == 145 * 1_000_000


def test_v8_a_present_alarm_stays_and_is_marked_stale() -> None:
    """Data lost to the cuff clear nothing (row 15)."""
    story = Story().open(**SAME)
    story.samples(0, 100, 84)
    cuff(story, 100, "inflating")
    story.samples(100, 150, 97)
    assert [event for _, event in story.told("SPO2_CRIT")] == ["alarm_raised", "alarm_stale"]


def test_v8_set_limbs_in_the_midst_of_a_window() -> None:
    """The nurse moves the probe away while the cuff is up: from then on the values count."""
    story = Story().open(**SAME)
    story.samples(0, 100)
    cuff(story, 100, "inflating")
    story.samples(100, 110)
    story.command(110, "set_limbs", probe_limb="right")
    story.samples(110, 120, 96)
    assert story.bed.state.spo2.track.starts[-1] == 110 * 1_000_000
    story.command(120, "set_limbs", probe_limb="left")
    story.sample(121)
    assert rejected(story) == [100.0, 121.0]


# -- one cap for cycles without sight -----------------------------------------------------------------------------


def busy(every: int, up: int, pulse_gone: range = range(0)) -> Story:
    """Infusing; from 60 on the saturation is 70 and the cuff inflates every so many seconds."""
    story = Story().open(**SAME).start(0)
    for t in range(600):
        if t >= 60 and (t - 60) % every in (0, up):
            cuff(story, t, "idle" if (t - 60) % every else "inflating")
        if t in pulse_gone:
            story.sample(t, None, None, flags=["searching"])
        else:
            story.sample(t, 97 if t < 60 else 70, 72 if t < 60 else 30)
    return story


@pytest.mark.parametrize(("every", "up"), [(33, 28), (46, 31), (18, 16)])
def test_v8_a_cuff_that_never_rests_excuses_the_probe_for_one_cap(every: int, up: int) -> None:
    """Each inflation opened 60 s anew, and nothing was ever told of a saturation of 70 (decisions/0005)."""
    assert busy(every, up).told("SPO2_CRIT")[0] == (125, "alarm_raised")


def test_v8_a_pulse_that_goes_under_a_cuff_that_never_rests() -> None:
    story = busy(33, 28, range(61, 359))
    assert story.told("PULSE_LOST")[0] == (130, "alarm_raised")
    assert no_data(story)[:2] == [(134, "alarm_raised", "low"), (149, "alarm_priority_changed", "medium")]


@pytest.mark.parametrize(("rest", "excused"), [(14, 15), (15, 60)])
def test_v8_the_cap_begins_anew_once_the_saturation_was_seen_for_15_seconds(rest: int, excused: int) -> None:
    """A first cycle of 45 s; the second inflation comes so long after its window."""
    story = Story().open(**SAME)
    story.samples(0, 100)
    cuff(story, 100, "inflating")
    cuff(story, 130, "idle")
    story.samples(145, 145 + rest)
    cuff(story, 145 + rest, "inflating")
    end = 145 + rest + excused
    story.sample(end - 0.001)
    story.sample(end, 96)
    track = story.bed.state.spo2.track
    assert (track.value, track.starts[-1]) == (96, end * 1_000_000)


# -- SPO2_OCCLUDED ----------------------------------------------------------------------------------------------


def occluded(before: float, deflated: float, limbs: dict[str, str] = SAME) -> Story:
    """Infusing, valid until 99; the probe off, `before` seconds later an inflation."""
    story = Story().open(**limbs).start(0)
    story.samples(0, 100)
    start = 99 + before
    t = 100.0
    while t < start:
        story.sample(t, None, None, flags=["no_finger"])
        t += 1
    cuff(story, start, "inflating")
    story.cuff(start + deflated)
    story.tick(600)
    return story


def test_spo2_occluded_the_clock_of_missing_saturation_stands_still() -> None:
    """Ten seconds before, 55 in the window, five after: LOW is due at the fifteenth counted second."""
    story = occluded(10, 40)
    assert no_data(story)[:2] == [
        (99 + 15 + 55, "alarm_raised", "low"),
        (99 + 30 + 55, "alarm_priority_changed", "medium"),
    ]
    assert story.one("alarm_raised", alarm="SPO2_NO_DATA")["since"] == 99.0


def test_spo2_occluded_no_longer_than_60_seconds() -> None:
    story = Story().open(**SAME).start(0)
    story.samples(0, 100)
    cuff(story, 99, "inflating")
    story.tick(600)
    assert no_data(story)[0] == (99 + 60 + 15, "alarm_raised", "low")


def test_spo2_occluded_on_different_limbs_the_clock_runs() -> None:
    assert no_data(occluded(10, 40, OTHER))[0] == (114, "alarm_raised", "low")


def test_spo2_occluded_never_alarms_by_itself() -> None:
    """Readings every five minutes on the probe's limb: nothing is ever missing."""
    story = Story().open(**SAME).start(0)
    for t in range(1200):
        if t % 300 == 100:
            cuff(story, t, "inflating")
        if t % 300 == 140:
            story.cuff(t)
        lost = 104 <= t % 300 < 160
        story.sample(t, None if lost else 97, None if lost else 72, flags=["searching"] if lost else [])
    assert no_data(story) == []


def test_spo2_occluded_a_raised_alarm_rises_only_by_counted_time() -> None:
    story = occluded(20, 40)
    assert no_data(story)[:2] == [(114, "alarm_raised", "low"), (129 + 55, "alarm_priority_changed", "medium")]


def test_spo2_occluded_thin_data_count_no_window() -> None:
    """After the window the last thirty counted seconds are those before it and those after it."""
    story = Story().open(**SAME).start(0)
    story.samples(0, 100)
    cuff(story, 100, "inflating")
    story.cuff(140)
    story.samples(155, 300)
    assert no_data(story) == []


# -- who shares a limb --------------------------------------------------------------------------------------------


def cycles(left: list[float], by: str, limbs: dict[str, str], **more: Any) -> Story:
    """A cuff cycle every five minutes, of 40 s; under the cuff this part of the pulsation is left."""
    story = Story().open(**limbs).start(0)
    for number, part in enumerate(left):
        for second in range(300):
            t = number * 300 + second
            if second == 100:
                cuff(story, t, "inflating")
            if second == 140:
                story.cuff(t, pulse_rate=None)
            strength = part if 102 <= second < 141 else 1.0
            story.sample(t, perfusion_index=round(4 * strength, 3) if by == "perfusion" else None)
            if by == "amplitude":
                story.pleth(t, amplitude=100 * strength)
    return story


def inferred(story: Story) -> list[tuple[float, bool]]:
    return [(line["t"], line["same"]) for line in story.all("limbs_inferred")]


@pytest.mark.parametrize("by", ["amplitude", "perfusion"])
def test_1_3_two_of_three_cycles_with_little_left_are_the_same_limb(by: str) -> None:
    """Judged 20 s after the inflation; V8 is on from there."""
    story = cycles([0.3, 0.9, 0.3], by, OTHER)
    assert inferred(story) == [(720.0, True)]
    assert story.one("limbs_inferred")["left"] == 0.3
    assert rejected(story) == [720.0]


@pytest.mark.parametrize(("part", "same"), [(0.3, True), (0.45, False)])
def test_1_3_a_third_of_the_pulsation_is_the_edge(part: float, same: bool) -> None:
    assert bool(inferred(cycles([part, part], "amplitude", {}))) is same


@pytest.mark.parametrize(("left", "told"), [([0.8] * 3, [(720.0, False)]), ([0.8, 0.7, 0.8], []), ([0.8] * 2, [])])
def test_1_3_much_left_in_three_cycles_are_different_limbs(left: list[float], told: list[tuple[float, bool]]) -> None:
    assert inferred(cycles(left, "amplitude", SAME)) == told


def test_1_3_what_is_inferred_and_known_is_no_news() -> None:
    assert inferred(cycles([0.1] * 3, "perfusion", SAME)) == []
    assert inferred(cycles([0.9] * 3, "perfusion", OTHER)) == []


def test_1_3_a_measurement_that_ends_early_says_nothing() -> None:
    story = Story().open(**OTHER)
    for t in range(900):
        if t % 300 == 100:
            cuff(story, t, "inflating")
        if t % 300 == 115:
            story.cuff(t, pulse_rate=None, error="leak")
        story.sample(t, perfusion_index=0.5 if 102 <= t % 300 < 120 else 4.0)
    assert inferred(story) == []


def test_1_3_set_limbs_overrules_what_the_cycles_said() -> None:
    story = cycles([0.2, 0.2], "amplitude", OTHER)
    assert story.bed.state.limbs.inferred is True
    story.command(600, "set_limbs", probe_limb="right")
    assert story.bed.state.limbs.inferred is None
    cuff(story, 610, "inflating")
    story.sample(611, 96)
    assert story.bed.state.spo2.track.value == 96


def losses(windows: list[bool], outside: int | None = None) -> Story:
    """Numbers only: SpO2 lost under the cuff in these windows, and perhaps once outside."""
    story = Story().open(**OTHER).start(0)
    for number, lost in enumerate(windows):
        for second in range(0, 300, 2):
            t = number * 300 + second
            if second == 100:
                cuff(story, t, "inflating")
            if second == 140:
                story.cuff(t, pulse_rate=None)
            gone = (lost and 104 <= second < 160) or t == outside
            story.sample(t, None if gone else 97, None if gone else 72, flags=["searching"] if gone else [])
    return story


@pytest.mark.parametrize(
    ("windows", "outside", "told"),
    [
        ([True, True], None, [(455.0, True)]),
        ([True, False, True], None, [(755.0, True)]),
        ([True], None, []),
        ([True, True], 200, []),
        ([True, True], 182, [(455.0, True)]),
        ([True, True, True], 200, [(755.0, True)]),
    ],
)
def test_1_3_numbers_alone_two_windows_and_never_outside(
    windows: list[bool], outside: int | None, told: list[tuple[float, bool]]
) -> None:
    """Counted at the window's end. A loss within half a minute of a window belongs to it; one outside starts anew."""
    assert inferred(losses(windows, outside)) == told


def test_1_3_the_hint_of_one_limb_follows_the_cycles() -> None:
    story = cycles([0.2, 0.2, 0.2], "amplitude", OTHER)
    assert "same_limb" in {line["advisory"] for line in story.all("advisory_raised")}


def test_a_new_patient_s_limbs_are_not_the_last_one_s() -> None:
    story = cycles([0.2, 0.2], "amplitude", OTHER)
    story.command(600, "abort", reason="moved")
    story.open(601)
    assert story.bed.state.limbs.inferred is None
    assert story.bed.state.window.started_at is None


def test_1_3_what_the_cycles_said_is_told_with_how_they_said_it() -> None:
    by_amplitude = cycles([1 / 3 - 0.0003, 0.3], "amplitude", OTHER).one("limbs_inferred")
    assert by_amplitude == {
        "t": 420,
        "bed": "bay-1",
        "event": "limbs_inferred",
        "same": True,
        "by": "pulsation",
        "left": 0.3,
    }
    assert losses([True, True]).one("limbs_inferred") == {
        "t": 455,
        "bed": "bay-1",
        "event": "limbs_inferred",
        "same": True,
        "by": "losses",
    }


def test_1_3_how_much_is_left_is_told_to_a_thousandth() -> None:
    assert cycles([0.3, 0.12345], "amplitude", OTHER).one("limbs_inferred")["left"] == 0.123


def test_1_3_a_wave_without_beats_under_the_cuff_has_no_pulsation() -> None:
    """No amplitude at all is none, not an unknown one."""
    story = Story().open(**OTHER).start(0)
    for t in range(500):
        if t % 300 == 100:
            cuff(story, t, "inflating")
        if t % 300 == 140:
            story.cuff(t, pulse_rate=None)
        story.sample(t)
        gone = 102 <= t % 300 < 141
        story.pleth(t, amplitude=None if gone else 100)
    assert [(line["t"], line["left"]) for line in story.all("limbs_inferred")] == [(420, 0)]


def test_1_3_the_perfusion_tells_the_limb_of_a_patient_in_alarm_too() -> None:
    story = Story().open(**OTHER).start(0)
    for t in range(500):
        if t % 300 == 100:
            cuff(story, t, "inflating")
        if t % 300 == 140:
            story.cuff(t, pulse_rate=None)
        story.sample(t, 88, perfusion_index=1 if 102 <= t % 300 < 141 else 4)
    assert [(line["t"], line["left"]) for line in story.all("limbs_inferred", by="pulsation")] == [(420, 0.25)]


def test_1_3_a_signal_that_is_lost_under_the_cuff_has_no_perfusion() -> None:
    story = Story().open(**OTHER).start(0)
    for t in range(500):
        if t % 300 == 100:
            cuff(story, t, "inflating")
        if t % 300 == 140:
            story.cuff(t, pulse_rate=None)
        if 102 <= t % 300 < 141:
            story.sample(t, None, None, flags=["searching"])
        else:
            story.sample(t, perfusion_index=4)
    assert [(line["t"], line["left"]) for line in story.all("limbs_inferred", by="pulsation")] == [(420, 0)]


def test_a_snapshot_in_mid_cycle_from_before_the_cap_was_one_for_all_cycles_is_read() -> None:
    """It has no `excused`: the cycle is excused as that build excused it, and its end is awaited."""
    story = Story().open(cuff_limb="left", probe_limb="left").start(0)
    story.samples(0, 20)
    story.put(20, "cuff", device=CUFF, state="inflating")
    story.off(20, 30)
    table = msgspec.json.decode(msgspec.json.encode(story.bed.state))
    assert table["window"].pop("excused")
    state = msgspec.json.decode(msgspec.json.encode(table), type=BedState)
    assert state == story.bed.state
    assert state.window.excused == [[20 * SECOND, 80 * SECOND]]


# -- what a cycle excuses -------------------------------------------------------------------------------------------


def test_cycles_without_a_pause_between_them_are_excused_as_one_stretch() -> None:
    window = CuffWindow()
    for start, end in ((0, 10), (10, 20), (30, 40)):
        window.excuse(start, end, 60)
    assert window.excused == [[0, 20], [30, 40]]


@pytest.mark.parametrize(
    ("frozen", "excused", "then"),
    [(True, [], [[5, 9]]), (False, [], []), (True, [[6, 9]], [[6, 9]]), (False, [[6, 9]], [[6, 9]])],
)
def test_a_frozen_window_of_an_older_snapshot_is_excused_whole(
    frozen: bool, excused: list[list[int]], then: list[list[int]]
) -> None:
    assert CuffWindow(5, 9, None, excused, frozen).excused == then


def test_what_is_compared_is_the_median_between_two_moments_both_included() -> None:
    seen = Pulsation()
    for at, value in ((0, 1), (10, 3), (20, 5)):
        seen.note(at, value)
    assert (seen.median(0, 20, 3), seen.median(1, 20, 2), seen.median(0, 19, 2)) == (3, 4, 2)
    assert seen.median(1, 19, 2) is None
