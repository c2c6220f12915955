"""The second signature: another person signs beside the one who asks, with name and password, at the same page.

Naming a colleague is no signature; the password is checked as at sign-in, goes no further, and is never on record.
"""

from __future__ import annotations

from config.instant import SECOND
from monitor.station.context import Station
from monitor.station.people import Person
from monitor.station.problem import Problem
from monitor.station.rights import RIGHTS, Caller, Right, Role


async def check_second(station: Station, caller: Caller, name: str, password: str | None) -> Person:
    """Who signed as `name`. Raises Problem 403 when they have not, 429 after many failed tries."""
    if name == caller.name:
        raise Problem(403, "The second signature is another person's.")
    if password is None:
        raise Problem(403, f"{name} has to sign with their own password (second_password).")
    now = station.clock.now()
    subjects = (f"name {name}", f"address {caller.address}")
    wait = max(station.throttle.wait(subject, now) for subject in subjects)
    if wait > 0:
        seconds = -(-wait // SECOND)
        raise Problem(429, f"Too many failed tries: wait {seconds} s.", headers={"Retry-After": str(seconds)})
    for subject in subjects:
        station.throttle.failed(subject, now)
    person = await station.people.check(name, password)
    if person is None:
        raise Problem(403, "Name and password of the second signature do not fit together.")
    for subject in subjects:
        station.throttle.succeeded(subject)
    if Right.COMMAND not in RIGHTS[person.role]:
        raise Problem(403, f"{person.name} ({person.role}) may not sign here.")
    return person


async def prescriber_signed(station: Station, caller: Caller, name: str, password: str | None) -> bool:
    """Whether the prescriber who decides has signed: with a password, or by asking for it in person.

    Without a password they are only named. Raises Problem as `check_second` does, and 403 for another role.
    """
    if caller.name == name and caller.role is Role.PRESCRIBER:
        return True
    if password is None:
        return False
    person = await check_second(station, caller, name, password)
    if person.role is not Role.PRESCRIBER:
        raise Problem(403, f"{person.name} ({person.role}) may not decide this: a prescriber signs.")
    return True
