"""Sessions of this journal."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from monitor.station.answers import Sessions, documented
from monitor.station.context import Here, Reader, answer


def routes() -> APIRouter:
    """`/sessions`."""
    router = APIRouter(prefix="/sessions", tags=["sessions"])

    @router.get("", responses=documented(Sessions))
    async def sessions(station: Here, caller: Reader) -> Response:
        """Every session, newest first."""
        return answer(Sessions(await station.history.sessions()))

    return router
