"""The composition root: builds everything from a checked site, runs it in one TaskGroup, stops it in order."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import structlog

from adapters.link_report import LinkSink
from adapters.links import DeviceSpec, Links
from adapters.transports.mqtt import OnUnbound
from adapters.transports.url import ReplayUrl
from alerts.alert import Alert
from alerts.channel import ChannelKind, find_kinds, open_channel
from alerts.dispatcher import Dispatcher
from alerts.ledger import Page
from config.instant import SECOND, Clock, Instant
from monitor import __version__
from monitor.board import AlarmPicture, Board
from monitor.clock import wall_time
from monitor.core.alarm import AlarmBook
from monitor.core.errors import ConfigError
from monitor.core.events import Event
from monitor.core.inputs import Input, Restart, SystemState
from monitor.cuff_requests import CuffRequests
from monitor.health import ServiceHealth
from monitor.heartbeat import HEARTBEAT_FILE, Heart, say_stopped
from monitor.history import JournalHistory
from monitor.intake import Intake
from monitor.journal import Journal
from monitor.journal.journal import COMMIT_BOUND_S
from monitor.journal.record import SnapshotReason
from monitor.loop import Loop
from monitor.pages import ALL_IS_WELL_EVERY, PageWriter, all_is_well
from monitor.restore import Revived, revive
from monitor.room_list import RoomListWatch, bound_patients
from monitor.server_clock import ServerClockWatch
from monitor.site import Site
from monitor.station import wire
from monitor.station.app import create_app
from monitor.station.feed import FeedHub
from monitor.station.people import People
from monitor.station.picture import DeviceFacts, LiveWard, Origin
from monitor.station.server import serve
from monitor.station_watch import StationWatch
from monitor.watchdog.companion import stand_by
from monitor.waves import Waves

log = structlog.get_logger("bedwatch.service")

JOURNAL_FILE = "journal.sqlite"
PEOPLE_FILE = "people.json"
PAGES_FILE = "signed-in.json"
SITE_FILE = "site.toml"
"""A demo's own site file; that of a site lies where the site keeps it."""


class OpenLinks(Protocol):
    """Makes the connections to the devices; `adapters.links.Links` itself but in a drill."""

    def __call__(
        self,
        devices: Sequence[DeviceSpec],
        sink: LinkSink,
        clock: Clock,
        random: random.Random,
        on_unbound: OnUnbound,
        site_filter: str | None,
    ) -> Links:
        """As `Links`."""
        ...


OWN_TROUBLES = {
    "STORAGE": "storage",
    "CORE_FAULT": "core",
    "CORE_STALLED": "watchdog",
    "CLOCK": "clock",
    "STATION_MUTE": "station",
    "PAGER_FAIL": "pager",
}
"""Alarms of the service that a new start looks at anew, and the system that each is reported for."""


class PacedClock(Clock, Protocol):
    """A clock that says how fast it runs: 1 but in a demo. `monitor.clock.SystemClock`, or a test's own."""

    @property
    def speed(self) -> float:
        """Seconds of the service in one of the machine."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """One run of the service.

    Attributes:
        site: checked.
        data: folder of journal and people, made if missing.
        clock: everybody's.
        host, port: of the station; port 0 takes a free one.
        origins: where devices are not live: simulated or replayed.
        demo: the page says so.
        ready: told the station's port once people can sign in.
        live: told the running service, for a demo that acts on it.
        commit_bound_s: how long an alarm waits for its commit (rulings, section 5); a journey in virtual time gives
            a busy machine more.
        chance: spreads retries; seeded in a drill, so that it is the same each time.
        kinds: of channels; None: those that are installed.
        open_links: how the devices are connected.
        synchronised: whether something keeps the machine's clock right; None: nobody can say.
        companion: command line of the watchdog that runs beside the service, in a process of its own; empty: none.
        watch_pages: False for a ward that has no nurse station, such as a test's.
    """

    site: Site
    data: Path
    clock: PacedClock
    host: str
    port: int
    origins: Mapping[str, Origin] = field(default_factory=dict)
    demo: bool = False
    ready: Callable[[int], None] = lambda port: None
    live: Callable[[Service], None] = lambda service: None
    commit_bound_s: float = COMMIT_BOUND_S
    chance: random.Random = field(default_factory=random.SystemRandom)
    kinds: Mapping[str, ChannelKind] | None = None
    open_links: OpenLinks = Links
    synchronised: Callable[[], bool | None] = lambda: None
    watch_pages: bool = True
    companion: Sequence[str] = ()


class Service:
    """The parts of a running service, wired to each other once."""

    def __init__(self, plan: Plan, journal: Journal, revived: Revived) -> None:
        site, clock = plan.site, plan.clock
        self.plan = plan
        self.journal = journal
        self.ward = revived.ward
        self._revived = revived
        labels = {bed.id: bed.label for bed in site.beds}
        self.board = Board()
        self.board.load(self._books())
        kinds = find_kinds() if plan.kinds is None else plan.kinds
        self.dispatcher = Dispatcher(
            [(spec, open_channel(kinds, spec)) for spec in site.channels],
            journal.outbox,
            clock,
            plan.chance.random,
            self._pager_trouble,
            self._pager_recovered,
            wall=wall_time,
        )
        facts = {
            device.id: DeviceFacts(device.spec.driver.name, _origin(device.where, plan.origins.get(device.id)))
            for device in site.devices
        }
        beds = {device.id: device.bed for device in site.devices}
        self.waves = Waves(beds, self._submit, clock)
        self.intake = Intake(beds, self._submit, self._pleth, self._quarantine)
        self.links = plan.open_links(site.specs, self.intake, clock, plan.chance, self.intake.unbound, site.site_filter)
        page = wire.Site(site.id, site.name, site.ruleset.title, __version__, clock.speed, plan.demo)
        self.view = LiveWard(
            *(self.ward, self.board, labels, facts, self._faults, page, clock.now),
            trouble=lambda device: self.links.stats(device).trouble(clock.now()),
        )
        self.feed = FeedHub(self.view, clock)
        self.cuffs = CuffRequests(self.links.request_measurement, self._submit_now, clock.now)
        self.loop = Loop(
            self.ward,
            journal,
            clock,
            self.board,
            PageWriter(labels, unattended=bool(self._open_service_alarms("STATION_LOST"))),
            plan=self._pages,
            send=self.dispatcher.handle,
            alarms_told=self._alarms_told,
            bed_changed=self.feed.bed_changed,
            cuff_wanted=self._cuff_wanted,
            station_changed=self.feed.station_changed,
        )
        self.heart = Heart(
            plan.data / HEARTBEAT_FILE,
            clock,
            self.ward.next_deadline,
            self.loop.submit,
            delay=site.ruleset.core_stalled.delay,
            speed=clock.speed,
        )
        self.station_watch = StationWatch(
            self.feed.stations,
            lambda: self.feed.left_on_purpose,
            lambda: any(bed.watched for bed in self.ward.beds.values()),
            self.loop.submit,
            clock,
            delay=site.ruleset.station_lost.delay,
            speed=clock.speed,
            lost=bool(self._open_service_alarms("STATION_LOST")),
        )

    async def run(self) -> None:
        """Serve until cancelled; then stop in order: devices, pages, journal."""
        plan = self.plan
        health = ServiceHealth(
            self.journal,
            self.links,
            self.dispatcher,
            self.loop,
            self.intake,
            self.board,
            self.station_watch.count,
            plan.site.ruleset,
        )
        app = create_app(
            self.view,
            self._ask,
            JournalHistory(self.journal, self.ward, plan.clock),
            health,
            People(plan.data / PEOPLE_FILE),
            self.feed,
            plan.clock,
            counters=[health],
            allowed_origins=plan.site.station.allowed_origins,
            lock_after=plan.site.station.lock_after,
            pages_file=plan.data / PAGES_FILE,
            acknowledges=plan.site.station.acknowledges,
        )
        self.take_up()
        async with asyncio.TaskGroup() as tasks, AsyncExitStack() as ending:
            ending.push_async_callback(self.dispatcher.stop)
            tasks.create_task(self.dispatcher.run(), name="pages")
            running = [
                tasks.create_task(self.loop.run(), name="loop"),
                tasks.create_task(self.feed.run(), name="feed"),
                tasks.create_task(self.waves.run(), name="waves"),
                tasks.create_task(self.links.run(), name="links"),
                tasks.create_task(self.cuffs.run(), name="cuffs"),
                tasks.create_task(
                    ServerClockWatch(plan.synchronised, self.loop.submit, plan.clock).run(), name="server clock"
                ),
                *self._room_list(tasks),
                tasks.create_task(self.heart.run(), name="heartbeat"),
                tasks.create_task(self._tell_all_is_well(), name="all is well"),
            ]
            if plan.companion:
                running.append(tasks.create_task(stand_by(plan.companion, plan.clock), name="watchdog"))
            if plan.watch_pages:
                running.append(tasks.create_task(self.station_watch.run(), name="station watch"))
            plan.live(self)
            try:
                await serve(app, plan.host, plan.port, ready=plan.ready)
            finally:
                for task in reversed(running):
                    task.cancel()
                await asyncio.wait(running)

    def _room_list(self, tasks: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        path = self.plan.site.room_list
        if path is None:
            return []
        watch = RoomListWatch(path, lambda: bound_patients(self.ward), self.loop.submit, self.plan.clock)
        return [tasks.create_task(watch.run(), name="room list")]

    def take_up(self) -> None:
        """Go on where the journal ended: what was not told, then row 17 of the alarm table on every bed."""
        # Before the ward is taken up: the pages of that are sent once they are durable, and only then.
        self.dispatcher.start(
            failing=[alarm.device or "" for alarm in self._open_service_alarms("PAGER_FAIL")],
            open_alarms=[alarm.alarm_id for alarm in self.board.alarms()],
        )
        if not self._revived.first_start:
            self.loop.awake()
            self.loop.publish(self._revived.untold)
            self._forget_own_troubles()
            self.loop.submit(Restart())
        self.loop.keep_all(SnapshotReason.RESTART)
        # After the last life's troubles have been forgotten: this one's may be there from the first moment.
        self.journal.health.watch(
            on_trouble=lambda reason, broken: self._storage(ok=False, detail=reason, critical=broken),
            on_recovered=lambda: self._storage(ok=True),
            on_low_disk=lambda percent: self._disk(ok=False, detail=f"{percent:.1f} % of the disk is free"),
            on_disk_ok=lambda percent: self._disk(ok=True),
            low_disk_percent=self.plan.site.ruleset.storage.free_below,
        )

    def _forget_own_troubles(self) -> None:
        """Journal, core and clock begin anew: what is still wrong with them will be said anew. So will the pages that
        come back; that none has answered yet stands. A channel that the site file names no more has nobody left who
        could say that it delivers.
        """
        channels = {spec.id for spec in self.plan.site.channels}
        for rule, system in OWN_TROUBLES.items():
            for shown in self._open_service_alarms(rule):
                if system != "pager" or shown.device not in channels:
                    self.loop.submit(SystemState(system, ok=True, subject=shown.device))

    async def _tell_all_is_well(self) -> None:
        """The far end of the dead-man's switch (alarm-system 5.4 b): whoever waits for it calls when it stays away."""
        clock = self.plan.clock
        while True:
            self.dispatcher.handle(self.dispatcher.plan(all_is_well(clock.now())))
            await clock.sleep_until(clock.now() + round(ALL_IS_WELL_EVERY * max(1.0, clock.speed)))

    # -- between the parts -----------------------------------------------------------------------------------------

    async def _ask(self, item: Input, *, by: str, origin: str) -> list[Event]:
        self.journal.audit(self.plan.clock.now(), by, origin, type(item).__name__)
        return await self.loop.ask(item)

    def _submit(self, item: Input, at: Instant) -> None:
        self.loop.submit(item, at)

    def _submit_now(self, item: Input) -> None:
        self.loop.submit(item)

    def _cuff_wanted(self, event: Event) -> None:
        if event.data["automatic"]:
            self.cuffs.wanted(event)

    def _pages(self, alert: Alert) -> list[Page]:
        return self.dispatcher.plan(alert)

    def _pleth(self, bed: str, device: str, at: Instant, rate_hz: float, samples: tuple[int | None, ...]) -> None:
        self.feed.pleth(bed, at, rate_hz, samples)
        self.waves.add(device, at, rate_hz, samples)

    def _alarms_told(self, shown: Sequence[AlarmPicture]) -> None:
        self.feed.alarms_changed([self.view.alarm(picture) for picture in shown])

    def _quarantine(self, at: Instant, topic: str, payload: bytes) -> None:
        self.journal.audit(at, None, topic, "unbound_value", {"payload": payload.decode("utf-8", "backslashreplace")})

    def _faults(self, device_id: str) -> int:
        return self.links.stats(device_id).faults.total()

    def _storage(self, *, ok: bool, detail: str | None = None, critical: bool = False) -> None:
        self.loop.submit(SystemState("storage", ok, "journal", detail, critical))

    def _disk(self, *, ok: bool, detail: str | None = None) -> None:
        self.loop.submit(SystemState("storage", ok, "disk", detail))

    def _pager_trouble(self, channel: str, alert: Alert, reason: str, since: Instant) -> None:
        lasting = (self.plan.clock.now() - since) // SECOND
        self.loop.submit(SystemState("pager", ok=False, subject=channel, detail=f"{reason}, for {lasting} s"))

    def _pager_recovered(self, channel: str) -> None:
        self.loop.submit(SystemState("pager", ok=True, subject=channel))

    def _books(self) -> list[AlarmBook]:
        return [*(bed.state.book for bed in self.ward.beds.values()), self.ward.service.state.book]

    def _open_service_alarms(self, rule: str) -> list[AlarmPicture]:
        return [shown for shown in self.board.alarms() if shown.bed is None and shown.alarm == rule]


def _origin(where: object, given: Origin | None) -> Origin:
    if given is not None:
        return given
    return "replayed" if isinstance(where, ReplayUrl) else "live"


async def run_service(plan: Plan) -> None:
    """Open the journal, take up the ward, serve until cancelled.

    Raises:
        JournalError: the journal cannot be used.
        AddressUnavailable: the station's address is taken.
        ConfigError: a channel's secret cannot be read.
    """
    plan.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    journal = await Journal.open(
        plan.data / JOURNAL_FILE, clock=plan.clock, version=__version__, commit_bound_s=plan.commit_bound_s
    )
    try:
        revived = await revive(journal, plan.site, plan.clock.now())
        service = Service(plan, journal, revived)
        rules = plan.site.ruleset
        preset = {"preset": rules.name, "preset_version": rules.version, "preset_fingerprint": rules.short_fingerprint}
        log.info("started", beds=len(plan.site.beds), devices=len(plan.site.devices), **preset)
        try:
            await service.run()
        except asyncio.CancelledError:
            say_stopped(plan.data / HEARTBEAT_FILE)
            raise
        finally:
            service.loop.keep_all(SnapshotReason.PERIODIC)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    finally:
        if not await journal.close():
            log.error("the journal could not be written to the end")
        log.info("stopped")
