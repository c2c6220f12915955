"""Alarm limits: a comparison with a number that the baseline may move."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum


class Comparison(StrEnum):
    """How a value is held against a limit; bounds are as written (rulings 1.3)."""

    BELOW = "below"
    AT_MOST = "at_most"
    ABOVE = "above"
    AT_LEAST = "at_least"

    def holds(self, value: float, limit: float) -> bool:
        """Whether `value` stands in this relation to `limit`."""
        if self is Comparison.BELOW:
            return value < limit
        if self is Comparison.AT_MOST:
            return value <= limit
        if self is Comparison.ABOVE:
            return value > limit
        return value >= limit

    @property
    def is_lower_bound(self) -> bool:
        """True when crossing downward is meant."""
        return self in (Comparison.BELOW, Comparison.AT_MOST)


def never(comparison: Comparison) -> float:
    """The number that no value stands in this relation to."""
    return -math.inf if comparison.is_lower_bound else math.inf


class Choose(StrEnum):
    """Which of the absolute and the relative number is the limit."""

    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class AlarmLimit:
    """`comparison` with `absolute`, or with the lower or higher of it and `factor` x baseline + `offset`.

    Without a baseline the absolute number stands alone: in PRE a relative clause counts as met (rulings 3). A limit
    that is relative alone has the number that nothing meets for its absolute one (`never`): it is off without a
    baseline.
    """

    comparison: Comparison
    absolute: float
    factor: float | None = None
    offset: float = 0.0
    choose: Choose = Choose.LOWER
    never_below: float | None = None

    def number(self, baseline: float | None) -> float:
        """The limit in force, in the metric's unit. Not rounded (rulings 1.3)."""
        limit = self.absolute
        if self.factor is not None and baseline is not None:
            relative = self.factor * baseline + self.offset
            limit = min(limit, relative) if self.choose is Choose.LOWER else max(limit, relative)
        if self.never_below is not None:
            limit = max(limit, self.never_below)
        return limit

    def crossed(self, value: float, baseline: float | None) -> bool:
        """Whether `value` meets the comparison."""
        return self.comparison.holds(value, self.number(baseline))
