"""The service stands still or dies, and somebody is called by means that share nothing with it (CORE_STALLED)."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from monitor.heartbeat import HEARTBEAT_FILE, read_beat
from monitor.journal import JournalReader
from monitor.service import JOURNAL_FILE, PEOPLE_FILE
from tests.support.journey import SECRET, hire, site_text
from tests.support.journey_process import bedwatch
from tests.support.webhook_receiver import WebhookReceiver, until, webhook_receiver

pytestmark = pytest.mark.journey

CALLED_WITHIN_S = 60.0
"""Ten seconds of patience and a busy machine."""


def paged(receiver: WebhookReceiver) -> list[tuple[str, str]]:
    """Kind and alarm of every webhook."""
    contents = [json.loads(each.body) for each in receiver.received]
    return [(content["type"], content["data"]["alarm"]) for content in contents]


def site_file(folder: Path, receiver: WebhookReceiver, *more: str) -> Path:
    """One bed, one pager, a command that leaves a trace."""
    channel = ["[[channel]]", 'id = "pager"', 'kind = "webhook"', f'url = "{receiver.url}"', f'secret = "{SECRET}"']
    trace = f"open({str(folder / 'heard')!r}, 'a').write('x')"
    watchdog = ["[watchdog]", f"command = {json.dumps([sys.executable, '-c', trace])}", *more]
    path = folder / "site.toml"
    path.write_text(site_text(("bay-1",), [], channel, *watchdog))
    (folder / "data").mkdir(exist_ok=True)
    hire(folder / "data" / PEOPLE_FILE)
    return path


async def test_core_stalled_frozen_service(tmp_path: Path) -> None:
    """SIGSTOP: the watchdog beside it rings, sounds and pages; SIGCONT: it ends, and the journal has it."""
    async with webhook_receiver() as pager:
        site, data = site_file(tmp_path, pager), tmp_path / "data"
        async with bedwatch("serve", "--site", site, "--data", data, "--port", "0", folder=tmp_path) as service:
            await until(lambda: b"heartbeat_found" in service.said, CALLED_WITHIN_S)
            service.halt()
            try:
                await until(lambda: ("alarm.raised", "CORE_STALLED") in paged(pager), CALLED_WITHIN_S)
                await until(lambda: b"\a" in service.said and b"NOT MONITORING" in service.said, CALLED_WITHIN_S)
                await until(lambda: (tmp_path / "heard").exists(), CALLED_WITHIN_S)
            finally:
                service.resume()
            # The watchdog says that it is over; the service says afterwards what happened, under an id of its own.
            await until(lambda: paged(pager).count(("alarm.closed", "CORE_STALLED")) == 2, CALLED_WITHIN_S)
            (watchdog,) = service.children()
            assert await service.end(signal.SIGTERM) == 0
            assert not _lives(watchdog), "stopped in order, it takes its watchdog along"
        stalled = [
            row for row in JournalReader(data / JOURNAL_FILE).events() if row.data.get("alarm") == "CORE_STALLED"
        ]
        assert [str(row.kind) for row in stalled] == ["alarm_raised", "alarm_closed"]
        assert stalled[0].data["alarm_id"].startswith("site-")


async def test_core_stalled_killed_service(tmp_path: Path) -> None:
    """SIGKILL: a watchdog that something else started calls, and rests when the service is back."""
    async with webhook_receiver() as pager:
        site, data = site_file(tmp_path, pager, "start = false"), tmp_path / "data"
        command = ("serve", "--site", site, "--data", data, "--port", "0")
        watching = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "monitor", "watchdog", "--site", str(site), "--data", str(data)),
            stderr=asyncio.subprocess.PIPE,
        )
        said: list[bytes] = []
        listening = asyncio.create_task(_listen(watching, said))
        try:
            async with bedwatch(*command, folder=tmp_path) as service:
                await until(lambda: read_beat(data / HEARTBEAT_FILE), CALLED_WITHIN_S)
                assert await service.end(signal.SIGKILL) == -signal.SIGKILL
            await until(lambda: ("alarm.raised", "CORE_STALLED") in paged(pager), CALLED_WITHIN_S)
            async with bedwatch(*command, folder=tmp_path) as service:
                await until(lambda: ("alarm.closed", "CORE_STALLED") in paged(pager), CALLED_WITHIN_S)
                assert await service.end(signal.SIGTERM) == 0
            beat = read_beat(data / HEARTBEAT_FILE)
            assert beat is not None
            assert beat.stopped
            await until(lambda: any(b"service_stopped_in_order" in line for line in said), CALLED_WITHIN_S)
            watching.send_signal(signal.SIGTERM)
            assert await watching.wait() == 0
        finally:
            if watching.returncode is None:
                watching.kill()
                await watching.wait()
            await listening


async def _listen(process: asyncio.subprocess.Process, said: list[bytes]) -> None:
    """Keep what the process says, line by line, until its end."""
    assert process.stderr is not None
    while line := await process.stderr.readline():
        said.append(line)


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
