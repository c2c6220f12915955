"""A broker on loopback for one benchmark: Mosquitto with the product's own settings, else the embedded one."""

from __future__ import annotations

import asyncio
import getpass
import select
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from simulator.broker import EmbeddedBroker

PROGRAM = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")
HOST = "127.0.0.1"
START_S = 10.0


@dataclass(frozen=True, slots=True)
class RunningBroker:
    """Where it listens, and which one it is: figures of different brokers are not to be compared."""

    port: int
    name: str


@contextmanager
def broker() -> Iterator[RunningBroker]:
    """A broker that lets everybody on this machine in, until the block ends."""
    if PROGRAM is None:
        with asyncio.Runner() as runner:
            embedded = EmbeddedBroker()
            runner.run(embedded.start())
            try:
                yield RunningBroker(embedded.port, "amqtt")
            finally:
                runner.run(embedded.stop())
        return
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        settings = Path(folder) / "mosquitto.conf"
        # Limits of its queues are left as they come: what they lose shows as messages that were not taken in.
        settings.write_text(f"listener {port} {HOST}\nallow_anonymous true\nuser {getpass.getuser()}\nlog_type error\n")
        with subprocess.Popen([PROGRAM, "-c", str(settings)], stderr=subprocess.DEVNULL) as process:
            try:
                connect_soon(port).close()
                yield RunningBroker(port, "mosquitto")
            finally:
                process.terminate()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def connect_soon(port: int) -> socket.socket:
    """A connection to a server that is just starting. OSError when it does not listen within `START_S`."""
    pause = 0.05
    for _ in range(round(START_S / pause)):
        try:
            return socket.create_connection((HOST, port), timeout=START_S)
        except ConnectionRefusedError:
            select.select([], [], [], pause)
    raise OSError(f"nothing listens on port {port}")
