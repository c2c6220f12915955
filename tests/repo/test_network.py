"""The suite itself stays off the network."""

from __future__ import annotations

import asyncio
import socket

import pytest
from pytest_socket import SocketBlockedError, SocketConnectBlockedError


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_an_ordinary_test_opens_no_socket() -> None:
    """Without a mark not even a socket of the loopback can be made."""
    with pytest.raises(SocketBlockedError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)


async def test_the_event_loop_works_without_sockets() -> None:
    """The loop's own pair of unix sockets is allowed everywhere."""
    assert await asyncio.to_thread(lambda: 7) == 7


@pytest.mark.enable_socket
@pytest.mark.filterwarnings("ignore:A test tried to use socket")
def test_a_marked_test_reaches_the_loopback_alone() -> None:
    """192.0.2.1 is an address of documentation (RFC 5737); it is refused before anything is sent."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname(), timeout=5):
        pass
    with socket.socket() as outward, pytest.raises(SocketConnectBlockedError):
        outward.connect(("192.0.2.1", 9))
