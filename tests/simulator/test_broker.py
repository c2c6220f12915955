"""The embedded broker: a real process on loopback, bounded and self-stopping."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import select
import signal
import socket
import subprocess
import sys

import aiomqtt
import pytest

from simulator.broker import HOST, READY, BrokerUnavailable, EmbeddedBroker, main

pytestmark = pytest.mark.journey


def alive(pid: int) -> bool:
    """Whether a process of that id exists and is not a zombie."""
    descriptor = os.pidfd_open(pid)
    try:
        readable, _, _ = select.select([descriptor], [], [], 0)
    finally:
        os.close(descriptor)
    return not readable


async def test_publish_subscribe_and_stop() -> None:
    """A retained QoS 1 message comes back; after stop the port is free and the process gone."""
    async with EmbeddedBroker() as broker:
        assert broker.port
        async with asyncio.timeout(20), aiomqtt.Client(HOST, broker.port) as client:
            await client.publish("vitals/v1/a/b/c/status", b"online", qos=1, retain=True)
            await client.subscribe("vitals/v1/a/#", qos=1)
            message = await anext(aiter(client.messages))
        assert (str(message.topic), message.payload) == ("vitals/v1/a/b/c/status", b"online")
    assert broker.pid is None
    with socket.socket() as probe:
        assert probe.connect_ex((HOST, broker.port)) != 0


async def test_a_taken_port_is_said() -> None:
    """The message names the port."""
    with socket.create_server((HOST, 0)) as taken:
        broker = EmbeddedBroker(taken.getsockname()[1])
        with pytest.raises(BrokerUnavailable, match=str(broker.port)):
            await broker.start()
    assert broker.pid is None


async def test_it_comes_back_on_its_port() -> None:
    """Stop and start keep the address, as a journey with a broker outage needs it."""
    broker = EmbeddedBroker()
    await broker.start()
    port = broker.port
    await broker.stop()
    await broker.start()
    assert broker.port == port
    await broker.stop()


def test_it_dies_with_its_parent() -> None:
    """kill -9 of the parent leaves no broker behind."""
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import asyncio\n"
            "from simulator.broker import EmbeddedBroker\n"
            "async def hold():\n"
            "    async with EmbeddedBroker() as broker:\n"
            "        print(broker.pid, flush=True)\n"
            "        await broker.wait()\n"
            "asyncio.run(hold())\n",
        ],
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdout is not None
        broker_pid = int(parent.stdout.readline())
        descriptor = os.pidfd_open(broker_pid)
        try:
            assert alive(broker_pid)
            parent.send_signal(signal.SIGKILL)
            ended, _, _ = select.select([descriptor], [], [], 20)
            assert ended, "the broker outlived its parent"
        finally:
            os.close(descriptor)


async def test_without_amqtt_the_remedy_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both ways in name the extra."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(BrokerUnavailable, match=r"pip install \"bedwatch\[demo\]\""):
        await EmbeddedBroker().start()
    assert main(["--port", "1"]) == 3
    assert 'pip install "bedwatch[demo]"' in capsys.readouterr().err


def command(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """`python -m simulator.broker` with an input that has ended already."""
    line = [sys.executable, "-m", "simulator.broker", *arguments]
    return subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, timeout=30, check=False)


def test_the_command_says_a_taken_port() -> None:
    """One line with the address, exit code 3, no traceback."""
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        ended = command("--port", str(port))
    error = ended.stderr.decode()
    assert ended.returncode == 3
    assert error.startswith(f"cannot listen on {HOST}:{port}")
    assert error.count("\n") == 1


async def test_the_command_says_when_it_is_ready_and_obeys_the_end_of_its_input() -> None:
    """Exit code 0, nothing on standard error; a signal is not needed."""
    with socket.create_server((HOST, 0)) as probe:
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.broker", "--port", str(port), "--until-eof"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.timeout(30):
        assert await process.stdout.readline() == READY
        process.stdin.close()
        assert await process.wait() == 0
        assert await process.stderr.read() == b""
