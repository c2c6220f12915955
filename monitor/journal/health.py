"""How the journal fares: what the technical alarm STORAGE is raised and closed by (alarm-system, section 3.2)."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path

from config.instant import SECOND, Clock, Instant

RETRY_AFTER = (SECOND // 2, SECOND, 2 * SECOND, 5 * SECOND)
"""Pauses between tries after a failure; the last one repeats."""

DISK_PERIOD = 60 * SECOND
LOW_DISK_PERCENT = 5.0


def free_percent(folder: Path) -> float:
    """Free space of the disk under `folder`, %."""
    usage = shutil.disk_usage(folder)
    return 100.0 * usage.free / usage.total


class Health:
    """State of one journal. Its callbacks run on the event loop.

    Attributes:
        trouble: why the journal cannot be written at present; None when it can.
    """

    def __init__(self, folder: Path, clock: Clock, free: Callable[[Path], float]) -> None:
        self.trouble: str | None = None
        self._folder = folder
        self._clock = clock
        self._free = free
        self._failures = 0
        self._retry_at: Instant | None = None
        self._disk_due: Instant = clock.now()
        self._disk_is_low = False
        self._low_disk_percent = LOW_DISK_PERCENT
        self._on_trouble: Callable[[str, bool], None] = lambda reason, broken: None
        self._broken = False
        self._on_recovered: Callable[[], None] = lambda: None
        self._on_low_disk: Callable[[float], None] = lambda percent: None
        self._on_disk_ok: Callable[[float], None] = lambda percent: None

    def watch(
        self,
        *,
        on_trouble: Callable[[str, bool], None],
        on_recovered: Callable[[], None],
        on_low_disk: Callable[[float], None],
        on_disk_ok: Callable[[float], None],
        low_disk_percent: float = LOW_DISK_PERCENT,
    ) -> None:
        """Who hears of it, at once when there is trouble already.

        `on_trouble` once when writing takes too long (False) and once when it fails (True), `on_recovered` once
        all that waited is on disk;
        `on_low_disk` at each check while space is low, `on_disk_ok` once when it is not any more.
        """
        self._on_trouble, self._on_recovered = on_trouble, on_recovered
        self._on_low_disk, self._on_disk_ok = on_low_disk, on_disk_ok
        self._low_disk_percent = low_disk_percent
        if self.trouble is not None:
            on_trouble(self.trouble, self._broken)

    def failed(self, reason: str) -> None:
        """A try to write failed."""
        pause = RETRY_AFTER[min(self._failures, len(RETRY_AFTER) - 1)]
        self._failures += 1
        self._retry_at = self._clock.now() + pause
        self.broken(reason)

    def broken(self, reason: str) -> None:
        """The journal cannot be written, or a part of it has died."""
        self.trouble = reason
        if not self._broken:
            self._broken = True
            self._on_trouble(reason, True)

    def slow(self, reason: str) -> None:
        """Somebody waited too long for a commit."""
        before, self.trouble = self.trouble, reason
        if before is None:
            self._on_trouble(reason, False)

    def recovered(self) -> None:
        """All that waited is on disk."""
        if self.trouble is not None:
            self.trouble, self._retry_at, self._failures, self._broken = None, None, 0, False
            self._on_recovered()

    def retry_due(self) -> bool:
        """Whether it is time for another try; True once for each."""
        if self._retry_at is None or self._clock.now() < self._retry_at:
            return False
        self._retry_at = None
        return True

    async def check_disk(self) -> None:
        """Ask for the free space when that is due."""
        now = self._clock.now()
        if now < self._disk_due:
            return
        self._disk_due = now + DISK_PERIOD
        try:
            percent = await asyncio.to_thread(self._free, self._folder)
        except OSError:
            percent = 0.0  # a disk that cannot be asked cannot be written either
        if percent < self._low_disk_percent:
            self._disk_is_low = True
            self._on_low_disk(percent)
        elif self._disk_is_low:
            self._disk_is_low = False
            self._on_disk_ok(percent)
