"""Twenty minutes after the infusion: one patient is back, one is not, and of one nobody can say."""

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

BACK, STILL_AWAY, UNSEEN = "bay-1", "bay-2", "bay-3"
MINUTE_S = 60
GRACE_MIN = 2.5


async def test_return_met_missed_and_undecidable(tmp_path: Path) -> None:
    """The three outcomes told by events, bed pictures and RTB_OVERDUE, each at its exact time."""
    bodies = {bed: BeatingBody() for bed in (BACK, STILL_AWAY, UNSEEN)}
    journey = Journey(tmp_path, *bodies, tick=2 * SECOND)
    for number, (bed, body) in enumerate(bodies.items(), start=1):
        offer = journey.devices.tcp if bed == STILL_AWAY else journey.devices.pty
        offer(f"ox-{number}", bed, "nonin-df2", NoninDf2(body), body)
        offer(f"cuff-{number}", bed, "par-nibp", ParNibp(body, cycle_s=75), body)
    async with journey.running(), signed_in(journey.port, NURSE) as nurse, nurse.page() as page:
        await journey.links_up()
        for bed in bodies:
            await nurse.open_session(bed)
        await journey.pass_time(3.5 * MINUTE_S)
        for bed in bodies:
            await nurse.command("start_infusion", bed)
        grades = {each.metric: each.grade for each in journey.bed(BACK).baseline}
        assert grades == {"systolic": "A", "diastolic": "A", "mean": "A", "pulse_rate": "A", "spo2": "A"}

        for body in bodies.values():
            body.show(systolic=156.0, diastolic=98.0, mean=117.0)
        await journey.pass_time(2.5 * MINUTE_S)
        ended = journey.at
        for bed in bodies:
            await nurse.command("end_infusion", bed)
            states = {each.metric: each.state for each in journey.bed(bed).recovery.metrics}
            assert states == {
                "systolic": "AWAY",
                "diastolic": "AWAY",
                "mean": "AWAY",
                "pulse_rate": "IN_BAND",
                "spo2": "IN_BAND",
            }
        bodies[BACK].show(systolic=130.0, diastolic=79.0, mean=96.0)
        await journey.pass_time(14 * MINUTE_S)
        journey.devices.unplug("cuff-3")
        decided = ended + (20 + GRACE_MIN) * MINUTE_S
        await journey.pass_time(decided - journey.at - 2)
        assert await journey.events(kind="return_verdict") == []
        assert "RTB_OVERDUE" not in journey.alarms()

        await journey.pass_time(4)
        verdicts = {each.bed: each for each in await journey.events(kind="return_verdict")}
        assert {bed: (each.t, each.data["verdict"], each.data["deadline_min"]) for bed, each in verdicts.items()} == {
            BACK: (decided, "RETURNED_WITHIN_20", 20 + GRACE_MIN),
            STILL_AWAY: (decided, "OVERDUE", 20 + GRACE_MIN),
            UNSEEN: (decided, "INDETERMINATE", 20 + GRACE_MIN),
        }
        alarm = await page.sees_alarm("RTB_OVERDUE")
        assert (alarm["bed"], alarm["priority"]) == (STILL_AWAY, "low")
        assert [each.bed for each in await journey.events(kind="alarm_raised", alarm="RTB_OVERDUE")] == [STILL_AWAY]

        def systolic(bed: str) -> tuple[str, str | None]:
            recovery = page.beds[bed]["recovery"]
            state = next(each["state"] for each in recovery["metrics"] if each["metric"] == "systolic")
            return state, recovery["verdict"]

        await journey.pass_time(2)
        await page.sees(lambda: page.beds[UNSEEN]["recovery"]["verdict"] is not None)
        assert systolic(BACK) == ("RETURNED", "RETURNED_WITHIN_20")
        assert systolic(STILL_AWAY) == ("OVERDUE", "OVERDUE")
        assert systolic(UNSEEN) == ("INDETERMINATE", "INDETERMINATE")
        assert "DEVICE_OFFLINE" in {each["alarm"] for each in page.alarms.values() if each["bed"] == UNSEEN}
        (returned,) = [
            each
            for each in await journey.events(bed=BACK, kind="return_state_changed")
            if (each.data["metric"], each.data["to"]) == ("systolic", "RETURNED")
        ]
        after, until = returned.data["interval_min"]
        assert after < until <= 2 + 75 / MINUTE_S
        assert await journey.replays() > 20
