"""What a device sends in place of a number, such as NaN, is no number: it counts as absent (V1).

Shipped decoders let none through; a driver of somebody else's may.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from monitor.core.inputs import (
    BatteryLevel,
    CuffActivity,
    CuffMeasurement,
    Input,
    OximeterSample,
    PlethMeasures,
    Tick,
)
from monitor.core.lines.fields import is_number

Kind = TypeVar("Kind", bound=Input)

NUMBERS: dict[type, tuple[str, ...]] = {
    OximeterSample: ("spo2", "pulse_rate", "perfusion_index"),
    CuffMeasurement: ("systolic", "diastolic", "mean", "pulse_rate"),
    CuffActivity: ("pressure",),
    PlethMeasures: ("sqi", "pulse_rate_pleth", "resp_rate_pleth", "rr_quality", "amplitude"),
    BatteryLevel: ("percent",),
}
WHOLE = {PlethMeasures: "sqi", BatteryLevel: "percent"}
"""Without this number the input says nothing: only time has passed."""


def without_nonsense(item: Kind) -> Kind | Tick:
    """`item` with every number of a device that is none taken as absent; the same object where there is none."""
    kind = type(item)
    # Spelled out: every sample of every bed is asked.
    odd = [
        name for name in NUMBERS.get(kind, ()) if (value := getattr(item, name)) is not None and not is_number(value)
    ]
    if not odd:
        return item
    if WHOLE.get(kind) in odd:
        return Tick()
    return replace(item, **dict.fromkeys(odd))  # type: ignore[arg-type]
