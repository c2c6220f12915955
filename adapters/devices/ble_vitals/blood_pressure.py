"""Characteristics 2A35 and 2A36 of the Blood Pressure Service (hl7-fhir-ble, section 3.2). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.devices.ble_vitals.sfloat import Fields
from config.vocabulary import CuffError

KPA: Final = 0x01
TIME_STAMP: Final = 0x02
PULSE: Final = 0x04
USER: Final = 0x08
STATUS: Final = 0x10

MMHG_PER_KPA: Final = 7.50062
PRESSURE: Final = (5.0, 400.0)
PULSE_RATE: Final = (10.0, 400.0)
"""What any cuff could measure. Numbers outside say that the bytes are not what the profile says."""

MOVEMENT: Final = 0x0001
CUFF_LOOSE: Final = 0x0002
IRREGULAR: Final = 0x0004
WRONG_POSITION: Final = 0x0020


class Implausible(ValueError):
    """These bytes do not hold what the characteristic says."""


@dataclass(frozen=True, slots=True)
class PressureValue:
    """One value of 2A35: mmHg and per minute; None: the cuff has none. `stamp` by the cuff's clock, zone unknown.

    `stamped`: it carries a time stamp, were it only zeros.
    """

    systolic: float | None
    diastolic: float | None
    mean: float | None
    pulse_rate: float | None
    stamped: bool
    stamp: datetime | None
    status: int

    @property
    def doubt(self) -> CuffError | None:
        """What the cuff noted that makes its numbers doubtful."""
        if self.status & (CUFF_LOOSE | WRONG_POSITION):
            return CuffError.CUFF
        return CuffError.MOTION if self.status & MOVEMENT else None

    @property
    def irregular(self) -> bool:
        """It found an irregular pulse."""
        return bool(self.status & IRREGULAR)


def read_pressure(data: bytes) -> PressureValue:
    """A value of 2A35.

    Raises:
        Implausible: it is not of the standard's layout.
    """
    fields = Fields(data)
    try:
        flags = fields.unsigned(1)
        systolic, diastolic, mean = (_pressure(fields, flags) for _ in range(3))
        stamp = fields.time_stamp() if flags & TIME_STAMP else None
        pulse_rate = _within(fields.sfloat(), PULSE_RATE, "pulse") if flags & PULSE else None
        if flags & USER:
            fields.unsigned(1)
        status = fields.unsigned(2) if flags & STATUS else 0
    except IndexError:
        raise Implausible(f"{len(data)} bytes are too few") from None
    if fields.left:
        raise Implausible(f"{fields.left} bytes more than its flags {flags:#04x} name")
    return PressureValue(systolic, diastolic, mean, pulse_rate, bool(flags & TIME_STAMP), stamp, status)


def read_cuff_pressure(data: bytes) -> float | None:
    """A value of 2A36, mmHg: the same layout with the cuff's pressure in the first place; None: it has none.

    Raises:
        Implausible: it is not of the standard's layout.
    """
    fields = Fields(data)
    try:
        flags = fields.unsigned(1)
        value = _in_mmhg(fields.sfloat(), flags)
        fields.unsigned(4)
    except IndexError:
        raise Implausible(f"{len(data)} bytes are too few") from None
    return _within(value, (0.0, PRESSURE[1]), "cuff pressure")


def _pressure(fields: Fields, flags: int) -> float | None:
    return _within(_in_mmhg(fields.sfloat(), flags), PRESSURE, "pressure")


def _in_mmhg(value: float | None, flags: int) -> float | None:
    # A tenth of a kPa is three quarters of a mmHg: more digits would be made up.
    return float(round(value * MMHG_PER_KPA)) if value is not None and flags & KPA else value


def _within(value: float | None, bounds: tuple[float, float], what: str) -> float | None:
    if value is not None and not bounds[0] <= value <= bounds[1]:
        raise Implausible(f"{what} {value:g}")
    return value
