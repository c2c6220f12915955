"""A journal on a clock moved by hand and a disk that can be broken."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.journal import Journal
from tests.monitor.journal.disk import Disk
from tests.support.clock import ManualClock

OpenJournal = Callable[..., Awaitable[Journal]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1_000_000_000)


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite"


@pytest.fixture
async def open_journal(path: Path, clock: ManualClock, disk: Disk) -> AsyncIterator[OpenJournal]:
    """Opens the test's journal, as often as wanted; what is still open at the end is closed."""
    opened: list[Journal] = []

    async def open_it(**settings: Any) -> Journal:
        # Ample time for a commit by default: a test that is about the 250 ms sets its own bound.
        given = {"clock": clock, "version": "1.2.3", "connect": disk.connect, "commit_bound_s": 20.0} | settings
        journal = await Journal.open(path, **given)
        opened.append(journal)
        return journal

    yield open_it
    disk.resume()
    for journal in opened:
        await journal.close()


@pytest.fixture
async def journal(open_journal: OpenJournal) -> Journal:
    return await open_journal()
