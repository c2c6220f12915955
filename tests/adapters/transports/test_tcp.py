"""TCP devices, over real loopback sockets."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.transports.contract import LinkLost, LinkUnavailable
from adapters.transports.pipe import FULL
from adapters.transports.tcp import TcpTransport
from tests.adapters.transports.mosquitto import free_port
from tests.support.clock import let_tasks_run
from tests.support.descriptors import open_descriptors

pytestmark = pytest.mark.enable_socket


@asynccontextmanager
async def joined() -> AsyncIterator[tuple[TcpTransport, socket.socket]]:
    """A transport and the device's side of its connection."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        transport = TcpTransport(*listener.getsockname())
        await transport.open()
        device, _ = await asyncio.get_running_loop().sock_accept(listener)
        device.setblocking(False)
        with device:
            try:
                yield transport, device
            finally:
                await transport.close()


async def test_bytes_travel_both_ways() -> None:
    """What is sent arrives."""
    loop = asyncio.get_running_loop()
    async with joined() as (transport, device), asyncio.timeout(10):
        await loop.sock_sendall(device, b"97\n")
        assert await transport.receive() == b"97\n"
        await transport.send(b"start")
        assert await loop.sock_recv(device, 100) == b"start"


async def test_a_peer_that_closes_is_a_loss_after_its_last_bytes() -> None:
    """What arrived before the loss is delivered first."""
    async with joined() as (transport, device), asyncio.timeout(10):
        await asyncio.get_running_loop().sock_sendall(device, b"last words")
        device.close()
        assert await transport.receive() == b"last words"
        with pytest.raises(LinkLost, match="closed by the other end"):
            await transport.receive()


async def test_a_reset_is_a_loss() -> None:
    """As a crashed device server does it."""
    async with joined() as (transport, device), asyncio.timeout(10):
        device.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        device.close()
        with pytest.raises(LinkLost, match="reset by peer"):
            await transport.receive()
        with pytest.raises(LinkLost):
            await transport.send(b"anybody there?")


async def test_a_flood_is_held_back_at_the_bound_and_nothing_is_lost() -> None:
    """A late reader costs no memory beyond the bound: the sender waits."""
    loop = asyncio.get_running_loop()
    flood = bytes(range(256)) * 16_384  # 4 MiB
    async with joined() as (transport, device), asyncio.timeout(30):
        sending = asyncio.create_task(loop.sock_sendall(device, flood))
        assert transport._pipe is not None
        while not transport._pipe.is_full:
            await let_tasks_run(1)
        got = bytearray()
        largest = 0
        while len(got) < len(flood):
            chunk = await transport.receive()
            largest = max(largest, len(chunk))
            got += chunk
        await sending
        assert got == flood
        assert largest < FULL + 256 * 1024  # the bound and the one read that crossed it


async def test_nobody_listening_is_unavailable() -> None:
    """With host and port in the reason."""
    port = free_port()
    with pytest.raises(LinkUnavailable, match=f"127.0.0.1:{port}: Connection refused"):
        await TcpTransport("127.0.0.1", port).open()


async def test_a_dead_peer_is_found_out() -> None:
    """A device that lost its power says no good-bye, neither on a silent line nor on one that is written to."""
    async with joined() as (transport, _):
        assert transport._asyncio is not None
        connection = transport._asyncio.get_extra_info("socket")
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 25_000


async def test_what_was_sent_before_closing_still_arrives() -> None:
    """The stop of a running measurement must."""
    loop = asyncio.get_running_loop()
    async with joined() as (transport, device), asyncio.timeout(10):
        await transport.send(b"stop")
        await transport.close()
        assert await loop.sock_recv(device, 100) == b"stop"
        with pytest.raises(LinkLost):
            await transport.receive()


async def test_two_hundred_cycles_leave_no_descriptor_behind() -> None:
    """Opened and closed, and tried in vain."""
    closed = TcpTransport("127.0.0.1", free_port())
    async with joined():
        pass
    before = open_descriptors()
    for _ in range(200):
        async with joined():
            pass
        with pytest.raises(LinkUnavailable):
            await closed.open()
    assert open_descriptors() == before
