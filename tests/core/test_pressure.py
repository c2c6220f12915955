"""Rules on cuff readings (alarm-system 3.1; rulings 3) and NIBP_OVERDUE."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from config.instant import seconds
from config.vocabulary import Metric, Verdict
from monitor.core.preset.read import build_ruleset
from monitor.core.rules.limits import AlarmLimit
from tests.support.ward import CUFF, Line, Story, preset_table, shipped_rules


class Row(NamedTuple):
    """One row of table 3.1: readings (systolic, diastolic, mean) at its edges."""

    alarm: str
    short: tuple[float, float, float]
    at: tuple[float, float, float]
    priority: str
    value: float
    limit: float
    stays: tuple[float, float, float]
    clear: tuple[float, float, float]
    latched: bool
    suspect: bool


ROWS = [
    Row("SBP_CRIT", (179, 90, 120), (180, 90, 120), "medium", 180, 180, (170, 90, 117), (169, 90, 117), True, True),
    Row("DBP_CRIT", (150, 109, 122), (150, 110, 124), "medium", 110, 110, (150, 105, 120), (150, 104, 119), True, True),
    Row("SBP_HIGH", (159, 90, 113), (160, 90, 114), "low", 160, 160, (155, 90, 112), (154, 90, 111), False, False),
    Row("DBP_HIGH", (150, 99, 116), (150, 100, 117), "low", 100, 100, (150, 97, 115), (150, 96, 114), False, False),
    Row("SBP_LOW", (91, 60, 70), (90, 60, 70), "medium", 90, 90, (95, 60, 72), (96, 60, 72), False, True),
    Row("SBP_XLOW", (81, 60, 67), (80, 60, 67), "high", 80, 80, (85, 60, 68), (86, 60, 69), True, True),
    Row("MAP_XLOW", (91, 45, 56), (91, 45, 55), "high", 55, 55, (91, 50, 60), (91, 50, 61), True, True),
]
by_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.alarm)


def read(story: Story, t: float, values: tuple[float, float, float], **more: Any) -> list[Line]:
    return story.cuff(t, values[0], values[1], mean=values[2], **more)


@by_row
def test_reading_short_of_the_limit_raises_nothing(row: Row) -> None:
    story = Story().open()
    read(story, 100, row.short)
    read(story, 200, row.short)
    assert story.told(row.alarm) == []


@by_row
def test_raised_with_the_reading(row: Row) -> None:
    story = Story().open()
    read(story, 100, row.at)
    line = story.one("alarm_raised", alarm=row.alarm)
    assert (line["t"], line["since"], line["value"], line["limit"]) == (100, 100, row.value, row.limit)
    assert (line["priority"], line["unit"]) == (row.priority, "mmHg")
    assert "doubtful" not in line


@by_row
def test_stays_at_the_clear_level_and_clears_beyond_it(row: Row) -> None:
    story = Story().open()
    read(story, 100, row.at)
    read(story, 200, row.stays)
    assert [event for _, event in story.told(row.alarm)] == ["alarm_raised"]
    read(story, 300, row.clear)
    ended = "alarm_latched" if row.latched else "alarm_closed"
    assert story.told(row.alarm)[1:] == [(300, ended)]


@by_row
def test_acknowledged_closes_when_it_clears(row: Row) -> None:
    story = Story().open()
    read(story, 100, row.at)
    story.acknowledge(150, row.alarm)
    read(story, 200, row.clear)
    assert story.told(row.alarm)[1:] == [(150, "alarm_acknowledged"), (200, "alarm_closed")]


@by_row
def test_suspect_reading_may_raise_where_the_rulings_name_the_rule(row: Row) -> None:
    """Rulings 3: B8 SUSPECT is evaluated for SBP_CRIT, DBP_CRIT, SBP_LOW, SBP_XLOW, MAP_XLOW, marked doubtful."""
    story = Story().open()
    read(story, 100, row.at, irregular=True)
    found = story.all("alarm_raised", alarm=row.alarm)
    assert [line.get("doubtful") for line in found] == ([True] if row.suspect else [])


@by_row
def test_suspect_reading_clears_nothing(row: Row) -> None:
    story = Story().open()
    read(story, 100, row.at)
    read(story, 200, row.clear, irregular=True)
    assert [event for _, event in story.told(row.alarm)] == ["alarm_raised"]


@by_row
@pytest.mark.parametrize("broken", [{"error": "motion"}, {"systolic": 70, "diastolic": 90}], ids=["error", "order"])
def test_invalid_reading_neither_raises_nor_clears(row: Row, broken: dict[str, Any]) -> None:
    story = Story().open()
    story.put(50, "nibp", **({"device": "cuff-1", "systolic": None, "diastolic": None, "mean": None} | broken))
    assert story.told(row.alarm) == []
    read(story, 100, row.at)
    story.put(200, "nibp", **({"device": "cuff-1", "systolic": None, "diastolic": None, "mean": None} | broken))
    assert [event for _, event in story.told(row.alarm)] == ["alarm_raised"]


@by_row
def test_no_reading_ever_is_no_reason_to_close(row: Row) -> None:
    """A reading counts once and never lapses; nothing clears it but a reading."""
    story = Story().open()
    read(story, 100, row.at)
    story.tick(100_000)
    assert [event for _, event in story.told(row.alarm)] == ["alarm_raised"]


@by_row
def test_recurrence_while_latched_rearms_the_same_id(row: Row) -> None:
    story = Story().open()
    for t, values in ((100, row.at), (200, row.clear), (300, row.at)):
        read(story, t, values)
    if row.latched:
        line = story.one("alarm_rearmed", alarm=row.alarm)
        assert (line["t"], line["since"], line["reason"], line["priority"]) == (300, 300, "recurrence", row.priority)
        assert line["alarm_id"] == story.one("alarm_raised", alarm=row.alarm)["alarm_id"]
    else:
        first, second = story.all("alarm_raised", alarm=row.alarm)
        assert first["alarm_id"] != second["alarm_id"]


SUSPECT_KINDS = {
    "B4 pulse pressure": (190, 60, 104),
    "B5 mean": (185, 100, 160),
    "B8 pulse": (185, 100, 128),
}


@pytest.mark.parametrize("kind", SUSPECT_KINDS)
def test_each_kind_of_suspect_reading_counts_for_sbp_crit(kind: str) -> None:
    story = Story().open()
    read(story, 100, SUSPECT_KINDS[kind], pulse_rate=30 if kind.startswith("B8") else 71)
    line = story.one("alarm_raised", alarm="SBP_CRIT")
    assert line["doubtful"] is True


CRIT = {"SBP_CRIT": [(180, 90), (170, 90), (169, 90), (200, 90), (199, 90)]}
CRIT["DBP_CRIT"] = [(150, 110), (150, 105), (150, 104), (160, 120), (160, 119)]
critical = pytest.mark.parametrize("alarm", CRIT)


@critical
def test_second_critical_reading_is_high(alarm: str) -> None:
    first, *_ = CRIT[alarm]
    story = Story().open()
    story.cuff(100, *first)
    story.cuff(200, *first)
    line = story.one("alarm_priority_changed", alarm=alarm)
    assert (line["t"], line["priority"]) == (200, "high")
    story.cuff(300, *first)
    assert len(story.all("alarm_priority_changed", alarm=alarm)) == 1


@critical
def test_second_critical_reading_counts_over_a_lower_one_between(alarm: str) -> None:
    """Rulings 3: whether or not one between was lower, as long as the instance is ACTIVE or ACKED."""
    first, between, *_ = CRIT[alarm]
    story = Story().open()
    story.cuff(100, *first)
    story.cuff(200, *between)
    story.cuff(300, *first)
    assert story.one("alarm_priority_changed", alarm=alarm)["t"] == 300


@critical
def test_second_critical_reading_when_acknowledged(alarm: str) -> None:
    first, *_ = CRIT[alarm]
    story = Story().open()
    story.cuff(100, *first)
    story.acknowledge(150, alarm)
    story.cuff(200, *first)
    assert story.told(alarm)[1:] == [
        (150, "alarm_acknowledged"),
        (200, "alarm_priority_changed"),
        (200, "alarm_rearmed"),
    ]


@critical
def test_a_rearm_counts_critical_readings_anew(alarm: str) -> None:
    first, _, cleared, *_ = CRIT[alarm]
    story = Story().open()
    for t, values in ((100, first), (200, first), (300, cleared), (400, first)):
        story.cuff(t, *values)
    assert story.one("alarm_rearmed", alarm=alarm)["priority"] == "medium"
    story.cuff(500, *first)
    assert [line["t"] for line in story.all("alarm_priority_changed", alarm=alarm)] == [200, 500]


@critical
def test_a_reminder_does_not_count_anew(alarm: str) -> None:
    """The documents let "re-arm" cover row 12 too; the code means row 14: the condition never ended meanwhile, and
    the reading after the reminder is the second one."""
    first, *_ = CRIT[alarm]
    story = Story().open()
    story.cuff(100, *first)
    story.acknowledge(150, alarm)
    story.tick(455)
    assert story.told(alarm)[-1] == (450, "alarm_rearmed")
    story.cuff(460, *first)
    assert story.one("alarm_priority_changed", alarm=alarm)["t"] == 460


@critical
def test_far_critical_reading_is_high_at_once(alarm: str) -> None:
    far, near = CRIT[alarm][3:]
    story = Story().open()
    story.cuff(100, *near)
    assert story.one("alarm_raised", alarm=alarm)["priority"] == "medium"
    story = Story().open()
    story.cuff(100, *far)
    assert story.one("alarm_raised", alarm=alarm)["priority"] == "high"


@critical
def test_far_second_reading_raises_at_once_too(alarm: str) -> None:
    story = Story().open()
    story.cuff(100, *CRIT[alarm][0])
    story.cuff(200, *CRIT[alarm][3])
    line = story.one("alarm_priority_changed", alarm=alarm)
    assert (line["t"], line["priority"], line["value"]) == (
        200,
        "high",
        max(CRIT[alarm][3]) if alarm[0] == "S" else 120,
    )


@critical
@pytest.mark.parametrize("doubtful", [(True, False), (False, True), (True, True)])
def test_a_suspect_reading_may_be_the_first_or_the_second(alarm: str, doubtful: tuple[bool, bool]) -> None:
    first, *_ = CRIT[alarm]
    story = Story().open()
    story.cuff(100, *first, irregular=doubtful[0])
    story.cuff(200, *first, irregular=doubtful[1])
    assert story.one("alarm_priority_changed", alarm=alarm)["priority"] == "high"


@pytest.mark.parametrize(
    ("alarm", "high", "between"), [("SBP_HIGH", (165, 90), (157, 90)), ("DBP_HIGH", (150, 102), (150, 98))]
)
def test_two_consecutive_high_readings_are_medium(
    alarm: str, high: tuple[float, float], between: tuple[float, float]
) -> None:
    """A valid reading between that is lower breaks the row; a failed or SUSPECT one does not come into it."""
    story = Story().open()
    story.cuff(100, *high)
    story.cuff(200, *between)
    story.cuff(300, *high)
    assert story.all("alarm_priority_changed", alarm=alarm) == []
    story.put(310, "nibp", device="cuff-1", systolic=None, diastolic=None, mean=None, error="motion")
    story.cuff(320, *between, irregular=True)
    story.cuff(400, *high)
    line = story.one("alarm_priority_changed", alarm=alarm)
    assert (line["t"], line["priority"]) == (400, "medium")


@pytest.mark.parametrize(
    ("baseline", "low", "low_clear"),
    [(None, 90, 95), (100, 90, 95), (130, 91, 96), (140, 98, 103), (150, 105, 110)],
)
def test_sbp_low_follows_the_baseline(baseline: float | None, low: float, low_clear: float) -> None:
    """SBP <= 90 or <= B - 30 %; clears above max(95, 0.7 B + 5), unrounded (rulings 1.3 and 3)."""
    rule = next(rule for rule in shipped_rules().cuffs if rule.rule.name == "SBP_LOW")
    assert rule.trigger.number(baseline) == pytest.approx(low)
    assert rule.clear.number(baseline) == pytest.approx(low_clear)
    assert rule.trigger.crossed(rule.trigger.number(baseline), baseline)
    assert not rule.clear.crossed(rule.clear.number(baseline), baseline)


def test_sbp_low_clears_by_the_patients_own_limit() -> None:
    """105 and 110 for a baseline of 150: 108 is above 95 and clears nothing."""
    story = Story().open()
    for t in (10, 80, 150):
        story.cuff(t, 150, 90)
    story.start(200)
    for t, systolic in ((300, 112), (400, 105), (500, 108), (600, 110), (700, 111)):
        story.cuff(t, systolic, 70)
    assert story.told("SBP_LOW") == [(400, "alarm_raised"), (700, "alarm_closed")]
    assert story.one("alarm_raised", alarm="SBP_LOW")["limit"] == 105


def test_of_two_readings_of_one_moment_the_one_that_came_last_is_shown() -> None:
    story = Story().open()
    story.cuff(100, 120)
    story.cuff(101, 124, device="cuff-2", measured_t=100)
    cuff = story.bed.state.cuff
    assert (cuff.values[Metric.SYSTOLIC].value, cuff.last_valid[Metric.SYSTOLIC].value) == (124, 124)


def test_which_reading_is_the_newest_is_asked_rule_by_rule() -> None:
    """The newest of all has no mean: for MAP_XLOW the one before it, that came late, is the newest."""
    story = Story().open()
    story.cuff(100, 91, 45, mean=55)
    story.cuff(300, 100, 60, mean=None)
    assert story.told("MAP_XLOW") == [(100, "alarm_raised")]
    story.cuff(305, 100, 60, mean=73, measured_t=250)
    assert story.told("MAP_XLOW")[1:] == [(305, "alarm_latched")]


def test_only_the_relative_rule_moves_with_the_baseline() -> None:
    moving = {rule.rule.name for rule in shipped_rules().cuffs if rule.trigger.factor is not None}
    assert moving == {"SBP_LOW"}
    assert all(isinstance(rule.clear, AlarmLimit) for rule in shipped_rules().cuffs)
    assert {rule.rule.name: rule.metric for rule in shipped_rules().cuffs} == {
        row.alarm: {"S": Metric.SYSTOLIC, "D": Metric.DIASTOLIC, "M": Metric.MEAN}[row.alarm[0]] for row in ROWS
    }


def test_a_limit_that_the_baseline_makes_false_ends_the_alarm() -> None:
    """Rulings 2.7 with a clinic's own preset, in which the lower of 90 and 0.7 B counts."""
    table = preset_table()
    table["rules"]["SBP_LOW"]["trigger"]["choose"] = "lower"
    story = Story(rules=build_ruleset(table, "own preset")).open()
    for t in (10, 80, 150):
        story.cuff(t, 88, 60)
    story.start(160)
    assert story.told("SBP_LOW") == [(10, "alarm_raised"), (160, "alarm_closed")]
    assert story.one("alarm_closed", alarm="SBP_LOW")["reason"] == "limit_changed"


def test_a_baseline_of_the_pulse_that_comes_late_leaves_the_pressure_limits_alone() -> None:
    """88 is below 90, and above the 84 that counted before and counts now: it was no limit that moved."""
    table = preset_table()
    table["rules"]["SBP_LOW"]["trigger"]["choose"] = "lower"
    story = Story(rules=build_ruleset(table, "own preset")).open()
    for t in (10, 80, 150):
        story.cuff(t, 120, 70)
    story.start(200)
    story.cuff(300, 84, 50)
    story.cuff(400, 88, 55)
    story.command(410, "record_reading", values={"pulse_rate": 72}, at=160)
    assert story.all("baseline_frozen", metric="pulse_rate")[-1]["t"] == 410
    assert story.told("SBP_LOW") == [(300, "alarm_raised")]


def test_a_cuff_that_says_it_inflates_is_alive_and_its_pressure_is_kept() -> None:
    story = Story().open()
    story.put(100, "cuff", device="cuff-1", state="inflating", pressure=80)
    story.put(110, "cuff", device="cuff-1", state="inflating", pressure=143)
    cuff = story.bed.state.cuff
    assert (cuff.state, cuff.state_at, cuff.pressure) == ("inflating", 100_000_000, 143)
    story.put(400, "cuff", device="cuff-1", state="idle", pressure=3)
    assert (cuff.state, cuff.state_at, cuff.pressure) == ("idle", 400_000_000, None)


# -- NIBP_OVERDUE -----------------------------------------------------------------------------------------------


def overdue(story: Story) -> list[tuple[float, str, str]]:
    return [(line["t"], line["event"], line["priority"]) for line in story.lines if line.get("alarm") == "NIBP_OVERDUE"]


def test_overdue_counts_from_entry_into_the_phase() -> None:
    """1.5 and 2 intervals of 5 min (table 3.2): LOW after 450 s, MEDIUM after 600 s, in every phase it knows."""
    story = Story().open().start(100)
    story.tick(2000)
    assert overdue(story) == [(550, "alarm_raised", "low"), (700, "alarm_priority_changed", "medium")]
    assert story.one("alarm_raised", alarm="NIBP_OVERDUE")["since"] == 100


def test_overdue_not_in_pre() -> None:
    story = Story().open()
    story.tick(10_000)
    assert overdue(story) == []


def test_overdue_counts_from_the_last_valid_reading() -> None:
    story = Story().open().start(100)
    story.cuff(400)
    story.tick(849.999)
    assert overdue(story) == []
    story.tick(850)
    assert overdue(story) == [(850, "alarm_raised", "low")]
    assert story.one("alarm_raised", alarm="NIBP_OVERDUE")["since"] == 400


def test_overdue_counts_from_when_it_was_measured() -> None:
    story = Story().open().start(100)
    story.cuff(400, measured_t=350)
    story.cuff(401, measured_t=345)
    story.tick(800)
    assert overdue(story) == [(800, "alarm_raised", "low")]


def test_overdue_counts_from_the_newest_however_late_an_older_one_comes() -> None:
    story = Story().open().start(100)
    story.cuff(400)
    story.cuff(410, measured_t=365)
    story.tick(850)
    assert overdue(story) == [(850, "alarm_raised", "low")]


@pytest.mark.parametrize(
    "more",
    [{"error": "leak"}, {"irregular": True}],
    ids=["failed", "suspect"],
)
def test_overdue_closes_with_the_next_valid_reading_and_no_other(more: dict[str, Any]) -> None:
    """Rulings 2.8 and 3: failed and SUSPECT readings do not count."""
    story = Story().open().start(100)
    story.tick(560)
    story.cuff(570, **more)
    assert overdue(story) == [(550, "alarm_raised", "low")]
    story.cuff(600)
    assert overdue(story)[1:] == [(600, "alarm_closed", "low")]
    story.tick(1100)
    assert overdue(story)[2:] == [(1050, "alarm_raised", "low")]


def test_overdue_an_acknowledged_one_speaks_up_when_it_rises() -> None:
    story = Story().open().start(100)
    story.acknowledge(560, "NIBP_OVERDUE")
    story.tick(700)
    assert [event for _, event, _ in overdue(story)] == [
        "alarm_raised",
        "alarm_acknowledged",
        "alarm_priority_changed",
        "alarm_rearmed",
    ]


def test_overdue_starts_anew_with_each_phase_and_keeps_what_is_open() -> None:
    story = Story().open().start(100)
    story.command(500, "pause_infusion")
    story.tick(950)
    assert overdue(story) == [(950, "alarm_raised", "low")]
    story.command(960, "resume_infusion")
    story.command(970, "end_infusion")
    story.tick(1569)
    assert overdue(story) == [(950, "alarm_raised", "low")]
    story.tick(1570)
    assert overdue(story)[1:] == [(1570, "alarm_priority_changed", "medium")]


def test_overdue_ends_with_the_session() -> None:
    story = Story().open().start(100)
    story.tick(560)
    story.command(600, "abort", reason="transfer")
    story.tick(5000)
    line = story.all("alarm_closed", alarm="NIBP_OVERDUE")[-1]
    assert (line["t"], line["by"]) == (600, "nurse-a")
    assert len(story.all("alarm_raised", alarm="NIBP_OVERDUE")) == 1


@pytest.mark.parametrize(("returned", "due"), [(True, 2600), (False, 2150)], ids=["returned", "not returned"])
def test_overdue_waits_for_ten_minutes_in_recovery_once_everything_has_returned(returned: bool, due: float) -> None:
    """Schedule of ketamine-monitoring section 3: from 20 min after the end every 10 min, when returned."""
    story = Story().open()
    for t in (60, 150, 240):
        story.cuff(t)
    story.samples(0, 300)
    story.command(300, "start_infusion")
    story.command(400, "end_infusion")
    for t in range(401, 4000):
        story.sample(t)
        if t in range(500, 1701, 300):
            story.cuff(t, 120 if returned else 150)
    assert overdue(story)[0] == (due, "alarm_raised", "low")


# -- what was lost must not spoil what comes ---------------------------------------------------------------------------


def cycle(story: Story, *, at: float, state: str = "inflating") -> None:
    story.put(at, "cuff", device=CUFF, state=state, pressure=100)


@pytest.mark.parametrize("lost", [True, False])
def test_b9_a_cycle_whose_end_nobody_heard_of_spoils_no_later_reading(lost: bool) -> None:
    """The link was lost while the cuff inflated, or the end was simply not told."""
    story = Story().open()
    story.cuff(100)
    cycle(story, at=120)
    if lost:
        story.put(130, "link", device=CUFF, state="down")
        story.put(140, "link", device=CUFF, state="up")
    again = 200 if lost else 400
    cycle(story, at=again)
    story.cuff(again + 35, 215, 125)
    assert [line["priority"] for line in story.all("alarm_raised", alarm="SBP_CRIT")] == ["high"]
    assert story.all("value_rejected", reason="venous") == []


def test_b9_does_not_hold_for_what_a_person_types() -> None:
    story = Story().open()
    for t, systolic, diastolic in ((320, 121, 80), (330, 211, 125)):
        values = {"systolic": systolic, "diastolic": diastolic}
        story.command(t, "record_reading", values=values)
    assert [line["priority"] for line in story.all("alarm_raised", alarm="SBP_CRIT")] == ["high"]
    assert story.all("alarm_raised", alarm="NIBP_FAIL") == []


def test_v11_a_cuff_that_counts_anew_is_heard() -> None:
    """Power-cycled, it begins at 1 again; the same message sent twice is still dropped."""
    story = Story().open()
    story.cuff(100, seq=1, device_t=100.0)
    story.cuff(101, seq=1, device_t=100.0)
    assert story.bed.state.devices[CUFF].repeats == 1
    story.cuff(400, 210, 125, seq=1, device_t=400.0)
    assert story.all("alarm_raised", alarm="SBP_CRIT") != []


def test_v11_a_record_without_number_that_is_sent_twice_counts_once() -> None:
    """The same device time and the same numbers: a line printed again, also over a new connection."""
    story = Story().open()
    story.cuff(100, 165, 90, device_t=60.0)
    story.cuff(101, 165, 90, device_t=60.0)
    story.put(110, "link", device=CUFF, state="down")
    story.put(120, "link", device=CUFF, state="up")
    story.cuff(130, 165, 90, device_t=60.0)
    assert story.bed.state.devices[CUFF].repeats == 2
    session = story.bed.state.session
    assert session is not None
    assert session.reading_count == 1


@pytest.mark.parametrize(
    "second",
    [
        {"device_t": 120.0},
        {"device_t": 60.0, "systolic": 166},
        {"device_t": 60.0, "diastolic": 91},
        {"device_t": 60.0, "mean": 116},
        {"device_t": 60.0, "pulse_rate": 72},
        {"device_t": 60.0, "pulse_rate": None},
        {"device_t": 60.0, "device": "cuff-2"},
        {},
    ],
)
def test_v11_what_differs_or_has_no_time_is_another_measurement(second: dict[str, Any]) -> None:
    story = Story().open()
    first = {"systolic": 165, "diastolic": 90} | ({"device_t": 60.0} if second else {})
    story.cuff(100, **first)
    story.cuff(101, **{"systolic": 165, "diastolic": 90} | second)
    session = story.bed.state.session
    assert session is not None
    assert session.reading_count == 2


def test_v11_a_failure_is_never_taken_for_a_repeat() -> None:
    story = Story().open()
    lost = {"systolic": None, "diastolic": None, "mean": None, "pulse_rate": None, "error": "leak", "device_t": 60.0}
    for t in (100, 101):
        story.put(t, "nibp", device=CUFF, **lost)
    assert story.bed.state.devices[CUFF].repeats == 0


def test_bp_rel_that_latches_by_preset_is_no_fault() -> None:
    table = preset_table()
    table["rules"]["BP_REL"]["latched"] = True
    story = Story(rules=build_ruleset(table, "latching")).open()
    for t in (100, 200, 300):
        story.cuff(t)
    story.start(600)
    for t, systolic in ((900, 158), (1200, 122), (1500, 121), (1800, 158)):
        story.cuff(t, systolic)
    assert [event for _, event in story.told("BP_REL")] == ["alarm_raised", "alarm_latched", "alarm_rearmed"]


# -- readings that come in another order than they were measured ---------------------------------------------------


def typed(story: Story, t: float, at: float, systolic: float, diastolic: float) -> None:
    story.command(t, "record_reading", values={"systolic": systolic, "diastolic": diastolic}, at=at)


def test_an_older_reading_typed_later_ends_no_critical_alarm() -> None:
    """What was so at 385 says nothing against what the cuff measured at 400 (decisions/0005)."""
    story = Story().open()
    story.cuff(400, 76, 45)
    typed(story, 420, 385, 118, 70)
    assert story.told("SBP_XLOW") == [(400, "alarm_raised")]
    story.cuff(480, 95, 60)
    assert story.told("SBP_XLOW")[1:] == [(480, "alarm_latched")]


def test_an_older_reading_typed_later_ends_no_confirmed_pressure() -> None:
    story = Story().open()
    story.cuff(400, 185, 112)
    story.cuff(465, 186, 112)
    typed(story, 470, 415, 120, 76)
    present = {name: alarm.value for name, alarm in story.bed.state.book.open.items() if alarm.value is not None}
    assert present == {"SBP_CRIT": 186, "DBP_CRIT": 112, "SBP_HIGH": 186, "DBP_HIGH": 112}
    assert story.all("alarm_latched") == story.all("alarm_closed") == []


def test_an_older_reading_of_another_cuff_ends_no_alarm() -> None:
    story = Story().open()
    story.cuff(400, 185, 90)
    story.cuff(425, device="cuff-2", measured_t=370)
    assert story.told("SBP_CRIT") == [(400, "alarm_raised")]


def test_an_older_reading_does_not_break_a_row_of_high_ones() -> None:
    """Two in a row are MEDIUM by the order of measuring; one of before the first lies between none."""
    story = Story().open()
    story.cuff(400, 165, 90)
    typed(story, 420, 390, 158, 90)
    story.cuff(480, 165, 90)
    assert story.one("alarm_priority_changed", alarm="SBP_HIGH")["t"] == 480


def test_an_older_critical_reading_still_raises() -> None:
    story = Story().open()
    story.cuff(400)
    typed(story, 420, 385, 205, 100)
    line = story.one("alarm_raised", alarm="SBP_CRIT")
    assert (line["t"], line["since"], line["priority"]) == (420, 385, "high")
    story.cuff(480)
    assert story.told("SBP_CRIT")[1:] == [(480, "alarm_latched")]


def test_an_older_reading_that_is_worse_is_remembered_as_the_worst_and_not_shown() -> None:
    story = Story().open()
    story.cuff(400, 185, 90)
    typed(story, 420, 385, 190, 90)
    alarm = story.bed.state.book.open["SBP_CRIT"]
    assert (alarm.value, alarm.worst, alarm.priority.value) == (185, 190, 3)


def test_the_newest_reading_is_the_one_shown_whichever_came_last() -> None:
    story = Story().open()
    story.cuff(400, 185, 90)
    typed(story, 420, 385, 118, 70)
    cuff = story.bed.state.cuff
    assert (cuff.values[Metric.SYSTOLIC].value, cuff.measured_at) == (185, seconds(400))
    assert cuff.judged[Metric.SYSTOLIC].verdict is Verdict.VALID


def test_an_older_reading_does_not_call_off_the_repeat_of_a_critical_one() -> None:
    story = Story().open().start(10)
    story.cuff(400, 185, 90)
    typed(story, 420, 385, 118, 70)
    story.tick(460)
    assert [(line["t"], line["reason"]) for line in story.all("nibp_requested")][-1] == (460, "repeat")


def test_b7_an_older_reading_does_not_refute_a_jump() -> None:
    story = Story().open()
    story.cuff(300)
    story.cuff(400, 165, 100)
    assert story.bed.state.cuff.values[Metric.SYSTOLIC].judgement.reason == "jump"
    typed(story, 420, 385, 118, 70)
    story.cuff(460, 166, 100)
    assert story.one("alarm_raised", alarm="SBP_HIGH")["t"] == 460


# -- single readings against settings of a site ----------------------------------------------------------------------


def asked_again(mean: float) -> bool:
    """Whether a reading with this mean is repeated, where a low mean is."""
    table = preset_table()
    table["rules"]["MAP_XLOW"]["repeat"] = True
    story = Story(rules=build_ruleset(table, "repeated")).open()
    story.start(10)
    story.cuff(60, 95, 40, mean=mean)
    story.tick(121)
    return bool(story.all("nibp_requested", reason="repeat"))


def test_what_a_reading_gave_that_nobody_believes_is_no_reason_to_repeat_it() -> None:
    """B2: a mean under 30 is none; the pressures beside it are good."""
    assert asked_again(54) is True
    assert asked_again(29) is False


@pytest.mark.parametrize(("systolic", "priority"), [(191, "medium"), (192, "high")])
def test_what_is_grave_at_once_may_hang_on_the_baseline(systolic: float, priority: str) -> None:
    table = preset_table()
    table["rules"]["SBP_CRIT"]["at_once"] |= {"baseline_factor": 1.6, "choose": "lower"}
    story = Story(rules=build_ruleset(table, "relative")).open()
    for t in (60, 150, 240):
        story.cuff(t)
    story.start(300)
    story.cuff(400, systolic, 90)
    assert story.one("alarm_raised", alarm="SBP_CRIT")["priority"] == priority
