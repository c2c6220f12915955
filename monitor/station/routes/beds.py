"""Beds: their picture, their trends, opening a session, commands."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Body, Query
from starlette.requests import Request
from starlette.responses import Response

from config.instant import Instant, to_rfc3339
from config.vocabulary import UNITS, Metric
from monitor.station import wire
from monitor.station.answers import (
    BedPicture,
    Beds,
    CommandDone,
    Entries,
    Rules,
    SessionOpened,
    Trend,
    TrendPoint,
    documented,
)
from monitor.station.bodies import CommandBody, Discharge, Session, SetLimit, StartInfusion, instant
from monitor.station.context import Commander, Here, Reader, alarms_of, answer
from monitor.station.guard import check_command
from monitor.station.problem import Problem
from monitor.station.refusal import in_words
from monitor.station.signature import check_second, prescriber_signed
from monitor.station.trend import thin, with_gaps


def routes() -> APIRouter:
    """`/beds` and what is below."""
    router = APIRouter(prefix="/beds", tags=["beds"])

    @router.get("", responses=documented(Beds))
    async def beds(station: Here, caller: Reader) -> Response:
        """The current picture of every bed, in the order of the site file."""
        alarms = station.view.alarms()
        pictures = [_picture(bed, alarms) for bed in station.view.beds()]
        return answer(Beds(to_rfc3339(station.clock.now()), pictures))

    @router.get("/{bed}", responses=documented(BedPicture))
    async def one_bed(bed: str, station: Here, caller: Reader) -> Response:
        """The current picture of one bed."""
        return answer(_picture(station.bed(bed), station.view.alarms()))

    @router.get("/{bed}/trend", responses=documented(Trend))
    async def trend(
        bed: str,
        station: Here,
        caller: Reader,
        metric: Metric,
        start: Annotated[str, Query(alias="from", description="RFC 3339; left out: the running session.")] = "",
        end: Annotated[str, Query(alias="to", description="RFC 3339; left out: up to now.")] = "",
        points: Annotated[int, Query(ge=2, le=10_000, description="About how many points at most.")] = 600,
    ) -> Response:
        """Measured values in order of time. Gaps are null points with a reason; thinning keeps lows and highs."""
        station.bed(bed)
        since, until = _bound("from", start), _bound("to", end)
        if since is not None and until is not None and since > until:
            raise Problem(422, "from: lies after `to`")
        found = with_gaps(await station.history.trend(bed, metric, since, until), metric)
        measured = [(at, TrendPoint(to_rfc3339(at), value, reason)) for at, value, reason in thin(found, points)]
        # Kept apart from the curve: between two values of a device it would be a fall that nobody measured.
        entered = [
            (at, TrendPoint(to_rfc3339(at), value, None, by_hand=True))
            for at, value in await station.history.by_hand(bed, metric, since, until)
        ]
        shown = [point for _, point in sorted(measured + entered, key=lambda point: point[0])]
        running = station.history.expected(bed, metric) if since is None and until is None else None
        return answer(Trend(bed, metric, UNITS[metric], shown, running))

    @router.get("/{bed}/rules", responses=documented(Rules))
    async def rules(bed: str, station: Here, caller: Reader) -> Response:
        """Each rule on the patient's values: its limit with its bounds, and whether it is off."""
        station.bed(bed)
        return answer(Rules(station.view.rules(bed)))

    @router.get("/{bed}/entries", responses=documented(Entries))
    async def entries(bed: str, station: Here, caller: Reader) -> Response:
        """What people entered in the running session, the newest first; a correction is an entry of its own."""
        station.bed(bed)
        return answer(Entries(await station.history.entries(bed)))

    @router.post("/{bed}/session", status_code=201, responses=documented(SessionOpened, 201))
    async def open_session(bed: str, body: Session, station: Here, caller: Commander, request: Request) -> Response:
        """Opens a session on the bed. 409 while one is open."""

        async def act() -> Response:
            if station.bed(bed).session is not None:
                raise Problem(409, in_words("session_open"), reason="session_open")
            item = body.to_input(bed, caller.name)
            if not item.previous_baselines:
                # A series of sessions: what is usual for this patient is known here (ketamine-monitoring 5.3).
                item = replace(item, previous_baselines=await station.history.previous_baselines(item.patient))
            await station.fold(item, caller)
            picture = _picture(station.bed(bed), station.view.alarms())
            opened = picture.session.id if picture.session is not None else None
            return answer(SessionOpened(opened, picture), 201)

        return await station.change(request, caller, f"open session on {bed}", body, act)

    @router.post("/{bed}/commands", responses=documented(CommandDone))
    async def command(
        bed: str, body: Annotated[CommandBody, Body()], station: Here, caller: Commander, request: Request
    ) -> Response:
        """One command for the bed's session. 409 with the reason when it is refused; it changed nothing then."""

        async def act() -> Response:
            station.bed(bed)
            check_command(caller, body.command)
            if isinstance(body, SetLimit) and body.second_by is not None:
                await check_second(station, caller, body.second_by, body.second_password)
            item = body.to_input(bed, caller.name, caller.role.value)
            if (
                isinstance(body, (StartInfusion, Discharge))
                and body.override_by is not None
                and await prescriber_signed(station, caller, body.override_by, body.override_password)
            ):
                item = replace(item, fields=item.fields | {"override_signed": True})
            if item.at is not None and item.at > station.clock.now():
                raise Problem(422, "at: lies in the future")
            await station.fold(item, caller)
            return answer(CommandDone(body.command, _picture(station.bed(bed), station.view.alarms())))

        return await station.change(request, caller, f"{body.command} on {bed}", body, act)

    return router


def _picture(bed: wire.Bed, alarms: list[wire.Alarm]) -> BedPicture:
    fields = {name: getattr(bed, name) for name in bed.__struct_fields__}
    return BedPicture(**fields, alarms=alarms_of(alarms, bed.id))


def _bound(name: str, text: str) -> Instant | None:
    try:
        return instant(text) if text else None
    except ValueError as error:
        raise Problem(422, f"{name}: {error}") from error
