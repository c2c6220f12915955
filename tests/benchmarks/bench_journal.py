"""How long a promise takes and how much the journal swallows, on the disk of the folder given.

    python -m tests.benchmarks.bench_journal [FOLDER]

Prints JSON lines. `sqlite_alone` is the same commit without thread and event loop: the floor of this disk, to
which the other figures are to be compared.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from config.instant import Instant
from monitor.core.events import Event, EventKind
from monitor.journal import Durable, Journal
from monitor.journal.schema import connect_writer, prepare
from tests.benchmarks.rig.figures import figure
from tests.support.clock import ManualClock

COMMITS = 300
LINE = {"t": 1.0, "bed": "bay-1", "input": "spo2", "device": "ox-1", "spo2": 88, "pulse_rate": 72, "flags": []}
VERDICTS = {"spo2": ["VALID", None], "pulse_rate": ["VALID", None]}


def report(what: str, **figures: float) -> None:
    """One line of JSON for each figure."""
    commits = figures.pop("commits", None)
    conditions = {} if commits is None else {"commits": commits}
    for name, value in figures.items():
        unit = "1/s" if name == "per_s" else "ms"
        figure(f"journal_{what}_{name.removesuffix('_ms')}", value, unit, **conditions)


def spread(taken_s: list[float]) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    return {
        "p50_ms": round(median(taken_s) * 1e3, 3),
        "p95_ms": round(quantiles(taken_s, n=20)[-1] * 1e3, 3),
        "commits": len(taken_s),
    }


async def pause(length_s: float) -> None:
    """Let the machine fall idle for a moment: this measures real time on purpose."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()
    loop.call_later(length_s, over.set_result, None)
    await over


def alarm(at: Instant) -> Event:
    return Event(at, "bay-1", EventKind.ALARM_RAISED, {"alarm_id": "bay-1-0001", "alarm": "SPO2_LOW", "value": 88})


async def one_by_one(journal: Journal, every_s: float, commits: int = COMMITS) -> list[float]:
    """Latency of single appends, each with the input that caused it, started `every_s` apart."""
    taken: list[float] = []

    async def one(number: int) -> None:
        journal.record_input(number, "bay-1", "s-1", LINE, VERDICTS)
        start = perf_counter()
        result = await journal.append([alarm(number)], session="s-1").wait()
        if result != Durable():
            raise RuntimeError(f"a commit failed: {result}")
        taken.append(perf_counter() - start)

    async with asyncio.TaskGroup() as group:
        for number in range(commits):
            group.create_task(one(number))
            await pause(every_s)
    return taken


async def swallow(journal: Journal, inputs: int) -> float:
    """Inputs per second until all are on disk, with one alarm in every hundred."""
    start = perf_counter()
    for number in range(inputs):
        journal.record_input(number, f"bay-{number % 100}", "s-1", LINE, VERDICTS)
        if number % 100 == 0:
            journal.append([alarm(number)], session="s-1")
        if number % 500 == 0:
            await pause(0)
    await journal.flush()
    return inputs / (perf_counter() - start)


async def storm(journal: Journal, events: int) -> float:
    """Events per second until all are durable, each appended by itself."""
    start = perf_counter()
    commits = []
    for number in range(events):
        commits.append(journal.append([alarm(number)], session="s-1"))
        if number % 100 == 0:
            await pause(0)
    for commit in commits:
        await commit.wait()
    return events / (perf_counter() - start)


def sqlite_alone(path: Path, commits: int = COMMITS) -> list[float]:
    """One event, one commit, nothing else."""
    prepare(path, 0, "bench")
    connection = connect_writer(path)
    row: tuple[Any, ...] = (0, "bay-1", "s-1", "alarm_raised", json.dumps(LINE), "0" * 64, "0" * 64)
    taken = []
    for seq in range(1, commits + 1):
        start = perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (seq, *row))
        connection.execute("COMMIT")
        taken.append(perf_counter() - start)
    connection.close()
    return taken


async def main(parent: Path | None) -> None:
    with tempfile.TemporaryDirectory(dir=parent) as made:
        folder = Path(made)
        report("sqlite_alone", **spread(sqlite_alone(folder / "alone.sqlite")))
        journal = await Journal.open(
            folder / "journal.sqlite", clock=ManualClock(), version="bench", commit_bound_s=60.0
        )
        report("append_from_idle", **spread(await one_by_one(journal, 0.03)))
        report("append_at_100_per_s", **spread(await one_by_one(journal, 0.01)))
        report("append_at_1000_per_s", **spread(await one_by_one(journal, 0.001, 1_000)))
        report("events_swallowed", per_s=round(await storm(journal, 20_000)))
        report("inputs_swallowed", per_s=round(await swallow(journal, 50_000)))
        await journal.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
