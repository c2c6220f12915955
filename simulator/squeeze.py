"""What a cuff does to a probe on the same limb (signals, sections 1.3 and 5): it takes the pulse away, then lies.

While the cuff is inflated the finger's amplitude falls to a twentieth within 4 s; after the release SpO2 reads wrong
for 5 to 10 s, mostly too high, and then there is no number at all for 10 to 20 s.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np

FALL_S = 4.0
LEFT = 0.05
ERROR_MEAN, ERROR_SD = 2.9, 4.0
ERROR_S, LOSS_S = (5.0, 10.0), (10.0, 20.0)


@runtime_checkable
class FeelsCuff(Protocol):
    """A body that a cuff does something to; a recording does not."""

    def cuff_inflates(self) -> None:
        """The cuff begins to squeeze now."""
        ...

    def cuff_lets_go(self) -> None:
        """The cuff is empty now."""
        ...


def inflate(source: object) -> None:
    """A cuff on this body begins to squeeze."""
    if isinstance(source, FeelsCuff):
        source.cuff_inflates()


def let_go(source: object) -> None:
    """A cuff on this body is empty."""
    if isinstance(source, FeelsCuff):
        source.cuff_lets_go()


class Squeeze:
    """One finger behind a cuff. Times are the patient's seconds."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._inflated_s: float | None = None
        self._released_s: float | None = None
        self._error = self._error_s = self._loss_s = 0.0

    def inflate(self, t_s: float) -> None:
        """The cuff begins to squeeze."""
        self._inflated_s, self._released_s = t_s, None

    def let_go(self, t_s: float) -> None:
        """The cuff is empty: the finger fills, and how wrong it reads is drawn."""
        if self._inflated_s is None:
            return
        self._inflated_s, self._released_s = None, t_s
        self._error = float(self._rng.normal(ERROR_MEAN, ERROR_SD))
        self._error_s = float(self._rng.uniform(*ERROR_S))
        self._loss_s = float(self._rng.uniform(*LOSS_S))

    def amplitude(self, t_s: float) -> float:
        """The share of the pulse's height that is left, 0.05 to 1."""
        if self._inflated_s is None:
            return 1.0
        return max(LEFT, 1.0 - (1.0 - LEFT) * (t_s - self._inflated_s) / FALL_S)

    def error(self, t_s: float) -> float:
        """Points that SpO2 reads too high (or too low) now."""
        if self._released_s is None or not 0 <= t_s - self._released_s < self._error_s:
            return 0.0
        return self._error

    def lost(self, t_s: float) -> bool:
        """Whether the oximeter finds no pulse now."""
        if self._released_s is None:
            return False
        return self._error_s <= t_s - self._released_s < self._error_s + self._loss_s
