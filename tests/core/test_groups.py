"""Groups, re-arming and acknowledging: rulings 2.3 to 2.6, rows 7 and 11 to 17 of alarm-system 4.1."""

from __future__ import annotations

import pytest

from config.instant import SECOND
from tests.support.ward import Story


def low_story() -> Story:
    """SPO2_LOW raised at 25 (since 10); the last sample at 25."""
    story = Story().open()
    story.samples(0, 10, 91)
    story.samples(10, 26, 89)
    return story


def crit_story() -> Story:
    """SPO2_CRIT raised at 15, SPO2_LOW at 25, both since 10; the last sample at 29."""
    story = Story().open()
    story.samples(0, 10, 90)
    story.samples(10, 30, 84)
    return story


def high_pulse_story() -> Story:
    """PR_XHIGH (HIGH) raised at 20; PR_HIGH at 30; the last sample at 31."""
    story = Story().open()
    story.samples(0, 10, 97, 140)
    story.samples(10, 32, 97, 155)
    return story


def test_each_rule_of_a_group_raises_by_itself() -> None:
    assert crit_story().told() == [(15, "alarm_raised"), (25, "alarm_raised")]


def test_acknowledging_one_acknowledges_the_open_lower_ones_of_its_group() -> None:
    story = crit_story()
    found = story.acknowledge(30, "SPO2_CRIT")
    assert [(line["event"], line["alarm"], line["by"]) for line in found] == [
        ("alarm_acknowledged", "SPO2_CRIT", "nurse-a"),
        ("alarm_acknowledged", "SPO2_LOW", "nurse-a"),
    ]


def test_acknowledging_a_lower_one_leaves_the_higher_alone() -> None:
    story = crit_story()
    assert [line["alarm"] for line in story.acknowledge(30, "SPO2_LOW")] == ["SPO2_LOW"]


def test_acknowledging_takes_a_latched_lower_one_along() -> None:
    """Open means ACTIVE or LATCHED: the latched one is closed by it."""
    story = low_story()
    story.samples(26, 40, 93)
    story.samples(40, 46, 87)
    story.samples(46, 52, 84)
    found = story.acknowledge(52, "SPO2_CRIT")
    assert [(line["event"], line["alarm"]) for line in found] == [
        ("alarm_acknowledged", "SPO2_CRIT"),
        ("alarm_acknowledged", "SPO2_LOW"),
        ("alarm_closed", "SPO2_LOW"),
    ]


def test_acknowledge_by_id() -> None:
    story = crit_story()
    found = story.put(30, "acknowledge", alarm_id="bay-1-0002", by="nurse-b")
    assert [(line["alarm_id"], line["by"]) for line in found] == [("bay-1-0002", "nurse-b")]


@pytest.mark.parametrize(
    "named", [{"alarm": "PR_HIGH"}, {"alarm_id": "bay-1-0009"}, {"alarm": "SPO2_CRIT"}], ids=["kind", "id", "again"]
)
def test_nothing_to_acknowledge_is_refused(named: dict[str, str]) -> None:
    """Rulings 2.5: an unknown kind or id, or one that was acknowledged before."""
    story = crit_story()
    story.acknowledge(30, "SPO2_CRIT")
    (line,) = story.put(31, "acknowledge", by="nurse-a", **named)
    assert (line["event"], line["reason"]) == ("command_refused", "not_active")
    assert {key: line[key] for key in named} == named


def test_acknowledging_the_old_id_does_not_silence_the_new_one() -> None:
    story = low_story()
    story.acknowledge(26, "SPO2_LOW")
    story.samples(26, 40, 93)
    story.samples(40, 60, 89)
    (line,) = story.put(59, "acknowledge", alarm_id="bay-1-0001", by="nurse-a")
    assert line["event"] == "command_refused"


@pytest.mark.parametrize(
    ("story", "alarm", "wait"), [(high_pulse_story, "PR_XHIGH", 120), (low_story, "SPO2_LOW", 300)]
)
def test_an_acknowledged_alarm_still_present_rearms(story, alarm: str, wait: float) -> None:  # type: ignore[no-untyped-def]
    """Row 12: HIGH after 120 s, MEDIUM after 300 s, from the acknowledgement on; data or no data."""
    told = story()
    told.acknowledge(32, alarm)
    told.tick(32 + wait - 0.001)
    assert told.all("alarm_rearmed", alarm=alarm) == []
    told.tick(32 + wait)
    line = told.one("alarm_rearmed", alarm=alarm)
    assert (line["t"], line["reason"]) == (32 + wait, "still_present")
    told.tick(10_000)
    assert len(told.all("alarm_rearmed", alarm=alarm)) == 1, "unanswered, it does not re-arm again"
    told.acknowledge(10_000, alarm)
    told.tick(20_000)
    assert [found["t"] for found in told.all("alarm_rearmed", alarm=alarm)] == [32 + wait, 10_000 + wait]


def test_a_low_alarm_never_rearms_by_time() -> None:
    story = Story().open()
    story.cuff(10, 165)
    story.acknowledge(20, "SBP_HIGH")
    story.tick(10_000)
    assert story.told("SBP_HIGH") == [(10, "alarm_raised"), (20, "alarm_acknowledged")]


def test_rearming_by_time_keeps_the_priority_reached() -> None:
    """The documents put re-arming at the rule's own priority; for a condition that never ended the code keeps the
    risen one: row 12 says "still present", and the emergency has not become smaller."""
    story = low_story()
    story.samples(26, 80, 89)  # HIGH at 70
    story.acknowledge(80, "SPO2_LOW")
    story.samples(80, 210, 89)
    line = story.one("alarm_rearmed", reason="still_present")
    assert (line["t"], line["priority"]) == (200, "high")


def test_a_higher_one_holds_back_the_reminder_of_a_lower_until_it_leaves() -> None:
    """PR_HIGH is due at 332; PR_XHIGH, ACTIVE again since 152, latches at 400."""
    story = high_pulse_story()
    story.acknowledge(32, "PR_XHIGH")
    story.samples(32, 400, 97, 155)
    assert story.told("PR_HIGH")[-1] == (32, "alarm_acknowledged")
    story.sample(400, 97, 140)
    assert story.told("PR_XHIGH")[-1] == (400, "alarm_latched")
    line = story.one("alarm_rearmed", alarm="PR_HIGH")
    assert (line["t"], line["reason"]) == (400, "still_present")


def test_a_reminder_held_back_is_off_when_the_condition_has_ended() -> None:
    story = high_pulse_story()
    story.acknowledge(32, "PR_XHIGH")
    story.samples(32, 400, 97, 155)
    story.sample(403.5, 97, 110)
    assert story.told("PR_HIGH")[-1] == (403.5, "alarm_closed")
    assert story.all("alarm_rearmed", alarm="PR_HIGH") == []


def test_a_rise_under_a_higher_one_is_told_and_its_rearm_waits() -> None:
    """SPO2_LOW turns HIGH at 70 while SPO2_CRIT is ACKED; it speaks up when that one leaves (rulings 2.4)."""
    story = crit_story()
    story.acknowledge(30, "SPO2_CRIT")
    story.samples(30, 80, 84)
    assert story.told("SPO2_LOW")[-1] == (70, "alarm_priority_changed")
    story.samples(80, 95, 88)
    assert story.told("SPO2_CRIT")[-1] == (90, "alarm_closed")
    line = story.one("alarm_rearmed")
    assert (line["alarm"], line["t"], line["reason"], line["priority"]) == ("SPO2_LOW", 90, "priority", "high")
    story.tick(10_000)
    assert len(story.all("alarm_rearmed")) == 1


def test_a_rise_held_back_is_off_when_the_lower_one_ends_first() -> None:
    story = crit_story()
    story.acknowledge(30, "SPO2_CRIT")
    story.samples(30, 80, 84)
    story.samples(80, 100, 96)
    assert story.all("alarm_rearmed") == []


def test_a_recurrence_under_a_higher_one_waits_until_it_leaves() -> None:
    """Row 14 under rulings 2.4: SPO2_LOW, latched, is due again at 55 and speaks when SPO2_CRIT latches."""
    story = low_story()
    story.samples(26, 40, 93)  # latched at 36
    story.samples(40, 46, 88)
    story.samples(46, 70, 83)  # SPO2_CRIT at 51; SPO2_LOW due at 55
    assert story.told("SPO2_LOW") == [(25, "alarm_raised"), (36, "alarm_latched")]
    story.samples(70, 90, 88)
    assert story.told("SPO2_CRIT") == [(51, "alarm_raised"), (80, "alarm_latched")]
    line = story.one("alarm_rearmed")
    assert (line["alarm"], line["t"], line["since"], line["reason"]) == ("SPO2_LOW", 80, 40, "recurrence")


def test_a_recurrence_held_back_is_off_when_it_is_no_longer_due() -> None:
    """The saturation is well again before SPO2_CRIT leaves."""
    story = low_story()
    story.samples(26, 40, 93)
    story.samples(40, 46, 88)
    story.samples(46, 70, 83)
    story.samples(70, 100, 95)
    assert story.told("SPO2_CRIT")[-1] == (80, "alarm_latched")
    assert story.told("SPO2_LOW") == [(25, "alarm_raised"), (36, "alarm_latched")]


def test_a_recurrence_whose_latched_alarm_is_closed_meanwhile_is_a_new_alarm() -> None:
    """Rulings 2.3: acknowledging SPO2_CRIT closes the latched SPO2_LOW; its condition is present, so it is raised."""
    story = low_story()
    story.samples(26, 40, 93)
    story.samples(40, 46, 88)
    story.samples(46, 70, 83)
    found = story.acknowledge(70, "SPO2_CRIT")
    assert [(line["event"], line["alarm"]) for line in found] == [
        ("alarm_acknowledged", "SPO2_CRIT"),
        ("alarm_acknowledged", "SPO2_LOW"),
        ("alarm_closed", "SPO2_LOW"),
        ("alarm_raised", "SPO2_LOW"),
    ]
    assert (found[-1]["t"], found[-1]["since"]) == (70, 40)


def test_the_onset_of_an_equal_one_rearms_the_acknowledged() -> None:
    """Row 11, a second parameter of the group (rulings 2.4, reason group); priority and id stay."""
    story = Story().open()
    story.cuff(10, 165, 90)
    story.acknowledge(20, "SBP_HIGH")
    found = story.cuff(50, 165, 102)
    assert [(line["event"], line["alarm"]) for line in found] == [
        ("alarm_priority_changed", "SBP_HIGH"),
        ("alarm_rearmed", "SBP_HIGH"),
        ("alarm_raised", "DBP_HIGH"),
    ]
    story = Story().open()
    story.cuff(10, 165, 90)
    story.acknowledge(20, "SBP_HIGH")
    found = story.cuff(50, 158, 102)
    assert [(line["event"], line["alarm"], line.get("reason")) for line in found] == [
        ("alarm_raised", "DBP_HIGH", None),
        ("alarm_rearmed", "SBP_HIGH", "group"),
    ]
    assert found[1]["alarm_id"] == "bay-1-0001"


def test_the_onset_of_an_equal_one_changes_nothing_for_what_is_active_or_latched() -> None:
    story = Story().open()
    story.cuff(10, 185, 90)
    story.cuff(60, 165, 112)
    assert story.all("alarm_rearmed") == []
    assert [line["alarm"] for line in story.all("alarm_latched")] == ["SBP_CRIT"]


def test_an_onset_of_unequal_rank_rearms_nobody() -> None:
    story = Story().open()
    story.cuff(10, 165, 90)
    story.acknowledge(20, "SBP_HIGH")
    story.cuff(50, 158, 112, mean=128)
    assert [line["alarm"] for line in story.all("alarm_raised")] == ["SBP_HIGH", "DBP_CRIT", "DBP_HIGH"]
    assert story.all("alarm_rearmed") == []


def test_a_companions_rearm_waits_for_the_higher_one_and_happens_if_still_due() -> None:
    """DBP_HIGH comes at 100 together with DBP_CRIT; SBP_HIGH, acknowledged, speaks when DBP_CRIT leaves at 200."""
    story = Story().open()
    story.cuff(10, 165, 90)
    story.acknowledge(20, "SBP_HIGH")
    story.cuff(100, 158, 112, mean=128)
    story.cuff(200, 158, 102)
    assert [(line["t"], line["alarm"], line["reason"]) for line in story.all("alarm_rearmed")] == [
        (200, "SBP_HIGH", "group")
    ]


def test_a_companions_rearm_held_back_is_off_when_the_companion_has_gone() -> None:
    story = Story().open()
    story.cuff(10, 165, 90)
    story.acknowledge(20, "SBP_HIGH")
    story.cuff(100, 158, 112, mean=128)
    story.cuff(200, 158, 96)
    assert story.all("alarm_rearmed") == []


def test_a_rise_held_back_outlives_a_companions() -> None:
    """Two reasons at once: the rise is the one that stays due when the companion goes."""
    story = Story().open()
    story.cuff(10, 165, 90)
    story.acknowledge(20, "SBP_HIGH")
    story.cuff(100, 165, 112)  # SBP_HIGH rises to MEDIUM under DBP_CRIT, DBP_HIGH joins
    assert story.all("alarm_rearmed") == []
    story.cuff(200, 158, 96)
    assert [(line["t"], line["alarm"], line["reason"]) for line in story.all("alarm_rearmed")] == [
        (200, "SBP_HIGH", "priority")
    ]


def test_restart_announces_what_is_active_again() -> None:
    """Row 17: ACTIVE again with the same id, ACKED and LATCHED as they were."""
    story = high_pulse_story()
    story.samples(32, 60, 88, 155)  # SPO2_LOW from 32
    story.acknowledge(60, "SPO2_LOW")
    story.cuff(60, 135, 111)
    story.cuff(95, 120, 90)  # DBP_CRIT latched
    found = story.put(96, "restart")
    assert [(line["event"], line["alarm"], line["reason"]) for line in found] == [
        ("alarm_rearmed", "PR_XHIGH", "restart")
    ]
    assert found[0]["alarm_id"] == story.one("alarm_raised", alarm="PR_XHIGH")["alarm_id"]


def test_restart_announces_a_lower_one_when_the_higher_leaves() -> None:
    """A lower one does not re-arm under a higher one (rulings 2.4), whatever the reason."""
    story = high_pulse_story()
    story.put(33, "restart")
    story.samples(33, 40, 97, 140)
    assert [(line["t"], line["alarm"], line["reason"]) for line in story.all("alarm_rearmed")] == [
        (33, "PR_XHIGH", "restart"),
        (33, "PR_HIGH", "restart"),
    ]


def test_restart_keeps_an_acknowledgement_and_its_clock() -> None:
    story = high_pulse_story()
    story.acknowledge(32, "PR_XHIGH")
    story.put(100, "restart")
    story.tick(152)
    assert story.one("alarm_rearmed", alarm="PR_XHIGH")["t"] == 152


def test_a_restart_held_back_is_over_once_acknowledged() -> None:
    story = high_pulse_story()
    story.put(32, "restart")
    story.acknowledge(32, "PR_HIGH")
    story.samples(33, 40, 97, 140)
    assert [line["alarm"] for line in story.all("alarm_rearmed")] == ["PR_XHIGH"]


def test_stale_alarms_rearm_too() -> None:
    """Row 15 keeps the state: present without data, an acknowledged one still reminds."""
    story = high_pulse_story()
    story.acknowledge(32, "PR_XHIGH")
    story.tick(200)
    assert [event for _, event in story.told("PR_XHIGH")] == [
        "alarm_raised",
        "alarm_acknowledged",
        "alarm_stale",
        "alarm_rearmed",
    ]


def test_discharge_closes_acknowledged_and_latched_ones_with_reason_and_person() -> None:
    """Row 16, also for technical alarms; the running number goes on over sessions."""
    story = Story().open().start(1)
    story.cuff(2, 185)
    story.cuff(40, 150)
    story.samples(40, 70, 97, 155)
    story.acknowledge(70, "PR_XHIGH")
    story.command(100, "abort", reason="transfer")
    assert {(line["alarm"], line["reason"], line["by"]) for line in story.all("alarm_closed") if line["t"] == 100} == {
        ("SBP_CRIT", "abort", "nurse-a"),
        ("PR_XHIGH", "abort", "nurse-a"),
        ("PR_HIGH", "abort", "nurse-a"),
        ("SPO2_NO_DATA", "abort", "nurse-a"),
    }
    assert story.bed.state.book.open == {}
    count = len(story.all("alarm_raised"))
    story.open(200)
    story.cuff(210, 190)
    assert story.all("alarm_raised")[count]["alarm_id"] == f"bay-1-{count + 1:04d}"


def test_acknowledging_one_leaves_its_equal_alone() -> None:
    """Systolic and diastolic both critical: whoever took note of one may not have seen the other (rulings 2.4)."""
    story = Story().open()
    story.cuff(10, 185, 112)
    assert [line["alarm"] for line in story.acknowledge(20, "SBP_CRIT")] == ["SBP_CRIT", "SBP_HIGH", "DBP_HIGH"]
    assert story.bed.state.book.open["DBP_CRIT"].state.value == "ACTIVE"
    assert [line["alarm"] for line in story.acknowledge(30, "DBP_CRIT")] == ["DBP_CRIT"]


def test_the_life_of_an_alarm_line_by_line() -> None:
    """Every line carries the instance with its priority and value of that moment, and what belongs to its row."""
    story = low_story()
    story.samples(26, 75, 88)
    story.acknowledge(75, "SPO2_LOW")
    story.samples(75, 200, 87)
    story.samples(200, 215, 93)
    story.samples(215, 235, 89)
    story.samples(235, 255, 93)
    story.acknowledge(255, "SPO2_LOW")
    known = {"bed": "bay-1", "alarm_id": "bay-1-0001", "alarm": "SPO2_LOW", "limit": 90, "unit": "%"}
    assert [line for line in story.lines if line.get("alarm") == "SPO2_LOW"] == [
        known | more
        for more in (
            {"t": 25, "event": "alarm_raised", "priority": "medium", "value": 89, "since": 10},
            {"t": 70, "event": "alarm_priority_changed", "priority": "high", "value": 88},
            {"t": 75, "event": "alarm_acknowledged", "priority": "high", "value": 88, "by": "nurse-a"},
            {"t": 195, "event": "alarm_rearmed", "priority": "high", "value": 87, "reason": "still_present"},
            {"t": 210, "event": "alarm_latched", "priority": "high", "value": 93},
            {
                "t": 230,
                "event": "alarm_rearmed",
                "priority": "medium",
                "value": 89,
                "reason": "recurrence",
                "since": 215,
            },
            {"t": 245, "event": "alarm_latched", "priority": "medium", "value": 93},
            {"t": 255, "event": "alarm_acknowledged", "priority": "medium", "value": 93, "by": "nurse-a"},
            {
                "t": 255,
                "event": "alarm_closed",
                "priority": "medium",
                "value": 93,
                "reason": "acknowledged",
                "by": "nurse-a",
            },
        )
    ]


def test_each_announcement_of_one_alarm_counts() -> None:
    """What pages tell apart: the first, the reminder, the recurrence; an acknowledgement is none."""
    story = low_story()
    alarm = story.bed.state.book.open["SPO2_LOW"]
    assert (alarm.since, alarm.raised_at) == (10 * SECOND, 25 * SECOND)
    found = [alarm.occurrence]
    story.acknowledge(26, "SPO2_LOW")
    found.append(alarm.occurrence)
    story.samples(26, 327, 89)
    found.append(alarm.occurrence)
    story.samples(327, 340, 93)
    story.samples(340, 360, 89)
    found.append(alarm.occurrence)
    story.put(360, "restart")
    assert [*found, alarm.occurrence] == [1, 1, 2, 3, 4]


def test_an_alarm_remembers_how_far_it_went() -> None:
    """The lowest saturation, the highest pulse since the onset, not what came last; a recurrence begins anew."""
    story = low_story()
    story.samples(26, 30, 86)
    story.samples(30, 40, 93)
    book = story.bed.state.book
    alarm = book.open["SPO2_LOW"]
    assert (alarm.value, alarm.worst) == (93, 86)
    story.samples(40, 60, 89)
    assert (alarm.occurrence, alarm.worst) == (2, 89)
    story = high_pulse_story()
    story.samples(32, 36, 97, 162)
    story.samples(36, 40, 97, 152)
    assert (story.bed.state.book.open["PR_XHIGH"].value, story.bed.state.book.open["PR_XHIGH"].worst) == (152, 162)


def test_an_answered_or_ended_alarm_carries_nobody_s_name_into_the_next_announcement() -> None:
    """Who took note, and when, stands for as long as that holds."""
    story = high_pulse_story()
    alarm = story.bed.state.book.open["PR_XHIGH"]
    story.acknowledge(32, "PR_XHIGH")
    assert (alarm.acknowledged_by, alarm.acknowledged_at) == ("nurse-a", 32 * SECOND)
    story.tick(152)
    assert (alarm.state.value, alarm.acknowledged_by, alarm.acknowledged_at) == ("ACTIVE", None, None)
    story.samples(153, 163, 97, 110)
    assert (alarm.state.value, alarm.ended_at) == ("LATCHED", 153 * SECOND)
    story.samples(163, 180, 97, 155)
    assert (alarm.state.value, alarm.ended_at) == ("ACTIVE", None)


def test_row_7_who_may_not_acknowledge_a_priority_is_refused_and_changes_nothing() -> None:
    story = crit_story()
    (line,) = story.put(29, "acknowledge", alarm="SPO2_CRIT", by="nurse-a", priorities=["medium", "low"])
    assert (line["event"], line["reason"]) == ("command_refused", "priority_not_allowed")
    assert story.all("alarm_acknowledged") == []
    (line,) = story.put(29, "acknowledge", alarm="SPO2_LOW", by="nurse-a", priorities=["medium", "low"])
    assert (line["event"], line["alarm"]) == ("alarm_acknowledged", "SPO2_LOW")


def test_row_7_a_lower_one_of_the_group_is_left_to_whoever_may() -> None:
    story = crit_story()
    found = story.put(29, "acknowledge", alarm="SPO2_CRIT", by="dr-p", priorities=["high"])
    assert [(line["event"], line["alarm"]) for line in found] == [("alarm_acknowledged", "SPO2_CRIT")]


def test_row_7_goes_by_the_priority_at_that_moment() -> None:
    """A MEDIUM that has risen to HIGH is a HIGH one to whoever may take note of MEDIUM alone."""
    story = low_story()
    story.samples(26, 100, 89)
    assert story.one("alarm_priority_changed", alarm="SPO2_LOW")["priority"] == "high"
    (line,) = story.put(100, "acknowledge", alarm="SPO2_LOW", by="nurse-a", priorities=["medium"])
    assert line["reason"] == "priority_not_allowed"
