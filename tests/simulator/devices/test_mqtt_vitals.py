"""The publisher of our own MQTT scheme against interfaces, section 3."""

from __future__ import annotations

import json
from typing import Any

import pytest

from config.instant import SECOND, Instant, seconds
from config.vocabulary import CuffError
from simulator.devices.mqtt_vitals import Kind, MqttVitals
from simulator.publisher import Message
from tests.simulator.devices.still_body import StillBody

EPOCH: Instant = 1_763_820_000 * SECOND
"""2025-11-22T14:00:00Z."""


def device_on(body: StillBody, *kinds: Kind, **options: Any) -> MqttVitals:
    """A device with its first call made at EPOCH."""
    device = MqttVitals(body, "harbour", "bay-1", "mon-1", kinds=frozenset(kinds), **options)
    assert device.messages(EPOCH) == []
    return device


def bodies(messages: list[Message], kind: str) -> list[dict[str, Any]]:
    """Payloads of one kind."""
    return [
        json.loads(message.payload) for message in messages if message.topic == f"vitals/v1/harbour/bay-1/mon-1/{kind}"
    ]


def run(device: MqttVitals, start_s: float, end_s: float, step_s: float = 0.5) -> list[Message]:
    """Everything published from `start_s` (not included) to `end_s`, with a call every `step_s`."""
    steps = round((end_s - start_s) / step_s)
    return [
        message
        for step in range(1, steps + 1)
        for message in device.messages(EPOCH + seconds(start_s) + step * seconds(step_s))
    ]


def test_numerics_once_a_second() -> None:
    """The printed form: t, seq, values, flags; QoS 1, not retained."""
    messages = run(device_on(StillBody(), Kind.OXIMETER), 0, 3)
    assert bodies(messages, "spo2") == [
        {
            "t": f"2025-11-22T14:00:0{second}.000Z",
            "seq": second,
            "values": {"spo2": 97, "pulse_rate": 72, "perfusion_index": 2.0},
            "flags": [],
        }
        for second in (1, 2, 3)
    ]
    assert {(message.qos, message.retain) for message in messages} == {(1, False)}


def test_a_late_call_catches_up_with_the_due_times() -> None:
    """Three seconds at once are three messages; an hour is one minute of them."""
    device = device_on(StillBody(), Kind.OXIMETER)
    assert [body["t"][17:19] for body in bodies(device.messages(EPOCH + 3 * SECOND), "spo2")] == ["01", "02", "03"]
    assert len(device.messages(EPOCH + 3600 * SECOND)) == 61


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"sensor_off": True, "spo2": None, "pulse_rate": None}, ["sensor_off"]),
        ({"finger_out": True, "spo2": None, "pulse_rate": None}, ["no_finger"]),
        ({"spo2": None, "pulse_rate": None}, ["searching"]),
        ({"motion": True, "low_perfusion": True}, ["artifact", "low_perfusion"]),
    ],
)
def test_flags_and_nulls(changes: dict[str, Any], flags: list[str]) -> None:
    """What is missing is null with a flag beside it."""
    body = StillBody()
    device = device_on(body, Kind.OXIMETER)
    body.show(**changes)
    (message,) = bodies(run(device, 0, 1), "spo2")
    assert message["flags"] == flags
    assert message["values"]["spo2"] == changes.get("spo2", 97)


def test_pleth_comes_in_chunks_of_a_second() -> None:
    """75 samples at 75 Hz, QoS 0, no sample lost or twice; t is that of the first sample."""
    messages = run(device_on(StillBody(), Kind.PLETH), 0, 3)
    chunks = bodies(messages, "pleth")
    assert [chunk["seq"] for chunk in chunks] == [1, 2, 3]
    assert [chunk["t"][17:23] for chunk in chunks] == ["00.000", "01.000", "02.000"]
    assert [sample for chunk in chunks for sample in chunk["samples"]] == list(range(225))
    assert {(chunk["rate_hz"], message.qos) for chunk, message in zip(chunks, messages, strict=True)} == {(75, 0)}


def test_a_cuff_in_its_own_cycle() -> None:
    """Inflating, deflating, idle, and the numbers once, every cycle."""
    device = device_on(StillBody(), Kind.CUFF, cycle_s=120, first_s=5)
    messages = run(device, 0, 240)
    states = [body["state"] for body in bodies(messages, "cuff")]
    assert [state for index, state in enumerate(states) if index == 0 or states[index - 1] != state] == [
        "inflating",
        "deflating",
        "idle",
    ] * 2
    assert [body["seq"] for body in bodies(messages, "nibp")] == [1, 2]
    first = bodies(messages, "nibp")[0]
    assert first["values"] == {"systolic": 128, "diastolic": 78, "mean": 95, "pulse_rate": 72}
    assert first["error"] is None
    assert first["t"] == "2025-11-22T14:00:39.000Z"
    pressures = [body["pressure"] for body in bodies(messages, "cuff")][: len(states) // 2]
    assert pressures[:9] == sorted(pressures[:9])
    assert pressures[9:-1] == sorted(pressures[9:-1], reverse=True)


def test_start_and_stop_by_command() -> None:
    """A command starts; a second one changes nothing; stop ends it as aborted."""
    body = StillBody()
    device = device_on(body, Kind.CUFF)
    start, stop = b'{"t": "2025-11-22T14:00:00Z", "command": "start"}', b'{"command": "stop"}'
    assert [body["state"] for body in bodies(device.receive(device.command_topic, start, EPOCH), "cuff")] == [
        "inflating"
    ]
    assert device.receive(device.command_topic, start, EPOCH) == []
    answer = device.receive(device.command_topic, stop, EPOCH + 5 * SECOND)
    assert [body["state"] for body in bodies(answer, "cuff")] == ["idle"]
    (result,) = bodies(answer, "nibp")
    assert result["error"] == "aborted"
    assert set(result["values"].values()) == {None}
    assert run(device, 5, 120) == []
    assert body.cuff_readings == 0


@pytest.mark.parametrize("error", [error for error in CuffError if error is not CuffError.ABORTED])
def test_a_failed_measurement_has_its_word_and_nulls(error: CuffError) -> None:
    """Every word of section 3."""
    body = StillBody()
    body.show(cuff_error=error, systolic=None, diastolic=None, mean=None)
    device = device_on(body, Kind.CUFF, cycle_s=120, first_s=1)
    (result,) = bodies(run(device, 0, 60), "nibp")
    assert result["error"] == error.value
    assert set(result["values"].values()) == {None}


@pytest.mark.parametrize(
    "payload", [b"", b"start", b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b'{"command": 1}', b'{"command": "fly"}']
)
def test_what_is_no_command_is_ignored(payload: bytes) -> None:
    """Nothing inflates on noise."""
    device = device_on(StillBody(), Kind.CUFF)
    assert device.receive(device.command_topic, payload, EPOCH) == []
    assert device.receive("vitals/v1/harbour/bay-2/mon-1/command", b'{"command": "start"}', EPOCH) == []


def test_an_oximeter_has_no_cuff_to_start() -> None:
    """The command is not for it."""
    device = device_on(StillBody(), Kind.OXIMETER)
    assert device.receive(device.command_topic, b'{"command": "start"}', EPOCH) == []


def test_status_is_retained_and_the_will_says_offline() -> None:
    """Online with battery, offline as last will."""
    device = MqttVitals(StillBody(), "harbour", "bay-1", "mon-1", battery=87)
    online, will = device.online(EPOCH), device.will(EPOCH)
    assert bodies([online], "status") == [{"t": "2025-11-22T14:00:00.000Z", "state": "online", "battery": 87}]
    assert bodies([will], "status")[0]["state"] == "offline"
    assert {(message.qos, message.retain) for message in (online, will)} == {(1, True)}


def test_the_devices_own_clock_may_be_off() -> None:
    """24 minutes are within what is seen."""
    device = device_on(StillBody(), Kind.OXIMETER, clock_offset=24 * 60 * SECOND)
    assert bodies(run(device, 0, 1), "spo2")[0]["t"] == "2025-11-22T14:24:01.000Z"


def test_a_cycle_shorter_than_a_measurement_is_refused() -> None:
    """34 s is what a measurement takes."""
    with pytest.raises(ValueError, match="cycle_s"):
        MqttVitals(StillBody(), "s", "b", "d", kinds=frozenset({Kind.CUFF}), cycle_s=30)
