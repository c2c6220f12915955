"""Signing in and out, and who is signed in."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from config.instant import SECOND
from monitor.station.bodies import Nothing, SignIn
from monitor.station.context import Here, Reader, answer
from monitor.station.guard import COOKIE, address_of
from monitor.station.people import Person
from monitor.station.problem import Problem
from monitor.station.rights import RIGHTS


def routes() -> APIRouter:
    """`/sign-in`, `/sign-out`, `/me`."""
    router = APIRouter(tags=["people"])

    @router.post("/sign-in")
    async def sign_in(body: SignIn, station: Here, request: Request) -> Response:
        """Signs a person in on this browser (cookie). 401 when name and password do not fit, 429 after many tries."""
        station.guard.same_origin(request)
        address, now = address_of(request), station.clock.now()
        subjects = (f"name {body.name}", f"address {address}")
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
        old = request.cookies.get(COOKIE)
        if old is not None:
            station.pages.end(old)
        page = station.pages.begin(person.name, station.clock.now())
        await station.history.audit(person.name, address, "sign-in")
        response = answer(_me(person, locked=False))
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, page, path="/", httponly=True, samesite="strict", secure=secure)
        return response

    @router.post("/sign-out")
    async def sign_out(station: Here, request: Request, body: Nothing | None = None) -> Response:
        """Signs this browser out; its stream ends within seconds. Signing out twice does no harm."""
        station.guard.same_origin(request)
        page = request.cookies.get(COOKIE, "")
        found = station.pages.find(page, station.clock.now())
        if found is not None:
            station.pages.end(page)
            await station.history.audit(found[0].name, address_of(request), "sign-out")
        response = Response(status_code=204)
        response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
        return response

    @router.get("/me")
    async def me(caller: Reader) -> Response:
        """Who is signed in, and what that person or token may do; `locked`: sign in again to change anything."""
        rights = sorted(caller.rights)
        return answer({"name": caller.name, "role": caller.role, "rights": rights, "locked": caller.locked})

    return router


def _me(person: Person, *, locked: bool) -> dict[str, object]:
    return {"name": person.name, "role": person.role, "rights": sorted(RIGHTS[person.role]), "locked": locked}
