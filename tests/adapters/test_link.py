"""The life of one connection, over a null modem and a clock moved by hand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

import pytest

from adapters.backoff import Backoff
from adapters.conversation import Refused, Sent
from adapters.driver import Cadence, Driver
from adapters.link import Link
from adapters.reading import FaultKind
from adapters.transports.memory import FULL, NullModem
from config.instant import SECOND
from config.vocabulary import LinkState
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.fake_device import CuffDialogue, LineDecoder, stream_driver
from tests.support.recording_sink import RecordingSink

START = 1_000 * SECOND


class Bench:
    """One link between a null modem and a recording sink."""

    def __init__(self, driver: Driver) -> None:
        self.clock = ManualClock(START)
        self.modem = NullModem()
        self.sink = RecordingSink()
        self.link = Link("dev", driver, None, self.modem.host, self.sink, self.clock, Random(7))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Bench]:
        await self.modem.device.open()
        task = asyncio.create_task(self.link.run())
        await let_tasks_run()
        try:
            yield self
        finally:
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    async def says(self, data: bytes) -> None:
        await self.modem.device.send(data)
        await let_tasks_run()

    async def told(self) -> bytes:
        """What the device has been told since last asked."""
        await let_tasks_run()
        return await self.modem.device.receive() if self.modem.device.arrived else b""


async def test_a_stream_device_is_up_with_its_first_good_reading() -> None:
    """An open port proves nothing; noise proves nothing; a reading does, and comes after the news."""
    async with Bench(stream_driver()).running() as bench:
        assert bench.link.stats.state is None
        await bench.says(b"#?#\n")
        await bench.clock.advance(SECOND)
        await bench.says(b"9")
        await bench.says(b"7\n")
    assert bench.sink.what() == [("fault", FaultKind.GARBAGE), ("up", None), ("reading", 97.0)]
    assert [heard.at for heard in bench.sink.heard] == [START, START + SECOND, START + SECOND]


async def test_what_a_device_says_about_itself_does_not_make_it_up() -> None:
    """A broker keeps an old `online` for ever (mqtt-payloads, section 3)."""
    async with Bench(stream_driver()).running() as bench:
        await bench.says(b"online\n")
    assert bench.sink.what() == [("reading", "DeviceStatus")]


async def test_an_episodic_device_is_up_when_its_port_is_open() -> None:
    """Silence of a cuff is no news (alarm-system 3.2, DEVICE_OFFLINE)."""
    async with Bench(stream_driver(Cadence.EPISODIC)).running() as bench:
        assert bench.sink.what() == [("up", None)]


async def test_one_gap_is_one_down_with_its_reason_and_one_up() -> None:
    """However often the port is tried in between."""
    async with Bench(stream_driver()).running() as bench:
        await bench.says(b"97\n")
        await bench.modem.pull("plug pulled")
        await bench.clock.advance(60 * SECOND)
        assert bench.sink.what()[2:] == [("down", "plug pulled")]
        assert bench.link.stats.reason == "plug pulled"
        await bench.modem.plug_in()
        await bench.modem.device.open()
        await bench.clock.advance(10 * SECOND)
        await bench.says(b"96\n")
    assert bench.sink.what()[3:] == [("up", None), ("reading", 96.0)]
    assert bench.link.stats.reconnects == 1
    assert bench.link.stats.reason is None


async def test_a_port_that_is_missing_from_the_start_is_told_once() -> None:
    """And found when it appears."""
    bench = Bench(stream_driver(Cadence.EPISODIC))
    await bench.modem.pull("no such port")
    task = asyncio.create_task(bench.link.run())
    await bench.clock.advance(30 * SECOND)
    assert bench.sink.what() == [("down", "no such port")]
    await bench.modem.plug_in()
    await bench.clock.advance(10 * SECOND)
    assert bench.sink.what() == [("down", "no such port"), ("up", None)]
    assert bench.link.stats.reconnects == 0
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_pauses_between_attempts_grow_to_the_cap_and_start_again_after_a_reading() -> None:
    """Each attempt is a wake-up of the clock; without spread they stand at 0.5, 1, 2, 4, 8, 10, 10 seconds."""
    bench = Bench(stream_driver())
    bench.link = Link(
        "dev", stream_driver(), None, bench.modem.host, bench.sink, bench.clock, Random(7), Backoff(spread=0)
    )

    async def next_pause() -> float:
        await let_tasks_run()
        assert bench.clock.next_wake is not None
        pause = bench.clock.next_wake - bench.clock.now()
        await bench.clock.advance(pause)
        return pause / SECOND

    async with bench.running():
        await bench.modem.pull()
        assert [await next_pause() for _ in range(7)] == [0.5, 1, 2, 4, 8, 10, 10]
        await bench.modem.plug_in()
        await bench.modem.device.open()
        await next_pause()
        await bench.says(b"97\n")
        await bench.modem.pull()
        assert await next_pause() == 0.5


async def test_a_failure_that_stays_the_same_is_logged_once_then_counted(caplog: pytest.LogCaptureFixture) -> None:
    """Not a line per attempt: a new reason is a line, the old one again after ten minutes, with its count."""
    caplog.set_level("INFO", "adapters.link")
    bench = Bench(stream_driver())
    backoff = Backoff(spread=0)
    bench.link = Link("dev", stream_driver(), None, bench.modem.host, bench.sink, bench.clock, Random(7), backoff)
    await bench.modem.pull("Connection refused")
    task = asyncio.create_task(bench.link.run())
    await bench.clock.advance(59 * SECOND)
    assert caplog.messages == []  # the sink was told, and the loss is in the log by that
    await bench.clock.advance(600 * SECOND)
    # Tries at 0.5, 1.5, 3.5, 7.5, 15.5 s and then every 10 s: that at 65.5 s is the first after the minute.
    assert caplog.messages == ["dev: Connection refused"]
    await bench.clock.advance(10 * SECOND)
    assert caplog.messages[1:] == ["dev: still Connection refused (60 times since last said)"]
    await bench.modem.pull("No route to host")
    await bench.clock.advance(30 * SECOND)
    assert caplog.messages[2:] == ["dev: No route to host"]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_loss_is_told_by_the_sink_alone_and_what_hinders_the_return_after_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One pulled cable is one line: not the loss, the loss in other words, and the port that is not there."""
    caplog.set_level("INFO", "adapters.link")
    async with Bench(stream_driver()).running() as bench:
        for _ in range(2):
            await bench.says(b"97\n")
            await bench.modem.pull("plug pulled")
            await bench.clock.advance(30 * SECOND)
            await bench.modem.plug_in()
            await bench.modem.device.open()
            await bench.clock.advance(10 * SECOND)
        assert caplog.messages == []
        await bench.says(b"97\n")
        await bench.modem.pull("no such port")
        await bench.clock.advance(90 * SECOND)
    assert caplog.messages == ["dev: no such port"]


async def test_half_a_frame_from_before_a_loss_never_joins_what_comes_after() -> None:
    """The decoder is new for each connection."""
    async with Bench(stream_driver()).running() as bench:
        await bench.says(b"9")
        await bench.modem.pull()
        await bench.clock.advance(SECOND)
        await bench.modem.plug_in()
        await bench.modem.device.open()
        await bench.clock.advance(10 * SECOND)
        await bench.says(b"7\n")
    assert ("reading", 7.0) in bench.sink.what()


async def test_a_port_with_nothing_but_garbage_shows_in_the_figures() -> None:
    """Counted by kind and in a row since the last good reading."""
    async with Bench(stream_driver()).running() as bench:
        await bench.says(b"97\n" + b"xx\n" * 3)
        stats = bench.link.stats
        assert (stats.readings, stats.bytes_received, stats.faults_in_a_row) == (1, 12, 3)
        assert stats.faults == {FaultKind.GARBAGE: 3}
        assert stats.last_reading_at == START
        assert stats.last_fault is not None
        await bench.says(b"97\n")
        assert stats.faults_in_a_row == 0


async def test_a_bug_in_a_decoder_leaves_the_link_closed_and_is_raised() -> None:
    """The supervisor tells and restarts; the link itself hides nothing."""
    bench = Bench(stream_driver())
    await bench.modem.device.open()
    task = asyncio.create_task(bench.link.run())
    await let_tasks_run()
    await bench.says(b"bug\n")
    with pytest.raises(RuntimeError, match="planted"):
        await task
    assert not bench.modem.host.is_open


async def test_a_stop_is_no_loss_and_closes_the_port() -> None:
    """Our own stop is not the device's failure: no alarm of the last second."""
    async with Bench(stream_driver()).running() as bench:
        await bench.says(b"97\n")
    assert bench.link.stats.state is LinkState.UP
    assert not bench.modem.host.is_open
    assert len(asyncio.all_tasks()) == 1


async def test_the_dialogue_greets_polls_at_its_deadlines_and_answers_readings() -> None:
    """All that is said to a device comes from its dialogue, at the dialogue's own times."""
    async with Bench(stream_driver(Cadence.POLL, CuffDialogue)).running() as bench:
        assert await bench.told() == b"hello\n"
        await bench.clock.advance(2 * SECOND + SECOND // 2)
        assert await bench.told() == b"poll\npoll\n"
        await bench.says(b"cuff\n")
        assert await bench.told() == b"thanks\n"


async def test_a_measurement_is_started_on_request_and_the_lock_out_is_told() -> None:
    """A refusal has a reason."""
    async with Bench(stream_driver(Cadence.EPISODIC, CuffDialogue)).running() as bench:
        await bench.told()
        assert await bench.link.request_measurement() == Sent()
        assert await bench.told() == b"start\n"
        assert isinstance(await bench.link.request_measurement(), Refused)
        assert await bench.link.cancel_measurement() == Sent()
        assert await bench.told() == b"stop\n"


async def test_the_lock_out_holds_across_a_pulled_cable() -> None:
    """Never inflate on reconnect (blood-pressure, section 9.5)."""
    async with Bench(stream_driver(Cadence.EPISODIC, CuffDialogue)).running() as bench:
        await bench.link.request_measurement()
        await bench.modem.pull()
        await let_tasks_run()
        assert await bench.link.request_measurement() == Refused("the device is not connected")
        await bench.modem.plug_in()
        await bench.modem.device.open()
        await bench.clock.advance(SECOND)
        assert await bench.told() == b"hello\n"
        assert isinstance(await bench.link.request_measurement(), Refused)


async def test_a_running_measurement_is_stopped_when_its_requester_goes() -> None:
    """Blood-pressure, section 9.5: abort on loss of the requester."""
    async with Bench(stream_driver(Cadence.EPISODIC, CuffDialogue)).running() as bench:
        await bench.link.request_measurement()
        await bench.told()
    assert await bench.told() == b"stop\n"


async def test_a_finished_measurement_is_not_stopped_again() -> None:
    """The result ends it."""
    async with Bench(stream_driver(Cadence.EPISODIC, CuffDialogue)).running() as bench:
        await bench.link.request_measurement()
        await bench.says(b"cuff\n")
        await bench.told()
    assert await bench.told() == b""


async def test_a_device_that_only_talks_refuses_commands() -> None:
    """With its name in the reason."""
    async with Bench(stream_driver()).running() as bench:
        assert await bench.link.request_measurement() == Refused("a line device takes no commands")


async def test_a_dialogue_whose_tick_never_moves_on_is_a_bug_and_not_a_busy_loop() -> None:
    """It is raised for the supervisor."""

    class Stuck(CuffDialogue):
        def tick(self, now: int) -> bytes:
            return b""

    bench = Bench(stream_driver(Cadence.POLL, Stuck))
    task = asyncio.create_task(bench.link.run())
    await bench.clock.advance(2 * SECOND)
    with pytest.raises(RuntimeError, match="deadline"):
        await task


async def test_deadlines_that_fall_together_are_no_bug() -> None:
    """Each tick settles one of them."""

    class Busy(CuffDialogue):
        due = 5

        def tick(self, now: int) -> bytes:
            self.due -= 1
            return super().tick(now) if self.due == 0 else b"."

    async with Bench(stream_driver(Cadence.POLL, Busy)).running() as bench:
        await bench.told()
        await bench.clock.advance(SECOND)
        assert await bench.told() == b"....poll\n"


async def test_a_device_that_accepts_no_good_bye_does_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The stop of its measurement is given a moment, then the log says that it failed."""
    monkeypatch.setattr("adapters.link.LEAVE_WITHIN_S", 0.01)
    async with Bench(stream_driver(Cadence.EPISODIC, CuffDialogue)).running() as bench:
        assert await bench.told() == b"hello\n"
        assert isinstance(await bench.link.request_measurement(), Sent)
        bench.modem.device.arrived += bytes(FULL)
        caplog.set_level(logging.WARNING, logger="adapters.link")  # whatever an earlier test left behind
    assert "could not be stopped" in caplog.text
    assert not bench.modem.host.is_open


def test_the_fake_decoder_does_not_care_how_bytes_are_cut() -> None:
    """The fake keeps the contract that the tests above rely on."""
    whole = list(LineDecoder(None).feed(b"97\n??\n96\n"))
    decoder = LineDecoder(None)
    assert [item for byte in b"97\n??\n96\n" for item in decoder.feed(bytes([byte]))] == whole
