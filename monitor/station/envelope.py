"""The outermost layers of every request: bounded bodies and the headers that keep a browser careful."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.station.problem import Problem

LARGEST_BODY = 64 * 1024

SECURITY = {
    # Style attributes carry the length of bars; scripts and style sheets come from the station alone.
    "Content-Security-Policy": (
        "default-src 'self'; style-src-attr 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
FOREVER = "public, max-age=31536000, immutable"


class BoundedBody:
    """Answers 413 to a body beyond 64 KiB, announced or not, without reading the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdecimal() or len(announced) > 12 or int(announced) > LARGEST_BODY:
            await Problem(413, _TOO_LARGE, headers={"Connection": "close"}).response()(scope, receive, send)
            return
        size = 0

        async def bounded() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_BODY:
                raise HTTPException(413, _TOO_LARGE)
            return message

        await self._app(scope, bounded, send)


_TOO_LARGE = f"The body is larger than {LARGEST_BODY // 1024} KiB."


class CarefulHeaders:
    """Security headers on every answer; hashed assets are kept by the browser, everything else is asked for anew."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY)
                hashed = scope["path"].startswith("/assets/") and message["status"] in {200, 304}
                api = scope["path"].startswith("/api/")
                headers["Cache-Control"] = FOREVER if hashed else "no-store" if api else "no-cache"
            await send(message)

        await self._app(scope, receive, careful)
