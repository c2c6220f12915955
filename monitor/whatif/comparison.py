"""The same recorded inputs under two presets, and what changes (`bedwatch replay --compare A B`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from config.instant import MINUTE, Duration, Instant
from config.vocabulary import Priority
from monitor.core.bed_state import Setup
from monitor.core.events import Event, EventKind
from monitor.core.inputs import Input, OximeterSample
from monitor.core.rules.ruleset import Ruleset
from monitor.core.ward import Ward
from monitor.whatif.desaturation import Desaturation, announced, sustained
from monitor.whatif.sweep import heard

HOUR: Duration = 60 * MINUTE

NO_VERDICT = "no verdict"

Timed = tuple[Instant, Input]
Row = tuple[str, Priority]
"""A rule, and the priority it was told at."""


@dataclass(slots=True)
class Night:
    """What one preset made of the inputs.

    Attributes:
        raised: alarms told, by rule and priority: onsets, recurrences and rises.
        dropped: onsets that the delay kept back, by rule.
        bed_hours: time with a patient on a bed.
        delays: for each sustained desaturation the time until it was announced at MEDIUM or higher, so that somebody
            was called; None where nobody was.
        verdicts: the last return verdict of each session.
    """

    preset: str
    raised: Counter[Row] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    bed_hours: float = 0.0
    delays: list[Duration | None] = field(default_factory=list)
    verdicts: dict[str, str] = field(default_factory=dict)

    def per_hour(self, row: Row) -> float:
        """Alarms of a rule and priority an hour of one occupied bed."""
        return self.raised[row] / self.bed_hours if self.bed_hours else 0.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two presets over the same inputs; `events` are the sustained desaturations in them."""

    events: list[Desaturation]
    before: Night
    after: Night


def compare(inputs: Sequence[Timed], before: Ruleset, after: Ruleset) -> Comparison:
    """Run `inputs`, in order of time, under both.

    Raises:
        InputError: an input cannot be folded in.
    """
    events = sustained((at, item) for at, item in inputs if isinstance(item, OximeterSample))
    return Comparison(events, run(inputs, before, events), run(inputs, after, events))


def run(inputs: Sequence[Timed], rules: Ruleset, events: list[Desaturation]) -> Night:
    """One preset."""
    ward = Ward(rules, inputs[0][0] if inputs else 0, adopt=lambda bed: Setup(bed, rules))
    told: list[Event] = []
    for at, item in inputs:
        told += ward.feed(item, at)
    night = Night(rules.name)
    sessions: dict[str | None, str] = {}
    for event in told:
        _count(night, event)
        if event.kind is EventKind.SESSION_OPENED:
            sessions[event.bed] = str(event.data["session"])
            night.verdicts[sessions[event.bed]] = NO_VERDICT
        elif event.kind is EventKind.RETURN_VERDICT and "superseded" not in event.data:
            night.verdicts[sessions[event.bed]] = str(event.data["verdict"])
    night.bed_hours = _bed_hours(told, inputs[-1][0] if inputs else 0)
    night.delays = announced(events, heard(told, Priority.MEDIUM))
    return night


def _count(night: Night, event: Event) -> None:
    name = str(event.data.get("alarm"))
    if event.kind in (EventKind.ALARM_RAISED, EventKind.ALARM_PRIORITY_CHANGED) or (
        event.kind is EventKind.ALARM_REARMED and event.data.get("reason") == "recurrence"
    ):
        night.raised[name, Priority.from_word(str(event.data["priority"]))] += 1
    elif event.kind is EventKind.ALARM_PENDING_DROPPED:
        night.dropped[name] += 1


def _bed_hours(events: Iterable[Event], end: Instant) -> float:
    """From each opening of a session to its end, or to the end of the inputs."""
    since: dict[str | None, Instant] = {}
    total: Duration = 0
    for event in events:
        if event.kind is EventKind.SESSION_OPENED:
            since[event.bed] = event.at
        elif event.kind is EventKind.PHASE_CHANGED and event.data.get("to") == "DISCHARGED" and event.bed in since:
            total += event.at - since.pop(event.bed)
    return (total + sum(end - at for at in since.values())) / HOUR
