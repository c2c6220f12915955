"""Nonin data format 2: the document's own frames, and the rules on trust, SYNC and held values."""

from __future__ import annotations

import pytest

from adapters.devices.nonin.frames import Df2Decoder
from adapters.devices.nonin.packet import PACKET
from adapters.reading import Fault, FaultKind, OximeterReading, PlethChunk, Reading
from config.vocabulary import Flag

PRINTED = {
    "9560, frame 1": "01 81 43 00 C5",
    "9560, HR LSB 74": "01 80 43 4A 0E",
    "9560, SpO2 96": "01 80 43 60 24",
    "9560, SREV 148": "01 80 43 94 58",
    "9560, TMR LSB 23": "01 80 3E 17 D6",
    "9560, STAT2 0x04": "01 80 3C 04 C1",
    "9560, E-HR-D 74": "01 80 7C 4A 47",
    "9560, frame 25": "01 80 A1 00 22",
    "9560, next packet": "01 81 AF 00 31",
    "iPod, frame 1": "01 81 00 00 82",
    "iPod, HR 61": "01 80 00 3D BE",
    "iPod, SpO2 97": "01 80 00 61 E2",
    "iPod, SREV 41": "01 80 00 29 AA",
    "HR MSB 1": "01 81 50 01 D3",
    "HR LSB 0x16": "01 80 51 16 E8",
    "SpO2 94, green": "01 82 52 5E 33",
    "finger removed, frame 1": "01 89 00 03 8D",
    "finger removed, frame 2": "01 88 00 7F 08",
    "yellow": "01 86 7B 48 4A",
    "artifact, out of track": "01 B0 10 00 C1",
    "frame 8, low battery": "01 80 40 01 C2",
    "sensor disconnected": "01 C0 00 00 C1",
}
"""Every frame printed in pulse-oximeters, section 2."""


def frame(status: int = 0x80, pleth: int = 0, value: int = 0) -> bytes:
    body = bytes([0x01, status, pleth, value])
    return body + bytes([sum(body) % 256])


def packet(**frames: str) -> bytes:
    """Twenty-five frames, SYNC on the first; `f9="01 80 …"` puts a printed frame in the place of frame 9."""
    plain = [frame(0x81 if number == 1 else 0x80) for number in range(1, PACKET + 1)]
    for place, printed in frames.items():
        plain[int(place[1:]) - 1] = bytes.fromhex(printed)
    return b"".join(plain)


def decode(data: bytes) -> list[Reading | Fault]:
    decoder = Df2Decoder()
    return [*decoder.feed(data), *decoder.finish()]


def numerics(data: bytes) -> list[OximeterReading]:
    return [item for item in decode(data) if isinstance(item, OximeterReading)]


@pytest.mark.parametrize("printed", PRINTED.values(), ids=PRINTED.keys())
def test_every_printed_frame_is_good(printed: str) -> None:
    """Three of them make a link, and the stream ends without anything wrong but the missing packet."""
    faults = [item for item in decode(bytes.fromhex(printed) * 3) if isinstance(item, Fault)]
    assert {fault.kind for fault in faults} == {FaultKind.INCOMPLETE}
    assert sum(fault.discarded for fault in faults) == 15


def test_displayed_values_of_printed_fields() -> None:
    """HR 150 needs both halves; SpO2 94 is read from the displayed field, not from frame 3 or 10."""
    data = packet(f9="01 82 52 5E 33", f3="01 80 43 60 24", f20="01 80 50 01 D2", f21="01 80 51 16 E8")
    (reading,) = numerics(data)
    assert (reading.spo2, reading.pulse_rate, reading.flags) == (94, 150, frozenset())


@pytest.mark.parametrize(
    ("place", "printed", "flags"),
    [
        ("f5", "01 88 00 7F 08", {Flag.NO_FINGER}),
        ("f25", "01 C0 00 00 C1", {Flag.SENSOR_OFF}),
        ("f4", "01 B0 10 00 C1", {Flag.ARTIFACT, Flag.OUT_OF_TRACK}),
        ("f4", "01 86 7B 48 4A", set()),
        ("f8", "01 80 40 01 C2", {Flag.BATTERY_LOW}),
        ("f8", "01 80 3C 04 C1", set()),
    ],
)
def test_flags_of_printed_frames(place: str, printed: str, flags: set[Flag]) -> None:
    """SNSA or SNSD anywhere in the packet takes the values away, although the device still holds them."""
    shown = {"f9": "01 80 00 61 E2", "f21": "01 80 00 3D BE", place: printed}
    (reading,) = numerics(packet(**shown))
    assert reading.flags == flags
    live = not flags & {Flag.NO_FINGER, Flag.SENSOR_OFF}
    assert (reading.spo2, reading.pulse_rate) == ((97, 61) if live else (None, None))


def test_sentinels_are_no_numbers() -> None:
    (reading,) = numerics(packet(f9="01 80 00 7F 00", f20="01 80 00 03 84", f21="01 80 00 7F 00"))
    assert (reading.spo2, reading.pulse_rate, reading.flags) == (None, None, frozenset())


def test_a_packet_goes_out_with_the_frame_that_proves_it_whole() -> None:
    """SYNC after frame 25 is the proof; until then the packet might be one of 26 frames."""
    decoder = Df2Decoder()
    assert decoder.feed(packet()) == []
    reading, pleth = decoder.feed(frame(0x81))
    assert isinstance(reading, OximeterReading)
    assert isinstance(pleth, PlethChunk)
    assert (reading.offset, pleth.offset, len(pleth.samples), pleth.rate_hz) == (0, 0, 25, 75.0)


def test_an_inserted_frame_never_shifts_the_fields() -> None:
    """The pulse rate of a packet of 26 frames would be read from the wrong places."""
    shifted = packet(f21="01 80 00 3D BE")
    data = shifted[:50] + frame() + shifted[50:] + packet(f9="01 80 00 61 E2")
    assert [(reading.offset, reading.spo2) for reading in numerics(data)] == [(130, 97)]


def test_a_packet_whose_proof_is_lost_waits_for_the_next() -> None:
    """The first frame of the packet after it is spoilt: its values come with the following SYNC, or never."""
    spoilt = b"\xff" * 5 + packet()[5:]
    shown = packet(f9="01 80 00 61 E2")
    decoder = Df2Decoder()
    assert decoder.feed(shown + spoilt) == [Fault(125, FaultKind.GARBAGE, 5)]
    reading, *pleth = decoder.feed(frame(0x81))
    assert isinstance(reading, OximeterReading)
    assert (reading.offset, reading.spo2) == (0, 97)
    assert [(item.offset, item.samples[0]) for item in pleth if isinstance(item, PlethChunk)] == [(0, 0), (125, None)]
    unproved = decode(shown + spoilt[:-5] + packet())
    assert Fault(0, FaultKind.INCOMPLETE, 240, "SYNC came early") in unproved
    assert [item.offset for item in unproved if isinstance(item, OximeterReading)] == [245]


def test_two_lost_proofs_in_a_row_cost_the_packets() -> None:
    spoilt = b"\xff" * 5 + packet()[5:]
    items = decode(packet() + spoilt + spoilt + packet())
    assert Fault(0, FaultKind.INCOMPLETE, 245, "noise in the place of SYNC") in items
    assert [item.offset for item in items if isinstance(item, OximeterReading)] == [375]


@pytest.mark.parametrize("noise", [1, 3, 5, 12, 60, 124, 126, 250])
def test_sync_right_behind_noise_proves_the_packet_before_it(noise: int) -> None:
    """Noise between two packets costs neither of them."""
    items = decode(packet() + b"\xff" * noise + packet())
    assert [item.offset for item in items if isinstance(item, OximeterReading)] == [0, 125 + noise]
    assert Fault(125, FaultKind.GARBAGE, noise) in items


def test_noise_as_long_as_a_packet_with_a_frame_behind_it_proves_nothing() -> None:
    items = decode(packet() + b"\xff" * 130 + packet()[100:] + packet())
    assert [item.offset for item in items if isinstance(item, OximeterReading)] == [280]
    assert Fault(0, FaultKind.INCOMPLETE, 125, "SYNC did not come after frame 25") in items


def test_a_packet_is_not_held_through_long_noise() -> None:
    """It would come out old, as if it were new."""
    items = decode(packet() + b"\xff" * 600 + packet())
    assert [item.offset for item in items if isinstance(item, OximeterReading)] == [725]


def test_two_good_frames_in_noise_are_noise() -> None:
    """Three in a row make the link good; what fits by chance does not."""
    assert decode(b"\x00\x00" + frame(0x81) * 2 + b"\x00") == [Fault(0, FaultKind.GARBAGE, 13)]
    assert decode(frame(0x81) * 2 + b"\x00" * 5)[0] == Fault(
        0, FaultKind.FRAMING, 15, "fewer than 3 good frames in a row"
    )


def test_three_bad_frames_unmake_the_link() -> None:
    """After them a lone good frame on the beat counts for nothing, and three in a row for a link again."""
    good = packet()
    lone = good[:25] + b"\xff" * 15 + frame() + b"\xff" * 5 + good[50:]
    faults = [item for item in decode(lone) if isinstance(item, Fault)]
    assert faults == [Fault(25, FaultKind.GARBAGE, 25)]


def test_one_byte_is_dropped_not_five() -> None:
    """Noise that looks like the head of a frame costs no byte of the frame behind it."""
    data = b"\x01" + packet() + packet()
    assert [reading.offset for reading in numerics(data)] == [1, 126]


def test_bit_7_of_status_is_required() -> None:
    wrong = bytes([0x01, 0x01, 0x00, 0x00, 0x02])
    data = packet() + packet()[:60] + wrong + packet()[65:]
    assert Fault(185, FaultKind.GARBAGE, 5) in decode(data)


def test_noise_as_long_as_a_packet_inside_one_costs_it() -> None:
    items = decode(packet()[:50] + b"\xff" * 130 + packet()[50:] + packet())
    assert items[:2] == [
        Fault(0, FaultKind.INCOMPLETE, 50, "a packet's length was lost"),
        Fault(50, FaultKind.GARBAGE, 130),
    ]
    assert [item.offset for item in items if isinstance(item, OximeterReading)] == [255]
