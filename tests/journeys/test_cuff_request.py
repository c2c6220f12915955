"""A reading that the core asks for reaches the cuff on its wire, and comes back as a reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.instant import SECOND
from simulator.devices.nonin import NoninDf2
from simulator.devices.par_nibp import ParNibp
from tests.support.journey import NURSE, Journey
from tests.support.journey_body import BeatingBody
from tests.support.journey_page import signed_in

pytestmark = pytest.mark.journey

PTY, TCP, FORBIDDEN = "bay-1", "bay-2", "bay-3"


async def test_a_request_reaches_the_cuff_and_the_reading_comes_back(tmp_path: Path) -> None:
    """On a pseudo-terminal and over TCP; a cuff that the site file does not release is left alone; a cable that is
    out is a refusal on record, and the request is made again."""
    bodies = {bed: BeatingBody() for bed in (PTY, TCP, FORBIDDEN)}
    journey = Journey(tmp_path, *bodies, tick=2 * SECOND)
    for number, (bed, body) in enumerate(bodies.items(), start=1):
        offer = journey.devices.tcp if bed == TCP else journey.devices.pty
        offer(f"ox-{number}", bed, "nonin-df2", NoninDf2(body), body)
        released = () if bed == FORBIDDEN else ("commands = true",)
        offer(f"cuff-{number}", bed, "par-nibp", ParNibp(body), body, *released)
    async with journey.running(), signed_in(journey.port, NURSE) as nurse:
        await journey.links_up()
        opened = journey.at
        for bed in bodies:
            await nurse.open_session(bed)
        assert {bed: body.cuff_readings for bed, body in bodies.items()} == {PTY: 0, TCP: 0, FORBIDDEN: 0}

        await journey.pass_time(58)
        assert sum(body.cuff_readings for body in bodies.values()) == 0
        await journey.pass_until(lambda: all(bodies[bed].cuff_readings == 1 for bed in (PTY, TCP)), within_s=60)
        await journey.pass_time(6)
        for bed in (PTY, TCP):
            shown = journey.bed(bed).values["systolic"]
            assert (shown.value, shown.verdict) == (bodies[bed].vitals.systolic, "VALID")
        asked = {each.bed: each for each in await journey.events(kind="nibp_requested")}
        assert {bed: each.t for bed, each in asked.items()} == dict.fromkeys(bodies, opened + 60)
        assert {bed: (each.data["device"], each.data["automatic"]) for bed, each in asked.items()} == {
            PTY: ("cuff-1", True),
            TCP: ("cuff-2", True),
            FORBIDDEN: (None, False),
        }
        assert bodies[FORBIDDEN].cuff_readings == 0

        await journey.pass_until(lambda: bodies[PTY].cuff_readings == bodies[TCP].cuff_readings == 3, within_s=300)
        await journey.pass_time(6)
        journey.devices.unplug("cuff-1")
        for bed in (PTY, TCP):
            await nurse.command("start_infusion", bed)
        started = journey.at
        await journey.pass_time(302)
        (refused,) = await journey.events(kind="nibp_refused")
        assert (refused.bed, refused.t, refused.data["device"]) == (PTY, started + 300, "cuff-1")
        journey.devices.plug("cuff-1")
        await journey.pass_time(120)
        assert {bed: body.cuff_readings for bed, body in bodies.items()} == {PTY: 4, TCP: 4, FORBIDDEN: 0}
        retried = [
            each for each in await journey.events(bed=PTY, kind="nibp_requested") if each.data["reason"] == "retry"
        ]
        assert [each.t for each in retried] == [started + 360]
        assert await journey.replays() > 0
