"""When to try again. Pure: the shell waits."""

from __future__ import annotations

from dataclasses import dataclass

from config.instant import SECOND, Duration, Instant


@dataclass(frozen=True, slots=True)
class Backoff:
    """Pauses that double from `first` up to `cap`; each shortened by up to `spread` of itself.

    The spread keeps a ward full of devices from knocking at one broker or device server in step.
    """

    first: Duration = SECOND // 2
    cap: Duration = 10 * SECOND
    spread: float = 0.25

    def next_try(self, failures: int, now: Instant, chance: float) -> Instant:
        """The moment of the next attempt after `failures` (≥ 1) in a row; `chance` in [0, 1) picks the spread."""
        # Bounded exponent: a port that is gone for a week must not make huge numbers.
        pause = min(self.cap, self.first << min(max(failures, 1) - 1, 32))
        return now + round(pause * (1 - self.spread * chance))
