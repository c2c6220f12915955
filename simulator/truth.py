"""The truth beside the device stream: what the body did, as no device saw it (signals, section 5).

Written while a story is played, second by second, so that detection delay, missed and false alarms can be scored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from simulator.events import Body
from simulator.scenario import Truth

VALUES = ("spo2", "pulse_rate", "systolic", "diastolic", "resp_rate", "perfusion_index")
"""The true values that are kept, each second."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The true state of the body at one second of the story."""

    t_s: float
    spo2: float
    pulse_rate: float
    systolic: float
    diastolic: float
    resp_rate: float
    perfusion_index: float
    motion: bool
    finger: bool

    @property
    def mean(self) -> float:
        """True mean pressure, mmHg."""
        return self.diastolic + (self.systolic - self.diastolic) / 3.0


@dataclass(frozen=True, slots=True)
class TruthRecord:
    """One event with the values it reached: the least and the greatest of each between onset and end."""

    kind: str
    onset_s: float
    end_s: float
    least: dict[str, float]
    greatest: dict[str, float]


@dataclass(slots=True)
class TruthLog:
    """The body's life, second by second, and what happened to it."""

    events: tuple[Truth, ...] = ()
    moments: list[Moment] = field(default_factory=list)

    def watch(self, t_s: float, body: Body) -> None:
        """Keep the truth of this second."""
        self.moments.append(
            Moment(
                t_s,
                body.spo2,
                body.pulse_rate,
                body.systolic,
                body.diastolic,
                body.resp_rate,
                body.perfusion_index,
                body.motion,
                not (body.finger_out or body.sensor_off),
            )
        )

    def records(self) -> Iterator[TruthRecord]:
        """Every event with the true values while it lasted."""
        for event in self.events:
            seen = [moment for moment in self.moments if event.onset_s <= moment.t_s <= event.end_s]
            least = {name: round(min(getattr(moment, name) for moment in seen), 1) for name in VALUES} if seen else {}
            most = {name: round(max(getattr(moment, name) for moment in seen), 1) for name in VALUES} if seen else {}
            yield TruthRecord(event.kind, event.onset_s, event.end_s, least, most)

    def first(self, holds: Callable[[Moment], bool], after_s: float = 0.0) -> float | None:
        """The first second from `after_s` on at which the truth was so."""
        return next((moment.t_s for moment in self.moments if moment.t_s >= after_s and holds(moment)), None)

    def stretches(self, holds: Callable[[Moment], bool]) -> Iterator[tuple[float, float]]:
        """From when to when the truth was so; the end is the last second of it."""
        begin = last = None
        for moment in self.moments:
            if holds(moment):
                begin = moment.t_s if begin is None else begin
                last = moment.t_s
            elif begin is not None and last is not None:
                yield begin, last
                begin = None
        if begin is not None and last is not None:
            yield begin, last
