"""Between a socket and its reader."""

from __future__ import annotations

import asyncio

from adapters.transports.pipe import PORTION, Pipe


async def test_a_reader_of_much_lets_everybody_else_go_first() -> None:
    """Between two portions the event loop turns: what a flood costs is shared out in small pieces."""
    loop = asyncio.get_running_loop()
    pipe = Pipe("wire")
    much = bytes(range(256)) * (3 * PORTION // 256) + b"end"
    pipe.data_received(much)
    turns: list[int] = []
    got: list[bytes] = []
    for number in range(4):
        loop.call_soon(turns.append, number)
        got.append(await pipe.receive())
        if number:
            assert turns[-1] == number
    assert turns == [0, 1, 2, 3]
    assert [len(each) for each in got] == [PORTION, PORTION, PORTION, 3]
    assert b"".join(got) == much
