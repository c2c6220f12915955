"""The operator stops the service: it ends within seconds, with exit code 0, and cleans up behind itself."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from monitor.journal.chain import verify
from monitor.service import JOURNAL_FILE, PEOPLE_FILE, SITE_FILE
from monitor.site import read_site
from tests.support.journey import NURSE, hire, site_text
from tests.support.journey_page import signed_in
from tests.support.journey_process import bedwatch
from tests.support.journey_replay import check_journal

pytestmark = pytest.mark.journey

STOPS = [signal.SIGTERM, signal.SIGINT]


@pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)
async def test_serve_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """With a page open and a device that cannot be reached: only the data folder is left."""
    missing = ["[[device]]", 'id = "ox-1"', 'bed = "bay-1"', 'driver = "nonin-df2"', 'url = "serial:///dev/no-such"']
    site, data = tmp_path / "site.toml", tmp_path / "data"
    site.write_text(site_text(("bay-1",), missing, []))
    data.mkdir()
    hire(data / PEOPLE_FILE)
    async with (
        bedwatch("serve", "--site", site, "--data", data, "--port", "0", folder=tmp_path) as service,
        signed_in(service.port, NURSE) as nurse,
        nurse.page(),
    ):
        assert await service.end(number) == 0
    assert b"Traceback" not in service.said
    assert left_in(tmp_path) == {"site.toml", "data", "tmp"}
    assert left_in(tmp_path / "tmp") == set()
    assert verify(data / JOURNAL_FILE).ok


@pytest.mark.parametrize("number", STOPS, ids=lambda number: number.name)
async def test_demo_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """Its broker ends with it, its ports are gone; only the data folder is left."""
    data = tmp_path / "demo"
    arguments = ("demo", "--beds", "3", "--port", "0", "--no-browser", "--data", data)
    async with bedwatch(*arguments, folder=tmp_path) as demo:
        assert left_in(data / "ports")
        children = demo.children()
        assert children
        assert await demo.end(number) == 0
    assert b"Traceback" not in demo.said
    assert [pid for pid in children if _lives(pid)] == []
    assert not (data / "ports").exists()
    assert left_in(tmp_path) == {"demo", "tmp"}
    assert left_in(tmp_path / "tmp") == set()
    compared = check_journal(data / JOURNAL_FILE, read_site(data / SITE_FILE, {}, demo=True))
    assert len(compared) == 3


def left_in(folder: Path) -> set[str]:
    """The names in a folder."""
    return {path.name for path in folder.iterdir()}


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
