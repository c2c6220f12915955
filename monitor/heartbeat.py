"""The core's sign of life for a watchdog outside of it (alarm-system 5.4 a): a file that changes every 2 s.

It changes only while deadlines are settled in time, so a core that hangs and a process that stands still look the
same from outside. A thread of its own writes: a disk that hangs must not hold up the ward, and the thread by itself
can prove nothing.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from config.instant import SECOND, Clock, Duration, Instant
from monitor.core.inputs import SystemState

HEARTBEAT_FILE = "heartbeat"
BEAT_EVERY: Duration = 2 * SECOND
BEHIND: Duration = 4 * SECOND
"""A deadline that nobody has settled for so long: the core does not work, whatever else does."""
SIZE = 64
RUNNING, STOPPED = "running", "stopped"

log = structlog.get_logger("bedwatch.heartbeat")


@dataclass(frozen=True, slots=True)
class Beat:
    """What stands in the file. Two that differ prove that somebody lived in between.

    Attributes:
        pid: process of the service.
        stopped: it was ended in order, and nobody is to be called for that.
        mark: changes with every beat.
    """

    pid: int
    stopped: bool
    mark: str


def read_beat(path: Path) -> Beat | None:
    """The last beat; None where there is none, or none that can be read."""
    try:
        text = path.read_text(encoding="ascii")
        changed = path.stat().st_mtime_ns
        state, pid, count = text.split()
        return Beat(int(pid), state == STOPPED, f"{count} {changed}")
    except (OSError, ValueError):
        return None


class HeartbeatFile:
    """Writes beats from a thread of its own; `beat` never waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._waiting: queue.Queue[str | None] = queue.Queue(maxsize=4)
        self._thread = threading.Thread(target=self._write, name="heartbeat", daemon=True)
        self._count = 0
        self._thread.start()

    def beat(self) -> None:
        """Change the file. While the disk hangs, beats are left out: the watchdog shall notice."""
        self._count += 1
        with suppress(queue.Full):
            self._waiting.put_nowait(_line(RUNNING, self._count))

    def close(self) -> None:
        """End the thread; a disk that hangs keeps it, and nobody waits for that."""
        with suppress(queue.Full):
            self._waiting.put_nowait(None)
        self._thread.join(timeout=1.0)

    def _write(self) -> None:
        complained = False
        while (text := self._waiting.get()) is not None:
            try:
                _put(self._path, text)
                complained = False
            except OSError as error:
                if not complained:
                    log.warning("heartbeat_not_written", path=str(self._path), reason=error.strerror)
                complained = True


def say_stopped(path: Path) -> None:
    """The service ends because somebody ended it: nobody is to be called. Where that cannot be written, somebody is."""
    try:
        _put(path, _line(STOPPED, 0))
    except OSError as error:
        log.warning("heartbeat_not_written", path=str(path), reason=error.strerror)


def _line(state: str, count: int) -> str:
    return f"{state} {os.getpid()} {count}".ljust(SIZE - 1) + "\n"


def _put(path: Path, line: str) -> None:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        # Written over, not anew: a full disk must not stop the heart.
        os.pwrite(file, line.encode("ascii"), 0)
    finally:
        os.close(file)


class Heart:
    """Beats while the core works, and tells the core itself when it has stood still (CORE_STALLED, for the record).

    Args:
        path: of the file.
        next_deadline: of the ward.
        delay: of CORE_STALLED.
        speed: of the clock; a watchdog goes by the machine's time.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        next_deadline: Callable[[], Instant | None],
        submit: Callable[[SystemState], None],
        *,
        delay: Duration,
        speed: float = 1.0,
    ) -> None:
        self._path = path
        self._clock = clock
        self._next_deadline = next_deadline
        self._submit = submit
        self._stretch = max(1.0, speed)
        self._delay = round(delay * self._stretch)
        self._last: Instant | None = None
        self._stalled = False

    async def run(self) -> None:
        """Beat until cancelled. Whether that is an end in order, `say_stopped` tells; a crash just falls silent."""
        file = HeartbeatFile(self._path)
        try:
            while True:
                if self.pulse():
                    file.beat()
                await self._clock.sleep_until(self._clock.now() + round(BEAT_EVERY * self._stretch))
        finally:
            file.close()

    def pulse(self) -> bool:
        """Whether the core works now; one that did not for a while says so."""
        now, due = self._clock.now(), self._next_deadline()
        if due is not None and now - due > BEHIND * self._stretch:
            return False
        before, self._last = self._last, now
        missed = 0 if before is None else now - before
        if missed >= self._delay and not self._stalled:
            self._stalled = True
            detail = f"no heartbeat for {missed // SECOND} s"
            self._submit(SystemState("watchdog", ok=False, detail=detail, since=before))
        elif self._stalled and missed < self._delay:
            self._stalled = False
            self._submit(SystemState("watchdog", ok=True))
        return True
