"""A body that shows what it is told to: for tests of devices and drivers, where nothing should happen by itself."""

from __future__ import annotations

from typing import Any

from simulator.vitals import Vitals

WELL = Vitals(
    spo2=97.0,
    pulse_rate=72.0,
    perfusion_index=2.0,
    systolic=128.0,
    diastolic=78.0,
    mean=95.0,
    resp_rate=14.0,
)


class StillBody:
    """Implements `VitalSource`: the values stay until `show` changes them.

    Attributes:
        vitals: what it shows.
        cuff_readings: how many cuff measurements have ended on it.
    """

    def __init__(self, vitals: Vitals = WELL) -> None:
        self.vitals = vitals
        self.time_s = 0.0
        self.finished = False
        self.cuff_readings = 0
        self._sample = 0

    def show(self, **changes: Any) -> None:
        """Change the fields named."""
        self.vitals = self.vitals._replace(**changes)

    def advance(self, dt_s: float) -> None:
        """Only time passes."""
        self.time_s += dt_s

    def oximeter(self) -> Vitals:
        """The values as they are, without a cuff error."""
        return self.vitals._replace(cuff_error=None)

    def cuff_reading(self) -> Vitals:
        """The values as they are; counts how often it was asked."""
        self.cuff_readings += 1
        return self.vitals

    def pleth(self, count: int, rate_hz: float) -> list[int]:
        """A counter modulo 256, so that a lost sample shows."""
        start = self._sample
        self._sample += count
        return [value % 256 for value in range(start, start + count)]
