"""A null modem: two transports joined in memory, for tests and for a ward in virtual time."""

from __future__ import annotations

import asyncio

from adapters.transports.contract import LinkLost, LinkUnavailable

FULL = 64 * 1024
"""Bytes on the way in one direction; then `send` waits for the other end to receive."""


class NullModem:
    """A cable with two ends, `device` and `host`, each a `Transport`; it can be pulled and plugged in again."""

    def __init__(self) -> None:
        self.changed = asyncio.Condition()
        self.pulled: str | None = None
        self.device = MemoryTransport(self)
        self.host = MemoryTransport(self)
        self.device.other, self.host.other = self.host, self.device

    async def pull(self, reason: str = "cable pulled") -> None:
        """Both ends lose the connection; bytes on the way arrive no more."""
        self.pulled = reason
        for end in (self.device, self.host):
            end.arrived.clear()
        async with self.changed:
            self.changed.notify_all()

    async def plug_in(self) -> None:
        """Both ends may be opened again."""
        self.pulled = None


class MemoryTransport:
    """One end of a null modem. Bytes sent while the other end is not open go nowhere, as on a real cable."""

    other: MemoryTransport

    def __init__(self, modem: NullModem) -> None:
        self._modem = modem
        self.arrived = bytearray()
        self.is_open = False
        self.unheard = 0
        """Bytes this end sent while nobody listened."""

    async def open(self) -> None:
        """As `Transport.open`."""
        if self._modem.pulled is not None:
            raise LinkUnavailable(self._modem.pulled)
        self.is_open = True
        self.arrived.clear()
        async with self._modem.changed:
            self._modem.changed.notify_all()

    async def receive(self) -> bytes:
        """As `Transport.receive`."""
        async with self._modem.changed:
            while not self.arrived:
                self._check()
                await self._modem.changed.wait()
            chunk = bytes(self.arrived)
            self.arrived.clear()
            self._modem.changed.notify_all()
            return chunk

    async def send(self, data: bytes) -> None:
        """As `Transport.send`."""
        async with self._modem.changed:
            self._check()
            while self.other.is_open and len(self.other.arrived) >= FULL:
                await self._modem.changed.wait()
                self._check()
            if self.other.is_open:
                self.other.arrived += data
                self._modem.changed.notify_all()
            else:
                self.unheard += len(data)

    async def close(self) -> None:
        """As `Transport.close`."""
        self.is_open = False
        async with self._modem.changed:
            self._modem.changed.notify_all()

    async def wait_until_open(self) -> None:
        """Return once this end is open: how a test waits for the link to come up."""
        async with self._modem.changed:
            await self._modem.changed.wait_for(lambda: self.is_open)

    def _check(self) -> None:
        if self._modem.pulled is not None:
            self.is_open = False
            raise LinkLost(self._modem.pulled)
        if not self.is_open:
            raise LinkLost("not open")
