"""The far end of the dead-man's switch: whoever waits for a sign of life gets one every minute (alarm-system 5.4 b)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.journey import NURSE, Journey
from tests.support.journey_page import signed_in
from tests.support.webhook_receiver import webhook_receiver

pytestmark = pytest.mark.journey


async def test_service_heartbeat_every_sixty_seconds(tmp_path: Path) -> None:
    """To the channel that asks for it, each a message of its own; alarms go elsewhere."""
    journey = Journey(tmp_path, "bay-1")
    async with webhook_receiver() as far, webhook_receiver() as pager:
        journey.webhook(far.url, "far", tell="heartbeat")
        journey.webhook(pager.url)
        async with journey.running(), signed_in(journey.port, NURSE) as nurse:
            await nurse.open_session()
            await journey.pass_time(1)
            for minute in range(1, 4):
                await journey.see(lambda minute=minute: len(far.received) >= minute)
                assert len(far.received) == minute
                await journey.pass_time(60)
            assert {json.loads(each.body)["type"] for each in far.received} == {"service.heartbeat"}
            assert len({each.headers["webhook-id"] for each in far.received}) == len(far.received)
            assert "service.heartbeat" not in {json.loads(each.body)["type"] for each in pager.received}
