"""Each kind of expectation is met by what it asks for and by nothing else; the score knows missed and false alarms."""

from __future__ import annotations

import pytest

from monitor.drill.check import check, clock_time
from monitor.drill.record import Paged, Record, Shown, Told
from monitor.drill.score import Score, score
from monitor.drill.story import parse_drill
from simulator.events import Body
from simulator.truth import TruthLog

HEAD = """
title = "T"
document = "d"
section = "s"
sentence = "S"
length_min = 10
[visit]
start_min = 4
[[event]]
kind = "desaturation"
at_min = 6
"""


def told(t: float, kind: str, **data: object) -> Told:
    """An event; `since` in seconds."""
    if "since" in data:
        data["since"] = int(float(str(data["since"])) * 1_000_000)
    return Told(t, kind, data)


def record() -> Record:
    """A saturation below 85 from 400 s to 500 s, alarmed at 410 s, shown and paged."""
    truth = TruthLog()
    for second in range(601):
        spo2 = 80.0 if 400 <= second < 500 else 98.0
        truth.watch(float(second), Body(spo2, 70.0, 120.0, 76.0, 14.0, 2.0))
    alarm = {"alarm": "SPO2_CRIT", "alarm_id": "bay-1-0001", "limit": 85.0, "value": 80.0}
    return Record(
        told=[
            told(0.0, "session_opened", to="PRE"),
            told(0.0, "phase_changed", to="PRE"),
            told(240.0, "phase_changed", to="INFUSING"),
            told(410.0, "alarm_raised", priority="high", since=405.0, **alarm),
            told(510.0, "alarm_latched", priority="high", **alarm),
            told(580.0, "return_verdict", verdict="OVERDUE"),
        ],
        paged=[Paged(410.0, "alarm.raised", "SPO2_CRIT", "bay-1-0001", "*** Bay 1")],
        shown=[
            Shown(410.0, "bay-1-0001", "SPO2_CRIT", "high", "ACTIVE", False, 510.0),
            Shown(510.0, "bay-1-0001", "SPO2_CRIT", "high", "LATCHED", False),
        ],
        truth=truth,
        length_s=600.0,
    )


@pytest.mark.parametrize(
    ("expect", "met"),
    [
        ('alarm = "SPO2_CRIT"\nby_min = 7', True),
        ('alarm = "SPO2_CRIT"\nby_min = 6', False),
        ('alarm = "SPO2_CRIT"\nafter_min = 7\nby_min = 8', False),
        ('alarm = "SPO2_CRIT"\nby_min = 7\npriority = "medium"', False),
        ('alarm = "SPO2_LOW"\nby_min = 7', False),
        ('alarm = "SPO2_CRIT"\nby_min = 7\ndelay_s = 5', True),
        ('alarm = "SPO2_CRIT"\nby_min = 7\ndelay_s = 8', False),
        ('alarm = "SPO2_CRIT"\nby_min = 7\nreads = [79, 81]', True),
        ('alarm = "SPO2_CRIT"\nby_min = 7\nreads = [82, 84]', False),
        ('alarm = "SPO2_CRIT"\nof = "true spo2 < 85"\nwithin_s = 10', True),
        ('alarm = "SPO2_CRIT"\nof = "true spo2 < 85"\nwithin_s = 9', False),
        ('alarm = "SPO2_CRIT"\nof = "true spo2 < 85"\nwithin_s = 20\nno_sooner_s = 11', False),
        ('alarm = "SPO2_CRIT"\nof = "true spo2 < 20"\nwithin_s = 600', False),
        ('alarm = "SPO2_CRIT"\nof = "desaturation"\nwithin_s = 50', True),
        ('alarm = "SPO2_CRIT"\nof = "nurse start_infusion"\nwithin_s = 170', True),
        ('alarm = "SPO2_CRIT"\nof = "phase INFUSING"\nwithin_s = 169', False),
        ('silent = "SPO2_CRIT"', False),
        ('silent = "SPO2_CRIT"\nby_min = 6', True),
        ('silent = ["SPO2_LOW", "PR_LOW"]', True),
        ('silent = "any"', False),
        ('silent = "any"\npriority = "medium"', True),
        ('event = "alarm_latched"\nalarm = "SPO2_CRIT"\nby_min = 9', True),
        ('event = "alarm_latched"\nalarm = "SPO2_LOW"\nby_min = 9', False),
        ('event = "alarm_latched"\nby_min = 9\nwith = { value = [79, 81] }', True),
        ('event = "alarm_latched"\nby_min = 9\nwith = { value = 79 }', False),
        ('never = "alarm_latched"', False),
        ('never = "alarm_latched"\nby_min = 8', True),
        ('never = "alarm_closed"', True),
        ('phase = "PRE"\nat_min = 1', True),
        ('phase = "PRE"\nat_min = 5', False),
        ('verdict = "OVERDUE"', True),
        ('verdict = "OVERDUE"\nat_min = 9', False),
        ('open = "SPO2_CRIT"\nat_min = 8', True),
        ('open = "SPO2_CRIT"\nat_min = 6', False),
        ('open = "SPO2_CRIT"\nat_min = 9\nstate = "LATCHED"', True),
        ('open = "SPO2_CRIT"\nat_min = 8\nstate = "LATCHED"', False),
        ('open = "SPO2_CRIT"\nat_min = 8\nstale = true', False),
        ('open = "SPO2_CRIT"\nat_min = 8\npriority = "low"', False),
        ('page = "alarm.raised"\nby_min = 7', True),
        ('page = "alarm.raised"\nabout = "SPO2_LOW"\nby_min = 7', False),
        ('page = "alarm.closed"\nby_min = 9', False),
        ('no_page = "alarm.raised"', False),
        ('no_page = "alarm.raised"\nby_min = 6', True),
    ],
)
def test_expectations(expect: str, met: bool) -> None:
    """One table, one answer."""
    drill = parse_drill(f"{HEAD}[[expect]]\n{expect}\n", name="t", origin="t.toml")
    (finding,) = check(drill, record())
    assert finding.met is met, finding
    assert finding.expected
    assert finding.happened


def test_an_alarm_that_the_board_did_not_show_does_not_count() -> None:
    """Decided is not told (alarm-system 5.1: a second to the station)."""
    drill = parse_drill(f'{HEAD}[[expect]]\nalarm = "SPO2_CRIT"\nby_min = 7\n', name="t", origin="t.toml")
    late = record()
    late.shown = [Shown(412.0, "bay-1-0001", "SPO2_CRIT", "high", "ACTIVE", False)]
    (finding,) = check(drill, late)
    assert not finding.met
    assert "board did not show it" in finding.happened


def test_the_score_of_an_emergency_that_was_announced() -> None:
    """Delay from the true onset; both limits were crossed at once."""
    found = score(record())
    assert {(each.name, each.delay_s) for each in found.detections} == {("SpO2 < 90", 10.0), ("SpO2 < 85", 10.0)}
    assert (found.false, found.alarms) == ([], 1)
    assert found.hours == pytest.approx(600 / 3600)


def test_the_score_of_one_that_was_missed_and_of_a_false_alarm() -> None:
    """Nothing announced is missed; an alarm with nothing true behind it is false; out of sight is said so."""
    missed = record()
    missed.told = [each for each in missed.told if each.alarm is None]
    missed.shown = []
    assert [each.delay_s for each in score(missed).detections] == [None, None]
    assert "missed 2" in score(missed).words()
    missed.shown = [Shown(430.0, "bay-1-0002", "SPO2_NO_DATA", "medium", "ACTIVE", False)]
    assert "said to be out of sight 2" in score(missed).words()
    false = record()
    false.told = [
        *false.told,
        told(100.0, "alarm_raised", alarm="PR_XLOW", alarm_id="b", priority="high", limit=40.0, value=30.0),
    ]
    assert score(false).false == ["PR_XLOW at 100 s"]
    total = Score()
    total.add(score(false))
    total.add(score(missed))
    assert len(total.detections) == 4


def test_without_a_session_nothing_is_counted() -> None:
    """Nobody is bound to the bed."""
    idle = record()
    idle.told = []
    assert score(idle).detections == []
    assert score(idle).hours == 0


def test_times_as_people_read_them() -> None:
    """Minutes and seconds of the story."""
    assert [clock_time(t) for t in (0.0, 61.0, 410.5)] == ["0:00", "1:01", "6:50.5"]
