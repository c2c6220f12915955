"""Nellcor's printout: the document's rows, the recording of an N-560, and what must never pass for a row."""

from __future__ import annotations

from collections import Counter

import pytest

from adapters.devices.nellcor_ascii import NellcorDecoder
from adapters.driver import LineSettings
from adapters.reading import Fault, FaultKind, OximeterReading, Reading
from adapters.registry import build_options, driver, line_settings
from config.vocabulary import Flag
from tests.adapters.captures import SHARED

GOOD = "29-Dec-17 07:18:43    99      66      12                     "
PRINTED = {
    GOOD: (99, 66, set()),
    "29-Dec-17 07:18:57    89*     66     201    MO SL            ": (89, 66, {Flag.MOTION}),
    "29-Dec-17 07:19:05    77*     66       8    MO SL       AS   ": (77, 66, {Flag.MOTION}),
    "29-Dec-17 07:19:29   ---     ---     ---    SD          AS   ": (None, None, {Flag.SENSOR_OFF}),
    "29-Dec-17 07:20:27     0       0     ---    PS               ": (None, None, {Flag.SEARCHING}),
    "07-Jan-04 11:24:54   100     102      36    MO             AO": (100, 102, {Flag.MOTION}),
}
"""Every row printed in pulse-oximeters, section 8."""

N560 = [
    "N-560    VERSION 1.56.00    CRC:XXXX  SpO2 Limit: 90-100%    PR Limit: 60-170BPM",
    "                             ADULT            0SAT-S ",
    "TIME                 %SpO2   BPM     PA     Status",
]
OTHER_HEADINGS = [
    "N-595    VERSION 3.05.00    CRC:XXXX  SpO2 Limit:  85-100%    PR Limit:  40-170BPM",
    "                             NEO             10SAT-S    SPO2 RESP MODE: FAST",
    "TIME                 %SPO2   BPM     PA     Status",
    "NPB-295  VERSION 1.00.00    CRC: XXXX  SpO2 Limit: 85-100%    PR Limit: 40-170BPM",
]


def decode(text: str) -> list[Reading | Fault]:
    decoder = NellcorDecoder()
    return [*decoder.feed(text.encode("latin-1")), *decoder.finish()]


def read(row: str) -> OximeterReading:
    (reading,) = decode(row + "\r\n")
    assert isinstance(reading, OximeterReading)
    return reading


@pytest.mark.parametrize(("row", "told"), PRINTED.items())
def test_printed_rows(row: str, told: tuple[float | None, float | None, set[Flag]]) -> None:
    for text in (row, row.rstrip()):
        reading = read(text)
        assert (reading.spo2, reading.pulse_rate, set(reading.flags)) == told


@pytest.mark.parametrize("line", [*N560, *OTHER_HEADINGS])
def test_headings_are_no_faults(line: str) -> None:
    assert decode(line + "\r\n") == []


def test_older_models_print_the_month_in_upper_case() -> None:
    assert read(GOOD.replace("29-Dec-17", "12-NOV-98")).spo2 == 99


def test_recording_of_an_n560() -> None:
    """Its story: a desaturation from 99 to 73 %, the sensor pulled, off the patient, the search for a pulse."""
    path = SHARED / "oximeters" / "nellcor-n560-ascii.txt"
    if not path.exists():
        pytest.skip("../shared/captures is not present beside the checkout")
    items = decode(path.read_text("ascii"))
    readings = [item for item in items if isinstance(item, OximeterReading)]
    assert len(items) == len(readings) == 56
    shown = [item.spo2 for item in readings if item.spo2 is not None]
    assert (shown[:8], min(shown), len(shown)) == ([99, 99, 99, 99, 99, 99, 99, 89], 73, 23)
    flags = Counter(flag for item in readings for flag in item.flags)
    assert flags[Flag.SENSOR_OFF] == 14
    assert flags[Flag.NO_FINGER] == 15
    assert flags[Flag.SEARCHING] == 4
    assert all(not item.flags - {Flag.MOTION} for item in readings if item.spo2 is not None)


@pytest.mark.parametrize(
    ("code", "live", "flags"),
    [
        ("SD", False, {Flag.SENSOR_OFF}),
        ("SO", False, {Flag.NO_FINGER}),
        ("PS", False, {Flag.SEARCHING}),
        ("LP", False, {Flag.OUT_OF_TRACK, Flag.SEARCHING}),
        ("LM", False, {Flag.OUT_OF_TRACK, Flag.SEARCHING}),
        ("MO", True, {Flag.MOTION}),
        ("LB", True, {Flag.BATTERY_LOW}),
        ("SH PL AO", True, set()),
        ("MO SL LB AS", True, {Flag.MOTION, Flag.BATTERY_LOW}),
        ("MO SD", False, {Flag.MOTION, Flag.SENSOR_OFF}),
    ],
)
def test_each_code_beside_digits(code: str, live: bool, flags: set[Flag]) -> None:
    """Numbers that are still in the columns are not told; every code of a row counts, not the last alone."""
    reading = read(f"{GOOD.rstrip()}    {code}")
    assert ((reading.spo2, reading.pulse_rate), set(reading.flags)) == ((99, 66) if live else (None, None), flags)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ("  99      66     ---", (None, None)),
        ("   0      66      12", (None, None)),
        ("  99       0      12", (None, None)),
        ("  99      66       0", (None, None)),
        (" ---      66      12", (None, 66)),
        ("  99     ---      12", (99, None)),
    ],
)
def test_zeros_and_dashes_are_no_numbers(columns: str, told: tuple[float | None, float | None]) -> None:
    reading = read(f"29-Dec-17 07:18:43  {columns}")
    assert (reading.spo2, reading.pulse_rate) == told


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (GOOD[2:], FaultKind.MALFORMED),
        (GOOD.replace(" 99", "199"), FaultKind.MALFORMED),
        (GOOD.replace(" 66", "6x6"), FaultKind.MALFORMED),
        (GOOD + GOOD, FaultKind.MALFORMED),
        (GOOD.rstrip() + "    MOSL", FaultKind.MALFORMED),
        (GOOD.rstrip() + "    M SL", FaultKind.MALFORMED),
        (GOOD.rstrip() + "    ZZ", FaultKind.UNKNOWN_UNIT),
        (N560[0][9:], FaultKind.MALFORMED),
        (GOOD.replace(" 66", " \xff6"), FaultKind.GARBAGE),
    ],
)
def test_what_is_no_row(row: str, kind: FaultKind) -> None:
    """A tail, 199 %, a letter among digits, two rows in one, codes joined or cut, an unknown one, noise."""
    (fault,) = decode(row + "\r\n")
    assert isinstance(fault, Fault)
    assert fault.kind is kind
    assert fault.detail


@pytest.mark.parametrize("place", range(40))
def test_no_lost_character_makes_another_number(place: int) -> None:
    """Numbers stand at the right edge of their columns: whichever character is missing before, the row is refused."""
    items = decode("\r\n".join([GOOD, GOOD[:place] + GOOD[place + 1 :], GOOD, ""]))
    assert [type(item) for item in items] == [OximeterReading, Fault, OximeterReading]


def test_an_unknown_code_leaves_the_numbers_from_its_second_row_on() -> None:
    """A code of a newer model leaves no patient unwatched; one row with it may as well be a damaged `LP`."""
    strange = GOOD.rstrip() + "    EH"
    items = decode("\r\n".join([GOOD, strange, strange, strange + " PS", GOOD, strange, ""]))
    told = [item.spo2 if isinstance(item, OximeterReading) else item.discarded for item in items]
    assert told == [99, len(strange), 0, 99, 0, None, 99, len(strange)]


def test_lines() -> None:
    nellcor = driver("nellcor-ascii")
    assert line_settings(nellcor, build_options(nellcor, {})) == LineSettings(19200)
    assert line_settings(nellcor, build_options(nellcor, {"baud": 9600})) == LineSettings(9600)
    assert nellcor.other_lines == (LineSettings(9600),)
