"""A request delivered twice."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import Response

from monitor.station.once import KEPT, Once
from monitor.station.problem import Problem
from tests.support.clock import let_tasks_run


class Counted:
    """An action that counts its runs."""

    def __init__(self) -> None:
        self.runs = 0

    async def __call__(self) -> Response:
        self.runs += 1
        return Response(str(self.runs))


async def test_without_a_key_every_delivery_counts() -> None:
    once, action = Once(), Counted()
    for _ in range(2):
        await once.run("nurse-a", None, b"x", action)
    assert action.runs == 2


async def test_the_key_belongs_to_one_person() -> None:
    once, action = Once(), Counted()
    for person in ("nurse-a", "nurse-b", "nurse-a"):
        await once.run(person, "k", b"x", action)
    assert action.runs == 2


@pytest.mark.parametrize("key", ["", "k" * 129])
async def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(Problem, match="Idempotency-Key"):
        await Once().run("nurse-a", key, b"x", Counted())


async def test_memory_is_bounded_and_the_oldest_goes_first() -> None:
    once, action = Once(), Counted()
    for number in range(KEPT + 1):
        await once.run("nurse-a", f"k-{number}", b"x", action)
    await once.run("nurse-a", f"k-{KEPT}", b"x", action)
    assert action.runs == KEPT + 1
    await once.run("nurse-a", "k-0", b"x", action)
    assert action.runs == KEPT + 2


async def test_a_delivery_broken_off_is_not_taken_up_again() -> None:
    """Nobody knows how far it came: the second delivery learns that, and the person looks."""
    once = Once()

    async def endless() -> Response:
        await asyncio.get_running_loop().create_future()
        raise AssertionError("unreachable")

    first = asyncio.create_task(once.run("nurse-a", "k", b"x", endless))
    await let_tasks_run()
    first.cancel()
    await asyncio.wait([first])
    with pytest.raises(Problem, match="broken off"):
        await once.run("nurse-a", "k", b"x", Counted())
