"""What the HTTP paths answer (interfaces, section 5), and how `/openapi.json` describes it."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI

from monitor.station import wire
from monitor.station.guard import COOKIE
from monitor.station.problem import MEDIA_TYPE


class Me(msgspec.Struct, frozen=True):
    """Who is signed in, and what that person or token may do. `locked`: sign in again to change anything.

    `acknowledges`: the priorities of alarms that this person or token may acknowledge, the highest first.
    """

    name: str
    role: str
    rights: list[str]
    locked: bool
    acknowledges: list[str]


class BedPicture(wire.Bed, frozen=True):
    """A bed as the stream shows it, with its alarms."""

    alarms: list[wire.Alarm]


class Beds(msgspec.Struct, frozen=True):
    """Every bed, in the order of the site file."""

    server_time: str
    beds: list[BedPicture]


class TrendPoint(msgspec.Struct, frozen=True):
    """A measured value, or null with the reason where a gap begins.

    `by_hand`: entered by a person, for the record or for want of a device; no point of the device's own curve.
    """

    t: str
    value: float | None
    reason: str | None
    by_hand: bool = False


class ExpectedPoint(msgspec.Struct, frozen=True):
    """Where 90 % of the readings at a moment are expected."""

    t: str
    low: float
    high: float


class Expected(msgspec.Struct, frozen=True):
    """What is expected of a pressure of the running session: a hint, never an alarm.

    `return_min`: minutes after the end between which it should be back in its band, 5 % to 95 % sure; the second is
    null where that is more than three hours. `hints`: what does not fit, in words.
    """

    band: list[ExpectedPoint]
    return_min: tuple[int, int | None] | None
    hints: list[str]


class Trend(msgspec.Struct, frozen=True):
    """Values of one metric in order of time; thinning keeps the lowest and highest of each stretch, and all by hand.

    `expected`: of a pressure, from the second reading of the infusion on.
    """

    bed: str
    metric: str
    unit: str
    points: list[TrendPoint]
    expected: Expected | None = None


class Rules(msgspec.Struct, frozen=True):
    """What can be set about the rules of one bed, in the order of the alarm tables."""

    rules: list[wire.RuleSetting]


class Entries(msgspec.Struct, frozen=True):
    """What people entered in the running session, the newest entry first; empty without a session."""

    entries: list[wire.Entry]


class SessionOpened(msgspec.Struct, frozen=True):
    """The new session's id and the bed as it is now."""

    session: str | None
    bed: BedPicture


class CommandDone(msgspec.Struct, frozen=True):
    """The command took effect; the bed as it is now."""

    command: str
    bed: BedPicture


class Alarms(msgspec.Struct, frozen=True):
    """Open alarms of the beds and of the service itself (`bed` null)."""

    server_time: str
    alarms: list[wire.Alarm]


class Acknowledged(msgspec.Struct, frozen=True):
    """Who took note of which instance, and its state since: ACKED, or CLOSED when it had ended before."""

    alarm_id: str
    state: str
    acknowledged_by: str


class Sessions(msgspec.Struct, frozen=True):
    """Every session of this journal, newest first."""

    sessions: list[dict[str, Any]]


class ProblemDetails(msgspec.Struct, frozen=True):
    """RFC 9457. `reason` is the core's word for a refusal (409); `errors` names each wrong field (422)."""

    type: str
    title: str
    status: int
    detail: str
    reason: str | None = None
    errors: list[dict[str, str]] | None = None


ANSWERS = (
    Me,
    Beds,
    BedPicture,
    Trend,
    Rules,
    Entries,
    SessionOpened,
    CommandDone,
    Alarms,
    Acknowledged,
    Sessions,
    ProblemDetails,
    wire.ToPage,
    wire.FromPage,
)
_REF = "#/components/schemas/{name}"


def documented(answer: type[msgspec.Struct], status: int = 200) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that gives this answer, or a problem."""
    return {
        status: {
            "description": (answer.__doc__ or "").strip(),
            "content": {"application/json": {"schema": {"$ref": _REF.format(name=answer.__name__)}}},
        },
        "default": {
            "description": "What is wrong, in words.",
            "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(name=ProblemDetails.__name__)}}},
        },
    }


class DescribedApp(FastAPI):
    """FastAPI whose description holds the contract's structs and the ways to sign in."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document; made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            _, structs = msgspec.json.schema_components(ANSWERS, ref_template=_REF)
            parts = document.setdefault("components", {})
            parts.setdefault("schemas", {}).update(structs)
            parts["securitySchemes"] = {
                "page": {"type": "apiKey", "in": "cookie", "name": COOKIE},
                "program": {"type": "http", "scheme": "bearer"},
            }
            document["security"] = [{"page": []}, {"program": []}]
        return super().openapi()
