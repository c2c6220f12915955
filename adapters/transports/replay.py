"""Captured bytes as if the device sent them now, paced by the clock given."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from adapters.transports.contract import LinkLost, LinkUnavailable
from config.instant import SECOND, Clock, Instant

PACE_HZ = 10
"""Chunks a second: fine enough for one-second vital signs, coarse enough to cost nothing."""


class ReplayTransport:
    """Plays `path` at `rate` bytes a second, once, or again from the start at each opening when `repeat`.

    Without `repeat` a capture that has been played is a device that is gone: old bytes never pass for new ones.
    """

    def __init__(self, path: Path, rate: int, clock: Clock, *, repeat: bool = False) -> None:
        self._path = path
        self._rate = rate
        self._clock = clock
        self._repeat = repeat
        self._played = False
        self._file: BinaryIO | None = None
        self._started: Instant = 0
        self._sent = 0

    async def open(self) -> None:
        """As `Transport.open`."""
        if self._played and not self._repeat:
            raise LinkUnavailable(f"{self._path.name}: the capture has been played to its end")
        await self.close()
        try:
            self._file = self._open_file()
        except OSError as error:
            raise LinkUnavailable(f"{self._path}: {error.strerror}") from error
        self._started = self._clock.now()
        self._sent = 0

    async def receive(self) -> bytes:
        """As `Transport.receive`."""
        if self._file is None:
            raise LinkLost(f"{self._path.name}: not open")
        chunk = self._file.read(max(1, self._rate // PACE_HZ))
        if not chunk:
            self._played = True
            raise LinkLost(f"{self._path.name}: end of the capture")
        self._sent += len(chunk)
        # Counted from the start, so that rounding never adds up.
        await self._clock.sleep_until(self._started + self._sent * SECOND // self._rate)
        return chunk

    async def send(self, data: bytes) -> None:
        """A capture does not listen: `data` goes nowhere."""

    async def close(self) -> None:
        """As `Transport.close`."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open_file(self) -> BinaryIO:
        return self._path.open("rb")
