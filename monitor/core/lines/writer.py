"""Inputs as JSON objects (interfaces, section 4): what `reader` reads back the same."""

from __future__ import annotations

from typing import Any

from config.instant import SECOND, Instant
from monitor.core.inputs import (
    Acknowledge,
    BatteryLevel,
    Command,
    CuffActivity,
    CuffMeasurement,
    Input,
    LinkChange,
    MeasurementRefused,
    OpenSession,
    OximeterSample,
    PlethMeasures,
    Restart,
    RoomCheck,
    SystemState,
    Tick,
)


def write_input(item: Input, at: Instant, origin: Instant = 0) -> dict[str, Any]:
    """The line of one input; `read_input` gives the same input back."""

    def moment(value: Instant | None) -> float | None:
        return None if value is None else _exact_seconds(value - origin)

    line: dict[str, Any] = {"t": _exact_seconds(at - origin), "bed": getattr(item, "bed", None)}
    match item:
        case OximeterSample():
            line |= {"input": "spo2", "device": item.device, "spo2": item.spo2, "pulse_rate": item.pulse_rate}
            line["flags"] = sorted(item.flags)
            line |= _given(perfusion_index=item.perfusion_index, seq=item.seq, device_t=moment(item.device_t))
            line |= _given(patient=item.patient)
        case CuffMeasurement():
            line |= {
                "input": "nibp",
                "device": item.device,
                "systolic": item.systolic,
                "diastolic": item.diastolic,
                "mean": item.mean,
                "pulse_rate": item.pulse_rate,
                "error": item.error,
            }
            line |= _given(measured_t=moment(item.measured_at), source=item.source, seq=item.seq)
            line |= _given(device_t=moment(item.device_t), patient=item.patient)
            line |= _given(irregular=item.irregular or None, map_computed=item.map_computed or None)
        case CuffActivity():
            line |= {"input": "cuff", "device": item.device, "state": item.state}
            line |= _given(pressure=item.pressure)
        case PlethMeasures():
            line |= {"input": "pleth_measures", "device": item.device, "sqi": item.sqi}
            line |= {"pulse_present": item.pulse_present}
            line |= _given(pulse_rate_pleth=item.pulse_rate_pleth, resp_rate_pleth=item.resp_rate_pleth)
            line |= _given(rr_quality=item.rr_quality, amplitude=item.amplitude)
        case MeasurementRefused():
            line |= {"input": "nibp_refused", "device": item.device, "reason": item.reason}
        case LinkChange():
            line |= {"input": "link", "device": item.device, "state": item.state}
            line |= _given(reason=item.reason)
        case BatteryLevel():
            line |= {"input": "battery", "device": item.device, "percent": item.percent}
        case RoomCheck():
            line |= {"input": "room", "patient": item.patient, "listed": item.listed}
        case Command():
            line |= {"input": "command", "command": item.command}
            line |= _given(by=item.by, at=moment(item.at), reason=item.reason, role=item.role) | item.fields
        case Acknowledge():
            line |= {"input": "acknowledge", "by": item.by}
            line |= _given(alarm_id=item.alarm_id, alarm=item.alarm)
            if item.priorities is not None:
                line["priorities"] = [priority.word for priority in sorted(item.priorities, reverse=True)]
        case OpenSession():
            line |= {"input": "open_session", "patient": item.patient} | _given(on_oxygen=item.on_oxygen)
            line |= {"planned_min": item.planned_min, "deadline_min": item.deadline_min}
            line |= _given(by=item.by, session=item.session, weight_kg=item.weight_kg, cuff_limb=item.cuff_limb)
            line |= _given(probe_limb=item.probe_limb, iv_limb=item.iv_limb)
            line |= {"identifiers": list(item.identifiers), "previous_baselines": item.previous_baselines}
        case SystemState():
            line |= {"input": "system", "system": item.system, "ok": item.ok, "critical": item.critical}
            line |= _given(subject=item.subject, detail=item.detail, since=moment(item.since))
        case Restart():
            line["input"] = "restart"
        case Tick():
            line["input"] = "tick"
    return line


def _given(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _exact_seconds(value: Instant) -> float:
    """Whole microseconds as seconds; a double holds them exactly enough to come back the same."""
    return value / SECOND
