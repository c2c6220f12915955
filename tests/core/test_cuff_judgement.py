"""Verdicts that look at the readings before: B6, B7, B9, B10 (signals-and-simulation 1.2; rulings 3)."""

from __future__ import annotations

from typing import Any

import pytest

from config.vocabulary import Metric
from tests.support.ward import Line, Story


def verdicts(found: list[Line]) -> list[tuple[str, str, str]]:
    """(event, metric, reason) of what was said about values."""
    return [
        (line["event"], line["metric"], line["reason"])
        for line in found
        if line["event"] in ("value_rejected", "value_rejudged")
    ]


JUMPED = [("value_rejected", metric, "jump") for metric in ("systolic", "diastolic", "mean")]
REJUDGED = [("value_rejudged", metric, "jump") for metric in ("systolic", "diastolic", "mean")]


def calm() -> Story:
    """120/76 at 100."""
    story = Story().open()
    story.cuff(100, 120, 76)
    return story


# -- B2 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "reasons"),
    [
        ({"systolic": 120, "diastolic": 19, "mean": 60}, ("range", "range", "range")),
        ({"systolic": 281, "diastolic": 90, "mean": 150}, ("range", "range", "range")),
        ({"systolic": 120, "diastolic": 76, "mean": 231}, ("order", "order", "range")),
    ],
)
def test_b2_what_stands_beside_a_pressure_out_of_range_is_told_with_its_reason(
    given: dict[str, float], reasons: tuple[str, ...]
) -> None:
    found = verdicts(Story().open().cuff(100, **given))
    metrics = ("systolic", "diastolic", "mean")
    assert found == [("value_rejected", metric, reason) for metric, reason in zip(metrics, reasons, strict=True)]


# -- B6 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("systolic", "diastolic", "jumped"),
    [(160, 76, False), (161, 76, True), (80, 50, False), (79, 50, True), (150, 106, False), (150, 107, True)],
)
def test_b6_a_jump_of_more_than_40_or_30_is_suspect(systolic: float, diastolic: float, jumped: bool) -> None:
    story = calm()
    assert verdicts(story.cuff(200, systolic, diastolic)) == (JUMPED if jumped else [])


@pytest.mark.parametrize(("t", "jumped"), [(460, True), (460.001, False)])
def test_b6_within_six_minutes(t: float, jumped: bool) -> None:
    assert bool(verdicts(calm().cuff(t, 175))) is jumped


def test_b6_against_the_last_valid_reading_not_the_last() -> None:
    story = calm()
    story.cuff(200, 165)
    assert verdicts(story.cuff(300, 121)) == []


def test_b6_not_against_another_arm() -> None:
    story = Story().open(cuff_limb="left arm")
    story.cuff(100, 120)
    story.command(150, "set_limbs", cuff_limb="right arm")
    assert verdicts(story.cuff(200, 170)) == []


def test_b6_and_b7_on_an_arm_that_has_a_name() -> None:
    story = Story().open(cuff_limb="left arm")
    story.cuff(100, 120)
    assert verdicts(story.cuff(200, 170)) == JUMPED
    assert verdicts(story.cuff(290, 171)) == REJUDGED


def test_b6_is_repeated_after_60_s() -> None:
    story = calm().start(150)
    story.cuff(200, 165)
    story.tick(260)
    assert story.one("nibp_requested", reason="repeat")["t"] == 260


@pytest.mark.parametrize(
    ("alarm", "values"),
    [
        ("SBP_CRIT", (185, 90)),
        ("DBP_CRIT", (150, 111)),
        ("SBP_LOW", (75, 50)),
        ("SBP_XLOW", (75, 50)),
        ("MAP_XLOW", (75, 42)),
    ],
)
def test_b6_is_still_evaluated_as_a_first_reading(alarm: str, values: tuple[float, float]) -> None:
    story = calm()
    story.cuff(200, *values)
    assert story.one("alarm_raised", alarm=alarm)["doubtful"] is True


@pytest.mark.parametrize(("alarm", "values"), [("SBP_HIGH", (165, 90)), ("DBP_HIGH", (140, 107))])
def test_b6_raises_nothing_else(alarm: str, values: tuple[float, float]) -> None:
    story = calm()
    story.cuff(200, *values)
    assert story.told(alarm) == []


def test_b6_counts_neither_for_the_baseline_nor_for_the_return() -> None:
    story = calm()
    for t, systolic in ((200, 165), (300, 121), (400, 122)):
        story.cuff(t, systolic)
    story.start(410)
    assert story.one("baseline_frozen", metric="systolic")["value"] == 121
    story.cuff(500, 170)
    assert story.all("return_state_changed", metric="systolic") == []


def test_a_value_that_is_not_taken_is_told_in_full() -> None:
    story = calm()
    found = [line for line in story.cuff(200, 165, 90) if line["event"] == "value_rejected"]
    told = {"t": 200, "bed": "bay-1", "event": "value_rejected", "reason": "jump", "verdict": "SUSPECT"}
    assert found == [
        told | {"metric": "systolic", "value": 165},
        told | {"metric": "diastolic", "value": 90},
        told | {"metric": "mean", "value": 115},
    ]


# -- B7 ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("second", "agrees"), [(180, True), (150, True), (181, False)])
def test_b7_two_readings_within_15_agree(second: float, agrees: bool) -> None:
    story = calm()
    story.cuff(200, 165)
    found = verdicts(story.cuff(290, second))
    assert found == (REJUDGED if agrees else [])
    assert story.bed.state.cuff.values["systolic"].judgement.verdict == ("VALID" if agrees else "SUSPECT")  # type: ignore[index]


def test_b7_tells_of_the_old_reading() -> None:
    story = calm()
    story.cuff(200, 165)
    story.cuff(290, 166)
    line = story.one("value_rejudged", metric="systolic")
    assert (line["t"], line["since"], line["value"], line["verdict"]) == (290, 200, 165, "VALID")


def test_b7_a_third_reading_may_agree_with_either() -> None:
    story = calm()
    story.cuff(200, 190)
    story.cuff(290, 70, 45)
    assert verdicts(story.cuff(380, 188)) == REJUDGED


def test_b7_a_valid_reading_that_disagrees_refutes_the_jump() -> None:
    story = calm()
    story.cuff(200, 165)
    story.cuff(290, 121)
    assert verdicts(story.cuff(380, 165)) == JUMPED


def test_b7_a_doubtful_second_reading_settles_nothing() -> None:
    story = calm()
    story.cuff(200, 165)
    story.cuff(290, 166, irregular=True)
    assert story.all("value_rejudged") == []
    story.cuff(380, 166)
    assert len(story.all("value_rejudged")) == 3


def test_b7_the_old_reading_counts_for_the_baseline() -> None:
    story = calm()
    story.cuff(200, 165)
    story.cuff(290, 166)
    story.start(300)
    line = story.one("baseline_frozen", metric="systolic")
    assert (line["value"], line["inputs"]) == (165, ["reading-3", "reading-2", "reading-1"])


def test_b7_the_old_reading_counts_for_the_return() -> None:
    """Two readings above the band make the excursion; the first is a jump that the second confirms."""
    story = Story().open()
    for t in (60, 130, 200):
        story.cuff(t, 120)
    story.start(210)
    story.cuff(300, 161, 96)
    assert story.all("return_state_changed", metric="systolic") == []
    story.cuff(390, 161, 96)
    line = story.one("return_state_changed", metric="systolic")
    assert (line["t"], line["at"], line["to"]) == (390, 300, "AWAY")


def test_b7_the_old_reading_may_be_the_first_of_two_consecutive() -> None:
    story = calm()
    story.cuff(200, 165)
    story.cuff(290, 166)
    assert story.told("SBP_HIGH") == [(290, "alarm_raised"), (290, "alarm_priority_changed")]
    assert story.one("alarm_raised", alarm="SBP_HIGH")["since"] == 200


def test_b7_a_critical_jump_is_not_counted_twice() -> None:
    """Evaluated as doubtful at once, confirmed by the second: that one is the second, not the third."""
    story = calm()
    story.cuff(200, 185)
    story.cuff(290, 170)
    assert len(story.all("value_rejudged")) == 3
    assert story.all("alarm_priority_changed", alarm="SBP_CRIT") == []


# -- B9, B10 -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("t", "venous"), [(129.999, True), (130, False)])
def test_b9_less_than_30_s_since_the_last_deflation_is_invalid(t: float, venous: bool) -> None:
    story = calm()
    found = verdicts(story.cuff(t, 121))
    assert found == (
        [("value_rejected", metric, "venous") for metric in ("systolic", "diastolic", "mean")] if venous else []
    )


def test_b9_counts_to_the_start_of_the_next_inflation_where_that_is_known() -> None:
    story = calm()
    story.put(120, "cuff", device="cuff-1", state="inflating", pressure=0)
    assert {reason for _, _, reason in verdicts(story.cuff(154, 121))} == {"venous"}
    story.put(190, "cuff", device="cuff-1", state="inflating", pressure=0)
    assert verdicts(story.cuff(224, 121)) == []


def test_b9_a_failed_attempt_inflated_the_cuff_too() -> None:
    story = calm()
    story.cuff(150, error="motion")
    assert {reason for _, _, reason in verdicts(story.cuff(170, 121))} == {"venous"}


def retried(systolic: float, diastolic: float, **more: Any) -> Story:
    """An attempt fails at 250, the cuff inflates again by itself and reads this at 270."""
    story = calm()
    story.cuff(250, error="motion")
    story.cuff(270, systolic, diastolic, **more)
    return story


@pytest.mark.parametrize(
    ("systolic", "diastolic", "alarm", "priority"),
    [
        (185, 95, "SBP_CRIT", "medium"),
        (205, 95, "SBP_CRIT", "high"),
        (150, 112, "DBP_CRIT", "medium"),
        (88, 60, "SBP_LOW", "medium"),
        (78, 56, "SBP_XLOW", "high"),
    ],
)
def test_b9_a_critical_reading_too_early_is_doubtful_and_told_and_repeated(
    systolic: float, diastolic: float, alarm: str, priority: str
) -> None:
    """A full arm may have made it, or the emergency that made the first attempt fail (decisions/0005)."""
    story = retried(systolic, diastolic)
    line = story.one("alarm_raised", alarm=alarm)
    assert (line["t"], line["priority"], line["doubtful"]) == (270, priority, True)
    assert {line["verdict"] for line in story.all("value_rejected", reason="venous")} == {"SUSPECT"}
    story.tick(340)
    assert [(line["t"], line["reason"]) for line in story.all("nibp_requested", t=330)] == [(330, "repeat")]
    assert story.told("NIBP_FAIL") == []


def test_b9_a_critical_reading_too_early_may_be_the_second() -> None:
    story = calm()
    story.cuff(250, 185)
    story.cuff(270, 186)
    assert story.told("SBP_CRIT") == [(250, "alarm_raised"), (270, "alarm_priority_changed")]


def test_b9_too_early_an_ordinary_reading_stays_invalid_and_clears_nothing() -> None:
    story = retried(121, 76)
    assert {line["verdict"] for line in story.all("value_rejected", reason="venous")} == {"INVALID"}
    assert [event for _, event in story.told("NIBP_FAIL")] == ["alarm_raised"]
    story = calm()
    story.cuff(250, 185)
    story.cuff(270, 150)
    assert story.told("SBP_CRIT") == [(250, "alarm_raised")]


def test_b9_too_early_values_that_contradict_each_other_stay_invalid() -> None:
    story = retried(185, 95, mean=190)
    assert {line["reason"] for line in story.all("value_rejected", t=270, metric="systolic")} == {"order"}
    assert story.told("SBP_CRIT") == []


def test_b9_another_cuff_is_another_arm() -> None:
    story = calm()
    assert verdicts(story.cuff(110, 121, device="cuff-2")) == []


@pytest.mark.parametrize(("measured", "counts"), [(340, True), (339.999, False)])
def test_b10_a_reading_counts_when_it_was_measured_within_60_s(measured: float, counts: bool) -> None:
    story = Story().open()
    story.cuff(400, 165, measured_t=measured)
    found = story.all("alarm_raised", alarm="SBP_HIGH")
    assert [line["since"] for line in found] == ([measured] if counts else [])


def test_b10_repeat_and_spacing_go_by_when_it_was_measured() -> None:
    story = calm()
    more: dict[str, Any] = {"measured_t": 135}
    assert verdicts(story.cuff(150, 121, **more)) == []


def test_what_was_valid_last_is_shown_beside_a_doubtful_or_failed_attempt() -> None:
    """Also where it comes first: then nothing was valid yet; and an older one that comes later is not the newest."""
    story = Story().open()
    story.cuff(60, irregular=True)
    last = story.bed.state.cuff.last_valid
    assert last == {}
    story.cuff(150, 122, 78)
    story.cuff(240, error="leak")
    story.cuff(330, 118, 76, irregular=True)
    story.cuff(420, 140, 78, measured_t=415)
    assert [(metric.value, seen.value, seen.at // 1_000_000) for metric, seen in last.items()] == [
        ("systolic", 140, 415),
        ("diastolic", 78, 415),
        ("mean", 99, 415),
        ("pulse_rate_cuff", 71, 415),
    ]
    story.cuff(425, 121, 77, measured_t=410, device="cuff-2")
    assert {seen.at // 1_000_000 for seen in last.values()} == {415}


def test_half_a_reading_is_doubtful_and_says_so() -> None:
    """The other half was not measured; nothing is known to be wrong with this one."""
    story = Story().open()
    story.put(60, "nibp", device="cuff-1", systolic=122, diastolic=None, mean=None, pulse_rate=71, error=None)
    held = {metric.value: seen.judgement for metric, seen in story.bed.state.cuff.values.items()}
    assert (held["systolic"].verdict.value, held["systolic"].reason) == ("SUSPECT", "incomplete")


def test_b9_a_second_look_by_hand_is_never_too_early() -> None:
    """The cuff of a device must rest between two readings; another arm, and a nurse's ear, need not."""
    story = Story().open()
    story.cuff(60)
    story.command(70, "record_reading", values={"systolic": 124, "diastolic": 78})
    story.command(80, "record_reading", values={"systolic": 123, "diastolic": 77})
    assert story.all("value_rejected", metric="systolic") == []
    session = story.bed.state.session
    assert session is not None
    assert [reading.source for reading in session.readings] == [None, "manual", "manual"]
    shown = story.bed.state.cuff.values[Metric.SYSTOLIC]
    assert (shown.value, shown.source) == (123, "manual")
    story.cuff(200, 121)
    assert story.bed.state.cuff.values[Metric.SYSTOLIC].source is None
