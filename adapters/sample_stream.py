"""Packages at a steady rate, each with one pleth sample and the numbers that stand now, to pieces and readings.

Oximeters of this kind have next to no check on the wire, so a number counts only when three packages in a row say
the same; at 60 packages a second that costs 33 ms. A piece is a third of a second or ends with the beat, whichever
comes first: where pieces begin then does not hang on the moment at which listening began, and each gives one reading.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from adapters.reading import Fault, FaultKind, OximeterReading, PlethChunk, Reading
from config.vocabulary import Flag

AGREEING: Final = 3
"""Packages in a row that must say the same; as many lost in a row break the time base."""
PIECES_PER_SECOND: Final = 3
FASTEST_BEAT_S: Final = 0.2
"""A marker that comes sooner after the last one is no beat (300/min); so a stuck one cannot flood the reader."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What one package shows. None: nothing, or nothing that its status lets stand."""

    spo2: float | None
    pulse_rate: float | None
    perfusion_index: float | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """The numbers of one package with its remarks. A decoder gives the same object again while nothing changes."""

    numbers: Numbers
    flags: frozenset[Flag]


class SampleStream:
    """Implements what the top of this file says.

    Args:
        rate_hz: packages a second.
        package: bytes of one.
        first_alone: the very first packages after connecting count at once, as long as nothing contradicts them:
            for a package whose form is so strict that noise hardly makes one.
    """

    def __init__(self, rate_hz: float, package: int, *, first_alone: bool = False) -> None:
        self._rate_hz = rate_hz
        self._package = package
        self._longest = int(rate_hz // PIECES_PER_SECOND)
        self._shortest_beat = int(rate_hz * FASTEST_BEAT_S)
        self._needed = 1 if first_alone else AGREEING
        self._recent: deque[Shown] = deque(maxlen=AGREEING)
        self._same = 0
        self._told: Shown | None = None
        self._in_beat = False
        self._since_beat = self._shortest_beat
        self._running = False
        self._begin()

    def add(self, offset: int, sample: int | None, *, beat: bool, shown: Shown) -> Iterator[Reading | Fault]:
        """The next good package."""
        self._since_beat += 1
        if beat and not self._in_beat and self._since_beat >= self._shortest_beat:
            self._since_beat = 0
            yield from self._end_piece()
        self._in_beat = beat
        self._running = True
        self._good += 1
        self._listen(shown)
        yield from self._place(offset, sample)

    def lose(self, fault: Fault) -> Iterator[Reading | Fault]:
        """Bytes that made no package: they stand for missing samples, or for a break when there are many."""
        self._recent.clear()
        self._same = 0
        self._needed = AGREEING
        lost = (fault.discarded + self._package // 2) // self._package
        if lost >= AGREEING:
            yield from self._end_piece()
            self._running = False
        elif self._running:
            for number in range(lost):
                yield from self._place(fault.offset + number * self._package, None)
        yield fault

    def finish(self) -> Iterator[Reading | Fault]:
        """The stream is over."""
        yield from self._end_piece()

    def _begin(self) -> None:
        self._offset = 0
        self._samples: list[int | None] = []
        self._good = 0
        self._agreed: tuple[Numbers, frozenset[Flag]] | None = None

    def _listen(self, shown: Shown) -> None:
        """Let the numbers count when the last packages agree; a remark counts that all of them make."""
        recent = self._recent
        self._same = self._same + 1 if recent and recent[-1] is shown else 1
        recent.append(shown)
        if self._same >= AGREEING:
            self._agreed = (shown.numbers, shown.flags)
        elif len(recent) >= self._needed and all(each.numbers == shown.numbers for each in recent):
            self._agreed = (shown.numbers, frozenset.intersection(*(each.flags for each in recent)))

    def _place(self, offset: int, sample: int | None) -> Iterator[Reading | Fault]:
        if not self._samples:
            self._offset = offset
        self._samples.append(sample)
        if len(self._samples) >= self._longest:
            yield from self._end_piece()

    def _end_piece(self) -> Iterator[Reading | Fault]:
        if self._agreed is not None:
            numbers, flags = self._agreed
            yield OximeterReading(self._offset, numbers.spo2, numbers.pulse_rate, numbers.perfusion_index, flags=flags)
            yield PlethChunk(self._offset, self._rate_hz, tuple(self._samples))
        elif self._good:
            why = f"no {AGREEING} packages in a row agree"
            yield Fault(self._offset, FaultKind.INCOMPLETE, self._good * self._package, why)
        self._begin()
