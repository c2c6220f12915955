"""Is it alive, is it ready, what has it counted: open to everybody, without patient data."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from monitor.station.context import Here, answer
from monitor.station.metrics import MEDIA_TYPE, exposition


def routes() -> APIRouter:
    """`/healthz`, `/readyz`, `/metrics`."""
    router = APIRouter(tags=["operation"])

    @router.get("/healthz")
    async def healthz() -> Response:
        """The process answers."""
        return answer({"status": "ok"})

    @router.get("/readyz")
    async def readyz(station: Here) -> Response:
        """Journal, devices and channels; 503 while the service cannot do its work."""
        report = station.readiness.report()
        return answer(report, 200 if report.get("ready") is True else 503)

    @router.get("/metrics")
    async def metrics(station: Here) -> Response:
        """Prometheus text format."""
        return Response(exposition((station.feed, *station.counters)), headers={"Content-Type": MEDIA_TYPE})

    return router
