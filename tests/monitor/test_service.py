"""The composition root: everything comes up, everything ends, and a second life takes up the first."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import httpx2
import pytest

from config.instant import MINUTE, SECOND
from config.vocabulary import AlarmState, Phase
from monitor.core.errors import JournalError
from monitor.core.inputs import OpenSession, SystemState
from monitor.journal import Journal
from monitor.journal.reader import JournalReader
from monitor.service import JOURNAL_FILE, Plan, Service, run_service
from monitor.site import Site, read_site_text
from tests.monitor.journal.rows import page, stored
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.descriptors import open_descriptors
from tests.support.live_ward import START
from tests.support.webhook_receiver import until

pytestmark = pytest.mark.enable_socket

SITE_TEXT = """\
[site]
id = "harbour"
name = "Harbour Clinic"

[[bed]]
id = "bay-1"
label = "Bay 1"

[[bed]]
id = "bay-2"
label = "Bay 2"
"""


@pytest.fixture(autouse=True)
def patient_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loaded disk raises no alarm here: these tests are not about the 250 ms."""
    monkeypatch.setattr(Journal, "open", partial(Journal.open, commit_bound_s=20.0))


class Clock(ManualClock):
    """At the speed of a real service."""

    speed = 1.0


def site() -> Site:
    """Two beds and no device."""
    return read_site_text("site.toml", SITE_TEXT, {})


@asynccontextmanager
async def serving(data: Path, clock: Clock, room_list: Path | None = None) -> AsyncIterator[tuple[Service, int]]:
    """A running service and its port; ended as by Ctrl-C."""
    found: list[Service] = []
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    listed = replace(site(), room_list=room_list)
    plan = Plan(listed, data, clock, "127.0.0.1", 0, ready=ready.set_result, live=found.append)
    task = asyncio.create_task(run_service(plan))
    task.add_done_callback(lambda done: ready.cancel() if not ready.done() else None)
    try:
        await ready
    except asyncio.CancelledError:
        await task  # says why it did not come up
        raise
    try:
        yield found[0], ready.result()
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


def calling(port: int) -> httpx2.AsyncClient:
    """A client of the station."""
    return httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False)


async def test_a_site_without_devices_comes_up_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """No task, no open file, no lock: the folder can be served again at once."""
    async with serving(tmp_path / "data", Clock(START)):
        pass  # the first time, libraries keep what they have opened
    before = open_descriptors()
    async with serving(tmp_path / "data", Clock(START)) as (_, port), calling(port) as http:
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/api/v1/beds")).status_code == 401
    await let_tasks_run()
    assert [task.get_name() for task in asyncio.all_tasks()] == [asyncio.current_task().get_name()]  # type: ignore[union-attr]
    assert open_descriptors() <= before
    assert (tmp_path / "data").stat().st_mode & 0o077 == 0, "patients' data are for the service's user alone"


async def test_one_journal_has_one_service(tmp_path: Path) -> None:
    """A second one is refused before it opens a port."""
    async with serving(tmp_path, Clock(START)):
        plan = Plan(site(), tmp_path, Clock(START), "127.0.0.1", 0)
        with pytest.raises(JournalError):
            await run_service(plan)


async def test_a_second_life_takes_up_the_first(tmp_path: Path) -> None:
    """Phase and session are there; every bed is told once that the service was away."""
    async with serving(tmp_path, Clock(START)) as (service, _):
        await service.loop.ask(OpenSession("bay-1", "P-1", by="nurse-a", session="s-1"))
        assert stored(tmp_path / JOURNAL_FILE, "SELECT count(*) FROM inputs WHERE kind = 'restart'") == [0]
    async with serving(tmp_path, Clock(START + MINUTE)) as (service, _):
        bed = service.ward.beds["bay-1"].state
        assert bed.phase is Phase.PRE
        assert bed.session is not None
        assert bed.session.id == "s-1"
        await service.journal.flush()
    restarts = stored(tmp_path / JOURNAL_FILE, "SELECT bed FROM inputs WHERE kind = 'restart' ORDER BY seq")
    assert restarts == ["bay-1", "bay-2", None]
    reasons = stored(tmp_path / JOURNAL_FILE, "SELECT DISTINCT reason FROM snapshots ORDER BY reason")
    assert "restart" in reasons


async def test_an_alarm_nobody_answered_is_announced_once_after_a_restart(tmp_path: Path) -> None:
    """Row 17, with the alarm's own id."""
    async with serving(tmp_path, Clock(START)) as (service, _):
        await service.loop.ask(SystemState("binding", ok=False, subject="vitals/v1/test/bay-9", detail="not bound"))
    async with serving(tmp_path, Clock(START + MINUTE // 2)) as (service, _):
        await service.journal.flush()
        await let_tasks_run()
        (shown,) = service.board.alarms()
        assert (shown.alarm_id, shown.state, shown.occurrence) == ("site-0001", AlarmState.ACTIVE, 2)
    events = JournalReader(tmp_path / JOURNAL_FILE).events()
    assert [row.kind for row in events] == ["alarm_raised", "alarm_rearmed"]


async def test_a_journal_that_cannot_be_written_at_the_start_is_loud_and_the_ward_is_watched(tmp_path: Path) -> None:
    """STORAGE is HIGH from the first moment; the session goes on, and all is written when that is possible again."""
    async with serving(tmp_path, Clock(START)) as (service, _):
        await service.loop.ask(OpenSession("bay-1", "P-1", by="nurse-a", session="s-1"))
        await service.loop.ask(SystemState("storage", ok=False, subject="journal", detail="disk full", critical=True))
    clock = Clock(START + MINUTE)
    with closing(sqlite3.connect(tmp_path / JOURNAL_FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with serving(tmp_path, clock) as (service, port), calling(port) as http:
            await let_tasks_run()
            (shown,) = [shown for shown in service.board.alarms() if shown.alarm == "STORAGE"]
            assert (shown.priority.word, shown.state, shown.durable) == ("high", AlarmState.ACTIVE, False)
            assert service.ward.beds["bay-1"].state.phase is Phase.PRE
            assert (await http.get("/readyz")).status_code == 503
            other.execute("ROLLBACK")
            await clock.advance(SECOND)
            await until(lambda: service.journal.health.trouble is None)
            await until(lambda: not [shown for shown in service.board.alarms() if shown.alarm == "STORAGE"])


async def test_troubles_of_the_last_life_are_not_carried_on_when_nobody_could_end_them(tmp_path: Path) -> None:
    """The journal opens anew, the core begins anew, and the channel is not in the site file any more."""
    async with serving(tmp_path, Clock(START)) as (service, _):
        await service.loop.ask(SystemState("storage", ok=False, subject="journal", detail="disk full", critical=True))
        await service.loop.ask(SystemState("core", ok=False, subject="bay-1", detail="internal fault"))
        await service.loop.ask(SystemState("pager", ok=False, subject="old-pager", detail="refused"))
        assert {shown.alarm for shown in service.board.alarms()} == {"STORAGE", "CORE_FAULT", "PAGER_FAIL"}
    async with serving(tmp_path, Clock(START + MINUTE)) as (service, _):
        await service.journal.flush()
        await let_tasks_run()
        assert service.board.alarms() == []


async def test_a_page_left_for_a_channel_that_is_gone_is_an_alarm_until_a_start_finds_none(tmp_path: Path) -> None:
    """Somebody was to be called and never was: the station says so, and names the channel."""
    async with serving(tmp_path, Clock(START)) as (service, _):
        left = page("p-1")
        await service.journal.append([], [replace(left, channel="old-pager")], session=None).wait()
    async with serving(tmp_path, Clock(START + MINUTE)) as (service, _):
        await until(lambda: service.board.alarms())
        (shown,) = service.board.alarms()
        assert (shown.alarm, shown.device) == ("PAGER_FAIL", "old-pager")
        await service.journal.flush()
    async with serving(tmp_path, Clock(START + 2 * MINUTE)) as (service, _):
        await service.journal.flush()
        await let_tasks_run()
        assert service.board.alarms() == []


async def test_readiness_and_figures_come_from_the_parts(tmp_path: Path) -> None:
    """Ready without devices and channels; inputs and events are counted; no patient anywhere."""
    async with serving(tmp_path, Clock(START)) as (service, port):
        await service.loop.ask(OpenSession("bay-1", "P-secret", by="nurse-a"))
        async with calling(port) as http:
            ready = await http.get("/readyz")
            figures = (await http.get("/metrics")).text
    assert ready.status_code == 200
    assert "bedwatch_inputs_total 1" in figures
    assert "bedwatch_events_total 2" in figures
    assert "P-secret" not in ready.text + figures


def test_the_plan_s_defaults_are_those_of_a_real_ward(tmp_path: Path) -> None:
    """Nothing simulated unless said."""
    plan = Plan(site(), tmp_path, Clock(START), "127.0.0.1", 0)
    assert (plan.demo, dict(plan.origins)) == (False, {})
    assert START % SECOND == 0


async def test_3_2_a_session_for_somebody_who_is_not_on_the_room_list_raises_id_conflict(tmp_path: Path) -> None:
    rooms = tmp_path / "rooms.txt"
    rooms.write_text("P-17\n")
    clock = Clock(START)
    async with serving(tmp_path / "data", clock, rooms) as (service, _):
        await service.loop.ask(OpenSession("bay-1", "P-17", by="nurse-a"))
        await service.loop.ask(OpenSession("bay-2", "P-71", by="nurse-a"))

        async def look(told: int) -> None:
            """The list is read in a thread, so that its time is not ours."""
            for _ in range(200):
                await clock.advance(5 * SECOND)
                found = [alarm for alarm in service.board.alarms() if alarm.alarm == "ID_CONFLICT"]
                if len(found) == told:
                    assert {alarm.bed for alarm in found} <= {"bay-2"}
                    return
            raise AssertionError(f"{told} alarms were awaited")

        await look(1)
        rooms.write_text("P-17\nP-71, bay-2\n")
        await look(0)
