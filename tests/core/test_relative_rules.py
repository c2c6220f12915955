"""Rules that hold a value against the patient's own past: SPO2_DROP and VASOVAGAL (alarm-system 3.1, rulings 3)."""

from __future__ import annotations

import pytest

from tests.support.ward import Story


def infused(baseline: float) -> Story:
    """Five minutes at the baseline, the infusion started at 300; the last sample at 300."""
    story = Story().open()
    story.samples(0, 300, baseline)
    story.start(300)
    story.sample(300, baseline)
    return story


# -- SPO2_DROP --------------------------------------------------------------------------------------------------


def test_spo2_drop_is_low_after_a_minute() -> None:
    story = infused(97)
    story.samples(301, 361, 93)
    assert story.told("SPO2_DROP") == []
    story.sample(361, 93)
    line = story.one("alarm_raised", alarm="SPO2_DROP")
    assert (line["t"], line["since"], line["priority"]) == (361.0, 301.0, "low")
    assert (line["value"], line["limit"], line["unit"]) == (93, 93, "%")


@pytest.mark.parametrize(
    ("baseline", "spo2", "raised"),
    [(97, 93.1, False), (97, 93, True), (99, 94, False), (99, 93.9, True), (96, 92.5, False), (96, 92, True)],
)
def test_spo2_drop_asks_for_both_four_points_and_below_94(baseline: float, spo2: float, raised: bool) -> None:
    story = infused(baseline)
    story.samples(301, 400, spo2)
    assert bool(story.told("SPO2_DROP")) is raised


def test_spo2_drop_clears_within_three_points() -> None:
    """93.9 is short of it; 94 ends it at the first valid sample, and it does not latch."""
    story = infused(97)
    story.samples(301, 362, 93)
    story.samples(362, 380, 93.9)
    story.sample(380, 94)
    assert story.told("SPO2_DROP") == [(361, "alarm_raised"), (380, "alarm_closed")]


def test_spo2_drop_stays_where_only_its_absolute_part_has_ended() -> None:
    """Of a baseline of 99, 95 is no longer below 94 but not within three points either."""
    story = infused(99)
    story.samples(301, 362, 93)
    story.samples(362, 400, 95)
    story.sample(400, 96)
    assert story.told("SPO2_DROP") == [(361, "alarm_raised"), (400, "alarm_closed")]


def test_3_3_pre_has_no_relative_saturation_rule() -> None:
    story = Story().open()
    story.samples(0, 100, 98)
    story.samples(100, 300, 92)
    assert story.told("SPO2_DROP") == []


def test_spo2_drop_is_off_without_a_baseline() -> None:
    story = Story().open().start(0)
    story.samples(0, 300, 92)
    assert story.told("SPO2_DROP") == []


def test_spo2_drop_counts_from_the_start_that_froze_the_baseline() -> None:
    """The value that stands when the baseline comes is the first violating one."""
    story = Story().open()
    story.samples(0, 250, 98)
    story.samples(250, 300, 92)
    story.start(300)
    story.samples(300, 362, 92)
    line = story.one("alarm_raised", alarm="SPO2_DROP")
    assert (line["t"], line["since"]) == (360.0, 300.0)


def test_spo2_drop_goes_on_unseen_under_spo2_low() -> None:
    """Rulings 2.4: it raises by itself and neither sounds nor re-arms while the higher one is present."""
    story = infused(97)
    story.samples(301, 400, 89)
    assert [t for t, _ in story.told("SPO2_LOW")][:1] == [316]
    assert story.told("SPO2_DROP") == [(361, "alarm_raised")]
    book = story.bed.state.book
    assert book.superseded(book.open["SPO2_DROP"])


# -- VASOVAGAL --------------------------------------------------------------------------------------------------


def slumped(to: float, before: float = 72, seconds: int = 120) -> Story:
    """`before` for so many seconds, then `to`, small enough a step at a time for V6 to hold nothing back."""
    story = Story().open()
    story.samples(0, seconds, 97, before)
    t, pulse = seconds, before
    while pulse - 20 > to:
        pulse -= 20
        story.sample(t, 97, pulse)
        t += 1
    story.samples(t, t + 5, 97, to)
    story.tick(t + 5)
    return story


def test_vasovagal_is_high_after_five_seconds() -> None:
    story = slumped(54)
    line = story.one("alarm_raised", alarm="VASOVAGAL")
    assert (line["t"], line["since"], line["priority"]) == (125.0, 120.0, "high")
    assert (line["value"], line["limit"], line["unit"]) == (54, 54, "/min")


@pytest.mark.parametrize(
    ("before", "to", "raised"),
    [(72, 54.1, False), (72, 54, True), (84, 60, False), (84, 59.9, True), (56, 42, True), (56, 42.1, False)],
)
def test_vasovagal_asks_for_both_a_quarter_and_below_60(before: float, to: float, raised: bool) -> None:
    assert bool(slumped(to, before).told("VASOVAGAL")) is raised


@pytest.mark.parametrize(("seconds", "since"), [(61, 61.0), (60, 60.0), (55, 60.0)])
def test_vasovagal_needs_sixty_valid_seconds(seconds: int, since: float) -> None:
    story = slumped(50, seconds=seconds)
    story.samples(seconds + 5, 70, 97, 50)
    assert story.one("alarm_raised", alarm="VASOVAGAL")["since"] == since


@pytest.mark.parametrize(("slow", "raised"), [(59, True), (60, False)])
def test_vasovagal_needs_a_fall_within_a_minute(slow: int, raised: bool) -> None:
    """A minute at 58 is short of nine tenths of the median of 65; a second less leaves 72 in reach, and the median."""
    story = Story().open()
    story.samples(0, 120, 97, 72)
    story.samples(120, 120 + slow, 97, 58)
    story.samples(120 + slow, 130 + slow, 97, 48)
    assert bool(story.told("VASOVAGAL")) is raised


@pytest.mark.parametrize(("reached", "raised"), [(63, True), (62.9, False)])
def test_vasovagal_falls_from_nine_tenths_of_the_median_or_more(reached: float, raised: bool) -> None:
    """A minute in which 70 is the median of the two and `reached` the highest of the last."""
    story = Story().open()
    story.samples(0, 120, 97, 70)
    story.samples(120, 170, 97, reached)
    story.off(170, 180)
    story.samples(180, 190, 97, 50)
    assert bool(story.told("VASOVAGAL")) is raised


def test_vasovagal_freezes_the_median_at_the_trigger() -> None:
    """Minutes at 54 make the median 54; the alarm still goes by 72: 61.1 is short of 85 % of it, 61.2 is not."""
    story = slumped(54)
    story.samples(125, 400, 97, 54)
    story.samples(400, 420, 97, 61.1)
    assert story.told("VASOVAGAL") == [(125, "alarm_raised")]
    story.sample(420, 97, 61.2)
    assert story.told("VASOVAGAL")[1:] == [(420, "alarm_latched")]


def test_vasovagal_is_watched_before_the_infusion_too() -> None:
    """3.3: its own median is no baseline; faints come at cannulation."""
    assert slumped(50).bed.state.phase.value == "PRE"
    assert slumped(50).told("VASOVAGAL")


def test_vasovagal_counts_a_change_that_v6_held_from_its_first_sample() -> None:
    story = Story().open()
    story.samples(0, 120, 97, 80)
    story.samples(120, 130, 97, 50)
    line = story.one("alarm_raised", alarm="VASOVAGAL")
    assert (line["t"], line["since"]) == (126.0, 120.0)


def test_vasovagal_of_a_slow_resting_pulse_is_seen_though_its_samples_are_calm() -> None:
    """An athlete at 52 to 55: the calm band lies around it, and the fall to 39 leaves it."""
    story = Story().open()
    for t in range(300):
        story.sample(t, 97, 52 + t % 4)
    assert story.bed.calm is not None
    assert story.bed.calm[1] < 52
    story.samples(300, 310, 97, 39)
    assert story.one("alarm_raised", alarm="VASOVAGAL")["t"] == 305.0


def test_vasovagal_recurs_under_its_own_number_against_a_new_median() -> None:
    """Row 14: latched, and again after two minutes at 80."""
    story = slumped(54)
    story.samples(125, 300, 97, 72)
    story.samples(300, 320, 97, 50)
    assert [event for _, event in story.told("VASOVAGAL")] == ["alarm_raised", "alarm_latched", "alarm_rearmed"]


def test_vasovagal_asks_for_a_cuff_reading() -> None:
    """As soon as the onset allows; the readings that the schedule wanted have been taken."""
    story = Story().open().start(0)
    story.samples(0, 60)
    story.cuff(60)
    story.samples(60, 120)
    story.samples(120, 130, 97, 54)
    assert story.one("nibp_requested", reason="VASOVAGAL")["t"] == 125.0


def test_vasovagal_gets_its_cuff_reading_while_another_request_has_no_answer() -> None:
    """In PRE the first baseline reading is asked for at 60 and nobody takes it: the alarm does not wait for that."""
    story = Story().open()
    story.samples(0, 120)
    story.samples(120, 130, 97, 54)
    found = [(line["t"], line["reason"]) for line in story.all("nibp_requested")]
    assert found == [(60, "baseline"), (125, "VASOVAGAL")]


def test_vasovagal_a_reading_from_before_it_or_a_failed_one_does_not_serve_it() -> None:
    """Asked for at 125, but the cuff must rest: what was measured at 120, and told late, leaves it standing."""
    story = Story().open().start(0)
    story.samples(0, 100)
    story.cuff(100)
    story.samples(100, 120)
    story.samples(120, 127, 97, 54)
    story.cuff(127, measured_t=120)
    story.cuff(128, error="motion")
    story.tick(400)
    assert story.all("nibp_requested", reason="VASOVAGAL")[0]["t"] == 188


def test_vasovagal_that_recurs_asks_once_while_its_request_is_open() -> None:
    story = Story().open()
    story.samples(0, 120)
    for at in (120, 140):
        story.samples(at, at + 7, 97, 50)
        story.samples(at + 7, at + 20, 97, 72)
    assert [event for _, event in story.told("VASOVAGAL")][:3] == ["alarm_raised", "alarm_latched", "alarm_rearmed"]
    assert len(story.all("nibp_requested", reason="VASOVAGAL")) == 1
