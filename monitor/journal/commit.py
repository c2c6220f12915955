"""The promise an `append` gives back, and how it ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Durable:
    """The events are on disk; they may be told."""


@dataclass(frozen=True, slots=True)
class Failed:
    """They are not, at least not in time. They go out marked `durable: false` and are written when that is possible."""

    reason: str


CommitResult: TypeAlias = Durable | Failed


class Commit:
    """One `append` on its way to the disk.

    Attributes:
        first_seq, last_seq: sequence numbers of its events; `last_seq` is `first_seq - 1` when it has none.
    """

    __slots__ = ("_settled", "first_seq", "last_seq", "timer")

    def __init__(self, settled: asyncio.Future[CommitResult], first_seq: int, last_seq: int) -> None:
        self._settled = settled
        self.first_seq = first_seq
        self.last_seq = last_seq
        self.timer: asyncio.TimerHandle | None = None

    async def wait(self) -> CommitResult:
        """How it ended, at most 250 ms after the `append` (rulings, section 5). May be awaited more than once."""
        return await asyncio.shield(self._settled)

    @property
    def result(self) -> CommitResult | None:
        """How it ended; None while that is open."""
        return self._settled.result() if self._settled.done() else None

    def settle(self, result: CommitResult) -> bool:
        """End it, once; False when it had ended before. On the event loop only."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self._settled.done():
            return False
        self._settled.set_result(result)
        return True
