"""A restart in the middle of an alarm: it is announced anew, once."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.support.journey import Journey

pytestmark = pytest.mark.journey


async def test_an_alarm_announced_anew_is_paged_once(tmp_path: Path) -> None:
    """The pages of a restart wait for their commit like all others; the outbox does not send them beforehand."""
    ward = Journey(tmp_path, "bay-1")
    ward.devices.bind("ox-1", "bay-1", "nonin-df2", f"serial://{tmp_path}/no-such-port")
    with capture_logs() as log:
        async with ward.running():
            # Told to everybody, the log last: a stop before that would leave the rest to the next life.
            await ward.pass_until(lambda: {"alarm_raised", "page"} <= {line["event"] for line in log})
        async with ward.running():
            await ward.pass_time(2)
    told = [
        (line["event"], line["alarm"], line.get("occurrence"))
        for line in log
        if line["event"] in ("alarm_raised", "alarm_rearmed", "page")
    ]
    raised = [("alarm_raised", "DEVICE_OFFLINE", None), ("page", "DEVICE_OFFLINE", 1)]
    assert sorted(told[:2]) == raised
    assert sorted(told[2:]) == [("alarm_rearmed", "DEVICE_OFFLINE", None), ("page", "DEVICE_OFFLINE", 2)]
