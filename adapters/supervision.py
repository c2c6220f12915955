"""A part that dies of a bug is told, and started again; the others never notice."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from random import Random
from typing import Never

from adapters.backoff import Backoff
from adapters.transports.contract import LinkError
from config.instant import SECOND, Clock

BACKOFF = Backoff(first=SECOND, cap=30 * SECOND)
"""Slower than for the world's failures: a bug seldom mends itself."""

logger = logging.getLogger(__name__)


async def keep_running(
    name: str, part: Callable[[], Awaitable[Never]], on_bug: Callable[[str], None], clock: Clock, random: Random
) -> Never:
    """Run `part` for ever. Each bug is logged with its trace and told to `on_bug` in words.

    Raises:
        LinkError: `part` lost a connection that is not its own to mend.
    """
    bugs = 0
    while True:
        started = clock.now()
        try:
            await part()
        except LinkError:
            raise  # the world's failure and no bug: whoever holds the connection sees to it
        except Exception as error:
            logger.exception("%s stopped by a bug; it will be started again", name)
            reason = bug_in_words(error)
        tell(name, on_bug, reason)
        now = clock.now()
        bugs = 1 if now - started > BACKOFF.cap else bugs + 1
        await clock.sleep_until(BACKOFF.next_try(bugs, now, random.random()))


def tell(name: str, on_bug: Callable[[str], None], reason: str) -> None:
    """Call `on_bug`; when that fails too (the bug may be the listener's), the log is all that is left."""
    try:
        on_bug(reason)
    except Exception:
        logger.exception("%s: the failure could not be reported: %s", name, reason)


def bug_in_words(error: Exception) -> str:
    """The reason of a gap that is our own fault."""
    return f"internal error ({type(error).__name__}: {error})"
