"""Room kept back on the journal's disk. Without it a full disk could not even be read from: SQLite needs a
little shared memory beside the file, also for reading, and a service that cannot start watches nobody.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

SIZE = 1 << 20

PLENTY = 16 * SIZE
"""With less than this free the reserve itself could be what fills the disk."""


def keep(journal: Path) -> None:
    """Set the room aside, unless it is already or the disk is nearly full."""
    with suppress(OSError):
        disk = os.statvfs(journal.parent)
        if disk.f_bavail * disk.f_frsize < PLENTY:
            return
        file = os.open(_path(journal), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(file, 0, SIZE)
        finally:
            os.close(file)


def give_up(journal: Path) -> bool:
    """Let the room go; whether there was any."""
    try:
        _path(journal).unlink()
    except OSError:
        return False
    return True


def _path(journal: Path) -> Path:
    return Path(f"{journal}.reserve")
