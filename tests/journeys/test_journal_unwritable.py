"""The journal cannot be written: alarms go on, loudly; when it can, everything is written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from monitor.service import JOURNAL_FILE
from simulator.devices.nonin import NoninDf2
from tests.support.journey import NURSE, Journey
from tests.support.journey_body import BeatingBody
from tests.support.journey_page import signed_in
from tests.support.webhook_receiver import webhook_receiver

pytestmark = pytest.mark.journey


@contextmanager
def unwritable(journal: Path) -> Iterator[None]:
    """Another program holds the file: no transaction of the service gets through."""
    with closing(sqlite3.connect(journal, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


async def test_alarms_go_on_and_are_written_later(tmp_path: Path) -> None:
    """Told with durable: false on screen and pager, STORAGE beside it; afterwards not a sample is missing."""
    body = BeatingBody()
    async with webhook_receiver() as receiver:
        journey = Journey(tmp_path, "bay-1")
        journey.devices.pty("ox-1", "bay-1", "nonin-df2", NoninDf2(body), body)
        journey.webhook(receiver.url)
        async with journey.running(), signed_in(journey.port, NURSE) as nurse, nurse.page() as page:
            await journey.links_up("ox-1")
            await nurse.open_session()
            opened = journey.at
            await journey.pass_time(5)
            with unwritable(journey.data / JOURNAL_FILE):
                body.show(spo2=88.0)
                await journey.pass_time(17)
                low = await page.sees_alarm("SPO2_LOW")
                storage = await page.sees_alarm("STORAGE")
                assert (low["durable"], storage["durable"]) == (False, False)
                assert (storage["bed"], storage["priority"]) == (None, "high")
                await journey.see(lambda: len(receiver.received) >= 2)
                paged = {json.loads(request.body)["data"]["alarm"] for request in receiver.received}
                assert paged == {"SPO2_LOW", "STORAGE"}
                readiness = await nurse.http.get("/readyz")
                assert readiness.status_code == 503
                body.show(spo2=97.0)
                await journey.pass_time(13)
                assert (await page.sees_alarm("SPO2_LOW", "LATCHED"))["durable"] is False

            await journey.pass_until(lambda: "STORAGE" not in journey.alarms(), within_s=60)
            assert await nurse.acknowledge(low["alarm_id"]) == "CLOSED"
            closed = await page.sees_alarm("SPO2_LOW", "CLOSED")
            assert closed["durable"] is True
            assert (await nurse.http.get("/readyz")).status_code == 200
            assert [(each.kind, each.data.get("durable", True)) for each in await journey.events(alarm="SPO2_LOW")] == [
                ("alarm_raised", False),
                ("alarm_latched", False),
                ("alarm_acknowledged", True),
                ("alarm_closed", True),
            ]
            trend = await nurse.get("beds/bay-1/trend?metric=spo2&points=10000")
            seconds = {point["t"][:19] for point in trend["points"]}
            assert len(seconds) >= journey.at - opened
            # The body's own leaps are doubtful for a moment; nothing else may be missing.
            assert {point["reason"] for point in trend["points"] if point["value"] is None} <= {"step"}
            assert await journey.replays() >= 6
