"""Who may do what: roles of people, scopes of programs, commands reserved to a role."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from config.vocabulary import Priority


class Right(StrEnum):
    """What a person or token may do; also the scopes of tokens."""

    READ = "read"
    ACKNOWLEDGE = "acknowledge"
    COMMAND = "command"


class Role(StrEnum):
    """What a person is on the ward (alarm-system, section 4.2)."""

    VIEWER = "viewer"
    NURSE = "nurse"
    LEAD = "lead"
    PRESCRIBER = "prescriber"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.READ}),
    Role.NURSE: frozenset(Right),
    Role.LEAD: frozenset(Right),
    Role.PRESCRIBER: frozenset(Right),
}

RESERVED: dict[str, Role] = {"audio_off": Role.LEAD, "alarm_off": Role.PRESCRIBER}
"""Commands of one role alone (alarm-system, section 4.2)."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request, and from where. `locked`: signed in too long ago to change anything.

    `acknowledges`: the priorities that the role may acknowledge at this site (alarm-system 4.1, row 7).
    """

    name: str
    role: Role
    rights: frozenset[Right]
    address: str
    locked: bool = False
    acknowledges: frozenset[Priority] = frozenset(Priority)

    @property
    def may_acknowledge(self) -> frozenset[Priority]:
        """What the caller may acknowledge, after role and scope."""
        return self.acknowledges if Right.ACKNOWLEDGE in self.rights else frozenset()
