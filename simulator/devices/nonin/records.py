"""Nonin oximeters that send one short record a second: Data Formats 1 and 8 (pulse-oximeters, sections 1 and 4)."""

from __future__ import annotations

from abc import ABC, abstractmethod

from config.instant import SECOND, Duration
from simulator.devices.nonin.frames import YELLOW_BELOW_PERCENT
from simulator.devices.nonin.numerics import NO_HEART_RATE, Averages, Numerics, has_pulse
from simulator.vitals import Vitals, VitalSource

PACKETS_PER_RECORD = 3
"""The averages are made three times a second, the record once."""

LOWEST_RATE, HIGHEST_RATE = 18, 321
"""What the device measures, /min; beyond it shows none."""

ALWAYS = 0x80
SNSD = 0x40
OOT = 0x20
LPRF = 0x10
MPRF = 0x08
ARTF = 0x04

SPA = 0x20
SNSA = 0x08
BATTERY_CRITICAL = 0x02
BATTERY_LOW = 0x01


def encode_record(status: int, heart_rate: int, spo2: int, *more: int) -> bytes:
    """One record; `more` is the second status byte of format 8. Of the first one bit 7 and the rate are put in here."""
    return bytes((status | ALWAYS | heart_rate >> 7, heart_rate & 0x7F, spo2, *more))


class _Records(ABC):
    """The device on a body: a record each second; it listens to nothing."""

    baud = 9600

    def __init__(self, source: VitalSource) -> None:
        self.battery_low = False
        self._source = source
        self._elapsed: Duration = 0
        self._packets = 0
        self._averages = Averages()

    @abstractmethod
    def _record(self, vitals: Vitals, numerics: Numerics) -> bytes:
        """The bytes of this second."""

    def receive(self, chunk: bytes) -> None:  # noqa: B027 - a sensor of one format takes no commands
        """Bytes from the host, which nobody reads."""

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return the records that became due. The body must already stand at that moment."""
        self._elapsed += dt
        due = self._elapsed * PACKETS_PER_RECORD // SECOND
        if self._packets >= due:
            return b""
        vitals = self._source.oximeter()
        out = b""
        while self._packets < due:
            numerics = self._averages.measure(vitals, self._packets, battery_low=self.battery_low)
            self._packets += 1
            if self._packets % PACKETS_PER_RECORD == 0:
                out += self._record(vitals, numerics)
        return out


def _measured(rate: int) -> int:
    return rate if LOWEST_RATE <= rate <= HIGHEST_RATE else NO_HEART_RATE


def _status(vitals: Vitals) -> int:
    if vitals.sensor_off:
        return SNSD | OOT
    if not has_pulse(vitals):
        return OOT
    perfusion = 0
    if vitals.low_perfusion:
        perfusion = LPRF
    elif vitals.perfusion_index is not None and vitals.perfusion_index < YELLOW_BELOW_PERCENT:
        perfusion = MPRF
    return perfusion | (ARTF if vitals.motion else 0)


class NoninDf1(_Records):
    """Data Format 1. Its values are those for recording: none at once when there is nothing to measure."""

    def _record(self, vitals: Vitals, numerics: Numerics) -> bytes:
        return encode_record(_status(vitals), _measured(numerics.heart_rate), numerics.spo2)


class NoninDf8(_Records):
    """Data Format 8 of a 3150: the displayed values, which are held for 10 s after the finger has gone."""

    def __init__(self, source: VitalSource) -> None:
        super().__init__(source)
        self.battery_critical = False

    def _record(self, vitals: Vitals, numerics: Numerics) -> bytes:
        second = SNSA if vitals.sensor_off or vitals.finger_out else 0
        if numerics.stat2 & SPA:
            second |= SPA
        if self.battery_low:
            second |= BATTERY_LOW
        if self.battery_critical:
            second |= BATTERY_CRITICAL
        rate = _measured(numerics.heart_rate_display)
        return encode_record(_status(vitals), rate, numerics.spo2_display, second)
