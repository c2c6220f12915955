"""The nurse station on fakes: a ward one can set, a core that answers as told, a hand-moved clock."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from argon2 import PasswordHasher
from fastapi import FastAPI

from config.instant import SECOND, Duration, Instant
from config.vocabulary import Metric
from monitor.core.events import Event, EventKind
from monitor.core.inputs import Acknowledge, Input, OpenSession
from monitor.station import wire
from monitor.station.answers import Expected
from monitor.station.app import create_app
from monitor.station.feed import FeedHub
from monitor.station.people import People
from monitor.station.ports import Count
from tests.support.clock import ManualClock

START: Instant = 1_795_000_000 * SECOND
PASSWORD = "correct horse battery"
QUICK_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Weak on purpose: the real cost per hash would be most of a test run."""


def a_bed(bed_id: str = "bay-1", *, spo2: float | None = 97.0, session: str | None = None) -> wire.Bed:
    """A bed's picture; with `session`, one is open."""
    opened = None
    if session is not None:
        opened = wire.Session(
            session, "P-17", "2026-11-22T14:00:00.000Z", "nurse-a", 70.0, None, None, None,
            40.0, None, None, 0.0, None, None, 20.0,
        )  # fmt: skip
    value = wire.Value("spo2", spo2, "%", "VALID", None, "2026-11-22T14:00:00.000Z", 0.5, spo2)
    return wire.Bed(
        id=bed_id,
        label=bed_id.title(),
        phase="IDLE" if session is None else "PRE",
        phase_since=None,
        origin="simulated",
        session=opened,
        values={"spo2": value},
        limits={"spo2": wire.Limits(90.0, None)},
        cuff=wire.Cuff(None, None, None, None, None, None),
        baseline=[],
        recovery=None,
        devices=[],
        inactivations=[],
        advisories=[],
        readiness=[],
        news2=None,
        standings=[],
    )


def an_alarm(alarm_id: str = "bay-1-0001", *, bed: str | None = "bay-1", state: Any = "ACTIVE") -> wire.Alarm:
    """One alarm instance."""
    return wire.Alarm(
        alarm_id=alarm_id,
        bed=bed,
        bed_label=bed,
        alarm="SPO2_LOW",
        text="** Bay 1 SpO2 88 % (limit 90) for 15 s",
        priority="medium",
        state=state,
        stale=False,
        superseded=False,
        durable=True,
        value=88.0,
        limit=90.0,
        unit="%",
        since="2026-11-22T14:00:00.000Z",
        raised_at="2026-11-22T14:00:15.000Z",
        acknowledged_by=None,
        acknowledged_at=None,
        ended_at=None,
        close_reason=None,
        device=None,
        physiological=True,
    )


class FakeWard:
    """A ward whose pictures a test sets."""

    def __init__(self, *beds: wire.Bed) -> None:
        self.pictures = {bed.id: bed for bed in beds or (a_bed("bay-1"), a_bed("bay-2"))}
        self.open_alarms: list[wire.Alarm] = []
        self.of_station: list[wire.Inactivation] = []

    def beds(self) -> list[wire.Bed]:
        return list(self.pictures.values())

    def bed(self, bed_id: str) -> wire.Bed | None:
        return self.pictures.get(bed_id)

    def alarms(self) -> list[wire.Alarm]:
        return list(self.open_alarms)

    def site(self) -> wire.Site:
        return wire.Site("harbour", "Harbour Clinic", "ketamine-adult", "0.1.0", 1.0, False)

    def inactivations(self) -> list[wire.Inactivation]:
        return list(self.of_station)

    def rules(self, bed_id: str) -> list[wire.RuleSetting]:
        return [wire.RuleSetting("SYMPTOM", "Symptom", False, False, None)]


class FakeCore:
    """Takes inputs as the loop does: records them, opens sessions, acknowledges, or refuses as told."""

    def __init__(self, ward: FakeWard) -> None:
        self.ward = ward
        self.taken: list[tuple[Input, str, str]] = []
        self.refuse_with: str | None = None

    async def __call__(self, item: Input, *, by: str, origin: str) -> list[Event]:
        self.taken.append((item, by, origin))
        bed = getattr(item, "bed", None)
        if self.refuse_with is not None:
            return [Event(START, bed, EventKind.COMMAND_REFUSED, {"reason": self.refuse_with})]
        if isinstance(item, OpenSession):
            self.ward.pictures[item.bed] = a_bed(item.bed, session="s-1")
            return [Event(START, item.bed, EventKind.SESSION_OPENED, {"session": "s-1"})]
        if isinstance(item, Acknowledge):
            self.ward.open_alarms = [
                msgspec.structs.replace(alarm, state="ACKED") if alarm.alarm_id == item.alarm_id else alarm
                for alarm in self.ward.open_alarms
            ]
        return []


class FakeHistory:
    """A journal in memory."""

    def __init__(self) -> None:
        self.points: list[tuple[Instant, float | None, str | None]] = []
        self.written: list[tuple[Instant, float]] = []
        self.asked: list[tuple[str, str, Instant | None, Instant | None]] = []
        self.audited: list[tuple[str | None, str, str]] = []
        self.baselines: dict[str, dict[str, list[float]]] = {}
        self.band: Expected | None = None
        self.entered: list[wire.Entry] = []

    async def trend(
        self, bed: str, metric: str, start: Instant | None, end: Instant | None
    ) -> list[tuple[Instant, float | None, str | None]]:
        self.asked.append((bed, metric, start, end))
        return list(self.points)

    async def by_hand(
        self, bed: str, metric: str, start: Instant | None, end: Instant | None
    ) -> list[tuple[Instant, float]]:
        return list(self.written)

    def expected(self, bed: str, metric: Metric) -> Expected | None:
        return self.band if metric is Metric.SYSTOLIC else None

    async def entries(self, bed: str) -> list[wire.Entry]:
        return list(self.entered)

    async def sessions(self) -> list[dict[str, Any]]:
        return [{"session": "s-1", "bed": "bay-1"}]

    async def previous_baselines(self, patient: str) -> dict[str, list[float]]:
        return self.baselines.get(patient, {})

    async def audit(self, who: str | None, where: str, what: str) -> None:
        self.audited.append((who, where, what))


class FakeReadiness:
    """Ready until told otherwise."""

    def __init__(self) -> None:
        self.ready = True

    def report(self) -> dict[str, object]:
        return {"journal": {"ok": self.ready}, "devices": {}, "channels": {}, "ready": self.ready}


class FakeCounters:
    """Two figures of one name."""

    def counts(self) -> list[Count]:
        return [
            Count("bedwatch_faults_total", "Rejected units.", 3, labels=(("driver", "nonin-df2"),)),
            Count("bedwatch_faults_total", "Rejected units.", 1, labels=(("driver", "par-nibp"),)),
        ]


class StationKit:
    """A whole station on fakes, with a nurse, a viewer, a lead and a prescriber."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.clock = ManualClock(START)
        self.ward = FakeWard()
        self.core = FakeCore(self.ward)
        self.history = FakeHistory()
        self.readiness = FakeReadiness()
        path = folder / "people.json"
        people = [
            {"name": name, "role": role, "password": QUICK_HASHER.hash(PASSWORD)}
            for name, role in (("nurse-a", "nurse"), ("viewer-v", "viewer"), ("lead-l", "lead"), ("dr-p", "prescriber"))
        ]
        path.write_text(json.dumps({"version": 1, "people": people, "tokens": []}))
        self.people = People(path, QUICK_HASHER)
        self.feed = FeedHub(self.ward, self.clock)
        static = options.pop("static", folder / "no-page-built")
        self.app: FastAPI = create_app(
            self.ward,
            self.core,
            self.history,
            self.readiness,
            self.people,
            self.feed,
            self.clock,
            counters=[FakeCounters()],
            static=static,
            **options,
        )

    def advance(self, duration: Duration) -> None:
        """Move the clock on, from a test without a loop of its own."""
        asyncio.run(self.clock.advance(duration))


class FakeSocket:
    """The ASGI side of one WebSocket. While `full`, a write waits before it takes anything, as uvicorn's does."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.closed: tuple[int, str] | None = None
        self.broken = False
        self.on_message: Callable[[dict[str, Any]], None] = lambda message: None
        self._room = asyncio.Event()
        self._room.set()
        self._from_page: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def fill(self) -> None:
        """From now on nothing is accepted."""
        self._room.clear()

    def empty(self) -> None:
        """The page reads again."""
        self._room.set()

    def say(self, text: str) -> None:
        """A message from the page."""
        self._from_page.put_nowait({"type": "websocket.receive", "text": text})

    def say_bytes(self, data: bytes) -> None:
        """A binary message from the page."""
        self._from_page.put_nowait({"type": "websocket.receive", "bytes": data})

    def leave(self) -> None:
        """The page is gone."""
        self._from_page.put_nowait({"type": "websocket.disconnect", "code": 1001})

    async def receive(self) -> dict[str, Any]:
        return await self._from_page.get()

    async def send(self, message: Any) -> None:
        await self._room.wait()
        if self.broken:
            raise OSError("the line is down")
        if message["type"] == "websocket.close":
            self.closed = (message["code"], message["reason"])
        else:
            self.sent.append(json.loads(message["text"]))
            self.on_message(self.sent[-1])

    def types(self) -> list[str]:
        """The kinds of messages the page got, in order."""
        return [message["type"] for message in self.sent]
