"""A ward that runs for the length of a block."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from simulator.serve import Ward

BOUND_S = 20.0
"""Real seconds that real input and output may take at most."""


@asynccontextmanager
async def running(ward: Ward) -> AsyncIterator[None]:
    """The ward runs inside the block, and has ended after it."""
    task = asyncio.create_task(ward.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
