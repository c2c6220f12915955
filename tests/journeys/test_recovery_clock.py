"""The service dies in the tenth minute of a recovery and is away for three: the twenty minutes end when they end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.instant import MINUTE, SECOND
from simulator.devices.nonin import NoninDf2
from simulator.devices.par_nibp import ParNibp
from tests.support.journey import NURSE, Journey
from tests.support.journey_body import BeatingBody
from tests.support.journey_page import signed_in

pytestmark = pytest.mark.journey

BED = "bay-1"
MINUTE_S = 60


def a_bed(folder: Path, body: BeatingBody, after: Journey | None = None) -> Journey:
    """A bed with an oximeter and a cuff on this body."""
    journey = Journey(folder, BED, tick=2 * SECOND, after=after)
    journey.devices.pty("ox-1", BED, "nonin-df2", NoninDf2(body), body)
    journey.devices.pty("cuff-1", BED, "par-nibp", ParNibp(body, cycle_s=75), body)
    return journey


async def test_recovery_clock_survives(tmp_path: Path) -> None:
    """Taken up from the files as they lay when it died: baseline kept, verdict and RTB_OVERDUE at the exact time."""
    body = BeatingBody()
    first = a_bed(tmp_path / "first", body)
    async with first.running(), signed_in(first.port, NURSE) as nurse:
        await first.links_up()
        session = await nurse.open_session()
        await first.pass_time(3.5 * MINUTE_S)
        await nurse.command("start_infusion")
        body.show(systolic=156.0, diastolic=98.0, mean=117.0)
        await first.pass_time(2.5 * MINUTE_S)
        await nurse.command("end_infusion", early=True, reason="the patient asked")
        ended = first.at
        await first.pass_time(10 * MINUTE_S)
        before = first.bed()
        assert before.recovery.verdict is None
        await first.service.journal.flush()
        shutil.copytree(first.data, tmp_path / "second" / "data")

    await first.clock.advance(3 * MINUTE)
    second = a_bed(tmp_path / "second", body, after=first)
    async with second.running(), signed_in(second.port, NURSE) as nurse, nurse.page() as page:
        after = second.bed()
        assert (after.phase, after.session.id) == ("RECOVERY", session)
        assert after.session.deadline_at == before.session.deadline_at
        assert after.baseline == before.baseline
        decided = ended + 22.5 * MINUTE_S
        await second.pass_time(decided - second.at - 2)
        assert "RTB_OVERDUE" not in second.alarms()
        await second.pass_time(4)
        (verdict,) = await second.events(kind="return_verdict")
        assert (verdict.t, verdict.data["verdict"]) == (decided, "OVERDUE")
        assert (await page.sees_alarm("RTB_OVERDUE"))["priority"] == "low"
        await second.pass_time(10 * MINUTE_S)
        (raised,) = await second.events(kind="alarm_raised", alarm="RTB_OVERDUE")
        (risen,) = await second.events(kind="alarm_priority_changed", alarm="RTB_OVERDUE")
        assert (raised.t, risen.t, risen.data["priority"]) == (decided, ended + 30 * MINUTE_S, "medium")
        assert len(await second.events(kind="session_opened")) == 1
        assert await second.replays() > 20
