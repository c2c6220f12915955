"""Readings and faults as the JSON objects that `bedwatch decode` prints (design/interfaces.md, section 1)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, OximeterReading, PlethChunk, Reading
from config.instant import from_datetime, to_rfc3339


def to_json(item: Reading | Fault, *, pleth: bool = False) -> dict[str, Any] | None:
    """One reading or fault with the metric names of the interfaces; None for pleth that was not asked for.

    Whole numbers come as ints, so that `97` does not print as `97.0`.
    """
    match item:
        case Fault():
            line: dict[str, Any] = {"offset": item.offset, "fault": item.kind.value, "discarded": item.discarded}
            return line | ({"detail": item.detail} if item.detail else {})
        case OximeterReading():
            return _oximeter(item)
        case CuffReading():
            return _cuff(item)
        case CuffProgress():
            return {"offset": item.offset, "state": item.state.value, "cuff_pressure": _number(item.pressure)}
        case DeviceStatus():
            return {"offset": item.offset, "online": item.online, "battery": _number(item.battery)}
    return _pleth(item) if pleth else None


def _oximeter(item: OximeterReading) -> dict[str, Any]:
    line: dict[str, Any] = {
        "offset": item.offset,
        "spo2": _number(item.spo2),
        "pulse_rate": _number(item.pulse_rate),
    }
    if item.perfusion_index is not None:
        line["perfusion_index"] = _number(item.perfusion_index)
    line["flags"] = sorted(flag.value for flag in item.flags)
    return line | _origin(item.seq, item.device_time)


def _cuff(item: CuffReading) -> dict[str, Any]:
    line: dict[str, Any] = {
        "offset": item.offset,
        "systolic": _number(item.systolic),
        "diastolic": _number(item.diastolic),
        "mean": _number(item.mean),
        "pulse_rate_cuff": _number(item.pulse_rate),
        "error": None if item.error is None else item.error.value,
    }
    if item.irregular:
        line["irregular"] = True
    if item.map_computed:
        line["map_computed"] = True
    if item.measured_at is not None:
        line["measured_t"] = to_rfc3339(from_datetime(item.measured_at))
    return line | _origin(item.seq, item.device_time)


def _pleth(item: PlethChunk) -> dict[str, Any]:
    line = {"offset": item.offset, "rate_hz": _number(item.rate_hz), "pleth": list(item.samples)}
    return line | _origin(item.seq, None)


def _origin(seq: int | None, device_time: datetime | None) -> dict[str, Any]:
    line: dict[str, Any] = {}
    if seq is not None:
        line["seq"] = seq
    if device_time is not None:
        line["device_t"] = to_rfc3339(from_datetime(device_time))
    return line


def _number(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() else value
