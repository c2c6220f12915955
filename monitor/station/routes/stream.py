"""The stream's door: only a signed-in person's page or a token may come in."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

from monitor.station.context import Station, station_of
from monitor.station.problem import Problem
from monitor.station.rights import Caller


class Stream:
    """`/stream` as a bare ASGI endpoint: nothing stands between the feed and the socket's write."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        station = station_of(connection)
        await receive()  # websocket.connect
        try:
            caller = _admit(station, connection)
        except Problem as problem:
            if "websocket.http.response" in scope.get("extensions", {}):
                await problem.response()(scope, receive, send)
            else:
                await send({"type": "websocket.close", "code": 1008, "reason": problem.detail[:120]})
            return
        await send({"type": "websocket.accept"})
        await station.feed.serve(caller, receive, send, still_allowed=lambda: _allowed(station, connection))


def _admit(station: Station, connection: HTTPConnection) -> Caller:
    station.guard.same_origin(connection)
    caller = station.guard.reader(connection)
    if station.feed.full:
        raise Problem(503, "As many pages as the station can serve are open: close one of them.")
    return caller


def _allowed(station: Station, connection: HTTPConnection) -> bool:
    try:
        station.guard.reader(connection)
    except Problem:
        return False
    return True
