"""Emulated Nonins that take commands, against pulse-oximeters, section 4a."""

from __future__ import annotations

import pytest

from config.instant import SECOND
from simulator.devices.nonin import SelectableNonin
from tests.simulator.devices.still_body import StillBody


def say(device: SelectableNonin, words: str) -> bytes:
    """The answer to a command."""
    device.receive(bytes.fromhex(words))
    return device.advance(0)


def test_a_9560_sends_spot_checks_until_it_is_told_another_format() -> None:
    device = SelectableNonin(StillBody())
    assert device.data_format == 0x0D
    assert say(device, "02 70 02 02 02 03") == b"\x06"
    assert device.advance(SECOND)[:2] == bytes.fromhex("0181")
    assert say(device, "02 70 02 02 07 03") == b"\x06"
    assert device.advance(SECOND)[0] == 0x81
    assert say(device, "02 70 02 02 08 03") == b"\x06"
    assert device.advance(SECOND) == bytes.fromhex("80486120")
    assert say(device, "02 70 02 02 0D 03") == b"\x06"
    assert device.data_format == 0x0D


def test_a_3150_wants_the_sum() -> None:
    device = SelectableNonin(StillBody(), 0x08, wrist=True)
    assert say(device, "02 70 04 02 02 00 78 03") == b"\x06"
    assert say(device, "02 70 04 02 07 21 9E 03") == b"\x06"
    assert device.data_format == 0x07
    assert say(device, "02 70 04 02 08 00 7D 03") == b"\x15"
    assert say(device, "02 70 02 02 08 03") == b"\x15"
    assert device.data_format == 0x07


@pytest.mark.parametrize("words", ["02 70 02 02 05 03", "02 70 02 03 02 03", "02 70 04 02 02 00 78 03"])
def test_what_a_9560_does_not_support(words: str) -> None:
    device = SelectableNonin(StillBody())
    assert say(device, words) == b"\x15"
    assert device.data_format == 0x0D


def test_after_five_seconds_it_does_not_answer_until_the_host_connects_anew() -> None:
    device = SelectableNonin(StillBody(), 0x08)
    device.advance(6 * SECOND)
    assert say(device, "02 70 02 02 02 03") == b""
    assert device.data_format == 0x08
    device.connect()
    assert say(device, "02 70 02 02 02 03") == b"\x06"


def test_the_clock_is_set_and_read() -> None:
    """Setting has no answer; a time that does not exist is not taken."""
    device = SelectableNonin(StillBody(), 0x08)
    assert say(device, "02 72 06 1A 0B 16 0E 1E 0F 03") == b""
    device.advance(2 * SECOND)
    assert say(device, "02 72 00 03") == bytes.fromhex("02 F2 06 1A 0B 16 0E 1E 11 03")
    assert say(device, "02 72 06 1A 0D 16 0E 1E 0F 03") == b""
    assert say(device, "02 72 00 03") == bytes.fromhex("02 F2 06 1A 0B 16 0E 1E 11 03")


def test_the_serial_number() -> None:
    device = SelectableNonin(StillBody(), serial_number="555666777")
    assert say(device, "02 74 02 02 02 03") == b"\x02\xf4\x0a\x02" + b"555666777" + b"\x03"


@pytest.mark.parametrize("words", ["02 99 00 03", "02 72 01 00 03", "02 74 02 02 01 03"])
def test_what_is_no_command_has_no_answer(words: str) -> None:
    assert say(SelectableNonin(StillBody()), words) == b""


def test_commands_arrive_cut_anywhere_and_between_garbage() -> None:
    """A head without an end costs itself alone."""
    device = SelectableNonin(StillBody())
    for byte in bytes.fromhex("00 02 FF FF 02 70 02 02 02 04 02 99 00 03 02 70 02 02 02 03"):
        device.receive(bytes((byte,)))
    assert device.advance(0) == b"\x06"
    assert device.data_format == 0x02
