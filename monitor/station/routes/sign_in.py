"""Signing in and out, and who is signed in."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from config.instant import SECOND
from monitor.station.answers import Me, documented
from monitor.station.bodies import Nothing, SignIn
from monitor.station.context import Here, Reader, answer
from monitor.station.guard import COOKIE, address_of
from monitor.station.problem import Problem
from monitor.station.rights import Caller
from monitor.station.signed_in import digest


def routes() -> APIRouter:
    """`/sign-in`, `/sign-out`, `/me`."""
    router = APIRouter(tags=["people"])

    @router.post("/sign-in", responses=documented(Me))
    async def sign_in(body: SignIn, station: Here, request: Request) -> Response:
        """Signs a person in on this browser (cookie). 401 when name and password do not fit, 429 after many tries."""
        station.guard.same_origin(request)
        address, now = address_of(request), station.clock.now()
        old = request.cookies.get(COOKIE, "")
        subjects = _subjects(body.name, address, old if station.pages.find(old, now) is not None else None)
        wait = max(station.throttle.wait(subject, now) for subject in subjects)
        if wait > 0:
            seconds = -(-wait // SECOND)
            raise Problem(429, f"Too many failed tries: wait {seconds} s.", headers={"Retry-After": str(seconds)})
        # Counted as failed before it is checked, so that tries side by side count as well.
        for subject in subjects:
            station.throttle.failed(subject, now)
        person = await station.people.check(body.name, body.password)
        if person is None:
            await station.history.audit(None, address, "sign-in: refused, name and password do not fit")
            raise Problem(401, "Name and password do not fit together.")
        for subject in subjects:
            station.throttle.succeeded(subject)
        station.pages.end(old)
        page = station.pages.begin(person.name, station.clock.now())
        await station.pages.keep()
        await station.history.audit(person.name, address, "sign-in")
        response = answer(_me(station.guard.person(person, address)))
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, page, path="/", httponly=True, samesite="strict", secure=secure)
        return response

    @router.post("/sign-out", status_code=204)
    async def sign_out(station: Here, request: Request, body: Nothing | None = None) -> Response:
        """Signs this browser out; its stream ends within seconds. Signing out twice does no harm."""
        station.guard.same_origin(request)
        page = request.cookies.get(COOKIE, "")
        found = station.pages.find(page, station.clock.now())
        if found is not None:
            station.pages.end(page)
            await station.pages.keep()
            await station.history.audit(found[0].name, address_of(request), "sign-out")
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return response

    @router.get("/me", responses=documented(Me))
    async def me(caller: Reader) -> Response:
        """Who is signed in, and what that person or token may do; `locked`: sign in again to change anything."""
        return answer(_me(caller))

    return router


def _me(caller: Caller) -> Me:
    acknowledges = [priority.word for priority in sorted(caller.may_acknowledge, reverse=True)]
    return Me(caller.name, caller.role, sorted(caller.rights), caller.locked, acknowledges)


def _subjects(name: str, address: str, known: str | None) -> tuple[str, ...]:
    """Whose failures count. A page that is known already is slowed down by its own alone: behind a proxy all share
    one address, and a stranger who guesses there, or at her name, must not keep a nurse from her locked station.
    """
    if known is not None:
        return (f"page {digest(known)}",)
    return f"name {name}", f"address {address}"
