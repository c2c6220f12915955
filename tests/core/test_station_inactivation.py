"""Inactivation of the station's sound, row by row of alarm-system 4.2; several beds under one clock."""

from __future__ import annotations

from typing import Any

import pytest

from config.instant import seconds
from monitor.core.bed import Setup
from monitor.core.events import to_line
from monitor.core.inputs import Command, SystemState
from monitor.core.lines.reader import read_input
from monitor.core.lines.writer import write_input
from monitor.core.ward import Ward
from tests.support.ward import Line, shipped_rules


class TwoBeds:
    """Inputs as lines; `lines` collects what came of them."""

    def __init__(self) -> None:
        self.ward = Ward(shipped_rules(), 0, adopt=lambda bed: Setup(bed, shipped_rules()))
        self.lines: list[Line] = []

    def put(self, t: float, kind: str, /, bed: str | None = "bay-1", **fields: Any) -> list[Line]:
        line = {"t": t, "bed": bed, "input": kind, **fields}
        found = [to_line(event) for event in self.ward.feed(read_input(line), seconds(t))]
        self.lines += found
        return found

    def command(self, t: float, name: str, /, bed: str | None = "bay-1", **fields: Any) -> list[Line]:
        return self.put(t, "command", bed, command=name, **({"by": "nurse-a"} | fields))

    def open(self, t: float, bed: str) -> None:
        self.put(t, "open_session", bed, patient="P-1", by="nurse-a")

    def start(self, t: float, bed: str) -> None:
        self.command(t, "start_infusion", bed, override_by="dr-x", reason="no baseline here")

    def desaturate(self, start: int, end: int, bed: str) -> None:
        for t in range(start, end):
            self.put(t, "spo2", bed, device=f"ox-{bed}", spo2=80, pulse_rate=72, flags=[])

    def changes(self) -> list[tuple[float, str | None, str, str, str | None]]:
        return [
            (line["t"], line["bed"], line["from"], line["to"], line.get("reason"))
            for line in self.lines
            if line["event"] == "inactivation_changed"
        ]


def test_4_2_audio_paused_at_the_station_ends_by_its_timer_after_120_s() -> None:
    ward = TwoBeds()
    (begun,) = ward.command(10, "audio_pause", scope="station", role="nurse")
    assert begun == {
        "t": 10,
        "bed": None,
        "event": "inactivation_changed",
        "scope": "station",
        "from": "ON",
        "to": "AUDIO_PAUSED",
        "by": "nurse-a",
        "role": "nurse",
        "until": 130,
    }
    ward.put(500, "tick")
    assert ward.changes()[1] == (130, None, "AUDIO_PAUSED", "ON", "timer")


def test_4_2_audio_paused_at_the_station_ends_with_a_new_high_on_any_bed() -> None:
    ward = TwoBeds()
    ward.open(0, "bay-1")
    ward.open(0, "bay-2")
    ward.command(10, "audio_pause", scope="station")
    ward.desaturate(11, 20, "bay-2")
    assert ward.changes()[-1] == (16, None, "AUDIO_PAUSED", "ON", "new_high")


def test_4_2_audio_paused_at_the_station_ends_with_a_new_high_of_the_service() -> None:
    ward = TwoBeds()
    ward.command(10, "audio_pause", scope="station")
    ward.ward.feed(SystemState("core", ok=False, subject="bay-1"), seconds(20))
    assert ward.ward.audio.now is None


def test_4_2_audio_paused_on_a_bed_is_that_beds_alone() -> None:
    ward = TwoBeds()
    ward.open(0, "bay-1")
    ward.open(0, "bay-2")
    ward.command(10, "audio_pause", bed="bay-1")
    ward.desaturate(11, 20, "bay-2")
    assert ward.changes() == [(10, "bay-1", "ON", "AUDIO_PAUSED", None)]


def test_4_2_audio_off_lasts_until_somebody_switches_it_on() -> None:
    ward = TwoBeds()
    ward.command(10, "audio_off", by="lead-a", role="lead")
    ward.put(9000, "tick")
    ended = ward.command(9001, "resume_alarms", scope="station", by="nurse-b")
    assert [line["event"] for line in ended] == ["inactivation_changed"]
    assert (ended[0]["from"], ended[0]["to"], ended[0]["by"]) == ("AUDIO_OFF", "ON", "nurse-b")


def test_4_2_audio_off_reminds_every_60_s() -> None:
    ward = TwoBeds()
    ward.command(10, "audio_off", role="lead")
    ward.put(200, "tick")
    assert [line["t"] for line in ward.lines if line["event"] == "inactivation_reminder"] == [70, 130, 190]


@pytest.mark.parametrize("role", ["nurse", "prescriber", "viewer"])
def test_4_2_audio_off_is_for_the_lead(role: str) -> None:
    assert TwoBeds().command(10, "audio_off", role=role)[0]["reason"] == "role_not_allowed"


def test_4_2_audio_off_is_not_available_while_any_bed_is_infusing() -> None:
    ward = TwoBeds()
    ward.open(0, "bay-2")
    ward.start(1, "bay-2")
    assert ward.command(10, "audio_off", role="lead", bed="bay-1")[0]["reason"] == "bed_infusing"


def test_4_2_audio_off_ends_with_the_next_session_start() -> None:
    ward = TwoBeds()
    ward.command(10, "audio_off", role="lead")
    ward.open(100, "bay-2")
    assert ward.changes()[-1] == (100, None, "AUDIO_OFF", "ON", "session_start")


def test_4_2_audio_off_ends_when_an_open_session_begins_to_infuse() -> None:
    ward = TwoBeds()
    ward.open(0, "bay-2")
    ward.command(10, "audio_off", role="lead")
    ward.start(50, "bay-2")
    assert ward.changes()[-1] == (50, None, "AUDIO_OFF", "ON", "session_start")


def test_4_2_audio_off_takes_the_place_of_a_pause_and_no_pause_that_of_audio_off() -> None:
    ward = TwoBeds()
    ward.command(10, "audio_pause", scope="station")
    ward.command(20, "audio_off", role="lead")
    assert ward.changes()[-1] == (20, None, "AUDIO_PAUSED", "AUDIO_OFF", None)
    assert ward.command(30, "audio_pause", scope="station")[0]["reason"] == "already_off"
    ward.put(400, "tick")
    assert ward.changes()[-1][0] == 20


@pytest.mark.parametrize(
    ("name", "fields", "reason"),
    [
        ("audio_pause", {"scope": "station", "role": "viewer"}, "role_not_allowed"),
        ("resume_alarms", {"scope": "station"}, "nothing_inactivated"),
        ("alarm_pause", {"scope": "station"}, "unknown_scope"),
    ],
)
def test_4_2_what_the_station_cannot_do_is_refused(name: str, fields: dict[str, Any], reason: str) -> None:
    ward = TwoBeds()
    command = Command(None, name, by="nurse-a", fields=fields, role=fields.pop("role", None))
    (event,) = ward.ward.feed(command, seconds(1))
    assert (event.bed, event.data["reason"]) == (None, reason)


def test_a_pause_cannot_be_lengthened_at_the_station_either() -> None:
    ward = TwoBeds()
    ward.command(10, "audio_pause", scope="station")
    assert ward.command(100, "audio_pause", scope="station")[0]["reason"] == "already_paused"


def test_a_command_for_the_station_is_written_down_without_a_bed_and_read_again() -> None:
    item = Command(None, "audio_off", by="lead-a", fields={"scope": "station"}, role="lead")
    assert read_input(write_input(item, 0)) == item


def test_4_2_the_station_s_sound_line_by_line() -> None:
    """Paused, off, remembered, on again: who, in which role, why, until when."""
    ward = TwoBeds()
    known = {"bed": None, "event": "inactivation_changed", "scope": "station"}
    assert ward.command(10, "audio_pause", scope="station", role="nurse", reason="visitors") == [
        known
        | {"t": 10, "from": "ON", "to": "AUDIO_PAUSED", "by": "nurse-a", "role": "nurse", "reason": "visitors"}
        | {"until": 130}
    ]
    assert ward.command(20, "audio_off", by="lead-a", role="lead", reason="night") == [
        known | {"t": 20, "from": "AUDIO_PAUSED", "to": "AUDIO_OFF", "by": "lead-a", "role": "lead", "reason": "night"}
    ]
    assert ward.put(80, "tick") == [
        {"t": 80, "bed": None, "event": "inactivation_reminder", "scope": "station", "state": "AUDIO_OFF"}
        | {"by": "lead-a", "since": 20}
    ]
    assert ward.command(90, "resume_alarms", scope="station", by="nurse-b", reason="morning") == [
        known | {"t": 90, "from": "AUDIO_OFF", "to": "ON", "since": 20, "by": "nurse-b", "reason": "morning"}
    ]


@pytest.mark.parametrize(
    ("command", "fields", "reason"),
    [
        ("audio_pause", {"scope": "station", "role": "viewer"}, "role_not_allowed"),
        ("audio_pause", {"scope": "station"}, "already_paused"),
        ("audio_off", {"role": "nurse"}, "role_not_allowed"),
        ("resume_alarms", {"scope": "station", "state": "AUDIO_OFF"}, "nothing_inactivated"),
    ],
)
def test_4_2_a_refusal_at_the_station_says_what_was_asked_by_whom_and_why_not(
    command: str, fields: dict[str, Any], reason: str
) -> None:
    ward = TwoBeds()
    ward.command(10, "audio_pause", scope="station")
    refused = {"t": 11, "bed": None, "event": "command_refused", "command": command, "reason": reason}
    assert ward.command(11, command, by="nurse-b", **fields) == [refused | {"by": "nurse-b"}]
    assert ward.ward.audio.now is not None
    assert ward.ward.audio.now.until == seconds(130)


def test_4_2_audio_off_twice_is_refused_and_reminds_in_its_first_rhythm() -> None:
    ward = TwoBeds()
    ward.command(10, "audio_off", role="lead")
    assert ward.command(30, "audio_off", role="lead")[0]["reason"] == "already_off"
    ward.put(131, "tick")
    assert [line["t"] for line in ward.lines if line["event"] == "inactivation_reminder"] == [70, 130]
