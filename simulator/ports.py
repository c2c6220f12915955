"""The wire ends on which emulators are offered: a pseudo-terminal and a TCP port, polled and never waited for.

Nothing here blocks or grows: what the kernel's buffer does not take is lost, as with a real UART whose reader is
slow, and every `write` says how much was taken.
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import tty
from pathlib import Path
from typing import Protocol

from config.instant import SECOND, Duration

READ_LIMIT = 4096
BITS_PER_BYTE = 10
"""8N1: start bit, eight data bits, stop bit."""
PENDING_LIMIT = 16_384
"""Bytes waiting for the line at most; then the newest are lost."""


class Port(Protocol):
    """One end of a wire that can be pulled and put back."""

    @property
    def url(self) -> str:
        """What a site file says to reach it (interfaces, section 2)."""
        ...

    def plug(self) -> None:
        """Offer it; nothing happens when it is offered already. OSError when that is not possible."""
        ...

    def unplug(self) -> None:
        """Take it away, readers included; nothing happens when it is away."""
        ...

    def write(self, chunk: bytes) -> int:
        """Send; how many bytes were taken. 0 when nobody listens."""
        ...

    def read(self) -> bytes:
        """What the other side sent since the last call."""
        ...


class PtyPort:
    """A pseudo-terminal behind a link that keeps its name: `plug` makes a new terminal at the same link."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._master: int | None = None
        self._terminal = ""

    @property
    def url(self) -> str:
        """`serial://` with the absolute path of the link."""
        return f"serial://{self._link.absolute()}"

    def plug(self) -> None:
        """FileExistsError when something that is no link stands in the way."""
        if self._master is not None:
            return
        if self._link.exists() and not self._link.is_symlink():
            raise FileExistsError(f"{self._link} is in the way: it is no link to a simulated device")
        self._link.parent.mkdir(parents=True, exist_ok=True)
        master, slave = os.openpty()
        try:
            tty.setraw(slave)
            self._terminal = os.ttyname(slave)
            os.set_blocking(master, False)
            # Another name first, then a rename: the link always leads somewhere.
            fresh = self._link.with_name(f".{self._link.name}.new")
            fresh.unlink(missing_ok=True)
            fresh.symlink_to(self._terminal)
            fresh.replace(self._link)
        except OSError:
            os.close(master)
            raise
        finally:
            # Nobody but a reader holds the reader's end: so its absence shows as a hang-up.
            os.close(slave)
        self._master = master

    def unplug(self) -> None:
        """The reader sees a hang-up; the link is gone unless it leads elsewhere by now."""
        if self._master is None:
            return
        os.close(self._master)
        self._master = None
        with contextlib.suppress(OSError):  # somebody else removed it, which is what we want
            if str(self._link.readlink()) == self._terminal:
                self._link.unlink()

    def write(self, chunk: bytes) -> int:
        """Without a reader nothing is taken: its kernel buffer would give old bytes to a later one as new."""
        if self._master is None or self._hung_up(self._master):
            return 0
        try:
            return os.write(self._master, chunk)
        except OSError:  # EAGAIN: the reader is too slow; EIO: it has just gone
            return 0

    def read(self) -> bytes:
        """Up to 4 KiB; empty without a reader."""
        if self._master is None:
            return b""
        try:
            return os.read(self._master, READ_LIMIT)
        except OSError:  # EAGAIN: it has said nothing; EIO: nobody is there
            return b""

    @staticmethod
    def _hung_up(master: int) -> bool:
        poll = select.poll()
        poll.register(master, 0)
        return any(event & select.POLLHUP for _, event in poll.poll(0))


class TcpPort:
    """A listener for one client, as a serial-to-network box: a new client takes the place of the old one."""

    def __init__(self, port: int = 0, host: str = "127.0.0.1") -> None:
        self._host = host
        self._port = port
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None

    @property
    def url(self) -> str:
        """`tcp://host:port`; the port is known once it was plugged."""
        return f"tcp://{self._host}:{self._port}"

    def plug(self) -> None:
        """Listen. A free port chosen once is kept."""
        if self._listener is not None:
            return
        listener = socket.create_server((self._host, self._port), backlog=4)
        listener.setblocking(False)
        self._port = listener.getsockname()[1]
        self._listener = listener

    def unplug(self) -> None:
        """Hang up and refuse further clients."""
        for end in (self._client, self._listener):
            if end is not None:
                end.close()
        self._client = self._listener = None

    def write(self, chunk: bytes) -> int:
        """What a full or broken connection does not take is lost."""
        self._accept()
        if self._client is None:
            return 0
        try:
            return self._client.send(chunk)
        except BlockingIOError:
            return 0
        except OSError:
            self._hang_up()
            return 0

    def read(self) -> bytes:
        """Up to 4 KiB; empty without a client."""
        self._accept()
        if self._client is None:
            return b""
        try:
            chunk = self._client.recv(READ_LIMIT)
        except BlockingIOError:
            return b""
        except OSError:
            chunk = b""
        if not chunk:
            self._hang_up()
        return chunk

    def _accept(self) -> None:
        if self._listener is None:
            return
        try:
            client, _ = self._listener.accept()
        except OSError:  # nobody has called, or has given up already
            return
        self._hang_up()
        client.setblocking(False)
        # A monitor's frames are small and wanted at once.
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


class LinePace:
    """Lets bytes leave no faster than a serial line of `baud` carries them. `lost` counts what did not fit.

    Args:
        bits_per_byte: what one byte costs: 10, or 11 with a parity bit.
    """

    def __init__(self, baud: int, bits_per_byte: int = BITS_PER_BYTE) -> None:
        if baud <= 0 or bits_per_byte <= 0:
            raise ValueError(f"baud and bits must be positive, not {baud} and {bits_per_byte}")
        self._cost = bits_per_byte * SECOND
        self.lost = 0
        self._baud = baud
        self._pending = bytearray()
        self._credit = 0

    def put(self, chunk: bytes) -> None:
        """Bytes that the device wants to send."""
        room = PENDING_LIMIT - len(self._pending)
        self._pending += chunk[:room]
        self.lost += max(0, len(chunk) - room)

    def take(self, dt: Duration) -> bytes:
        """The bytes that the line carried in the last `dt`."""
        cost = self._cost
        self._credit += dt * self._baud
        count = min(len(self._pending), self._credit // cost)
        chunk = bytes(self._pending[:count])
        del self._pending[:count]
        self._credit -= count * cost
        if not self._pending:
            self._credit = min(self._credit, cost)  # an idle line saves nothing up
        return chunk
