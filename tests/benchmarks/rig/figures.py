"""How a figure is told: one JSON line with name, value, unit and conditions. Nothing here judges it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any


def figure(name: str, value: float, unit: str, **conditions: Any) -> None:
    """Print one figure. Every line says how busy the machine was: the load of the last minute over its processors."""
    _tell(name, round(value, 3), unit, conditions)


def not_measured(name: str, unit: str, reason: str, **conditions: Any) -> None:
    """Print that there is no figure, and why: the value is null, never a zero that nobody measured."""
    _tell(name, None, unit, {"not_measured": reason} | conditions)


def _tell(name: str, value: float | None, unit: str, conditions: dict[str, Any]) -> None:
    busy = {"load_1m": round(os.getloadavg()[0], 1), "cpus": os.cpu_count()}
    sys.stdout.write(json.dumps({"name": name, "value": value, "unit": unit, "conditions": conditions | busy}) + "\n")
    sys.stdout.flush()


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * percent // 100) - 1)]


def spread(name: str, taken_s: Sequence[float], **conditions: Any) -> None:
    """Three figures in milliseconds: the median, and what 95 and 99 of a hundred do not exceed."""
    for percent in (50, 95, 99):
        if not taken_s:
            not_measured(f"{name}_p{percent}", "ms", "nothing came to be measured", samples=0, **conditions)
            continue
        figure(f"{name}_p{percent}", percentile(taken_s, percent) * 1e3, "ms", samples=len(taken_s), **conditions)
