"""A command's work ends by itself or by the first signal, and its error is one an operator can act on."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from monitor.core.errors import JournalError
from monitor.running import plain, until_stopped


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_the_work_in_order(number: int) -> None:
    """It may finish what it has to; no exception comes out."""
    done: list[str] = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            done.append("closed")

    await until_stopped(work())
    assert done == ["closed"]


async def test_work_that_ends_by_itself() -> None:
    """Nothing is waited for."""

    async def work() -> None:
        return

    await until_stopped(work())


async def test_the_operator_s_error_is_taken_out_of_its_groups() -> None:
    """The command line shows one message, not a tree."""

    async def work() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(inner())

    async def inner() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())

    async def fail() -> None:
        raise JournalError("the journal is in use")

    with pytest.raises(JournalError, match="in use"):
        await until_stopped(work())


def test_a_bug_stays_the_group_it_came_in() -> None:
    """Its traceback is wanted whole."""
    group = BaseExceptionGroup("bugs", [RuntimeError("a"), KeyError("b")])
    assert plain(group) is group
