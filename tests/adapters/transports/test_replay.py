"""A capture played again, on a clock moved by hand."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adapters.transports.contract import LinkLost, LinkUnavailable
from adapters.transports.replay import ReplayTransport
from config.instant import SECOND, Instant
from tests.support.clock import ManualClock, let_tasks_run


async def play(transport: ReplayTransport, clock: ManualClock) -> list[tuple[Instant, bytes]]:
    """All chunks with the time of their arrival; the clock is moved from one wake-up to the next."""
    got: list[tuple[Instant, bytes]] = []

    async def listen() -> None:
        while True:
            chunk = await transport.receive()
            got.append((clock.now(), chunk))

    task = asyncio.create_task(listen())
    await let_tasks_run()
    while clock.next_wake is not None:
        await clock.advance(clock.next_wake - clock.now())
    with pytest.raises(LinkLost, match="end of the capture"):
        await task
    return got


async def test_bytes_come_whole_and_at_the_rate_asked_for(tmp_path: Path) -> None:
    """375 bytes a second for 750 bytes: 2 seconds, to the microsecond."""
    capture = bytes(index % 256 for index in range(750))
    (tmp_path / "ox.bin").write_bytes(capture)
    clock = ManualClock(50 * SECOND)
    transport = ReplayTransport(tmp_path / "ox.bin", 375, clock)
    await transport.open()
    got = await play(transport, clock)
    assert b"".join(chunk for _, chunk in got) == capture
    assert got[-1][0] == 52 * SECOND
    sent = 0
    for at, chunk in got:
        sent += len(chunk)
        assert at == 50 * SECOND + sent * SECOND // 375
    await transport.close()


async def test_a_capture_that_has_been_played_is_a_device_that_is_gone(tmp_path: Path) -> None:
    """Old bytes never pass for new ones, unless it was asked for."""
    (tmp_path / "ox.bin").write_bytes(b"abc")
    clock = ManualClock()
    once = ReplayTransport(tmp_path / "ox.bin", 100, clock)
    again = ReplayTransport(tmp_path / "ox.bin", 100, clock, repeat=True)
    for transport in (once, again):
        await transport.open()
        await play(transport, clock)
        await transport.close()
    with pytest.raises(LinkUnavailable, match="played to its end"):
        await once.open()
    await again.open()
    assert [chunk for _, chunk in await play(again, clock)] == [b"abc"]
    await again.close()


async def test_a_missing_capture_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(LinkUnavailable, match=r"gone\.bin"):
        await ReplayTransport(tmp_path / "gone.bin", 100, ManualClock()).open()


async def test_a_capture_does_not_listen(tmp_path: Path) -> None:
    """Sending is allowed and reaches nobody; reading a closed one is a loss."""
    transport = ReplayTransport(tmp_path / "ox.bin", 100, ManualClock())
    await transport.send(b"start")
    with pytest.raises(LinkLost):
        await transport.receive()
