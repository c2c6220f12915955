"""Keeps the log readable while something goes on failing: the reason once, then only news."""

from __future__ import annotations

from logging import Logger

from config.instant import MINUTE, Duration, Instant

REPEAT: Duration = 10 * MINUTE
"""How often a failure that stays the same is told again, with its count."""
TOLD: Duration = MINUTE
"""So long somebody else's word about a loss is enough: what follows from it, as a port that is gone, is no news."""


class FailureLog:
    """What has been logged of one thing that is tried again and again."""

    def __init__(self, logger: Logger, name: str) -> None:
        self._logger = logger
        self._name = name
        self._reason: str | None = None
        self._told_at: Instant = 0
        self._untold = 0
        self._quiet_until: Instant = 0

    def told(self, now: Instant) -> None:
        """Somebody else tells of this failure, with its reason."""
        self._reason, self._untold = None, 0
        self._quiet_until = now + TOLD

    def failed(self, reason: str, now: Instant) -> None:
        """Another failure: logged when its reason is new, or when the last line about it is 10 minutes old."""
        if now < self._quiet_until:
            return
        if reason == self._reason and now - self._told_at < REPEAT:
            self._untold += 1
            return
        if reason == self._reason:
            self._logger.info("%s: still %s (%d times since last said)", self._name, reason, self._untold + 1)
        else:
            self._logger.info("%s: %s", self._name, reason)
        self._reason, self._told_at, self._untold = reason, now, 0
