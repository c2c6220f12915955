"""Masimo ASCII 1: the document's rows, the recorded one, and what must never pass for a row."""

from __future__ import annotations

import pytest

from adapters.devices.masimo_ascii1 import MasimoDecoder, hide_serial_number
from adapters.reading import Fault, FaultKind, OximeterReading, Reading
from config.vocabulary import Flag
from tests.adapters.captures import SHARED

RAD8 = (
    "02/22/16 22:47:45 SN=0000056661 SPO2=098% BPM=097 PI=03.60% "
    "SPCO=--.-% SPMET=--.-% DESAT=-- PIDELTA=+-- ALARM=0000 EXC=000800"
)
PRINTED = {
    RAD8: (98, 97, 3.6, set()),
    (
        "05/20/21 14:06:02 SN=0000182948 SPO2=098% BPM=101 PI=--.--% "
        "SPCO=--.-% SPMET=--.-% DESAT=-- PIDELTA=+-- ALARM=0010 EXC=000824"
    ): (None, None, None, {Flag.NO_FINGER, Flag.LOW_PERFUSION}),
    (
        "03/06/05 21:11:30 SN=0000066575 SPO2=098% BPM=057 PI=07.02% "
        "SPCO=--.-% SPMET=--.-% DESAT=-- PIDELTA=+-- ALARM=0038 EXC=000800"
    ): (98, 57, 7.02, set()),
    (
        "12/01/05 11:56:29 SN=0123456789 SPO2=098% BPM=240 PI=20.00% SPCO=01.0% SPMET=00.5% "
        "DESAT=01 PIDELTA=-02 PVI=027 ALARM=0000 EXC=000820"
    ): (None, None, None, {Flag.NO_FINGER}),
    (
        "11/22/26 14:30:15 SN=0000056661 SPO2=---% BPM=--- PI=--.--% "
        "SPCO=--.-% SPMET=--.-% DESAT=-- PIDELTA=+-- ALARM=0000 EXC=000001"
    ): (None, None, None, {Flag.SENSOR_OFF}),
}
"""Every row printed in pulse-oximeters, section 7."""


def decode(text: str) -> list[Reading | Fault]:
    decoder = MasimoDecoder()
    return [*decoder.feed(text.encode("latin-1")), *decoder.finish()]


def read(row: str) -> OximeterReading:
    (reading,) = decode(row + "\r\n")
    assert isinstance(reading, OximeterReading)
    return reading


@pytest.mark.parametrize("end", ["\r\n", "\n\r", "\n", "\r", "\r\n\r\n"])
@pytest.mark.parametrize(("row", "told"), PRINTED.items())
def test_printed_rows(row: str, told: tuple[float | None, float | None, float | None, set[Flag]], end: str) -> None:
    """Any line end will do, blank lines are nothing."""
    (reading,) = decode(row + end)
    assert isinstance(reading, OximeterReading)
    assert (reading.spo2, reading.pulse_rate, reading.perfusion_index, set(reading.flags)) == told


def test_a_recorded_row_of_a_colour_radical_7() -> None:
    """PI without a per cent sign; low signal IQ leaves the values and makes them doubtful."""
    path = SHARED / "oximeters" / "masimo-rad7-color-ascii1.txt"
    if not path.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    (reading,) = decode(path.read_text("ascii"))
    assert reading == OximeterReading(0, 98.0, 123.0, 0.55, flags=frozenset({Flag.MOTION}))


@pytest.mark.parametrize(
    ("bits", "live", "flags"),
    [
        (0x001, False, {Flag.SENSOR_OFF}),
        (0x002, False, set()),
        (0x004, True, {Flag.LOW_PERFUSION}),
        (0x008, False, {Flag.SEARCHING}),
        (0x010, True, {Flag.MOTION}),
        (0x020, False, {Flag.NO_FINGER}),
        (0x040, False, set()),
        (0x080, False, set()),
        (0x100, True, set()),
        (0x400, True, {Flag.MOTION}),
        (0x1000, False, {Flag.SENSOR_OFF}),
        (0x414, True, {Flag.MOTION, Flag.LOW_PERFUSION}),
    ],
)
def test_each_bit_of_exc(bits: int, live: bool, flags: set[Flag]) -> None:
    """0x0EB and no cable take the digits away; 0x800, the algorithm running, is normal."""
    reading = read(RAD8.replace("EXC=000800", f"EXC={bits | 0x800:06X}"))
    assert (reading.spo2 is not None, set(reading.flags)) == (live, flags)
    assert (reading.pulse_rate is not None, reading.perfusion_index is not None) == (live, live)


def test_both_bit_fields_are_hexadecimal() -> None:
    """ALARM=0038 is no low battery, 0040 is; read as decimal it would be the other way round."""
    assert not read(RAD8.replace("ALARM=0000", "ALARM=0038")).flags
    assert read(RAD8.replace("ALARM=0000", "ALARM=0040")).flags == {Flag.BATTERY_LOW}


def test_keys_may_be_missing_or_new() -> None:
    """A Radical-5 has no serial number; an unknown key is passed over."""
    short = read("02/22/16 22:47:45 SPO2=098% BPM=097 PI=03.60% ALARM=00 EXC=800")
    assert (short.spo2, short.pulse_rate, short.perfusion_index) == (98, 97, 3.6)
    assert read(RAD8.replace("DESAT", "NEWKEY=7 DESAT")).spo2 == 98
    assert read("02/22/16 22:47:45 SPO2=098% BPM=097 EXC=800").perfusion_index is None


@pytest.mark.parametrize("zero", ["SPO2=000%", "BPM=000", "PI=00.00%"])
def test_zero_is_no_number(zero: str) -> None:
    key = zero.partition("=")[0]
    row = " ".join(zero if word.startswith(f"{key}=") else word for word in RAD8.split())
    reading = read(row)
    values = {"SPO2": reading.spo2, "BPM": reading.pulse_rate, "PI": reading.perfusion_index}
    assert values.pop(key) is None
    assert None not in values.values()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("09/21/08 09:56:12 SpO2=097 PR=069 PI=04.69 EXC=800:SET", "SPO2, BPM missing"),
        (RAD8[3:], "does not begin with date and time"),
        (RAD8.replace("SPO2=098%", "SPO2=0x8%"), "SPO2 is no number"),
        (RAD8.replace("BPM=097", "BPM="), "BPM is no number"),
        (RAD8.replace("SPO2=098%", "SPO2=198%"), "SPO2 of 198 %"),
        (RAD8.replace("EXC=000800", "EXC=0008Z0"), "not hexadecimal"),
        (RAD8.replace("ALARM=0000", "ALARM=----"), "not hexadecimal"),
        (RAD8 + RAD8, "no row"),
        (RAD8 + " SPO2=097%", "no row: 'SPO2=097%'"),
        ("Masimo Rad-8", "does not begin with date and time"),
    ],
)
def test_what_is_no_row(row: str, reason: str) -> None:
    """A trend file's row, a tail, letters among digits, two rows in one, a greeting."""
    (fault,) = decode(row + "\r\n")
    assert isinstance(fault, Fault)
    assert fault.kind is FaultKind.MALFORMED
    assert reason in fault.detail


@pytest.mark.parametrize("place", range(len(RAD8)))
def test_no_lost_character_makes_another_number(place: int) -> None:
    """Whichever is missing, the row is refused, and the next one is good again."""
    items = decode("\r\n".join([RAD8, RAD8[:place] + RAD8[place + 1 :], RAD8, ""]))
    assert [type(item) for item in items] == [OximeterReading, Fault, OximeterReading]


def test_the_serial_number_is_hidden_and_nothing_else() -> None:
    capture = f"{RAD8}\r\n{RAD8}\r\n".encode()
    masked = hide_serial_number(capture)
    assert masked == capture.replace(b"0000056661", b"----------")
    assert MasimoDecoder().feed(masked) == MasimoDecoder().feed(capture)
    assert hide_serial_number(masked) == masked
