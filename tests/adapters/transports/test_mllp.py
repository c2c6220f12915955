"""The HL7 listener, over real loopback sockets."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

import hl7
import pytest

from adapters.driver import Cadence, Driver
from adapters.links import DeviceSpec, Links
from adapters.message_device import MessageDevice
from adapters.reading import FaultKind
from adapters.registry import driver
from adapters.transports.mllp import MllpListener
from adapters.transports.mllp_connections import MOST_CONNECTIONS, MOST_OF_ONE_PEER
from adapters.transports.mllp_framing import framed
from config.instant import MINUTE, SECOND, Instant
from config.vocabulary import LinkState
from tests.adapters.hl7_samples import observation
from tests.adapters.transports.mosquitto import free_port
from tests.support.clock import ManualClock, let_tasks_run
from tests.support.descriptors import open_descriptors
from tests.support.fake_device import message_driver
from tests.support.recording_sink import RecordingSink

pytestmark = pytest.mark.enable_socket

LOOPBACK = "127.0.0.1"
HL7 = driver("hl7-mllp")


@dataclass
class Ward:
    """A listener, its devices by the beds they are bound to, and what they said."""

    listener: MllpListener
    sink: RecordingSink
    clock: ManualClock
    unbound: list[tuple[str, bytes]] = field(default_factory=list)

    async def monitor(self) -> Monitor:
        return Monitor(*await asyncio.open_connection(LOOPBACK, self.listener.port))


class Monitor:
    """A sender: it waits for each acknowledgement."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *messages: bytes) -> str:
        """Send these at once; the codes and ids of the answers, of as many as there are messages."""
        self.writer.write(b"".join(map(framed, messages)))
        answers = [await self.answer() for _ in messages]
        return " ".join(f"{each['MSA'][0][1]} {each['MSA'][0][2]}" for each in answers)

    async def answer(self) -> hl7.Message:
        async with asyncio.timeout(10):
            frame = await self.reader.readuntil(b"\x1c\r")
        return hl7.parse(frame[1:-2])

    async def leave(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


@asynccontextmanager
async def ward(*beds: str, found: Driver = HL7) -> AsyncIterator[Ward]:
    sink, clock = RecordingSink(), ManualClock(1_773_476_815 * SECOND)
    devices = [MessageDevice(bed or "any", found, found.options(), bed, sink, clock) for bed in beds]
    unbound: list[tuple[str, bytes]] = []

    def keep(topic: str, payload: bytes, at: Instant) -> None:
        unbound.append((topic, payload))

    listener = MllpListener(LOOPBACK, 0, devices, keep, clock, Random(1))
    running = asyncio.create_task(listener.run())
    try:
        async with asyncio.timeout(30):
            while listener.stats.state is LinkState.DOWN:
                await let_tasks_run(1)
            yield Ward(listener, sink, clock, unbound)
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_a_message_is_read_before_it_is_acknowledged() -> None:
    async with ward("BED12") as here:
        monitor = await here.monitor()
        assert await monitor.send(observation("A1")) == "CA A1"
        assert here.sink.what("BED12") == [
            ("down", f"no monitor has connected to port {here.listener.port} yet"),
            ("up", None),
            ("reading", 97.0),
        ]
        await monitor.leave()


async def test_messages_cut_anywhere_and_several_at_once() -> None:
    """TCP splits and joins frames; each gets its answer, in order."""
    async with ward("BED12") as here:
        monitor = await here.monitor()
        assert await monitor.send(*(observation(f"B{number}", spo2=str(90 + number)) for number in range(3))) == (
            "CA B0 CA B1 CA B2"
        )
        frame = b"noise" + framed(observation("B3", spo2="93"))
        for start in range(0, len(frame), 50):
            monitor.writer.write(frame[start : start + 50])
            await monitor.writer.drain()
            await let_tasks_run()
        assert (await monitor.answer())["MSA"][0][2] == ["B3"]
        assert [detail for what, detail in here.sink.what() if what == "reading"] == [90.0, 91.0, 92.0, 93.0]
        await monitor.leave()


async def test_a_message_sent_again_is_answered_and_not_read_again() -> None:
    """Over a new connection too: the old one broke before the acknowledgement arrived."""
    async with ward("BED12") as here:
        for _ in range(2):
            monitor = await here.monitor()
            assert await monitor.send(observation("A1")) == "CA A1"
            await monitor.leave()
        assert here.listener.stats.repeated == 1
        assert here.sink.what().count(("reading", 97.0)) == 1


async def test_a_monitor_that_gives_every_message_the_same_id_is_still_read() -> None:
    """Only the same bytes are a repetition."""
    async with ward("BED12") as here:
        monitor = await here.monitor()
        for spo2 in ("97", "96", "97"):
            assert await monitor.send(observation("1", spo2=spo2)) == "CA 1"
        assert [detail for what, detail in here.sink.what() if what == "reading"] == [97.0, 96.0, 97.0]
        await monitor.leave()


@pytest.mark.parametrize(
    ("payload", "device"),
    [
        (observation(), "BED12"),
        (observation(bed="^^&12"), "12"),
        (observation(bed="").replace(b"|||||R", b"|||||R|||||||BED3^^0012A3FFFE4B5C6D^EUI-64"), "BED3"),
        (observation(bed="", sender="MON_VENDOR"), "MON_VENDOR"),
        (observation(bed="^^BED77"), "any"),
    ],
)
async def test_the_bed_selects_the_device(payload: bytes, device: str) -> None:
    """PV1-3, then OBX-18, then MSH-3; who has no bed in its URL takes the rest."""
    async with ward("BED12", "12", "BED3", "MON_VENDOR", "") as here:
        monitor = await here.monitor()
        assert await monitor.send(payload) == "CA BV1"
        assert [heard.device_id for heard in here.sink.heard if heard.what == "reading"] == [device]
        await monitor.leave()


async def test_a_bed_number_of_two_wards_goes_to_the_device_of_its_whole_place() -> None:
    """One URL names the bed alone, the other its whole place: no ward's values under the other's patient."""
    async with ward("BED12", "WARD8^ROOM1^BED12") as here:
        monitor = await here.monitor()
        for bed in ("WARD7^ROOM2^BED12", "WARD8^ROOM1^BED12"):
            assert await monitor.send(observation(bed[:5], bed=bed)) == f"CA {bed[:5]}"
        heard = [each.device_id for each in here.sink.heard if each.what == "reading"]
        assert heard == ["BED12", "WARD8^ROOM1^BED12"]
        await monitor.leave()


async def test_a_bed_that_nobody_bound_is_accepted_and_kept_apart_without_names(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Unknown patient or bed: CA. Values stay; names and numbers of the patient do not, in log nor topic."""
    caplog.set_level(logging.DEBUG)
    async with ward("BED1") as here:
        monitor = await here.monitor()
        assert await monitor.send(observation()) == "CA BV1"
        ((topic, payload),) = here.unbound
        assert topic == f"mllp/{here.listener.port}/BED12/ORU"
        assert b"|97|" in payload
        assert b"MRN0001" not in payload
        assert here.listener.stats.unbound == 1
        await monitor.leave()
    assert not any(word in caplog.text for word in ("MRN0001", "Test^Patient", "19600101"))


async def test_the_loss_of_the_connection_is_the_loss_of_the_device() -> None:
    async with ward("BED12", "BED13") as here:
        monitor = await here.monitor()
        await monitor.send(observation("1"))
        await monitor.leave()
        lost = await here.sink.until(lambda heard: heard.what == "down" and "closed" in str(heard.detail))
        assert (lost.device_id, lost.detail) == ("BED12", "monitor at 127.0.0.1: closed by the other end")
        monitor = await here.monitor()
        await monitor.send(observation("2"))
        assert [what for what, _ in here.sink.what("BED12")][-2:] == ["up", "reading"]
        assert [what for what, _ in here.sink.what("BED13")] == ["down"]
        await monitor.leave()


async def test_an_old_connection_that_dies_late_takes_nothing_down() -> None:
    """A monitor that lost its power comes back before its old connection is found dead."""
    async with ward("BED12") as here:
        old, new = await here.monitor(), await here.monitor()
        await old.send(observation("1"))
        await new.send(observation("2"))
        await old.leave()
        await new.send(observation("3"))
        assert "down" not in [what for what, _ in here.sink.what()[1:]]
        await new.leave()


async def test_an_episodic_device_is_up_with_its_connection() -> None:
    async with ward("BED12", found=replace(HL7, cadence=Cadence.EPISODIC)) as here:
        monitor = await here.monitor()
        await monitor.send(observation("1", spo2="x"))
        assert here.sink.what()[1:] == [("up", None), ("fault", FaultKind.MALFORMED)]
        await monitor.leave()


async def test_what_is_rejected_is_answered_and_shows_as_a_fault() -> None:
    async with ward("BED12") as here:
        monitor = await here.monitor()
        assert await monitor.send(observation("1"), observation("2", processing="T"), b"nonsense") == "CA 1 CR 2 AR "
        assert [detail for what, detail in here.sink.what() if what == "fault"] == [
            FaultKind.UNKNOWN_UNIT,
            FaultKind.MALFORMED,
        ]
        assert here.listener.stats.rejected == 2
        await monitor.leave()


async def test_a_message_beyond_the_limit_is_answered_so_that_its_sender_goes_on() -> None:
    async with ward("BED12") as here:
        monitor = await here.monitor()
        assert await monitor.send(b"x" * 70_000) == "AR "
        assert await monitor.send(observation("1")) == "CA 1"
        await monitor.leave()


async def test_an_alert_is_accepted_and_counted() -> None:
    async with ward("BED12") as here:
        monitor = await here.monitor()
        assert await monitor.send(observation(kind="ORU^R40^ORU_R40")) == "CA BV1"
        assert here.listener.stats.alerts == 1
        assert [what for what, _ in here.sink.what()] == ["down"]
        await monitor.leave()


async def test_a_bug_is_answered_with_an_error_and_told_without_the_message(caplog: pytest.LogCaptureFixture) -> None:
    """The sender may try again; other devices of the listener go on."""

    class Buggy:
        def __init__(self, _options: Any) -> None:
            pass

        def feed_message(self, topic: str, payload: bytes) -> list[Any]:
            raise ValueError(payload.decode())

    async with ward("BED12", found=replace(message_driver(), decoder=Buggy)) as here:
        monitor = await here.monitor()
        assert await monitor.send(observation("1")) == "CE 1"
        assert here.listener.devices[0].stats.reason == "internal error (ValueError)"
        assert here.listener.stats.repeated == 0
        assert await monitor.send(observation("1")) == "CE 1"
        await monitor.leave()
    assert "met a bug, ValueError" in caplog.text
    assert "MRN0001" not in caplog.text


async def test_connections_are_bounded_and_leave_nothing_behind() -> None:
    before = open_descriptors()
    async with ward("BED12") as here:
        monitors = []
        for number in range(MOST_CONNECTIONS):
            monitors.append(await here.monitor())
            await monitors[-1].send(observation(str(number)))
        extra = await here.monitor()
        async with asyncio.timeout(10):
            assert await extra.reader.read() == b""
        assert here.listener.stats.turned_away == 1
        for monitor in (*monitors, extra):
            await monitor.leave()
    assert open_descriptors() <= before
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_silent_connections_shut_no_monitor_out(caplog: pytest.LogCaptureFixture) -> None:
    """The oldest idle one of the address makes room; one that speaks does not."""
    async with ward("BED12") as here:
        speaking = await here.monitor()
        await speaking.send(observation("1"))
        silent = [await here.monitor() for _ in range(MOST_CONNECTIONS)]
        late = await here.monitor()
        assert await late.send(observation("2")) == "CA 2"
        assert await speaking.send(observation("3")) == "CA 3"
        async with asyncio.timeout(10):
            assert await silent[0].reader.read() == b""
        assert here.listener.stats.connections <= MOST_OF_ONE_PEER
        assert here.listener.stats.turned_away == 0
        for monitor in (speaking, late, *silent):
            await monitor.leave()
    assert "gave way to a new connection" in caplog.text


async def test_a_connection_without_a_message_for_five_minutes_is_closed(caplog: pytest.LogCaptureFixture) -> None:
    """Bytes are no message; its device is told, and a monitor that sends once a minute stays."""
    async with ward("BED12", "BED13") as here:
        mute, speaking = await here.monitor(), await here.monitor()
        await mute.send(observation("1", bed="^^BED13"))
        for minute in range(6):
            assert await speaking.send(observation(f"S{minute}")) == f"CA S{minute}"
            mute.writer.write(b"noise")
            await here.clock.advance(MINUTE)
        async with asyncio.timeout(10):
            assert await mute.reader.read() == b""
        lost = await here.sink.until(lambda heard: heard.what == "down" and "no message" in str(heard.detail))
        assert (lost.device_id, lost.detail) == ("BED13", "monitor at 127.0.0.1: closed here: no message for 5 min")
        assert await speaking.send(observation("S7")) == "CA S7"
        for monitor in (mute, speaking):
            await monitor.leave()
    assert "monitor at 127.0.0.1: closed here: no message for 5 min" in caplog.text


async def test_a_message_is_known_again_among_those_of_a_hundred_monitors() -> None:
    """A message a second of each, and one sent again after 20 s."""
    async with ward("BED12") as here:
        monitor = await here.monitor()
        assert await monitor.send(observation("A1")) == "CA A1"
        for second in range(20):
            others = [observation(f"{second}", bed=f"^^BED{bed}", sender=f"M{bed}") for bed in range(100, 200)]
            await monitor.send(*others)
            await here.clock.advance(SECOND)
        assert await monitor.send(observation("A1")) == "CA A1"
        assert here.listener.stats.repeated == 1
        assert here.sink.what().count(("reading", 97.0)) == 1
        await monitor.leave()


async def test_two_monitors_of_one_make_do_not_hide_each_others_messages() -> None:
    """Both call themselves the same and count from 1."""
    async with ward("BED12", "BED13") as here:
        monitor = await here.monitor()
        for bed in ("BED12", "BED13", "BED12"):
            await monitor.send(observation("1", bed=f"^^{bed}"))
        assert here.listener.stats.repeated == 1
        assert here.sink.what("BED12").count(("reading", 97.0)) == 1
        await monitor.leave()


async def test_the_end_of_the_service_is_no_loss() -> None:
    async with ward("BED12") as here:
        monitor = await here.monitor()
        await monitor.send(observation("1"))
    assert [what for what, _ in here.sink.what()] == ["down", "up", "reading"]
    assert await monitor.reader.read() == b""
    await monitor.leave()


async def test_a_port_that_is_taken_is_a_gap_and_tried_again() -> None:
    sink, clock, port = RecordingSink(), ManualClock(SECOND), free_port()
    blocker = await asyncio.start_server(lambda reader, writer: writer.close(), LOOPBACK, port)
    links = Links([DeviceSpec("m", HL7, f"mllp://{LOOPBACK}:{port}/BED12")], sink, clock, Random(1), lambda *_: None)
    await links.start()
    lost = await sink.until(lambda heard: heard.what == "down")
    assert "cannot listen: Address already in use" in str(lost.detail)
    blocker.close()
    await blocker.wait_closed()
    async with asyncio.timeout(10):
        while links.listener_stats()[f"{LOOPBACK}:{port}"].state is LinkState.DOWN:
            await clock.advance(SECOND)
    monitor = Monitor(*await asyncio.open_connection(LOOPBACK, port))
    assert await monitor.send(observation("1")) == "CA 1"
    assert links.stats("m").readings == 1
    await monitor.leave()
    await links.stop()
