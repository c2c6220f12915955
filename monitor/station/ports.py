"""What the nurse station needs of the rest of the service: plain protocols, given to `create_app`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from config.instant import Instant
from config.vocabulary import Metric
from monitor.core.events import Event
from monitor.core.inputs import Input
from monitor.station import wire
from monitor.station.answers import Expected


class WardView(Protocol):
    """The current picture of the ward, at the clock's now. Calls are cheap and never wait."""

    def beds(self) -> list[wire.Bed]:
        """Every bed, in the order of the site file."""
        ...

    def bed(self, bed_id: str) -> wire.Bed | None:
        """One bed; None when the site file names no such bed."""
        ...

    def alarms(self) -> list[wire.Alarm]:
        """Every ACTIVE, ACKED or LATCHED instance of the beds and of the service itself."""
        ...

    def site(self) -> wire.Site:
        """What the page's frame shows."""
        ...

    def inactivations(self) -> list[wire.Inactivation]:
        """What is paused or off for the whole station."""
        ...

    def rules(self, bed_id: str) -> list[wire.RuleSetting]:
        """What can be set about the rules of a bed that is there."""
        ...


class Submit(Protocol):
    """The way into the loop: folds one input now and returns the core's events once they are durable."""

    async def __call__(self, item: Input, *, by: str, origin: str) -> list[Event]:
        """`by` is the signed-in person, `origin` the address the request came from."""
        ...


class History(Protocol):
    """What the journal can tell, and the audit trail."""

    async def trend(
        self, bed: str, metric: str, start: Instant | None, end: Instant | None
    ) -> list[tuple[Instant, float | None, str | None]]:
        """Measured values in order of time, each with the reason when there is none; no bounds: the running session."""
        ...

    async def by_hand(
        self, bed: str, metric: str, start: Instant | None, end: Instant | None
    ) -> list[tuple[Instant, float]]:
        """What people entered in the same stretch, in order of the time they observed it."""
        ...

    def expected(self, bed: str, metric: Metric) -> Expected | None:
        """Where a pressure of the running session is expected to go; None for anything else."""
        ...

    async def entries(self, bed: str) -> list[wire.Entry]:
        """What people entered in the running session of a bed that is there, the newest entry first."""
        ...

    async def sessions(self) -> list[dict[str, Any]]:
        """Every session of this journal, newest first, JSON values only."""
        ...

    async def previous_baselines(self, patient: str) -> dict[str, list[float]]:
        """Baselines of the patient's earlier sessions by metric, the oldest first; empty when none are known."""
        ...

    async def audit(self, who: str | None, where: str, what: str) -> None:
        """Put on record that `who` (None: nobody signed in) did `what` from address `where`."""
        ...


class Readiness(Protocol):
    """Whether the service can do its work."""

    def report(self) -> dict[str, object]:
        """`{"journal": {...}, "devices": {...}, "channels": {...}, "ready": bool}`, without patient data."""
        ...


@dataclass(frozen=True, slots=True)
class Count:
    """One figure for `/metrics`. Labels name parts of the service (a driver, a channel), never a patient."""

    name: str
    help: str
    value: float
    kind: Literal["counter", "gauge"] = "counter"
    labels: tuple[tuple[str, str], ...] = ()


class Counters(Protocol):
    """A part of the service that counts what it does."""

    def counts(self) -> Iterable[Count]:
        """The present figures; figures of one name share kind, help and label names."""
        ...
