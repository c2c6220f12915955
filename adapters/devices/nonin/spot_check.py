"""One message per measurement: format 13 (pulse-oximeters, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from adapters.devices.nonin.control import ACK, IN_A_ROW, NAK
from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Unit, sum_mod_256
from adapters.reading import DeviceStatus, Fault, FaultKind, OximeterReading, Reading
from config.vocabulary import Flag

HEAD: Final = bytes.fromhex("0002000D")
ETX: Final = 0x03
LEAST_DATA: Final = 14
MOST_DATA: Final = 64
"""More data may follow in newer devices; far more is a spoilt length that would hold back the messages behind it."""
AROUND: Final = len(HEAD) + 4
"""Bytes of a message besides its data: head, length, checksum, ETX."""

NO_SPO2: Final = 127
NO_RATE: Final = 511

# Positions in the data.
STATUS_MSB: Final = 8
STATUS_LSB: Final = 9
RATE_MSB: Final = 10
RATE_LSB: Final = 11
SPO2: Final = 13

NOMS: Final = 0x01
"""STATUS MSB: no measurement. SPA beside it marks good quality and is no condition for a number."""
FROM_MEMORY: Final = 0x10
BATTERY_LOW: Final = 0x01


class Df13Decoder:
    """Spot checks. One from the device's memory is history: it proves that the device speaks, and carries no value on.

    A reading is stamped as it arrives, so an old one would stand on the screen and in the alarms as if it were now.
    """

    def __init__(self, options: object = None) -> None:
        self._scanner: Scanner[bytes | None] = Scanner(self._judge, AROUND + MOST_DATA)
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
                yield _reading(unit.offset, unit.value)

    def _judge(self, data: bytearray, at: int, end: int, skipped: int) -> Judgement[bytes | None]:
        if not skipped and data[at] in (ACK, NAK) and self._controls < IN_A_ROW:
            self._controls += 1
            return Unit(1, None)
        head = data[at : min(at + len(HEAD), end)]
        if not HEAD.startswith(head):
            return Noise(FaultKind.GARBAGE)
        if end - at < len(HEAD) + 2:
            return MORE
        length = int.from_bytes(data[at + 4 : at + 6])
        if not LEAST_DATA <= length <= MOST_DATA:
            return Noise(FaultKind.MALFORMED, f"{length} bytes of data")
        close = at + AROUND + length - 1
        if close >= end:
            return MORE
        content = bytes(data[at + 6 : close - 1])
        if data[close] != ETX:
            return Noise(FaultKind.FRAMING, "no ETX behind the data")
        if sum_mod_256(content) != data[close - 1]:
            return Noise(FaultKind.CHECKSUM)
        self._controls = 0
        return Unit(AROUND + length, content)


def _reading(offset: int, data: bytes) -> Reading:
    if data[STATUS_LSB] & FROM_MEMORY:
        return DeviceStatus(offset, online=True)
    rate = (data[RATE_MSB] & 0x01) << 8 | data[RATE_LSB]
    spo2 = data[SPO2] & 0x7F
    measured = not data[STATUS_MSB] & NOMS
    return OximeterReading(
        offset,
        spo2=float(spo2) if measured and spo2 != NO_SPO2 else None,
        pulse_rate=float(rate) if measured and rate != NO_RATE else None,
        flags=frozenset({Flag.BATTERY_LOW} if data[STATUS_LSB] & BATTERY_LOW else ()),
        device_time=_clock(data),
    )


def _clock(data: bytes) -> datetime | None:
    """The device's clock; None when it was never set. It has no zone: read as UTC, for only its steps count."""
    digits = data[:STATUS_MSB].hex()
    try:
        return datetime.strptime(f"{digits}0000", "%Y%m%d%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:
        return None
