"""Plays one drill: the whole service on one event loop, in virtual time, with simulated devices at its drivers.

The parts are those of `monitor.service.Service`, built and wired by it. Time goes on second by second; before each
second every deadline of the ward that lies before it is met at its own moment.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sqlite3
import tempfile
from pathlib import Path
from random import Random
from typing import TypeAlias

from adapters.links import Links
from alerts.channel import ChannelKind, specify
from config.instant import SECOND, Instant, seconds
from monitor import __version__
from monitor.core.errors import InputError
from monitor.core.events import Event
from monitor.core.inputs import SystemState
from monitor.core.rules.ruleset import Ruleset
from monitor.drill.around import Around
from monitor.drill.bedside import SITE, drill_site, make_devices
from monitor.drill.clock import PatientClock, VirtualClock, let_tasks_run
from monitor.drill.nurse import to_input
from monitor.drill.pager import KIND, DrillPager, SentPage, drill_kind
from monitor.drill.record import Paged, Record, Shown, Told
from monitor.drill.story import BED, CUFF, Drill, SystemEvent, SystemStep
from monitor.drill.wires import DrillLinks, MessageWire
from monitor.journal import Journal
from monitor.journal.record import SnapshotReason
from monitor.journal.schema import connect_writer
from monitor.restore import revive
from monitor.service import JOURNAL_FILE, Plan, Service
from simulator.devices.mqtt_vitals import MqttVitals
from simulator.devices.par_nibp import ParNibp
from simulator.nurse import NurseAction
from simulator.quirks import FaultyPublisher
from simulator.scenario import Device, LinkChange
from simulator.serve import Body
from simulator.tables import ScenarioError
from simulator.truth import TruthLog

START: Instant = 1_767_258_000 * SECOND
"""9 o'clock on the first of January 2026, UTC: every drill begins then, so that it is the same each time."""
PAGER, SECOND_PAGER = "pager", "pager-2"
COMMIT_WITHIN_S = 60.0
"""Real time: a busy machine must not make an alarm look as if its journal were slow."""
HALF_EMPTY = 50.0
"""% of the disk of the story: that of this machine is not its business."""
SETTLE_ROUNDS = 200
HOST, PORT = "127.0.0.1", 0

Happening: TypeAlias = int | NurseAction | LinkChange | SystemStep
"""What is next: a second of the story, or something out of its file."""


async def play(drill: Drill, rules: Ruleset, seed: int | None = None) -> Record:
    """The drill under these rules. `seed`: another patient in the same story.

    Raises:
        RuntimeError: the service did not come to rest; a bug.
    """
    with tempfile.TemporaryDirectory(prefix="bedwatch-drill-") as folder:
        stage = _Stage(drill, rules, seed, Path(folder))
        return await stage.run()


class _Stage:
    """One play."""

    def __init__(self, drill: Drill, rules: Ruleset, seed: int | None, folder: Path) -> None:
        self._drill = drill
        self._story = drill.scenario
        self._seed = self._story.seed if seed is None else seed
        self._folder = folder
        self._clock = VirtualClock(START)
        self._patient = self._story.patient(seed, begin_s=0)
        self._body = Body(self._patient)
        self._sent: list[SentPage] = []
        channels = [specify(self._kinds(), PAGER, KIND, {})]
        if drill.devices.second_pager:
            channels.append(specify(self._kinds(), SECOND_PAGER, KIND, {}, min_priority="high"))
        self._site = dataclasses.replace(drill_site(drill), ruleset=rules, channels=tuple(channels))
        self._pager_answers = True
        self._shown: list[Shown] = []
        self._on_board: dict[str, int] = {}
        self._told_until = -1
        self._did: list[tuple[float, str]] = []
        self._faults = FaultyPublisher(drill.devices, self._seed)
        self._truth = TruthLog(self._story.truths())
        self._around = Around(
            frozenset(step.happens for step in drill.system),
            START,
            rules.core_stalled.delay,
            lambda clock: DrillPager(PAGER, self._sent, lambda: self._pager_answers, clock),
        )
        self._still_until_s = 0.0
        self._emulators = make_devices(drill, self._body.source, self._seed)

    async def run(self) -> Record:
        """From minute 0 to the end of the story."""
        self._body.advance_to(START)
        self._truth.watch(0.0, self._patient.body)
        await self._start()
        for at_s, what in self._timeline():
            if at_s < self._still_until_s:
                await self._stand_still(at_s, what)
                continue
            if self._still_until_s:
                # The process goes on where it stood, and finds that it is late.
                self._still_until_s = 0.0
                await self._clock.jump_to(START + seconds(at_s))
            await self._advance_to(START + seconds(at_s))
            if isinstance(what, int):
                await self._second(what)
            elif isinstance(what, NurseAction):
                await self._act(what)
            elif isinstance(what, LinkChange):
                await self._cable(what)
            else:
                await self._system(what)
            await self._settle()
        events = await self._stop()
        return Record(
            told=events,
            paged=[
                Paged(_s(page.at), page.type, page.alarm, page.alarm_id, page.message["data"]["text"])
                for page in self._sent
            ],
            shown=self._shown,
            truth=self._truth,
            length_s=self._story.length_s,
            did=self._did,
            start=START,
        )

    # -- the service ---------------------------------------------------------------------------------------------

    async def _start(self) -> None:
        """As `run_service` does, but for the station's HTTP server."""
        self._journal = await Journal.open(
            self._folder / JOURNAL_FILE,
            clock=PatientClock(self._clock),
            version=__version__,
            connect=_careless_writer,
            free_percent=lambda _: HALF_EMPTY,
            commit_bound_s=COMMIT_WITHIN_S,
        )
        revived = await revive(self._journal, self._site, self._clock.now())
        plan = Plan(
            self._site,
            self._folder,
            self._clock,
            HOST,
            PORT,
            commit_bound_s=COMMIT_WITHIN_S,
            chance=Random(self._seed),  # noqa: S311 - spreads retries, the same each time
            kinds=self._kinds(),
            open_links=DrillLinks,
        )
        self._service = Service(plan, self._journal, revived)
        self._links = _drill_links(self._service.links)
        self._service.take_up()
        self._told_until = -1
        self._tasks = [
            asyncio.create_task(self._service.dispatcher.run(), name="pages"),
            asyncio.create_task(self._service.loop.run(), name="loop"),
            asyncio.create_task(self._service.waves.run(), name="waves"),
        ]
        parts = self._around.parts(self._service, self._clock)
        self._tasks += [asyncio.create_task(part, name=name) for name, part in parts.items()]
        await let_tasks_run()
        at_s = _s(self._clock.now())
        for device, (device_id, emulator) in self._emulators.items():
            self._links.attach(device_id, emulator, self._faults if device is Device.OXIMETER else None)
            if self._story.connected(device, at_s):
                await self._links.wires[device_id].plug()
        await self._settle()

    async def _stop(self) -> list[Told]:
        """End in order; the events of the journal."""
        await self._settle()
        rows = await self._journal.events()
        await self._end_service()
        return [Told(_s(row.at), str(row.kind), row.data) for row in rows]

    async def _end_service(self) -> None:
        await self._service.dispatcher.stop()
        for wire in self._links.wires.values():
            wire.let_go()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._service.loop.keep_all(SnapshotReason.PERIODIC)
        await self._journal.close()

    async def _restart(self) -> None:
        """The software stops and starts again over the same journal (alarm-system 4.1, row 17)."""
        await self._end_service()
        await self._start()

    async def _advance_to(self, at: Instant) -> None:
        """Deadlines first, each at its own moment."""
        ward = self._service.ward
        for _ in range(SETTLE_ROUNDS):
            due = ward.next_deadline()
            if due is None or due > at:
                break
            await let_tasks_run(6)  # the loop may still be asleep until a later deadline
            await self._clock.advance_to(max(due, self._clock.now()))
            await let_tasks_run(6)
            await self._settle()
        await self._clock.advance_to(at)

    async def _settle(self) -> None:
        """Until everything that was decided has been told, shown and sent."""
        loop = self._service.loop
        for _ in range(SETTLE_ROUNDS):
            if loop.stats.events == self._told_until and not loop.untold:
                return
            self._told_until = loop.stats.events
            if loop.untold:
                await self._journal.flush()
            await let_tasks_run()
            self._check_alive()
            self._look_at_board()
        raise RuntimeError("the service did not come to rest")

    def _check_alive(self) -> None:
        """A part of the service that has died of a bug ends the drill with that bug."""
        for task in self._tasks:
            if task.done() and not task.cancelled() and task.exception() is not None:
                raise RuntimeError(f"the service's part {task.get_name()!r} has died") from task.exception()

    def _look_at_board(self) -> None:
        """What the nurse station shows now."""
        now = _s(self._clock.now())
        seen = set()
        for picture in self._service.view.alarms():
            seen.add(picture.alarm_id)
            known = self._on_board.get(picture.alarm_id)
            shown = Shown(now, picture.alarm_id, picture.alarm, picture.priority, picture.state, picture.stale)
            if known is not None:
                before = self._shown[known]
                if dataclasses.replace(before, t=now) == shown:
                    continue
                self._shown[known] = dataclasses.replace(before, until=now)
            self._on_board[picture.alarm_id] = len(self._shown)
            self._shown.append(shown)
        for alarm_id in [known for known in self._on_board if known not in seen]:
            index = self._on_board.pop(alarm_id)
            self._shown[index] = dataclasses.replace(self._shown[index], until=now)

    # -- what happens ----------------------------------------------------------------------------------------------

    def _timeline(self) -> list[tuple[float, Happening]]:
        """Every second, and what the story has in store; at equal times cables, system, nurse, then the second."""
        story = self._story
        end = int(story.length_s)
        steps: list[tuple[float, int, Happening]] = []
        steps += [(change.at_s, 0, change) for change in story.links if change.at_s > 0]
        steps += [(step.at_s, 1, step) for step in self._drill.system]
        steps += [(action.at_s, 2, action) for action in story.nurse]
        steps += [(second + self._faults.jitter() / SECOND, 3, second) for second in range(1, end + 1)]
        steps.sort(key=lambda step: step[:2])
        return [(at_s, what) for at_s, _, what in steps if at_s < end + 1]

    async def _second(self, second: int) -> None:
        now = self._clock.now()
        self._body.advance_to(now)
        self._truth.watch(float(second), self._patient.body)
        for wire in self._links.wires.values():
            await wire.serve(now)
        await self._around.second(second)

    async def _stand_still(self, at_s: float, what: Happening) -> None:
        """A second in which the service does nothing at all; patient and watchdog go on."""
        if not isinstance(what, int):
            raise ScenarioError(f"{self._drill.name}: at {at_s:g} s the service stands still, and nothing can reach it")
        self._body.advance_to(START + what * SECOND)
        self._truth.watch(float(what), self._patient.body)
        await self._around.stalled_second(what)

    async def _act(self, action: NurseAction) -> None:
        self._did.append((action.at_s, action.does))
        item = to_input(BED, action, START)
        if item is None:
            self._press()
            return
        try:
            asking = asyncio.ensure_future(self._service.loop.ask(item))
            await self._settle_until(asking)
            asking.result()
        except InputError as error:
            raise RuntimeError(
                f"{self._drill.name}: at {action.at_s:g} s the nurse cannot {action.does}: {error}"
            ) from None

    async def _settle_until(self, asking: asyncio.Future[list[Event]]) -> None:
        for _ in range(SETTLE_ROUNDS):
            await let_tasks_run()
            if asking.done():
                return
            await self._journal.flush()
        raise RuntimeError("the service does not answer")

    def _press(self) -> None:
        wire = self._links.wires[CUFF]
        emulator = self._emulators[Device.CUFF][1]
        if isinstance(wire, MessageWire):
            wire.press(b'{"command": "start"}')
        elif isinstance(emulator, ParNibp):
            emulator.press_start()

    async def _cable(self, change: LinkChange) -> None:
        wire = self._links.wires[self._emulators[change.device][0]]
        if change.connected:
            await wire.plug()
        else:
            wire.unplug()

    async def _system(self, step: SystemStep) -> None:
        submit = self._service.loop.submit
        match step.happens:
            case SystemEvent.RESTART:
                await self._restart()
            case SystemEvent.PAGER_SILENT:
                self._pager_answers = False
            case SystemEvent.PAGER_BACK:
                self._pager_answers = True
            case SystemEvent.DISK_LOW:
                submit(SystemState("storage", False, "disk", "4.0 % of the disk is free"))
            case SystemEvent.DISK_BACK:
                submit(SystemState("storage", True, "disk"))
            case SystemEvent.JOURNAL_BROKEN:
                submit(SystemState("storage", False, "journal", "disk I/O error", True))
            case SystemEvent.JOURNAL_BACK:
                submit(SystemState("storage", True, "journal"))
            case SystemEvent.STRANGER:
                topic = f"vitals/v1/{SITE}/bay-9/ox-9/spo2"
                self._service.intake.unbound(topic, b'{"values": {"spo2": 71}}', self._clock.now())
            case SystemEvent.BATTERY:
                self._talkative(step).battery = round(step.percent)
            case SystemEvent.CLOCK_SET_BACK:
                self._talkative(step).clock_offset -= seconds(step.by_s)
            case SystemEvent.CORE_STALLS:
                self._still_until_s = step.at_s + step.for_s
            case _:
                self._around.happens(step.happens)

    def _talkative(self, step: SystemStep) -> MqttVitals:
        """The device of a step; serial ones tell neither battery nor time."""
        emulator = self._emulators[step.device][1]
        if not isinstance(emulator, MqttVitals):
            raise ScenarioError(
                f"{self._drill.name}: the {step.device} tells no battery and no clock; use the driver mqtt-vitals"
            )
        return emulator

    def _kinds(self) -> dict[str, ChannelKind]:
        return {KIND: drill_kind(self._sent, self._answers, self._clock)}

    def _answers(self, pager: str) -> bool:
        return self._pager_answers or pager != PAGER


def _drill_links(links: Links) -> DrillLinks:
    if not isinstance(links, DrillLinks):
        raise TypeError("the service did not open the drill's links")
    return links


def _s(at: Instant) -> float:
    """Seconds of the story."""
    return (at - START) / SECOND


def _careless_writer(path: Path) -> sqlite3.Connection:
    """The journal of a drill is thrown away with its folder: nobody waits for the disk."""
    connection = connect_writer(path)
    connection.execute("PRAGMA synchronous = OFF")
    return connection
