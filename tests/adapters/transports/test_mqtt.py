"""The hub against a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import aiomqtt
import pytest

from adapters.conversation import Refused, Sent
from adapters.driver import Cadence
from adapters.links import DeviceSpec, Links
from adapters.transports.contract import LinkUnavailable
from adapters.transports.mqtt import MqttHub
from adapters.transports.mqtt_device import MqttDevice
from adapters.transports.url import Broker
from config.instant import SECOND, Instant
from config.vocabulary import LinkState
from tests.adapters.transports.mosquitto import Mosquitto, free_port, needs_mosquitto
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.descriptors import open_descriptors
from tests.support.fake_device import CuffDialogue, message_driver
from tests.support.recording_sink import RecordingSink

pytestmark = [pytest.mark.broker, needs_mosquitto]

SITE = "vitals/v1/harbour/#"
OX = "vitals/v1/harbour/bay-1/ox-1"


class Ward:
    """Links to one broker, and what came of them."""

    def __init__(self, port: int, devices: dict[str, str], cadence: Cadence = Cadence.STREAM, **more: object) -> None:
        self.clock = ManualClock(1_000 * SECOND)
        self.sink = RecordingSink()
        self.unbound: asyncio.Queue[tuple[str, bytes, Instant]] = asyncio.Queue(100)
        self.links = Links(
            [
                DeviceSpec(name, message_driver(cadence, CuffDialogue), f"mqtt://127.0.0.1:{port}/{topic}", **more)  # type: ignore[arg-type]
                for name, topic in devices.items()
            ],
            self.sink,
            self.clock,
            Random(1),
            lambda topic, payload, at: self.unbound.put_nowait((topic, payload, at)),
            site_filter=SITE,
        )

    @property
    def broker_stats(self):  # type: ignore[no-untyped-def]
        (stats,) = self.links.broker_stats().values()
        return stats

    async def until_connected(self, times: int = 1) -> None:
        """Until the hub has connected `times` times; moves the clock past its pauses meanwhile."""
        async with asyncio.timeout(10):
            while self.broker_stats.connects < times or self.broker_stats.state is not LinkState.UP:
                await self.clock.advance(SECOND)
                await _io()


async def _io() -> None:
    """Let the event loop look at its sockets once."""
    done = asyncio.Event()
    asyncio.get_running_loop().call_later(0.001, done.set)
    await done.wait()


@asynccontextmanager
async def running(broker: Mosquitto, ward: Ward) -> AsyncIterator[Ward]:
    await broker.start()
    try:
        await ward.links.start()
        try:
            await ward.until_connected()
            yield ward
        finally:
            await ward.links.stop()
    finally:
        await broker.kill()


async def publish(port: int, *messages: tuple[str, bytes] | tuple[str, bytes, bool]) -> None:
    async with aiomqtt.Client("127.0.0.1", port) as client:
        for topic, payload, *retain in messages:
            await client.publish(topic, payload, qos=1, retain=bool(retain))


async def heard_devices(sink: RecordingSink, names: Sequence[str]) -> None:
    for name in names:
        await sink.until(lambda heard, wanted=name: (heard.device_id, heard.what) == (wanted, "reading"))  # type: ignore[misc]


async def test_a_message_reaches_its_device_and_no_other(tmp_path: Path) -> None:
    """Inside the site's filter and outside it, over one connection."""
    broker = Mosquitto(tmp_path)
    ward = Ward(broker.port, {"ox-1": f"{OX}/+", "ox-2": "vitals/v1/harbour/bay-2/ox-2/+", "far": "gateway/7/hr"})
    async with running(broker, ward):
        await publish(broker.port, (f"{OX}/spo2", b"97"), ("gateway/7/hr", b"61"))
        await heard_devices(ward.sink, ["ox-1", "far"])
        assert ward.sink.what("ox-1") == [("up", None), ("reading", 97.0)]
        assert ward.sink.what("far") == [("up", None), ("reading", 61.0)]
        assert ward.sink.what("ox-2") == []
        assert ward.sink.heard[0].at == ward.clock.now()


async def test_a_device_nobody_bound_is_seen(tmp_path: Path) -> None:
    """Its message goes to the callback, with its time; the raw material of ID_CONFLICT."""
    broker = Mosquitto(tmp_path)
    ward = Ward(broker.port, {"ox-1": f"{OX}/+"})
    async with running(broker, ward):
        await publish(broker.port, ("vitals/v1/harbour/bay-9/ox-9/spo2", b"97"))
        async with asyncio.timeout(10):
            topic, payload, at = await ward.unbound.get()
        assert (topic, payload) == ("vitals/v1/harbour/bay-9/ox-9/spo2", b"97")
        assert at == ward.clock.now()
        assert ward.broker_stats.unbound == 1
        assert ward.sink.heard == []


async def test_a_retained_reading_is_history_and_a_retained_status_is_not(tmp_path: Path) -> None:
    """Mqtt-payloads, section 4: a retained reading must neither clear nor raise an alarm."""
    broker = Mosquitto(tmp_path)
    ward = Ward(broker.port, {"ox-1": f"{OX}/+"})
    await broker.start()
    await publish(broker.port, (f"{OX}/spo2", b"50", True), (f"{OX}/status", b"online", True))
    await ward.links.start()
    try:
        await ward.until_connected()
        status = await ward.sink.until(lambda heard: heard.what == "reading")
        await publish(broker.port, (f"{OX}/spo2", b"97"))
        await ward.sink.until(lambda heard: heard.detail == 97.0)
    finally:
        await ward.links.stop()
        await broker.kill()
    assert status.detail == "DeviceStatus"
    assert ward.sink.what() == [("reading", "DeviceStatus"), ("up", None), ("reading", 97.0)]
    assert ward.broker_stats.history == 1


async def test_a_broker_that_dies_is_a_gap_and_comes_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One loss for each device with its reason, one return, and no noise from the event loop."""
    broker = Mosquitto(tmp_path)
    ward = Ward(broker.port, {"ox-1": f"{OX}/+", "ox-2": "vitals/v1/harbour/bay-2/ox-2/+"})
    async with running(broker, ward):
        await publish(broker.port, (f"{OX}/spo2", b"97"))
        await heard_devices(ward.sink, ["ox-1"])
        await broker.kill()
        lost = await ward.sink.until(lambda heard: heard.device_id == "ox-2" and heard.what == "down")
        assert f"127.0.0.1:{broker.port}" in str(lost.detail)
        for _ in range(20):
            await ward.clock.advance(10 * SECOND)
            await _io()
        assert [what for what, _ in ward.sink.what("ox-1")] == ["up", "reading", "down"]
        await broker.start()
        await ward.until_connected(times=2)
        await publish(broker.port, (f"{OX}/spo2", b"96"))
        await ward.sink.until(lambda heard: heard.detail == 96.0)
        assert [what for what, _ in ward.sink.what("ox-1")] == ["up", "reading", "down", "up", "reading"]
    assert not [record for record in caplog.records if record.name == "asyncio"]
    assert sum(record.levelname == "WARNING" for record in caplog.records) == 1


async def test_a_broker_that_is_down_at_the_start_is_found_later(tmp_path: Path) -> None:
    """Starting raises nothing; an episodic device is up with its broker."""
    broker = Mosquitto(tmp_path)
    ward = Ward(broker.port, {"cuff-1": f"{OX}/+"}, Cadence.EPISODIC)
    await ward.links.start()
    try:
        down = await ward.sink.until(lambda heard: heard.what == "down")
        assert "refused" in str(down.detail)
        assert await ward.links.request_measurement("cuff-1") == Refused(
            "the site file does not allow commands to this device"
        )
        await broker.start()
        await ward.until_connected()
        assert [what for what, _ in ward.sink.what()] == ["down", "up"]
    finally:
        await ward.links.stop()
        await broker.kill()


async def test_commands_go_to_the_topic_the_site_allows_and_a_stop_of_the_service_stops_the_cuff(
    tmp_path: Path,
) -> None:
    """What the dialogue says is published; our own words are not read back as the device's."""
    broker = Mosquitto(tmp_path)
    ward = Ward(broker.port, {"cuff-1": f"{OX}/+"}, Cadence.EPISODIC, command_topic=f"{OX}/command")
    said: asyncio.Queue[bytes] = asyncio.Queue(100)

    async def listen(ready: asyncio.Event) -> None:
        async with aiomqtt.Client("127.0.0.1", broker.port) as client:
            await client.subscribe(f"{OX}/command", qos=1)
            ready.set()
            async for message in client.messages:
                said.put_nowait(message.payload)

    await broker.start()
    ready = asyncio.Event()
    listener = asyncio.create_task(listen(ready))
    try:
        await ready.wait()
        await ward.links.start()
        await ward.until_connected()
        async with asyncio.timeout(10):
            assert await said.get() == b"hello\n"
            assert await ward.links.request_measurement("cuff-1") == Sent()
            while await said.get() != b"start\n":
                pass
            assert isinstance(await ward.links.request_measurement("cuff-1"), Refused)
            await ward.links.stop()
            while await said.get() != b"stop\n":
                pass
    finally:
        await ward.links.stop()
        listener.cancel()
        await asyncio.wait([listener])
        await broker.kill()
    assert ward.sink.what() == [("up", None)]


async def test_a_bug_in_one_decoder_costs_that_device_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It is told as a loss with its reason, once however many messages; the next good reading ends it."""
    broker = Mosquitto(tmp_path)
    ward = Ward(broker.port, {"ox-1": f"{OX}/+", "ox-2": "vitals/v1/harbour/bay-2/ox-2/+"})
    async with running(broker, ward):
        await publish(
            broker.port,
            (f"{OX}/spo2", b"97"),
            (f"{OX}/spo2", b"bug"),
            (f"{OX}/spo2", b"bug"),
            ("vitals/v1/harbour/bay-2/ox-2/spo2", b"95"),
            (f"{OX}/spo2", b"96"),
        )
        await ward.sink.until(lambda heard: heard.detail == 96.0)
    assert [what for what, _ in ward.sink.what("ox-1")] == ["up", "reading", "down", "up", "reading"]
    assert "planted" in str(ward.sink.what("ox-1")[2][1])
    assert ward.sink.what("ox-2") == [("up", None), ("reading", 95.0)]
    assert sum(record.levelname == "ERROR" for record in caplog.records) == 1


@asynccontextmanager
async def broker_that_grants(codes: bytes) -> AsyncIterator[int]:
    """The least of a broker: accepts anybody and answers a subscription with `codes` (MQTT 3.1.1, 3.2 and 3.9)."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers: dict[int, Callable[[bytes], bytes]] = {
            0x10: lambda _body: b"\x20\x02\x00\x00",
            0x82: lambda body: suback(body[:2]),
        }
        try:
            while head := await reader.read(2):  # every packet here is shorter than 128 bytes
                body = await reader.readexactly(head[1])
                if head[0] in answers:
                    writer.write(answers[head[0]](body))
        finally:
            writer.close()

    def suback(packet_id: bytes) -> bytes:
        return bytes([0x90, 2 + len(codes)]) + packet_id + codes

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize(("codes", "told"), [(b"\x01\x80", ["far"]), (b"\x80\x80", ["far", "ox-1"])])
async def test_a_subscription_that_is_refused_is_told(codes: bytes, told: list[str]) -> None:
    """Only to those it concerns; a broker that grants nothing at all counts as unavailable."""
    async with broker_that_grants(codes) as port:
        ward = Ward(port, {"ox-1": f"{OX}/+", "far": "gateway/7/hr"})
        await ward.links.start()
        try:
            await ward.sink.until(lambda heard: heard.device_id == "far")
            await let_tasks_run()
        finally:
            await ward.links.stop()
    assert sorted(heard.device_id for heard in ward.sink.heard) == told
    assert all(heard.what == "down" and "refuses" in str(heard.detail) for heard in ward.sink.heard)


async def test_publishing_without_a_broker_is_refused() -> None:
    """Nothing is kept for later: an old command is dangerous."""
    hub = MqttHub(Broker("127.0.0.1", free_port()), [], SITE, lambda *_: None, ManualClock(), Random(1))
    with pytest.raises(LinkUnavailable):
        await hub.publish("a", b"b")


async def test_a_broker_that_accepts_and_says_nothing_is_unavailable_and_leaves_no_socket() -> None:
    """The attempt ends after the time allowed for an answer, and its socket with it."""
    hung_up = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            pass
        hung_up.set()
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    clock, sink = ManualClock(), RecordingSink()
    device = MqttDevice("ox-1", message_driver(), None, f"{OX}/+", sink, clock, Random(1))
    hub = MqttHub(Broker("127.0.0.1", port), [device], SITE, lambda *_: None, clock, Random(1), answer_within_s=0.05)
    task = asyncio.create_task(hub.run())
    try:
        async with asyncio.timeout(10):
            await hung_up.wait()
        down = await sink.until(lambda heard: heard.what == "down")
        assert "timed out" in str(down.detail)
    finally:
        task.cancel()
        await asyncio.wait([task])
        silent.close()


async def test_many_connections_leave_no_descriptor_behind(tmp_path: Path) -> None:
    """Counted over 20 connections and 20 attempts in vain."""
    broker = Mosquitto(tmp_path)

    async def once() -> None:
        ward = Ward(broker.port, {"ox-1": f"{OX}/+"})
        await ward.links.start()
        await ward.until_connected()
        await ward.links.stop()

    async def in_vain() -> None:
        ward = Ward(free, {"ox-1": f"{OX}/+"})
        await ward.links.start()
        await ward.sink.until(lambda heard: heard.what == "down")
        await ward.links.stop()

    free = free_port()
    await broker.start()
    try:
        await once()
        await in_vain()
        before = open_descriptors()
        for _ in range(20):
            await once()
            await in_vain()
        await let_tasks_run()
        assert open_descriptors() <= before
    finally:
        await broker.kill()
