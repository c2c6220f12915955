"""When to try again."""

from __future__ import annotations

from pathlib import Path

from config.instant import SECOND
from monitor.journal.health import Health
from tests.support.clock import ManualClock


async def test_tries_again_less_and_less_often() -> None:
    """A broken disk is asked a few times a minute, not all the time; one success starts afresh."""
    clock = ManualClock()
    health = Health(Path(), clock, lambda folder: 50.0)
    for pause in (SECOND // 2, SECOND, 2 * SECOND, 5 * SECOND, 5 * SECOND):
        health.failed("disk I/O error")
        await clock.advance(pause - 1)
        assert not health.retry_due()
        await clock.advance(1)
        assert health.retry_due()
        assert not health.retry_due()
    health.recovered()
    health.failed("disk I/O error")
    await clock.advance(SECOND // 2)
    assert health.retry_due()


async def test_a_disk_that_cannot_be_asked_counts_as_full() -> None:
    def gone(folder: Path) -> float:
        raise OSError("stale file handle")

    told: list[float] = []
    health = Health(Path(), ManualClock(), gone)
    health.watch(
        on_trouble=lambda reason, broken: None,
        on_recovered=lambda: None,
        on_low_disk=told.append,
        on_disk_ok=lambda percent: None,
    )
    await health.check_disk()
    assert told == [0.0]
