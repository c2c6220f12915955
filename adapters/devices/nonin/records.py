"""The short records of formats 1 and 8, one a second (pulse-oximeters, sections 1 and 4).

They differ by one byte and carry no sum. A record begins with the only byte that has bit 7 set, so the bytes up to the
next one tell the formats apart. As bits that fit are common in noise, a link is good only after several records in a
row whose values are possible and, once there has been noise, near each other; after that each record goes out with
its last byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from adapters.devices.nonin.control import ACK, IN_A_ROW, NAK
from adapters.devices.nonin.selection import SelectOptions
from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Unit, Wait
from adapters.reading import Fault, FaultKind, OximeterReading, Reading
from config.vocabulary import Flag

NO_SPO2: Final = 127
NO_RATE: Final = 511
SPO2_RANGE: Final = range(101)
RATE_RANGE: Final = range(18, 322)
"""What a Nonin measures, %, and /min; with no sum to check this is what shows a record read from a wrong place."""

TRUST: Final = 4
"""Records in a row that make the link good; so many good ones since the last slip let it stand through the next."""
SLIP: Final = 2
"""Records' worth of noise after which the link must prove itself anew."""
NEAR_SPO2: Final = 10
NEAR_RATE: Final = 30
"""How far an average of four beats goes in a second at most, while the link is being proved, % and /min."""

# Byte 1.
SNSD: Final = 0x40
OOT: Final = 0x20
LPRF: Final = 0x10
ARTF: Final = 0x04
# Byte 4 of format 8.
SNSA: Final = 0x08
BATTERY_CRITICAL: Final = 0x02
BATTERY_LOW: Final = 0x01


@dataclass(frozen=True, slots=True)
class Df8Options(SelectOptions):
    """Options of `nonin-df8`: those of `SelectOptions`, and

    Attributes:
        wrist_bits: heed the bits of 4100 and 3150 that third-party code alone documents: sensor disconnected in
            byte 1, battery critical in byte 4. A 9560 reserves them; false if yours sets them for nothing.
    """

    wrist_bits: bool = True


class _RecordDecoder:
    """Records of `length` bytes; `flags_of` reads the remarks of one."""

    def __init__(self, length: int, flags_of: Callable[[bytes], frozenset[Flag]]) -> None:
        self._length = length
        self._flags_of = flags_of
        self._scanner: Scanner[bytes | None] = Scanner(self._judge, TRUST * length)
        self._linked = False
        self._since_slip = 0
        self._controls = 0

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._scanner.feed(chunk)))

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._scanner.finish()))

    def _read(self, units: Iterator[Framed[bytes | None] | Fault]) -> Iterator[Reading | Fault]:
        for unit in units:
            if isinstance(unit, Fault):
                yield unit
            elif unit.value is not None:
                yield self._reading(unit.offset, unit.value)

    def _reading(self, offset: int, record: bytes) -> OximeterReading:
        rate, spo2 = _values(record)
        flags = self._flags_of(record)
        live = not flags & {Flag.SENSOR_OFF, Flag.NO_FINGER}
        return OximeterReading(
            offset,
            spo2=float(spo2) if live and spo2 != NO_SPO2 else None,
            pulse_rate=float(rate) if live and rate != NO_RATE else None,
            flags=flags,
        )

    def _judge(self, data: bytearray, at: int, end: int, skipped: int) -> Judgement[bytes | None]:
        if not skipped and data[at] in (ACK, NAK) and self._controls < IN_A_ROW:
            self._controls += 1
            return Unit(1, None)
        wrong = self._look(data, at, end)
        if wrong is not None:
            return wrong
        if not self._linked or (skipped and not self._forgives(skipped)):
            unproved = self._prove(data, at, end, after_noise=bool(skipped))
            if unproved is not None:
                return unproved
        self._linked = True
        self._since_slip = min(TRUST, 0 if skipped else self._since_slip + 1)
        self._controls = 0
        return Unit(self._length, bytes(data[at : at + self._length]))

    def _forgives(self, skipped: int) -> bool:
        return self._since_slip >= TRUST and skipped <= SLIP * self._length

    def _prove(self, data: bytearray, at: int, end: int, *, after_noise: bool) -> Noise | Literal[Wait.MORE] | None:
        """Whether as many records follow as make the link good; None: they do.

        A stream that begins with them is proof enough. In noise each position is another chance, so there each record
        must be near the one before it.
        """
        for start in range(at + self._length, at + TRUST * self._length, self._length):
            wrong = self._look(data, start, end)
            if wrong is MORE:
                return MORE
            previous = data[start - self._length : start]
            if wrong is not None or (after_noise and not _near(previous, data[start:end])):
                return Noise(FaultKind.FRAMING, f"fewer than {TRUST} records of {self._length} bytes in a row")
        return None

    def _look(self, data: bytearray, at: int, end: int) -> Noise | Literal[Wait.MORE] | None:
        """What speaks against a record at `at`, MORE while that is open; None: it is a possible one."""
        if at >= end:
            return MORE
        if not data[at] & 0x80:
            return Noise(FaultKind.GARBAGE, "a byte outside any record")
        if any(byte & 0x80 for byte in data[at + 1 : min(at + self._length, end)]):
            return Noise(FaultKind.FRAMING, "a record was broken off")
        if end - at < self._length:
            return MORE
        rate, spo2 = _values(data[at : at + self._length])
        if (rate != NO_RATE and rate not in RATE_RANGE) or (spo2 != NO_SPO2 and spo2 not in SPO2_RANGE):
            return Noise(FaultKind.MALFORMED, f"no oximeter measures {spo2} % and {rate} /min")
        return None


def _values(record: bytes | bytearray) -> tuple[int, int]:
    """Heart rate and SpO2 as they stand in the record."""
    return (record[0] & 0x03) << 7 | record[1], record[2]


def _near(record: bytearray, following: bytearray) -> bool:
    (rate, spo2), (next_rate, next_spo2) = _values(record), _values(following)
    return (NO_SPO2 in (spo2, next_spo2) or abs(spo2 - next_spo2) <= NEAR_SPO2) and (
        NO_RATE in (rate, next_rate) or abs(rate - next_rate) <= NEAR_RATE
    )


def _flags(status: int, more: tuple[tuple[Flag, int], ...] = ()) -> frozenset[Flag]:
    """Marginal perfusion has no flag, as the yellow one of format 2."""
    known = (
        (Flag.SENSOR_OFF, status & SNSD),
        (Flag.OUT_OF_TRACK, status & OOT),
        (Flag.LOW_PERFUSION, status & LPRF),
        (Flag.ARTIFACT, status & ARTF),
    )
    return frozenset(flag for flag, present in (*known, *more) if present)


class Df1Decoder(_RecordDecoder):
    """Data format 1: status, heart rate, SpO2. It has no sign for a finger that has gone but OOT."""

    def __init__(self, options: object = None) -> None:
        super().__init__(3, lambda record: _flags(record[0]))


class Df8Decoder(_RecordDecoder):
    """Data format 8: as format 1, and a second status byte. Values are displayed ones, held for 10 s under SNSA."""

    def __init__(self, options: Df8Options) -> None:
        in_byte_1, in_byte_4 = (0xFF, BATTERY_LOW | BATTERY_CRITICAL) if options.wrist_bits else (~SNSD, BATTERY_LOW)

        def flags_of(record: bytes) -> frozenset[Flag]:
            more = ((Flag.NO_FINGER, record[3] & SNSA), (Flag.BATTERY_LOW, record[3] & in_byte_4))
            return _flags(record[0] & in_byte_1, more)

        super().__init__(4, flags_of)
