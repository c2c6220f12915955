"""The service's time scale, and what a clock offers.

All decisions are made on one steady scale of whole microseconds. In the service it is UTC since 1970, read
once at start and then carried on by the monotonic clock, so a step of the wall clock never moves an alarm
delay; in a replay it starts at 0. Whole numbers make sums exact: the same night gives the same events
whether it starts at 0 or in 2026.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeAlias

Instant: TypeAlias = int
"""A point on the service's time scale, in microseconds."""

Duration: TypeAlias = int
"""A length of time, in microseconds."""

SECOND: Duration = 1_000_000
MINUTE: Duration = 60 * SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(value: float) -> Duration:
    """Seconds, as written in settings and protocols, to a Duration."""
    return round(value * SECOND)


def to_seconds(value: Duration) -> float:
    """An Instant or Duration in seconds, rounded to the millisecond that output carries."""
    return round(value / 1000) / 1000


def to_rfc3339(at: Instant) -> str:
    """`2026-11-22T14:05:40.123Z`: the service's Instant as a reader of JSON sees it."""
    moment = _EPOCH + timedelta(microseconds=round(at / 1000) * 1000)
    # Not strftime: this runs for every time on every page; measured 3.1 µs this way, 4.4 µs that.
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"


def from_datetime(moment: datetime) -> Instant:
    """An aware datetime as an Instant.

    Raises:
        ValueError: the datetime has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be placed")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_datetime(at: Instant) -> datetime:
    """An Instant as a datetime in UTC."""
    return _EPOCH + timedelta(microseconds=at)


class Clock(Protocol):
    """Where the outer shells get the time. `monitor/clock.py` holds the only real one."""

    def now(self) -> Instant:
        """The present moment on the service's scale; never goes back."""
        ...

    async def sleep_until(self, at: Instant) -> None:
        """Return at `at`, or at once when it has passed."""
        ...
