"""The hub against a real broker."""

from __future__ import annotations

import asyncio
import gc
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import aiomqtt
import pytest

from adapters.conversation import Refused, Sent
from adapters.driver import Cadence
from adapters.links import DeviceSpec, Links
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
    (logged,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "ox-1" in logged
    assert OX not in logged, "a site may have names in its topics"


async def test_an_account_that_is_refused_is_told_in_words(tmp_path: Path) -> None:
    """With the broker's name and without the password."""
    broker = Mosquitto(tmp_path, "allow_anonymous false\n")
    ward = Ward(broker.port, {})
    ward.links = Links(
        [DeviceSpec("ox-1", message_driver(), f"mqtt://ward:hunter2@127.0.0.1:{broker.port}/{OX}/+")],
        ward.sink,
        ward.clock,
        Random(1),
        lambda *_: None,
    )
    await broker.start()
    try:
        await ward.links.start()
        down = await ward.sink.until(lambda heard: heard.what == "down")
        await ward.links.stop()
    finally:
        await broker.kill()
    assert "uthorized" in str(down.detail)
    assert f"127.0.0.1:{broker.port}" in str(down.detail)
    assert "hunter2" not in str(down.detail)


async def test_a_result_is_answered_as_its_dialogue_wants(tmp_path: Path) -> None:
    """The answer is published; a poll comes at the dialogue's own time."""
    broker = Mosquitto(tmp_path)
    ward = Ward(broker.port, {"cuff-1": f"{OX}/+"}, Cadence.EPISODIC, command_topic=f"{OX}/command")
    async with running(broker, ward), aiomqtt.Client("127.0.0.1", broker.port) as device, asyncio.timeout(10):
        await device.subscribe(f"{OX}/command", qos=1)
        said = device.messages
        await device.publish(f"{OX}/nibp", b"cuff", qos=1)
        while (answer := (await anext(said)).payload) == b"poll\n":
            pass  # one from while the connection was made
        assert answer == b"thanks\n"
        await ward.clock.advance(SECOND)
        assert (await anext(said)).payload == b"poll\n"


async def test_a_bug_in_the_listener_to_unbound_messages_costs_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The connection stays; one trace, however many messages."""
    broker = Mosquitto(tmp_path)
    ward = Ward(broker.port, {"ox-1": f"{OX}/+"})
    ward.unbound = asyncio.Queue(maxsize=1)
    async with running(broker, ward):
        strange = "vitals/v1/harbour/bay-9/ox-9/spo2"
        await publish(broker.port, (strange, b"1"), (strange, b"2"), (strange, b"3"), (f"{OX}/spo2", b"97"))
        await heard_devices(ward.sink, ["ox-1"])
        assert ward.broker_stats.unbound == 3
        assert ward.broker_stats.connects == 1
    assert sum(record.levelname == "ERROR" for record in caplog.records) == 1


# The library drops the socket of a failed handshake without closing it; it is closed by going out of use.
@pytest.mark.filterwarnings("ignore:unclosed <ssl:ResourceWarning")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
async def test_a_broker_with_tls_is_believed_only_with_its_certificate(tmp_path: Path) -> None:
    """`?ca=` names the file; without it the connection is refused, with the reason."""
    make = await asyncio.create_subprocess_exec(
        *["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"],
        *["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=tmp_path,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await make.wait() == 0
    cert = tmp_path / "cert.pem"
    broker = Mosquitto(tmp_path, f"certfile {cert}\nkeyfile {tmp_path / 'key.pem'}\n")
    url = f"mqtts://127.0.0.1:{broker.port}/{OX}/+"
    clock, sink = ManualClock(), RecordingSink()
    devices = [
        DeviceSpec("right", message_driver(Cadence.EPISODIC), f"{url}?ca={cert}"),
        DeviceSpec("wrong", message_driver(Cadence.EPISODIC), url),
        DeviceSpec("gone", message_driver(Cadence.EPISODIC), f"{url}?ca={tmp_path / 'gone.pem'}"),
    ]
    links = Links(devices, sink, clock, Random(1), lambda *_: None)
    await broker.start()
    try:
        await links.start()
        for name, reason in (("wrong", "certificate verify failed"), ("gone", "gone.pem")):
            down = await sink.until(lambda heard, wanted=name: heard.device_id == wanted)  # type: ignore[misc]
            assert down.what == "down"
            assert reason in str(down.detail)
        up = await sink.until(lambda heard: heard.device_id == "right")
        assert up.what == "up"
        await links.stop()
    finally:
        await broker.kill()
    gc.collect()


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
