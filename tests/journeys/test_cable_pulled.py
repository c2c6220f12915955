"""A cable is pulled and put back: the gap is on record, the alarms are exact, nothing has to be done by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.devices.nonin import NoninDf2
from tests.support.journey import NURSE, PRESCRIBER, Journey
from tests.support.journey_body import BeatingBody
from tests.support.journey_page import signed_in

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("pipe", ["pty", "tcp"])
async def test_cable_pulled_and_back(tmp_path: Path, pipe: str) -> None:
    """device_lost at once, the numbers greyed, DEVICE_OFFLINE and SPO2_NO_DATA at their exact times; back: closed."""
    body = BeatingBody()
    journey = Journey(tmp_path, "bay-1")
    offer = journey.devices.pty if pipe == "pty" else journey.devices.tcp
    offer("ox-1", "bay-1", "nonin-df2", NoninDf2(body), body)
    async with journey.running(), signed_in(journey.port, NURSE) as nurse, nurse.page() as page:
        await journey.links_up("ox-1")
        await nurse.open_session()
        await nurse.command("start_infusion", override_by=PRESCRIBER, reason="no cuff in this story")
        await journey.pass_time(40)

        pulled = journey.at
        journey.devices.unplug("ox-1")
        stats = journey.service.links.stats("ox-1")
        await journey.see(lambda: stats.state == "down")
        await journey.see(lambda: not journey.service.loop.untold)
        (lost,) = await journey.events(kind="device_lost")
        assert (lost.t, lost.data["device"]) == (pulled, "ox-1")
        await journey.pass_time(9)
        value = journey.bed().values["spo2"]
        assert (value.value, value.shown) == (None, 97)
        assert journey.alarms() == {}

        await journey.pass_time(1)
        shown = await page.sees_alarm("DEVICE_OFFLINE")
        assert (shown["priority"], shown["device"]) == ("medium", "ox-1")
        await journey.pass_time(25)
        await page.sees_alarm("SPO2_NO_DATA")
        raised = await journey.events(kind="alarm_raised")
        assert [(each.t, each.data["alarm"], each.data["priority"]) for each in raised] == [
            (pulled + 10, "DEVICE_OFFLINE", "medium"),
            (pulled + 15, "SPO2_NO_DATA", "low"),
        ]
        (risen,) = await journey.events(kind="alarm_priority_changed")
        assert (risen.t, risen.data["alarm"], risen.data["priority"]) == (pulled + 30, "SPO2_NO_DATA", "medium")
        (device,) = page.beds["bay-1"]["devices"]
        assert device["link"] == "down"

        journey.devices.plug("ox-1")
        await journey.links_up("ox-1")
        back = journey.at
        await page.sees_alarm("DEVICE_OFFLINE", "CLOSED")
        await journey.pass_time(15)
        await page.sees_alarm("SPO2_NO_DATA", "CLOSED")
        (returned,) = await journey.events(kind="device_back")
        assert returned.t == back
        assert back - pulled - 35 <= 11  # the longest pause between two tries is 10 s
        assert journey.alarms() == {}
        assert page.beds["bay-1"]["values"]["spo2"]["value"] == 97
        assert await journey.replays() > 8
