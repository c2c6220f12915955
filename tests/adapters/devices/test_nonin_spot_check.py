"""Nonin data format 13: the document's own messages, history, and the length field."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adapters.devices.nonin.spot_check import Df13Decoder
from adapters.reading import DeviceStatus, Fault, FaultKind, OximeterReading, Reading
from config.vocabulary import Flag

CHECKED = bytes.fromhex("00 02 00 0D 00 0E 20 26 11 22 14 30 15 00 02 00 00 48 00 61 7D 03")
REMEMBERED = bytes.fromhex("00 02 00 0D 00 0E 20 26 11 22 14 31 00 00 01 11 01 FF 00 7F 4F 03")
"""The two messages printed in pulse-oximeters, section 5."""

MEASURED = OximeterReading(0, 97, 72, device_time=datetime(2026, 11, 22, 14, 30, 15, tzinfo=UTC))


def message(change: dict[int, int] | None = None, more: bytes = b"") -> bytes:
    """The printed spot check with bytes of its data changed or added."""
    data = bytearray(CHECKED[6:-2])
    for position, value in (change or {}).items():
        data[position] = value
    data += more
    return CHECKED[:4] + len(data).to_bytes(2, "big") + data + bytes((sum(data) % 256, 0x03))


def decode(data: bytes) -> list[Reading | Fault]:
    decoder = Df13Decoder()
    return [*decoder.feed(data), *decoder.finish()]


def test_the_printed_spot_check() -> None:
    assert decode(CHECKED) == [MEASURED]


def test_what_comes_from_memory_is_history() -> None:
    """No value and no remark of it reaches the bed, whatever it says; it proves that the device speaks."""
    assert decode(REMEMBERED) == [DeviceStatus(0, online=True)]
    assert decode(message({9: 0x10})) == [DeviceStatus(0, online=True)]


@pytest.mark.parametrize(
    ("change", "spo2", "rate", "flags"),
    [
        ({8: 0x00}, 97, 72, set()),
        ({8: 0x03}, None, None, set()),
        ({13: 0x7F}, None, 72, set()),
        ({10: 0x01, 11: 0xFF}, 97, None, set()),
        ({10: 0x01, 11: 0x2C}, 97, 300, set()),
        ({10: 0xFE, 13: 0xE1}, 97, 72, set()),
        ({9: 0x01}, 97, 72, {Flag.BATTERY_LOW}),
    ],
    ids=["no SPA", "NOMS", "no SpO2", "no rate", "300 /min", "reserved bits", "battery"],
)
def test_fields(change: dict[int, int], spo2: float | None, rate: float | None, flags: set[Flag]) -> None:
    """SPA is no condition; NOMS is one, even beside digits."""
    (reading,) = decode(message(change))
    assert isinstance(reading, OximeterReading)
    assert (reading.spo2, reading.pulse_rate, reading.flags) == (spo2, rate, flags)


def test_hundredths_of_the_clock() -> None:
    (reading,) = decode(message({7: 0x99}))
    assert isinstance(reading, OximeterReading)
    assert reading.device_time == datetime(2026, 11, 22, 14, 30, 15, 990_000, tzinfo=UTC)


@pytest.mark.parametrize("change", [{2: 0x13}, {4: 0x2A}, {0: 0x00, 1: 0x00}])
def test_a_clock_that_was_never_set_costs_only_the_time(change: dict[int, int]) -> None:
    (reading,) = decode(message(change))
    assert reading == OximeterReading(0, 97, 72)


@pytest.mark.parametrize("more", [b"\x00", bytes.fromhex("00 02 00 0D 00 0E"), bytes(50)])
def test_more_data_of_newer_devices_is_passed_over(more: bytes) -> None:
    long = message(more=more)
    assert [item.offset for item in decode(long + CHECKED)] == [0, len(long)]
    assert not [item for item in decode(long + CHECKED) if isinstance(item, Fault)]


@pytest.mark.parametrize(
    ("spoilt", "kind"),
    [
        (CHECKED[:-2] + b"\x7e\x03", FaultKind.CHECKSUM),
        (CHECKED[:-1] + b"\x04", FaultKind.FRAMING),
        (message(more=bytes(51)), FaultKind.MALFORMED),
        (CHECKED[:5] + b"\x0d" + CHECKED[7:], FaultKind.MALFORMED),
        (b"\x00\x02\x00\x0c" + CHECKED[4:], FaultKind.GARBAGE),
    ],
    ids=["sum", "end", "too long", "too short", "another type"],
)
def test_a_spoilt_message_is_one_fault_and_costs_no_other(spoilt: bytes, kind: FaultKind) -> None:
    fault, reading = decode(spoilt + CHECKED)
    assert isinstance(fault, Fault)
    assert (fault.offset, fault.kind, fault.discarded, reading.offset) == (0, kind, len(spoilt), len(spoilt))


def test_a_spoilt_length_holds_the_next_message_back_no_longer_than_needed() -> None:
    """Thirty bytes of data are asked for; the next message alone decides that they are none."""
    decoder = Df13Decoder()
    assert decoder.feed(CHECKED[:5] + b"\x1e" + CHECKED[6:]) == []
    assert [item.offset for item in decoder.feed(CHECKED)] == [0, 22]


def test_a_message_goes_out_with_its_last_byte() -> None:
    decoder = Df13Decoder()
    assert decoder.feed(CHECKED[:-1]) == []
    assert decoder.feed(CHECKED[-1:]) == [MEASURED]


def test_an_answer_between_messages_is_no_noise_but_many_are() -> None:
    assert [item.offset for item in decode(b"\x06" + CHECKED + b"\x15" + CHECKED)] == [1, 24]
    assert decode(b"\x06" * 6)[0] == Fault(4, FaultKind.GARBAGE, 2)
