"""The station's HTTP server inside the service's own TaskGroup: no signal handlers, a clean stop, a plain error."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Generator

import uvicorn
from starlette.types import ASGIApp

from monitor.core.errors import VitalsError

UNREAD_FOR_MS = 20_000
"""A peer that reads nothing for so long is cut off by the kernel, where it can do that."""
LARGEST_WS_MESSAGE = 64 * 1024
STOPPING_S = 3


class AddressUnavailable(VitalsError):
    """The station's address cannot be listened on (exit 3): the message names it and the remedy."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises AddressUnavailable."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        raise AddressUnavailable(f"{host} is no address of this machine: {error.strerror}; check --host") from error
    opened = socket.socket(family, kind, proto)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_FOR_MS)
        opened.bind(address)
        opened.listen(256)
        opened.setblocking(False)
    except OSError as error:
        opened.close()
        raise AddressUnavailable(f"{host} port {port}: {_remedy(error)}") from error
    return opened


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    ready: Callable[[int], None] = lambda port: None,
    access_log: bool = False,
) -> None:
    """Serve `app` until cancelled; then stop taking connections, close the open ones and return.

    Args:
        app: the station.
        host: name or address to listen on.
        port: 0 takes a free one.
        ready: told the real port as soon as connections are accepted.
        access_log: log every request.

    Raises:
        AddressUnavailable: before anything was served.
    """
    with contextlib.closing(listen(host, port)) as listener:
        config = uvicorn.Config(
            app,
            ws="websockets-sansio",
            # Compressing the same update once per page costs more than the ward's network does.
            ws_per_message_deflate=False,
            ws_max_size=LARGEST_WS_MESSAGE,
            lifespan="off",
            log_config=None,
            log_level="warning",
            access_log=access_log,
            server_header=False,
            timeout_graceful_shutdown=STOPPING_S,
        )
        server = _Server(config)
        ready(listener.getsockname()[1])
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await asyncio.shield(running)
        finally:
            server.should_exit = True
            await running


class _Server(uvicorn.Server):
    """Signals belong to the service."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Take over nothing."""
        yield


def _remedy(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "in use by another program; stop that one or choose another with --port"
    if error.errno == errno.EACCES:
        return "not allowed for this user; choose a --port above 1023"
    return f"{error.strerror}; check --host and --port"
