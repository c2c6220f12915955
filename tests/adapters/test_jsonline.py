"""The lines of `bedwatch decode` (interfaces, section 1)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

from adapters.jsonline import to_json
from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, FaultKind, OximeterReading, PlethChunk
from config.vocabulary import CuffError, CuffState, Flag


def test_printed_lines() -> None:
    """The two lines that the interfaces show, to the character."""
    assert json.dumps(to_json(OximeterReading(250, 97.0, 72.0))) == (
        '{"offset": 250, "spo2": 97, "pulse_rate": 72, "flags": []}'
    )
    assert json.dumps(to_json(Fault(310, FaultKind.CHECKSUM, 5))) == (
        '{"offset": 310, "fault": "checksum", "discarded": 5}'
    )


def test_optional_fields_come_only_when_present() -> None:
    reading = OximeterReading(
        1,
        None,
        72.5,
        0.0,
        frozenset({Flag.SENSOR_OFF, Flag.ARTIFACT}),
        seq=0,
        device_time=datetime(2026, 11, 22, 15, 0, tzinfo=timezone(timedelta(hours=1))),
    )
    assert to_json(reading) == {
        "offset": 1,
        "spo2": None,
        "pulse_rate": 72.5,
        "perfusion_index": 0,
        "flags": ["artifact", "sensor_off"],
        "seq": 0,
        "device_t": "2026-11-22T14:00:00.000Z",
    }
    assert to_json(Fault(3, FaultKind.MALFORMED, 2, "why")) == {
        "offset": 3,
        "fault": "malformed",
        "discarded": 2,
        "detail": "why",
    }


def test_cuff_lines() -> None:
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    result = CuffReading(4, 120.0, 80.0, 93.3, 60.0, irregular=True, map_computed=True, seq=7, device_time=moment)
    assert to_json(result) == {
        "offset": 4,
        "systolic": 120,
        "diastolic": 80,
        "mean": 93.3,
        "pulse_rate_cuff": 60,
        "error": None,
        "irregular": True,
        "map_computed": True,
        "seq": 7,
        "device_t": "2026-11-22T00:00:00.000Z",
    }
    failed = to_json(CuffReading(4, None, None, None, error=CuffError.LEAK))
    assert failed == {
        "offset": 4,
        "systolic": None,
        "diastolic": None,
        "mean": None,
        "pulse_rate_cuff": None,
        "error": "leak",
    }
    assert to_json(CuffProgress(5, CuffState.INFLATING, 143.0)) == {
        "offset": 5,
        "state": "inflating",
        "cuff_pressure": 143,
    }


def test_status_line() -> None:
    assert to_json(DeviceStatus(6, True, 87.0)) == {"offset": 6, "online": True, "battery": 87}


def test_pleth_only_when_asked() -> None:
    chunk = PlethChunk(7, 75.0, (1, None), seq=3)
    assert to_json(chunk) is None
    assert to_json(chunk, pleth=True) == {"offset": 7, "rate_hz": 75, "pleth": [1, None], "seq": 3}
