"""Who is asking, and may they: cookie for people, bearer token for programs, Origin against forged writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from config.instant import Clock
from config.vocabulary import Priority
from monitor.station.people import People, Person
from monitor.station.problem import Problem
from monitor.station.rights import RESERVED, RIGHTS, Caller, Right, Role
from monitor.station.signed_in import SignedInPages

COOKIE = "bedwatch"


class Guard:
    """Turns a request into its caller, or into the reason why not.

    Args:
        acknowledges: the priorities that a role may acknowledge; a role that is not named, all of them.
    """

    def __init__(
        self,
        people: People,
        pages: SignedInPages,
        clock: Clock,
        allowed_origins: Iterable[str] = (),
        acknowledges: Mapping[Role, frozenset[Priority]] | None = None,
    ) -> None:
        self._people = people
        self._pages = pages
        self._clock = clock
        self._acknowledges = acknowledges or {}
        self._allowed = frozenset(origin.rstrip("/") for origin in allowed_origins)

    def reader(self, request: HTTPConnection) -> Caller:
        """Whoever may look. Raises Problem 401 or 403."""
        caller = self._caller(request)
        _require(caller, Right.READ)
        return caller

    def writer(self, request: HTTPConnection, right: Right) -> Caller:
        """Whoever may change something of the kind `right`. Raises Problem 401 or 403."""
        self.same_origin(request)
        caller = self._caller(request)
        if caller.locked:
            raise _unknown("The controls were locked after a long time without use: sign in again.")
        _require(caller, right)
        page = request.cookies.get(COOKIE)
        if page is not None:
            self._pages.use(page, self._clock.now())
        return caller

    def same_origin(self, request: HTTPConnection) -> None:
        """Refuse what another site's page sends through a browser: Problem 403.

        A browser names the page's origin; a program that is no browser need not, and has no cookies to lose.
        """
        if "authorization" in request.headers:
            return  # a token is never sent by a browser on its own
        origin = request.headers.get("origin")
        if origin is None:
            foreign = request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
        else:
            host = request.headers.get("host", "")
            foreign = urlsplit(origin).netloc.lower() != host.lower() and origin not in self._allowed
        if foreign:
            raise Problem(403, "This request comes from another site's page; open the station by its own address.")

    def _caller(self, request: HTTPConnection) -> Caller:
        address = address_of(request)
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme:
            known = self._people.by_token(bearer.strip()) if scheme.lower() == "bearer" else None
            if known is None:
                raise _unknown("The token is unknown or has ended: issue one with `bedwatch user token`.")
            person, rights = known
            return self._made(person, rights, address)
        found = self._pages.find(request.cookies.get(COOKIE, ""), self._clock.now())
        if found is None:
            raise _unknown("Nobody is signed in here: sign in first.")
        page, locked = found
        signed_in = self._people.find(page.name)
        if signed_in is None:
            raise _unknown(f"{page.name} may not sign in any more: ask the person who keeps the user list.")
        return self._made(signed_in, RIGHTS[signed_in.role], address, locked=locked)

    def person(self, person: Person, address: str) -> Caller:
        """A person who has just signed in."""
        return self._made(person, RIGHTS[person.role], address)

    def _made(self, person: Person, rights: frozenset[Right], address: str, *, locked: bool = False) -> Caller:
        acknowledges = self._acknowledges.get(person.role, frozenset(Priority))
        return Caller(person.name, person.role, rights, address, locked, acknowledges)


def address_of(request: HTTPConnection) -> str:
    """The network address a request came from."""
    return request.client.host if request.client is not None else "unknown"


def check_command(caller: Caller, command: str) -> None:
    """Problem 403 when `command` is reserved to another role."""
    role = RESERVED.get(command)
    if role is not None and caller.role is not role:
        raise Problem(403, f"{command} is for a {role}; {caller.name} is signed in as {caller.role}.")


def _require(caller: Caller, right: Right) -> None:
    if right not in caller.rights:
        raise Problem(403, f"{caller.name} ({caller.role}) may not {right} here.")


def _unknown(detail: str) -> Problem:
    return Problem(401, detail, headers={"WWW-Authenticate": 'Bearer realm="bedwatch"'})
