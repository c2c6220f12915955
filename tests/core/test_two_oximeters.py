"""Two oximeters on one bed: what the one says or cannot say takes nothing from the other (decisions/0005)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import Metric
from tests.support.ward import OXIMETER, Line, Story

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


def test_v9_a_good_wave_of_another_does_not_vouch_for_a_poor_one() -> None:
    """97 % out of a wave that is all movement ends no SPO2_CRIT; nor does it beside a second, good wave."""
    story = Story().open()
    for t in range(60):
        story.pleth(t, 0.95 if t < 20 else 0.3, 72)
        story.pleth(t + 0.05, device=SPARE)
        story.sample(t + 0.1, 80 if t < 20 else 97)
    assert story.told("SPO2_CRIT") == [(5.1, "alarm_raised"), (30.1, "alarm_stale")]


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


# -- both have values, and they disagree ------------------------------------------------------------------------------

GOOD: dict[str, Any] = {"spo2": 99, "pulse": 72}


def disagreeing(on: Callable[[int], dict[str, Any]], spare: Callable[[int], dict[str, Any]], behind: float) -> Story:
    """Good for 20 s, then each second what the functions give, up to 120 s; the spare `behind` the other one, s."""
    story = Story().open().start(0)
    for t in range(120):
        story.sample(t, **(on(t) if t >= 20 else GOOD))
        story.sample(t + behind, device=SPARE, **(spare(t) if t >= 20 else GOOD))
    return story


@pytest.mark.parametrize("behind", [0.02, 0.5, 0.98])
@pytest.mark.parametrize("leads", [True, False])
def test_a_good_value_of_one_does_not_hide_a_bad_one_of_the_other(leads: bool, behind: float) -> None:
    """Whichever leads: the alarms of the bad one alone, at its own moments; one beside the lead is named."""
    alone = Story().open().start(0)
    for t in range(120):
        alone.sample(t + (0 if leads else behind), **(BAD if t >= 20 else GOOD))
    on, spare = (BAD, GOOD) if leads else (GOOD, BAD)
    found = disagreeing(lambda _t: on, lambda _t: spare, behind)
    named = {} if leads else {"device": SPARE}
    assert alarms(found) == [
        line | (named if line["event"] == "alarm_raised" else {}) for line in alarms(alone) if line["t"] < 119
    ]
    assert {line["alarm"] for line in alarms(found)} >= {"SPO2_CRIT", "SPO2_LOW", "PR_XLOW"}


def test_the_bed_shows_the_one_that_leads() -> None:
    """Its values are the bed's: display, baseline and missing data know nothing of the other."""
    story = disagreeing(lambda _t: GOOD, lambda _t: BAD, 0.5)
    state = story.bed.state
    assert (state.spo2.raw, state.pulse.raw) == (99, 72)
    assert set(state.spo2.track.values) == {99}
    assert story.bed.calm is not None


def test_an_alarm_ends_when_neither_shows_it() -> None:
    """The one recovers at 60, the other at 80: the alarm ends ten seconds after the second."""
    story = disagreeing(lambda t: GOOD if t >= 60 else BAD, lambda t: GOOD if t >= 80 else BAD, 0.5)
    assert story.told("SPO2_CRIT") == [(33.0 - 5, "alarm_raised"), (90.5, "alarm_latched")]


def test_both_show_it_and_the_bed_has_one_alarm() -> None:
    story = disagreeing(lambda _t: BAD, lambda _t: BAD, 0.5)
    assert [line["t"] for line in story.all("alarm_raised", alarm="SPO2_CRIT")] == [28]
    assert [line["t"] for line in story.all("alarm_priority_changed", alarm="SPO2_LOW")] == [80]


def test_one_that_showed_it_and_falls_off_leaves_the_end_to_the_other() -> None:
    """Missing data clear nothing: ten seconds later the good values of the lead begin to count."""
    story = disagreeing(lambda _t: GOOD, lambda t: OFF if t >= 60 else BAD, 0.5)
    assert story.told("SPO2_CRIT") == [(28.5, "alarm_raised"), (80.5, "alarm_latched")]


def test_one_that_falls_silent_beside_another_leaves_the_end_to_it_as_well() -> None:
    story = Story().open()
    for t in range(60):
        story.sample(t)
        if t < 20:
            story.sample(t + 0.5, device=SPARE, **BAD)
    assert story.told("SPO2_CRIT") == [(5.5, "alarm_raised"), (43.5, "alarm_latched")]


@pytest.mark.parametrize(("lead", "raised_at"), [(GOOD, 5.5), (BAD, 5)])
def test_both_gone_make_the_alarm_stale_and_end_it_never(lead: dict[str, Any], raised_at: float) -> None:
    """Stale when the later of the two has been gone for long, though only one of them or both showed it."""
    story = Story().open()
    for t in range(20):
        story.sample(t, **lead)
        story.sample(t + 0.5, device=SPARE, **BAD)
    story.tick(600)
    assert story.told("SPO2_CRIT") == [(raised_at, "alarm_raised"), (33.5, "alarm_stale")]


def test_the_lead_falls_off_and_the_bad_one_takes_over_with_what_it_has_collected() -> None:
    story = disagreeing(lambda t: OFF if t >= 24 else GOOD, lambda t: BAD, 0.5)
    assert story.told("SPO2_CRIT") == [(28.5, "alarm_raised")]
    assert story.bed.state.spo2.raw == 75


def test_the_lead_shows_it_falls_off_and_the_good_one_ends_it() -> None:
    """As with one probe that is changed for another: valid values clear."""
    story = disagreeing(lambda t: OFF if t >= 60 else BAD, lambda _t: GOOD, 0.5)
    assert story.told("SPO2_CRIT") == [(28, "alarm_raised"), (70.5, "alarm_latched")]


@pytest.mark.parametrize(
    ("rule", "bad"), [("SPO2_CRIT", {"spo2": 80, "pulse": 72}), ("PR_XLOW", {"spo2": 97, "pulse": 38})]
)
def test_a_good_one_that_takes_over_for_a_moment_drops_nothing_that_was_collected(
    rule: str, bad: dict[str, Any]
) -> None:
    """The one that leads shows it for four seconds, fails for three, and shows it again: announced as of it alone."""
    found, alone = Story().open(), Story().open()
    for t in range(30):
        shown = GONE if 4 <= t < 7 or 12 <= t < 15 else bad
        found.sample(t, **shown)
        alone.sample(t, **shown)
        found.sample(t + 0.5, device=SPARE, **GOOD)
    assert found.one("alarm_raised", alarm=rule)["t"] == alone.one("alarm_raised", alarm=rule)["t"]


def test_what_was_collected_goes_on_with_one_that_shows_it_too() -> None:
    """One probe is changed for another while the saturation is low: the delay does not begin anew."""
    story = Story().open()
    story.samples(0, 3, 80)
    for t in range(3, 12):
        story.sample(t, **OFF)
        story.sample(t + 0.5, 80, device=SPARE)
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["t"] == 5.5


def test_a_weak_lead_gives_way_and_is_heard_beside() -> None:
    """A VALID value leads, so that nothing is missing; what the weak one has collected for SPO2_CRIT counts on."""
    weak = {"spo2": 78, "pulse": 72, "perfusion_index": 0.3}
    story = Story().open().start(0)
    for t in range(60):
        story.sample(t, **weak)
        if t >= 6:
            story.sample(t + 0.5, device=SPARE, **GOOD)
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["t"] == 10
    assert story.told("SPO2_NO_DATA") == []
    assert story.bed.state.spo2.raw == 99


def test_two_weak_ones_do_not_take_turns() -> None:
    low, high = ({"spo2": value, "pulse": 72, "perfusion_index": 0.3} for value in (78, 95))
    story = Story().open()
    for t in range(40):
        story.sample(t, **high)
        story.sample(t + 0.9, device=SPARE, **low)
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["t"] == 10.9


def test_a_sudden_change_beside_is_held_back_as_its_own() -> None:
    """V5 by the device's own values: told with its name, believed after eight seconds."""
    story = disagreeing(lambda _t: GOOD, lambda _t: {"spo2": 91, "pulse": 72}, 0.5)
    (told,) = story.all("value_rejected", metric="spo2")
    (believed,) = story.all("value_rejudged")
    assert (told["t"], told["reason"], told["device"]) == (20.5, "step", SPARE)
    assert (believed["t"], believed["since"], believed["device"]) == (28.5, 20.5, SPARE)


def test_a_sudden_fall_is_one_of_the_same_oximeter() -> None:
    """Two that differ by a third for ever are no VASOVAGAL, whoever leads; a fall of the one beside is."""
    slow = {"spo2": 98, "pulse": 48}
    story = Story().open()
    for t in range(300):
        if t < 200:
            story.sample(t, 98, 75)
        story.sample(t + 0.5, device=SPARE, **slow)
    assert story.told("VASOVAGAL") == []
    story = Story().open()
    for t in range(200):
        story.sample(t, 98, 75)
        story.sample(t + 0.5, 98, 75 if t < 150 else 50, device=SPARE)
    assert story.one("alarm_raised", alarm="VASOVAGAL")["device"] == SPARE


def test_v10_compares_each_with_the_cuff_for_itself() -> None:
    """The cuff agrees with the one beside: that one leads from then on, and the other is doubted."""
    story = Story().open()
    for t in range(60):
        story.sample(t, 98, 72)
        story.sample(t + 0.5, 98, 46, device=SPARE)
        if t == 5:
            story.cuff(t + 0.7, pulse_rate=46)
    told = story.all("value_rejected", reason="pulse_mismatch", metric="pulse_rate", value=72)
    assert [(line["t"], line.get("device")) for line in told] == [(6, None), (7, OXIMETER)]
    assert story.told("PR_LOW") == [(15.5, "alarm_raised")]
    assert (story.bed.state.pulse.raw, story.bed.state.mismatched) == (46, False)
    assert story.bed.state.beside[Metric.PULSE_RATE][OXIMETER].mismatched


def test_a_rule_that_is_switched_off_is_off_for_both() -> None:
    story = Story().open()
    for t in range(60):
        story.sample(t)
        story.sample(t + 0.5, device=SPARE, **BAD)
        if t == 20:
            story.command(t + 0.7, "alarm_off", alarm="SPO2_LOW", reason="two probes", role="prescriber")
    assert [event for t, event in story.told("SPO2_LOW") if t > 20.7] == []
    assert all(
        "SPO2_LOW" not in voice.conditions for voices in story.bed.state.beside.values() for voice in voices.values()
    )


def test_a_limit_that_frees_the_lead_keeps_the_alarm_that_the_other_shows() -> None:
    story = Story().open()
    for t in range(40):
        story.sample(t, 89)
        story.sample(t + 0.5, 86, device=SPARE)
    story.command(40, "set_limit", alarm="SPO2_LOW", low=88, reason="COPD")
    assert [event for _, event in story.told("SPO2_LOW") if event.startswith("alarm_")] == ["alarm_raised"]
    story.command(41, "set_limit", alarm="SPO2_LOW", low=86, second_by="dr-x")
    assert story.one("alarm_closed", alarm="SPO2_LOW")["reason"] == "limit_changed"
