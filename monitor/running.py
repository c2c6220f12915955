"""Runs a service from a command until the operator stops it: signals, ending, exit."""

from __future__ import annotations

import asyncio
import importlib.util
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from monitor.core.errors import VitalsError

STOPPING = (signal.SIGINT, signal.SIGTERM)
SWITCH_S = 0.0005
"""After so long a busy thread hands the interpreter over. The journal's writer asks for it several times in each
commit, and an alarm waits meanwhile: beside 6000 messages a second, a raise and its end took five times as long with
Python's own 5 ms."""


def run_until_stopped(work: Coroutine[Any, Any, None]) -> None:
    """`until_stopped` on an event loop of its own: uvloop where it is installed.

    It comes with uvicorn's standard extra, but not on every system. Measured on two busy cores with 1000 beds and
    2000 messages a second, two runs each: 160 and 207 µs of processor time a message, with asyncio's own loop 258 and
    231 µs. At 100 beds and 100 messages a second it saves nothing that could be told from noise.
    """
    sys.setswitchinterval(SWITCH_S)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(until_stopped(work))


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    if importlib.util.find_spec("uvloop") is None:
        return asyncio.new_event_loop
    import uvloop

    return uvloop.new_event_loop


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
