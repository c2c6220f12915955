"""A socket that fetches what has come in pieces, for a client library that asks for it byte by byte."""

from __future__ import annotations

import socket
from typing import Any

PIECE = 4096
"""About 25 messages, handled in one go: 2 ms in which nothing else passes, and no more."""


class ReadAhead:
    """Stands in for `inner`: `recv` gives from a piece that was fetched at once, everything else is the socket's own.

    The MQTT library reads each packet's head byte by byte and is called once for each packet; it is called again at
    once while `pending` says that there is more, as it is for TLS. Measured against Mosquitto at 4000 messages a
    second (QoS 1): one call of the kernel for 20 messages instead of five for each.
    """

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner
        self._piece = b""
        self._at = 0

    def recv(self, size: int) -> bytes:
        """Up to `size` bytes; as the socket's own: empty at its end, BlockingIOError when nothing has come."""
        if self._at == len(self._piece):
            self._piece = self._inner.recv(max(PIECE, size))
            self._at = 0
        start, self._at = self._at, min(self._at + size, len(self._piece))
        return self._piece[start : self._at]

    def pending(self) -> int:
        """Bytes fetched and not asked for yet."""
        return len(self._piece) - self._at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
