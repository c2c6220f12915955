"""One service per journal: an advisory lock that the kernel drops when the process dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from monitor.core.errors import JournalError


class ServiceLock:
    """Holds `<journal>.lock` until `release`. The file stays: removing it would let two hold it at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)

    @classmethod
    def take(cls, journal: Path) -> ServiceLock:
        """Raises JournalError when another service has this journal, or the lock file cannot be made."""
        path = Path(f"{journal}.lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = cls(path)
        except OSError as error:
            raise JournalError(
                f"{path}: cannot be created ({error.strerror}); make the folder writable for the service's user, "
                "or choose another with --data"
            ) from error
        try:
            fcntl.flock(lock._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(lock._file, 32).decode("ascii", "replace").strip() or "unknown"
            lock.release()
            raise JournalError(
                f"{journal}: another running service writes this journal (process {holder}); "
                "stop it, or choose another folder with --data"
            ) from None
        # Written over, not emptied first, and only for the message above: a full disk must not stop a start.
        with suppress(OSError):
            os.pwrite(lock._file, f"{os.getpid():<10}\n".encode("ascii"), 0)
        return lock

    def release(self) -> None:
        """Let the next service have the journal."""
        os.close(self._file)
