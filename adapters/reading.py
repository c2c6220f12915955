"""What a device said, before bed and person are known.

Every value here is what an explicit "valid" sign of the protocol stood behind; a sentinel never becomes a
number (blood-pressure, section 9.4). Ranges and plausibility are judged later, once, by the core.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from config.vocabulary import CuffError, CuffState, Flag


@dataclass(frozen=True, slots=True)
class OximeterReading:
    """One set of oximeter numerics. None = the device shows no value.

    Attributes:
        offset: position of the unit's first byte in the stream (message drivers: number of the message).
        spo2: oxygen saturation, %.
        pulse_rate: the oximeter's pulse rate, /min.
        perfusion_index: %, where the device gives one.
        flags: the device's own remarks.
        seq: the device's own running number, where it sends one.
        device_time: the device's clock, aware; information only.
        patient: the reference of the patient whom the device names, never a name; None where it names nobody.
    """

    offset: int
    spo2: float | None
    pulse_rate: float | None
    perfusion_index: float | None = None
    flags: frozenset[Flag] = frozenset()
    seq: int | None = None
    device_time: datetime | None = None
    patient: str | None = None


@dataclass(frozen=True, slots=True)
class CuffReading:
    """The end of one cuff measurement: three pressures in mmHg, or an error and none.

    `pulse_rate` is the cuff's own, /min. `map_computed` marks a mean the device did not measure. `measured_at`, aware,
    is when the cuff was deflated, where a message tells it and its clock is believed; `device_time` is what the
    device's clock said as it spoke, and dates nothing. `patient`: as of an oximeter.
    """

    offset: int
    systolic: float | None
    diastolic: float | None
    mean: float | None
    pulse_rate: float | None = None
    error: CuffError | None = None
    irregular: bool = False
    map_computed: bool = False
    seq: int | None = None
    device_time: datetime | None = None
    patient: str | None = None
    measured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CuffProgress:
    """What the cuff is doing now; pressure in mmHg where the device tells."""

    offset: int
    state: CuffState
    pressure: float | None = None


@dataclass(frozen=True, slots=True)
class PlethChunk:
    """Consecutive pleth samples, device units, evenly spaced; None where a sample was lost on the wire."""

    offset: int
    rate_hz: float
    samples: tuple[int | None, ...]
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """The device about itself: `online` False is its own or its last will's good-bye; battery in %."""

    offset: int
    online: bool | None = None
    battery: float | None = None


Reading: TypeAlias = OximeterReading | CuffReading | CuffProgress | PlethChunk | DeviceStatus


class FaultKind(StrEnum):
    """What was wrong with the bytes."""

    CHECKSUM = "checksum"
    FRAMING = "framing"
    GARBAGE = "garbage"
    MALFORMED = "malformed"
    OVERFLOW = "overflow"
    INCOMPLETE = "incomplete"
    UNKNOWN_UNIT = "unknown_unit"
    CONFLICT = "conflict"
    """Two devices speak where one is expected."""
    STALE = "stale"
    """An old reading that a broker or gateway had kept."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Noise on the line: data, not an exception. Counted, shown, and an alarm when it persists.

    Attributes:
        offset: position of the first discarded byte (message drivers: number of the message).
        kind: what was wrong.
        discarded: how many bytes were thrown away.
        detail: the reason in words, for the person who looks.
    """

    offset: int
    kind: FaultKind
    discarded: int
    detail: str = ""
