"""Sessions of this journal."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from monitor.station.context import Here, Reader, answer


def routes() -> APIRouter:
    """`/sessions`."""
    router = APIRouter(prefix="/sessions", tags=["sessions"])

    @router.get("")
    async def sessions(station: Here, caller: Reader) -> Response:
        """Every session, newest first."""
        return answer({"sessions": await station.history.sessions()})

    return router
