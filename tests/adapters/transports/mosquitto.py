"""A real broker for tests: Mosquitto on a loopback port of its own, stopped and started again by the test."""

from __future__ import annotations

import asyncio
import getpass
import shutil
import socket
from pathlib import Path

import pytest

PROGRAM = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/sbin")

needs_mosquitto = pytest.mark.skipif(PROGRAM is None, reason="needs Mosquitto: apt-get install mosquitto")


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """One broker; `port` stays the same over restarts."""

    def __init__(self, folder: Path, extra: str = "") -> None:
        self.port = free_port()
        self._settings = folder / "mosquitto.conf"
        # Started by root it would become another user, who cannot read the test's folder.
        self._settings.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\nuser {getpass.getuser()}\n{extra}"
        )
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Return when it listens."""
        assert PROGRAM is not None
        self._process = await asyncio.create_subprocess_exec(
            PROGRAM, "-v", "-c", str(self._settings), stderr=asyncio.subprocess.PIPE
        )
        assert self._process.stderr is not None
        said = b""
        async with asyncio.timeout(10):
            while b" running" not in said:
                said = await self._process.stderr.readline()
                assert said, "Mosquitto ended before it was ready"
        self._drain = asyncio.create_task(self._process.stderr.read())

    async def kill(self) -> None:
        """As a crash: no good-bye to anybody."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        if self._process is not None:
            await self._process.wait()
            await self._drain
            self._process = None
