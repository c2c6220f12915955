"""STORAGE, PAGER_FAIL, ID_CONFLICT and CORE_FAULT: the service's own alarms (alarm-system 3.2; rulings 2.1)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.ward import Line, Story


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


def test_a_system_without_a_rule_raises_nothing() -> None:
    story = Story()
    assert system(story, 0, "clock", ok=False) == []
    assert system(story, 0, "station", ok=False) == []


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
