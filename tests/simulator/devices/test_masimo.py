"""The Masimo emulator against the rows of pulse-oximeters, section 7."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.instant import MINUTE, SECOND
from simulator.devices.masimo import MasimoAscii1, Row
from tests.simulator.devices.still_body import StillBody

CAPTURES = Path(__file__).parents[3] / ".." / "shared" / "captures" / "oximeters"


def fields_of(line: bytes) -> dict[str, str]:
    return dict(word.split("=") for word in line.decode().split()[2:])


def last(device: MasimoAscii1) -> dict[str, str]:
    return fields_of(device.advance(SECOND).splitlines()[-1])


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("row", "printed"),
    [
        (
            Row(at(2016, 2, 22, 22, 47, 45), spo2=98, pulse_rate=97, perfusion_index=3.6, exceptions=0x800),
            "02/22/16 22:47:45 SN=0000056661 SPO2=098% BPM=097 PI=03.60% SPCO=--.-% SPMET=--.-% DESAT=-- "
            "PIDELTA=+-- ALARM=0000 EXC=000800",
        ),
        (
            Row(at(2021, 5, 20, 14, 6, 2), "0000182948", 98, 101, alarm=0x10, exceptions=0x824),
            "05/20/21 14:06:02 SN=0000182948 SPO2=098% BPM=101 PI=--.--% SPCO=--.-% SPMET=--.-% DESAT=-- "
            "PIDELTA=+-- ALARM=0010 EXC=000824",
        ),
        (
            Row(at(2005, 3, 6, 21, 11, 30), "0000066575", 98, 57, 7.02, alarm=0x38, exceptions=0x800),
            "03/06/05 21:11:30 SN=0000066575 SPO2=098% BPM=057 PI=07.02% SPCO=--.-% SPMET=--.-% DESAT=-- "
            "PIDELTA=+-- ALARM=0038 EXC=000800",
        ),
        (
            Row(at(2026, 11, 22, 14, 30, 15), exceptions=1),
            "11/22/26 14:30:15 SN=0000056661 SPO2=---% BPM=--- PI=--.--% SPCO=--.-% SPMET=--.-% DESAT=-- "
            "PIDELTA=+-- ALARM=0000 EXC=000001",
        ),
    ],
)
def test_printed_rows_of_a_rad_8(row: Row, printed: str) -> None:
    assert row.rad8() == printed


def test_the_printed_row_with_co_oximetry() -> None:
    extra = {"SPCO": "01.0%", "SPMET": "00.5%", "DESAT": "01", "PIDELTA": "-02", "PVI": "027"}
    row = Row(at(2005, 12, 1, 11, 56, 29), "0123456789", 98, 240, 20.0, exceptions=0x820, extra=extra)
    assert row.radical7() == (
        "12/01/05 11:56:29 SN=0123456789 SPO2=098% BPM=240 PI=20.00% SPCO=01.0% SPMET=00.5% DESAT=01 PIDELTA=-02 "
        "PVI=027 ALARM=0000 EXC=000820"
    )


def test_the_recorded_row_of_a_colour_radical_7() -> None:
    path = CAPTURES / "masimo-rad7-color-ascii1.txt"
    if not path.exists():
        pytest.skip("captures not present beside the checkout")
    row = Row(at(2016, 3, 17, 19, 19, 36), "-" * 10, 98, 123, 0.55, exceptions=0xC00)
    assert row.radical7_colour() == path.read_text("ascii").rstrip("\n")


def test_lengths_of_the_table() -> None:
    row = Row(spo2=98, pulse_rate=97, perfusion_index=3.6)
    printed = (row.rad8(), row.radical7(), row.radical7_colour(), row.radical5())
    assert [len(each) for each in printed] == [125, 133, 175, 62]


def test_one_row_a_second_with_its_end() -> None:
    device = MasimoAscii1(StillBody())
    said = device.advance(10 * SECOND)
    assert said.count(b"\r\n") == 10
    assert said.startswith(b"11/22/26 14:30:01 SN=")
    again = MasimoAscii1(StillBody())
    assert b"".join(again.advance(step) for step in [1, 999_998, 1, *[50_000] * 180]) == said


def test_ascii_2_is_silent() -> None:
    """As a Rad-8 leaves the factory."""
    assert MasimoAscii1(StillBody(), ascii_1=False).advance(MINUTE) == b""


@pytest.mark.parametrize(
    ("changes", "exceptions", "digits"),
    [
        ({}, "000800", True),
        ({"sensor_off": True}, "000001", False),
        ({"finger_out": True}, "000820", False),
        ({"spo2": None, "pulse_rate": None}, "000808", False),
        ({"low_perfusion": True}, "000804", True),
        ({"motion": True}, "000C10", True),
    ],
)
def test_what_exc_tells(changes: dict[str, object], exceptions: str, digits: bool) -> None:
    body = StillBody()
    body.show(**changes)
    fields = last(MasimoAscii1(body))
    assert (fields["EXC"], fields["SPO2"] != "---%") == (exceptions, digits)


def test_alarms() -> None:
    """Bits of ALARM: low saturation, slow pulse, fast pulse; active, silenced; battery."""
    body = StillBody()
    device = MasimoAscii1(body)
    assert last(device)["ALARM"] == "0000"
    body.show(spo2=85.0, pulse_rate=45.0)
    assert last(device)["ALARM"] == "001A"
    device.silenced = device.battery_low = True
    body.show(pulse_rate=150.0)
    assert last(device)["ALARM"] == "0076"


@given(
    spo2=st.none() | st.floats(0, 110),
    pulse_rate=st.none() | st.floats(0, 600),
    perfusion_index=st.none() | st.floats(0, 40),
    finger_out=st.booleans(),
)
def test_every_row_keeps_its_width(
    spo2: float | None, pulse_rate: float | None, perfusion_index: float | None, finger_out: bool
) -> None:
    """For any body, even an impossible one."""
    body = StillBody()
    body.show(spo2=spo2, pulse_rate=pulse_rate, perfusion_index=perfusion_index, finger_out=finger_out)
    assert len(MasimoAscii1(body).advance(SECOND)) == 127
