"""Keeps one harmless report of the MQTT client library out of the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

logger = logging.getLogger(__name__)

_WATCHING = ("add_writer", "add_reader", "remove_writer", "remove_reader")


@contextmanager
def quiet_when_brokers_go(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Keep the event loop from reporting `Bad file descriptor` for each lost broker.

    The client library may ask the loop to watch a socket that its own thread has closed meanwhile. The loss
    itself is reported by the hub; every other report goes where it went before.
    """
    before = loop.get_exception_handler()

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, (OSError, ValueError)) and any(name in repr(context.get("handle")) for name in _WATCHING):
            logger.debug("the socket of a lost broker was closed before it could be watched: %s", error)
        elif before is not None:
            before(loop, context)
        else:
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle)
    try:
        yield
    finally:
        loop.set_exception_handler(before)
