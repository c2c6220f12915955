"""Requests on their way to the cuffs: what comes of each is told to the core."""

from __future__ import annotations

import asyncio

import pytest

from adapters.conversation import CommandOutcome, Refused, Sent
from config.instant import SECOND, Instant
from monitor import cuff_requests
from monitor.core.events import Event, EventKind
from monitor.core.inputs import Input, MeasurementRefused
from monitor.cuff_requests import CuffRequests
from tests.support.clock import let_tasks_run

NOW: Instant = 1000 * SECOND


def request(device: str = "cuff-1", at: Instant = NOW) -> Event:
    return Event(at, "bay-1", EventKind.NIBP_REQUESTED, {"device": device, "automatic": True})


class Cuffs:
    """Devices that answer as they are told to."""

    def __init__(self, outcome: CommandOutcome | Exception | None) -> None:
        self.outcome = outcome
        self.started: list[str] = []
        self.told: list[Input] = []
        self.requests = CuffRequests(self._start, self.told.append, lambda: NOW)

    async def _start(self, device: str) -> CommandOutcome:
        self.started.append(device)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        if self.outcome is None:
            await asyncio.Event().wait()
        assert self.outcome is not None
        return self.outcome

    async def carry(self, *events: Event) -> None:
        for event in events:
            self.requests.wanted(event)
        running = asyncio.create_task(self.requests.run())
        await let_tasks_run(10)
        running.cancel()
        await asyncio.wait([running])


def refusal(reason: str, device: str = "cuff-1") -> MeasurementRefused:
    return MeasurementRefused("bay-1", device, reason)


async def test_what_is_sent_is_proven_by_its_reading_alone() -> None:
    cuffs = Cuffs(Sent())
    await cuffs.carry(request(), request("cuff-2"))
    assert (cuffs.started, cuffs.told) == (["cuff-1", "cuff-2"], [])


async def test_a_refusal_is_told() -> None:
    cuffs = Cuffs(Refused("the device is not connected"))
    await cuffs.carry(request())
    assert cuffs.told == [refusal("the device is not connected")]


async def test_a_request_of_a_time_when_the_service_was_away_inflates_nothing() -> None:
    cuffs = Cuffs(Sent())
    await cuffs.carry(request(at=NOW - 31 * SECOND), request(at=NOW - 30 * SECOND))
    assert cuffs.started == ["cuff-1"]
    assert cuffs.told == [refusal("asked for 31 s ago")]


async def test_a_bug_in_a_link_is_a_refusal_and_the_next_request_goes_on() -> None:
    cuffs = Cuffs(ValueError("a bug"))
    await cuffs.carry(request(), request("cuff-2"))
    assert cuffs.told == [refusal("internal fault, see the log"), refusal("internal fault, see the log", "cuff-2")]


async def test_a_link_that_hangs_holds_up_nobody_and_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuff_requests, "WITHIN_S", 0.0)
    cuffs = Cuffs(None)
    await cuffs.carry(request(), request("cuff-2"))
    assert cuffs.started == ["cuff-1", "cuff-2"]
    assert [item.reason for item in cuffs.told if isinstance(item, MeasurementRefused)] == [
        "not accepted within 0 s"
    ] * 2


def test_more_than_there_is_room_for_is_refused_at_once() -> None:
    cuffs = Cuffs(Sent())
    for _ in range(cuff_requests.MOST + 1):
        cuffs.requests.wanted(request())
    assert cuffs.told == [refusal("too many requests at once")]
