"""A cuff on a body: pumped up, let down, and at its end pressures or a reason why there are none.

What every emulated cuff shares. How it is told to begin, and what it says meanwhile, is the device's business.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum

from config.instant import SECOND, Duration
from config.vocabulary import CuffError
from simulator.squeeze import inflate, let_go
from simulator.vitals import VitalSource

STEP: Duration = SECOND // 10
"""A cuff moves in steps of this length; `advance` of a device is cut into them."""
STEPS_PER_S = SECOND // STEP

INFLATION_S = 6.0
DEFLATION_SHORTEST_S, DEFLATION_LONGEST_S = 20.0, 35.0
FALL_MMHG_PER_S = (3.0, 6.0)
RELEASE_MMHG_PER_S = 60.0
HIGHEST_TARGET = 280.0
RUNAWAY_LIMIT = 330.0
BELOW_DIASTOLIC = 10.0
LOWEST_MEASURED = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one measurement ended: pressures in mmHg and pulse per minute, whole numbers, or an error and none."""

    systolic: int | None = None
    diastolic: int | None = None
    mean: int | None = None
    pulse_rate: int | None = None
    error: CuffError | None = None


class CuffTrouble(Enum):
    """What may be wrong with a cuff that no longer ends its measurement by itself."""

    JAMMED = "jammed"
    """The valve does not open: the pressure stands still."""
    RUNAWAY = "runaway"
    """The pump does not stop."""


class _Part(Enum):
    EMPTY = "empty"
    FILLING = "filling"
    MEASURING = "measuring"


class EmulatedCuff:
    """One cuff. Time passes in whole steps only, so that it does not matter how a stretch is cut.

    Attributes:
        pressure: in the cuff now, mmHg.
        trouble: set to spoil the measurements from now on; a stop still lets the pressure out.
    """

    def __init__(self, source: VitalSource, seed: int = 0) -> None:
        self.pressure = 0.0
        self.trouble: CuffTrouble | None = None
        self._source = source
        self._random = random.Random(seed)
        self._part = _Part.EMPTY
        self._steps = 0
        self._target = 0.0
        self._fall = 0.0

    @property
    def measuring(self) -> bool:
        """Whether a measurement is under way."""
        return self._part is not _Part.EMPTY

    def start(self, target: float = 160.0) -> bool:
        """Begin one measurement, pumped up to `target` mmHg or over the systolic; False: one is under way."""
        if self.measuring:
            return False
        self._part, self._steps = _Part.FILLING, 0
        # A cuff that stops below systolic measures nothing: the device pumps on.
        self._target = min(max(target, (self._source.oximeter().systolic or 0.0) + 20.0), HIGHEST_TARGET)
        inflate(self._source)
        return True

    def stop(self) -> Outcome | None:
        """Let the pressure out; the outcome of what was stopped, None when nothing ran."""
        if not self.measuring:
            return None
        self._end()
        return Outcome(error=CuffError.ABORTED)

    def step(self) -> Outcome | None:
        """Let one step pass; the outcome when the measurement ends with it."""
        self._steps += 1
        match self._part:
            case _Part.EMPTY:
                self.pressure = max(0.0, self.pressure - RELEASE_MMHG_PER_S / STEPS_PER_S)
            case _Part.FILLING if self.trouble is CuffTrouble.RUNAWAY:
                self.pressure = min(self.pressure + HIGHEST_TARGET / INFLATION_S / STEPS_PER_S, RUNAWAY_LIMIT)
            case _Part.FILLING:
                part = self._steps / (INFLATION_S * STEPS_PER_S)
                self.pressure = max(self.pressure, self._target * min(1.0, part))
                if part >= 1.0:
                    self._part, self._steps = _Part.MEASURING, 0
            case _Part.MEASURING if self.trouble is None:
                return self._measure()
        return None

    def _measure(self) -> Outcome | None:
        if self._steps % STEPS_PER_S == 1:
            self._fall = self._random.uniform(*FALL_MMHG_PER_S)
        self.pressure = max(LOWEST_MEASURED, self.pressure - self._fall / STEPS_PER_S)
        lasted = self._steps / STEPS_PER_S
        low = self.pressure <= (self._source.oximeter().diastolic or 0.0) - BELOW_DIASTOLIC
        if lasted < DEFLATION_SHORTEST_S or (lasted < DEFLATION_LONGEST_S and not low):
            return None
        self._end()
        return self._read()

    def _read(self) -> Outcome:
        reading = self._source.cuff_reading()
        if reading.cuff_error is not None:
            return Outcome(error=reading.cuff_error)
        if reading.systolic is None or reading.diastolic is None or reading.mean is None:
            return Outcome(error=CuffError.TIMEOUT)
        pulse_rate = None if reading.pulse_rate is None else round(reading.pulse_rate)
        return Outcome(round(reading.systolic), round(reading.diastolic), round(reading.mean), pulse_rate)

    def _end(self) -> None:
        self._part = _Part.EMPTY
        let_go(self._source)


class Steps:
    """Cuts the time given to a device into whole steps; what is left over waits for the next call."""

    def __init__(self) -> None:
        self._left: Duration = 0

    def take(self, dt: Duration) -> int:
        """How many steps are complete when `dt` more has passed."""
        self._left += dt
        whole, self._left = divmod(self._left, STEP)
        return whole
