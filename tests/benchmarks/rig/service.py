"""The product as a ward runs it: `bedwatch serve --site FILE` in a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from monitor.service import PEOPLE_FILE
from monitor.station.people import People
from tests.benchmarks.rig.page import Page

START_S = 60.0
READY = re.compile(r"nurse station: http://127\.0\.0\.1:(\d+)/")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class RunningService:
    """One running service, seen from outside."""

    def __init__(self, pid: int, port: int, token: str) -> None:
        self.pid = pid
        self.port = port
        self.token = token

    def open_sessions(self, beds: list[str]) -> None:
        """A patient on each bed: values are watched from now on."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            for bed in beds:
                self._call(connection, f"/api/v1/beds/{bed}/session", {"patient": f"P-{bed}"})

    def page(self) -> Page:
        """A page that is looking on."""
        return Page(self.port, self.token)

    def inputs(self) -> int:
        """How many inputs the core has folded in since the start."""
        # Idle connections are closed by the station: a fresh one each time.
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", "/metrics")
            text = connection.getresponse().read().decode()
        found = re.search(r"^bedwatch_inputs_total ([0-9.e+]+)$", text, re.MULTILINE)
        if found is None:
            raise RuntimeError("/metrics has no bedwatch_inputs_total")
        return round(float(found[1]))

    def wait_connected(self) -> None:
        """Until every device's link stands. RuntimeError when that takes too long."""
        until = perf_counter() + START_S
        while perf_counter() < until:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
                connection.request("GET", "/readyz")
                if not json.loads(connection.getresponse().read())["devices"]["down"]:
                    return
            select.select([], [], [], 0.05)
        raise RuntimeError("not every device's link came up")

    def memory_mb(self, field: str) -> float:
        """`VmRSS`, resident now, or `VmHWM`, the most so far, in 10^6 bytes (Linux; elsewhere 0)."""
        status = Path(f"/proc/{self.pid}/status")
        found = re.search(rf"{field}:\s+(\d+) kB", status.read_text()) if status.exists() else None
        return 0.0 if found is None else int(found[1]) * 1024 / 1e6

    def processor_s(self) -> float:
        """Processor time used so far, all threads (Linux)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S

    def _call(self, connection: http.client.HTTPConnection, path: str, body: dict[str, Any]) -> None:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        connection.request("POST", path, json.dumps(body), headers)
        answer = connection.getresponse()
        said = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"POST {path}: {answer.status} {said[:300]!r}")


@contextmanager
def service(site_text: str) -> Iterator[RunningService]:
    """The service over a fresh journal, until the block ends; its log goes to a file beside it."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "site.toml").write_text(f"{site_text}\n[watchdog]\nstart = false\n")
        data = folder / "data"
        data.mkdir(mode=0o700)
        people = People(data / PEOPLE_FILE)
        people.add("bench", "nurse", "four words in a row")
        token = people.issue_token("bench", ["read", "command"])
        command = [sys.executable, "-m", "monitor", "serve", "--site", str(folder / "site.toml"), "--data", str(data)]
        log = folder / "log"
        with log.open("w") as sink, subprocess.Popen([*command, "--port", "0"], stderr=sink) as process:
            try:
                running = RunningService(process.pid, _port(process, log), token)
                yield running
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(20)


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    until = perf_counter() + START_S
    while perf_counter() < until and process.poll() is None:
        found = READY.search(log.read_text())
        if found is not None:
            return int(found[1])
        select.select([], [], [], 0.05)
    raise RuntimeError(f"the service did not start: {log.read_text()[-2000:]}")
