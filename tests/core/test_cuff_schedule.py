"""When a cuff reading is due and asked for (ketamine-monitoring, sections 3, 5.0 and 6.3; rulings 2.2 and 3)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from config.instant import SECOND
from monitor.core.bed_state import DeviceSetup
from monitor.core.cuff import cuff_schedule
from tests.support.return_story import END, ReturnStory
from tests.support.ward import CUFF, Story

FAILED: dict[str, Any] = {"error": "motion"}
STARTABLE = (DeviceSetup(CUFF, 4 * SECOND, 60 * SECOND, startable=True),)


def asked(story: Story, *reasons: str) -> list[float]:
    """When readings were asked for, of these reasons or of any."""
    return [line["t"] for line in story.all("nibp_requested") if not reasons or line["reason"] in reasons]


def infusing(t: float = 600) -> Story:
    """Infusing since `t`, after three readings."""
    story = Story().open()
    for at in (100, 200, 300):
        story.cuff(at)
    return story.start(t)


def recovering(end: float = 1000) -> Story:
    story = infusing()
    story.command(end, "end_infusion")
    return story


@pytest.mark.parametrize(("away", "then"), [(False, 600), (True, 300)])
def test_section_3_twenty_minutes_after_the_end_itself_the_interval_grows_when_all_is_back(
    away: bool, then: float
) -> None:
    story = ReturnStory().end()
    for minute in (5, 10, 15, 19):
        story.reading(END + 60 * minute, 150 if away else 120)
    story.run(END + 1199.999)
    assert cuff_schedule.interval(story.bed) == 300 * SECOND
    story.run(END + 1200)
    assert cuff_schedule.interval(story.bed) == then * SECOND


# -- section 3, phase by phase --------------------------------------------------------------------------------------


def test_section_3_pre_three_readings_a_minute_apart() -> None:
    story = Story().open(0)
    for at in (90, 180, 270):
        story.cuff(at)
    story.tick(3000)
    assert asked(story) == [60, 150, 240]
    assert {line["reason"] for line in story.all("nibp_requested")} == {"baseline"}


def test_section_3_pre_readings_less_than_a_minute_apart_are_one() -> None:
    story = Story().open(0)
    for at in (90, 135, 180):
        story.cuff(at)
    story.tick(240)
    assert asked(story) == [60, 240]


def test_section_3_pre_nobody_answers() -> None:
    story = Story().open(0)
    story.tick(1000)
    assert asked(story) == [60, 360, 660, 960]


def test_section_3_infusing_every_five_minutes() -> None:
    story = infusing(600)
    for at in (930, 1230, 1530):
        story.cuff(at)
    story.tick(1800)
    assert asked(story, "schedule") == [900, 1200, 1500, 1800]


def test_section_3_infusing_a_reading_by_hand_moves_the_schedule() -> None:
    story = infusing(600)
    story.cuff(700)
    story.tick(1300)
    assert asked(story, "schedule") == [1000, 1300]


def test_section_3_a_cuff_that_cycles_by_itself_is_asked_for_nothing() -> None:
    """It says that it inflates: what is due then is being measured."""
    story = infusing(600)
    for start in range(650, 3000, 300):
        story.put(start, "cuff", device=CUFF, state="inflating", pressure=0)
        story.put(start + 6, "cuff", device=CUFF, state="deflating", pressure=160)
        story.cuff(start + 34)
    assert asked(story, "schedule") == []


def test_section_3_paused_at_once_then_every_five_minutes() -> None:
    story = infusing(600)
    story.command(700, "pause_infusion")
    story.cuff(730)
    story.tick(1300)
    assert [(line["t"], line["reason"]) for line in story.all("nibp_requested")][3:] == [
        (700, "paused"),
        (1000, "schedule"),
        (1300, "schedule"),
    ]


def test_section_5_0_resume_reading_within_two_minutes() -> None:
    story = infusing(600)
    story.command(700, "pause_infusion")
    story.cuff(730)
    story.command(850, "resume_infusion")
    story.cuff(890)
    story.tick(1150)
    assert asked(story, "resumed") == [850]
    assert asked(story, "schedule") == [1150]


def test_section_3_recovery_at_0_5_10_15_and_20_whatever_else_is_measured() -> None:
    story = infusing(650)
    story.command(1000, "end_infusion")
    for slot in range(1000, 2201, 300):
        story.cuff(slot + 40, 130)
        story.cuff(slot + 160, 131)
    assert asked(story, "schedule") == [950, 1300, 1600, 1900, 2200]


def test_section_3_recovery_0_waits_for_a_request_that_is_open() -> None:
    """One at a time: what was asked for a minute ago may still serve; a reading after the end does."""
    for answered in (False, True):
        story = infusing(650)
        story.command(1000, "end_infusion")
        if answered:
            story.cuff(1010)
        story.tick(1299)
        assert asked(story, "schedule") == ([950] if answered else [950, 1070])


def test_section_3_recovery_after_20_every_five_minutes_until_returned() -> None:
    story = Story().open()
    for at in (60, 150, 240):
        story.cuff(at)
    story.samples(0, 300)
    story.command(300, "start_infusion")
    story.cuff(330, 150)
    story.cuff(430, 150)
    story.command(600, "end_infusion")
    for t in range(601, 4000):
        story.sample(t)
        if (t - 630) % 300 == 0 and t < 3000:
            story.cuff(t, 150 if t < 2200 else 120)
    assert asked(story, "schedule")[1:] == [900, 1200, 1500, 1800, 2100, 2400, 2700, 3300, 3900]


def test_section_3_a_later_deadline_is_a_moment_of_the_schedule() -> None:
    story = Story().open(deadline_min=33).start(600)
    story.command(1000, "end_infusion")
    for slot in (1000, 1300, 1600, 1900, 2200, 2500, 2800):
        story.cuff(slot + 30)
    story.tick(1000 + 33 * 60)
    assert asked(story, "schedule")[-2:] == [2800, 2980]


def test_6_2_an_end_entered_late_asks_for_what_was_missed_once() -> None:
    story = infusing(600)
    story.command(1420, "end_infusion", at=1000)
    story.cuff(1450)
    story.tick(1600)
    assert asked(story, "schedule")[-2:] == [1420, 1600]


def test_6_2_an_end_entered_late_after_its_reading_asks_at_the_next_moment() -> None:
    story = infusing(600)
    story.cuff(1330)
    story.command(1420, "end_infusion", at=1000)
    story.tick(1600)
    assert asked(story)[-1] == 1600
    assert 1420 not in asked(story)


def test_no_requests_for_an_empty_bed() -> None:
    story = infusing(600)
    story.command(700, "abort", reason="transfer")
    story.tick(5000)
    assert [t for t in asked(story) if t > 700] == []


# -- repeats and retries --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "more"),
    [
        ((185, 90), {}),
        ((150, 112), {}),
        ((88, 60), {}),
        ((120, 76), {"irregular": True}),
        ((185, 90), {"irregular": True}),
    ],
    ids=["SBP_CRIT", "DBP_CRIT", "SBP_LOW", "suspect", "suspect and critical"],
)
def test_3_1_a_critical_or_doubtful_reading_is_repeated_exactly_60_s_after_it(
    values: tuple[float, float], more: dict[str, Any]
) -> None:
    story = infusing(600)
    story.cuff(700, *values, **more)
    story.tick(760)
    line = story.all("nibp_requested")[-1]
    assert (line["t"], line["reason"], line["device"], line["due_at"]) == (760, "repeat", CUFF, 760)
    story.tick(900)
    assert len(asked(story, "repeat")) == 1


def test_2_2_the_repeat_counts_from_when_it_was_measured() -> None:
    story = infusing(600)
    story.cuff(720, 185, 90, measured_t=700)
    story.tick(760)
    assert asked(story, "repeat") == [760]


def test_3_1_an_ordinary_reading_is_not_repeated() -> None:
    story = infusing(600)
    story.cuff(700, 165, 90)
    story.tick(899)
    assert asked(story, "repeat") == []


def test_1_4_repeats_of_repeats_end_after_five_minutes() -> None:
    """From then on each scheduled reading is repeated once: never every minute for longer."""
    story = infusing(600)
    t = 700.0
    while t < 3000:
        story.cuff(t, 185, 90)
        story.tick(t + 75)
        waiting = [due for due in asked(story) if due > t]
        if not waiting:
            later = cuff_schedule.next_at(story.bed)
            assert later is not None
            story.tick(later / SECOND)
            waiting = [later / SECOND]
        t = waiting[-1] + 30
    repeats = asked(story, "repeat")
    chain = [due for due in repeats if due <= 1060]
    assert chain == [760, 850, 940]
    later_repeats = [due for due in repeats if due > 1060]
    assert all(later - before >= 240 for before, later in pairwise(later_repeats))
    assert len(later_repeats) >= 5


def test_2_2_one_request_at_a_time_the_earlier_wins() -> None:
    story = infusing(600)
    cuff_schedule.ask(story.bed, 800 * SECOND, "later")
    cuff_schedule.ask(story.bed, 700 * SECOND, "vasovagal")
    cuff_schedule.ask(story.bed, 750 * SECOND, "between")
    story.bed.wake = 0
    story.tick(860)
    assert [(line["t"], line["reason"]) for line in story.all("nibp_requested")][3:] == [(700, "vasovagal")]


def test_b1_a_failed_attempt_is_tried_again_once_after_60_s() -> None:
    story = infusing(600)
    story.cuff(900, **FAILED)
    story.cuff(990, **FAILED)
    story.tick(1199)
    assert asked(story, "retry") == [960]


def test_b1_a_rejected_attempt_is_tried_again_once_after_60_s() -> None:
    story = infusing(600)
    story.cuff(900, 70, 90)
    story.tick(1199)
    assert asked(story, "retry") == [960]


def test_6_3_reading_missing_near_20_is_tried_again_twice() -> None:
    story = recovering(1000)
    story.cuff(2230, **FAILED)
    story.cuff(2320, **FAILED)
    story.cuff(2410, **FAILED)
    story.tick(2499)
    assert asked(story, "retry") == [2290, 2380]


def test_section_9_after_three_failed_attempts_the_cuff_rests() -> None:
    """Five minutes from the start of the third."""
    story = recovering(1000)
    story.cuff(2230, **FAILED)
    story.cuff(2320, **FAILED)
    story.cuff(2410, **FAILED)
    cuff_schedule.ask(story.bed, 2420 * SECOND, "vasovagal")
    story.bed.wake = 0
    story.tick(2799)
    assert asked(story)[-1] == 2380 + 300


def test_1_4_never_less_than_a_minute_after_a_measurement() -> None:
    story = infusing(600)
    story.cuff(890, 120, 76, error=None)
    story.command(900, "pause_infusion")
    story.tick(1000)
    assert asked(story, "paused") == [950]


def test_a_measurement_that_runs_when_the_patient_goes_still_holds_the_cuff_when_the_next_one_comes() -> None:
    story = Story().open()
    story.put(10, "cuff", device=CUFF, state="inflating", pressure=0)
    story.command(20, "abort", reason="moved")
    story.open(30).start(40)
    story.command(50, "pause_infusion")
    story.tick(400)
    assert story.all("nibp_requested")[0]["t"] == 130


def test_refused_request_is_recorded_and_made_again() -> None:
    story = Story(devices=STARTABLE).open()
    story.tick(60)
    story.put(60, "nibp_refused", device=CUFF, reason="the device is not connected")
    line = story.one("nibp_refused")
    assert (line["device"], line["request"], line["reason"]) == (CUFF, "baseline", "the device is not connected")
    story.tick(120)
    assert asked(story) == [60, 120]


# -- who is asked ---------------------------------------------------------------------------------------------------


def test_a_cuff_that_may_be_started_is_named_before_it_has_spoken() -> None:
    story = Story(devices=STARTABLE).open()
    story.tick(60)
    line = story.one("nibp_requested")
    assert (line["device"], line["automatic"]) == (CUFF, True)


def test_without_one_the_request_is_for_the_nurse() -> None:
    story = Story(devices=[DeviceSetup(CUFF, 4 * SECOND)]).open()
    story.tick(60)
    line = story.one("nibp_requested")
    assert (line["device"], line["automatic"]) == (None, False)


@pytest.mark.parametrize(("error", "automatic"), [("motion", True), ("overpressure", False), ("device", False)])
def test_section_9_3_after_overpressure_or_a_fault_somebody_looks_first(error: str, automatic: bool) -> None:
    story = Story(devices=STARTABLE).open()
    story.cuff(50, **(FAILED | {"error": error}))
    story.tick(110)
    assert story.one("nibp_requested", reason="retry")["automatic"] is automatic


def test_section_9_3_a_reading_by_hand_releases_no_cuff() -> None:
    """Only a measurement of the cuff itself shows that it works again."""
    story = Story(devices=STARTABLE).open()
    story.cuff(50, error="overpressure")
    story.command(60, "record_reading", values={"systolic": 120, "diastolic": 76})
    story.tick(130)
    assert story.one("nibp_requested")["automatic"] is False
    story.cuff(200)
    story.tick(270)
    assert story.all("nibp_requested")[-1]["automatic"] is True


def test_1_4_doubtful_readings_before_the_start_are_not_asked_for_every_minute() -> None:
    story, t = Story().open(), 90.0
    while t < 2400:
        story.cuff(t, irregular=True)
        later = cuff_schedule.next_at(story.bed)
        assert later is not None
        story.tick(later / SECOND)
        t = later / SECOND + 30
    late = [due for due in asked(story) if due > 600]
    assert len(late) <= 2 * (2400 - 600) / 300 + 2
    assert any(later - before >= 240 for before, later in pairwise(late))


# -- what the page shows of it --------------------------------------------------------------------------------------


def shown(story: Story) -> float | None:
    """When the next reading is due, as people see it."""
    found = cuff_schedule.next_at(story.bed)
    return None if found is None else found / SECOND


def test_next_due_is_the_open_request_until_its_time_to_answer_is_over() -> None:
    """Two minutes; then it is when the reading is asked for again."""
    story = infusing(600)
    assert shown(story) == 900
    story.tick(900)
    assert shown(story) == 900
    story.tick(1019)
    assert shown(story) == 900
    story.tick(1020)
    assert shown(story) == 1200
    story.cuff(1030)
    assert shown(story) == 1330


def test_next_due_of_an_empty_bed_is_never() -> None:
    story = infusing(600)
    story.tick(900)
    story.command(901, "abort", reason="transfer")
    assert shown(story) is None


def test_next_due_with_the_baseline_complete_is_never() -> None:
    story = Story().open()
    for at in (100, 200, 300):
        story.cuff(at)
    assert shown(story) is None


def test_a_request_line_by_line() -> None:
    story = Story(devices=STARTABLE).open()
    story.tick(60)
    assert story.one("nibp_requested") == {
        "t": 60,
        "bed": "bay-1",
        "event": "nibp_requested",
        "device": CUFF,
        "reason": "baseline",
        "due_at": 60,
        "automatic": True,
    }
    assert story.put(61, "nibp_refused", device=CUFF, reason="busy") == [
        {"t": 61, "bed": "bay-1", "event": "nibp_refused", "device": CUFF, "reason": "busy", "request": "baseline"}
    ]


def test_a_refusal_that_nobody_asked_for_makes_no_request() -> None:
    """A driver may say once more what it said before."""
    story = infusing(600)
    assert [line["request"] for line in story.put(700, "nibp_refused", device=CUFF, reason="busy")] == [None]
    story.tick(899)
    assert asked(story, "retry") == []


@pytest.mark.parametrize(("read_at", "unread"), [(699.999, True), (700, False)])
def test_5_0_a_pause_asks_for_a_reading_where_none_is_from_it(read_at: float, unread: bool) -> None:
    story = infusing(600)
    story.cuff(read_at)
    story.command(700, "pause_infusion")
    story.tick(800)
    assert bool(asked(story, "paused")) is unread


def test_a_refusal_told_twice_is_of_nothing_the_second_time() -> None:
    story = infusing(600)
    story.tick(900)
    found = [line for t in (901, 902) for line in story.put(t, "nibp_refused", device=CUFF, reason="busy")]
    assert [line["request"] for line in found] == ["schedule", None]
    story.tick(1199)
    assert asked(story, "retry") == [961]


def test_a_refused_request_is_made_again_once() -> None:
    """As a failed attempt is; the next of the schedule may be tried again in its turn."""
    story = infusing(600)
    for t in (900, 960):
        story.tick(t)
        story.put(t + 1, "nibp_refused", device=CUFF, reason="busy")
    story.tick(1199)
    assert asked(story, "retry") == [961]
    story.put(1201, "nibp_refused", device=CUFF, reason="busy")
    story.tick(1300)
    assert asked(story, "retry") == [961, 1261]


def test_a_refused_request_leaves_what_waits_to_its_own_time() -> None:
    """A reading is asked for already: it serves as the retry."""
    story = infusing(600)
    story.tick(900)
    cuff_schedule.ask(story.bed, 1100 * SECOND, "later")
    story.bed.wake = 0
    story.put(901, "nibp_refused", device=CUFF, reason="busy")
    story.tick(1150)
    assert [(line["t"], line["reason"]) for line in story.all("nibp_requested")][-1] == (1100, "later")
    assert asked(story, "retry") == []


def test_an_urgent_reading_takes_the_place_of_what_waits_and_no_other_takes_its() -> None:
    story = infusing(600)
    cuff_schedule.ask(story.bed, 700 * SECOND, "repeat")
    cuff_schedule.ask(story.bed, 720 * SECOND, "vasovagal", urgent=True)
    cuff_schedule.ask(story.bed, 710 * SECOND, "repeat")
    cuff_schedule.ask(story.bed, 715 * SECOND, "other", urgent=True)
    story.bed.wake = 0
    story.tick(760)
    assert [(line["t"], line["reason"]) for line in story.all("nibp_requested")][3:] == [(720, "vasovagal")]


def test_a_later_wish_does_not_put_an_earlier_one_off() -> None:
    story = infusing(600)
    for at, reason in ((700, "first"), (700, "same moment"), (701, "later")):
        cuff_schedule.ask(story.bed, at * SECOND, reason)
    story.bed.wake = 0
    story.tick(760)
    assert [(line["t"], line["reason"]) for line in story.all("nibp_requested")][3:] == [(700, "first")]


def test_nobody_is_measured_for_an_empty_bed() -> None:
    story = Story()
    story.command(0, "audio_pause")
    cuff_schedule.ask(story.bed, 10 * SECOND, "vasovagal", urgent=True)
    story.open(20)
    story.tick(79)
    assert asked(story) == []


def test_section_3_a_reading_by_hand_moves_the_schedule_to_when_it_was_measured() -> None:
    """Told ten seconds later; one that serves the request itself leaves the schedule where it is."""
    story = infusing(600)
    story.cuff(720, measured_t=710)
    story.tick(1010)
    story.cuff(1040)
    story.tick(1310)
    assert asked(story, "schedule") == [1010, 1310]


@pytest.mark.parametrize(("retry_at", "times"), [(2049, 1), (2050, 2), (2349, 2), (2350, 1)])
def test_6_3_two_retries_only_within_the_grace_around_the_deadline(retry_at: float, times: int) -> None:
    """From 17.5 to 22.5 minutes after the end; elsewhere one."""
    story = recovering(1000)
    story.tick(retry_at - 200)
    story.bed.state.cuff.failed = 0
    before = len(asked(story, "retry"))
    cuff_schedule._again(story.bed, round(retry_at * SECOND), "schedule")
    story.bed.state.cuff.plan.asked_at = None
    cuff_schedule._again(story.bed, round(retry_at * SECOND), "retry")
    assert (story.bed.state.cuff.plan.retries, before) == (times, before)
