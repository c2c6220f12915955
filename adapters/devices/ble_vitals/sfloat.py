"""Numbers and times as the Bluetooth health profiles carry them (hl7-fhir-ble, sections 3.1 and 3.2). Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

SPECIAL: Final = frozenset({0x07FE, 0x07FF, 0x0800, 0x0801, 0x0802})
"""Infinities, not a number, not at this resolution, reserved: no value. Tested before anything is computed."""


class Fields:
    """Reads one value from its beginning, little-endian. Raises IndexError where it is too short."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Bytes that were not read."""
        return len(self._data) - self._at

    def unsigned(self, length: int) -> int:
        """The next `length` bytes as a number."""
        if self.left < length:
            raise IndexError
        self._at += length
        return int.from_bytes(self._data[self._at - length : self._at], "little")

    def sfloat(self) -> float | None:
        """The next SFLOAT (IEEE 11073-20601): 4 bits of exponent, 12 of mantissa, both signed; None: no value."""
        word = self.unsigned(2)
        if word in SPECIAL:
            return None
        exponent, mantissa = _signed(word >> 12, 4), _signed(word & 0xFFF, 12)
        # Divided, not multiplied by 0.1: 87 with exponent -1 is 8.7 then, to the last digit.
        return float(mantissa * 10**exponent if exponent >= 0 else mantissa / 10**-exponent)

    def time_stamp(self) -> datetime | None:
        """The next time stamp by the device's own clock, whose zone nobody tells: read as UTC. None: unknown."""
        year = self.unsigned(2)
        month, day, hour, minute, second = (self.unsigned(1) for _ in range(5))
        try:
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC) if 1900 < year < 2200 else None
        except ValueError:
            return None


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value
