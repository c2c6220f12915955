"""`kill -9` in the middle of a recovery: the clock, the baseline, the alarms and the unsent page survive."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import aiomqtt
import pytest
from standardwebhooks import Webhook

from config.instant import SECOND, to_rfc3339
from monitor.clock import SystemClock
from monitor.core.events import to_line
from monitor.journal import JournalReader
from monitor.service import JOURNAL_FILE, PEOPLE_FILE
from monitor.session_replay import journaled_events
from monitor.site import read_site
from simulator.broker import EmbeddedBroker
from simulator.devices.nonin import NoninDf2
from tests.simulator.running_ward import running
from tests.support.journey import NURSE, PRESCRIBER, SECRET, hire, site_text
from tests.support.journey_body import BeatingBody
from tests.support.journey_devices import SITE, Devices, mqtt_url
from tests.support.journey_page import Page, signed_in
from tests.support.journey_process import bedwatch
from tests.support.journey_replay import check_journal
from tests.support.webhook_receiver import Received, unanswered, until, webhook_receiver

pytestmark = pytest.mark.journey

BED = "bay-1"
CUFFS = ("cuff-1", "cuff-2", "cuff-3", "cuff-4", "cuff-5")
ALARM_WITHIN_S = 20.0
LATER_TOLD = ("SBP_CRIT", "SPO2_CRIT")
"""Nobody received their calls before the service died."""


def survivors(page: Page) -> dict[str, Any]:
    """What must be the same before and after."""
    bed = page.beds[BED]
    return {
        "phase": bed["phase"],
        "phase_since": bed["phase_since"],
        "session": bed["session"]["id"],
        "started_at": bed["session"]["started_at"],
        "deadline_at": bed["session"]["deadline_at"],
        "infused_s": bed["session"]["infused_s"],
        "baseline": bed["baseline"],
        "recovery": bed["recovery"]["deadline_at"],
        "alarms": {
            alarm["alarm"]: (alarm["alarm_id"], alarm["state"], alarm["raised_at"])
            for alarm in page.alarms.values()
            if alarm["bed"] == BED and alarm["state"] != "CLOSED"
        },
    }


def pending_pages(journal: Path) -> dict[str, tuple[str, str]]:
    """Page id to kind and alarm id of what nobody has received yet."""
    with closing(sqlite3.connect(journal)) as connection:
        rows = connection.execute("SELECT page_id, kind, alarm_id FROM outbox WHERE status = 'pending'")
        return {page_id: (kind, alarm_id) for page_id, kind, alarm_id in rows}


def news(received: Sequence[Received]) -> list[tuple[str, str]]:
    """Type and alarm id of each message, in order."""
    bodies = [json.loads(request.body) for request in received]
    return [(body["type"], body["data"]["alarm_id"]) for body in bodies]


async def measure(broker: int, cuff: str, systolic: int, diastolic: int, mean: int) -> None:
    """One result of a cuff behind the broker; each of its own, since one cuff needs half a minute between two (B9)."""
    values = {"systolic": systolic, "diastolic": diastolic, "mean": mean, "pulse_rate": 74}
    payload = {"t": to_rfc3339(SystemClock().now()), "seq": 1, "values": values, "error": None}
    async with aiomqtt.Client("127.0.0.1", broker) as client:
        await client.publish(f"vitals/v1/{SITE}/{BED}/{cuff}/nibp", json.dumps(payload), qos=1)


async def replayed(site: Path, data: Path, session: str, out: Path) -> int:
    """Assert that `bedwatch replay --session` writes the very events of the journal; how many."""
    arguments = ("replay", "--session", session, "--site", site, "--data", data, "--out", out)
    process = await asyncio.create_subprocess_exec(sys.executable, "-P", "-m", "monitor", *map(str, arguments))
    assert await process.wait() == 0
    again = [json.loads(line) for line in await asyncio.to_thread(lambda: out.read_bytes().splitlines())]
    record = JournalReader(data / JOURNAL_FILE).session_record(session)
    then = [to_line(event, record.session.opened_at) for event in journaled_events(record)]
    assert again == then[: len(again)]
    return len(again)


async def test_kill_in_recovery(tmp_path: Path) -> None:
    """Started again on the same data folder, the service goes on; nothing is lost, nothing happens twice."""
    body = BeatingBody()
    body.show(spo2=80.0)
    devices = Devices(SystemClock(), tmp_path / "ports", SECOND // 20)
    devices.pty("ox-1", BED, "nonin-df2", NoninDf2(body), body)
    channel = ["[[channel]]", 'id = "pager"', 'kind = "webhook"', f'secret = "{SECRET}"']
    site, data = tmp_path / "site.toml", tmp_path / "data"
    data.mkdir()
    hire(data / PEOPLE_FILE)
    command = ("serve", "--site", site, "--data", data, "--port", "0")
    journal = data / JOURNAL_FILE

    with unanswered() as hook:
        channel.append(f'url = "http://127.0.0.1:{hook.getsockname()[1]}/hook"')
        async with EmbeddedBroker() as broker, running(devices.ward):
            for cuff in CUFFS:
                devices.bind(cuff, BED, "mqtt-vitals", mqtt_url(broker.port, BED, cuff))
            site.write_text(site_text((BED,), devices.lines, channel, "[watchdog]", "start = false"))
            async with (
                bedwatch(*command, folder=tmp_path) as first,
                signed_in(first.port, NURSE) as nurse,
                nurse.page() as page,
            ):
                await nurse.open_session(BED)
                await measure(broker.port, CUFFS[0], 128, 78, 95)
                await page.sees(lambda: page.beds[BED]["values"].get("systolic", {}).get("value") == 128)
                await nurse.command("start_infusion", BED, override_by=PRESCRIBER, reason="one reading will do here")
                # Step by step: what jumps is doubted at first (B6).
                await measure(broker.port, CUFFS[1], 159, 86, 112)
                await page.sees(lambda: page.beds[BED]["values"]["systolic"]["value"] == 159)
                await measure(broker.port, CUFFS[2], 199, 96, 131)
                await page.sees_alarm("SBP_CRIT")
                await measure(broker.port, CUFFS[3], 159, 86, 112)
                await page.sees_alarm("SBP_CRIT", "LATCHED")
                await measure(broker.port, CUFFS[4], 150, 85, 107)
                await page.sees_alarm("SBP_HIGH", "CLOSED")
                await nurse.command("end_infusion", BED, early=True, reason="the patient asked")
                await until(lambda: any(one["alarm"] == "SPO2_CRIT" for one in page.told), ALARM_WITHIN_S)
                await page.sees(lambda: page.beds[BED]["phase"] == "RECOVERY" and page.beds[BED]["recovery"])
                before = survivors(page)
                assert before["alarms"]["SBP_CRIT"][1] == "LATCHED"
                assert before["alarms"]["SPO2_CRIT"][1] == "ACTIVE"
                assert await first.end(signal.SIGKILL) == -signal.SIGKILL
            unsent = pending_pages(journal)
            raised = {page_id for page_id, (kind, _) in unsent.items() if kind == "alarm.raised"}
            # SBP_CRIT is latched: its condition has ended, but it is not over until somebody answers.
            assert {unsent[page_id][1] for page_id in raised} == {before["alarms"][name][0] for name in LATER_TOLD}

            async with (
                webhook_receiver(at=hook) as receiver,
                bedwatch(*command, folder=tmp_path) as second,
                signed_in(second.port, NURSE) as nurse,
                nurse.page() as page,
            ):
                after = survivors(page)
                assert after == before
                latched, present = (before["alarms"][name][0] for name in LATER_TOLD)
                whole = {("alarm.raised", latched), ("alarm.closed", latched), ("alarm.raised", present)}
                await until(lambda: whole <= set(news(receiver.received)), ALARM_WITHIN_S)
                for request in receiver.received:
                    Webhook(SECRET).verify(request.body, request.headers)
                story = [kind for kind, alarm_id in news(receiver.received) if alarm_id == latched]
                assert story == ["alarm.raised", "alarm.closed"]
                ids = [request.headers["webhook-id"] for request in receiver.received]
                # The present alarm is announced anew, in place of the call that was left.
                assert {page_id for page_id in raised if unsent[page_id][1] == latched} <= set(ids)
                assert len(ids) == len(set(ids)), "a page was sent twice"
                assert await nurse.acknowledge(before["alarms"]["SBP_CRIT"][0]) == "CLOSED"
                assert await nurse.acknowledge(before["alarms"]["SPO2_CRIT"][0]) == "ACKED"
                await page.socket.close()
                assert await second.end(signal.SIGTERM) == 0

    compared = check_journal(journal, read_site(site, {}))
    assert compared[before["session"]] > 8
    assert await replayed(site, data, before["session"], tmp_path / "again.jsonl") == compared[before["session"]]
    kinds = [row.kind for row in await asyncio.to_thread(JournalReader(journal).events)]
    assert kinds.count("session_opened") == 1
    assert kinds.count("baseline_frozen") == len(before["baseline"])
