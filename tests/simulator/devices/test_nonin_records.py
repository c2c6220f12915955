"""The Nonin DF1 and DF8 emulators against pulse-oximeters, sections 1 and 4."""

from __future__ import annotations

from typing import Any

import pytest

from config.instant import SECOND
from simulator.devices.nonin import NoninDf1, NoninDf8
from simulator.devices.nonin.records import ARTF, LPRF, MPRF, OOT, SNSD, encode_record
from tests.simulator.devices.still_body import StillBody

NONE: dict[str, Any] = {"spo2": None, "pulse_rate": None}


@pytest.mark.parametrize(
    ("fields", "printed"),
    [
        ((0, 72, 97), "804861"),
        ((MPRF, 200, 93), "89485D"),
        ((OOT, 511, 127), "A37F7F"),
        ((SNSD | OOT, 511, 127), "E37F7F"),
        ((0, 72, 97, 0x20), "80486120"),
        ((LPRF | ARTF, 201, 88, 0x00), "95495800"),
        ((OOT, 511, 127, 0x08), "A37F7F08"),
        ((0, 64, 99, 0x01), "80406301"),
    ],
)
def test_the_printed_records(fields: tuple[int, ...], printed: str) -> None:
    assert encode_record(*fields) == bytes.fromhex(printed)


@pytest.mark.parametrize(("device", "length"), [(NoninDf1, 3), (NoninDf8, 4)])
def test_one_record_a_second_whatever_the_steps(device: type[NoninDf1 | NoninDf8], length: int) -> None:
    at_once, stepwise = device(StillBody()), device(StillBody())
    stream = b"".join(stepwise.advance(step) for step in [1, 999_999, 333_333, 10 * SECOND - 333_333])
    assert len(stream) == 11 * length
    assert at_once.advance(11 * SECOND) == stream
    assert at_once.advance(SECOND // 2) == b""


def test_format_1_has_no_value_at_once() -> None:
    """Out of track without a finger or a pulse, and the sensor bit when it is unplugged."""
    body = StillBody()
    device = NoninDf1(body)
    assert device.advance(SECOND) == bytes.fromhex("804861")
    body.show(finger_out=True, **NONE)
    assert device.advance(SECOND) == bytes.fromhex("A37F7F")
    body.show(sensor_off=True)
    assert device.advance(SECOND) == bytes.fromhex("E37F7F")


def test_format_8_holds_the_display_for_10_s() -> None:
    body = StillBody()
    device = NoninDf8(body)
    device.advance(3 * SECOND)
    body.show(finger_out=True, **NONE)
    held = [device.advance(SECOND) for _ in range(12)]
    assert held == [bytes.fromhex("A0486108")] * 10 + [bytes.fromhex("A37F7F08")] * 2


def test_the_remarks() -> None:
    """Quality, movement, weak and very weak perfusion, battery low and critical."""
    body = StillBody()
    device = NoninDf8(body)
    assert device.advance(SECOND) == bytes.fromhex("80486120")
    body.show(motion=True)
    assert device.advance(SECOND) == bytes.fromhex("84486100")
    body.show(motion=False, perfusion_index=0.4)
    assert device.advance(SECOND)[0] == 0x88
    body.show(low_perfusion=True)
    assert device.advance(SECOND)[0] == 0x90
    device.battery_low = device.battery_critical = True
    assert device.advance(SECOND)[3] == 0x03


@pytest.mark.parametrize(("rate", "shown"), [(17.0, 511), (18.0, 18), (321.0, 321), (322.0, 511)])
def test_rates_beyond_what_it_measures_are_not_shown(rate: float, shown: int) -> None:
    body = StillBody()
    body.show(pulse_rate=rate)
    record = NoninDf1(body).advance(SECOND)
    assert (record[0] & 0x03) << 7 | record[1] == shown
