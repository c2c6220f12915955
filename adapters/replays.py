"""Tells old readings that somebody had kept from a clock that is merely wrong. Pure."""

from __future__ import annotations

from typing import Final

from config.instant import SECOND, Duration, Instant

STEADY: Final[Duration] = 2 * SECOND
STEADY_MESSAGES: Final = 3


class Replays:
    """Both lag behind: what a broker, a gateway or a monitor had kept, and a clock that is slow.

    What was kept comes in one burst, faster than it was measured, so its lag shrinks; a wrong clock lags by the same
    amount all the time.

    Args:
        late: a reading that lags no more is none of the kept ones. None: the clock's zone is unknown, so that no lag
            says anything by itself, and each has to be steady first.
        steady: so far the lags of one clock lie apart.
        settle: how long a lag is steady before it is taken for the clock's.
    """

    def __init__(self, late: Duration | None, steady: Duration = STEADY, settle: Duration = STEADY) -> None:
        self._late = late
        self._steady = steady
        self._settle = settle
        self._lag: Duration | None = None
        self._since: Instant = 0
        self._messages = 0

    def old(self, lag: Duration, now: Instant) -> bool:
        """Whether a reading that lags so far is one of the kept ones."""
        if self._late is not None and lag <= self._late:
            self._lag = None
            return False
        if self._lag is None or abs(lag - self._lag) > self._steady:
            self._lag, self._since, self._messages = lag, now, 0
        self._messages += 1
        return self._messages < STEADY_MESSAGES or now - self._since < self._settle
