"""Counts time that may stand still: the valid time of a delay, the valid time of a clear condition."""

from __future__ import annotations

from dataclasses import dataclass

from config.instant import Duration, Instant


@dataclass(slots=True)
class Stopwatch:
    """Time collected before, and since when it runs; None = it stands still."""

    collected: Duration = 0
    running_from: Instant | None = None

    def start(self, at: Instant) -> None:
        """Run from `at`; no change when it already runs."""
        if self.running_from is None:
            self.running_from = at

    def stop(self, at: Instant) -> None:
        """Stand still from `at`, keeping what was collected."""
        if self.running_from is not None:
            self.collected += max(0, at - self.running_from)
            self.running_from = None

    def reset(self) -> None:
        """Forget everything."""
        self.collected = 0
        self.running_from = None

    def elapsed(self, at: Instant) -> Duration:
        """Collected time at `at`."""
        running = 0 if self.running_from is None else max(0, at - self.running_from)
        return self.collected + running

    def reaches(self, target: Duration) -> Instant | None:
        """When it will have collected `target` if nothing stops it; None while it stands still."""
        return None if self.running_from is None else self.running_from + target - self.collected
