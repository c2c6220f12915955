"""Publishers with payloads of their own (mqtt-payloads, sections 1 and 2), each with the options that read it."""

from __future__ import annotations

from simulator.devices.mqtt_publishers.cuffs import OmronBridge
from simulator.devices.mqtt_publishers.oximeters import Ava4Gateway, EspHomeNode, ViatomRing
from simulator.publisher import Publisher

__all__ = ["PUBLISHERS", "Ava4Gateway", "EspHomeNode", "OmronBridge", "ViatomRing"]

PUBLISHERS = (
    Publisher(
        "mqtt-mapped",
        "a Viatom ring through ecostech/viatom-ble",
        lambda source, seed: ViatomRing(source),
        topic_filter="+",
        options={"mapping": "viatom-ble"},
    ),
    Publisher(
        "mqtt-mapped",
        "an oximeter behind the AVA4 gateway, which repeats itself",
        lambda source, seed: Ava4Gateway(source, seed=seed),
        topic_filter="+",
        options={"mapping": "ava4-oximeter", "where": {"device": "020000000a02"}},
        variant="ava4-oximeter",
    ),
    Publisher(
        "mqtt-mapped",
        "an ESPHome node, one topic for each value",
        lambda source, seed: EspHomeNode(source, "bed12-oximeter"),
        topic_filter="bed12-oximeter/#",
        options={"mapping": "esphome", "where": {"node": "bed12-oximeter"}},
        variant="esphome",
    ),
    Publisher(
        "mqtt-mapped",
        "an Omron cuff through its bridge, every message retained and now and then sent twice",
        lambda source, seed: OmronBridge(source, seed=seed),
        topic_filter="omron/blood_pressure/+",
        options={"mapping": "omron-hem-bridge", "zone": "UTC"},
        variant="omron-hem-bridge",
    ),
)
