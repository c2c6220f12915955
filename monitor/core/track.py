"""What stands for one metric now, and what stood during the last minutes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from config.instant import MINUTE, Duration, Instant

KEEP: Duration = 6 * MINUTE
"""Longer than every window asked about while the drug runs and after it: five minutes before a minute mark."""
KEEP_BEFORE_START: Duration = 15 * MINUTE
"""The five minutes before a start that is entered up to ten minutes late."""


@dataclass(slots=True)
class Track:
    """Accepted values of one metric and the time each of them covers (rulings 1.1).

    Attributes:
        value, at: the last accepted value and its own time; None before the first.
        until: when it stops standing.
        starts, ends, values: what was covered, ascending, without overlap; equal neighbours are one stretch.
        keep: how far back that reaches at least.
    """

    value: float | None = None
    at: Instant | None = None
    until: Instant = 0
    starts: list[Instant] = field(default_factory=list)
    ends: list[Instant] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    keep: Duration = KEEP_BEFORE_START

    def put(self, value: float, at: Instant, until: Instant) -> None:
        """Accept `value`, standing from `at` to `until` unless something ends it before."""
        ends = self.ends
        if ends:
            if ends[-1] >= at:
                if self.values[-1] == value:
                    ends[-1] = until
                    self.value, self.at, self.until = value, at, until
                    return
                ends[-1] = at
            if self.starts[0] < at - 2 * self.keep:
                self._forget(at - self.keep)
        self.starts.append(at)
        ends.append(until)
        self.values.append(value)
        self.value, self.at, self.until = value, at, until

    def end(self, at: Instant) -> None:
        """The metric's next sample has come without an accepted value: nothing stands from `at` on."""
        if self.until > at:
            self.until = at
            self.ends[-1] = max(at, self.starts[-1])

    def stands(self, at: Instant) -> bool:
        """Whether an accepted value covers the moment after `at`."""
        return self.at is not None and self.at <= at < self.until

    def covered(self, start: Instant, end: Instant) -> Duration:
        """How much of [start, end) an accepted value covered."""
        return sum(length for _, length in self.within(start, end))

    def median(self, start: Instant, end: Instant) -> tuple[float | None, Duration]:
        """The median over the covered time of [start, end), and how long that is; None when nothing is."""
        return median_of((self,), start, end)

    def within(self, start: Instant, end: Instant) -> list[tuple[float, Duration]]:
        """Each value that covered some of [start, end), and how much of it."""
        found = []
        first, last = max(0, bisect_right(self.starts, start) - 1), bisect_left(self.starts, end)
        stretches = zip(self.values[first:last], self.starts[first:last], self.ends[first:last], strict=True)
        for value, begin, until in stretches:
            length = (until if until < end else end) - (begin if begin > start else start)
            if length > 0:
                found.append((value, length))
        return found

    def _forget(self, before: Instant) -> None:
        keep = max(0, bisect_right(self.ends, before))
        del self.starts[:keep], self.ends[:keep], self.values[:keep]


def median_of(tracks: Iterable[Track], start: Instant, end: Instant) -> tuple[float | None, Duration]:
    """The median over what any of the tracks covered of [start, end), and how long that is; they do not overlap."""
    parts = sorted([part for track in tracks for part in track.within(start, end)])
    total = sum([length for _, length in parts])
    if total == 0:
        return None, 0
    middle, reached = 0, parts[0][1]
    while 2 * reached < total:
        middle += 1
        reached += parts[middle][1]
    value = parts[middle][0]
    if 2 * reached == total:
        value = (value + parts[middle + 1][0]) / 2
    return value, total


def highest_of(tracks: Iterable[Track], start: Instant, end: Instant) -> float | None:
    """The highest value with which any of the tracks covered some of [start, end)."""
    return max((value for track in tracks for value, _ in track.within(start, end)), default=None)
