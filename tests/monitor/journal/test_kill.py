"""A killed service keeps every promise it made."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from monitor.journal import verify
from tests.monitor.journal.conftest import OpenJournal
from tests.monitor.journal.disk import PATIENCE_S
from tests.monitor.journal.rows import stored

ROOT = Path(__file__).parents[3]


async def test_what_was_durable_survives_kill_9(path: Path, open_journal: OpenJournal) -> None:
    """Killed in the middle of writing: all that was told is there, gapless, the chain whole, the lock free."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.monitor.journal.endless", str(path), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        async with asyncio.timeout(PATIENCE_S):
            told = [await child.stdout.readline() for _ in range(100)]
    finally:
        child.send_signal(signal.SIGKILL)
        rest = await child.stdout.read()
        await child.wait()
    lines = [line for line in (b"".join(told) + rest).split(b"\n")[:-1] if line]
    promised = [tuple(map(int, line.split())) for line in lines]
    last_event, last_input = map(max, zip(*promised, strict=True))

    result = verify(path)
    assert result.ok
    assert result.count >= last_event >= 100
    assert stored(path, "SELECT max(seq) - count(*) FROM inputs") == [0]
    assert stored(path, "SELECT max(seq) FROM inputs")[0] >= last_input
    assert stored(path, "SELECT count(*) FROM outbox") == [result.count]
    journal = await open_journal()
    assert journal.last_event_seq == result.count
    assert len(journal.outbox.pending()) == result.count
