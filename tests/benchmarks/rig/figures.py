"""How a figure is told: one JSON line with name, value, unit and conditions. Nothing here judges it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any


def figure(name: str, value: float, unit: str, **conditions: Any) -> None:
    """Print one figure. Every line says how busy the machine was: the load of the last minute over its processors."""
    line = {
        "name": name,
        "value": round(value, 3),
        "unit": unit,
        "conditions": conditions | {"load_1m": round(os.getloadavg()[0], 1), "cpus": os.cpu_count()},
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * percent // 100) - 1)]


def spread(name: str, taken_s: Sequence[float], **conditions: Any) -> None:
    """Three figures in milliseconds: the median, and what 95 and 99 of a hundred do not exceed."""
    for percent in (50, 95, 99):
        figure(f"{name}_p{percent}", percentile(taken_s, percent) * 1e3, "ms", samples=len(taken_s), **conditions)
