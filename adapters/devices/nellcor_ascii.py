"""Nellcor and OxiMax oximeters, real-time printout (protocols/pulse-oximeters.md, section 8).

Every 22 rows and at each change of a limit three heading lines come between; they are known and passed over. A row is
not live while the sensor is off or disconnected, the pulse lost or searched for, the amplitude missing, or a number 0;
zero stands for "none" there. Interference (MO) leaves the numbers, told as motion. A lost pulse (LP, LM) is told as one
that is searched for, too: the device gives no wave, and only so is its loss an alarm of its own. A code that is not in
the document's list leaves the numbers, told as a fault; a damaged code is none of these: one row alone is refused. The
clock has no zone and is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from adapters.driver import Cadence, Driver, LineSettings
from adapters.framing import Framed
from adapters.reading import Fault, FaultKind, OximeterReading, Reading
from adapters.row_shape import RowShape
from adapters.text_lines import TextLines
from config.instant import SECOND
from config.vocabulary import Flag

ROW: Final = re.compile(
    r"\d\d-[A-Za-z]{3}-\d\d \d\d:\d\d:\d\d"
    r" +(?P<spo2>---|\d{1,3})\*? +(?P<rate>---|\d{1,3})\*? +(?P<amplitude>---|\d{1,3})(?P<codes>(?: +[A-Z]{2})*)"
)
HEADINGS: Final = (
    re.compile(r"\S+ +VERSION +\S+ +CRC:.*"),
    re.compile(r" *(?:ADULT|NEO\w*)\b.*"),
    re.compile(r"TIME +%S[Pp]O2 +BPM +PA +Status", re.IGNORECASE),
)

REMARKS: Final = {
    "SD": (Flag.SENSOR_OFF,),
    "SO": (Flag.NO_FINGER,),
    "PS": (Flag.SEARCHING,),
    "LP": (Flag.OUT_OF_TRACK, Flag.SEARCHING),
    "LM": (Flag.OUT_OF_TRACK, Flag.SEARCHING),
    "MO": (Flag.MOTION,),
    "LB": (Flag.BATTERY_LOW,),
}
ITS_OWN_ALARMS: Final = frozenset({"AO", "AS", "PH", "PL", "SH", "SL"})
"""What the device thinks of its limits, and whether it sounds."""
NOT_LIVE: Final = frozenset({"SD", "SO", "PS", "LP", "LM"})
HIGHEST_SPO2: Final = 100


@dataclass(frozen=True, slots=True)
class NellcorOptions:
    """Options of `nellcor-ascii`.

    Attributes:
        baud: 19200 as an N-560 was read; N-595 and N-600 send at 9600, some models let the user choose [?].
    """

    baud: Literal[9600, 19200] = 19200


class NellcorDecoder:
    """A row every two seconds."""

    def __init__(self, options: NellcorOptions | None = None) -> None:
        self._lines = TextLines()
        self._shape = RowShape()
        self._strange: frozenset[str] = frozenset()

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
            elif not any(heading.fullmatch(line.value.strip()) for heading in HEADINGS):
                yield from self._row(line.offset, line.value)

    def _row(self, offset: int, text: str) -> Iterator[Reading | Fault]:
        row = ROW.fullmatch(text.rstrip())
        if row is None:
            yield Fault(offset, FaultKind.MALFORMED, len(text), "neither a row nor a heading")
            return
        if not self._shape.fits((row.end("spo2"), row.end("rate"), row.end("amplitude"))):
            why = "not in the columns of the row before: a character is missing or too many"
            yield Fault(offset, FaultKind.MALFORMED, len(text), why)
            return
        codes = frozenset(row["codes"].split())
        spo2, rate, amplitude = (_number(row[column]) for column in ("spo2", "rate", "amplitude"))
        if spo2 is not None and spo2 > HIGHEST_SPO2:
            yield Fault(offset, FaultKind.MALFORMED, len(text), f"SpO2 of {spo2:g} %")
            return
        unknown, before = codes - REMARKS.keys() - ITS_OWN_ALARMS, self._strange
        self._strange = unknown
        if unknown:
            believed = unknown <= before
            why = f"unknown status {' '.join(sorted(unknown))}"
            yield Fault(offset, FaultKind.UNKNOWN_UNIT, 0 if believed else len(text), why)
            if not believed:
                return
        flags = frozenset(flag for code in codes for flag in REMARKS.get(code, ()))
        if codes & NOT_LIVE or amplitude is None or 0 in (spo2, rate, amplitude):
            spo2 = rate = None
        yield OximeterReading(offset, spo2, rate, flags=flags)


def _number(text: str) -> float | None:
    return None if text == "---" else float(text)


DRIVERS: Final = (
    Driver(
        name="nellcor-ascii",
        title="Nellcor N-560, N-595, N-600, N-600x, N-395, NPB-290, NPB-295, ASCII printout",
        source=(
            "recording of an N-560 [R], NPB-290, NPB-295 and N-395 operator's manuals [V], programs for N-595 and "
            "N-600 [C]; pulse-oximeters.md, section 8"
        ),
        decoder=NellcorDecoder,
        cadence=Cadence.STREAM,
        nominal_interval=2 * SECOND,
        line=LineSettings(baud=19200),
        other_lines=(LineSettings(baud=9600),),
        options=NellcorOptions,
    ),
)
