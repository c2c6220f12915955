"""The emulated A&D cuff speaks as the document says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.instant import MINUTE, SECOND
from config.vocabulary import CuffError
from simulator.cuff import Outcome
from simulator.devices.and_tm265x import AndTm265x, framed, record
from tests.simulator.devices.still_body import StillBody

START = bytes.fromhex("16 16 01 30 30 02 53 54 03 07")
STOP = bytes.fromhex("16 16 01 30 30 02 53 50 03 03")
ACK = bytes.fromhex("16 16 01 30 30 06")


def ask(device: AndTm265x, words: bytes) -> bytes:
    device.receive(words)
    return device.advance(0)


def test_printed_frames() -> None:
    assert (framed(b"ST"), framed(b"SP")) == (START, STOP)


def test_real_values() -> None:
    text = record(Outcome(116, 60, 86, 89), datetime(2026, 6, 4, 15, 32, tzinfo=UTC))
    fields = text[6:-2].split(b"\x1e")
    assert fields[:2] == [b"TM2655", b"2606041532"]
    assert fields[4:9] == [b"E00", b"S116", b"M 86", b"D 60", b"P 89"]


def test_acknowledged_then_one_record() -> None:
    device = AndTm265x(StillBody())
    assert device.advance(10 * MINUTE) == b""
    assert ask(device, START) == ACK
    assert ask(device, START) == b""
    said = device.advance(2 * MINUTE)
    assert said.count(b"TM2655") == 1
    assert b"\x1eE00\x1eS128\x1eM 95\x1eD 78\x1eP 72\x1e" in said
    assert b"2601010810" in said


def test_its_own_button_pushes_the_same_record() -> None:
    device = AndTm265x(StillBody())
    device.press_start()
    assert b"S128" in device.advance(2 * MINUTE)


def test_a_stopped_measurement_gives_none() -> None:
    device = AndTm265x(StillBody())
    ask(device, START)
    device.advance(5 * SECOND)
    assert ask(device, STOP) == ACK
    assert not device.measuring
    assert device.advance(2 * MINUTE) == b""
    device.press_start()
    device.press_stop()
    assert not device.measuring


@pytest.mark.parametrize("error", [error for error in CuffError if error is not CuffError.ABORTED])
def test_a_failure_has_a_code_and_no_values(error: CuffError) -> None:
    fields = record(Outcome(error=error), datetime(2026, 3, 14, 9, 26, tzinfo=UTC))[6:-2].split(b"\x1e")
    assert fields[4] != b"E00"
    assert fields[5:] == [b"S   ", b"M   ", b"D   ", b"P   ", b"I   ", b"L   "]


def test_damage_is_not_obeyed() -> None:
    device = AndTm265x(StillBody(), baud=9600)
    assert ask(device, START[:-1] + b"\x08" + b"\x16\x16" + START) == ACK
    assert (device.rejected, device.baud) == (1, 9600)
