"""Foreign publishers behind a real broker: several topics, retained messages, heartbeats that stop."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import aiomqtt
import pytest

from adapters.links import DeviceSpec, Links
from adapters.reading import CuffReading, DeviceStatus, FaultKind, OximeterReading
from adapters.registry import build_options, driver
from config.instant import SECOND
from config.vocabulary import LinkState
from tests.adapters.transports.mosquitto import Mosquitto, needs_mosquitto
from tests.support.clock import ManualClock
from tests.support.recording_sink import RecordingSink

pytestmark = [pytest.mark.broker, needs_mosquitto]


class Readings(RecordingSink):
    """Keeps the readings whole."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[Any] = []

    def reading(self, device_id: str, reading: Any, received_at: int) -> None:
        self.read.append(reading)
        super().reading(device_id, reading, received_at)


class Ward:
    """Links to one broker with one mapped device."""

    def __init__(self, port: int, topic: str, **options: Any) -> None:
        found = driver("mqtt-mapped")
        self.clock, self.sink = ManualClock(1_790_000_000 * SECOND), Readings()
        spec = DeviceSpec("d", found, f"mqtt://127.0.0.1:{port}/{topic}", build_options(found, options))
        self.links = Links([spec], self.sink, self.clock, Random(1), lambda *_: None)

    async def connect(self) -> None:
        await self.links.start()
        (stats,) = self.links.broker_stats().values()
        while stats.state is not LinkState.UP:
            await self.clock.advance(SECOND)


async def publish(port: int, *messages: tuple[str, str, bool]) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for topic, payload, retain in messages:
            await client.publish(topic, payload, qos=1, retain=retain)


async def test_every_topic_of_the_mapping_is_read(tmp_path: Path) -> None:
    """The ring's readings come on one topic, that it is taken off on another."""
    broker = Mosquitto(tmp_path)
    ward = Ward(broker.port, "sensors", mapping="viatom-ble", topics={"idle": "ring-3"})
    await broker.start()
    try:
        await ward.connect()
        await publish(broker.port, ("sensors", '{"SpO2":97,"HR":66}', False), ("ring-3", '{"Battery":96}', False))
        await ward.sink.until(lambda heard: heard.detail is None and heard.what == "reading")
    finally:
        await ward.links.stop()
        await broker.kill()
    assert [each.spo2 for each in ward.sink.read if isinstance(each, OximeterReading)] == [97, None]


async def test_retained_messages_are_for_the_mapping_to_judge(tmp_path: Path) -> None:
    """An old pressure goes on with its time, for the chart; a fresh one arrives as ever; a status stays what it is."""
    broker = Mosquitto(tmp_path)
    stem = "omron/blood_pressure"
    ward = Ward(broker.port, f"{stem}/+", mapping="omron-hem-bridge", zone="UTC")
    old = '{"timestamp":"2026-09-21T14:00:00","systolic":128,"diastolic":82,"pulse":71,"user_slot":1}'
    new = old.replace("14:00:00", "14:13:00").replace("128", "131")
    await broker.start()
    try:
        await publish(broker.port, (f"{stem}/user1", old, True), (f"{stem}/status", '{"status":"online"}', True))
        await ward.connect()
        await publish(broker.port, (f"{stem}/user1", new, False))
        await ward.sink.until(lambda heard: len(ward.sink.read) == 3)
    finally:
        await ward.links.stop()
        await broker.kill()
    cuffs = [each for each in ward.sink.read if isinstance(each, CuffReading)]
    assert [each.systolic for each in cuffs] == [128, 131]
    assert cuffs[0].measured_at is not None
    (stats,) = ward.links.broker_stats().values()
    assert stats.history >= 1


async def test_a_heartbeat_that_stops_is_told_though_no_message_comes(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    mapping = {
        "message": [
            {"kind": "cuff", "payload": "pair", "topic": "b/bp", "systolic": "[0]", "diastolic": "[1]"},
            {
                "kind": "status",
                "payload": "text",
                "topic": "b/alive",
                "state": {"path": "$", "online": "1"},
                "heartbeat_s": 30,
            },
        ]
    }
    ward = Ward(broker.port, "b/bp", mapping=mapping)
    await broker.start()
    try:
        await ward.connect()
        await publish(broker.port, ("b/bp", "1/2/3", False), ("b/alive", "1", False))
        await ward.sink.until(lambda heard: heard.detail == "DeviceStatus")
        await ward.clock.advance(29 * SECOND)
        assert [each.online for each in ward.sink.read] == [True]
        await ward.clock.advance(2 * SECOND)
    finally:
        await ward.links.stop()
        await broker.kill()
    assert ward.sink.read[-1] == DeviceStatus(2, online=False)
    assert ward.links.stats("d").faults == {FaultKind.MALFORMED: 1}
