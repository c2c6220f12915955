"""The Nonin DF13 emulator against pulse-oximeters, section 5."""

from __future__ import annotations

from datetime import UTC, datetime

from config.instant import SECOND
from simulator.devices.nonin import NoninDf13
from simulator.devices.nonin.spot_check import BATTERY_LOW, FROM_MEMORY, NOMS, SPA, encode_spot_check
from tests.simulator.devices.still_body import StillBody


def test_the_printed_messages() -> None:
    first, second = datetime(2026, 11, 22, 14, 30, 15, tzinfo=UTC), datetime(2026, 11, 22, 14, 31, tzinfo=UTC)
    assert encode_spot_check(first, SPA, 0, 72, 97) == bytes.fromhex("0002000D000E20261122143015000200004800617D03")
    assert encode_spot_check(second, NOMS, FROM_MEMORY | BATTERY_LOW, 511, 127) == bytes.fromhex(
        "0002000D000E2026112214310000011101FF007F4F03"
    )


def test_more_data_counts_in_length_and_sum() -> None:
    long = encode_spot_check(datetime(2026, 11, 22, tzinfo=UTC), SPA, 0, 72, 97, more=b"\x01\x02")
    assert len(long) == 24
    assert long[5] == 16
    assert long[-2] == sum(long[6:-2]) % 256


def test_one_message_a_minute_whatever_the_steps() -> None:
    at_once, stepwise = NoninDf13(StillBody()), NoninDf13(StillBody())
    stream = b"".join(stepwise.advance(step) for step in [SECOND, 8_999_999, 1, 110 * SECOND, 9 * SECOND])
    assert len(stream) == 2 * 22
    assert at_once.advance(129 * SECOND) == stream


def test_without_a_finger_it_gives_up_after_40_s() -> None:
    body = StillBody()
    body.show(finger_out=True, spo2=None, pulse_rate=None)
    device = NoninDf13(body)
    device.battery_low = True
    assert device.advance(39 * SECOND) == b""
    message = device.advance(SECOND)
    assert message[14:20] == bytes((NOMS, BATTERY_LOW, 0x01, 0xFF, 0x00, 0x7F))


def test_movement_is_no_smart_point() -> None:
    body = StillBody()
    body.show(motion=True)
    assert NoninDf13(body).advance(10 * SECOND)[14] == 0


def test_stored_spot_checks_come_first_with_older_times() -> None:
    stream = NoninDf13(StillBody(), stored=2).advance(10 * SECOND)
    messages = [stream[at : at + 22] for at in range(0, 66, 22)]
    assert [message[15] for message in messages] == [FROM_MEMORY, FROM_MEMORY, 0]
    assert [message[6:14] for message in messages] == sorted(message[6:14] for message in messages)
