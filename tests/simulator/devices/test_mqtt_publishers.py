"""Foreign publishers as their documents describe them, and no reading where the body shows none."""

from __future__ import annotations

import json

import pytest

from config.instant import MINUTE, SECOND
from config.vocabulary import CuffError
from simulator.devices.mqtt_publishers import Ava4Gateway, EspHomeNode, OmronBridge, ViatomRing
from simulator.publisher import Message
from tests.simulator.devices.still_body import StillBody


def told(messages: list[Message]) -> list[tuple[str, object]]:
    return [(message.topic, json.loads(message.payload)) for message in messages]


def test_a_ring_is_heard_every_two_seconds_and_tells_its_battery_alone_when_taken_off() -> None:
    body = StillBody()
    ring = ViatomRing(body)
    assert ring.messages(0) == []
    worn = {"SpO2": 97, "HR": 72, "PI": 20, "Movement": 0, "Battery": 97}
    assert told(ring.messages(4 * SECOND)) == [("sensors", worn)] * 2
    body.show(spo2=None, pulse_rate=None, finger_out=True)
    assert told(ring.messages(6 * SECOND)) == [("viatom-ble", {"Battery": 97})]
    assert len(ring.messages(60 * MINUTE)) == 61


def test_a_node_publishes_each_value_by_itself() -> None:
    body = StillBody()
    node = EspHomeNode(body, "n")
    node.messages(0)
    assert [message[:2] for message in node.messages(SECOND)] == [
        ("n/sensor/spo2/state", b"97.0"),
        ("n/sensor/heart_rate/state", b"72.0"),
    ]
    body.show(spo2=None)
    assert node.messages(2 * SECOND)[0].payload == b"nan"


def test_a_gateway_repeats_readings_and_carries_a_neighbour() -> None:
    gateway = Ava4Gateway(StillBody(), seed=1)
    gateway.messages(0)
    lists = [
        body["data"]["value"]["device_list"]  # type: ignore[index]
        for topic, body in told(gateway.messages(2 * MINUTE))
        if topic == "dusun_sub"
    ]
    own = [elements for elements in lists if elements[-1]["ble_addr"] == "020000000a02"]
    assert (len(lists), len(own)) == (60, 30)
    assert any(len(elements) == 2 for elements in own)


def test_a_bridge_tells_a_result_after_it_was_measured_and_none_that_failed() -> None:
    body = StillBody()
    bridge = OmronBridge(body, cycle=None, seed=3)
    bridge.press_start(MINUTE)
    assert bridge.measuring
    assert bridge.messages(MINUTE + 34 * SECOND) == []
    assert not bridge.measuring
    (message, *_) = bridge.messages(MINUTE + 42 * SECOND)
    assert (message.qos, message.retain) == (1, True)
    body_told = json.loads(message.payload)
    assert (body_told["systolic"], body_told["diastolic"]) == (128, 78)
    assert (body_told["timestamp"], body_told["published_at"]) == ("1970-01-01T00:01:34", "1970-01-01T00:01:42.000")
    body.show(cuff_error=CuffError.LEAK)
    bridge.press_start(2 * MINUTE)
    bridge.messages(2 * MINUTE + 34 * SECOND)
    assert bridge.messages(4 * MINUTE) == []


def test_a_cycle_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter than a measurement"):
        OmronBridge(StillBody(), cycle=30 * SECOND)
