"""Starts the demo: broker, devices, their past, the service, and the nurses of the stories."""

from __future__ import annotations

import asyncio
import shutil
import webbrowser
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from config.instant import Instant, seconds
from monitor import __version__
from monitor.clock import SystemClock
from monitor.core.errors import ConfigError, VitalsError
from monitor.core.inputs import OpenSession
from monitor.demo.beds import DemoBed, demo_beds
from monitor.demo.cables import pull_cables
from monitor.demo.devices import RECORDED_BED, DemoDevices, site_text
from monitor.demo.nurse import act
from monitor.demo.past import write_past
from monitor.journal import Journal
from monitor.journal.lock import ServiceLock
from monitor.restore import bed_setups
from monitor.service import JOURNAL_FILE, PEOPLE_FILE, SITE_FILE, Plan, Service, run_service
from monitor.site import Site, read_site_text
from monitor.station.people import People
from monitor.station.picture import Origin
from simulator.broker import BrokerUnavailable, EmbeddedBroker
from simulator.recording import RecordingError

MARK = ".bedwatch-demo"
PASSWORD = "bedwatch-demo"  # noqa: S105 - for a ward of simulated patients on this machine's loopback alone
PEOPLE = {"nurse-a": "nurse", "nurse-b": "nurse", "nurse-c": "nurse", "lead": "lead", "prescriber": "prescriber"}
HOST = "127.0.0.1"

log = structlog.get_logger("bedwatch.demo")


class DemoUnavailable(VitalsError):
    """Something the demo needs is missing (exit 3)."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the command line says. `say` prints a line for the person who started it."""

    speed: float
    beds: int
    port: int
    recording: Path | None
    data: Path
    browser: bool
    say: Callable[[str], None]


async def run_demo(options: DemoOptions) -> None:
    """Serve the demo ward until cancelled.

    Raises:
        ConfigError: the data folder is not a demo's, or the recording cannot be read.
        DemoUnavailable: the embedded broker cannot run.
        JournalError: another demo runs in this folder.
    """
    _fresh_folder(options.data)
    beds = demo_beds(options.beds)
    broker = EmbeddedBroker()
    try:
        await broker.start()
    except BrokerUnavailable as error:
        raise DemoUnavailable(str(error)) from None
    try:
        await _run_ward(options, beds, broker.port)
    finally:
        await broker.stop()
        shutil.rmtree(options.data / "ports", ignore_errors=True)


async def _run_ward(options: DemoOptions, beds: Sequence[DemoBed], broker_port: int) -> None:
    clock = SystemClock(options.speed)
    ports = options.data / "ports"
    ports.mkdir()
    devices = DemoDevices(clock, options.speed, ports, broker_port)
    for bed in beds:
        devices.add(bed)
    recorded = None
    if options.recording is not None:
        try:
            recorded = f"Recording {devices.add_recording(options.recording).id}"
        except (RecordingError, OSError) as error:
            raise ConfigError(f"--recording: {error}") from None
    text = site_text(beds, devices.lines, recorded)
    site = read_site_text("the demo's site file", text, {}, demo=True)
    (options.data / SITE_FILE).write_text(text)
    _hire(options.data / PEOPLE_FILE)
    joined = clock.now()
    if beds:
        options.say("writing what happened before you came ...")
        await _write_past(options.data, beds, site, clock, joined)
    origins: dict[str, Origin] = {
        line.device: "replayed" if line.bed == RECORDED_BED else "simulated" for line in devices.lines
    }
    background: set[asyncio.Task[None]] = set()

    def begin_work(work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        task.add_done_callback(_say_why_it_ended)
        background.add(task)

    def ready(port: int) -> None:
        url = f"http://{HOST}:{port}/"
        options.say(f"nurse station:  {url}")
        options.say(f"sign in as:     {', '.join(PEOPLE)}   password: {PASSWORD}")
        options.say("Simulated patients. Secondary to the devices' own alarms. Stop with Ctrl-C.")
        if options.browser:
            begin_work(asyncio.to_thread(_open_browser, url))

    def live(service: Service) -> None:
        """The service stands: the devices begin to speak and the nurses to work."""
        begin_work(devices.ward.run())
        for bed in beds:
            begin = joined - seconds(bed.begin_s)
            actions = [action for action in bed.story.nurse if action.at_s > bed.begin_s]
            begin_work(act(bed.id, actions, begin, clock, service.loop.ask, devices.press_cuff))
            begin_work(pull_cables(bed.story, bed.begin_s, begin, clock, devices.ward, bed.cables))
        if recorded is not None:
            service.loop.submit(OpenSession(RECORDED_BED, "recording", by="nurse-a"))

    # No watchdog beside it: one outlives its service on purpose, and would ring on after a terminal was closed.
    plan = Plan(site, options.data, clock, HOST, options.port, origins, demo=True, ready=ready, live=live)
    try:
        await run_service(plan)
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        devices.ward.close()


def _say_why_it_ended(task: asyncio.Task[None]) -> None:
    """Devices or a nurse that died of a bug must not pass for a calm ward."""
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a part of the demo has stopped", exc_info=error)


async def _write_past(data: Path, beds: Sequence[DemoBed], site: Site, clock: SystemClock, joined: Instant) -> None:
    journal = await Journal.open(data / JOURNAL_FILE, clock=clock, version=__version__)
    try:
        setups = {setup.bed: setup for setup in bed_setups(site)}
        for bed in beds:
            await write_past(journal, bed, setups[bed.id], clock, joined)
    finally:
        await journal.close()


def _fresh_folder(folder: Path) -> None:
    """An empty folder for this demo; only what an earlier demo left is ever removed."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
        raise ConfigError(f"{folder} holds something that no demo has made; name another folder with --data")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)  # one that an earlier demo left, too
    lock = ServiceLock.take(folder / JOURNAL_FILE)  # a demo that still runs here keeps its files
    try:
        for entry in folder.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry != lock.path:
                entry.unlink()
    finally:
        lock.release()
    (folder / MARK).write_text("Made by `bedwatch demo`; emptied when the next demo starts here.\n")


def _hire(path: Path) -> None:
    people = People(path)
    for name, role in PEOPLE.items():
        people.add(name, role, PASSWORD)


def _open_browser(url: str) -> None:
    webbrowser.open(url)
