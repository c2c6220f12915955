"""Whether the cuff result that stands in the device is a new one (blood-pressure.md, sections 7 and 9.1 to 9.3).

Each reply repeats the last result. The whole minutes since it are the only clue to its age, and nothing on the line
carries a sum: a 4 that arrives as a 0 would make an old pressure a new one. So what is new counts when two replies in
a row agree on it, and is told then, once. What stood there when the connection began may have been told before; it
is not told again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from adapters.reading import CuffReading
from config.vocabulary import CuffError

OVERPRESSURE: Final = 0x01
MOTION: Final = 0x02
"""Bits of the third status byte."""

FRESH: Final = 1
"""Most minutes that a result may have stood and still be dated by its receipt."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The cuff's part of one reply: mmHg, the third status byte, whole minutes since the measurement; None = `--`."""

    systolic: int | None
    diastolic: int | None
    mean: int | None
    status: int
    minutes: int | None

    @property
    def pressures(self) -> tuple[int, int] | None:
        """Systolic and diastolic, where both stand there. The mean may be absurd (section 7): it is the device's."""
        return None if self.systolic is None or self.diastolic is None else (self.systolic, self.diastolic)

    @property
    def error(self) -> CuffError | None:
        """The failure that the status names; the one that must end all measuring first."""
        if self.status & OVERPRESSURE:
            return CuffError.OVERPRESSURE
        return CuffError.MOTION if self.status & MOTION else None

    def agrees(self, before: Standing) -> bool:
        """Whether this is what the reply before said, at most a minute older."""
        if (self.systolic, self.diastolic, self.mean, self.status) != (
            before.systolic,
            before.diastolic,
            before.mean,
            before.status,
        ):
            return False
        if self.minutes is None or before.minutes is None:
            return self.minutes is before.minutes
        return 0 <= self.minutes - before.minutes <= 1

    def is_new(self, known: Standing) -> bool:
        """Whether a measurement has ended since `known`: the minutes began again, or others stand there within one."""
        if self.minutes is None or self.minutes > FRESH:
            return False
        if known.minutes is None or self.minutes < known.minutes:
            return True
        return self.pressures is not None and self.pressures != known.pressures


class LastCuff:
    """Follows the standing result of one connection."""

    def __init__(self) -> None:
        self._last: Standing | None = None
        self._known: Standing | None = None

    def told(self, offset: int, seen: Standing) -> CuffReading | None:
        """The outcome that this reply makes known; None: nothing new, or not sure yet."""
        last, self._last = self._last, seen
        if last is None or not seen.agrees(last):
            return None
        known, self._known = self._known, seen
        if known is None:
            return None
        if seen.error is not None:
            named = seen.is_new(known) or seen.error is not known.error
            return _failed(offset, seen.error) if named else None
        if not seen.is_new(known):
            return None
        if seen.pressures is None:
            # It ended without pressures and without a reason: somebody has to look.
            return _failed(offset, CuffError.CUFF)
        systolic, diastolic = seen.pressures
        mean = None if seen.mean is None else float(seen.mean)
        return CuffReading(offset, float(systolic), float(diastolic), mean)


def _failed(offset: int, error: CuffError) -> CuffReading:
    return CuffReading(offset, systolic=None, diastolic=None, mean=None, error=error)
