"""What waits to be written: bounded, in order, shared by the event loop and the writer's thread.

Bound: `MAX_WAITING_INPUTS` inputs. Past it the oldest `SHED_AT_ONCE` go at a time: `pleth_measures` first, then
`spo2`, then whatever is oldest; each is counted. Events, pages, snapshots and audit rows never go: they come at
the pace of alarms and people.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

from config.instant import Instant
from monitor.journal.commit import Commit

MAX_WAITING_INPUTS = 50_000
"""About 25 MB; 8 beds fill it in 50 minutes, 100 beds in four."""

SHED_AT_ONCE = 1_000
SHED_FIRST = ("pleth_measures", "spo2")

INPUTS_PER_TRANSACTION = 5_000
"""After an outage the backlog goes out in pieces, so that a disk with little room makes some progress."""

FLUSH_AT = 256
"""Inputs that wake the writer without an event: transactions stay short, so that no alarm waits behind a long one."""

InputTuple: TypeAlias = tuple[int, Instant, str | None, str | None, str, str, str | None]
"""seq, at, bed, session, kind, body, verdicts"""

EventTuple: TypeAlias = tuple[int, Instant, str | None, str | None, str, str]
"""seq, at, bed, session, kind, body"""

RowChange: TypeAlias = tuple[str, tuple[Any, ...]]
"""A statement that changes nothing when it is run again, and its values."""


@dataclass(slots=True, eq=False)
class Entry:
    """Rows that belong in one transaction.

    Attributes:
        after_input: inputs up to this one go in the same transaction or an earlier one.
        told_early: it went out before it was durable, so its events have to say so.
        marked: they do.
    """

    after_input: int
    events: list[EventTuple] = field(default_factory=list)
    rows: list[RowChange] = field(default_factory=list)
    commit: Commit | None = None
    told_early: bool = False
    marked: bool = False

    def mark(self) -> None:
        """Write `durable: false` into each event's body (rulings, section 5)."""
        if self.marked:
            return
        for index, (seq, at, bed, session, kind, body) in enumerate(self.events):
            data = msgspec.json.decode(body) | {"durable": False}
            self.events[index] = (seq, at, bed, session, kind, encode(data))
        self.marked = True


@dataclass(slots=True, eq=False)
class Batch:
    """What one transaction writes. `whole`: nothing else waited when it was taken."""

    inputs: list[InputTuple]
    entries: list[Entry]
    whole: bool


@dataclass(slots=True)
class Lost:
    """Inputs that were dropped for want of room: how many of each kind, and between which sequence numbers."""

    kinds: Counter[str] = field(default_factory=Counter)
    first_seq: int = 0
    last_seq: int = 0

    def add(self, row: InputTuple) -> None:
        """Count one input."""
        self.first_seq = row[0] if not self.kinds else min(self.first_seq, row[0])
        self.last_seq = max(self.last_seq, row[0])
        self.kinds[row[4]] += 1


@dataclass(frozen=True, slots=True)
class InputLine:
    """An input as the journal keeps it: surely writable. `body` is canonical JSON."""

    kind: str
    body: str


def write_down(line: dict[str, Any]) -> InputLine:
    """The line of one input (interfaces, section 4), ready for the journal.

    Raises:
        ValueError: no journal can hold it, such as a lone surrogate or a number beyond 64 bits.
    """
    try:
        return InputLine(line["input"], encode(line))
    except (UnicodeError, OverflowError, TypeError, RecursionError) as error:
        raise ValueError(f"{line['input']}: cannot be journaled ({error})") from error


def encode(value: object) -> str:
    """Canonical JSON text: keys sorted, no blanks."""
    return msgspec.json.encode(value, order="sorted").decode()


def storable(text: str | None) -> str | None:
    """`text` without lone surrogates, which no UTF-8 file can hold: strangers type names and systems word errors."""
    return None if text is None else text.encode("utf-8", "replace").decode()


class Backlog:
    """Every method may be called from either thread; only `next_batch` waits."""

    def __init__(self, limit: int = MAX_WAITING_INPUTS) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._inputs: deque[InputTuple] = deque()
        self._entries: deque[Entry] = deque()
        self._limit = limit
        self._lost = Lost()
        self._wanted = False
        self._failing = False
        self._stopping = False
        self._given_up = False

    def add_input(self, row: InputTuple) -> None:
        """Let one input wait for the next transaction."""
        with self._changed:
            self._inputs.append(row)
            if len(self._inputs) > self._limit:
                self._shed()
            if len(self._inputs) >= FLUSH_AT:
                self._want()

    def add(self, entry: Entry, *, at_once: bool = True) -> None:
        """Put an entry in line; `at_once` wakes the writer unless it fails at present."""
        with self._changed:
            self._entries.append(entry)
            if at_once:
                self._want()

    def wake(self, *, retry: bool = False) -> None:
        """Have everything that waits written; `retry` also when the last try failed."""
        with self._changed:
            if retry:
                self._failing = False
            if self._inputs or self._entries:
                self._want()

    def stop(self) -> None:
        """Have everything written, then end; a failure from now on is the last."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def next_batch(self) -> Batch | None:
        """Wait for work and take it; None when the writer has to end."""
        with self._changed:
            while True:
                if self._given_up:
                    return None
                if self._wanted or self._stopping:
                    self._wanted = False
                    batch = self._take()
                    if batch.inputs or batch.entries:
                        return batch
                    if self._stopping:
                        return None
                self._changed.wait()

    def give_back(self, batch: Batch) -> None:
        """The batch could not be written: it waits again, in its old place, until a retry."""
        with self._changed:
            self._failing = True
            self._wanted = False
            self._given_up = self._stopping
            for entry in batch.entries:
                entry.told_early = True
            self._inputs.extendleft(reversed(batch.inputs))
            self._entries.extendleft(reversed(batch.entries))

    def written(self, batch: Batch) -> None:
        """The batch is durable."""
        with self._changed:
            if not batch.whole:
                self._want()

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self._inputs and not self._entries

    @property
    def waiting_inputs(self) -> int:
        """Inputs not written yet."""
        return len(self._inputs)

    def each_entry(self, visit: Callable[[Entry], None]) -> None:
        """Show `visit` every waiting entry."""
        with self._changed:
            waiting = list(self._entries)
        for entry in waiting:
            visit(entry)

    def take_lost(self) -> Lost | None:
        """What was dropped since the last question, None when nothing was."""
        with self._changed:
            lost, self._lost = self._lost, Lost()
        return lost if lost.kinds else None

    def _want(self) -> None:
        if not self._failing and not self._wanted:
            self._wanted = True
            self._changed.notify()

    def _take(self) -> Batch:
        inputs = [self._inputs.popleft() for _ in range(min(len(self._inputs), INPUTS_PER_TRANSACTION))]
        if not self._inputs:
            entries = list(self._entries)
            self._entries.clear()
            return Batch(inputs, entries, whole=True)
        last = inputs[-1][0]
        entries = []
        while self._entries and self._entries[0].after_input <= last:
            entries.append(self._entries.popleft())
        return Batch(inputs, entries, whole=False)

    def _shed(self) -> None:
        kinds = [*SHED_FIRST, None]
        for kind in kinds:
            room = SHED_AT_ONCE
            kept: deque[InputTuple] = deque()
            for row in self._inputs:
                if room and kind in (None, row[4]):
                    self._lost.add(row)
                    room -= 1
                else:
                    kept.append(row)
            self._inputs = kept
            if room < SHED_AT_ONCE:
                return
