"""The lines that older Nonin monitors print each second (pulse-oximeters, section 6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from adapters.framing import Framed
from adapters.reading import Fault, FaultKind, OximeterReading, Reading
from adapters.text_lines import TextLines

LINE_LIMIT: Final = 128
"""Bytes; a line has about 30, a heading at most a screen's width."""
HEADING_LIMIT: Final = 12
"""Lines without numbers in a row; a heading is shorter, another device's text goes on."""

LINE: Final = re.compile(
    r" *(?:\d\d:\d\d:\d\d +)?SPO2 *=(?P<spo2>[ \d]*\d| *---)(?P<gap> +)"
    r"HR *=(?P<rate>[ \d]*\d| *---)(?P<tail> *)(?P<marks>[F*B][F*B ]*)?"
)
RIGHT: Final = re.compile(r" *(\d{3}|(?<= )[1-9]\d|(?<=  )\d) *")
"""Right-aligned in three characters or more, with zeros or blanks before it [?]: a digit lost on the way shows."""
LEFT: Final = re.compile(r"([1-9]\d(?= )|\d(?=  )) *")
"""The same with blanks behind it."""
PADDED: Final = re.compile(r"[ 0].*\d *")
NUMBERS: Final = re.compile(r"SPO2 *=|R *=")
"""What no heading has."""
HIGHEST_SPO2: Final = 100


class AsciiDecoder:
    """`SPO2=097 HR=072`, with the time before it or `F` (fast response), `*` (event key), `B` (breath) behind it.

    The device pads short numbers, so the width of a field stays; one that a lost digit would explain is a fault. Widths
    that two lines in a row have hold from then on.

    Other text is a heading, which comes when the monitor is switched on: no noise, unless it does not end. A line cut
    off at its head is a fault, because it names a number.
    """

    def __init__(self, options: object = None) -> None:
        self._lines = TextLines(LINE_LIMIT)
        self._headings = 0
        self._widths: tuple[int, int] | None = None
        self._widths_before: tuple[int, int] | None = None

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._lines.feed(chunk)))

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._lines.finish()))

    def _read(self, lines: Iterator[Framed[str] | Fault]) -> Iterator[Reading | Fault]:
        for line in lines:
            item = line if isinstance(line, Fault) else self._line(line.offset, line.value)
            if item is not None:
                yield item

    def _line(self, offset: int, text: str) -> Reading | Fault | None:
        found = LINE.fullmatch(text)
        if found is None:
            return self._other(offset, text)
        fields = (found["spo2"] + found["gap"][1:], found["rate"] + found["tail"][bool(found["marks"]) :])
        try:
            spo2, rate = (_number(field) for field in fields)
        except ValueError as error:
            return Fault(offset, FaultKind.MALFORMED, len(text), str(error))
        if not self._keeps(fields):
            return Fault(
                offset, FaultKind.MALFORMED, len(text), f"a field of another width or alignment: {text[:30]!r}"
            )
        if spo2 is not None and spo2 > HIGHEST_SPO2:
            return Fault(offset, FaultKind.MALFORMED, len(text), f"a saturation of {spo2:g} %")
        self._headings = 0
        return OximeterReading(offset, spo2, rate)

    def _keeps(self, fields: tuple[str, str]) -> bool:
        """Whether no short number of the line may have been a longer one, by the other field and the lines before."""
        widths = (len(fields[0]), len(fields[1]))
        if self._widths is None or widths == self._widths_before:
            self._widths = widths
        self._widths_before = widths
        if any(map(LEFT.fullmatch, fields)) and any(map(PADDED.fullmatch, fields)):
            return False
        short = any(len(field.strip()) < 3 for field in fields)
        return widths == self._widths or not short

    def _other(self, offset: int, text: str) -> Fault | None:
        if NUMBERS.search(text):
            return Fault(offset, FaultKind.MALFORMED, len(text), f"not a whole line: {text[:30]!r}")
        self._headings = min(self._headings + 1, HEADING_LIMIT + 1)
        if self._headings <= HEADING_LIMIT:
            return None
        return Fault(offset, FaultKind.UNKNOWN_UNIT, len(text), f"more text than a heading has: {text[:30]!r}")


def _number(field: str) -> float | None:
    """The value, None for dashes. ValueError: it may lack a digit."""
    if "-" in field:
        return None
    found = RIGHT.fullmatch(field) or LEFT.fullmatch(field)
    if found is None:
        raise ValueError(f"{field!r} has not three characters")
    return float(found[1])
