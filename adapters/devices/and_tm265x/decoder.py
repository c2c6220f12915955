"""Acknowledges and records to readings (protocols/blood-pressure.md, section 4, format RB)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import xor
from types import MappingProxyType
from typing import Final, TypeAlias

from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Spoilt, Unit
from adapters.reading import CuffReading, DeviceStatus, Fault, FaultKind, Reading
from config.vocabulary import CuffError

SOH, STX, ETX, ACK, NAK, SYN, RS = 0x01, 0x02, 0x03, 0x06, 0x15, 0x16, 0x1E
ANY_ACKNOWLEDGE: Final = re.compile(rb"\x16\x16[^\x02\x03\x16\x1e]{3}\x06", re.DOTALL)
"""Six bytes that end in 06 are all that is sure of it; without a known acknowledge each start would be stopped."""
SYNS_SENT: Final = 2
SYNS: Final = 8
"""Synchronising bytes before a frame at most; two are sent."""
UNIT_LIMIT: Final = 200
"""Longest unit in bytes; the known record has 66."""

OK: Final = 0
ERRORS: Final = MappingProxyType(
    {
        11: CuffError.CUFF,
        12: CuffError.LEAK,
        13: CuffError.CUFF,
        15: CuffError.CUFF,
        21: CuffError.DEVICE,
        22: CuffError.LEAK,
        23: CuffError.OVERPRESSURE,
        24: CuffError.TIMEOUT,
        42: CuffError.WEAK_SIGNAL,
        43: CuffError.WEAK_SIGNAL,
        44: CuffError.MOTION,
        45: CuffError.WEAK_SIGNAL,
        46: CuffError.WEAK_SIGNAL,
        48: CuffError.WEAK_SIGNAL,
        61: CuffError.WEAK_SIGNAL,
        63: CuffError.WEAK_SIGNAL,
    }
)
"""E codes of section 4; "not determined" and "out of range" are of the class "retry later" (section 9.3). A code that
is not named here is a fault of the device."""

TIME_FIELD: Final = 1
TIME: Final = re.compile(r"\d{10}")
ERROR: Final = re.compile(r"E(\d\d)")
LETTERED: Final = re.compile(r"([A-Za-z]) *(\d*) *")
BARE: Final = re.compile(r" *(\d{1,3}) *")
INDEX_OF: Final = MappingProxyType({"S": 5, "M": 6, "D": 7, "P": 8})
IRREGULAR: Final = "i"


@dataclass(frozen=True, slots=True)
class _Answer:
    """The device took a command, or refused it."""

    accepted: bool


_Content: TypeAlias = _Answer | tuple[str, ...]


class AndDecoder:
    """Frames `SYN SYN SOH d d` with an acknowledge, or with a record `STX fields ETX BCC`."""

    def __init__(self) -> None:
        self._scanner: Scanner[_Content] = Scanner(_judge, UNIT_LIMIT)

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(_read(self._scanner.feed(chunk)))

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(_read(self._scanner.finish()))


def _read(units: Iterator[Framed[_Content] | Fault]) -> Iterator[Reading | Fault]:
    for unit in units:
        match unit:
            case Fault():
                yield unit
            case Framed(offset, _Answer(accepted=True)):
                yield DeviceStatus(offset, online=True)
            case Framed(offset, _Answer()):
                yield Fault(offset, FaultKind.MALFORMED, 0, "the device refused a command")
            case Framed(offset, tuple() as fields):
                yield _record(offset, fields)


def _judge(data: bytearray, at: int, end: int, skipped: int) -> Judgement[_Content]:
    first = at
    while first < end and data[first] == SYN and first - at < SYNS:
        first += 1
    if first == end:
        return MORE
    if data[first] == STX and first == at:
        return _judge_record(data, at, first, first, end)
    if first - at == SYNS_SENT and end - first < 4 and data[first] != STX:
        return MORE
    if ANY_ACKNOWLEDGE.match(data, at, end):
        return Unit(6, _Answer(accepted=True))
    if data[first] != SOH:
        return Noise(FaultKind.GARBAGE)
    if end - first < 4:
        return MORE
    if not data[first + 1 : first + 3].isdigit():
        return Noise(FaultKind.FRAMING, "no number after the head")
    kind = data[first + 3]
    if kind in (ACK, NAK) and first > at:
        return Unit(first + 4 - at, _Answer(accepted=kind == ACK))
    if kind == STX:
        return _judge_record(data, at, first, first + 3, end)
    return Noise(FaultKind.FRAMING, "neither an acknowledge nor a record")


def _judge_record(data: bytearray, at: int, first: int, text: int, end: int) -> Judgement[_Content]:
    """A record whose check begins at `first`, and whose text begins behind the STX at `text`."""
    for close in range(text + 1, end):
        byte = data[close]
        if byte == ETX:
            break
        if byte != RS and not 0x20 <= byte < 0x7F:
            return Noise(FaultKind.FRAMING, "a record was broken off")
    else:
        return MORE
    if close + 1 == end:
        return MORE
    length = close + 2 - at
    computed = reduce(xor, data[first : close + 1])
    if computed != data[close + 1]:
        return Spoilt(length, FaultKind.CHECKSUM, f"BCC {data[close + 1]:02X}, computed {computed:02X}")
    fields = tuple(data[text + 1 : close].decode("ascii").split(chr(RS)))
    if not any(ERROR.fullmatch(field) for field in fields):
        return Spoilt(length, FaultKind.MALFORMED, "a record without an error code")
    return Unit(length, fields)


def _record(offset: int, fields: tuple[str, ...]) -> CuffReading:
    begin, code = next((at, int(found[1])) for at, field in enumerate(fields) if (found := ERROR.fullmatch(field)))
    # What stands before the error code is opaque: its letters mean something else.
    lettered = {found[1]: found[2] for field in fields[begin + 1 :] if (found := LETTERED.fullmatch(field))}
    device_time = _clock(fields)
    if code != OK:
        error = ERRORS.get(code, CuffError.DEVICE)
        return CuffReading(offset, None, None, None, error=error, device_time=device_time)
    systolic, mean, diastolic, pulse_rate = (_value(lettered, fields, letter) for letter in INDEX_OF)
    if systolic is None or diastolic is None:
        # The table has no code for a measurement stopped on purpose: "ok" without pressures is what is left.
        return CuffReading(offset, None, None, None, error=CuffError.ABORTED, device_time=device_time)
    irregular = lettered.get(IRREGULAR, "").strip("0") != ""
    return CuffReading(
        offset, systolic, diastolic, mean, pulse_rate=pulse_rate, irregular=irregular, device_time=device_time
    )


def _value(lettered: dict[str, str], fields: tuple[str, ...], letter: str) -> float | None:
    """The value behind a letter; by the field's place only where no field has that letter."""
    digits = lettered.get(letter)
    if digits is None and INDEX_OF[letter] < len(fields):
        found = BARE.fullmatch(fields[INDEX_OF[letter]])
        digits = found[1] if found else None
    return float(digits) if digits and int(digits) else None


def _clock(fields: tuple[str, ...]) -> datetime | None:
    """The device's clock, to the minute; None when it was never set. It has no zone: read as UTC."""
    if len(fields) <= TIME_FIELD or not TIME.fullmatch(fields[TIME_FIELD]):
        return None
    try:
        return datetime.strptime(fields[TIME_FIELD], "%y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
