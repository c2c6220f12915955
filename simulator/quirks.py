"""What is wrong with a device's line and clock (signals, section 5): jitter, drift, what happens to single frames."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from config.instant import SECOND, Duration
from simulator.faults import FaultRule, LineFault
from simulator.publisher import Message
from simulator.tables import ranged

OFFSET_S, DRIFT_S_PER_DAY = 24 * 60.0, 3.0
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """One device's. Shares are of frames or messages; offset and drift of the device's own clock."""

    jitter_s: float = ranged(0, 0.45, 0.0)
    clock_offset_s: float = 0.0
    clock_behind: bool = False
    clock_drift_s_per_day: float = ranged(0, 3600, 0.0)
    corrupt_share: float = ranged(0, 1, 0.0)
    duplicate_share: float = ranged(0, 1, 0.0)
    out_of_order_share: float = ranged(0, 1, 0.0)

    @property
    def offset(self) -> Duration:
        """How far the device's clock is off when it is switched on; negative: behind."""
        return round((-self.clock_offset_s if self.clock_behind else self.clock_offset_s) * SECOND)

    @property
    def drift_ppm(self) -> float:
        """How much faster than true time its clock runs, in millionths."""
        return self.clock_drift_s_per_day / DAY_S * 1e6


def usual_quirks(rng: np.random.Generator) -> Quirks:
    """A device as the generator table has it, drawn with `rng`."""
    offset = float(rng.uniform(-OFFSET_S, OFFSET_S))
    return Quirks(
        jitter_s=0.05,
        clock_offset_s=abs(offset),
        clock_behind=offset < 0,
        clock_drift_s_per_day=float(rng.uniform(0, DRIFT_S_PER_DAY)),
        corrupt_share=1e-3,
        duplicate_share=1e-4,
        out_of_order_share=1e-4,
    )


def line_faults(quirks: Quirks, frames_a_chunk: int) -> list[FaultRule]:
    """The same for a serial line that passes so many frames at a time. A line cannot put bytes out of order."""

    def of_chunk(share: float) -> float:
        return 1.0 - (1.0 - share) ** frames_a_chunk

    return [
        FaultRule(LineFault.CORRUPT, of_chunk(quirks.corrupt_share)),
        FaultRule(LineFault.DUPLICATE, of_chunk(quirks.duplicate_share)),
    ]


class FaultyPublisher:
    """Passes messages on, spoilt at the shares of the quirks. The same seed and messages give the same faults."""

    def __init__(self, quirks: Quirks, seed: int) -> None:
        self.happened: dict[str, int] = {"corrupt": 0, "duplicate": 0, "out_of_order": 0}
        self.quirks, self.seed = quirks, seed
        self._random = random.Random(seed)
        self._held: Message | None = None

    def pass_on(self, messages: Sequence[Message]) -> list[Message]:
        """What arrives of them, in the order of arrival; one that is out of order comes after the next."""
        quirks, out = self.quirks, []
        for message in messages:
            spoilt = message
            if self._strikes("corrupt", quirks.corrupt_share):
                spoilt = message._replace(payload=self._spoil(message.payload))
            held, self._held = self._held, None
            if held is None and self._strikes("out_of_order", quirks.out_of_order_share):
                self._held = spoilt
                continue
            out.append(spoilt)
            if self._strikes("duplicate", quirks.duplicate_share):
                out.append(spoilt)
            if held is not None:
                out.append(held)
        return out

    def jitter(self) -> Duration:
        """How much later than on the dot the next frame is there; the earliest ones are on it."""
        return round(self._random.uniform(0.0, 2 * self.quirks.jitter_s) * SECOND) if self.quirks.jitter_s else 0

    def _strikes(self, what: str, share: float) -> bool:
        struck = share > 0 and self._random.random() < share
        self.happened[what] += struck
        return struck

    def _spoil(self, payload: bytes) -> bytes:
        at = self._random.randrange(len(payload))
        return payload[:at] + bytes((payload[at] ^ (1 << self._random.randrange(8)),)) + payload[at + 1 :]
