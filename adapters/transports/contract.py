"""What every byte transport offers, and how a connection fails.

Failures here are the world's, not ours: the link retries them (style-and-architecture, section 7).
"""

from __future__ import annotations

from typing import Protocol


class LinkError(Exception):
    """A connection to a device failed; the text is the reason in words, fit for a nurse's screen."""


class LinkUnavailable(LinkError):
    """The connection could not be opened."""


class LinkLost(LinkError):
    """The connection stood and is gone."""


class Transport(Protocol):
    """One pipe of bytes to one device. After `close` it may be opened again."""

    async def open(self) -> None:
        """Open the pipe.

        Raises:
            LinkUnavailable: it cannot be opened now.
        """
        ...

    async def receive(self) -> bytes:
        """Wait for bytes; never empty, any chunking. What arrived before a loss is delivered first.

        Raises:
            LinkLost: the pipe is gone and everything received has been delivered.
        """
        ...

    async def send(self, data: bytes) -> None:
        """Hand `data` over for sending. That it returns proves no delivery: only an answer does.

        Raises:
            LinkLost: the pipe is known to be gone.
        """
        ...

    async def close(self) -> None:
        """Release everything held; also right after a failure, and twice."""
        ...
