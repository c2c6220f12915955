"""Masimo oximeters, serial output ASCII 1 (protocols/pulse-oximeters.md, section 7).

A row is read by its keys: models differ in what they print, and new keys are passed over. Digits are not live while
EXC tells of a missing, defective or foreign sensor, one off the patient, ambient light or a search for the pulse; a
Rad-8 prints 98 % with its sensor off. Interference and a low signal IQ leave the digits live but doubtful: they are
told as motion, which is what a poor signal quality is here (signals-and-simulation 1.1, V9). Out of track would take
the digits away, and an artifact would deafen SPO2_CRIT to a low saturation at a weak pulse. The clock has no zone and
is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from adapters.driver import Cadence, Driver, LineSettings, NoOptions
from adapters.framing import Framed
from adapters.reading import Fault, FaultKind, OximeterReading, Reading
from adapters.row_shape import RowShape
from adapters.text_lines import TextLines
from config.instant import SECOND
from config.vocabulary import Flag

ROW: Final = re.compile(r"\d\d/\d\d/\d\d \d\d:\d\d:\d\d (.+)")
NUMBER: Final = re.compile(r"(\d{1,3}(?:\.\d{1,2})?)%?")
NO_NUMBER: Final = re.compile(r"[-.]*-[-.]*%?")
HEX: Final = re.compile(r"[0-9A-Fa-f]{1,8}")
NEEDED: Final = ("SPO2", "BPM", "EXC")
SERIAL_NUMBER: Final = re.compile(rb"(SN=)([0-9A-Za-z]+)")
HIGHEST_SPO2: Final = 100

NOT_LIVE: Final = 0x10EB
"""No sensor, defective, pulse search, off patient, ambient light, unrecognised; no cable, which is no sensor either."""
REMARKS: Final = (
    (0x1001, Flag.SENSOR_OFF),
    (0x0020, Flag.NO_FINGER),
    (0x0008, Flag.SEARCHING),
    (0x0004, Flag.LOW_PERFUSION),
    (0x0410, Flag.MOTION),
)
"""Flags of the bits of EXC."""
LOW_BATTERY: Final = 0x0040
"""Of ALARM."""


class MasimoDecoder:
    """Rows once a second."""

    def __init__(self, options: NoOptions | None = None) -> None:
        self._lines = TextLines()
        self._shape = RowShape()

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._lines.feed(chunk)))

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._lines.finish()))

    def _read(self, lines: Iterator[Framed[str] | Fault]) -> Iterator[Reading | Fault]:
        for line in lines:
            if isinstance(line, Fault):
                yield line
                continue
            try:
                yield self._row(line.offset, line.value.strip())
            except ValueError as error:
                yield Fault(line.offset, FaultKind.MALFORMED, len(line.value), str(error))

    def _row(self, offset: int, text: str) -> OximeterReading:
        """Raises ValueError with the reason why a line is no row."""
        fields = _fields(text)
        if not self._shape.fits(tuple((key, len(value)) for key, value in fields.items())):
            raise ValueError("not as wide as the row before: a character is missing or too many")
        exceptions, alarms = _bits(fields["EXC"]), _bits(fields.get("ALARM", "0"))
        numbers = [_number(key, fields.get(key, "-")) for key in ("SPO2", "BPM", "PI")]
        if numbers[0] is not None and numbers[0] > HIGHEST_SPO2:
            raise ValueError(f"SPO2 of {numbers[0]:g} %")
        flags = {flag for bits, flag in REMARKS if exceptions & bits}
        if alarms & LOW_BATTERY:
            flags.add(Flag.BATTERY_LOW)
        # A trend file writes 000 for "none"; on the wire zero is none of the ranges either.
        spo2, pulse_rate, perfusion_index = (each or None if not exceptions & NOT_LIVE else None for each in numbers)
        return OximeterReading(offset, spo2, pulse_rate, perfusion_index, flags=frozenset(flags))


def _fields(text: str) -> dict[str, str]:
    row = ROW.fullmatch(text)
    if row is None:
        raise ValueError("no row: it does not begin with date and time")
    fields: dict[str, str] = {}
    for word in row[1].split():
        key, equals, value = word.partition("=")
        if not equals or key in fields:
            raise ValueError(f"no row: {word!r}")
        fields[key] = value
    missing = [key for key in NEEDED if key not in fields]
    if missing:
        raise ValueError(f"no row: {', '.join(missing)} missing")
    return fields


def _number(key: str, text: str) -> float | None:
    if NO_NUMBER.fullmatch(text):
        return None
    number = NUMBER.fullmatch(text)
    if number is None:
        raise ValueError(f"{key} is no number: {text!r}")
    return float(number[1])


def _bits(text: str) -> int:
    if not HEX.fullmatch(text):
        raise ValueError(f"not hexadecimal: {text!r}")
    return int(text, 16)


def hide_serial_number(capture: bytes) -> bytes:
    """The serial number becomes dashes, which the device prints itself where it has none."""
    return SERIAL_NUMBER.sub(lambda found: found[1] + b"-" * len(found[2]), capture)


DRIVERS: Final = (
    Driver(
        name="masimo-ascii1",
        title="Masimo Rad-8, Rad-5, Rad-5v, Rad-87, Radical-7, output ASCII 1",
        source=(
            "Masimo Rad-8 and Rad-87 operator's manuals [V], recordings of a Rad-8 and a Radical-7 [R], "
            "bits of EXC above 0xFFF and of ALARM from a program [C]; pulse-oximeters.md, section 7"
        ),
        decoder=MasimoDecoder,
        cadence=Cadence.STREAM,
        nominal_interval=SECOND,
        line=LineSettings(baud=9600),
        mask=hide_serial_number,
    ),
)
