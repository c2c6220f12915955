"""A line full of noise, a port that is not there, a line that spoils bytes: told in time, and survived."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from config.instant import Duration
from simulator.devices.nonin import NoninDf2
from simulator.faults import FaultRule, LineFault
from tests.support.journey import NURSE, Journey
from tests.support.journey_body import BeatingBody
from tests.support.journey_page import signed_in

pytestmark = pytest.mark.journey


class NoisyNonin(NoninDf2):
    """While `noise` is set its line carries as many random bytes instead."""

    noise = False

    def advance(self, dt: Duration) -> bytes:
        """As `NoninDf2.advance`."""
        said = super().advance(dt)
        return random.Random(len(said)).randbytes(len(said)) if self.noise else said


async def test_noise_and_a_port_that_does_not_exist(tmp_path: Path) -> None:
    """Faults are counted, DEVICE_OFFLINE comes 10 s after the last good frame, the first good one ends it."""
    body = BeatingBody()
    oximeter = NoisyNonin(body)
    journey = Journey(tmp_path, "bay-1", "bay-2")
    line = journey.devices.pty("ox-1", "bay-1", "nonin-df2", oximeter, body)
    journey.devices.bind("ox-2", "bay-2", "nonin-df2", f"serial://{tmp_path}/no-such-port")
    async with journey.running(), signed_in(journey.port, NURSE) as nurse, nurse.page() as page:
        stats = journey.service.links.stats("ox-1")
        await journey.links_up("ox-1")
        await nurse.open_session()
        await journey.pass_time(12 - journey.at)
        (absent,) = await journey.events(bed="bay-2", kind="alarm_raised")
        assert (absent.t, absent.data["alarm"], absent.data["device"]) == (10, "DEVICE_OFFLINE", "ox-2")
        (device,) = page.beds["bay-2"]["devices"]
        assert device["reason"].endswith("no such port (is the device plugged in?)")

        last_good, good, faults = journey.at, stats.readings, stats.faults.total()
        oximeter.noise = True
        await journey.pass_time(12)
        assert stats.readings == good
        assert stats.faults.total() > faults
        (offline,) = await journey.events(bed="bay-1", kind="alarm_raised")
        assert (offline.t, offline.data["alarm"]) == (last_good + 10, "DEVICE_OFFLINE")
        assert page.beds["bay-1"]["devices"][0]["faults"] > 0
        assert "cannot be read" in page.beds["bay-1"]["devices"][0]["reason"]

        oximeter.noise = False
        await journey.pass_time(3)
        closed = next(each for each in reversed(page.told) if each["bed"] == "bay-1")
        assert (closed["alarm"], closed["state"]) == ("DEVICE_OFFLINE", "CLOSED")
        after, readings = stats.faults.total(), stats.readings
        await journey.pass_time(3)
        assert stats.faults.total() == after
        assert stats.readings > readings > good

        line.spoil(FaultRule(LineFault.CORRUPT, 0.3), FaultRule(LineFault.DROP, 0.3), FaultRule(LineFault.SPLIT, 1))
        body.show(spo2=88.0)
        low_at = journey.at
        await journey.pass_until(lambda: "SPO2_LOW" in journey.alarms(), within_s=40)
        assert journey.at - low_at >= 15
        assert stats.faults.total() > after
        assert journey.bed().values["spo2"].shown == 88
        assert await journey.replays() > 4
