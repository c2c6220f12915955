"""The emulated monitor, read by the library `hl7`, and its sender against our listener."""

from __future__ import annotations

import asyncio
from random import Random

import hl7
import pytest

from adapters.links import DeviceSpec, Links
from adapters.reading import CuffReading, OximeterReading, Reading
from adapters.registry import driver
from adapters.transports.mllp_framing import framed
from config.instant import MINUTE, SECOND, Instant, from_datetime
from config.vocabulary import CuffError
from simulator.devices.hl7_monitor import Dialect, Hl7Monitor
from simulator.mllp_sender import OUTBOX, MllpSender
from tests.adapters.transports.mosquitto import free_port
from tests.simulator.devices.still_body import StillBody
from tests.support.clock import ManualClock
from tests.support.recording_sink import RecordingSink

START: Instant = 1_773_476_815 * SECOND


def sent(monitor: Hl7Monitor, seconds: int) -> list[bytes]:
    return [each.payload for step in range(seconds + 1) for each in monitor.messages(START + step * SECOND)]


def test_its_messages_are_hl7_as_a_library_reads_it() -> None:
    first, *_ = sent(Hl7Monitor(StillBody(), patient="MRN7"), 3)
    message = hl7.parse(first.decode())
    assert str(message["PID"][0][3][0][0]) == "MRN7"
    assert {str(row[3][0][1]): str(row[5]) for row in message["OBX"]}["MDC_PULS_OXIM_SAT_O2"] == "97"
    assert message.segment("PV1")[3][0][2] == ["BED12"]


def test_the_cuff_is_shown_until_the_next_one() -> None:
    """Its time stands still on its channel; a message a second goes on."""
    messages = [hl7.parse(each.decode()) for each in sent(Hl7Monitor(StillBody()), 120)]
    times = [
        str(row[14])
        for message in messages
        for row in message["OBX"]
        if str(row[3][0][1]) == "MDC_DEV_PRESS_BLD_NONINV_CHAN"
    ]
    assert len(messages) == 120
    assert len(times) > 60
    assert len(set(times)) == 1


def test_a_stopped_monitor_leaves_the_old_messages_out() -> None:
    monitor = Hl7Monitor(StillBody())
    monitor.messages(START)
    assert len(monitor.messages(START + 60 * MINUTE)) <= 62


class Keeping(RecordingSink):
    """A sink that keeps the readings themselves."""

    def __init__(self) -> None:
        super().__init__()
        self.readings: list[Reading] = []

    def reading(self, device_id: str, reading: Reading, received_at: Instant) -> None:
        self.readings.append(reading)
        super().reading(device_id, reading, received_at)


@pytest.mark.enable_socket
@pytest.mark.parametrize("dialect", Dialect)
async def test_from_the_body_to_the_reading_and_back_to_the_acknowledgement(dialect: Dialect) -> None:
    """Two minutes, a cuff measurement and one that fails, over a connection that breaks once."""
    body, sink, clock, port = StillBody(), Keeping(), ManualClock(START), free_port()
    links = Links(
        [DeviceSpec("m", driver("hl7-mllp"), f"mllp://127.0.0.1:{port}/BED12")], sink, clock, Random(1), lambda *_: None
    )
    await links.start()
    await sink.until(lambda heard: heard.what == "down")
    monitor = Hl7Monitor(body, dialect=dialect, cuff_every=MINUTE)
    sender = MllpSender("127.0.0.1", port, clock)
    running = asyncio.create_task(sender.run())
    for step in range(121):
        if step == 60:
            body.show(cuff_error=CuffError.LEAK)
        sender.offer(each.payload for each in monitor.messages(START + step * SECOND))
        async with asyncio.timeout(10):
            await sender.sent()
        await clock.advance(SECOND)
    running.cancel()
    await asyncio.wait([running])
    await sink.until(lambda heard: heard.what == "down" and "closed" in str(heard.detail))
    await links.stop()
    code = "CA" if dialect is Dialect.IHE else "AA"
    assert sender.answers == {code: 121}
    assert sum(isinstance(each, OximeterReading) for each in sink.readings) == 120
    cuffs = [each for each in sink.readings if isinstance(each, CuffReading)]
    assert [(each.systolic, each.diastolic, each.pulse_rate, each.error) for each in cuffs] == [
        (128.0, 78.0, 72.0, None),
        (None, None, None, CuffError.LEAK),
    ]
    assert {each.patient for each in cuffs} == {"MRN0001"}
    measured = cuffs[0].measured_at
    assert measured is not None
    assert START + 25 * SECOND < from_datetime(measured) < START + 60 * SECOND


@pytest.mark.enable_socket
async def test_a_message_without_an_acknowledgement_is_sent_again_with_its_id() -> None:
    """The first connection hears it and breaks; the second one answers."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\x1c\r"))
        if len(heard) > 1:
            writer.write(framed(b"MSH|^~\\&|||||||ACK|1|P|2.6\rMSA|AA|BV0000000001\r"))
            await reader.read()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    clock = ManualClock(START)
    sender = MllpSender("127.0.0.1", server.sockets[0].getsockname()[1], clock)
    running = asyncio.create_task(sender.run())
    sender.offer(sent(Hl7Monitor(StillBody()), 1))
    async with asyncio.timeout(10):
        while not sender.answers:
            await clock.advance(SECOND)
    assert heard[0] == heard[1]
    assert sender.answers == {"AA": 1}
    running.cancel()
    await asyncio.wait([running])
    server.close()
    await server.wait_closed()


def test_an_outbox_that_is_full_loses_the_oldest() -> None:
    sender = MllpSender("127.0.0.1", 1, ManualClock())
    sender.offer([b""] * (OUTBOX + 3))
    assert sender.lost == 3
