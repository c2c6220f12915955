"""A patient desaturates: the screen and the pager are told, a nurse answers, the patient recovers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from simulator.devices.nonin import NoninDf2
from tests.support.journey import NURSE, SECRET, Journey
from tests.support.journey_body import BeatingBody
from tests.support.journey_page import signed_in
from tests.support.webhook_receiver import Received, WebhookReceiver, webhook_receiver

pytestmark = pytest.mark.journey


def verified(request: Received) -> dict[str, Any]:
    """A webhook's content; raises when its signature is wrong."""
    Webhook(SECRET).verify(request.body, request.headers)
    content: dict[str, Any] = json.loads(request.body)
    return content


def told(receiver: WebhookReceiver) -> list[tuple[str, str]]:
    """Kind and alarm of every verified webhook."""
    return [(content["type"], content["data"]["alarm"]) for content in map(verified, receiver.received)]


async def test_desaturation_reaches_screen_and_pager(tmp_path: Path) -> None:
    """Bytes on a pseudo-terminal become an alarm on the stream and a signed page; the nurse's answer goes out too."""
    body = BeatingBody()
    async with webhook_receiver() as receiver:
        journey = Journey(tmp_path, "bay-1")
        journey.devices.pty("ox-1", "bay-1", "nonin-df2", NoninDf2(body), body)
        journey.webhook(receiver.url)
        async with journey.running(), signed_in(journey.port, NURSE) as nurse, nurse.page() as page:
            await journey.links_up("ox-1")
            session = await nurse.open_session()
            await journey.pass_time(5)
            await page.sees(lambda: page.beds["bay-1"]["values"]["spo2"]["value"] == 97)

            body.show(spo2=88.0)
            await journey.pass_time(1)
            since = journey.at
            await journey.pass_time(14)
            assert journey.alarms() == {}
            await journey.pass_time(1)
            alarm = await page.sees_alarm("SPO2_LOW")
            assert (alarm["priority"], alarm["value"], alarm["limit"], alarm["durable"]) == ("medium", 88, 90, True)
            (raised,) = await journey.events(kind="alarm_raised")
            assert (raised.t, raised.data["alarm"]) == (since + 15, "SPO2_LOW")

            await journey.see(lambda: receiver.received)
            page_out = verified(receiver.received[0])
            assert page_out["type"] == "alarm.raised"
            assert page_out["data"]["alarm_id"] == alarm["alarm_id"]
            assert page_out["data"]["session"] == session
            assert page_out["data"]["text"] == "** Bay-1 SpO2 88 % (limit 90) for 15 s"
            assert b"P-bay-1" not in receiver.received[0].body

            assert await nurse.acknowledge(alarm["alarm_id"]) == "ACKED"
            acked = await page.sees_alarm("SPO2_LOW", "ACKED")
            assert acked["acknowledged_by"] == NURSE
            await journey.see(lambda: ("alarm.acknowledged", "SPO2_LOW") in told(receiver))

            body.show(spo2=97.0)
            await journey.pass_time(12)
            closed = await page.sees_alarm("SPO2_LOW", "CLOSED")
            assert closed["close_reason"] == "cleared"
            await journey.see(lambda: ("alarm.closed", "SPO2_LOW") in told(receiver))
            assert page.gaps == 0
            assert told(receiver) == [
                ("alarm.raised", "SPO2_LOW"),
                ("alarm.acknowledged", "SPO2_LOW"),
                ("alarm.closed", "SPO2_LOW"),
            ]
            assert await journey.replays() > 3
