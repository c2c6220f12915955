"""The hub against the least of a broker, written here to the byte: what a real one rarely does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import aiomqtt
import pytest

from adapters.driver import Cadence
from adapters.transports.contract import LinkUnavailable
from adapters.transports.lost_sockets import quiet_when_brokers_go
from adapters.transports.mqtt import MqttHub
from adapters.transports.mqtt_device import MqttDevice
from adapters.transports.url import Broker
from config.vocabulary import LinkState
from tests.adapters.transports.mosquitto import free_port
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.fake_device import CuffDialogue, message_driver
from tests.support.recording_sink import RecordingSink

pytestmark = pytest.mark.enable_socket

SITE = "vitals/v1/harbour/#"
OX = "vitals/v1/harbour/bay-1/ox-1"


@asynccontextmanager
async def broker_that_grants(codes: bytes) -> AsyncIterator[int]:
    """The least of a broker: accepts anybody, answers a subscription with `codes` (MQTT 3.1.1, 3.2, 3.4 and 3.9)."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers: dict[int, Callable[[bytes], bytes]] = {
            0x10: lambda _body: b"\x20\x02\x00\x00",
            0x82: lambda body: suback(body[:2]),
            0x32: lambda body: b"\x40\x02" + body[2 + body[1] :][:2],
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
    """Only to those it concerns, and nobody talks to them; a broker that grants nothing counts as unavailable."""
    clock, sink = ManualClock(), RecordingSink()
    driver = message_driver(Cadence.STREAM, CuffDialogue)
    async with broker_that_grants(codes) as port:
        near = MqttDevice("ox-1", driver, None, f"{OX}/+", sink, clock, Random(1))
        far = MqttDevice("far", driver, None, "gateway/7/hr", sink, clock, Random(1), command_topic="gateway/7/do")
        hub = MqttHub(Broker("127.0.0.1", port), [near, far], SITE, lambda *_: None, clock, Random(1))
        task = asyncio.create_task(hub.run())
        await sink.until(lambda heard: heard.device_id == "far")
        await let_tasks_run()
        assert hub.stats.state is (LinkState.UP if len(told) == 1 else LinkState.DOWN)
        task.cancel()
        await asyncio.wait([task])
    assert sorted(heard.device_id for heard in sink.heard) == told
    assert all(heard.what == "down" and "refuses" in str(heard.detail) for heard in sink.heard)


@pytest.mark.parametrize("answer", ["_on_subscribe", "_on_publish"])
async def test_a_stop_that_meets_the_brokers_answer_is_not_lost(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`asyncio.wait_for` of Python 3.11 forgets such a cancellation; the hub must end all the same."""
    stopped: list[asyncio.Task[Any]] = []
    usual = getattr(aiomqtt.Client, answer)

    def answer_and_stop(client: aiomqtt.Client, *told: Any) -> None:
        usual(client, *told)
        stopped[0].cancel()

    monkeypatch.setattr(aiomqtt.Client, answer, answer_and_stop)
    clock, sink = ManualClock(), RecordingSink()
    async with broker_that_grants(b"\x01") as port:
        driver = message_driver(Cadence.STREAM, CuffDialogue)
        cuff = MqttDevice("cuff-1", driver, None, f"{OX}/+", sink, clock, Random(1), command_topic=f"{OX}/command")
        hub = MqttHub(Broker("127.0.0.1", port), [cuff], SITE, lambda *_: None, clock, Random(1))
        stopped.append(asyncio.create_task(hub.run()))
        await asyncio.wait(stopped, timeout=10)
        ended = stopped[0].cancelled()
        stopped[0].cancel()
        await asyncio.wait(stopped)
    assert ended


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


@pytest.mark.parametrize(("callback", "reported"), [("add_writer", 0), ("something_else", 1)])
async def test_only_the_harmless_report_of_a_lost_socket_is_kept_quiet(callback: str, reported: int) -> None:
    """What anybody else reports to the event loop goes where it went before, during and after."""
    loop = asyncio.get_running_loop()
    reports: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: reports.append(context))
    before = loop.get_exception_handler()
    with quiet_when_brokers_go(loop):
        loop.call_exception_handler({"handle": f"<Handle {callback}>", "exception": OSError(9, "Bad file descriptor")})
    assert len(reports) == reported
    assert loop.get_exception_handler() is before
    loop.set_exception_handler(None)
