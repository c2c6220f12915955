"""When to try an undelivered page again (pure)."""

from __future__ import annotations

from collections.abc import Callable

from config.instant import SECOND, Duration

FIRST: Duration = 1 * SECOND
LONGEST: Duration = 30 * SECOND
"""A receiver that comes back hears of a present alarm at most this much later."""


def next_try(attempt: int, random: Callable[[], float], asked: Duration | None = None) -> Duration:
    """How long to wait after failed attempt number `attempt` (from 1).

    Doubles from 1 s up to 30 s. `random` gives a number in [0, 1) that spreads the wait over its upper half,
    so that many pages do not come back in step. `asked` is the receiver's own wish; it may lengthen the wait
    up to the same 30 s, because no receiver may put off an alarm further.
    """
    longest = min(LONGEST, FIRST << min(attempt - 1, 16))
    wait = round(longest * (0.5 + 0.5 * random()))
    return wait if asked is None else max(wait, min(asked, LONGEST))
