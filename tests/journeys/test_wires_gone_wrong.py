"""Each way in which a wire goes wrong, up to the alarm, the time of it and the words that the page shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.instant import Duration
from simulator.devices.nonin import NoninDf2
from tests.support.journey import NURSE, Journey
from tests.support.journey_body import BeatingBody
from tests.support.journey_broker import BROKERS, journey_broker
from tests.support.journey_page import signed_in
from tests.support.uart import misread

pytestmark = pytest.mark.journey


class MuteNonin(NoninDf2):
    """Switched on, and never says a word."""

    def advance(self, dt: Duration) -> bytes:
        """Nothing."""
        super().advance(dt)
        return b""


class FastNonin(NoninDf2):
    """Its line runs at another speed than that of its reader."""

    def advance(self, dt: Duration) -> bytes:
        """As a receiver at 19200 baud sees what is said at 9600."""
        return misread(super().advance(dt), 9600, 19200, gap_bits=3)


@pytest.mark.parametrize(
    ("kind", "words"),
    [(MuteNonin, "the device says nothing"), (FastNonin, "cannot be read (wrong baud rate")],
    ids=["never-speaks", "wrong-baud"],
)
async def test_a_device_that_is_there_and_of_no_use(tmp_path: Path, kind: type[NoninDf2], words: str) -> None:
    """DEVICE_OFFLINE after 10 s with the likely reason, SPO2_NO_DATA after 60 s; no number is ever shown."""
    body = BeatingBody()
    journey = Journey(tmp_path, "bay-1")
    journey.devices.pty("ox-1", "bay-1", "nonin-df2", kind(body), body)
    async with journey.running(), signed_in(journey.port, NURSE) as nurse, nurse.page() as page:
        opened = journey.at
        await nurse.open_session()
        await journey.pass_time(61)
        raised = [(each.t, each.data["alarm"]) for each in await journey.events(bed="bay-1", kind="alarm_raised")]
        assert raised == [(opened + 10, "DEVICE_OFFLINE"), (opened + 60, "SPO2_NO_DATA")]
        (device,) = page.beds["bay-1"]["devices"]
        assert (device["link"], words in (device["reason"] or "")) == (None, True)
        assert journey.service.links.stats("ox-1").readings == 0


async def test_a_device_that_sends_sentinels_only(tmp_path: Path) -> None:
    """The link is well and nothing is measured: SPO2_NO_DATA, never DEVICE_OFFLINE; with the finger it ends."""
    body = BeatingBody()
    body.show(finger_out=True)
    journey = Journey(tmp_path, "bay-1")
    journey.devices.pty("ox-1", "bay-1", "nonin-df2", NoninDf2(body), body)
    async with journey.running(), signed_in(journey.port, NURSE) as nurse, nurse.page() as page:
        await journey.links_up("ox-1")
        opened = journey.at
        await nurse.open_session()
        await journey.pass_time(62)
        raised = [(each.t, each.data["alarm"]) for each in await journey.events(bed="bay-1", kind="alarm_raised")]
        assert {alarm for _, alarm in raised} == {"SPO2_NO_DATA"}
        assert raised[0][0] >= opened + 60
        (device,) = page.beds["bay-1"]["devices"]
        assert (device["link"], device["reason"]) == ("up", None)
        assert page.beds["bay-1"]["values"]["spo2"]["value"] is None
        body.show(finger_out=False)
        await journey.pass_time(15)
        assert journey.alarms() == {}
        assert page.beds["bay-1"]["values"]["spo2"]["value"] == 97


@pytest.mark.parametrize("kind", BROKERS)
async def test_a_broker_that_flaps_every_three_seconds(tmp_path: Path, kind: str) -> None:
    """Each loss and each return is on record; data come in between, so no alarm does; nothing to do by hand."""
    body = BeatingBody()
    async with journey_broker(kind, tmp_path) as broker:
        await broker.start()
        journey = Journey(tmp_path, "bay-1")
        journey.devices.mqtt("ox-1", "bay-1", broker.port, body)
        async with journey.running(), signed_in(journey.port, NURSE) as nurse:
            await journey.links_up("ox-1")
            await nurse.open_session()
            stats = journey.service.links.stats("ox-1")
            flaps = 6
            for _ in range(flaps):
                await journey.pass_time(3)
                await broker.stop()
                await journey.see(lambda: stats.state == "down")
                await journey.pass_time(3)
                await broker.start()
                await journey.pass_until(lambda: stats.state == "up", within_s=9)
            await journey.pass_until(lambda: journey.bed().values["spo2"].value == 97, within_s=9)
            lost = await journey.events(kind="device_lost")
            back = await journey.events(kind="device_back")
            assert (len(lost), len(back), stats.reconnects) == (flaps, flaps, flaps)
            assert "127.0.0.1" in lost[-1].data["reason"]
            assert await journey.events(kind="alarm_raised") == []
            assert journey.service.loop.stats.bugs == 0
            assert await journey.replays() > 10
