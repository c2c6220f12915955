"""Loop, board, pages and a real journal on a clock moved by hand; what was told, in order."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alerts.alert import Alert
from alerts.ledger import Page
from config.instant import SECOND, Instant, seconds
from monitor.board import AlarmPicture, Board
from monitor.core.bed import new_bed
from monitor.core.bed_state import DeviceSetup, Setup
from monitor.core.events import Event
from monitor.core.lines.reader import read_input
from monitor.core.ward import Ward
from monitor.journal import Journal
from monitor.journal.schema import connect_writer
from monitor.loop import Loop
from monitor.pages import PageWriter
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.ward import shipped_rules

START: Instant = 1_795_000_000 * SECOND
LABELS = {"bay-1": "Bay 1", "bay-2": "Bay 2"}
CHANNEL = "pager"


def bed_setup(bed: str, *, devices: bool = False) -> Setup:
    """A bed on the shipped rules; with `devices` an oximeter and a polled cuff are bound to it."""
    bound = (DeviceSetup("ox-1", 4 * SECOND, 10 * SECOND), DeviceSetup("cuff-1", 4 * SECOND, 90 * SECOND))
    return Setup(bed, shipped_rules(), bound if devices else ())


def fresh_ward(now: Instant = START, setups: Iterable[Setup] | None = None) -> Ward:
    """Two beds without patients."""
    ward = Ward(shipped_rules(), now)
    for setup in [bed_setup(bed) for bed in LABELS] if setups is None else setups:
        ward.add(new_bed(setup, now))
    return ward


class LiveWard:
    """The running loop. `told` holds ("alarms", pictures), ("pages", pages), ("bed", id), ("station", state)."""

    def __init__(self, ward: Ward, journal: Journal, clock: ManualClock) -> None:
        self.ward, self.journal, self.clock = ward, journal, clock
        self.told: list[tuple[str, Any]] = []
        self.watch: Callable[[str, Any], None] = lambda what, value: None
        self.board = Board()
        self.loop = Loop(
            ward,
            journal,
            clock,
            self.board,
            PageWriter(LABELS),
            plan=_plan,
            send=lambda pages: self._note("pages", pages),
            alarms_told=lambda shown: self._note("alarms", shown),
            bed_changed=lambda bed: self._note("bed", bed),
            station_changed=lambda: self._note(
                "station", "ON" if ward.audio.now is None else ward.audio.now.state.value
            ),
        )

    def put(self, t: float, kind: str, bed: str | None = "bay-1", **fields: Any) -> None:
        """One input line, received `t` seconds after START."""
        line = {"t": t, "input": kind, **fields} | ({} if bed is None else {"bed": bed})
        self.loop.submit(read_input(line, START), START + seconds(t))

    def open(self, t: float = 0.0, bed: str = "bay-1", **more: Any) -> None:
        """A patient on the bed."""
        self.put(t, "open_session", bed, **({"patient": f"P-{bed}", "by": "nurse-a"} | more))

    def samples(self, start: int, end: int, spo2: float | None, pulse: float | None = 72, bed: str = "bay-1") -> None:
        """One oximeter sample a second, `end` excluded."""
        for t in range(start, end):
            self.put(t, "spo2", bed, device="ox-1", spo2=spo2, pulse_rate=pulse, flags=[])

    async def settled(self) -> None:
        """Everything taken so far is on disk, and told."""
        await self.journal.flush()
        await let_tasks_run()

    async def events(self, kind: str | None = None) -> list[Any]:
        """Journaled events, of one kind where given."""
        await self.settled()
        return [row for row in await self.journal.events() if kind in (None, row.kind)]

    def pictures(self) -> list[AlarmPicture]:
        """Every picture told, in order."""
        return [shown for what, value in self.told if what == "alarms" for shown in value]

    def pages(self) -> list[Page]:
        """Every page sent, in order."""
        return [page for what, value in self.told if what == "pages" for page in value]

    def alerts(self) -> list[tuple[str, str]]:
        """Kind and alarm of every page sent, in order."""
        return [(page.alert.kind.value, page.alert.alarm) for page in self.pages()]

    def _note(self, what: str, value: Any) -> None:
        self.told.append((what, list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value))
        self.watch(what, value)


def _plan(alert: Alert) -> list[Page]:
    name = f"{alert.alarm_id}-{alert.kind.value}-{alert.step}-{alert.occurrence}"
    return [Page(name, CHANNEL, alert)] if alert.audible else []


def connect_unsynced(path: Path) -> sqlite3.Connection:
    """A writer that does not wait for the disk: these tests survive a killed process, not a power cut."""
    connection = connect_writer(path)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


async def open_journal(path: Path, clock: ManualClock, **settings: Any) -> Journal:
    """A journal whose commits may take their time, as tests run on loaded disks."""
    usual = {"clock": clock, "version": "1.2.3", "commit_bound_s": 20.0, "connect": connect_unsynced}
    given: dict[str, Any] = usual | settings
    return await Journal.open(path, **given)


@asynccontextmanager
async def live_ward(folder: Path, ward: Ward | None = None, **settings: Any) -> AsyncIterator[LiveWard]:
    """A running ward over a journal in `folder`; ended and closed behind the test."""
    clock = ManualClock(START)
    journal = await open_journal(folder / "journal.sqlite", clock, **settings)
    try:
        live = LiveWard(fresh_ward() if ward is None else ward, journal, clock)
        running = asyncio.create_task(live.loop.run())
        await let_tasks_run()
        try:
            yield live
            if running.done():
                running.result()
        finally:
            running.cancel()
            await asyncio.wait([running])
    finally:
        await journal.close()


def refusals(events: Sequence[Event]) -> list[str]:
    """Reasons of what was refused."""
    return [event.data["reason"] for event in events if event.kind.value == "command_refused"]
