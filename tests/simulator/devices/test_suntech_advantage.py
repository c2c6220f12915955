"""The emulated SunTech module speaks as the document says."""

from __future__ import annotations

import pytest

from config.instant import MINUTE, SECOND
from config.vocabulary import CuffError
from simulator.cuff import Outcome
from simulator.devices.suntech_advantage import SunTechAdvantage, module_frame, result_data
from tests.simulator.devices.still_body import StillBody

START = bytes.fromhex("3A 20 A6")
STOP = bytes.fromhex("3A 79 01 00 4C")
GET_RESULT = bytes.fromhex("3A 79 03 00 4A")
GET_PRESSURE = bytes.fromhex("3A 79 05 00 48")
O, K = bytes.fromhex("3E 04 4F 6F"), bytes.fromhex("3E 04 4B 73")  # noqa: E741 - the module's letters
N = module_frame(b"N")


def ask(device: SunTechAdvantage, *words: bytes) -> bytes:
    device.receive(b"".join(words))
    return device.advance(0)


def test_printed_frames() -> None:
    assert module_frame(b"O") == O
    assert module_frame(b"K") == K
    assert module_frame((258).to_bytes(2, "little")) == bytes.fromhex("3E 05 02 01 BA")


def test_printed_result_but_for_the_test_codes() -> None:
    data = result_data(Outcome(115, 74, 88, 85))
    printed = bytes.fromhex("73 00 4A 00 1E 01 00 00 00 00 00 00 31 07 55 00 58 00 00 00 00")
    assert data[:12] + data[14:] == printed[:12] + printed[14:]


def test_silent_until_asked() -> None:
    device = SunTechAdvantage(StillBody())
    assert device.advance(10 * MINUTE) == b""
    assert ask(device, GET_PRESSURE) == module_frame(b"\0\0")


def test_start_k_result() -> None:
    device = SunTechAdvantage(StillBody())
    assert ask(device, START) == O
    assert ask(device, START) == N
    assert device.advance(MINUTE) == K
    assert ask(device, GET_RESULT) == module_frame(result_data(Outcome(128, 78, 95, 72)))
    assert ask(device, GET_RESULT) == module_frame(result_data(Outcome(128, 78, 95, 72)))


def test_no_start_on_a_cuff_that_is_not_empty() -> None:
    device = SunTechAdvantage(StillBody())
    device.press_start()
    device.advance(5 * SECOND)
    device.press_stop()
    assert ask(device, START) == N
    device.advance(5 * SECOND)
    assert ask(device, START) == O


def test_a_stop_is_accepted_and_leaves_an_error() -> None:
    device = SunTechAdvantage(StillBody())
    ask(device, START)
    device.advance(10 * SECOND)
    assert ask(device, STOP) == O
    assert not device.measuring
    assert ask(device, GET_RESULT) == module_frame(result_data(Outcome(error=CuffError.ABORTED)))


def test_the_target_is_stored() -> None:
    device = SunTechAdvantage(StillBody())
    assert ask(device, bytes.fromhex("3A 17 B4 00 FB")) == K
    ask(device, START)
    device.advance(6 * SECOND)
    assert ask(device, GET_PRESSURE) == module_frame(b"\xb4\0")


def test_a_neonates_start_goes_less_high() -> None:
    body = StillBody()
    body.show(systolic=70.0, diastolic=40.0, mean=50.0)
    device = SunTechAdvantage(body)
    assert ask(device, bytes.fromhex("3A 28 9E")) == O
    device.advance(6 * SECOND)
    assert ask(device, GET_PRESSURE) == module_frame(b"\x64\0")


@pytest.mark.parametrize("noise", [b"\x3a\x20\xa7", b"\x3a\x99", b"\x00\x01:", b"\x3a\x79\x01\x00\x00"])
def test_noise_is_passed_over(noise: bytes) -> None:
    device = SunTechAdvantage(StillBody())
    assert ask(device, noise + b"\x00" * 6) == b""
    assert not device.measuring
    for byte in GET_PRESSURE:
        device.receive(bytes((byte,)))
    assert device.advance(0) == module_frame(b"\0\0")


def test_service_commands_are_refused() -> None:
    assert ask(SunTechAdvantage(StillBody()), bytes.fromhex("3A 0C 00 01 01 B8")) == N
