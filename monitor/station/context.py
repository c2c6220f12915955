"""What the routes work with: the ports, and how a state-changing request is carried out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
from fastapi import Depends
from pydantic import BaseModel
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from config.instant import Clock
from monitor.core.events import Event, EventKind
from monitor.core.inputs import Input
from monitor.station import wire
from monitor.station.feed import FeedHub
from monitor.station.guard import Guard
from monitor.station.once import Once
from monitor.station.people import People
from monitor.station.ports import Counters, History, Readiness, Submit, WardView
from monitor.station.problem import Problem
from monitor.station.refusal import in_words
from monitor.station.rights import Caller, Right
from monitor.station.signed_in import SignedInPages
from monitor.station.throttle import Throttle


@dataclass(frozen=True)
class Station:
    """Everything one app was built with."""

    view: WardView
    submit: Submit
    history: History
    readiness: Readiness
    people: People
    feed: FeedHub
    clock: Clock
    pages: SignedInPages
    guard: Guard
    throttle: Throttle
    once: Once
    counters: tuple[Counters, ...]

    async def change(
        self,
        request: Request,
        caller: Caller,
        what: str,
        body: BaseModel | None,
        action: Callable[[], Awaitable[Response]],
    ) -> Response:
        """Carry out `action` once per Idempotency-Key and put it on record, refused or not."""

        async def on_record() -> Response:
            try:
                response = await action()
            except Problem as problem:
                await self.history.audit(caller.name, caller.address, f"{what}: refused, {problem.detail}")
                raise
            await self.history.audit(caller.name, caller.address, what)
            return response

        said = "" if body is None else body.model_dump_json()
        key = request.headers.get("idempotency-key")
        return await self.once.run(caller.name, key, f"{request.url.path}\n{said}".encode(), on_record)

    async def fold(self, item: Input, caller: Caller) -> list[Event]:
        """Hand `item` to the core. Raises Problem 409 with the reason when the core refuses it."""
        events = await self.submit(item, by=caller.name, origin=caller.address)
        for event in events:
            if event.kind is EventKind.COMMAND_REFUSED:
                reason = str(event.data.get("reason", "refused"))
                raise Problem(409, in_words(reason, event.data), reason=reason)
        return events

    def bed(self, bed_id: str) -> wire.Bed:
        """The bed's picture. Raises Problem 404."""
        bed = self.view.bed(bed_id)
        if bed is None:
            known = ", ".join(one.id for one in self.view.beds()) or "none"
            raise Problem(404, f"There is no such bed; the site file has: {known}.")
        return bed


def station_of(connection: HTTPConnection) -> Station:
    """The station an app was built with."""
    station: Station = connection.app.state.station
    return station


def _reader(connection: HTTPConnection) -> Caller:
    return station_of(connection).guard.reader(connection)


def _acknowledger(connection: HTTPConnection) -> Caller:
    return station_of(connection).guard.writer(connection, Right.ACKNOWLEDGE)


def _commander(connection: HTTPConnection) -> Caller:
    return station_of(connection).guard.writer(connection, Right.COMMAND)


Here = Annotated[Station, Depends(station_of)]
Reader = Annotated[Caller, Depends(_reader)]
Acknowledger = Annotated[Caller, Depends(_acknowledger)]
Commander = Annotated[Caller, Depends(_commander)]


def answer(content: Any, status: int = 200) -> Response:
    """A JSON answer of structs and plain values."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")


def alarms_of(alarms: Iterable[wire.Alarm], bed_id: str) -> list[wire.Alarm]:
    """Those of `alarms` that are on this bed."""
    return [alarm for alarm in alarms if alarm.bed == bed_id]
