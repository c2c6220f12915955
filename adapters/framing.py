"""From a byte stream to units: buffering, resynchronisation, stream offsets, one fault per run of noise.

A device file brings one function, the judge. It looks at the bytes from one position on and says whether a
unit stands there. The scanner does the rest. Its one invariant: what comes out depends on the bytes alone,
never on how they were cut into chunks. For that a judge must be steady: an answer other than `MORE` stays the
same however many bytes follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, Generic, Literal, TypeAlias, TypeVar

from adapters.reading import Fault, FaultKind

T = TypeVar("T")

RUN_LIMIT: Final = 250
"""Bytes of noise after which a run is reported although it goes on: endless noise must not look like silence."""

SLICE: Final = 4096
"""Bytes taken from a chunk at a time; with the unit's limit this bounds the buffer."""


@dataclass(frozen=True, slots=True)
class Unit(Generic[T]):
    """A good unit of `length` bytes stands here."""

    length: int
    value: T


@dataclass(frozen=True, slots=True)
class Noise:
    """No unit begins at this byte: drop it alone, because the next unit may begin at any later one."""

    kind: FaultKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A whole unit with clear ends stands here, and it is wrong: drop it whole, with a fault of its own."""

    length: int
    kind: FaultKind
    detail: str = ""


class Wait(Enum):
    """The bytes so far do not decide."""

    MORE = "more"


MORE: Final = Wait.MORE

Judgement: TypeAlias = Unit[T] | Noise | Spoilt | Literal[Wait.MORE]

Judge: TypeAlias = Callable[[bytearray, int, int, int], Judgement[T]]
"""`judge(data, at, end, skipped)`: what stands at `data[at:end]`.

`skipped` counts the bytes thrown away since the last unit; 0 means that a unit ended right here, or that the
stream begins.
"""


@dataclass(frozen=True, slots=True)
class Framed(Generic[T]):
    """A unit with the position of its first byte in the stream."""

    offset: int
    value: T


@dataclass(slots=True)
class _Run:
    """Noise collected so far, named by what was wrong with its first byte."""

    offset: int
    kind: FaultKind
    detail: str
    length: int = 0

    def fault(self) -> Fault:
        return Fault(self.offset, self.kind, self.length, self.detail)


class Scanner(Generic[T]):
    """Cuts a stream into units.

    Args:
        judge: see `Judge`.
        unit_limit: longest unit in bytes; a judge that still asks for more has a unit without end before it.
    """

    def __init__(self, judge: Judge[T], unit_limit: int) -> None:
        self._judge = judge
        self._unit_limit = unit_limit
        self._pending = bytearray()
        self._offset = 0
        self._skipped = 0
        self._run: _Run | None = None

    def __len__(self) -> int:
        """Bytes held back, undecided: less than `unit_limit` between two calls of `feed`."""
        return len(self._pending)

    def feed(self, chunk: bytes) -> Iterator[Framed[T] | Fault]:
        """Units and faults that `chunk` completes, in stream order. To be run to its end."""
        for start in range(0, len(chunk), SLICE):
            self._pending += chunk[start : start + SLICE]
            yield from self._drain()

    def finish(self) -> Iterator[Framed[T] | Fault]:
        """The stream is over: what is still held back becomes units or a fault."""
        while self._pending:
            yield from self._drop(Noise(FaultKind.INCOMPLETE, "the stream ended inside a unit"), self._offset)
            self._offset += 1
            del self._pending[:1]
            yield from self._drain()
        yield from self._end_run()

    def _drain(self) -> Iterator[Framed[T] | Fault]:
        pending = self._pending
        at = 0
        while at < len(pending):
            # The judge never sees past the limit, or a large chunk would pass a unit that bytewise feeding refuses.
            end = min(len(pending), at + self._unit_limit)
            found = self._judge(pending, at, end, self._skipped)
            here = self._offset + at
            if found is MORE:
                if end - at < self._unit_limit:
                    break
                found = Noise(FaultKind.OVERFLOW, f"no end within {self._unit_limit} bytes")
            if isinstance(found, Unit):
                if self._run is not None:
                    yield from self._end_run()
                self._skipped = 0
                at += found.length
                yield Framed(here, found.value)
            elif isinstance(found, Spoilt):
                yield from self._end_run()
                self._skipped = 0
                at += found.length
                yield Fault(here, found.kind, found.length, found.detail)
            else:
                at += 1
                yield from self._drop(found, here)
        del pending[:at]
        self._offset += at

    def _drop(self, noise: Noise, offset: int) -> Iterator[Fault]:
        """Add one byte to the run of noise, and report the run when it has become long."""
        if self._run is None:
            self._run = _Run(offset, noise.kind, noise.detail)
        self._run.length += 1
        self._skipped += 1
        if self._run.length >= RUN_LIMIT:
            yield from self._end_run()

    def _end_run(self) -> Iterator[Fault]:
        if self._run is not None:
            yield self._run.fault()
            self._run = None


def sum_mod_256(data: bytes | bytearray) -> int:
    """The plain check byte of many devices: the sum of all bytes modulo 256."""
    return sum(data) & 0xFF
