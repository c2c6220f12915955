"""When a cuff may be started and when it has to be stopped (blood-pressure, sections 9.5 and 9.6).

Every dialogue that can start a measurement keeps one guard for the life of its device, over all its connections:
a lock-out that a pulled cable ends would be none. The guard knows time and cuff pressure, never bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from config.instant import MINUTE, SECOND, Duration, Instant

REST: Final[Duration] = 30 * SECOND
"""Between two attempts, counted from the moment the cuff was empty again."""
ATTEMPTS: Final = 3
ATTEMPTS_FORGOTTEN: Final[Duration] = 5 * MINUTE
STALL: Final[Duration] = 30 * SECOND
STALL_PRESSURE: Final = 15.0
PROGRESS: Final = 2.0
"""A change of cuff pressure in mmHg that counts as progress; less is the sensor's own noise."""
TAKEN_UP: Final[Duration] = 10 * SECOND
"""How long a device may take to show that it has begun what it was told to begin."""
STOP_AGAIN: Final[Duration] = 3 * SECOND
STOP_INSISTS: Final[Duration] = 15 * SECOND


@dataclass(frozen=True, slots=True)
class CuffBounds:
    """How long a measurement may take at most, and the highest cuff pressure, mmHg."""

    upper_time: Duration
    highest: float


ADULT: Final = CuffBounds(120 * SECOND, 300.0)
NEONATE: Final = CuffBounds(90 * SECOND, 150.0)


@dataclass(slots=True)
class Measurement:
    """A measurement under way.

    Attributes:
        ours: it was requested here, not at the device.
        confirmed: the device has shown that it measures.
        pressure: the last cuff pressure that counted as progress, mmHg.
    """

    since: Instant
    progress_at: Instant
    ours: bool
    confirmed: bool = False
    pressure: float = 0.0


class CuffGuard:
    """The lock-outs and upper bounds of one cuff."""

    def __init__(self, bounds: CuffBounds = ADULT) -> None:
        self.measurement: Measurement | None = None
        self._bounds = bounds
        self._rest_until: Instant = 0
        self._attempts = 0
        self._attempt_at: Instant = 0
        self._stop_until: Instant | None = None
        self._stop_again_at: Instant = 0
        self._told = False
        """The outcome is known of the measurement whose pressure the cuff may still hold."""

    def may_start(self, now: Instant) -> bool:
        """No measurement runs, the arm has rested, and fewer than three attempts have failed in a row."""
        if now - self._attempt_at >= ATTEMPTS_FORGOTTEN:
            self._attempts = 0
        return self.measurement is None and self._attempts < ATTEMPTS and now >= self._rest_until

    def start(self, now: Instant) -> None:
        """A measurement is requested here."""
        self._attempts += 1
        self._attempt_at = now
        self.rest(now)
        self.measurement = Measurement(since=now, progress_at=now, ours=True)
        self._told = False

    def measuring(self, now: Instant) -> Measurement:
        """The device shows that it measures, whoever started it."""
        if self.measurement is None:
            self.measurement = Measurement(since=now, progress_at=now, ours=False)
        self.measurement.confirmed = True
        return self.measurement

    def pressure(self, value: float, now: Instant) -> bool:
        """The device measures and tells its cuff pressure, mmHg; whether it has to be stopped now."""
        running = self.measuring(now)
        if abs(value - running.pressure) >= PROGRESS:
            running.pressure = value
            running.progress_at = now
        return value > self._bounds.highest or self.must_stop(now)

    def inflated(self, value: float, now: Instant) -> bool:
        """The cuff is under pressure, mmHg; whether the device has to be told to stop, or told again."""
        if self.stopping(now):
            return self.insists(now)
        return self.pressure(value, now)

    def empty(self, now: Instant) -> None:
        """The cuff is empty. Ends all but a start that may still be taken up, and a result that is still awaited."""
        running = self.measurement
        if running is None or self._told:
            self.at_rest()
        elif not running.confirmed and now - running.since >= TAKEN_UP:
            # The start was not taken up: the way is free again after the rest.
            self.measurement = None

    def must_stop(self, now: Instant) -> bool:
        """The measurement takes too long, or the cuff is inflated and stands still."""
        deadline = self.deadline()
        return deadline is not None and now >= deadline

    def deadline(self) -> Instant | None:
        """When the running measurement has to be stopped; None without one."""
        running = self.measurement
        if running is None:
            return None
        upper = running.since + self._bounds.upper_time
        return min(upper, running.progress_at + STALL) if running.pressure > STALL_PRESSURE else upper

    def stop(self, now: Instant) -> None:
        """The device is told to stop."""
        if not self.stopping(now):
            self._stop_until = now + STOP_INSISTS
        self._stop_again_at = now + STOP_AGAIN
        self.measurement = None
        self.rest(now)

    def stopping(self, now: Instant) -> bool:
        """Whether the device was told to stop a short while ago and has not shown that it did."""
        return self._stop_until is not None and now <= self._stop_until

    def insists(self, now: Instant) -> bool:
        """Whether a device that measures on although it was told to stop is to be told again now."""
        return self.stopping(now) and now >= self._stop_again_at

    def at_rest(self) -> None:
        """The device shows that nothing runs."""
        self.measurement = None
        self._stop_until = None
        self._told = False

    def rest(self, now: Instant) -> None:
        """The cuff may have emptied as late as now."""
        self._rest_until = now + REST

    def finished(self, gave_pressures: bool, now: Instant) -> None:
        """The device has told the outcome of a measurement."""
        self.at_rest()
        self.rest(now)
        self._told = True
        if gave_pressures:
            self.succeeded()

    def succeeded(self) -> None:
        """A measurement gave pressures: failed attempts no longer count."""
        self._attempts = 0

    def connected(self) -> bool:
        """A new connection knows nothing of what ran before; whether a measurement of ours was left behind."""
        left_behind = self.measurement is not None and self.measurement.ours
        self.measurement = None
        return left_behind
