"""Characteristics 2A5E and 2A5F of the Pulse Oximeter Service (hl7-fhir-ble, section 3.3). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from adapters.devices.ble_vitals.blood_pressure import Implausible
from adapters.devices.ble_vitals.sfloat import Fields
from config.vocabulary import Flag

# Bits of the measurement status.
FROM_MEMORY: Final = 1 << 9
DEMO_OR_TEST: Final = 1 << 10 | 1 << 11
NO_VALUE: Final = 1 << 12 | 1 << 13 | 1 << 14 | 1 << 15
"""Calibration is going on, or the data are unavailable, questionable or invalid."""

# Bits of the device status: what each says, and whether a number beside it still stands.
FLAGS: Final = {
    1 << 3: Flag.SEARCHING,
    1 << 4: Flag.ARTIFACT,
    1 << 5: Flag.LOW_PERFUSION,
    1 << 6: Flag.ARTIFACT,
    1 << 7: Flag.SEARCHING,
    1 << 10: Flag.ARTIFACT,
    1 << 11: Flag.NO_FINGER,
    1 << 12: Flag.SENSOR_OFF,
    1 << 13: Flag.NO_FINGER,
    1 << 14: Flag.SENSOR_OFF,
    1 << 15: Flag.SENSOR_OFF,
}
NO_NUMBERS: Final = sum(1 << bit for bit in (0, 1, 2, 3, 7, 8, 11, 12, 13, 14, 15))
"""Held for an extended update, a malfunction, processing or pulse in doubt, no signal, no finger, no sensor."""

HIGHEST_RATE: Final = 400.0
HIGHEST_INDEX: Final = 100.0


@dataclass(frozen=True, slots=True)
class OximeterValue:
    """One value of either characteristic; None: there is none.

    `kept` came from the oximeter's memory, `artificial` from its demonstration or test. `stamp` as of a cuff;
    `stamped`: there is one, were it unknown.
    """

    spo2: float | None
    pulse_rate: float | None
    index: float | None
    flags: frozenset[Flag]
    kept: bool = False
    artificial: bool = False
    stamped: bool = False
    stamp: datetime | None = None


def read_continuous(data: bytes) -> OximeterValue:
    """A value of 2A5F; of the fast and slow averages beside the normal one nothing is used.

    Raises:
        Implausible: it is not of the standard's layout.
    """
    fields = Fields(data)
    try:
        flags = fields.unsigned(1)
        spo2, pulse_rate = fields.sfloat(), fields.sfloat()
        for pair in (0x01, 0x02):
            if flags & pair:
                fields.unsigned(4)
        return _judged(fields, flags >> 2, spo2, pulse_rate)
    except IndexError:
        raise Implausible(f"{len(data)} bytes are too few") from None


def read_spot_check(data: bytes) -> OximeterValue:
    """A value of 2A5E. One whose clock was never set has no stamp.

    Raises:
        Implausible: it is not of the standard's layout.
    """
    fields = Fields(data)
    try:
        flags = fields.unsigned(1)
        spo2, pulse_rate = fields.sfloat(), fields.sfloat()
        stamped = bool(flags & 0x01)
        stamp = fields.time_stamp() if stamped else None
        return _judged(fields, flags >> 1, spo2, pulse_rate, stamped, None if flags & 0x10 else stamp)
    except IndexError:
        raise Implausible(f"{len(data)} bytes are too few") from None


def _judged(
    fields: Fields,
    optional: int,
    spo2: float | None,
    pulse_rate: float | None,
    stamped: bool = False,
    stamp: datetime | None = None,
) -> OximeterValue:
    """What follows in both: measurement status, device status, amplitude index, as bits 0 to 2 of `optional` say."""
    measurement = fields.unsigned(2) if optional & 0x01 else 0
    device = fields.unsigned(3) if optional & 0x02 else 0
    index = fields.sfloat() if optional & 0x04 else None
    if fields.left:
        raise Implausible(f"{fields.left} bytes more than its flags name")
    for value, highest, what in (
        (spo2, 100.0, "SpO2"),
        (pulse_rate, HIGHEST_RATE, "pulse"),
        (index, HIGHEST_INDEX, "index"),
    ):
        if value is not None and not 0 <= value <= highest:
            raise Implausible(f"{what} {value:g}")
    flags = frozenset(flag for bit, flag in FLAGS.items() if device & bit)
    kept, artificial = bool(measurement & FROM_MEMORY), bool(measurement & DEMO_OR_TEST)
    if measurement & NO_VALUE or device & NO_NUMBERS:
        return OximeterValue(None, None, None, flags, kept, artificial, stamped, stamp)
    # Zero is what cheap ones show without a finger; nobody alive has it.
    return OximeterValue(spo2 or None, pulse_rate or None, index, flags, kept, artificial, stamped, stamp)
