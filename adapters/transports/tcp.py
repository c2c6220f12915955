"""TCP connections to device servers and serial-to-Ethernet boxes."""

from __future__ import annotations

import asyncio
import os
import socket

from adapters.transports.contract import LinkLost, LinkUnavailable
from adapters.transports.pipe import Pipe
from config.bounded import within

OPEN_WITHIN_S = 5.0
FLUSH_WITHIN_S = 1.0

# A peer that lost its power says no good-bye. The first three find it out after 10 + 3 * 5 s on a silent line; on one
# that is written to, the system waits for its answer instead, a quarter of an hour if the last did not bound that.
_DEAD_PEER = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3, "TCP_USER_TIMEOUT": 25_000}


class TcpTransport:
    """A client connection to `host`:`port`."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._name = f"{host}:{port}"
        self._pipe: Pipe | None = None
        self._asyncio: asyncio.Transport | None = None

    async def open(self) -> None:
        """As `Transport.open`."""
        pipe = Pipe(self._name, in_words)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(OPEN_WITHIN_S):
                self._asyncio, _ = await loop.create_connection(lambda: pipe, self._host, self._port)
        except TimeoutError:
            raise LinkUnavailable(f"{self._name}: no answer within {OPEN_WITHIN_S:g} s") from None
        except OSError as error:
            raise LinkUnavailable(f"{self._name}: {in_words(error)}") from error
        self._pipe = pipe
        notice_dead_peer(self._asyncio.get_extra_info("socket"))

    async def receive(self) -> bytes:
        """As `Transport.receive`."""
        return await self._opened().receive()

    async def send(self, data: bytes) -> None:
        """As `Transport.send`."""
        await self._opened().send(data)

    async def close(self) -> None:
        """As `Transport.close`; what was sent gets a moment to leave first."""
        connection, self._asyncio = self._asyncio, None
        pipe, self._pipe = self._pipe, None
        if connection is None or pipe is None:
            return
        connection.close()
        try:
            await within(FLUSH_WITHIN_S, pipe.closed.wait())
        except TimeoutError:
            connection.abort()
            await pipe.closed.wait()

    def _opened(self) -> Pipe:
        if self._pipe is None:
            raise LinkLost(f"{self._name}: not open")
        return self._pipe


def notice_dead_peer(connection: socket.socket) -> None:
    """Have the system end this connection soon after its other end has lost power or cable."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _DEAD_PEER.items():
        if hasattr(socket, option):  # not every system has all four
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


def in_words(error: Exception) -> str:
    """The system's own words, without its number; asyncio puts others in their place."""
    number = getattr(error, "errno", None) or 0
    # Numbers below zero are those of name resolution, which has its own words.
    return os.strerror(number) if number > 0 else getattr(error, "strerror", None) or str(error)
