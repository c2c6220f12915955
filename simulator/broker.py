"""The embedded MQTT broker of the demo, in a process of its own: `python -m simulator.broker --port N`.

It listens on the loopback interface only and lets everybody in. A site has a broker of its own; this one exists
so that a ward can be shown with nothing else installed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from types import TracebackType

import aiomqtt

from config.bounded import within

HOST = "127.0.0.1"
ATTEMPTS = 3
"""Free ports tried: between finding one and listening on it, another program may take it."""
START_BOUND_S = 30.0
STOP_BOUND_S = 3.0
READY = b"ready\n"
MISSING = 3
"""Exit code: a needed resource is missing (interfaces, section 1)."""


class BrokerUnavailable(RuntimeError):
    """The embedded broker cannot run; the message names the remedy."""


class EmbeddedBroker:
    """The broker's process, as an async context manager.

    It ends with whoever started it, even after `kill -9`: the process listens to a pipe that only its parent holds.
    `port` 0 takes a free one. `stop` and `start` may be called in turn and keep the port.
    """

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        """Of the running process."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Start and wait until it accepts a connection.

        Raises:
            BrokerUnavailable: amqtt is not installed, the port is taken, or the process did not come up.
        """
        if self._process is not None:
            raise BrokerUnavailable("the embedded broker is already running")
        if importlib.util.find_spec("amqtt") is None:
            raise BrokerUnavailable(_missing())
        attempts = 1 if self.port else ATTEMPTS
        for attempt in range(1, attempts + 1):
            port = self.port or _free_port()
            self._process = await _spawn(port)
            if await _came_up(self._process, port):
                self.port = port
                return
            await self.stop()
            if attempt == attempts:
                raise BrokerUnavailable(
                    f"the embedded broker did not start on {HOST}:{port}; is another program using that port?"
                )

    async def stop(self) -> None:
        """Stop and wait for the end. Does nothing when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await within(STOP_BOUND_S * 2, process.wait())
        except TimeoutError:
            process.kill()
            await process.wait()

    async def wait(self) -> int:
        """Return the exit code when the process ends; while it lives, this waits."""
        if self._process is None:
            raise BrokerUnavailable("the embedded broker is not running")
        return await self._process.wait()

    async def __aenter__(self) -> EmbeddedBroker:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


async def _spawn(port: int) -> asyncio.subprocess.Process:
    # -P: a folder called `config` or `simulator` in the working directory must not win over the installed package.
    # A session of its own: Ctrl-C in the terminal reaches the service first, which then stops the broker in order.
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "simulator.broker", "--port", str(port), "--until-eof"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )


async def _came_up(process: asyncio.subprocess.Process, port: int) -> bool:
    if process.stdout is None:
        return False
    try:
        async with asyncio.timeout(START_BOUND_S):
            if await process.stdout.readline() != READY:
                return False
            # A whole MQTT session: the broker logs a bare connection as a broken client.
            async with aiomqtt.Client(HOST, port):
                return True
    except (TimeoutError, OSError, aiomqtt.MqttError):
        return False


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _missing() -> str:
    return 'the embedded MQTT broker needs the package amqtt: pip install "bedwatch[demo]"; or use your own broker'


async def serve(port: int, *, until_eof: bool) -> None:
    """Run the broker until SIGTERM or SIGINT, with `until_eof` also until standard input ends.

    Prints `ready` on standard output when it listens.

    Raises:
        BrokerUnavailable: the port cannot be taken.
    """
    from amqtt.broker import Broker
    from amqtt.contexts import BrokerConfig, ListenerConfig, ListenerType
    from amqtt.errors import BrokerError

    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.WARNING)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if until_eof:
        try:
            loop.add_reader(sys.stdin.fileno(), _stop_at_eof, sys.stdin.fileno(), stop)
        except PermissionError:  # a file or /dev/null cannot be waited on: nobody holds its other end
            stop.set()

    listener = ListenerConfig(type=ListenerType.TCP, bind=f"{HOST}:{port}")
    admission = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    broker = Broker(BrokerConfig(listeners={"default": listener}, plugins=admission))
    log = logging.getLogger("amqtt.broker")
    log.setLevel(logging.CRITICAL)  # a taken port is told below in one line, not as a traceback
    try:
        await broker.start()
    except BrokerError as error:
        raise BrokerUnavailable(f"cannot listen on {HOST}:{port}: {error}") from error
    log.setLevel(logging.WARNING)
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()
    await stop.wait()
    with contextlib.suppress(TimeoutError):  # what hangs ends with the process
        async with asyncio.timeout(STOP_BOUND_S):
            await broker.shutdown()


def _stop_at_eof(descriptor: int, stop: asyncio.Event) -> None:
    if not os.read(descriptor, 4096):
        asyncio.get_running_loop().remove_reader(descriptor)
        stop.set()


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry of `python -m simulator.broker`; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m simulator.broker", description=__doc__)
    parser.add_argument("--port", type=int, default=1883, help="port on the loopback interface (default 1883)")
    parser.add_argument("--until-eof", action="store_true", help="also stop when standard input ends")
    chosen = parser.parse_args(arguments)
    if importlib.util.find_spec("amqtt") is None:
        sys.stderr.write(_missing() + "\n")
        return MISSING
    try:
        asyncio.run(serve(chosen.port, until_eof=chosen.until_eof))
    except BrokerUnavailable as error:
        sys.stderr.write(f"{error}\n")
        return MISSING
    return 0


if __name__ == "__main__":
    sys.exit(main())
