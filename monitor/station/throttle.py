"""Slowing down whoever guesses passwords. The rule is pure; the clock's now is an argument."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from config.instant import MINUTE, SECOND, Duration, Instant

FREE_TRIES = 5
LONGEST_WAIT: Duration = 5 * MINUTE
FORGET_AFTER: Duration = 15 * MINUTE
KEPT = 2048


def wait_after(failures: int) -> Duration:
    """How long the next try must wait after so many failures in a row: 0, then 2 s doubling up to 5 min."""
    if failures < FREE_TRIES:
        return 0
    return min(LONGEST_WAIT, (2 * SECOND) << min(failures - FREE_TRIES, 10))


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed sign-ins in a row of one name or one address."""

    count: int
    last_at: Instant


class Throttle:
    """Failed sign-ins per subject. Bounded: beyond 2048 subjects the one that failed longest ago is forgotten."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, Failures] = OrderedDict()

    def wait(self, subject: str, now: Instant) -> Duration:
        """How long `subject` must still wait; 0 when it may try."""
        seen = self._failures.get(subject)
        if seen is None:
            return 0
        return max(0, seen.last_at + wait_after(seen.count) - now)

    def failed(self, subject: str, now: Instant) -> None:
        """`subject` failed once more."""
        seen = self._failures.pop(subject, None)
        count = seen.count + 1 if seen is not None and now - seen.last_at < FORGET_AFTER else 1
        self._failures[subject] = Failures(count, now)
        while len(self._failures) > KEPT:
            self._failures.popitem(last=False)

    def succeeded(self, subject: str) -> None:
        """`subject` signed in: its failures are forgotten."""
        self._failures.pop(subject, None)
