"""The core's sign of life: it changes while deadlines are settled, and only then (alarm-system 5.4 a)."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from config.instant import SECOND, Instant, seconds
from monitor.core.inputs import SystemState
from monitor.heartbeat import HEARTBEAT_FILE, Beat, Heart, HeartbeatFile, read_beat, say_stopped
from tests.support.clock import ManualClock
from tests.support.webhook_receiver import until


class Core:
    """A ward with one deadline that a test sets."""

    def __init__(self, folder: Path, speed: float = 1.0) -> None:
        self.clock = ManualClock(100 * SECOND)
        self.due: Instant | None = None
        self.told: list[SystemState] = []
        self.path = folder / HEARTBEAT_FILE
        self.heart = Heart(self.path, self.clock, lambda: self.due, self.told.append, delay=10 * SECOND, speed=speed)


def test_a_core_that_settles_its_deadlines_beats(tmp_path: Path) -> None:
    """One that is behind with them does not, though the process lives."""
    core = Core(tmp_path)
    assert core.heart.pulse()
    core.due = 97 * SECOND
    assert core.heart.pulse()
    core.due = 95 * SECOND
    assert not core.heart.pulse()


async def test_core_stalled_is_told_for_the_record_when_it_goes_on(tmp_path: Path) -> None:
    """Table 3.2, CORE_STALLED: from the last heartbeat on; over with the next one that is in time."""
    core = Core(tmp_path)
    core.heart.pulse()
    await core.clock.advance(seconds(9.9))
    core.heart.pulse()
    assert core.told == []
    await core.clock.advance(seconds(34))
    core.heart.pulse()
    assert core.told == [SystemState("watchdog", ok=False, detail="no heartbeat for 34 s", since=seconds(109.9))]
    await core.clock.advance(seconds(2))
    core.heart.pulse()
    assert core.told[1:] == [SystemState("watchdog", ok=True)]


async def test_the_file_changes_every_two_seconds_of_the_machine(tmp_path: Path) -> None:
    """At a demo's speed too: the watchdog goes by the machine's time."""
    core = Core(tmp_path, speed=30.0)
    running = asyncio.create_task(core.heart.run())
    await core.clock.advance(SECOND)
    await until(lambda: read_beat(core.path) is not None)
    first = read_beat(core.path)
    assert first is not None
    assert (first.pid, first.stopped) == (os.getpid(), False)
    await core.clock.advance(60 * SECOND)
    await until(lambda: read_beat(core.path) != first)
    running.cancel()
    await asyncio.wait([running])
    last = read_beat(core.path)
    assert last is not None
    assert not last.stopped, "only who ended it knows whether that was in order"
    say_stopped(core.path)
    assert read_beat(core.path) == Beat(os.getpid(), True, getattr(read_beat(core.path), "mark", ""))


def test_nothing_and_nonsense_are_no_beat(tmp_path: Path) -> None:
    assert read_beat(tmp_path / "none") is None
    (tmp_path / "odd").write_bytes(b"\xff\xfe what")
    assert read_beat(tmp_path / "odd") is None


def test_a_file_that_cannot_be_written_ends_nothing(tmp_path: Path) -> None:
    """It is logged once; the watchdog will call, as it should."""
    file = HeartbeatFile(tmp_path / "no-folder" / "heartbeat")
    for _ in range(50):
        file.beat()
    file.close()
    say_stopped(tmp_path / "no-folder" / "heartbeat")
