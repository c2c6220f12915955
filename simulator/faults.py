"""What goes wrong between a device and its reader: seeded byte faults on the chunks of a line."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from config.instant import Duration, Instant

LONGEST_RUN = 8
"""Bytes that one fault drops, repeats or inserts at most."""
HELD_LIMIT = 65_536
"""Bytes held back at most; then the oldest are lost and counted."""


class LineFault(StrEnum):
    """One way to spoil a chunk."""

    SPLIT = "split"
    """The chunk arrives in two or more pieces."""
    JOIN = "join"
    """The chunk waits and arrives together with the next one."""
    DROP = "drop"
    """A run of bytes is missing."""
    CORRUPT = "corrupt"
    """One bit of one byte is turned over."""
    DUPLICATE = "duplicate"
    """A run of bytes comes twice."""
    GARBAGE = "garbage"
    """A run of random bytes stands between the others."""
    STALL = "stall"
    """Nothing comes for a while, then all of it at once."""
    TRUNCATE = "truncate"
    """The rest of the chunk is missing."""


@dataclass(frozen=True, slots=True)
class FaultRule:
    """How often a fault happens.

    Attributes:
        fault: what happens.
        probability: for each chunk, 0 to 1. A forced window is a rule with probability 1 and a start and end.
        start, end: the rule holds for start <= t < end, t on the scale given to `pass_on`; None = open.
        lasting: how long a stall lasts that begins at random. Within a window, stalls end with it.
    """

    fault: LineFault
    probability: float
    start: Instant | None = None
    end: Instant | None = None
    lasting: Duration = 0

    def __post_init__(self) -> None:
        if not 0.0 <= self.probability <= 1.0:
            raise ValueError(f"probability must be 0 to 1, not {self.probability}")

    def holds(self, now: Instant) -> bool:
        """Whether `now` lies in the rule's window."""
        return (self.start is None or self.start <= now) and (self.end is None or now < self.end)


class FaultyLine:
    """Passes chunks on, spoilt by its rules in their order. The same seed and chunks give the same faults.

    Attributes:
        happened: how often each fault struck.
        lost: bytes thrown away because too much was held back.
    """

    def __init__(self, rules: Sequence[FaultRule] = (), seed: int = 0) -> None:
        self.happened: Counter[LineFault] = Counter()
        self.lost = 0
        self._rules = tuple(rules)
        self._random = random.Random(seed)
        self._held = bytearray()
        self._stalled_until: Instant | None = None

    def pass_on(self, chunk: bytes, now: Instant) -> list[bytes]:
        """The chunks that arrive at `now` when `chunk` was sent. Call it with an empty one to let time pass."""
        if self._stalled_until is not None and now < self._stalled_until:
            self._hold(chunk)
            return []
        stall_over = self._stalled_until is not None
        self._stalled_until = None
        pieces = [chunk] if chunk else []
        for rule in self._rules:
            if pieces and rule.holds(now) and self._random.random() < rule.probability:
                self.happened[rule.fault] += 1
                pieces = self._spoil(rule, pieces, now)
        if not pieces:
            # What a JOIN holds waits for the next chunk; what a stall held comes by itself.
            return self._release() if stall_over else []
        return [b"".join([*self._release(), pieces[0]]), *pieces[1:]]

    def _release(self) -> list[bytes]:
        held = bytes(self._held)
        self._held.clear()
        return [held] if held else []

    def _hold(self, chunk: bytes) -> None:
        self._held += chunk
        too_much = len(self._held) - HELD_LIMIT
        if too_much > 0:
            del self._held[:too_much]
            self.lost += too_much

    def _spoil(self, rule: FaultRule, pieces: list[bytes], now: Instant) -> list[bytes]:
        whole = b"".join(pieces)
        match rule.fault:
            case LineFault.SPLIT:
                return [part for piece in pieces for part in self._split(piece)]
            case LineFault.JOIN:
                self._hold(whole)
                return []
            case LineFault.STALL:
                self._hold(whole)
                self._stalled_until = rule.end if rule.end is not None else now + rule.lasting
                return []
            case _:
                # One piece suffers; the others stay whole.
                index = self._random.randrange(len(pieces))
                spoilt = self._spoil_bytes(rule.fault, pieces[index])
                return [piece for piece in [*pieces[:index], spoilt, *pieces[index + 1 :]] if piece]

    def _split(self, piece: bytes) -> list[bytes]:
        if len(piece) < 2:
            return [piece]
        cuts = sorted(self._random.sample(range(1, len(piece)), self._random.randint(1, min(3, len(piece) - 1))))
        return [piece[start:end] for start, end in zip([0, *cuts], [*cuts, len(piece)], strict=True)]

    def _spoil_bytes(self, fault: LineFault, piece: bytes) -> bytes:
        at = self._random.randrange(len(piece))
        run = self._random.randint(1, LONGEST_RUN)
        match fault:
            case LineFault.DROP:
                return piece[:at] + piece[at + run :]
            case LineFault.CORRUPT:
                return piece[:at] + bytes((piece[at] ^ (1 << self._random.randrange(8)),)) + piece[at + 1 :]
            case LineFault.DUPLICATE:
                return piece[: at + run] + piece[at:]
            case LineFault.GARBAGE:
                return piece[:at] + self._random.randbytes(run) + piece[at:]
            case LineFault.TRUNCATE:
                return piece[:at]
            case _:
                raise ValueError(f"{fault} does not work on single bytes")
