"""Keeps a watchdog running beside the service, in a process and session of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from config.bounded import within
from config.instant import SECOND, Clock, Duration

AGAIN_AFTER: Duration = 10 * SECOND
END_WITHIN_S = 3.0

log = structlog.get_logger("bedwatch.watchdog")


def watchdog_command(site_file: Path, data: Path) -> list[str]:
    """The command line of a watchdog for this service."""
    # -P: not the working directory, but the interpreter's own path says where the packages are.
    module = [sys.executable, "-P", "-m", "monitor", "watchdog"]
    return [*module, "--site", str(site_file.absolute()), "--data", str(data.absolute()), "--beside", str(os.getpid())]


async def stand_by(command: Sequence[str], clock: Clock) -> None:
    """Run the watchdog until cancelled; one that ends before is started again.

    It lives in a session of its own: what is typed at the service's terminal, or sent to its process group, leaves
    it alone. When the service dies it stays, and calls.
    """
    while True:
        try:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
            )
        except OSError as error:
            log.warning("watchdog_not_started", reason=error.strerror)
        else:
            try:
                log.error("watchdog_ended", code=await process.wait())
            finally:
                await _end(process)
        await clock.sleep_until(clock.now() + AGAIN_AFTER)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await within(END_WITHIN_S, process.wait())
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
