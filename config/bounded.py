"""A bound on how long something may take that also holds in a task that is being stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """The result of `work`; it is cancelled when it has taken `seconds`.

    For the good-byes of an orderly stop. `asyncio.timeout` is no use there: in a task that has been cancelled already,
    Python 3.11.2 (Debian 12) lets the time-out through as one more cancellation, and what should follow never comes.

    Raises:
        TimeoutError: it took longer.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait([task], timeout=seconds)
    except asyncio.CancelledError:
        await _stop(task)
        raise
    if not done:
        await _stop(task)
        raise TimeoutError
    return task.result()


async def _stop(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
