"""What a broker may ask of a client: certificate, version, a client id of its own."""

from __future__ import annotations

import asyncio
import gc
import shutil
from pathlib import Path
from random import Random

import aiomqtt
import pytest

from adapters.driver import Cadence
from adapters.links import DeviceSpec, Links
from adapters.transports.mqtt import MqttHub
from adapters.transports.mqtt_device import MqttDevice
from adapters.transports.url import Broker
from config.instant import SECOND
from config.vocabulary import LinkState
from tests.adapters.transports.mosquitto import Mosquitto, needs_mosquitto
from tests.support.clock import ManualClock
from tests.support.fake_device import message_driver
from tests.support.recording_sink import RecordingSink

OX = "vitals/v1/harbour/bay-1/ox-1"


def links_to(url: str, sink: RecordingSink, clock: ManualClock, name: str = "d") -> Links:
    return Links([DeviceSpec(name, message_driver(Cadence.EPISODIC), url)], sink, clock, Random(1), lambda *_: None)


async def openssl(folder: Path, *arguments: str) -> None:
    made = await asyncio.create_subprocess_exec(
        "openssl", *arguments, cwd=folder, stderr=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
    )
    assert await made.wait() == 0


# The library drops the socket of a failed handshake without closing it; it is closed by going out of use.
@pytest.mark.filterwarnings("ignore:unclosed <ssl:ResourceWarning")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl to make a certificate")
@pytest.mark.broker
@needs_mosquitto
async def test_a_broker_that_wants_our_certificate_gets_it(tmp_path: Path) -> None:
    """`?cert=` and `?key=`; without them, or with a file that is no certificate, the reason is told."""
    names = ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-subj", "/CN=localhost"]
    await openssl(
        tmp_path,
        *["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *names],
        *["-keyout", "key.pem", "-out", "cert.pem"],
    )
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    broker = Mosquitto(tmp_path, f"certfile {cert}\nkeyfile {key}\ncafile {cert}\nrequire_certificate true\n")
    url = f"mqtts://127.0.0.1:{broker.port}/{OX}/+?ca={cert}"
    urls = {
        "right": f"{url}&cert={cert}&key={key}",
        "wrong": f"{url}&cert={key}",
        "gone": f"{url}&cert={cert}&key={tmp_path / 'gone.pem'}",
        "none": url,
    }
    clock, sink = ManualClock(), RecordingSink()
    devices = [DeviceSpec(name, message_driver(Cadence.EPISODIC), each) for name, each in urls.items()]
    links = Links(devices, sink, clock, Random(1), lambda *_: None)
    await broker.start()
    try:
        await links.start()
        told = {name: await sink.until(lambda heard, of=name: heard.device_id == of) for name in urls}  # type: ignore[misc]
        await links.stop()
    finally:
        await broker.kill()
    assert {name: heard.what for name, heard in told.items()} == dict.fromkeys(urls, "down") | {"right": "up"}
    assert "key.pem" in str(told["wrong"].detail)
    assert "gone.pem" in str(told["gone"].detail)
    gc.collect()


@pytest.mark.broker
@needs_mosquitto
@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_readings_come_over_either_version(version: str, tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    clock, sink = ManualClock(), RecordingSink()
    links = links_to(f"mqtt://127.0.0.1:{broker.port}/{OX}/+?version={version}", sink, clock)
    await broker.start()
    try:
        await links.start()
        await sink.until(lambda heard: heard.what == "up")
        async with aiomqtt.Client("127.0.0.1", broker.port) as client:
            await client.publish(f"{OX}/spo2", b"97", qos=1)
        await sink.until(lambda heard: heard.detail == 97.0)
        await links.stop()
    finally:
        await broker.kill()


@pytest.mark.broker
@needs_mosquitto
@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_another_client_of_our_name_is_told_to_be_one(version: str, tmp_path: Path) -> None:
    """Each throws the other out. The third short connection in a row names the client id."""
    broker = Mosquitto(tmp_path)
    clock, sink = ManualClock(), RecordingSink()
    links = links_to(f"mqtt://127.0.0.1:{broker.port}/{OX}/+?version={version}&client_id=ward-7", sink, clock)
    (stats,) = links.broker_stats().values()
    reasons = []

    def losses() -> list[object]:
        return [heard for heard in sink.heard if heard.what == "down"]

    await broker.start()
    try:
        await links.start()
        for times in range(1, 4):
            async with asyncio.timeout(10):
                while stats.connects < times or stats.state is not LinkState.UP:
                    await clock.advance(SECOND)
                async with aiomqtt.Client("127.0.0.1", broker.port, identifier="ward-7"):
                    await sink.until(lambda heard, count=times: len(losses()) == count)  # type: ignore[misc]
            reasons.append(stats.reason)
        await links.stop()
    finally:
        await broker.kill()
    assert "another client seems to use the client id 'ward-7'" in str(reasons[2])
    assert "another client" not in str(reasons[1])


async def test_what_a_broker_says_at_the_end_is_told() -> None:
    """With MQTT 5 it may say why: here, that another client of the same name has come."""

    async def take_over(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(bytes.fromhex("2003000000"))  # connected
        subscribe = await reader.read(1024)
        writer.write(b"\x90\x04" + subscribe[2:4] + b"\x00\x01")
        await writer.drain()
        writer.write(bytes.fromhex("e0028e00"))  # session taken over
        await reader.read(1024)
        writer.close()

    server = await asyncio.start_server(take_over, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    clock, sink = ManualClock(), RecordingSink()
    device = MqttDevice("d", message_driver(Cadence.EPISODIC), None, "a", sink, clock, Random(1))
    broker = Broker("127.0.0.1", port, version="5")
    hub = MqttHub(broker, [device], None, lambda *_: None, clock, Random(1), answer_within_s=5)
    task = asyncio.create_task(hub.run())
    try:
        down = await sink.until(lambda heard: heard.what == "down")
    finally:
        task.cancel()
        await asyncio.wait([task])
        server.close()
    assert str(down.detail).endswith("connection lost, the broker says: session taken over")


async def test_a_broker_that_does_not_answer_mqtt_5_is_told_with_the_remedy() -> None:
    """The demo's broker is one of them: it says nothing until the time is over."""

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            pass
        writer.close()

    silent = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    clock, sink = ManualClock(), RecordingSink()
    device = MqttDevice("d", message_driver(), None, f"{OX}/+", sink, clock, Random(1))
    broker = Broker("127.0.0.1", port, version="5")
    hub = MqttHub(broker, [device], None, lambda *_: None, clock, Random(1), answer_within_s=0.05)
    task = asyncio.create_task(hub.run())
    try:
        down = await sink.until(lambda heard: heard.what == "down")
    finally:
        task.cancel()
        await asyncio.wait([task])
        silent.close()
    assert "may not speak MQTT 5: try version=3.1.1" in str(down.detail)
