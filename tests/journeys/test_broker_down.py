"""The broker is not there, comes, goes and comes back: the wired devices never notice."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.devices.nonin import NoninDf2
from tests.support.journey import NURSE, Journey
from tests.support.journey_body import BeatingBody
from tests.support.journey_broker import BROKERS, journey_broker
from tests.support.journey_page import signed_in

pytestmark = pytest.mark.journey

WIRED, PUBLISHED = "bay-1", "bay-2"


@pytest.mark.parametrize("kind", BROKERS)
async def test_broker_down_at_start_and_again_later(tmp_path: Path, kind: str) -> None:
    """The wired bed alarms while the broker is away; the other one is offline in time, and back by itself."""
    wired, published = BeatingBody(), BeatingBody()
    async with journey_broker(kind, tmp_path) as broker:
        journey = Journey(tmp_path, WIRED, PUBLISHED)
        journey.devices.pty("ox-1", WIRED, "nonin-df2", NoninDf2(wired), wired)
        journey.devices.mqtt("ox-2", PUBLISHED, broker.port, published)
        async with journey.running(), signed_in(journey.port, NURSE) as nurse, nurse.page() as page:
            await journey.links_up("ox-1")
            for bed in (WIRED, PUBLISHED):
                await nurse.open_session(bed)
            await journey.pass_until(lambda: "DEVICE_OFFLINE" in journey.alarms(), within_s=12)
            offline = await page.sees_alarm("DEVICE_OFFLINE")
            assert (offline["bed"], offline["device"]) == (PUBLISHED, "ox-2")
            wired.show(spo2=82.0)
            await journey.pass_time(12)  # so far down in a second is doubtful: 10 s instead of 5 s
            assert (await page.sees_alarm("SPO2_CRIT"))["bed"] == WIRED
            wired.show(spo2=97.0)

            await broker.start()
            await journey.pass_until(lambda: "DEVICE_OFFLINE" not in journey.alarms())
            await page.sees_alarm("DEVICE_OFFLINE", "CLOSED")
            await journey.pass_time(3)
            assert page.beds[PUBLISHED]["values"]["spo2"]["value"] == 97
            await journey.pass_time(12)

            gone = journey.at
            await broker.stop()
            stats = journey.service.links.stats("ox-2")
            await journey.see(lambda: stats.state == "down")
            wired.show(spo2=88.0)
            await journey.pass_time(17)
            (again,) = [each for each in await journey.events(bed=PUBLISHED, alarm="DEVICE_OFFLINE") if each.t > gone]
            assert (again.t, again.kind) == (gone + 10, "alarm_raised")
            assert (await page.sees_alarm("SPO2_LOW"))["bed"] == WIRED

            await broker.start()
            published.show(spo2=80.0)
            await journey.pass_until(lambda: "DEVICE_OFFLINE" not in journey.alarms())
            await page.sees_alarm("DEVICE_OFFLINE", "CLOSED")
            await journey.pass_time(12)
            await page.sees_alarm("SPO2_CRIT")
            assert {each["bed"] for each in page.alarms.values() if each["alarm"] == "SPO2_CRIT"} == {WIRED, PUBLISHED}
            assert journey.service.loop.stats.bugs == 0
            assert await journey.replays() > 10
