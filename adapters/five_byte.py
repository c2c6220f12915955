"""Packages of five bytes: status, pleth, status, pulse rate, SpO2 (protocols/pulse-oximeters.md, sections 9 and 12).

Contec and BCI share this layout, but not what the status bits mean, nor the rate: a device file brings those.
A byte with bit 7 set begins a package, four with bit 7 clear follow. There is no other check, and nothing in the
bytes tells the two families apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Unit
from adapters.reading import Fault, FaultKind, Reading
from adapters.sample_stream import Numbers, SampleStream, Shown
from config.vocabulary import Flag

PACKAGE: Final = 5
BEEP: Final = 0x40
STATUS_BITS: Final = 0x30
STRENGTH: Final = 0x0F
RATE_BIT_7: Final = 0x40
NO_RATE: Final = (0, 255)
NO_SPO2: Final = 0
HIGHEST_SPO2: Final = 100
"""127 is "none", and nothing between is a saturation."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What differs between the families.

    Attributes:
        rate_hz: packages a second.
        first, third: flags of the status bits in byte 1 and byte 3. With any of them there are no live numbers.
        no_strength: flag of signal strength 0; the numbers stand. None where it says nothing.
        lowest_sample: smaller pleth samples are none.
    """

    rate_hz: float
    first: tuple[tuple[int, Flag], ...]
    third: tuple[tuple[int, Flag], ...]
    no_strength: Flag | None = None
    lowest_sample: int = 0


class FiveByteDecoder:
    """One stream of either family."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._scanner: Scanner[bytes] = Scanner(_judge, unit_limit=PACKAGE + 1)
        self._stream = SampleStream(dialect.rate_hz, PACKAGE)
        self._key: tuple[int, int, int, int, bool] | None = None
        self._shown = Shown(Numbers(None, None), frozenset())

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._scanner.feed(chunk)))

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return [*self._read(self._scanner.finish()), *self._stream.finish()]

    def _read(self, units: Iterator[Framed[bytes] | Fault]) -> Iterator[Reading | Fault]:
        for unit in units:
            if isinstance(unit, Fault):
                yield from self._stream.lose(unit)
                continue
            first, sample, third, rate, spo2 = unit.value
            yield from self._stream.add(
                unit.offset,
                sample if sample >= self._dialect.lowest_sample else None,
                beat=bool(first & BEEP),
                shown=self._show(first, third, rate, spo2),
            )

    def _show(self, first: int, third: int, rate: int, spo2: int) -> Shown:
        """The numbers and remarks; the same object while they stay the same."""
        key = (first & STATUS_BITS, third & (RATE_BIT_7 | STATUS_BITS), rate, spo2, not first & STRENGTH)
        if key != self._key:
            self._key = key
            self._shown = self._make(first, third, rate, spo2)
        return self._shown

    def _make(self, first: int, third: int, rate: int, spo2: int) -> Shown:
        dialect = self._dialect
        flags = {flag for bit, flag in dialect.first if first & bit}
        flags |= {flag for bit, flag in dialect.third if third & bit}
        pulse_rate = (third & RATE_BIT_7) << 1 | rate
        numbers = Numbers(
            spo2=None if flags or spo2 == NO_SPO2 or spo2 > HIGHEST_SPO2 else float(spo2),
            pulse_rate=None if flags or pulse_rate in NO_RATE else float(pulse_rate),
        )
        if dialect.no_strength is not None and not first & STRENGTH:
            flags.add(dialect.no_strength)
        return Shown(numbers, frozenset(flags))


def _judge(data: bytearray, at: int, end: int, skipped: int) -> Judgement[bytes]:
    if not data[at] & 0x80:
        return Noise(FaultKind.GARBAGE, "a byte outside a package")
    for place in range(at + 1, min(at + PACKAGE, end)):
        if data[place] & 0x80:
            return Noise(FaultKind.FRAMING, f"a package of fewer than {PACKAGE} bytes")
    if end - at < PACKAGE:
        return MORE
    return Unit(PACKAGE, bytes(data[at : at + PACKAGE]))
