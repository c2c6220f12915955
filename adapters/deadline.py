"""Waiting for a deadline that may be moved meanwhile."""

from __future__ import annotations

import asyncio

from config.instant import Clock, Instant


async def reached(deadline: Instant, moved: asyncio.Event, clock: Clock) -> bool:
    """Wait for `deadline`, or until `moved` says that another one has taken its place; whether it has come."""
    waits = [asyncio.ensure_future(clock.sleep_until(deadline)), asyncio.ensure_future(moved.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
    return clock.now() >= deadline
