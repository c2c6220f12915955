"""STORAGE, STATION_*, PAGER_FAIL, CORE_* and their like: the service's own alarms (alarm-system 3.2; rulings 2.1)."""

from __future__ import annotations

from typing import Any

import pytest

from config.instant import seconds
from monitor.core.inputs import Acknowledge, SystemState
from monitor.core.preset.read import build_ruleset
from monitor.core.ward import Ward
from tests.support.ward import Line, Story, preset_table, shipped_rules


def system(story: Story, t: float, name: str, ok: bool, **more: Any) -> list[Line]:
    return story.put(t, "system", system=name, ok=ok, **more)


def acknowledge(story: Story, t: float, **named: str) -> list[Line]:
    return story.put(t, "acknowledge", by="nurse-a", **({"bed": None} | named))


@pytest.mark.parametrize(
    ("name", "alarm", "priority"),
    [
        ("storage", "STORAGE", "medium"),
        ("pager", "PAGER_FAIL", "medium"),
        ("binding", "ID_CONFLICT", "medium"),
        ("core", "CORE_FAULT", "high"),
        ("station", "STATION_MUTE", "medium"),
    ],
)
def test_raised_at_once_and_closed_when_right_again(name: str, alarm: str, priority: str) -> None:
    """No bed, ids site-0001 and on, never latched."""
    story = Story()
    (line,) = system(story, 5, name, ok=False, subject="x", detail="what happened")
    assert (line["bed"], line["alarm_id"], line["alarm"], line["priority"]) == (None, "site-0001", alarm, priority)
    assert (line["t"], line["since"], line["device"], line["detail"]) == (5, 5, "x", "what happened")
    assert system(story, 6, name, ok=False, subject="x") == []
    (line,) = system(story, 7, name, ok=True, subject="x")
    assert (line["event"], line["alarm_id"], line["reason"]) == ("alarm_closed", "site-0001", "cleared")
    assert system(story, 8, name, ok=True, subject="x") == []
    (line,) = system(story, 9, name, ok=False, subject="x")
    assert line["alarm_id"] == "site-0002"


def test_an_unwritable_journal_is_high() -> None:
    """Table 3.2, STORAGE: MEDIUM, HIGH if the journal cannot be written; it does not fall again by itself."""
    story = Story()
    system(story, 0, "storage", ok=False)
    (line,) = system(story, 1, "storage", ok=False, critical=True)
    assert (line["event"], line["priority"]) == ("alarm_priority_changed", "high")
    assert system(story, 2, "storage", ok=False) == []


def test_a_rise_voids_the_acknowledgement() -> None:
    story = Story()
    system(story, 0, "storage", ok=False)
    acknowledge(story, 1, alarm="STORAGE")
    assert [line["event"] for line in system(story, 2, "storage", ok=False, critical=True)] == [
        "alarm_priority_changed",
        "alarm_rearmed",
    ]


def test_each_subject_is_its_own_instance() -> None:
    story = Story()
    system(story, 0, "pager", ok=False, subject="pager")
    system(story, 0, "pager", ok=False, subject="sms")
    assert [line["device"] for line in acknowledge(story, 1, alarm="PAGER_FAIL")] == ["pager", "sms"]
    assert [line["device"] for line in system(story, 2, "pager", ok=True, subject="sms")] == ["sms"]


@pytest.mark.parametrize("named", [{"alarm": "STORAGE"}, {"alarm_id": "site-0009"}])
def test_nothing_to_acknowledge_is_refused(named: dict[str, str]) -> None:
    (line,) = acknowledge(Story(), 1, **named)
    assert (line["event"], line["reason"], line["bed"]) == ("command_refused", "not_active", None)
    assert {key: line[key] for key in named} == named


def told(story: Story, alarm: str) -> list[tuple[float, str]]:
    return story.told(alarm)


def test_station_lost() -> None:
    """Table 3.2: no station page has answered a heartbeat for 10 s, MEDIUM; over when one answers."""
    story = Story()
    system(story, 7, "station", ok=False, since=3.0)
    story.tick(12.999)
    assert told(story, "STATION_LOST") == []
    story.tick(13)
    line = story.one("alarm_raised")
    assert (line["t"], line["since"], line["priority"], line["bed"]) == (13, 3, "medium", None)
    assert "device" not in line
    system(story, 20, "station", ok=True)
    assert told(story, "STATION_LOST")[1:] == [(20, "alarm_closed")]


def test_station_lost_needs_the_whole_ten_seconds() -> None:
    """A page that answers again in between: nothing happened."""
    story = Story()
    system(story, 5, "station", ok=False)
    system(story, 14.9, "station", ok=True)
    story.tick(60)
    assert story.lines == []


def test_station_lost_told_late_is_raised_at_once() -> None:
    story = Story()
    assert [line["t"] for line in system(story, 30, "station", ok=False, since=3.0)] == [30]


def test_station_mute_names_the_page() -> None:
    """Table 3.2: muted, blocked or hidden, MEDIUM, no delay; each page by itself, and apart from STATION_LOST."""
    story = Story()
    (line,) = system(story, 1, "station", ok=False, subject="nurse-a at 10.0.0.7", detail="muted")
    assert (line["alarm"], line["device"], line["detail"]) == ("STATION_MUTE", "nurse-a at 10.0.0.7", "muted")
    system(story, 2, "station", ok=True)
    assert told(story, "STATION_MUTE") == [(1, "alarm_raised")]


def test_clock_of_the_server() -> None:
    """Table 3.2: the server not synchronised for 60 s, LOW, an alarm of the service."""
    story = Story()
    system(story, 10, "clock", ok=False, subject="server", detail="not synchronised")
    story.tick(69.999)
    assert story.lines == []
    story.tick(70)
    line = story.one("alarm_raised", alarm="CLOCK")
    assert (line["t"], line["since"], line["priority"], line["bed"]) == (70, 10, "low", None)
    system(story, 80, "clock", ok=True, subject="server")
    assert told(story, "CLOCK")[1:] == [(80, "alarm_closed")]


def test_core_stalled() -> None:
    """Table 3.2: HIGH after 10 s without a heartbeat. The service itself says so afterwards, for the record."""
    story = Story()
    (line,) = system(story, 50, "watchdog", ok=False, since=20.0, detail="no heartbeat for 30 s")
    assert (line["alarm"], line["priority"], line["since"]) == ("CORE_STALLED", "high", 20)
    system(story, 52, "watchdog", ok=True)
    assert told(story, "CORE_STALLED")[1:] == [(52, "alarm_closed")]


def test_restart_begins_a_running_delay_anew() -> None:
    """Row 17: nobody could answer while the service was away."""
    story = Story()
    system(story, 0, "station", ok=False)
    story.put(8, "restart", bed=None)
    story.tick(60)
    assert told(story, "STATION_LOST") == []
    system(story, 60, "station", ok=False)
    story.tick(100)
    assert told(story, "STATION_LOST") == [(70, "alarm_raised")]


def test_extra_ticks_change_nothing_about_a_delay() -> None:
    quiet, busy = Story(), Story()
    for story, ticks in ((quiet, []), (busy, [4, 9.9, 10, 11])):
        system(story, 0, "station", ok=False)
        for t in ticks:
            story.tick(t)
        story.tick(20)
    assert quiet.lines == busy.lines


def test_acknowledged_it_reminds() -> None:
    """Row 12 for the service: MEDIUM after 300 s, HIGH after 120 s."""
    story = Story()
    system(story, 0, "storage", ok=False)
    system(story, 0, "core", ok=False, subject="bay-1")
    acknowledge(story, 10, alarm="STORAGE")
    acknowledge(story, 10, alarm_id="site-0002")
    story.tick(1000)
    assert [(line["t"], line["alarm"], line["reason"]) for line in story.all("alarm_rearmed")] == [
        (130, "CORE_FAULT", "still_present"),
        (310, "STORAGE", "still_present"),
    ]


def test_a_conflict_ends_when_nothing_unbound_has_come_for_a_minute() -> None:
    story = Story()
    system(story, 0, "binding", ok=False, subject="vitals/v1/x")
    system(story, 50, "binding", ok=False, subject="vitals/v1/x")
    acknowledge(story, 60, alarm="ID_CONFLICT")
    story.tick(109.999)
    assert story.all("alarm_closed") == []
    story.tick(200)
    assert story.one("alarm_closed")["t"] == 110


def test_restart_announces_them_again() -> None:
    story = Story()
    system(story, 0, "storage", ok=False)
    system(story, 0, "core", ok=False, subject="bay-1")
    acknowledge(story, 1, alarm="STORAGE")
    found = story.put(2, "restart", bed=None)
    assert [(line["alarm"], line["reason"]) for line in found] == [("CORE_FAULT", "restart")]


def test_a_discharge_closes_none_of_them() -> None:
    story = Story().open()
    system(story, 1, "storage", ok=False)
    assert [line["event"] for line in story.command(2, "abort", reason="transfer")] == ["phase_changed"] * 2


@pytest.mark.parametrize("named", [{"alarm": "STORAGE"}, {"alarm_id": "site-0009"}])
def test_a_refused_acknowledgement_says_what_was_asked_and_by_whom(named: dict[str, str]) -> None:
    assert acknowledge(Story(), 1, **named) == [
        {"t": 1, "bed": None, "event": "command_refused", "command": "acknowledge", "reason": "not_active"}
        | {"by": "nurse-a"}
        | named
    ]


def test_trouble_that_is_reported_graver_while_its_delay_runs_is_raised_as_the_graver() -> None:
    """What was first reported keeps its beginning and its words."""
    table = preset_table()
    table["technical"]["STATION_LOST"]["levels"].append({"priority": "high"})
    story = Story(rules=build_ruleset(table, "graver"))
    system(story, 0, "station", ok=False, detail="no answer")
    system(story, 3, "station", ok=False, critical=True, detail="later words")
    system(story, 4, "station", ok=False)
    story.tick(9.999)
    assert story.lines == []
    story.tick(10)
    (line,) = story.lines
    assert (line["t"], line["since"], line["detail"]) == (10, 0, "no answer")
    assert line["priority"] == "high"


def test_trouble_that_ended_before_its_delay_begins_anew() -> None:
    story = Story()
    system(story, 0, "station", ok=False)
    system(story, 5, "station", ok=True)
    system(story, 6, "station", ok=False)
    story.tick(15.999)
    assert told(story, "STATION_LOST") == []
    story.tick(16)
    assert story.one("alarm_raised")["since"] == 6


def test_what_is_said_to_have_begun_in_the_future_begins_now() -> None:
    story = Story()
    system(story, 5, "station", ok=False, since=100.0)
    story.tick(15)
    assert story.one("alarm_raised")["since"] == 5


def test_a_conflict_reported_again_lasts_a_minute_more_and_one_of_a_second_device_is_its_own() -> None:
    story = Story()
    system(story, 0, "binding", ok=False, subject="a")
    system(story, 10, "binding", ok=False, subject="b")
    system(story, 40, "binding", ok=False, subject="a")
    story.tick(300)
    assert [(line["t"], line["device"]) for line in story.all("alarm_closed")] == [(70, "b"), (100, "a")]


def test_a_conflict_that_comes_back_counts_anew() -> None:
    """Said to be over, then again: the first minute is forgotten."""
    story = Story()
    system(story, 0, "binding", ok=False, subject="a")
    system(story, 50, "binding", ok=True, subject="a")
    system(story, 55, "binding", ok=False, subject="a")
    story.tick(114.999)
    assert [line["t"] for line in story.all("alarm_closed")] == [50]
    story.tick(115)
    assert [line["t"] for line in story.all("alarm_closed")] == [50, 115]


def test_what_is_over_leaves_nothing_in_the_snapshot() -> None:
    """A service that runs for months must not remember every pager and page that once was in trouble."""
    story = Story()
    system(story, 0, "pager", ok=False, subject="sms")
    system(story, 1, "station", ok=False)
    system(story, 2, "core", ok=False, subject="bay-1", detail="internal fault")
    system(story, 3, "binding", ok=False, subject="a")
    system(story, 4, "binding", ok=False, subject="b")
    for name, subject in (("pager", "sms"), ("station", None), ("core", "bay-1"), ("binding", "b")):
        system(story, 5, name, ok=True, subject=subject)
    story.tick(63)
    state = story.ward.service.state
    assert (state.reported, state.pending, state.faults, state.book.open) == ({}, {}, {}, {})


def test_a_system_nobody_has_a_rule_for_raises_nothing() -> None:
    story = Story()
    assert story.ward.feed(SystemState("recorder", ok=False), 0) == []
    story.tick(1000)
    assert story.lines == []


def test_core_fault_is_announced_anew_for_every_new_fault() -> None:
    """Who took note of the first has not heard of the second; the same one again calls nobody a second time."""
    ward = Ward(shipped_rules())

    def fault(t: float, what: str) -> list[str]:
        state = SystemState("core", ok=False, subject="bay-1", detail=f"internal fault in {what}, see the log")
        return [event.kind.value for event in ward.feed(state, seconds(t))]

    assert fault(1, "level_watch") == ["alarm_raised"]
    assert fault(2, "occlusion") == [], "nobody has answered the first yet"
    ward.feed(Acknowledge(None, "nurse-a", None, "CORE_FAULT"), seconds(3))
    assert fault(4, "occlusion") == fault(4, "level_watch") == []
    assert fault(5, "liveness") == ["alarm_rearmed"]
    ward.feed(SystemState("core", ok=True, subject="bay-1"), seconds(6))
    assert fault(7, "liveness") == ["alarm_raised"]
