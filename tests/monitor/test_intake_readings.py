"""Device readings to inputs of a bed, one by one; what is left out is counted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.reading import (
    CuffProgress,
    CuffReading,
    DeviceStatus,
    Fault,
    FaultKind,
    OximeterReading,
    PlethChunk,
    Reading,
)
from config.instant import SECOND, Instant
from config.vocabulary import CuffError, CuffState, Flag, LinkState
from monitor.core.inputs import BatteryLevel, CuffActivity, CuffMeasurement, Input, LinkChange, OximeterSample
from monitor.intake import Intake

AT: Instant = 1_000 * SECOND
MOMENT = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
OX, CUFF = "ox-1", "cuff-1"


class Desk:
    """An intake and everything it handed on."""

    def __init__(self) -> None:
        self.inputs: list[tuple[Input, Instant]] = []
        self.waves: list[tuple[Any, ...]] = []
        self.intake = Intake(
            {OX: "bay-1", CUFF: "bay-2"},
            lambda item, at: self.inputs.append((item, at)),
            lambda *wave: self.waves.append(wave),
            lambda *value: None,
        )

    def reads(self, device: str, reading: Reading, at: Instant = AT) -> list[Input]:
        """The inputs of one reading, each stamped with its time of receipt."""
        before = len(self.inputs)
        self.intake.reading(device, reading, at)
        assert all(stamp == at for _, stamp in self.inputs[before:])
        return [item for item, _ in self.inputs[before:]]


LOW = frozenset({Flag.LOW_PERFUSION})


@pytest.mark.parametrize(
    ("device", "reading", "expected"),
    [
        (
            OX,
            OximeterReading(0, 97, 72, 4.1, LOW, seq=412, device_time=MOMENT),
            OximeterSample("bay-1", OX, 97, 72, LOW, 4.1, 412, int(MOMENT.timestamp()) * SECOND),
        ),
        (OX, OximeterReading(0, None, None), OximeterSample("bay-1", OX, None, None)),
        (
            CUFF,
            CuffReading(0, 128, 78, 95, 74, irregular=True, map_computed=True, seq=7),
            CuffMeasurement("bay-2", CUFF, 128, 78, 95, 74, None, irregular=True, map_computed=True, seq=7),
        ),
        (
            CUFF,
            CuffReading(0, None, None, None, error=CuffError.LEAK),
            CuffMeasurement("bay-2", CUFF, None, None, None, None, CuffError.LEAK),
        ),
        (CUFF, CuffProgress(0, CuffState.INFLATING, 143), CuffActivity("bay-2", CUFF, CuffState.INFLATING, 143)),
        (CUFF, DeviceStatus(0, battery=87), BatteryLevel("bay-2", CUFF, 87)),
    ],
    ids=["oximeter", "oximeter without values", "cuff", "failed cuff", "inflating", "battery"],
)
def test_a_reading_becomes_an_input_of_its_bed(device: str, reading: Reading, expected: Input) -> None:
    """Nothing is lost, nothing made up."""
    assert Desk().reads(device, reading) == [expected]


def test_pleth_is_drawn_from_its_first_sample_and_not_journaled() -> None:
    """A chunk arrives when its last sample has been taken."""
    desk = Desk()
    assert desk.reads(OX, PlethChunk(0, 75.0, (1, 2, None) * 25)) == []
    assert desk.waves == [("bay-1", OX, AT - SECOND, 75.0, (1, 2, None) * 25)]


def test_cuff_pressures_are_thinned_to_one_a_second_but_no_state_is_lost() -> None:
    """A change of state goes through at once; a result begins a new count."""
    desk, tenth = Desk(), SECOND // 10
    for number in range(20):
        desk.reads(CUFF, CuffProgress(0, CuffState.INFLATING, 10 * number), AT + number * tenth)
    assert [getattr(item, "pressure", None) for item, _ in desk.inputs] == [0, 100]
    assert desk.intake.stats.cuff_thinned == 18
    assert len(desk.reads(CUFF, CuffProgress(0, CuffState.DEFLATING, 190), AT + 20 * tenth)) == 1
    desk.reads(CUFF, CuffReading(0, 120, 80, 93), AT + 21 * tenth)
    assert len(desk.reads(CUFF, CuffProgress(0, CuffState.DEFLATING, 0), AT + 22 * tenth)) == 1


def test_a_device_that_says_it_is_offline_is_down_until_it_says_otherwise() -> None:
    """Once each, however often it is repeated (a retained last will)."""
    desk = Desk()
    down = LinkChange("bay-1", OX, LinkState.DOWN, "the device says it is offline")
    assert desk.reads(OX, DeviceStatus(0, online=False)) == [down]
    assert desk.reads(OX, DeviceStatus(0, online=False)) == []
    up = LinkChange("bay-1", OX, LinkState.UP, "the device says it is online")
    assert desk.reads(OX, DeviceStatus(0, online=True)) == [up]
    assert desk.reads(OX, DeviceStatus(0, online=True)) == []


@pytest.mark.parametrize("online", [True, False])
def test_of_a_status_the_link_comes_first_and_its_charge_after(online: bool) -> None:
    """A charge told with "offline" must not look like the word of a device that is there."""
    desk = Desk()
    desk.reads(OX, DeviceStatus(0, online=not online))
    found = desk.reads(OX, DeviceStatus(0, online=online, battery=87))
    assert found[-1] == BatteryLevel("bay-1", OX, 87)
    assert [type(item) for item in found] == ([LinkChange, BatteryLevel])


def test_a_device_that_speaks_is_not_offline_whatever_it_said() -> None:
    """The link comes up before the reading."""
    desk = Desk()
    desk.reads(OX, DeviceStatus(0, online=False))
    found = desk.reads(OX, OximeterReading(0, 97, 72))
    assert [type(item) for item in found] == [LinkChange, OximeterSample]
    assert len(desk.reads(OX, OximeterReading(0, 97, 72))) == 1


def test_a_lost_connection_forgets_what_the_device_said_about_itself() -> None:
    """The connection's own return is its next news."""
    desk = Desk()
    desk.reads(OX, DeviceStatus(0, online=False))
    desk.intake.link_down(OX, AT + SECOND, "plug pulled")
    desk.intake.link_up(OX, AT + 2 * SECOND)
    assert [item for item, _ in desk.inputs[1:]] == [
        LinkChange("bay-1", OX, LinkState.DOWN, "plug pulled"),
        LinkChange("bay-1", OX, LinkState.UP),
    ]
    assert desk.reads(OX, OximeterReading(0, 97, 72)) == [OximeterSample("bay-1", OX, 97, 72)]


def test_what_says_nothing_makes_no_input() -> None:
    """A status without content; noise, which the link counts and the core notices as silence."""
    desk = Desk()
    assert desk.reads(OX, DeviceStatus(0)) == []
    desk.intake.fault(OX, Fault(0, FaultKind.CHECKSUM, 5), AT)
    assert desk.inputs == []
