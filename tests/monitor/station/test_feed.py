"""The stream's hub over fake sockets and a hand-moved clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest

from config.instant import SECOND, to_rfc3339
from monitor.station import wire
from monitor.station.browser import ALARM_BACKLOG, LARGEST_PAGE_MESSAGE
from monitor.station.feed import FeedHub
from monitor.station.rights import RIGHTS, Caller, Role
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.station import START, FakeSocket, FakeWard, a_bed, an_alarm

NURSE = Caller("nurse-a", Role.NURSE, RIGHTS[Role.NURSE], "10.0.0.7")


class Hub:
    """A running hub and its pages."""

    def __init__(self, tasks: asyncio.TaskGroup) -> None:
        self.clock = ManualClock(START)
        self.ward = FakeWard()
        self.feed = FeedHub(self.ward, self.clock)
        self._tasks = tasks
        self.serving: list[asyncio.Task[None]] = [tasks.create_task(self.feed.run())]

    async def page(self, still_allowed: Callable[[], bool] = lambda: True) -> FakeSocket:
        """A page that has its snapshot."""
        socket = FakeSocket()
        serving = self.feed.serve(NURSE, socket.receive, socket.send, still_allowed=still_allowed)
        self.serving.append(self._tasks.create_task(serving))
        await let_tasks_run()
        return socket


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    """Stopped, with all its pages, at the end."""
    async with asyncio.TaskGroup() as tasks:
        opened = Hub(tasks)
        yield opened
        for task in opened.serving:
            task.cancel()


def seqs(socket: FakeSocket) -> list[int]:
    return [message["seq"] for message in socket.sent]


async def test_the_snapshot_comes_first_and_whole(hub: Hub) -> None:
    hub.ward.open_alarms = [an_alarm()]
    page = await hub.page()
    assert page.types() == ["snapshot"]
    assert [bed["id"] for bed in page.sent[0]["beds"]] == ["bay-1", "bay-2"]
    assert page.sent[0]["alarms"][0]["alarm_id"] == "bay-1-0001"
    assert page.sent[0]["site"]["id"] == "harbour"
    assert page.sent[0]["server_time"] == to_rfc3339(START)


async def test_an_alarm_is_written_before_the_call_returns(hub: Hub) -> None:
    """No task switch between the decision and the socket."""
    pages = [await hub.page(), await hub.page()]
    hub.feed.alarms_changed([an_alarm()])
    for page in pages:
        assert page.types() == ["snapshot", "update"]
        assert [alarm["alarm_id"] for alarm in page.sent[1]["alarms"]] == ["bay-1-0001"]
        assert [bed["id"] for bed in page.sent[1]["beds"]] == ["bay-1"]


async def test_an_alarm_of_the_service_goes_out_without_a_bed(hub: Hub) -> None:
    page = await hub.page()
    hub.feed.alarms_changed([an_alarm("site-0001", bed=None)])
    assert page.sent[1]["beds"] == []


async def test_numerics_go_out_once_a_second_in_one_frame_as_they_are_then(hub: Hub) -> None:
    page = await hub.page()
    for spo2 in (96.0, 95.0, 94.0):
        hub.ward.pictures["bay-1"] = a_bed("bay-1", spo2=spo2)
        hub.feed.bed_changed("bay-1")
    hub.feed.bed_changed("bay-2")
    assert page.types() == ["snapshot"]
    await hub.clock.advance(SECOND)
    assert page.types() == ["snapshot", "update"]
    assert [bed["id"] for bed in page.sent[1]["beds"]] == ["bay-1", "bay-2"]
    assert page.sent[1]["beds"][0]["values"]["spo2"]["value"] == 94.0
    await hub.clock.advance(SECOND)
    assert page.types() == ["snapshot", "update", "heartbeat"]


async def test_one_picture_serves_all_pages(hub: Hub) -> None:
    """Encoded once: the view is asked once a tick however many pages look."""
    asked: list[str] = []
    bed = hub.ward.bed
    hub.ward.bed = lambda bed_id: (asked.append(bed_id), bed(bed_id))[1]  # type: ignore[method-assign]
    for _ in range(5):
        await hub.page()
    hub.feed.bed_changed("bay-1")
    await hub.clock.advance(SECOND)
    assert asked == ["bay-1"]


async def test_an_alarm_in_the_middle_of_a_tick_is_never_followed_by_older_values(hub: Hub) -> None:
    """A tick serves page after page; an alarm may come between two of them."""
    first, second = await hub.page(), await hub.page()

    def raise_one(message: dict[str, Any]) -> None:
        if first.types() == ["snapshot", "update"]:
            hub.ward.pictures["bay-1"] = a_bed("bay-1", spo2=85.0)
            asyncio.get_running_loop().call_soon(hub.feed.alarms_changed, [an_alarm()])

    first.on_message = raise_one
    hub.feed.bed_changed("bay-1")
    await hub.clock.advance(SECOND)
    for page, shown in ((first, [97.0, 85.0]), (second, [85.0, 85.0])):
        updates = page.sent[1:]
        assert [update["beds"][0]["values"]["spo2"]["value"] for update in updates] == shown
        assert sum(len(update["alarms"]) for update in updates) == 1


async def test_a_heartbeat_every_two_seconds(hub: Hub) -> None:
    page = await hub.page()
    await hub.clock.advance(10 * SECOND)
    assert page.types() == ["snapshot"] + ["heartbeat"] * 5
    assert page.sent[1]["server_time"] == to_rfc3339(START + 2 * SECOND)


async def test_seq_has_no_gaps_on_each_connection(hub: Hub) -> None:
    early = await hub.page()
    hub.feed.alarms_changed([an_alarm()])
    late = await hub.page()
    hub.feed.bed_changed("bay-1")
    await hub.clock.advance(4 * SECOND)
    assert seqs(early) == list(range(1, len(early.sent) + 1))
    assert seqs(late) == list(range(1, len(late.sent) + 1))
    assert len(early.sent) == len(late.sent) + 1


async def test_pleth_goes_to_subscribers_alone(hub: Hub) -> None:
    watching, other = await hub.page(), await hub.page()
    watching.say('{"type": "subscribe", "pleth": ["bay-1"]}')
    await let_tasks_run()
    hub.feed.pleth("bay-1", START, 75.0, [0.1, None, 0.3])
    hub.feed.pleth("bay-2", START, 75.0, [0.5])
    assert watching.types() == ["snapshot", "pleth"]
    assert watching.sent[1]["samples"] == [0.1, None, 0.3]
    assert watching.sent[1]["t"] == to_rfc3339(START)
    assert other.types() == ["snapshot"]
    watching.say('{"type": "subscribe", "pleth": []}')
    await let_tasks_run()
    hub.feed.pleth("bay-1", START, 75.0, [0.1])
    assert watching.types() == ["snapshot", "pleth"]


async def test_a_slow_page_gets_every_alarm_and_only_the_latest_values(hub: Hub) -> None:
    page = await hub.page()
    page.say('{"type": "subscribe", "pleth": ["bay-1"]}')
    await let_tasks_run()
    page.fill()
    hub.feed.alarms_changed([an_alarm("bay-1-0001")])
    for second in range(5):
        hub.ward.pictures["bay-2"] = a_bed("bay-2", spo2=90.0 + second)
        hub.feed.bed_changed("bay-2")
        hub.feed.pleth("bay-1", START + second, 75.0, [float(second)])
        await hub.clock.advance(SECOND)
    hub.feed.alarms_changed([an_alarm("bay-1-0002")])
    page.empty()
    await let_tasks_run()
    assert page.types() == ["snapshot", "update", "update", "update", "pleth"]
    assert [alarm["alarm_id"] for message in page.sent[1:3] for alarm in message["alarms"]] == [
        "bay-1-0001",
        "bay-1-0002",
    ]
    assert [bed["values"]["spo2"]["value"] for bed in page.sent[3]["beds"]] == [94.0]
    assert page.sent[4]["samples"] == [4.0]
    assert seqs(page) == [1, 2, 3, 4, 5]
    hub.feed.alarms_changed([an_alarm("bay-1-0003")])
    assert page.types()[-1] == "update"


async def test_a_slow_page_does_not_hold_up_the_others(hub: Hub) -> None:
    slow, quick = await hub.page(), await hub.page()
    slow.fill()
    for number in range(3):
        hub.feed.alarms_changed([an_alarm(f"bay-1-000{number}")])
    assert quick.types() == ["snapshot", "update", "update", "update"]


async def test_a_page_that_accepts_nothing_is_closed_with_1013(hub: Hub) -> None:
    page = await hub.page()
    page.fill()
    hub.feed.alarms_changed([an_alarm()])
    await hub.clock.advance(9 * SECOND)
    assert len(hub.feed.stations()) == 1
    await hub.clock.advance(2 * SECOND)
    page.empty()
    await let_tasks_run()
    assert page.closed is not None
    assert page.closed[0] == 1013
    assert hub.feed.stations() == []
    assert {count.name: count.value for count in hub.feed.counts()}["bedwatch_pages_given_up_total"] == 1


async def test_a_page_whose_alarms_pile_up_is_closed_with_1013(hub: Hub) -> None:
    page = await hub.page()
    page.fill()
    for number in range(ALARM_BACKLOG + 2):
        hub.feed.alarms_changed([an_alarm(f"bay-1-{number:04}")])
    await let_tasks_run()
    page.empty()
    await let_tasks_run()
    assert page.closed is not None
    assert page.closed[0] == 1013


@pytest.mark.parametrize(
    "said",
    [
        "{",
        "[]",
        "null",
        '{"type": "shout"}',
        '{"type": "subscribe", "pleth": [1]}',
        '{"type": "station", "audio": "loud", "visible": true}',
        '{"type": "subscribe", "pleth": ["' + "x" * LARGEST_PAGE_MESSAGE + '"]}',
        '{"type": "sub\ud800scribe", "pleth": []}',
        '{"type": "subscribe", "pleth": ["\\ud800"]}',
    ],
)
async def test_a_malformed_message_closes_with_1008_and_is_counted(hub: Hub, said: str) -> None:
    page = await hub.page()
    page.say(said)
    await let_tasks_run()
    assert page.closed is not None
    assert page.closed[0] == 1008
    assert page.closed[1]
    assert {count.name: count.value for count in hub.feed.counts()}["bedwatch_page_messages_refused_total"] == 1


async def test_a_binary_message_closes_with_1008(hub: Hub) -> None:
    page = await hub.page()
    page.say_bytes(b"\x00")
    await let_tasks_run()
    assert page.closed == (1008, "messages are JSON text")


async def test_stations_tell_what_each_page_said_last(hub: Hub) -> None:
    page = await hub.page()
    assert hub.feed.stations()[0].said_at is None
    page.say('{"type": "station", "audio": "blocked", "visible": true}')
    await hub.clock.advance(SECOND)
    page.say('{"type": "station", "audio": "ok", "visible": false}')
    await let_tasks_run()
    [station] = hub.feed.stations()
    assert (station.name, station.address, station.audio, station.visible) == ("nurse-a", "10.0.0.7", "ok", False)
    assert station.said_at == START + SECOND
    page.leave()
    await let_tasks_run()
    assert hub.feed.stations() == []


async def test_a_page_no_longer_allowed_is_closed_at_the_next_heartbeat(hub: Hub) -> None:
    allowed = [True]
    page = await hub.page(lambda: allowed[0])
    await hub.clock.advance(2 * SECOND)
    assert page.closed is None
    allowed[0] = False
    await hub.clock.advance(2 * SECOND)
    assert page.closed == (1008, "signed out")


async def test_a_broken_line_ends_quietly(hub: Hub) -> None:
    page, other = await hub.page(), await hub.page()
    page.broken = True
    hub.feed.alarms_changed([an_alarm()])
    hub.feed.alarms_changed([an_alarm()])
    page.leave()
    await let_tasks_run()
    assert len(hub.feed.stations()) == 1
    assert other.types() == ["snapshot", "update", "update"]


async def test_a_line_that_breaks_while_full_ends_quietly(hub: Hub) -> None:
    page = await hub.page()
    page.fill()
    hub.feed.alarms_changed([an_alarm()])
    page.broken = True
    page.empty()
    page.leave()
    await let_tasks_run()
    assert hub.feed.stations() == []


async def test_a_page_that_comes_between_ticks_misses_nothing(hub: Hub) -> None:
    """The shared snapshot may be older than a page, but then the next tick brings what changed."""
    await hub.page()
    hub.ward.pictures["bay-1"] = a_bed("bay-1", spo2=91.0)
    hub.feed.bed_changed("bay-1")
    late = await hub.page()
    await hub.clock.advance(SECOND)
    assert late.sent[-1]["beds"][0]["values"]["spo2"]["value"] == 91.0
    hub.ward.open_alarms = [an_alarm()]
    hub.feed.alarms_changed([an_alarm()])
    assert [alarm["alarm_id"] for alarm in (await hub.page()).sent[0]["alarms"]] == ["bay-1-0001"]


async def test_every_message_fits_the_contract(hub: Hub) -> None:
    """What a page gets decodes as the contract's own structs."""
    page = await hub.page()
    page.say('{"type": "subscribe", "pleth": ["bay-1"]}')
    await let_tasks_run()
    hub.feed.pleth("bay-1", START, 75.0, [float("nan"), 1.0])
    hub.feed.alarms_changed([an_alarm()])
    await hub.clock.advance(2 * SECOND)
    kinds = [type(msgspec.convert(message, type=wire.ToPage)) for message in page.sent]
    assert kinds == [wire.Snapshot, wire.Pleth, wire.Update, wire.Heartbeat]


async def test_4_2_a_pause_of_the_station_is_told_to_every_page_at_once(hub: Hub) -> None:
    page = await hub.page()
    off = wire.Inactivation("AUDIO_OFF", None, None, "lead-l", "2026-11-22T14:00:00.000Z", None, None, None)
    hub.ward.of_station = [off]
    hub.feed.station_changed()
    await let_tasks_run()
    assert page.sent[-1]["inactivations"][0]["state"] == "AUDIO_OFF"
    assert (await hub.page()).sent[0]["inactivations"][0]["by"] == "lead-l"
