"""What came of a drill: everything that was decided, shown and sent, in seconds of the story."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from config.instant import SECOND, Instant
from simulator.truth import TruthLog


@dataclass(frozen=True, slots=True)
class Told:
    """One event of the journal (interfaces, section 4) at `t` seconds of the story."""

    t: float
    kind: str
    data: Mapping[str, Any]

    @property
    def alarm(self) -> str | None:
        """The kind of alarm that it is about."""
        return self.data.get("alarm")


@dataclass(frozen=True, slots=True)
class Paged:
    """A message that reached the pager."""

    t: float
    type: str
    alarm: str
    alarm_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An alarm on the board in this state from `t` on, until the board showed it differently or not at all."""

    t: float
    alarm_id: str
    alarm: str
    priority: str
    state: str
    stale: bool
    until: float = float("inf")


@dataclass(slots=True)
class Record:
    """One play, whole."""

    told: list[Told]
    paged: list[Paged]
    shown: list[Shown]
    truth: TruthLog
    length_s: float
    did: list[tuple[float, str]] = field(default_factory=list)
    """What the nurse did, and when."""
    start: Instant = 0
    """Minute 0 of the story on the service's scale."""

    def seconds_of(self, at: Instant) -> float:
        """A moment of the service in seconds of the story."""
        return (at - self.start) / SECOND

    def of(self, *kinds: str, alarm: str | None = None) -> Iterator[Told]:
        """Events of these kinds, about this alarm if one is given."""
        return (told for told in self.told if told.kind in kinds and (alarm is None or told.alarm == alarm))
