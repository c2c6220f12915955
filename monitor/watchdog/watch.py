"""Watches the heartbeat, and cries out while it is missing (CORE_STALLED, alarm-system 3.2 and 5.4 a)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import structlog

from config.instant import SECOND, Clock, Duration, Instant
from monitor.heartbeat import Beat

LOOK_EVERY: Duration = SECOND
ASLEEP: Duration = 3 * SECOND
"""Between two looks of its own: the machine stood still, and the service with it. It gets its time anew."""

LONGEST: Duration = 3600 * SECOND

log = structlog.get_logger("bedwatch.watchdog")


class Alarm(Protocol):
    """How the watchdog makes itself heard; both return at once."""

    def begin(self, since: Instant) -> None:
        """No heartbeat since then: cry out until `end`."""
        ...

    def end(self, lasted: Duration) -> None:
        """The heart beats again."""
        ...


class Watchdog:
    """Cries out when the heartbeat has not changed for `patience`, until it changes or the service says it was stopped.

    Before the first heartbeat it waits: a service that nobody has started yet is missed by nobody.

    Args:
        read: the heartbeat as it stands.
        beside: process of the service that has started this watchdog; None: it belongs to none.
    """

    def __init__(
        self,
        read: Callable[[], Beat | None],
        alarm: Alarm,
        clock: Clock,
        *,
        patience: Duration,
        beside: int | None = None,
    ) -> None:
        self._read = read
        self._alarm = alarm
        self._clock = clock
        self._patience = patience
        self._beside = beside
        self._last: Beat | None = None
        self._known = False
        self._moved_at: Instant = clock.now()
        self._looked_at: Instant = clock.now()
        self._crying_since: Instant | None = None

    @property
    def crying(self) -> bool:
        """Whether the service is missed now."""
        return self._crying_since is not None

    async def run(self) -> None:
        """Watch until cancelled, or until the service that this watchdog belongs to has a successor with its own."""
        try:
            while not self._superseded() and not self._hoarse():
                self.look()
                await self._clock.sleep_until(self._clock.now() + LOOK_EVERY)
        finally:
            self._stop(self._clock.now())

    def look(self) -> None:
        """One look at the heartbeat."""
        now, beat = self._clock.now(), self._read()
        if beat is not None and self._beside is not None and not self._known:
            # What stands there before the own service has beaten is an earlier one's.
            self._known = beat.pid == self._beside
            beat = beat if self._known else None
        if now - self._looked_at > ASLEEP:
            self._moved_at = now
        self._looked_at = now
        if beat is not None and beat != self._last:
            if self._last is None or beat.stopped is not self._last.stopped:
                log.info("service_stopped_in_order" if beat.stopped else "heartbeat_found", pid=beat.pid)
            self._last, self._moved_at = beat, now
            self._stop(now)
        missed = self._last is not None and not self._last.stopped and now - self._moved_at >= self._patience
        if missed and not self.crying:
            self._crying_since = self._moved_at
            log.error("CORE_STALLED", without_heartbeat_s=(now - self._moved_at) // SECOND)
            self._alarm.begin(self._moved_at)

    def _stop(self, now: Instant) -> None:
        if self._crying_since is not None:
            since, self._crying_since = self._crying_since, None
            log.warning("heartbeat_back", after_s=(now - since) // SECOND)
            self._alarm.end(now - since)

    def _hoarse(self) -> bool:
        """Nobody has come for an hour: one that belongs to a service that is gone must not stay for ever."""
        crying = self._crying_since
        return self._beside is not None and crying is not None and self._clock.now() - crying > LONGEST

    def _superseded(self) -> bool:
        return self._beside is not None and self._last is not None and self._last.pid != self._beside
