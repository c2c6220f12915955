"""bedwatch's own MQTT scheme: what is taken, what is refused and why."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.devices.mqtt_vitals.decoder import PAYLOAD_LIMIT, VitalsDecoder
from adapters.devices.mqtt_vitals.dialogue import command_payload
from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, FaultKind, OximeterReading, PlethChunk
from config.instant import SECOND, from_datetime
from config.vocabulary import CuffError, CuffState, Flag

BED = "vitals/v1/harbour/bay-1/ox-1"
TIME = "2026-11-22T14:05:40.123Z"
MOMENT = datetime(2026, 11, 22, 14, 5, 40, 123000, tzinfo=UTC)


def decode(kind: str, payload: Any) -> Any:
    """The one item that a fresh decoder makes of a message."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    (item,) = VitalsDecoder().feed_message(f"{BED}/{kind}", raw)
    return item


def test_printed_oximeter_message() -> None:
    """Interfaces, section 3."""
    values = {"spo2": 97, "pulse_rate": 72, "perfusion_index": 4.1}
    item = decode("spo2", {"t": TIME, "seq": 412, "values": values, "flags": ["artifact"]})
    assert item == OximeterReading(0, 97.0, 72.0, 4.1, frozenset({Flag.ARTIFACT}), 412, MOMENT)


def test_printed_cuff_messages() -> None:
    values = {"systolic": 128, "diastolic": 78, "mean": 95, "pulse_rate": 74}
    assert decode("nibp", {"t": TIME, "seq": 7, "values": values, "error": None}) == CuffReading(
        0, 128.0, 78.0, 95.0, pulse_rate=74.0, seq=7, device_time=MOMENT
    )
    assert decode("cuff", {"t": TIME, "state": "inflating", "pressure": 143}) == CuffProgress(
        0, CuffState.INFLATING, 143.0
    )


@pytest.mark.parametrize("error", list(CuffError))
def test_a_failed_measurement_never_carries_numbers(error: CuffError) -> None:
    item = decode("nibp", {"values": {"systolic": 128, "diastolic": 78, "mean": 95}, "error": error.value})
    assert item == CuffReading(0, None, None, None, error=error)


def test_printed_pleth_and_status_messages() -> None:
    assert decode("pleth", {"t": TIME, "seq": 3, "rate_hz": 75, "samples": [1, None, 3]}) == PlethChunk(
        0, 75.0, (1, None, 3), 3
    )
    assert decode("status", {"t": TIME, "state": "online", "battery": 87}) == DeviceStatus(0, True, 87.0)
    assert decode("status", {"state": "offline"}) == DeviceStatus(0, False)
    assert decode("status", b"offline") == DeviceStatus(0, False)


@pytest.mark.parametrize(
    ("kind", "payload", "reason"),
    [
        ("spo2", {"values": {"spo2": True}}, "got `bool`"),
        ("spo2", b'{"values": {"spo2": NaN}}', "malformed"),
        ("spo2", b'{"values": {"spo2": 1e400}}', "out of range"),
        ("spo2", {"values": {}, "flags": ["tired"]}, "known are sensor_off, no_finger, searching"),
        ("nibp", {"values": {}, "error": "tired"}, "known are cuff, leak, motion"),
        ("nibp", {"values": {"systolic": 120}}, "no error says why"),
        ("cuff", {"state": "bursting"}, "known are inflating, deflating, idle"),
        ("status", {"state": "asleep"}, "known are online, offline"),
        ("pleth", {"rate_hz": 2, "samples": [1, 2, 3]}, "more than a second"),
        ("spo2", b'{"more": ' + b"[" * 60_000, "nested too deeply"),
        ("spo2", b'{"values":{},"flags":["\x80"]}', "utf-8"),
        ("spo2", {"values": {}, "t": "0001-01-01T00:00:00+10:00"}, "year 1"),
        ("spo2", {"values": {}, "t": "2026-11-22T14:05:40"}, "timezone"),
    ],
)
def test_a_refusal_says_why(kind: str, payload: Any, reason: str) -> None:
    item = decode(kind, payload)
    assert isinstance(item, Fault)
    assert item.kind is FaultKind.MALFORMED
    assert reason in item.detail


def test_a_huge_payload_is_not_even_read() -> None:
    item = decode("spo2", b'{"values":{}' + b" " * PAYLOAD_LIMIT + b"}")
    assert (item.kind, item.discarded) == (FaultKind.OVERFLOW, PAYLOAD_LIMIT + 13)


def test_an_unknown_kind_names_the_known_ones() -> None:
    item = decode("ecg", {})
    assert (item.kind, item.detail) == (
        FaultKind.UNKNOWN_UNIT,
        "unknown kind 'ecg': known are spo2, nibp, cuff, pleth, status",
    )


def test_messages_are_numbered_and_own_commands_passed_over() -> None:
    decoder = VitalsDecoder()
    assert decoder.feed_message(f"{BED}/command", command_payload("start", 0)) == []
    assert decoder.feed_message(f"{BED}/status", b"online") == [DeviceStatus(1, True)]


def test_a_measurement_delivered_twice_counts_once() -> None:
    """QoS 1; the same `seq` at another time is a device that restarted, and one without `seq` cannot be told."""
    decoder = VitalsDecoder()

    def nibp(**more: object) -> int:
        payload = json.dumps({"values": {"systolic": 120, "diastolic": 80}, **more}).encode()
        return len(decoder.feed_message(f"{BED}/nibp", payload))

    assert [nibp(seq=1, t=TIME), nibp(seq=1, t=TIME)] == [1, 0]
    assert [nibp(seq=1, t="2026-11-22T15:00:00Z"), nibp(seq=2), nibp(seq=2)] == [1, 1, 0]
    assert [nibp(), nibp()] == [1, 1]


def test_command_payload() -> None:
    assert json.loads(command_payload("stop", from_datetime(MOMENT))) == {"t": TIME, "command": "stop"}
    assert json.loads(command_payload("start", SECOND))["t"] == "1970-01-01T00:00:01.000Z"
