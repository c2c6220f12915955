"""What the journal gives back when it is read. Times are Instants on the service's scale."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from config.instant import Instant


class SnapshotReason(StrEnum):
    """Why a bed's core state was kept (rulings, section 5)."""

    SESSION_OPENED = "session_opened"
    RESTART = "restart"
    PERIODIC = "periodic"
    DISCHARGED = "discharged"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A bed's core state. `input_seq` is the last input folded into it, `event_seq` the last event before it."""

    bed: str | None
    at: Instant
    input_seq: int
    event_seq: int
    reason: SnapshotReason
    session: str | None
    state: bytes


@dataclass(frozen=True, slots=True)
class InputRow:
    """One input as it was journaled; `line` as in interfaces, section 4."""

    seq: int
    at: Instant
    line: dict[str, Any]


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as it was journaled. `data`: its extra fields; `durable: false` where it was told unwritten."""

    seq: int
    at: Instant
    bed: str | None
    session: str | None
    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Restored:
    """What brings one bed back: its last snapshot, if any, and the inputs since, in order."""

    snapshot: Snapshot | None
    inputs: list[InputRow]


@dataclass(frozen=True, slots=True)
class Session:
    """One patient's stay on one bed. `closed_at` is None while it lasts."""

    session: str
    bed: str
    patient: str | None
    opened_at: Instant
    closed_at: Instant | None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session whole. `opening` is the bed's state that the inputs are to be folded into."""

    session: Session
    opening: Snapshot | None
    inputs: list[InputRow]
    events: list[EventRow]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One value of a trend; `value` is None where the device showed none, `verdict` None where none was passed.

    `by_hand`: a person entered it.
    """

    at: Instant
    value: float | None
    verdict: str | None
    reason: str | None = None
    by_hand: bool = False
