"""The nurse station as one ASGI app: interfaces, sections 5 and 6."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.routing import WebSocketRoute

from config.instant import Clock, Duration
from config.vocabulary import Priority
from monitor.station import problem
from monitor.station.answers import DescribedApp
from monitor.station.context import Station
from monitor.station.envelope import BoundedBody, CarefulHeaders
from monitor.station.feed import FeedHub
from monitor.station.guard import Guard
from monitor.station.once import Once
from monitor.station.page import BUILT, add_page
from monitor.station.people import People
from monitor.station.ports import Counters, History, Readiness, Submit, WardView
from monitor.station.rights import Role
from monitor.station.routes import alarms, beds, health, sessions, sign_in
from monitor.station.routes.stream import Stream
from monitor.station.signed_in import LOCK_AFTER, SignedInPages
from monitor.station.throttle import Throttle

API = "/api/v1"


def create_app(
    view: WardView,
    submit: Submit,
    history: History,
    readiness: Readiness,
    people: People,
    feed: FeedHub,
    clock: Clock,
    *,
    counters: Iterable[Counters] = (),
    allowed_origins: Iterable[str] = (),
    lock_after: Duration = LOCK_AFTER,
    pages_file: Path | None = None,
    acknowledges: Mapping[Role, frozenset[Priority]] | None = None,
    static: Path = BUILT,
) -> FastAPI:
    """The station over these ports; `feed.run()` is the caller's to run beside it.

    Args:
        view: the ward's present picture.
        submit: the way into the loop.
        history: trends, sessions and the audit trail.
        readiness: for `/readyz`.
        people: who may sign in.
        feed: the stream's hub.
        clock: the service's clock.
        counters: further figures for `/metrics`; the feed's own are always there.
        allowed_origins: origins beside the request's own host, such as `https://ward.example`, behind a proxy
            that changes the host.
        lock_after: time without use after which a signed-in page may only look.
        pages_file: where it is kept who is signed in, so that pages go on looking after a restart.
        acknowledges: the priorities that a role may acknowledge; a role that is not named, all of them.
        static: the built dashboard.
    """
    app = DescribedApp(title="bedwatch", version=view.site().version, docs_url=None, redoc_url=None)
    pages = SignedInPages(lock_after, pages_file, clock.now())
    app.state.station = Station(
        view=view,
        submit=submit,
        history=history,
        readiness=readiness,
        people=people,
        feed=feed,
        clock=clock,
        pages=pages,
        guard=Guard(people, pages, clock, allowed_origins, acknowledges),
        throttle=Throttle(),
        once=Once(),
        counters=tuple(counters),
    )
    problem.install(app)
    app.add_middleware(BoundedBody)
    app.add_middleware(CarefulHeaders)
    api = APIRouter(prefix=API)
    for resource in (sign_in, beds, alarms, sessions):
        api.include_router(resource.routes())
    app.include_router(api)
    app.include_router(health.routes())
    app.router.routes.append(WebSocketRoute(f"{API}/stream", Stream()))
    add_page(app, static)
    return app
