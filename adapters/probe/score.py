"""Which driver fits the bytes that were heard, and how well. Pure.

A driver fits when nearly all bytes went into good units and readings came of them. Among those that fit, one whose
units carry a check stands before one that knows its units by sync bits alone. Whether units carry a check is not
asked of the driver but tried: the same bytes with single bits turned over must be refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.driver import Driver, LineSettings, StreamDecoder
from adapters.reading import Fault, PlethChunk, Reading
from adapters.registry import build_options

FITS: Final = 0.75
"""Share of bytes in good units from which on a driver fits."""
UNCHECKED_BYTES: Final = 30
UNCHECKED_READINGS: Final = 3
"""How many good bytes or readings make chance unlikely where units carry no check; with one, a single reading does."""
REFUSES: Final = 0.3
"""A decoder that finds fault with so many of the bits turned over checks its units."""
SAMPLE: Final = 4096
"""Bytes on which that is tried."""
SPOIL_FROM: Final = (3, 38, 73, 108, 143, 178, 213)
SPOIL_EVERY: Final = 251
"""A bit is turned over at each of these places, and so far behind it again: never two in one unit of any protocol."""
MIDST: Final = 256
"""Bytes at the very beginning that may be the rest of what was under way: listening begins anywhere."""
EQUAL: Final = 0.05
"""Qualities that differ by no more tell nothing."""


@dataclass(frozen=True)
class Candidate:
    """A driver with a table of options other than its own defaults."""

    driver: Driver
    table: Mapping[str, object] = field(default_factory=dict)

    @property
    def options(self) -> Any:
        """The options, checked."""
        return build_options(self.driver, self.table)

    @property
    def lines(self) -> tuple[LineSettings, ...]:
        """The settings its devices are met with, the usual ones first."""
        first = () if self.driver.line is None else (self.driver.line,)
        return (*first, *self.driver.other_lines)

    @property
    def name(self) -> str:
        """For people: the driver's name, and what is set."""
        table = ", ".join(f"{key} = {json.dumps(value)}" for key, value in self.table.items())
        return f"{self.driver.name} ({table})" if table else self.driver.name


def candidates(drivers: Iterable[Driver]) -> list[Candidate]:
    """Every driver of a byte stream, with its usual options and with those it wants to be tried with."""
    return [
        Candidate(driver, table) for driver in drivers if not driver.messages for table in ({}, *driver.probe_options)
    ]


def settings(tried: Iterable[Candidate]) -> list[LineSettings]:
    """Every line setting of the candidates once: the usual ones of most drivers first, then the others."""
    usual: dict[LineSettings, int] = {}
    others: dict[LineSettings, int] = {}
    for each in tried:
        for number, line in enumerate(each.lines):
            counted = others if number else usual
            counted[line] = counted.get(line, 0) + 1
    ordered = [*sorted(usual, key=lambda line: -usual[line]), *sorted(others, key=lambda line: -others[line])]
    return list(dict.fromkeys(ordered))


@dataclass(frozen=True, slots=True)
class Score:
    """What one candidate made of the bytes.

    Attributes:
        heard: bytes.
        quality: share of the bytes that stood in good units, 0 to 1.
        readings: how many came of them, pleth apart.
        faults: how often noise lay between; a unit that was under way at the beginning or the end is none.
        checked: units carry a check, which bytes spoilt on purpose do not pass.
        fits: the candidate can be the one.
        latest: the newest reading of each kind.
    """

    candidate: Candidate
    heard: int
    quality: float
    readings: int
    faults: int
    checked: bool
    fits: bool
    latest: tuple[Reading, ...]


class Trial:
    """One candidate listening."""

    def __init__(self, candidate: Candidate) -> None:
        self.candidate = candidate
        self._decoder: StreamDecoder = candidate.driver.decoder(candidate.options)
        self.heard = 0
        self.readings = 0
        self.remarks = 0
        """Faults of any kind."""
        self.faults = 0
        self.discarded = 0
        self.spared = 0
        self.latest: dict[type, Reading] = {}

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """What the chunk completes, counted."""
        self.heard += len(chunk)
        items = list(self._decoder.feed(chunk))
        for item in items:
            self._count(item)
        return items

    def finish(self) -> None:
        """Nothing more is heard: readings held back count, the unit that was under way does not."""
        for item in self._decoder.finish():
            if isinstance(item, Fault):
                self.remarks += 1
            else:
                self._count(item)

    @property
    def quality(self) -> float:
        """Share of the bytes so far that stood in good units; without the rest of one in which listening began."""
        counted = self.heard - self.spared
        return max(0.0, 1 - self.discarded / counted) if counted > 0 else 0.0

    @property
    def good_bytes(self) -> int:
        """How many stood in good units."""
        return max(0, self.heard - self.spared - self.discarded)

    def _count(self, item: Reading | Fault) -> None:
        if isinstance(item, PlethChunk):
            return
        if not isinstance(item, Fault):
            self.readings += 1
            self.latest[type(item)] = item
            return
        self.remarks += 1
        if not self.readings and item.offset + item.discarded <= MIDST:
            self.spared += item.discarded
        else:
            self.faults += 1
            self.discarded += item.discarded


def score(trial: Trial, heard: bytes) -> Score:
    """The outcome of a finished trial on `heard`."""
    checked = bool(trial.readings) and trial.quality >= FITS and _refuses(trial, heard)
    enough = trial.readings >= (1 if checked else UNCHECKED_READINGS) or (
        trial.readings > 0 and trial.good_bytes >= UNCHECKED_BYTES
    )
    fits = enough and trial.quality >= FITS
    latest = tuple(trial.latest.values())
    return Score(trial.candidate, trial.heard, trial.quality, trial.readings, trial.faults, checked, fits, latest)


def score_all(tried: Iterable[Candidate], heard: bytes) -> list[Score]:
    """Every candidate on the whole of a recording."""
    trials = [Trial(each) for each in tried]
    for trial in trials:
        trial.feed(heard)
        trial.finish()
    return [score(trial, heard) for trial in trials]


def _refuses(trial: Trial, heard: bytes) -> bool:
    sample = heard[:SAMPLE]
    spoilt = noticed = 0
    usual = _remarks(trial.candidate, sample)
    for first in SPOIL_FROM:
        copy = bytearray(sample)
        places = range(first, len(copy), SPOIL_EVERY)
        for at in places:
            copy[at] ^= 1
        spoilt += len(places)
        noticed += max(0, _remarks(trial.candidate, bytes(copy)) - usual) if places else 0
    return spoilt > 0 and noticed >= REFUSES * spoilt


def _remarks(candidate: Candidate, heard: bytes) -> int:
    trial = Trial(candidate)
    trial.feed(heard)
    trial.finish()
    return trial.remarks


@dataclass(frozen=True, slots=True)
class Verdict:
    """The driver that fits, and those that fit as well.

    Attributes:
        best: None: unknown.
        twins: other drivers between which and the best one the bytes do not decide.
        family: of the best one and its twins, where they have one.
        nearest: where nothing fits: what came nearest, with readings; None when nothing did.
    """

    best: Score | None
    twins: tuple[Score, ...] = ()
    family: str = ""
    nearest: Score | None = None


def judge(scores: Sequence[Score], line: LineSettings | None = None, spoken: Candidate | None = None) -> Verdict:
    """The verdict on bytes that came at `line` (None: the line has no settings), after words of `spoken`."""

    def rank(each: Score) -> tuple[bool, float, bool, bool, int, str]:
        lines = each.candidate.lines
        spoke = spoken is not None and each.candidate.driver is spoken.driver
        return (
            not each.checked,
            -round(each.quality / EQUAL),
            spoken is not None and not spoke,
            each.candidate.table != (spoken.table if spoken is not None and spoke else {}),
            lines.index(line) if line in lines else len(lines),
            each.candidate.driver.name,
        )

    fitting = sorted((each for each in scores if each.fits), key=rank)
    if not fitting:
        close = [each for each in scores if each.readings]
        return Verdict(None, nearest=max(close, key=lambda each: each.quality, default=None))
    best = fitting[0]
    twins: dict[str, Score] = {}
    for each in fitting[1:]:
        if each.candidate.driver is not best.candidate.driver and _undecided(best, each):
            twins.setdefault(each.candidate.driver.name, each)
    return Verdict(best, tuple(twins.values()), best.candidate.driver.family)


def _undecided(best: Score, other: Score) -> bool:
    family = best.candidate.driver.family
    akin = bool(family) and other.candidate.driver.family == family
    return akin or (best.checked == other.checked and abs(best.quality - other.quality) <= EQUAL)
