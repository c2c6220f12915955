"""Nobody sees the station any more: the pager hears everything, also what it is not called for otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from config.instant import SECOND
from simulator.devices.nonin import NoninDf2
from tests.support.journey import NURSE, Journey
from tests.support.journey_body import BeatingBody
from tests.support.journey_page import signed_in
from tests.support.webhook_receiver import webhook_receiver

pytestmark = pytest.mark.journey


async def test_station_lost_and_found(tmp_path: Path) -> None:
    """A page that falls silent: STATION_LOST at 10 s, and with it the LOW alarm that stood; over when one answers."""
    body = BeatingBody()
    journey = Journey(tmp_path, "bay-1", watch_pages=True)
    journey.devices.pty("ox-1", "bay-1", "nonin-df2", NoninDf2(body), body)
    async with webhook_receiver() as pager:
        journey.webhook(pager.url)
        async with journey.running(), signed_in(journey.port, NURSE) as nurse, nurse.page() as page:
            await journey.links_up("ox-1")
            await nurse.open_session()
            journey.devices.unplug("ox-1")
            for _ in range(12):
                await page.answers()
                await journey.pass_time(1)
            assert {alarm["alarm"] for alarm in page.told} == {"DEVICE_OFFLINE"}
            answered = journey.service.feed.stations()[0].said_at
            assert answered is not None
            await journey.pass_time(8)
            assert "STATION_LOST" not in {each["alarm"] for each in page.told}
            await journey.pass_time(3)
            await page.sees_alarm("STATION_LOST")
            raised = await journey.events(kind="alarm_raised", alarm="STATION_LOST")
            assert [each.t for each in raised] == [(answered - journey.start) / SECOND + 10]
            await journey.see(lambda: len(pager.received) >= 2)
            paged = [json.loads(each.body)["data"] for each in pager.received]
            assert {(each["alarm"], each["priority"]) for each in paged} == {
                ("STATION_LOST", "medium"),
                ("DEVICE_OFFLINE", "low"),
            }
            await page.answers()
            await journey.pass_time(2)
            await page.sees_alarm("STATION_LOST", "CLOSED")


async def test_station_mute(tmp_path: Path) -> None:
    """The page says that it is muted; the station shows which."""
    journey = Journey(tmp_path, "bay-1", watch_pages=True)
    async with journey.running(), signed_in(journey.port, NURSE) as nurse, nurse.page() as page:
        await page.answers("muted")
        await journey.pass_time(2)
        shown = await page.sees_alarm("STATION_MUTE")
        assert (shown["bed"], shown["priority"]) == (None, "medium")
        assert shown["device"].startswith(f"{NURSE} at ")
        await page.answers()
        await journey.pass_time(2)
        await page.sees_alarm("STATION_MUTE", "CLOSED")
