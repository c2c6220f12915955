"""What people entered, as whoever takes the bed over reads it."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from config.instant import SECOND, seconds, to_rfc3339
from monitor.core.lines.reader import read_input
from monitor.station import wire
from monitor.station.entries import entry
from tests.support.return_story import END, ReturnStory
from tests.support.station import START, StationKit


def enter(command: str, **fields: Any) -> wire.Entry:
    """What a nurse enters 101 s after the end of the infusion."""
    story = ReturnStory().end().run(END + 100)
    line = {"t": END + 101, "bed": story.name, "input": "command", "command": command, "by": "nurse-a", **fields}
    events = story.ward.feed(read_input(line, story.origin), story.origin + seconds(END + 101))
    found = [entry(number, event.at, event.kind.value, event.data) for number, event in enumerate(events)]
    (told,) = [one for one in found if one is not None]
    return told


@pytest.mark.parametrize(
    ("command", "fields", "expected"),
    [
        ("record_event", {"kind": "medication", "text": "ondansetron 4 mg"}, ("happening", "medication", {})),
        ("record_reading", {"values": {"moaas": 4, "resp_rate": 14}}, ("values", "", {"moaas": 4, "resp_rate": 14})),
        (
            "set_limit",
            {"alarm": "SPO2_LOW", "low": 88},
            ("limit", "SpO2 low", {"side": "low", "from": 90, "to": 88}),
        ),
        ("set_limbs", {"probe_limb": "left"}, ("limbs", "", {"probe_limb": "left"})),
        ("add_identifier", {"identifier": "MRN-7"}, ("session", "identifier", {"identifier": "MRN-7"})),
        ("audio_pause", {"scope": "bed"}, ("alarms", "AUDIO_PAUSED", {"from": "ON"})),
        (
            "alarm_off",
            {"alarm": "PR_LOW", "reason": "athlete", "role": "prescriber"},
            ("alarms", "ALARM_OFF", {"from": "ON", "alarm": "Pulse low"}),
        ),
    ],
)
def test_each_kind_of_entry_says_what_by_whom_and_when(
    command: str, fields: dict[str, Any], expected: tuple[str, str, dict[str, Any]]
) -> None:
    found = enter(command, **fields)
    assert (found.kind, found.what, found.details) == expected
    assert found.by == "nurse-a"
    assert found.text == fields.get("text", fields.get("reason"))


def test_an_entry_of_earlier_has_both_times() -> None:
    found = enter("record_event", kind="nausea", at=END + 40)
    assert found.entered_at > found.at


def test_a_second_signature_and_a_prescriber_who_decided_are_named() -> None:
    data = {"alarm": "SPO2_LOW", "side": "low", "from": 90, "to": 84, "by": "nurse-a", "second_by": "nurse-b"}
    found = entry(1, START, "limit_changed", data)
    assert found is not None
    assert (found.by, found.second_by) == ("nurse-a", "nurse-b")
    started = {
        "from": "PRE",
        "to": "INFUSING",
        "by": "nurse-a",
        "override_by": "dr-p",
        "reason": "short",
        "dose_mg": 35,
    }
    found = entry(2, START, "phase_changed", started)
    assert found is not None
    assert (found.second_by, found.named_by) == (None, "dr-p")
    assert (found.text, found.details) == ("short", {"dose_mg": 35})
    found = entry(3, START, "phase_changed", started | {"override_signed": True})
    assert found is not None
    assert (found.second_by, found.named_by) == ("dr-p", None)


def test_what_a_rule_did_is_no_entry() -> None:
    ended = {"scope": "bed", "from": "AUDIO_PAUSED", "to": "ON", "reason": "expired"}
    assert entry(1, START, "inactivation_changed", ended) is None
    assert entry(1, START, "alarm_raised", {"by": None}) is None


def test_the_entries_of_a_bed_are_asked_for_over_http(nurse: TestClient, kit: StationKit) -> None:
    told = entry(7, START + SECOND, "event_recorded", {"kind": "nausea", "text": None, "by": "nurse-a", "at": START})
    assert told is not None
    kit.history.entered = [told]
    (found,) = nurse.get("/api/v1/beds/bay-1/entries").json()["entries"]
    assert (found["what"], found["by"], found["at"]) == ("nausea", "nurse-a", to_rfc3339(START))
    assert nurse.get("/api/v1/beds/bay-9/entries").status_code == 404


def test_nobody_signed_in_reads_no_entries(client: TestClient) -> None:
    assert client.get("/api/v1/beds/bay-1/entries").status_code == 401
