"""`bedwatch` as a process of its own, started and stopped by a test."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

READY_WITHIN_S = 90.0
END_WITHIN_S = 20.0
"""The grace that docker-compose.yml gives the service before it is killed: a stop must not take longer."""
CLEAN_UP_WITHIN_S = 60.0
ADDRESS = re.compile(rb"http://127\.0\.0\.1:(\d+)/")


class Bedwatch:
    """One running command. `port` is the station's."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.port = 0
        self.said = b""
        self._reading: asyncio.Task[None] | None = None

    async def ready(self) -> None:
        """Return when the command has said where its station is."""
        assert self.process.stderr is not None
        async with asyncio.timeout(READY_WITHIN_S):
            while (found := ADDRESS.search(self.said)) is None:
                line = await self.process.stderr.readline()
                assert line, f"it ended before it was ready: {self.said.decode()}"
                self.said += line
        self.port = int(found[1])
        self._reading = asyncio.create_task(self._read_on())

    async def end(self, number: signal.Signals) -> int:
        """Send the signal and wait for the end; the exit code."""
        self.process.send_signal(number)
        return await self.ended()

    async def ended(self) -> int:
        """Wait for the end; the exit code."""
        return await self._gone(END_WITHIN_S)

    async def kill(self) -> None:
        """Make sure that nothing is left."""
        if self.process.returncode is None:
            self.process.kill()
            await self._gone(CLEAN_UP_WITHIN_S)

    async def _gone(self, within_s: float) -> int:
        async with asyncio.timeout(within_s):
            code = await self.process.wait()
            if self._reading is not None:
                await self._reading
        return code

    def halt(self) -> None:
        """It hangs: it lives, and does nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """It goes on."""
        self.process.send_signal(signal.SIGCONT)

    def children(self) -> list[int]:
        """The processes it has started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    async def _read_on(self) -> None:
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            self.said += line


@asynccontextmanager
async def bedwatch(*arguments: str | Path, folder: Path) -> AsyncIterator[Bedwatch]:
    """`bedwatch` with these arguments, at work in `folder`; killed at the end of the block if it still runs.

    Its temporary files go to `folder/tmp`.
    """
    temporary = folder / "tmp"
    temporary.mkdir(exist_ok=True)
    # -P: the interpreter's own path, not the working directory, says where the packages are.
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "monitor", *map(str, arguments)),
        cwd=folder,
        env={**os.environ, "TMPDIR": str(temporary), "NO_COLOR": "1"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    running = Bedwatch(process)
    try:
        await running.ready()
        yield running
    finally:
        await running.kill()
