"""A journey: the whole service on real parts, in virtual time.

Sockets, pseudo-terminals, threads and the disk are real; only the clock is moved by hand. After each step of it
the journey waits until everything that the devices said has arrived, so that the same story gives the same times.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from config.instant import SECOND, Duration, Instant, seconds
from monitor.clock import SystemClock
from monitor.journal import EventRow, JournalReader
from monitor.service import JOURNAL_FILE, PEOPLE_FILE, Plan, Service, run_service
from monitor.site import Site, read_site_text
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.journey_devices import LOOPBACK, SITE, Devices
from tests.support.journey_replay import check_journal
from tests.support.station import PASSWORD, QUICK_HASHER
from tests.support.webhook_receiver import until

SECRET = "whsec_" + base64.b64encode(b"a secret of a journey, 32 bytes.").decode()
NURSE, SECOND_NURSE, PRESCRIBER = "nurse-a", "nurse-b", "dr-p"
COMING_UP_S = 0.02
"""Real time given to an offered port to be opened by the service within one step."""
COMMIT_WITHIN_S = 8.0
"""Real time for a commit: a busy machine is no part of the story."""
SPINS = 30
TURNS = 10
"""Of the event loop between two wake-ups; what takes longer is waited for after each step."""


class JourneyClock(ManualClock):
    """Moved by hand; its speed is that of a real service. Starts at the present, which signatures are checked by."""

    speed = 1.0

    def __init__(self) -> None:
        super().__init__(SystemClock().now() // SECOND * SECOND, turns=TURNS)


class Journey:
    """One site, its devices, and the service that watches them.

    Add beds, devices and channels; then `running()`. `service`, `port` exist from then on.
    """

    service: Service
    port: int

    def __init__(
        self, folder: Path, *beds: str, tick: Duration = SECOND, after: Journey | None = None, watch_pages: bool = False
    ) -> None:
        """`after`: a journey that has ended and whose time goes on here. `watch_pages`: silent pages are missed."""
        self.clock = JourneyClock() if after is None else after.clock
        self.start: Instant = self.clock.now() if after is None else after.start
        self.data = folder / "data"
        self.devices = Devices(self.clock, folder / "ports", tick)
        self._beds = beds
        self._watch_pages = watch_pages
        self._channels: list[str] = []

    def webhook(self, url: str, channel: str = "pager", tell: str = "alarms") -> None:
        """A channel of the site file."""
        self._channels += ["[[channel]]", f'id = "{channel}"', 'kind = "webhook"']
        self._channels += [f'url = "{url}"', f'secret = "{SECRET}"', f'tell = ["{tell}"]']

    def site_text(self) -> str:
        """The site file."""
        return site_text(self._beds, self.devices.lines, self._channels)

    def site(self) -> Site:
        """The site as the service reads it."""
        return read_site_text("the journey's site file", self.site_text(), {})

    async def replays(self) -> int:
        """Assert that what the journal holds so far replays to its own events; how many."""
        await self.service.journal.flush()
        return sum(check_journal(self.data / JOURNAL_FILE, self.site()).values())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Journey]:
        """The service and the devices run inside the block; the journal is closed after it."""
        self.data.mkdir(parents=True, exist_ok=True)
        hire(self.data / PEOPLE_FILE)
        site = self.site()
        ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        plan = Plan(
            *(site, self.data, self.clock, LOOPBACK, 0),
            ready=ready.set_result,
            live=self._take,
            commit_bound_s=COMMIT_WITHIN_S,
            watch_pages=self._watch_pages,
        )
        async with AsyncExitStack() as ending:
            service = asyncio.create_task(run_service(plan))
            ending.push_async_callback(_end, service)
            await asyncio.wait([ready, service], return_when=asyncio.FIRST_COMPLETED)
            if service.done():
                service.result()
            self.port = ready.result()
            ending.push_async_callback(_end, asyncio.create_task(self.devices.ward.run()))
            yield self

    @property
    def at(self) -> float:
        """Seconds since the journey began."""
        return (self.clock.now() - self.start) / SECOND

    async def pass_time(self, duration_s: float) -> None:
        """Let virtual time pass, step by step."""
        left = seconds(duration_s)
        while left > 0:
            step = min(left, self.devices.tick)
            await self.clock.advance(step)
            await self.settle()
            left -= step

    async def pass_until(self, condition: Callable[[], object], within_s: float = 120) -> None:
        """Let virtual time pass until `condition` holds; AssertionError when it does not in `within_s`."""
        end = self.at + within_s
        while not condition():
            assert self.at < end, f"not within {within_s:g} s of the ward's time"
            await self.pass_time(self.devices.tick / SECOND)

    async def settle(self) -> None:
        """Wait until the service has read what the devices said, and has told what came of it."""
        stats = self.service.links.all_stats()
        coming = [each for each in self.devices.ids if self.devices.wakes_up(each, stats[each])]
        if coming:
            with suppress(TimeoutError):
                await until(lambda: not any(self.devices.wakes_up(each, stats[each]) for each in coming), COMING_UP_S)
        await self.see(lambda: not any(self.devices.waits_for(each, stats[each]) for each in self.devices.ids))
        await self.see(lambda: not self.service.loop.untold)

    async def see(self, condition: Callable[[], object], within_s: float = 10.0) -> None:
        """Wait in real time, the clock standing still, until `condition` holds; TimeoutError when it does not."""
        for _ in range(SPINS):
            if condition():
                return
            await let_tasks_run(1)
        await until(condition, within_s)

    async def links_up(self, *devices: str) -> None:
        """Let time pass until the service reads these devices."""
        stats = self.service.links.all_stats()
        await self.pass_until(lambda: all(stats[each].state == "up" for each in devices or stats))

    def alarms(self) -> dict[str, Any]:
        """The open alarms as they were told, by kind (and device where several stand)."""
        return {shown.alarm: shown for shown in self.service.view.alarms()}

    def bed(self, bed: str = "bay-1") -> Any:
        """The picture of a bed."""
        found = self.service.view.bed(bed)
        assert found is not None
        return found

    async def events(self, *, bed: str | None = None, kind: str | None = None, alarm: str | None = None) -> list[Told]:
        """What the journal holds, in order."""
        await self.service.journal.flush()
        rows = await asyncio.to_thread(JournalReader(self.data / JOURNAL_FILE).events, bed=bed)
        told = [Told(row, self.start) for row in rows]
        return [each for each in told if kind in (None, each.kind) and alarm in (None, each.data.get("alarm"))]

    def _take(self, service: Service) -> None:
        self.service = service


class Told:
    """One journaled event; `t` in seconds since the journey began."""

    def __init__(self, row: EventRow, start: Instant) -> None:
        self.seq, self.bed, self.kind, self.data = row.seq, row.bed, str(row.kind), row.data
        self.t = (row.at - start) / SECOND

    def __repr__(self) -> str:
        return f"<{self.t:g} s {self.bed} {self.kind} {self.data}>"


def site_text(beds: tuple[str, ...], devices: list[str], channels: list[str], *more: str) -> str:
    """A site file of these lines."""
    places = [line for bed in beds for line in ("[[bed]]", f'id = "{bed}"', f'label = "{bed.title()}"')]
    return "\n".join(["[site]", f'id = "{SITE}"', *places, *devices, *channels, *more, ""])


def hire(path: Path) -> None:
    """The people of a journey, all with the same password."""
    roles = {NURSE: "nurse", SECOND_NURSE: "nurse", PRESCRIBER: "prescriber"}
    password = QUICK_HASHER.hash(PASSWORD)
    people = [{"name": name, "role": role, "password": password} for name, role in roles.items()]
    path.write_text(json.dumps({"version": 1, "people": people, "tokens": []}))


async def _end(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
