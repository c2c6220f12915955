"""Joins asyncio's callback transports (serial, TCP) to `await receive()`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from adapters.transports.contract import LinkLost

FULL = 64 * 1024
"""Bytes held for a reader that is late; then reading stops and the line's own buffers fill. Nothing is dropped here."""

PORTION = 4096
"""Bytes given out at a time: what is made of them keeps everybody else waiting."""


class Pipe(asyncio.Protocol):
    """One connection's bytes, in order. `name` begins the reason of a loss; `in_words` tells an error to people."""

    def __init__(self, name: str, in_words: Callable[[Exception], str] = str) -> None:
        self._name = name
        self._in_words = in_words
        self._held = bytearray()
        self._more = False
        """The last portion was not all there was."""
        self._changed = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self.is_full = False
        """Reading has stopped until somebody receives."""
        self._transport: asyncio.Transport | None = None
        self._lost: str | None = None
        self.closed = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio, or before it by an opener in a hurry."""
        self._transport = transport  # type: ignore[assignment]  # both libraries pass a full Transport

    def data_received(self, data: bytes) -> None:
        """Called by asyncio with bytes as they come."""
        self._held += data
        if len(self._held) >= FULL and not self.is_full and self._transport is not None:
            self.is_full = True
            self._transport.pause_reading()
        self._changed.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio once; the only trustworthy sign that a write went nowhere."""
        self._lost = f"{self._name}: {self._in_words(exc) if exc else 'closed by the other end'}"
        self._changed.set()
        self._writable.set()
        self.closed.set()

    def pause_writing(self) -> None:
        """Called by asyncio when the other end is slow."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Called by asyncio when it has caught up."""
        self._writable.set()

    async def receive(self) -> bytes:
        """As `Transport.receive`."""
        if self._more:
            # A reader that comes straight back lets everybody else go first.
            self._changed.clear()
            asyncio.get_running_loop().call_soon(self._changed.set)
            await self._changed.wait()
        while not self._held:
            if self._lost is not None:
                raise LinkLost(self._lost)
            self._changed.clear()
            await self._changed.wait()
        chunk = bytes(self._held[:PORTION])
        del self._held[:PORTION]
        self._more = bool(self._held)
        if self.is_full and not self._held and self._transport is not None and self._lost is None:
            self.is_full = False
            self._transport.resume_reading()
        return chunk

    async def send(self, data: bytes) -> None:
        """As `Transport.send`."""
        if self._transport is None:
            raise LinkLost(f"{self._name}: not open")
        if self._lost is None:
            self._transport.write(data)
            await self._writable.wait()
        if self._lost is not None:
            raise LinkLost(self._lost)
