"""Simulated devices on a real broker: greeting, commands, pulled cable, outage, orderly end."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import aiomqtt
import pytest

from config.instant import SECOND
from simulator.broker import HOST, EmbeddedBroker
from simulator.devices.mqtt_vitals import Kind, MqttVitals
from simulator.serve import Body, Ward
from tests.simulator.devices.still_body import StillBody
from tests.simulator.running_ward import BOUND_S, running
from tests.support.clock import ManualClock, let_tasks_run

pytestmark = pytest.mark.journey


async def expect(messages: AsyncIterator[aiomqtt.Message], kind: str, clock: ManualClock) -> dict[str, Any]:
    """The next message of a kind, moving the clock on until it comes."""
    waiting = asyncio.ensure_future(anext(messages))
    try:
        for _ in range(100_000):
            if not waiting.done():
                await clock.advance(50_000)
                continue
            message = await waiting
            if str(message.topic).endswith("/" + kind):
                assert isinstance(message.payload, bytes)
                payload: dict[str, Any] = json.loads(message.payload)
                return payload
            waiting = asyncio.ensure_future(anext(messages))
    finally:
        waiting.cancel()
    raise AssertionError(f"no {kind} message came")


async def test_a_device_on_a_broker() -> None:
    """Online, numerics, a command obeyed, the will on a pulled cable, back, the good-bye on an orderly stop."""
    clock = ManualClock()
    async with EmbeddedBroker() as broker, asyncio.timeout(60), aiomqtt.Client(HOST, broker.port) as watcher:
        await watcher.subscribe("vitals/v1/harbour/bay-1/mon-1/#", qos=1)
        messages = aiter(watcher.messages)
        source = StillBody()
        ward = Ward(clock)
        kinds = frozenset({Kind.OXIMETER, Kind.CUFF})
        device = MqttVitals(source, "harbour", "bay-1", "mon-1", kinds=kinds)
        ward.add_mqtt("mon-1", device, HOST, broker.port, Body(source))
        async with running(ward):
            assert (await expect(messages, "status", clock))["state"] == "online"
            assert (await expect(messages, "spo2", clock))["values"]["spo2"] == 97
            await watcher.publish(device.command_topic, b'{"command": "start"}', qos=1)
            assert (await expect(messages, "cuff", clock))["state"] == "inflating"
            assert (await expect(messages, "nibp", clock))["values"]["systolic"] == 128
            ward.unplug("mon-1")
            assert (await expect(messages, "status", clock))["state"] == "offline"
            ward.plug("mon-1")
            assert (await expect(messages, "status", clock))["state"] == "online"
        assert (await expect(messages, "status", clock))["state"] == "offline"


async def test_a_frozen_broker_does_not_keep_the_ward_from_stopping() -> None:
    """The good-bye is bounded."""
    clock = ManualClock()
    async with EmbeddedBroker() as broker, aiomqtt.Client(HOST, broker.port) as watcher:
        await watcher.subscribe("vitals/v1/#", qos=1)
        source = StillBody()
        ward = Ward(clock)
        ward.add_mqtt("ox-1", MqttVitals(source, "harbour", "bay-1", "ox-1"), HOST, broker.port, Body(source))
        assert broker.pid is not None
        try:
            async with asyncio.timeout(60), running(ward):
                await expect(aiter(watcher.messages), "spo2", clock)
                os.kill(broker.pid, signal.SIGSTOP)
                await clock.advance(5 * SECOND)
        finally:
            os.kill(broker.pid, signal.SIGCONT)


async def test_a_ward_can_be_stopped_at_any_moment_of_its_connection() -> None:
    """While it connects, greets, subscribes, publishes: it ends, and its device is not left online."""
    clock = ManualClock()
    async with EmbeddedBroker() as broker:
        for moment in range(0, 300, 15):
            ward = Ward(clock)
            device = MqttVitals(StillBody(), "harbour", "bay-1", f"ox-{moment}")
            ward.add_mqtt("ox", device, HOST, broker.port, Body(StillBody()))
            async with asyncio.timeout(BOUND_S), running(ward):
                await let_tasks_run(moment)
        async with asyncio.timeout(BOUND_S), aiomqtt.Client(HOST, broker.port) as watcher:
            await watcher.subscribe("vitals/v1/#", qos=1)
            await watcher.publish("vitals/v1/end", b"", qos=1)
            async for message in watcher.messages:
                if str(message.topic) == "vitals/v1/end":
                    break
                assert b'"offline"' in bytes(message.payload)


async def test_a_broker_that_comes_late_and_goes() -> None:
    """Messages are lost and counted, the connection comes back by itself."""
    clock = ManualClock()
    broker = EmbeddedBroker()
    await broker.start()
    await broker.stop()
    source = StillBody()
    ward = Ward(clock)
    device = MqttVitals(source, "harbour", "bay-1", "ox-1")
    ward.add_mqtt("ox-1", device, HOST, broker.port, Body(source))
    async with asyncio.timeout(60), running(ward):
        await clock.advance(5 * SECOND)
        assert ward.lost("ox-1") == 5
        for _ in range(2):
            await broker.start()
            async with aiomqtt.Client(HOST, broker.port) as watcher:
                await watcher.subscribe("vitals/v1/#", qos=1)
                assert (await expect(aiter(watcher.messages), "spo2", clock))["seq"] > 5
            await broker.stop()
