"""Sustained desaturations in recorded samples: what any rule on SpO2 ought to announce (alarm-system, section 2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from config.instant import SECOND, Duration, Instant
from config.vocabulary import Flag
from monitor.core.inputs import OximeterSample
from monitor.core.validation import NO_SIGNAL

BELOW = 90.0
"""%; the bound of the experiment, whatever the preset's own limits are."""

SUSTAINED: Duration = 30 * SECOND

STANDS: Duration = 4 * SECOND
"""A sample stands so long (rulings 1.1, replay without a site file)."""

UNBELIEVED = NO_SIGNAL | {Flag.ARTIFACT, Flag.MOTION}

WITHIN: Duration = 30 * SECOND
"""An alarm counts as this event's announcement until so long after its end."""


@dataclass(frozen=True, slots=True)
class Desaturation:
    """SpO2 below 90 % without a break from `start` to `end`."""

    bed: str
    start: Instant
    end: Instant


def sustained(samples: Iterable[tuple[Instant, OximeterSample]]) -> list[Desaturation]:
    """Every stretch of at least 30 s below 90 %, bed by bed in order of their ends; a gap ends a stretch.

    What the device itself calls no signal or an artefact shows nothing.
    """
    running: dict[str, tuple[Instant, Instant]] = {}
    found: list[Desaturation] = []

    def close(bed: str, at: Instant) -> None:
        start, stands_until = running.pop(bed)
        end = min(at, stands_until)
        if end - start >= SUSTAINED:
            found.append(Desaturation(bed, start, end))

    last: Instant = 0
    for at, sample in samples:
        last = max(last, at)
        low = sample.spo2 is not None and sample.spo2 < BELOW and not sample.flags & UNBELIEVED
        if sample.bed in running and (not low or at > running[sample.bed][1]):
            close(sample.bed, at)
        if low:
            start = running[sample.bed][0] if sample.bed in running else at
            running[sample.bed] = (start, at + STANDS)
    for bed in list(running):
        close(bed, last)
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """An alarm about low SpO2 that somebody heard at `at`, and that was there until `until`."""

    bed: str
    at: Instant
    until: Instant


def idle(events: Sequence[Desaturation], alarms: Iterable[Told]) -> int:
    """How many of the alarms are about no sustained event: those that could go without one being missed."""
    return sum(not any(_about(event, alarm) for event in events) for alarm in alarms)


def _about(event: Desaturation, alarm: Told) -> bool:
    return alarm.bed == event.bed and alarm.until > event.start and alarm.at <= event.end + WITHIN


def announced(events: Iterable[Desaturation], alarms: Iterable[Told]) -> list[Duration | None]:
    """For each event the time from its start to the first alarm about it, None where there is none.

    An alarm that is there already when the event begins announces it at once.
    """
    told = sorted(alarms, key=lambda alarm: alarm.at)
    delays: list[Duration | None] = []
    for event in events:
        hits = (max(alarm.at, event.start) for alarm in told if _about(event, alarm))
        first = next(hits, None)
        delays.append(None if first is None else first - event.start)
    return delays
