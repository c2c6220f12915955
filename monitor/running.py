"""Runs a service from a command until the operator stops it: signals, ending, exit."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

from monitor.core.errors import VitalsError

STOPPING = (signal.SIGINT, signal.SIGTERM)


async def until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` until it ends, or a first SIGINT or SIGTERM cancels it; then wait for its orderly end."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(work)
    for number in STOPPING:
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        pass
    except BaseExceptionGroup as group:
        raise plain(group) from None
    finally:
        for number in STOPPING:
            loop.remove_signal_handler(number)


def plain(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error an operator can act on out of a group of them; the group itself when there is none."""
    found = group.subgroup(VitalsError)
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]  # type: ignore[assignment]
    return group if found is None else found
