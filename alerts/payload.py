"""An alert as the JSON object that leaves the building (interfaces, section 7; pure)."""

from __future__ import annotations

import math
from typing import Any

from alerts.alert import Alert
from config.instant import to_rfc3339


def payload(alert: Alert, *, with_patient: bool = False) -> dict[str, Any]:
    """The message of `alert`. The patient reference goes in only where the channel is configured for it."""
    data: dict[str, Any] = {
        "alarm_id": alert.alarm_id,
        "bed": alert.bed,
        "bed_label": alert.bed_label,
        "alarm": alert.alarm,
        "priority": alert.priority.word,
        "text": alert.text,
        "value": _number(alert.value),
        "limit": _number(alert.limit),
        "unit": alert.unit,
        "raised_at": None if alert.raised_at is None else to_rfc3339(alert.raised_at),
        "step": alert.step,
        "session": alert.session,
    }
    if with_patient:
        data["patient"] = alert.patient
    return {"type": alert.kind.value, "timestamp": to_rfc3339(alert.at), "data": data}


def _number(value: float | None) -> float | int | None:
    # 88, not 88.0, as the document prints it. JSON knows neither NaN nor infinity: absence is null.
    if value is None or not math.isfinite(value):
        return None
    return int(value) if float(value).is_integer() else value
