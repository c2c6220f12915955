"""Alarms: what is open, and acknowledging."""

from __future__ import annotations

from enum import StrEnum

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from config.instant import to_rfc3339
from config.vocabulary import AlarmState, Priority
from monitor.core.inputs import Acknowledge
from monitor.station import wire
from monitor.station.answers import Acknowledged, Alarms, documented
from monitor.station.bodies import Nothing
from monitor.station.context import Acknowledger, Here, Reader, Station, answer
from monitor.station.problem import Problem
from monitor.station.refusal import in_words


class OpenState(StrEnum):
    """The states an open alarm can be asked for by."""

    ACTIVE = "active"
    ACKED = "acked"
    LATCHED = "latched"


def routes() -> APIRouter:
    """`/alarms` and what is below."""
    router = APIRouter(prefix="/alarms", tags=["alarms"])

    @router.get("", responses=documented(Alarms))
    async def alarms(station: Here, caller: Reader, state: OpenState | None = None) -> Response:
        """Alarms that are active, acknowledged or latched; with `state`, only those."""
        found = [one for one in station.view.alarms() if state is None or one.state == state.name]
        return answer(Alarms(to_rfc3339(station.clock.now()), found))

    @router.post("/{alarm_id}/acknowledge", responses=documented(Acknowledged))
    async def acknowledge(
        alarm_id: str, station: Here, caller: Acknowledger, request: Request, body: Nothing | None = None
    ) -> Response:
        """The signed-in person took note. 409 `not_active` when there is nothing to acknowledge under this id.

        409 `priority_not_allowed` when the site keeps alarms of this priority for other roles (`[acknowledge]`).
        """

        async def act() -> Response:
            alarm = _open(station, alarm_id)
            if alarm is None:
                raise Problem(409, in_words("not_active"), reason="not_active")
            limited = None if caller.may_acknowledge == frozenset(Priority) else caller.may_acknowledge
            noted = Acknowledge(bed=alarm.bed, by=caller.name, alarm_id=alarm_id, priorities=limited)
            await station.fold(noted, caller)
            after = _open(station, alarm_id)
            state = AlarmState.CLOSED.value if after is None else after.state
            return answer(Acknowledged(alarm_id, state, caller.name))

        return await station.change(request, caller, f"acknowledge {alarm_id[:80]}", None, act)

    return router


def _open(station: Station, alarm_id: str) -> wire.Alarm | None:
    return next((one for one in station.view.alarms() if one.alarm_id == alarm_id), None)
