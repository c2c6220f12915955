"""Appends without end and prints what it was told is durable: the child that `test_kill` kills.

python -m tests.monitor.journal.endless JOURNAL
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from monitor.journal import Commit, Durable, Journal
from tests.monitor.journal.rows import page, raised, spo2_line
from tests.support.clock import ManualClock


async def main(path: Path) -> None:
    journal = await Journal.open(path, clock=ManualClock(), version="1.2.3", commit_bound_s=60.0)

    async def tell(commit: Commit, input_seq: int) -> None:
        if await commit.wait() == Durable():
            sys.stdout.write(f"{commit.last_seq} {input_seq}\n")
            sys.stdout.flush()

    number = 0
    while True:
        async with asyncio.TaskGroup() as group:
            for _ in range(8):
                number += 1
                input_seq = journal.record_input(number, "bay-1", "s-1", spo2_line(88))
                commit = journal.append([raised(number, number)], [page(f"p-{number}")], session="s-1")
                group.create_task(tell(commit, input_seq))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
