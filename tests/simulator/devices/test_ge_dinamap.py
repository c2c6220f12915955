"""The emulated DINAMAP speaks as the document says."""

from __future__ import annotations

import pytest

from config.instant import MINUTE, SECOND
from config.vocabulary import CuffError
from simulator.devices.ge_dinamap import GeDinamap, with_check
from tests.simulator.devices.still_body import StillBody

NA, START, STOP = b" NA!2\r", b" NC0!E\r", b" ND!5\r"


def ask(device: GeDinamap, words: bytes) -> str:
    device.receive(words)
    return device.advance(0).decode("ascii")


@pytest.mark.parametrize("printed", [" NC0!E", " ND!5", " NA!2", " RC!8", " RA!6", " OA!3", " NA1000012118076090&&"])
def test_printed_strings(printed: str) -> None:
    assert with_check(printed[:-2]) == printed


def test_silent_until_asked() -> None:
    device = GeDinamap(StillBody())
    assert device.advance(10 * MINUTE) == b""
    assert ask(device, NA).startswith(" NA0")


def test_a_result_and_its_age() -> None:
    device = GeDinamap(StillBody())
    assert ask(device, START) == ""
    device.advance(SECOND)
    assert ask(device, NA).startswith(" NA2")
    device.advance(MINUTE)
    first, second = ask(device, NA), ask(device, NA + NA)
    assert first[:4] == " NA1"
    assert first[10:19] == "128078095"
    assert second == first * 2
    age = int(first[6:10])
    device.advance(12 * SECOND)
    assert int(ask(device, NA)[6:10]) == age + 12
    device.advance(10_000 * SECOND)
    assert ask(device, NA)[6:10] == "9999"


def test_a_cancelled_measurement_leaves_the_old_result() -> None:
    device = GeDinamap(StillBody())
    device.press_start()
    device.advance(2 * MINUTE)
    device.receive(START)
    device.advance(5 * SECOND)
    assert device.measuring
    assert ask(device, STOP + NA)[:4] == " NA1"
    assert not device.measuring


def test_a_failure() -> None:
    body = StillBody()
    body.show(systolic=None, diastolic=None, mean=None, cuff_error=CuffError.LEAK)
    device = GeDinamap(body)
    device.receive(START)
    device.advance(MINUTE)
    assert ask(device, NA).startswith(" NA3")


def test_rates_and_saturation() -> None:
    body = StillBody()
    device = GeDinamap(body)
    assert ask(device, b" RC!8\r\n RA!6\r\n OA!3\r\n").split("\r")[:3] == [
        with_check(" RC0072"),
        with_check(" RA20072"),
        with_check(" OA1097"),
    ]
    body.show(spo2=None, pulse_rate=None)
    assert ask(device, b" RA!6\r OA!3\r") == f"{with_check(' RA00000')}\r{with_check(' OA0000')}\r"


def test_wrong_checks_and_noise_inflate_nothing() -> None:
    device = GeDinamap(StillBody())
    device.receive(b" NC0!F\r NC!4\r" + bytes(range(256)) + b"x" * 500 + b"\r")
    device.press_stop()
    assert (device.rejected, device.measuring) == (4, False)
