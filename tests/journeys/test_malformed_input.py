"""Garbage from every side while an alarm story runs: refused with a reason, and the story goes on."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import aiomqtt
import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.journey import NURSE, Journey
from tests.support.journey_body import BeatingBody
from tests.support.journey_broker import BROKERS, journey_broker
from tests.support.journey_devices import LOOPBACK, SITE
from tests.support.journey_page import Page, Person, signed_in

pytestmark = pytest.mark.journey

HUGE = 1_000_000
PAYLOADS = (
    b"",
    b"not json",
    b"\xff\xfe\x00",
    b"[" * 5000,
    b'{"values": {"spo2": NaN, "pulse_rate": 72}, "flags": []}',
    b'{"values": {"spo2": 1e999, "pulse_rate": 72}, "flags": []}',
    b'{"values": {"spo2": "97", "pulse_rate": 72}, "flags": []}',
    b'{"values": {"spo2": true, "pulse_rate": {}}, "flags": 7}',
    b'{"values": [97, 72]}',
    b'{"values": {"spo2": 97}, "flags": [], "t": "' + b"9" * HUGE + b'"}',
)
BODIES = (
    b"",
    b"not json",
    b'{"command": "start_infusion", "planned_min": NaN}',
    b'{"command": "start_infusion", "planned_min": 1e999}',
    b'{"command": "start_infusion", "planned_min": "forty"}',
    b'{"command": 7}',
    b'{"command": "set_limit", "alarm": "SPO2_LOW", "low": Infinity}',
    b'{"command": "no_such_command"}',
    b'{"command": "pause_infusion", "reason": "' + b"x" * HUGE + b'"}',
    b"[" * 100_000,
)

NONSENSE = ("not json", "[" * 5000, '{"type": "subscribe", "pleth": NaN}', '{"type": "no such"}', b"\x00\xff")


async def refuse_bodies(nurse: Person) -> None:
    """Every body is refused as a problem with a reason."""
    for body in BODIES:
        answer = await nurse.http.post(
            "/api/v1/beds/bay-1/commands", content=body, headers={"content-type": "application/json"}
        )
        assert 400 <= answer.status_code < 500, (body[:60], answer.status_code)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"], body[:60]


async def end_of(page: Page) -> tuple[int, str]:
    """How the station ends a page's connection: code and reason."""
    await page.sees(lambda: page.socket.close_code is not None)
    return page.socket.close_code or 0, page.socket.close_reason or ""


async def talk_nonsense(nurse: Person) -> None:
    """A page that talks nonsense or too much is shown the door, and told why."""
    for text in NONSENSE:
        async with nurse.page() as page:
            await page.socket.send(text)
            code, reason = await end_of(page)
            assert code == 1008, text[:60]
            assert reason, text[:60]
    async with nurse.page() as page:
        with suppress(ConnectionClosed):
            await page.socket.send("x" * HUGE)
        assert (await end_of(page))[0] == 1009


@pytest.mark.parametrize("kind", BROKERS)
async def test_garbage_from_every_side(tmp_path: Path, kind: str) -> None:
    """MQTT, HTTP and the stream are flooded with nonsense; the alarm comes at its exact time and nothing is lost."""
    body = BeatingBody()
    async with journey_broker(kind, tmp_path) as broker:
        await broker.start()
        journey = Journey(tmp_path, "bay-1")
        journey.devices.mqtt("ox-1", "bay-1", broker.port, body)
        async with (
            journey.running(),
            signed_in(journey.port, NURSE) as nurse,
            nurse.page() as page,
            aiomqtt.Client(LOOPBACK, broker.port) as vandal,
        ):
            await journey.links_up("ox-1")
            await nurse.open_session()
            await journey.pass_time(3)
            stats = journey.service.links.stats("ox-1")
            good = stats.readings
            body.show(spo2=88.0)
            await journey.pass_time(1)
            since = journey.at
            for payload in PAYLOADS:
                await vandal.publish(f"vitals/v1/{SITE}/bay-1/ox-1/spo2", payload, qos=1)
                await vandal.publish(f"vitals/v1/{SITE}/bay-1/ox-1/nibp", payload, qos=1)
            await journey.see(lambda: stats.faults.total() >= 2 * len(PAYLOADS))
            await refuse_bodies(nurse)
            await talk_nonsense(nurse)
            await journey.pass_time(16)
            (raised,) = await journey.events(kind="alarm_raised")
            assert (raised.t, raised.data["alarm"], raised.data["value"]) == (since + 15, "SPO2_LOW", 88)
            await page.sees_alarm("SPO2_LOW")
            assert stats.readings - good >= 17
            assert page.gaps == 0
            assert journey.service.loop.stats.bugs == 0
            # The body's own leap is doubtful for a moment; none of the garbage has become a value.
            judged = [each for each in await journey.events() if each.kind in ("value_rejected", "value_rejudged")]
            assert {(each.data["metric"], each.data["value"], each.data["reason"]) for each in judged} == {
                ("spo2", 88, "step")
            }
            assert await journey.replays() >= 3
