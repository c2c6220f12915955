"""Values that come in messages of their own and make one reading (mqtt-payloads, section 6, row 11)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from config.instant import Duration, Instant

T = TypeVar("T")


@dataclass(slots=True)
class Parts(Generic[T]):
    """What has come of one reading. `offset`: number of its first message."""

    offset: int
    until: Instant | None
    found: dict[str, T] = field(default_factory=dict)


class Joining(Generic[T]):
    """Collects parts until all of `names` are there or the time is over."""

    def __init__(self, names: frozenset[str], within: Duration) -> None:
        self._names = names
        self._within = within
        self._open: Parts[T] | None = None

    @property
    def deadline(self) -> Instant | None:
        """When the reading under way is closed, whatever has come of it."""
        return None if self._open is None else self._open.until

    def add(self, found: dict[str, T], offset: int, now: Instant | None) -> list[Parts[T]]:
        """One more message; the readings that it completes, and the one that it leaves incomplete behind."""
        closed = [] if now is None else self.expire(now)
        if self._open is not None and not self._open.found.keys().isdisjoint(found):
            # The next reading has begun: nothing more comes of this one.
            closed += self.close()
        if self._open is None:
            self._open = Parts(offset, None if now is None else now + self._within)
        self._open.found.update(found)
        if self._names <= self._open.found.keys():
            closed += self.close()
        return closed

    def expire(self, now: Instant) -> list[Parts[T]]:
        """The reading whose time is over."""
        over = self._open is not None and self._open.until is not None and now >= self._open.until
        return self.close() if over else []

    def close(self) -> list[Parts[T]]:
        """The reading under way, as it is."""
        found, self._open = self._open, None
        return [] if found is None else [found]
