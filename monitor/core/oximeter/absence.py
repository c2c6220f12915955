"""How long SpO2 has been missing (alarm-system 3.2, SPO2_NO_DATA; rulings, section 3).

Bad time is the longer of two: since the last VALID sample, and since the last moment at which enough of the
past half minute was valid. The second keeps a probe that speaks three seconds in every thirteen from staying
silent.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from config.instant import Duration, Instant
from monitor.core.rules.technical import NoDataRule


@dataclass(slots=True)
class Absence:
    """What is known about missing SpO2.

    Attributes:
        opened_at: opening of the session; counts while there has been no valid sample.
        last_valid_at: the last VALID sample's own time.
        spans: stretches covered by VALID samples, ascending, merged, as [start, end]; only the window's worth.
        thin_from: since when less than enough of the window was valid; None while enough is.
        frozen_from: since when no time counts (SPO2_OCCLUDED); None while it does.
        valid_lag, thin_lag: by how much either beginning has been moved for such time.
    """

    opened_at: Instant
    last_valid_at: Instant | None = None
    spans: list[list[Instant]] = field(default_factory=list)
    thin_from: Instant | None = None
    frozen_from: Instant | None = None
    valid_lag: Duration = 0
    thin_lag: Duration = 0

    def cover(self, start: Instant, until: Instant) -> None:
        """A VALID sample stands from `start`, until `until` unless something ends it."""
        self.last_valid_at = start
        self.valid_lag = 0
        if self.spans and self.spans[-1][1] >= start:
            self.spans[-1][1] = until
        else:
            self.spans.append([start, until])

    def cut(self, at: Instant) -> None:
        """Nothing valid stands from `at` on."""
        if self.spans and self.spans[-1][1] > at:
            self.spans[-1][1] = max(at, self.spans[-1][0])

    def forget(self, before: Instant) -> None:
        """Drop what has left the window."""
        while self.spans and self.spans[0][1] < before:
            del self.spans[0]

    def valid_within(self, at: Instant, window: Duration) -> Duration:
        """Valid time in the window that ends at `at`."""
        start = at - window
        return sum(max(0, min(end, at) - max(begin, start)) for begin, end in self.spans)

    def freeze(self, at: Instant) -> None:
        """From here on no time counts."""
        self.cut(at)
        self.frozen_from = at

    def resume(self, at: Instant) -> None:
        """Time counts again, as if none had passed since `freeze`: everything known moves by what has."""
        if self.frozen_from is None:
            return
        self.cut(self.frozen_from)
        gone, self.frozen_from = at - self.frozen_from, None
        self.opened_at += gone
        self.valid_lag += gone
        if self.last_valid_at is not None:
            self.last_valid_at += gone
        if self.thin_from is not None:
            self.thin_from += gone
            self.thin_lag += gone
        self.spans = [[start + gone, end + gone] for start, end in self.spans]

    def told_since(self) -> Instant:
        """`bad_since` by the clock on the wall."""
        since = (self.opened_at if self.last_valid_at is None else self.last_valid_at) - self.valid_lag
        return since if self.thin_from is None else min(since, self.thin_from - self.thin_lag)

    def bad_since(self) -> Instant:
        """Since when bad time counts."""
        since = self.opened_at if self.last_valid_at is None else self.last_valid_at
        return since if self.thin_from is None else min(since, self.thin_from)

    def next_turn(self, now: Instant, rule: NoDataRule) -> Instant | None:
        """When the window next becomes thin (or thick again) if no further sample comes; None: never."""
        begin = max(now, self.opened_at + rule.window)
        thin = self.thin_from is not None
        last = self.spans[-1][1] if self.spans else self.opened_at
        if not thin and len(self.spans) == 1 and self.spans[0][0] <= begin - rule.window and last >= begin:
            # Nothing was missing: the short answer to what is nearly always asked.
            return last + (rule.window - rule.window_valid) if rule.window_valid > 0 else None
        if thin and last <= begin:
            return None  # nothing stands, so it cannot get better by itself
        amount = self.valid_within(begin, rule.window)
        if (amount >= rule.window_valid) if thin else (amount < rule.window_valid):
            return begin
        edges = {edge for start, end in self.spans for edge in (start, end, start + rule.window, end + rule.window)}
        left = begin
        for mark in sorted(edge for edge in edges if edge > begin and not (thin and edge > last)):
            reached = self.valid_within(mark, rule.window)
            # Between two edges the amount changes by one second a second or not at all.
            if thin and reached >= rule.window_valid:
                return left + (rule.window_valid - amount)
            if not thin and reached < rule.window_valid:
                return left + (amount - rule.window_valid)
            left, amount = mark, reached
        return None

    def turn(self, at: Instant) -> None:
        """The moment of `next_turn` has come."""
        self.thin_from = at if self.thin_from is None else None
        self.thin_lag = 0
