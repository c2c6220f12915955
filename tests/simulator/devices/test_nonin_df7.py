"""The Nonin DF7 emulator against the frame table and the examples of pulse-oximeters, section 3."""

from __future__ import annotations

from config.instant import SECOND
from simulator.devices.nonin import NoninDf2, NoninDf7
from simulator.devices.nonin.frames import encode_frame_16
from tests.simulator.devices.still_body import StillBody


def test_the_printed_frames() -> None:
    """Waveform 0x8123 in two bytes; HR LSB 72; SpO2 97 with green perfusion; the finger removed."""
    assert encode_frame_16(0x01, 0x8123, 0) == bytes.fromhex("8181230025")
    assert encode_frame_16(0x00, 0x8150, 72) == bytes.fromhex("8081504899")
    assert encode_frame_16(0x02, 0x817E, 97) == bytes.fromhex("82817E61E2")
    assert encode_frame_16(0x09, 0, 3) == bytes.fromhex("890000038C")


def test_it_says_what_format_2_says() -> None:
    """The same status and float bytes at the same moments; only the waveform is finer and the start byte gone."""
    two, seven = NoninDf2(StillBody()).advance(5 * SECOND), NoninDf7(StillBody()).advance(5 * SECOND)
    assert len(two) == len(seven) == 5 * 375
    assert seven[0::5] == two[1::5]
    assert seven[3::5] == two[3::5]
    assert seven[1::5] == two[2::5]
    assert all(sum(seven[at : at + 4]) % 256 == seven[at + 4] for at in range(0, len(seven), 5))
