"""What people entered in a session, out of its events: for whoever takes the bed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from config.instant import Instant, to_rfc3339
from config.vocabulary import Phase
from monitor.core.events import EventKind
from monitor.core.session.limbs import NAMES as LIMBS
from monitor.station import wire
from monitor.wording import rule_and_side

Data: TypeAlias = Mapping[str, Any]
Kind: TypeAlias = Literal["session", "phase", "happening", "values", "limit", "limbs", "alarms"]
Told: TypeAlias = tuple[Kind, str, dict[str, Any]]

OPENED = ("patient", "weight_kg", "planned_min", "on_oxygen", *LIMBS)
OF_PHASE = ("dose_mg", "total_mg", "early", "delivered_mg")


def entry(seq: int, at: Instant, kind: str, data: Data) -> wire.Entry | None:
    """The event of this kind as an entry; None where no person entered anything."""
    tell = _TOLD.get(kind)
    told = None if tell is None or data.get("by") is None else tell(data)
    if told is None:
        return None
    sort, what, details = told
    return wire.Entry(
        seq=seq,
        kind=sort,
        what=what,
        at=to_rfc3339(data.get("at", at)),
        entered_at=to_rfc3339(at),
        by=data["by"],
        second_by=data.get("second_by", data.get("override_by") if data.get("override_signed") else None),
        named_by=None if data.get("override_signed") else data.get("override_by"),
        details=details,
        text=data.get("text") or data.get("reason"),
    )


def _some(data: Data, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: data[name] for name in names if data.get(name) is not None}


def _opened(data: Data) -> Told:
    return "session", "opened", _some(data, OPENED)


def _identifier(data: Data) -> Told:
    return "session", "identifier", _some(data, ("identifier",))


def _phase(data: Data) -> Told | None:
    # The opening tells of PRE itself.
    return None if data["to"] == Phase.PRE.value else ("phase", data["to"], _some(data, OF_PHASE))


def _happened(data: Data) -> Told:
    return "happening", data["kind"], {}


def _values(data: Data) -> Told:
    return "values", "", dict(data["values"])


def _limit(data: Data) -> Told:
    return "limit", rule_and_side(data["alarm"]), {name: data[name] for name in ("side", "from", "to")}


def _limbs(data: Data) -> Told:
    moved = {name: data[name] for name in LIMBS if data[name] != data["before"][name]}
    return "limbs", "", moved or _some(data, LIMBS)


def _alarms(data: Data) -> Told:
    about = {} if data.get("alarm") is None else {"alarm": rule_and_side(data["alarm"])}
    return "alarms", data["to"], {"from": data["from"], **about}


_TOLD: dict[str, Callable[[Data], Told | None]] = {
    EventKind.SESSION_OPENED.value: _opened,
    EventKind.IDENTIFIER_ADDED.value: _identifier,
    EventKind.PHASE_CHANGED.value: _phase,
    EventKind.EVENT_RECORDED.value: _happened,
    EventKind.READING_RECORDED.value: _values,
    EventKind.LIMIT_CHANGED.value: _limit,
    EventKind.LIMBS_SET.value: _limbs,
    EventKind.INACTIVATION_CHANGED.value: _alarms,
}

KINDS = frozenset(_TOLD)
"""Events that may be an entry."""
