"""Nonin data format 7: the document's own frames, sync without a start byte, and answers between frames."""

from __future__ import annotations

import pytest

from adapters.devices.nonin.control import mask_serial_numbers
from adapters.devices.nonin.frames import Df7Decoder
from adapters.reading import Fault, FaultKind, OximeterReading, PlethChunk, Reading
from config.vocabulary import Flag

PRINTED = {
    "frame 1": "81 81 23 00 25",
    "HR LSB 72": "80 81 50 48 99",
    "SpO2 97, green": "82 81 7E 61 E2",
    "finger removed, frame 1": "89 00 00 03 8C",
}
"""Every frame printed in pulse-oximeters, section 3."""


def frame(status: int = 0x80, pleth: int = 0x1234, value: int = 0) -> bytes:
    body = bytes([status, pleth >> 8, pleth & 0xFF, value])
    return body + bytes([sum(body) % 256])


def packet(**frames: str) -> bytes:
    """Twenty-five frames, SYNC on the first; `f9="80 …"` puts a printed frame in the place of frame 9."""
    plain = [frame(0x81 if number == 1 else 0x80) for number in range(1, 26)]
    for place, printed in frames.items():
        plain[int(place[1:]) - 1] = bytes.fromhex(printed)
    return b"".join(plain)


def decode(data: bytes) -> list[Reading | Fault]:
    decoder = Df7Decoder()
    return [*decoder.feed(data), *decoder.finish()]


def numerics(data: bytes) -> list[OximeterReading]:
    return [item for item in decode(data) if isinstance(item, OximeterReading)]


@pytest.mark.parametrize("printed", PRINTED.values(), ids=PRINTED.keys())
def test_every_printed_frame_is_good(printed: str) -> None:
    """Five of them make a link, and the stream ends without anything wrong but the missing packet."""
    faults = [item for item in decode(bytes.fromhex(printed) * 5) if isinstance(item, Fault)]
    assert {fault.kind for fault in faults} == {FaultKind.INCOMPLETE}
    assert sum(fault.discarded for fault in faults) == 25


def test_printed_fields_in_a_packet() -> None:
    """Frame 1 as printed gives pleth 33059; the displayed fields carry HR 72 and SpO2 97."""
    data = packet(f1="81 81 23 00 25", f9="82 81 7E 61 E2", f21="80 81 50 48 99")
    reading, pleth, *_ = decode(data + packet())
    assert reading == OximeterReading(0, 97.0, 72.0)
    assert isinstance(pleth, PlethChunk)
    assert (pleth.samples[0], pleth.samples[8], pleth.samples[20]) == (33059, 0x817E, 0x8150)


def test_a_removed_finger_takes_the_held_values_away() -> None:
    """SNSA in frame 1 while the display still says 97 and 72."""
    (reading,) = numerics(packet(f1="89 00 00 03 8C", f9="82 81 7E 61 E2", f21="80 81 50 48 99"))
    assert (reading.spo2, reading.pulse_rate, reading.flags) == (None, None, {Flag.NO_FINGER})


def test_four_good_frames_in_noise_are_noise() -> None:
    """A wrong offset passes one frame with a chance of 1/512; five in a row make the link good."""
    assert decode(frame(0x81) * 4 + b"\x00" * 5)[0] == Fault(
        0, FaultKind.FRAMING, 25, "fewer than 5 good frames in a row"
    )


def test_numbers_wait_for_sync_exactly_25_frames_apart() -> None:
    assert numerics(packet()[:-5] + packet()[:5]) == []
    assert numerics(packet() + frame() + packet()[:5]) == []
    assert [reading.offset for reading in numerics(packet() + packet()[:5])] == [0]


def test_one_byte_is_dropped_not_five() -> None:
    """A stray byte with bit 7 set costs itself and no frame."""
    assert [reading.offset for reading in numerics(b"\x80" + packet() + packet())] == [1, 126]


def test_answers_at_the_edge_of_a_frame_are_no_noise() -> None:
    """ACK, NAK and the answer to "get time"; inside a frame the same bytes are data."""
    time = bytes.fromhex("02 F2 06 1A 0B 16 0E 1E 0F 03")
    data = b"\x06" + packet()[:50] + time + b"\x15" + packet()[50:] + packet(f4="80 06 15 02 9D")
    assert [item.offset for item in decode(data) if not isinstance(item, PlethChunk)] == [1, 137]
    assert not [item for item in decode(data) if isinstance(item, Fault)]


def test_the_mask_takes_serial_numbers_and_nothing_else() -> None:
    """F4 carries nine characters; every offset stays."""
    answer = bytes.fromhex("02 F4 0A 02") + b"501234567" + b"\x03"
    masked = mask_serial_numbers(packet() + answer + packet())
    assert masked == packet() + bytes.fromhex("02 F4 0A 02") + b"0" * 9 + b"\x03" + packet()
    assert len(decode(masked)) == len(decode(packet() + packet()))
