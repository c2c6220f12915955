"""Verdicts V1 to V6, B1 to B5, B8 and B10 of signals-and-simulation, at and around each bound."""

from __future__ import annotations

from typing import Any

import pytest

from config.instant import SECOND
from config.vocabulary import CuffError, Flag, Metric, Verdict
from monitor.core.bed_state import DeviceSetup
from monitor.core.cuff.cuff_judgement import cuff_judgements
from monitor.core.inputs import CuffMeasurement, OximeterSample
from monitor.core.validation import Judgement, number_judgement, signal_judgement
from tests.support.ward import Story, shipped_rules

LIMITS = shipped_rules().validation
VALID, SUSPECT, INVALID = Verdict.VALID, Verdict.SUSPECT, Verdict.INVALID
FOUR = (Metric.SYSTOLIC, Metric.DIASTOLIC, Metric.MEAN, Metric.PULSE_RATE_CUFF)


def judged(spo2: float | None = 97, pulse: float | None = 72, **more: Any) -> tuple[Judgement, Judgement]:
    sample = OximeterSample("bay-1", "ox-1", spo2, pulse, **more)
    signal = signal_judgement(sample, LIMITS.perfusion_invalid, LIMITS.perfusion_suspect)
    return number_judgement(spo2, LIMITS.spo2_range, signal), number_judgement(pulse, LIMITS.pulse_range, signal)


def words(judgement: Judgement) -> tuple[Verdict, str | None]:
    return judgement.verdict, judgement.reason


@pytest.mark.parametrize("flag", [Flag.SENSOR_OFF, Flag.NO_FINGER, Flag.SEARCHING, Flag.OUT_OF_TRACK])
def test_v1_no_signal_is_invalid(flag: Flag) -> None:
    assert [words(found) for found in judged(flags=frozenset({flag}))] == [(INVALID, "device")] * 2


@pytest.mark.parametrize("flag", ["artifact", "low_perfusion", "no_finger"])
def test_v1_a_flag_speaks_against_numbers_as_good_as_those_before_it(flag: str) -> None:
    story = Story().open()
    story.samples(0, 20)
    story.samples(20, 40, flags=[flag])
    assert story.bed.state.spo2.track.at == story.bed.state.pulse.track.at == 19 * SECOND
    assert [line["t"] for line in story.all("value_rejected", metric="spo2")] == [20]


def test_v1_artifact_is_suspect_and_never_taken_as_doubtful() -> None:
    for found in judged(flags=frozenset({Flag.ARTIFACT}), perfusion_index=0.3):
        assert (found.verdict, found.reason, found.doubtful) == (SUSPECT, "device", False)


def test_v1_low_perfusion_is_suspect_only_where_no_index_is_given() -> None:
    weak = frozenset({Flag.LOW_PERFUSION})
    assert [found.verdict for found in judged(flags=weak)] == [SUSPECT] * 2
    assert judged(flags=weak)[0].doubtful
    assert [found.verdict for found in judged(flags=weak, perfusion_index=1.0)] == [VALID] * 2


def test_v9_the_device_s_own_word_of_movement_is_suspect_and_never_taken_as_doubtful() -> None:
    for found in judged(flags=frozenset({Flag.MOTION}), perfusion_index=1.0):
        assert (found.verdict, found.reason, found.doubtful) == (SUSPECT, "motion", False)
    assert [words(found) for found in judged(flags=frozenset({Flag.MOTION}))] == [(SUSPECT, "motion")] * 2


def test_v9_what_says_more_comes_before_movement() -> None:
    """No signal and no value stay so; a weak signal that moves is still heard by SPO2_CRIT."""
    for flag in (Flag.SENSOR_OFF, Flag.NO_FINGER, Flag.SEARCHING, Flag.OUT_OF_TRACK):
        assert words(judged(flags=frozenset({Flag.MOTION, flag}))[0]) == (INVALID, "device")
    moving = frozenset({Flag.MOTION})
    assert words(judged(flags=moving | {Flag.ARTIFACT})[0]) == (SUSPECT, "device")
    assert words(judged(spo2=None, flags=moving)[0]) == (INVALID, "absent")
    assert words(judged(flags=moving, perfusion_index=0.1)[0]) == (INVALID, "perfusion")
    assert judged(flags=moving, perfusion_index=0.3)[0].doubtful
    assert judged(flags=moving | {Flag.LOW_PERFUSION})[0].doubtful


def test_v1_low_battery_gives_no_verdict() -> None:
    assert [found.verdict for found in judged(flags=frozenset({Flag.BATTERY_LOW}))] == [VALID] * 2


@pytest.mark.parametrize(
    ("spo2", "expected"), [(49.9, INVALID), (50, VALID), (87.5, VALID), (100, VALID), (100.1, INVALID)]
)
def test_v2_range(spo2: float, expected: Verdict) -> None:
    assert judged(spo2=spo2)[0].verdict is expected
    assert judged(spo2=spo2)[1].verdict is VALID


@pytest.mark.parametrize(("pulse", "expected"), [(24.9, INVALID), (25, VALID), (250, VALID), (250.1, INVALID)])
def test_v3_range(pulse: float, expected: Verdict) -> None:
    assert judged(pulse=pulse)[1].verdict is expected
    assert judged(pulse=pulse)[0].verdict is VALID


@pytest.mark.parametrize(
    ("perfusion", "expected", "doubtful"),
    [(0.19, INVALID, False), (0.2, SUSPECT, True), (0.39, SUSPECT, True), (0.4, VALID, False)],
)
def test_v4_perfusion(perfusion: float, expected: Verdict, doubtful: bool) -> None:
    for found in judged(perfusion_index=perfusion):
        assert (found.verdict, found.doubtful) == (expected, doubtful)


def test_v4_the_floor_is_a_setting_of_each_device() -> None:
    """One that reads weak fingers well is believed where another is not; what it does not say is the preset's."""
    own = DeviceSetup("ox-1", 4 * SECOND, perfusion_invalid=0.05, perfusion_suspect=0.1)
    half = DeviceSetup("ox-2", 4 * SECOND, perfusion_invalid=0.35)
    for device, perfusion, expected in (
        ("ox-1", 0.04, INVALID),
        ("ox-1", 0.09, SUSPECT),
        ("ox-1", 0.15, VALID),
        ("ox-2", 0.34, INVALID),
        ("ox-2", 0.39, SUSPECT),
        ("ox-3", 0.19, INVALID),
    ):
        story = Story(devices=[own, half]).open()
        for second in range(10):
            story.put(second + 1, "spo2", device=device, spo2=97, pulse_rate=72, flags=[], perfusion_index=3.0)
        story.put(11, "spo2", device=device, spo2=97, pulse_rate=72, flags=[], perfusion_index=perfusion)
        assert story.bed.state.spo2.judgement.verdict is expected, (device, perfusion)


def test_an_absent_number_is_absent_not_out_of_range() -> None:
    assert [words(found) for found in judged(None, None)] == [(INVALID, "absent")] * 2


# -- V5, V6 -----------------------------------------------------------------------------------------------------


def fallen(to: float, gap: float = 1.0, **more: Any) -> Story:
    """97 until 9, then a sample of `to`, `gap` seconds after the last VALID one."""
    story = Story().open()
    story.samples(0, 10)
    if gap > 1:
        story.off(10, 9 + gap - 0.5)
    story.sample(9 + gap, to, **more)
    return story


def test_v5_a_sudden_fall_is_held_for_eight_seconds_and_then_counts_from_its_first_sample() -> None:
    story = fallen(84)
    story.samples(11, 40, 84)
    assert (story.one("value_rejected")["t"], story.one("value_rejected")["reason"]) == (10.0, "step")
    line = story.one("value_rejudged")
    assert (line["t"], line["metric"], line["verdict"], line["since"]) == (18.0, "spo2", "VALID", 10.0)
    raised = story.one("alarm_raised", alarm="SPO2_CRIT")
    assert (raised["t"], raised["since"], raised["value"]) == (18.0, 10.0, 84)
    low = story.one("alarm_raised", alarm="SPO2_LOW")
    assert (low["t"], low["since"]) == (25.0, 10.0)


@pytest.mark.parametrize(("to", "held"), [(91, False), (90.9, True)])
def test_v5_more_than_six_points(to: float, held: bool) -> None:
    assert bool(fallen(to).all("value_rejected", reason="step")) is held


@pytest.mark.parametrize(("gap", "held"), [(4.0, True), (4.001, False)])
def test_v5_within_four_seconds_of_the_last_valid_sample(gap: float, held: bool) -> None:
    assert bool(fallen(84, gap).all("value_rejected", reason="step")) is held


def test_v5_watches_falls_only() -> None:
    story = Story().open()
    story.samples(0, 10, 80)
    story.samples(10, 20, 97)
    assert story.all("value_rejected") == []


def test_v5_a_change_that_does_not_stand_leaves_no_trace_but_the_rejection() -> None:
    story = fallen(84)
    story.samples(11, 17, 84)
    story.samples(17, 60, 97)
    assert story.told() == []
    assert len(story.all("value_rejected")) == 1
    assert story.all("value_rejudged") == []


def test_v5_a_held_sample_that_lapses_is_not_believed() -> None:
    """Nothing stands at 18; what comes at 19 is judged anew, six seconds of silence after the last VALID one."""
    story = fallen(84)
    story.samples(19, 40, 84)
    assert story.all("value_rejudged") == []
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["since"] == 19.0


def test_v5_a_held_sample_that_stands_to_the_very_moment_is_believed() -> None:
    """The documents do not say whether standing until 18 stands at 18: it does, towards the alarm."""
    story = fallen(84)
    story.sample(14, 84)
    story.tick(60)
    assert story.one("value_rejudged")["t"] == 18.0
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["t"] == 18.0


def test_v5_held_samples_stand_no_longer_than_any_other() -> None:
    """10 to 14 and 17.5 to 18 are four and a half valid seconds; the fifth is full at 18.5."""
    story = fallen(84)
    story.samples(17.5, 30, 84)
    line = story.one("alarm_raised", alarm="SPO2_CRIT")
    assert (line["t"], line["since"]) == (18.5, 10.0)


def test_v5_an_invalid_sample_ends_what_the_held_one_covers() -> None:
    story = fallen(84)
    story.off(11, 17)
    story.samples(17.5, 30, 84)
    line = story.one("alarm_raised", alarm="SPO2_CRIT")
    assert (line["t"], line["since"]) == (21.5, 10.0)


def test_v5_believed_whatever_else_shows() -> None:
    """Artefact flags do not keep a fall that stands from being VALID."""
    story = fallen(84, flags=["artifact"])
    story.samples(11, 20, 84, flags=["artifact"])
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["t"] == 18.0


def test_v5_doubtful_samples_are_not_held() -> None:
    """The documents leave open which comes first: SPO2_CRIT takes a weak signal's fall at once, due in 10 s."""
    story = fallen(84, perfusion_index=0.3)
    story.samples(11, 40, 84, perfusion_index=0.3)
    assert story.all("value_rejudged") == []
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["t"] == 20.0


def test_v5_a_pending_delay_goes_on_through_the_hold() -> None:
    """88 since 10 is pending; the fall at 15 is held and counts afterwards from its first sample."""
    story = Story().open()
    story.samples(0, 10, 91)
    story.samples(10, 15, 88)
    story.samples(15, 60, 80)
    line = story.one("alarm_raised", alarm="SPO2_LOW")
    assert (line["t"], line["since"]) == (25.0, 10.0)
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["t"] == 23.0


def test_v5_a_delay_that_filled_under_the_hold_is_told_when_the_hold_ends() -> None:
    """LOW had 14 s when the fall came: its fifteenth second is known only when the change is believed."""
    story = Story().open()
    story.samples(0, 10, 91)
    story.samples(10, 24, 88)
    story.samples(24, 60, 80)
    line = story.one("alarm_raised", alarm="SPO2_LOW")
    assert (line["t"], line["since"]) == (32.0, 10.0)


def test_v5_a_gap_inside_the_hold_stops_a_running_delay() -> None:
    """LOW has 5 s of 88, then 15 to 19 and 22 to 23 of the held 80: ten valid seconds when the hold ends at 23."""
    story = Story().open()
    story.samples(0, 10, 91)
    story.samples(10, 15, 88)
    story.sample(15, 80)
    story.samples(22, 60, 80)
    assert story.one("alarm_raised", alarm="SPO2_LOW")["t"] == 28.0


@pytest.mark.parametrize(
    ("before", "after", "held"), [(72, 97, False), (72, 97.1, True), (72, 47, False), (72, 46.9, True)]
)
def test_v6_more_than_25_both_ways(before: float, after: float, held: bool) -> None:
    story = Story().open()
    story.samples(0, 10, 97, before)
    story.sample(10, 97, after)
    assert bool(story.all("value_rejected", metric="pulse_rate", reason="step")) is held


@pytest.mark.parametrize(("gap", "held"), [(3.0, True), (3.001, False)])
def test_v6_within_three_seconds(gap: float, held: bool) -> None:
    story = Story().open()
    story.samples(0, 10)
    story.sample(9 + gap, 97, 150)
    assert bool(story.all("value_rejected", reason="step")) is held


def test_v6_holds_six_seconds() -> None:
    story = Story().open()
    story.samples(0, 10)
    story.samples(10, 40, 97, 160)
    line = story.one("value_rejudged")
    assert (line["t"], line["metric"], line["since"]) == (16.0, "pulse_rate", 10.0)
    assert [(found["t"], found["since"]) for found in story.all("alarm_raised")] == [(20.0, 10.0), (30.0, 10.0)]


def test_a_lasting_fall_to_pulse_35_is_told_ten_seconds_after_it_began() -> None:
    story = Story().open()
    story.samples(0, 10)
    story.samples(10, 40, 97, 35)
    line = story.one("alarm_raised", alarm="PR_XLOW")
    assert (line["t"], line["since"]) == (20.0, 10.0)


def test_rejections_are_told_once_per_run_of_metric_and_reason() -> None:
    """Rulings 3: equal reasons once, another reason again, and again after a VALID value."""
    story = Story().open()
    story.samples(0, 5)
    story.off(5, 10)
    story.samples(10, 12, 97, 72, flags=["artifact"])
    story.samples(12, 14, 101, 72)
    story.samples(14, 16)
    story.off(16, 18)
    found = [(line["t"], line["metric"], line["reason"], line["verdict"]) for line in story.all("value_rejected")]
    assert found == [
        (5, "spo2", "device", "INVALID"),
        (5, "pulse_rate", "device", "INVALID"),
        (12, "spo2", "range", "INVALID"),
        (16, "spo2", "device", "INVALID"),
        (16, "pulse_rate", "device", "INVALID"),
    ]


# -- cuff -------------------------------------------------------------------------------------------------------


def cuffed(
    systolic: float | None, diastolic: float | None, mean: float | None, pulse: float | None = 71, **more: Any
) -> dict[Metric, tuple[Verdict, str | None]]:
    reading = CuffMeasurement("bay-1", "cuff-1", systolic, diastolic, mean, pulse, **more)
    return {metric: words(found) for metric, found in cuff_judgements(reading, LIMITS).items()}


def pressures(found: dict[Metric, tuple[Verdict, str | None]]) -> list[tuple[Verdict, str | None]]:
    return [found[metric] for metric in FOUR[:3]]


def test_a_plain_reading_is_valid() -> None:
    assert cuffed(120, 76, 91) == dict.fromkeys(FOUR, (VALID, None))


@pytest.mark.parametrize("error", CuffError)
def test_b1_any_device_error(error: CuffError) -> None:
    assert cuffed(120, 76, 91, error=error) == dict.fromkeys(FOUR, (INVALID, "device"))


@pytest.mark.parametrize(
    ("values", "metric"),
    [
        ((39.9, 25, 30), Metric.SYSTOLIC),
        ((280.1, 170, 207), Metric.SYSTOLIC),
        ((60, 19.9, 33), Metric.DIASTOLIC),
        ((230, 200.1, 210), Metric.DIASTOLIC),
    ],
)
def test_b2_a_pressure_out_of_range_spoils_the_reading(values: tuple[float, float, float], metric: Metric) -> None:
    found = cuffed(*values)
    assert found[metric] == (INVALID, "range")
    assert {verdict for verdict, _ in pressures(found)} == {INVALID}


@pytest.mark.parametrize("values", [(40, 24, 30), (280, 170, 205), (60, 20, 32), (230, 200, 210)])
def test_b2_bounds_are_in_range(values: tuple[float, float, float]) -> None:
    assert INVALID not in {verdict for verdict, _ in pressures(cuffed(*values))}


def test_b2_a_mean_out_of_range_spoils_only_itself_where_the_order_holds() -> None:
    """The documents leave open whether one number out of range spoils the others; the pressures stand."""
    found = cuffed(45, 22, 29.9)
    assert pressures(found) == [(VALID, None), (VALID, None), (INVALID, "range")]


@pytest.mark.parametrize("values", [(120, 76, 120), (120, 76, 76), (120, 90, 130), (120, 90, 80)])
def test_b3_order_is_strict(values: tuple[float, float, float]) -> None:
    assert pressures(cuffed(*values)) == [(INVALID, "order")] * 3


@pytest.mark.parametrize(("systolic", "diastolic"), [(100, 100), (90, 100)])
def test_b3_holds_without_a_mean(systolic: float, diastolic: float) -> None:
    found = cuffed(systolic, diastolic, None)
    assert [found[Metric.SYSTOLIC], found[Metric.DIASTOLIC]] == [(INVALID, "order")] * 2
    assert found[Metric.MEAN] == (INVALID, "absent")


def test_a_reading_without_a_mean_has_valid_pressures() -> None:
    found = cuffed(120, 76, None)
    assert pressures(found) == [(VALID, None), (VALID, None), (INVALID, "absent")]


@pytest.mark.parametrize(("systolic", "diastolic"), [(None, 76), (120, None)])
def test_half_a_reading_is_incomplete(systolic: float | None, diastolic: float | None) -> None:
    """Doubtful: nothing says it is wrong, and nothing that it is right."""
    found = cuffed(systolic, diastolic, 91)
    expected = [
        (INVALID, "absent") if value is None else (SUSPECT, "incomplete") for value in (systolic, diastolic, 91)
    ]
    assert pressures(found) == expected


@pytest.mark.parametrize(("systolic", "diastolic", "mean"), [(None, 76, 76), (90, None, 91)])
def test_half_a_reading_keeps_the_order(systolic: float | None, diastolic: float | None, mean: float) -> None:
    assert {verdict for verdict, _ in pressures(cuffed(systolic, diastolic, mean))} == {INVALID}


def test_half_a_reading_may_be_the_emergency_and_clears_nothing() -> None:
    story = Story().open()
    story.put(30, "nibp", device="cuff-1", systolic=70, diastolic=None, mean=None, pulse_rate=71, error=None)
    assert story.one("alarm_raised", alarm="SBP_XLOW")["doubtful"] is True
    story.put(90, "nibp", device="cuff-1", systolic=120, diastolic=None, mean=None, pulse_rate=71, error=None)
    assert story.all("alarm_latched") == []


@pytest.mark.parametrize(
    ("pulse_pressure", "expected"),
    [
        (14.9, (SUSPECT, "pulse_pressure")),
        (15, (VALID, None)),
        (120, (VALID, None)),
        (120.1, (SUSPECT, "pulse_pressure")),
    ],
)
def test_b4_pulse_pressure(pulse_pressure: float, expected: tuple[Verdict, str | None]) -> None:
    found = cuffed(60 + pulse_pressure, 60, 60 + pulse_pressure / 3)
    assert pressures(found) == [expected] * 3


@pytest.mark.parametrize(
    ("mean", "expected"),
    [(67.9, (SUSPECT, "map")), (68, (VALID, None)), (82, (VALID, None)), (82.1, (SUSPECT, "map"))],
)
def test_b5_mean_where_it_is_expected(mean: float, expected: tuple[Verdict, str | None]) -> None:
    """100/60: between 60 + 0.2 x 40 and 60 + 0.55 x 40."""
    assert pressures(cuffed(100, 60, mean)) == [expected] * 3


@pytest.mark.parametrize(
    ("pulse", "expected"),
    [(39.9, (SUSPECT, "irregular")), (40, (VALID, None)), (240, (VALID, None)), (240.1, (SUSPECT, "irregular"))],
)
def test_b8_cuff_pulse(pulse: float, expected: tuple[Verdict, str | None]) -> None:
    assert list(cuffed(120, 76, 91, pulse).values()) == [expected] * 4


def test_b8_irregular_flag() -> None:
    assert list(cuffed(120, 76, 91, irregular=True).values()) == [(SUSPECT, "irregular")] * 4


def test_a_cuff_without_a_pulse_is_no_reason_to_doubt_it() -> None:
    found = cuffed(120, 76, 91, None)
    assert pressures(found) == [(VALID, None)] * 3
    assert found[Metric.PULSE_RATE_CUFF] == (INVALID, "absent")


@pytest.mark.parametrize(("measured", "counts"), [(40.0, True), (39.999, False)])
def test_b10_a_reading_older_than_sixty_seconds_is_chart_only(measured: float, counts: bool) -> None:
    story = Story().open()
    story.cuff(100, 185, measured_t=measured)
    assert bool(story.told("SBP_CRIT")) is counts


def test_b10_the_measurement_decides_since() -> None:
    story = Story().open()
    story.cuff(100, 185, measured_t=70)
    line = story.one("alarm_raised", alarm="SBP_CRIT")
    assert (line["t"], line["since"]) == (100, 70)


def test_b10_a_measurement_in_the_future_counts_from_its_receipt() -> None:
    story = Story().open()
    story.cuff(100, 185, measured_t=130)
    assert story.one("alarm_raised", alarm="SBP_CRIT")["since"] == 100


def test_a_reading_measured_before_the_patient_came_is_nobodys() -> None:
    """Table 3.3: what belongs to IDLE is not attributed to anyone."""
    story = Story().open(50)
    story.cuff(60, 185, measured_t=49.9)
    assert story.told() == []
    story.cuff(60, 185, measured_t=50)
    assert story.told("SBP_CRIT") == [(60, "alarm_raised")]


def test_a_missing_mean_or_pulse_is_no_news() -> None:
    story = Story().open()
    story.cuff(10, mean=None, pulse_rate=None)
    assert story.all("value_rejected") == []
    story.cuff(20, 120, 125)
    story.cuff(30, 120, 126)
    assert {(line["t"], line["metric"]) for line in story.all("value_rejected")} == {
        (20, "systolic"),
        (20, "diastolic"),
        (20, "mean"),
    }


def test_numbers_without_a_patient_are_not_judged() -> None:
    """IDLE: data are not attributed to anyone (alarm-system 3.3)."""
    story = Story()
    story.samples(0, 60, 70, 200)
    story.cuff(60, 230, 130)
    assert story.lines == []


def test_two_oximeters_that_disagree_on_one_bed_never_hold_each_other_back() -> None:
    """Each other's values would look like a sudden change for ever, and a patient at 80 % would stay silent."""
    story = Story().open()
    for t in range(40):
        story.put(t, "spo2", device="ox-1", spo2=97, pulse_rate=72, flags=[])
        story.put(t + 0.5, "spo2", device="ox-2", spo2=80, pulse_rate=72, flags=[])
    assert story.one("alarm_raised", alarm="SPO2_CRIT")["t"] == 5.5
    assert story.one("alarm_raised", alarm="SPO2_LOW")["t"] == 15.5


def test_v5_v6_two_changes_believed_at_one_moment_are_told_in_one_order() -> None:
    """By the word of the metric (rulings 1.2), not by who asked first."""
    story = Story().open()
    story.samples(0, 20)
    story.samples(20, 22, 84)
    story.samples(22, 40, 84, 130)
    told = [(line["t"], line["metric"]) for line in story.all("value_rejudged")]
    assert told == [(28, "pulse_rate"), (28, "spo2")]
