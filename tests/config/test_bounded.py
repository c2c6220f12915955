"""A bound that holds also while a task is being stopped."""

from __future__ import annotations

import asyncio

import pytest

from config.bounded import within
from tests.support.clock import let_tasks_run


async def never() -> None:
    await asyncio.Event().wait()


async def seven() -> int:
    return 7


async def test_a_result_in_time_is_given_back() -> None:
    assert await within(60, seven()) == 7


async def test_what_takes_longer_is_cancelled() -> None:
    with pytest.raises(TimeoutError):
        await within(0.001, never())


async def test_an_error_is_raised_as_it_is() -> None:
    async def wrong() -> None:
        raise ValueError("as it is")

    with pytest.raises(ValueError, match="as it is"):
        await within(60, wrong())


async def test_it_holds_in_a_task_that_has_been_cancelled() -> None:
    """On Python 3.11.2 `asyncio.timeout` does not."""
    came: list[str] = []

    async def orderly() -> None:
        try:
            await never()
        finally:
            try:
                await within(0.001, never())
            except TimeoutError:
                came.append("went on")

    task = asyncio.create_task(orderly())
    await let_tasks_run()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert came == ["went on"]


async def test_a_cancellation_takes_the_work_along() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await never()
        finally:
            ended.set()

    task = asyncio.create_task(within(60, work()))
    await let_tasks_run()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()
