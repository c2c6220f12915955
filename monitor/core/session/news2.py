"""NEWS2, partial (alarm-system, section 7; Royal College of Physicians, NEWS2 chart 1).

Shown before the infusion and at discharge only, never a bare total, never a ground for an alarm: it gives a systolic of
111 to 219 no points, so it is blind to ketamine hypertension, and it would score dissociation as new confusion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

ANY = math.inf
Bands = tuple[tuple[float, int], ...]
"""(up to and including, points), ascending."""

BANDS: dict[str, Bands] = {
    "resp_rate": ((8, 3), (11, 1), (20, 0), (24, 2), (ANY, 3)),
    "spo2": ((91, 3), (93, 2), (95, 1), (ANY, 0)),
    "systolic": ((90, 3), (100, 2), (110, 1), (219, 0), (ANY, 3)),
    "pulse": ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (ANY, 3)),
    "temperature": ((35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1), (ANY, 2)),
    "oxygen": ((0, 0), (ANY, 2)),  # 0 air, 1 oxygen
    "consciousness": ((0, 0), (ANY, 3)),  # 0 alert, 1 confusion, voice, pain, unresponsive
}
SCALE_2_AIR: Bands = ((83, 3), (85, 2), (87, 1), (ANY, 0))
SCALE_2_OXYGEN: Bands = ((83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2), (ANY, 3))
"""SpO2 for patients whose target is 88 to 92 %."""
WORST = 3
"""What a missing item may hide."""


@dataclass(frozen=True, slots=True)
class Partial:
    """Points of the known items; the whole score lies between `low` and `high`."""

    points: dict[str, int]

    @property
    def low(self) -> int:
        """What is known."""
        return sum(self.points.values())

    @property
    def high(self) -> int:
        """What is known, and the worst of what is not."""
        return self.low + WORST * (len(BANDS) - len(self.points))

    def words(self) -> str:
        """`partial NEWS2 (3 of 7), 1..13`."""
        return f"partial NEWS2 ({len(self.points)} of {len(BANDS)}), {self.low}..{self.high}"


def partial(values: Mapping[str, float], *, scale_2: bool = False) -> Partial:
    """Points of each item of `BANDS` that `values` holds. With `scale_2`, SpO2 by the target of 88 to 92 %."""
    points = {}
    for item, value in values.items():
        bands = BANDS[item]
        if item == "spo2" and scale_2:
            bands = SCALE_2_OXYGEN if values.get("oxygen") else SCALE_2_AIR
        points[item] = next(score for most, score in bands if value <= most)
    return Partial(points)
