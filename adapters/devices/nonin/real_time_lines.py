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
    r" *(?:\d\d:\d\d:\d\d +)?SPO2 *=(?P<spo2>[ \d]*\d| *---) +HR *=(?P<rate>[ \d]*\d| *---)(?: *[F*B])* *"
)
NUMBER: Final = re.compile(r" *(\d{3}|(?<= )[1-9]\d|(?<=  )\d)")
"""Right-aligned in three characters or more, with zeros or blanks before it [?]: a digit lost on the way shows."""
NUMBERS: Final = re.compile(r"SPO2 *=|R *=")
"""What no heading has."""
HIGHEST_SPO2: Final = 100


class AsciiDecoder:
    """`SPO2=097 HR=072`, with the time before it or `F` (fast response), `*` (event key), `B` (breath) behind it.

    Other text is a heading, which comes when the monitor is switched on: no noise, unless it does not end. A line cut
    off at its head is a fault, because it names a number.
    """

    def __init__(self, options: object = None) -> None:
        self._lines = TextLines(LINE_LIMIT)
        self._headings = 0

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
        try:
            spo2, rate = _number(found["spo2"]), _number(found["rate"])
        except ValueError as error:
            return Fault(offset, FaultKind.MALFORMED, len(text), str(error))
        if spo2 is not None and spo2 > HIGHEST_SPO2:
            return Fault(offset, FaultKind.MALFORMED, len(text), f"a saturation of {spo2:g} %")
        self._headings = 0
        return OximeterReading(offset, spo2, rate)

    def _other(self, offset: int, text: str) -> Fault | None:
        if NUMBERS.search(text):
            return Fault(offset, FaultKind.MALFORMED, len(text), f"not a whole line: {text[:30]!r}")
        self._headings = min(self._headings + 1, HEADING_LIMIT + 1)
        if self._headings <= HEADING_LIMIT:
            return None
        return Fault(offset, FaultKind.UNKNOWN_UNIT, len(text), f"more text than a heading has: {text[:30]!r}")


def _number(characters: str) -> float | None:
    """The value, None for dashes. ValueError: it may lack a digit."""
    if characters.endswith("-"):
        return None
    found = NUMBER.fullmatch(characters)
    if found is None:
        raise ValueError(f"{characters!r} has not three characters")
    return float(found[1])
