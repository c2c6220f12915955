"""Lines to readings. What a line says besides is never repeated in a fault: it may name a patient."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from adapters.devices.delimited_cuff.layout import DelimitedOptions, Layout
from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Unit
from adapters.reading import CuffReading, Fault, FaultKind, Reading
from adapters.text_lines import TextLines
from config.vocabulary import CuffError

STX: Final = 0x02
ETX: Final = 0x03
LINE_LIMIT: Final = 160
"""Bytes of one line with its ends; the longest known has 67."""

VALUE: Final = re.compile(r" *(\d{1,3}) *")
NO_VALUE: Final = re.compile(r"[ -]*|0+")
OTHER_FORMATS: Final = ("MMBP203N", "ID", "bp,")


class _StxFrames:
    """Cuts STX text ETX; the byte behind it is a check nobody knows, and is passed over."""

    def __init__(self) -> None:
        self._scanner: Scanner[str | None] = Scanner(self._judge, LINE_LIMIT)
        self._check_follows = False

    def feed(self, chunk: bytes) -> Iterator[Framed[str] | Fault]:
        return _texts(self._scanner.feed(chunk))

    def finish(self) -> Iterator[Framed[str] | Fault]:
        return _texts(self._scanner.finish())

    def _judge(self, data: bytearray, at: int, end: int, skipped: int) -> Judgement[str | None]:
        check, self._check_follows = self._check_follows and not skipped, False
        if data[at] != STX:
            return Unit(1, None) if check else Noise(FaultKind.GARBAGE)
        for close in range(at + 1, end):
            if data[close] == ETX:
                self._check_follows = True
                return Unit(close + 1 - at, data[at + 1 : close].decode("ascii"))
            if not 0x20 <= data[close] < 0x7F:
                return Noise(FaultKind.FRAMING, "a line was broken off")
        return MORE


def _texts(units: Iterator[Framed[str | None] | Fault]) -> Iterator[Framed[str] | Fault]:
    for unit in units:
        if isinstance(unit, Fault):
            yield unit
        elif unit.value is not None:
            yield Framed(unit.offset, unit.value)


class DelimitedDecoder:
    """Lines of one layout."""

    def __init__(self, options: DelimitedOptions) -> None:
        self._layout = options.chosen
        self._errors = options.errors
        self._lines = TextLines(LINE_LIMIT) if self._layout.frame == "line" else _StxFrames()

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return [self._read(line) for line in self._lines.feed(chunk)]

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return [self._read(line) for line in self._lines.finish()]

    def _read(self, line: Framed[str] | Fault) -> Reading | Fault:
        if isinstance(line, Fault):
            return line
        text = line.value
        fields = text.split(self._layout.delimiter)
        wrong = _misfit(self._layout, fields)
        if wrong is not None:
            other = next((begin for begin in OTHER_FORMATS if text.startswith(begin)), None)
            hint = f"; another output format ({other.rstrip(',')})" if other and other[:2] != self._layout.first else ""
            return Fault(line.offset, FaultKind.UNKNOWN_UNIT, len(text), wrong + hint)
        return self._result(line.offset, fields, len(text))

    def _result(self, offset: int, fields: list[str], length: int) -> Reading | Fault:
        layout = self._layout
        device_time = _clock(layout, fields)
        code = layout.ok if layout.error is None else fields[layout.error].strip()
        if code != layout.ok:
            error = self._errors.get(code, CuffError.DEVICE)
            return CuffReading(offset, None, None, None, error=error, device_time=device_time)
        pressures = [fields[place] for place in (layout.systolic, layout.diastolic)]
        if all(NO_VALUE.fullmatch(pressure) for pressure in pressures):
            return CuffReading(offset, None, None, None, error=CuffError.WEAK_SIGNAL, device_time=device_time)
        systolic, diastolic = (_value(pressure) for pressure in pressures)
        if systolic is None or diastolic is None:
            return Fault(offset, FaultKind.MALFORMED, length, "no number in the place of a pressure")
        mean = None if layout.mean is None else _value(fields[layout.mean])
        pulse_rate = None if layout.pulse_rate is None else _value(fields[layout.pulse_rate])
        return CuffReading(offset, systolic, diastolic, mean, pulse_rate=pulse_rate, device_time=device_time)


def _misfit(layout: Layout, fields: list[str]) -> str | None:
    """Why the line is none of this layout; None when it is one."""
    if len(fields) != layout.count:
        return f"a line of {len(fields)} fields, not {layout.count}"
    if layout.first and fields[0] != layout.first:
        return f"a line that does not begin with {layout.first}"
    for place, (text, width) in enumerate(zip(fields, layout.widths, strict=False)):
        if width and len(text) != width:
            return f"field {place} has {len(text)} characters, not {width}"
    return None


def _value(text: str) -> float | None:
    """One to three digits, right- or left-aligned; nothing else, and no zero, is a measured value."""
    found = VALUE.fullmatch(text)
    return float(found[1]) if found and int(found[1]) else None


def _clock(layout: Layout, fields: list[str]) -> datetime | None:
    """The device's clock; None when it was never set. It has no zone: read as UTC."""
    if not layout.clock:
        return None
    text = " ".join(fields[place] for place in layout.clock)
    try:
        return datetime.strptime(text, layout.clock_format).replace(tzinfo=UTC)
    except ValueError:
        return None
