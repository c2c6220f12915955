"""Bytes of the module to readings (protocols/blood-pressure.md, section 2).

How a new result is told from an old one is described at the top of this package.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from adapters.cuff_guard import ADULT, NEONATE
from adapters.cuff_slope import CuffSlope
from adapters.devices.suntech_advantage.options import SunTechOptions
from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Spoilt, Unit, sum_mod_256
from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, FaultKind, Reading
from config.vocabulary import CuffError, CuffState

HEAD: Final = 0x3E
LENGTHS: Final = range(4, 68)
LETTER, PRESSURE, RESULT = 4, 5, 24
"""Lengths of the three known frames; the length is all that tells them apart."""

ACCEPTED: Final = ord("O")
FINISHED: Final = ord("K")

EMPTY: Final = 10.0
"""Up to this pressure in mmHg the cuff counts as empty; above it no start (5 to 10 in the programs)."""
INFLATED: Final = 15.0
"""From this pressure on a measurement is under way."""
EMPTY_FOR: Final = 3
"""Pressures in a row that show an empty cuff, without a result, after which a measurement counts as aborted: four
seconds at the pace of the dialogue. K may come a little after the cuff is empty."""

ERRORS: Final = MappingProxyType(
    {
        1: CuffError.WEAK_SIGNAL,
        2: CuffError.MOTION,
        3: CuffError.WEAK_SIGNAL,
        4: CuffError.TIMEOUT,
        85: CuffError.CUFF,
        87: CuffError.ABORTED,
        88: CuffError.LEAK,
        89: CuffError.TIMEOUT,
        90: CuffError.OVERPRESSURE,
        91: CuffError.DEVICE,
        92: CuffError.DEVICE,
        97: CuffError.DEVICE,
        98: CuffError.DEVICE,
        99: CuffError.DEVICE,
    }
)
"""Trust C: a code that is named neither here nor in the options is a fault of the device."""


class SunTechDecoder:
    """Frames `3E len data.. ck`, whose bytes sum up to 0 modulo 256."""

    def __init__(self, options: SunTechOptions) -> None:
        self._scanner: Scanner[bytes] = Scanner(self._judge, unit_limit=LENGTHS[-1])
        self._errors = dict(ERRORS) | {int(code): error for code, error in options.errors.items()}
        self._highest = (ADULT if options.patient == "adult" else NEONATE).highest
        self._slope = CuffSlope(EMPTY)
        self._armed = True
        self._measuring = False
        self._ended = False
        self._accepted = False
        self._never_filled = False
        self._empty_for = 0
        self._peak = 0.0

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._scanner.feed(chunk)))

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._scanner.finish()))

    def _read(self, units: Iterator[Framed[bytes] | Fault]) -> Iterator[Reading | Fault]:
        for unit in units:
            if isinstance(unit, Fault):
                yield unit
                continue
            match len(unit.value):
                case 1:
                    yield self._letter(unit.offset, unit.value[0])
                case 2:
                    yield from self._pressure(unit.offset, float(int.from_bytes(unit.value, "little")))
                case _:
                    yield self._result(unit.offset, unit.value)

    def _judge(self, data: bytearray, at: int, end: int, skipped: int) -> Judgement[bytes]:
        if data[at] != HEAD:
            return Noise(FaultKind.GARBAGE)
        if end - at < 2:
            return MORE
        length = data[at + 1]
        if length not in LENGTHS:
            return Noise(FaultKind.FRAMING, f"length byte {length} is invalid")
        if end - at < length:
            return MORE
        if sum_mod_256(data[at : at + length]):
            return Noise(FaultKind.CHECKSUM)
        if length not in (LETTER, PRESSURE, RESULT):
            return Spoilt(length, FaultKind.UNKNOWN_UNIT, f"frame of {length} bytes")
        return Unit(length, bytes(data[at + 2 : at + length - 1]))

    def _letter(self, offset: int, letter: int) -> Reading | Fault:
        if letter == ACCEPTED:
            self._accepted, self._never_filled = True, False
            return DeviceStatus(offset, online=True)
        if letter == FINISHED:
            self._ended = self._measuring
            self._never_filled, self._accepted = self._accepted and not self._measuring, False
            return CuffProgress(offset, CuffState.IDLE)
        return Fault(offset, FaultKind.MALFORMED, 0, f"the module refused a command (letter {letter:#04x})")

    def _pressure(self, offset: int, pressure: float) -> Iterator[Reading]:
        yield CuffProgress(offset, self._slope.follow(pressure), pressure)
        if pressure <= EMPTY:
            self._armed = True
            self._empty_for += 1
            if self._measuring and self._empty_for >= EMPTY_FOR:
                yield self._failed(offset, CuffError.ABORTED)
        else:
            self._empty_for = 0
            if self._armed and pressure >= INFLATED:
                self._armed, self._measuring, self._ended, self._peak = False, True, False, 0.0
                self._accepted = self._never_filled = False
            self._peak = max(self._peak, pressure)

    def _result(self, offset: int, data: bytes) -> Reading:
        """Offsets of the document count from the frame's head, two bytes before `data`."""
        code = data[18]
        if not self._ended and not (self._never_filled and code):
            return DeviceStatus(offset, online=True)
        if code:
            return self._failed(offset, self._errors.get(code, CuffError.DEVICE))
        systolic, diastolic, mean = (int.from_bytes(data[first : first + 2], "little") for first in (0, 2, 16))
        if not (systolic and diastolic and mean):
            return self._failed(offset, CuffError.WEAK_SIGNAL)
        if self._peak > self._highest:
            return self._failed(offset, CuffError.OVERPRESSURE)
        self._measuring = self._ended = False
        pulse_rate = float(data[14]) if data[14] else None
        return CuffReading(offset, float(systolic), float(diastolic), float(mean), pulse_rate=pulse_rate)

    def _failed(self, offset: int, error: CuffError) -> CuffReading:
        self._measuring = self._ended = self._never_filled = False
        return CuffReading(offset, None, None, None, error=error)
