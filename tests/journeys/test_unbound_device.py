"""A device that the site file does not know speaks on the ward's topics: it is told, kept apart, never charted."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from config.instant import SECOND
from monitor.service import JOURNAL_FILE
from simulator.serve import Body
from tests.support.journey import NURSE, Journey
from tests.support.journey_body import BeatingBody
from tests.support.journey_broker import BROKERS, journey_broker
from tests.support.journey_devices import LOOPBACK, SITE, CountingPublisher
from tests.support.journey_page import signed_in

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("kind", BROKERS)
async def test_unbound_device_raises_id_conflict(tmp_path: Path, kind: str) -> None:
    """ID_CONFLICT names its topic; its values stand in the audit and nowhere else; the bound bed goes on."""
    bound, stranger = BeatingBody(), BeatingBody()
    stranger.show(spo2=61.0)
    async with journey_broker(kind, tmp_path) as broker:
        await broker.start()
        journey = Journey(tmp_path, "bay-1")
        journey.devices.mqtt("ox-1", "bay-1", broker.port, bound)
        unknown = CountingPublisher(stranger, SITE, "bay-1", "ox-9")
        journey.devices.ward.add_mqtt("ox-9", unknown, LOOPBACK, broker.port, Body(stranger))
        async with journey.running(), signed_in(journey.port, NURSE) as nurse, nurse.page() as page:
            await journey.links_up("ox-1")
            await nurse.open_session()
            await journey.pass_until(lambda: "ID_CONFLICT" in journey.alarms(), within_s=10)
            alarm = await page.sees_alarm("ID_CONFLICT")
            assert (alarm["bed"], alarm["priority"]) == (None, "medium")
            assert alarm["device"] == f"vitals/v1/{SITE}/bay-1/ox-9"
            await journey.pass_time(20)
            assert [each.data["alarm"] for each in await journey.events(kind="alarm_raised")] == ["ID_CONFLICT"]
            trend = await nurse.get("beds/bay-1/trend?metric=spo2")
            assert {point["value"] for point in trend["points"]} == {97}
            assert page.beds["bay-1"]["values"]["spo2"]["value"] == 97
            assert journey.clock.now() - journey.start < 60 * SECOND
            assert await journey.replays() > 0
        with closing(sqlite3.connect(journey.data / JOURNAL_FILE)) as connection:
            rows = connection.execute("SELECT origin, detail FROM audit WHERE what = 'unbound_value'").fetchall()
            charted = connection.execute("SELECT count(*) FROM inputs WHERE body LIKE '%ox-9%' AND kind = 'spo2'")
            assert charted.fetchone() == (0,)
    assert {origin.rpartition("/")[0] for origin, _ in rows} == {f"vitals/v1/{SITE}/bay-1/ox-9"}
    assert any("61" in detail for _, detail in rows)
