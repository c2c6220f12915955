"""Emulated oximeters, written from the documents on their own, against the decoders: they share only the wire."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from adapters.devices.contec_5byte import ContecOptions, WakeDialogue
from adapters.devices.contec_v7.decoder import V7Decoder
from adapters.devices.contec_v7.dialogue import START_LIVE, V7Dialogue, command
from adapters.reading import DeviceStatus, Fault, OximeterReading, PlethChunk, Reading
from config.instant import MINUTE, SECOND, Duration
from config.vocabulary import Flag
from simulator.devices.contec_v7 import ContecV7
from simulator.emulator import emulators
from simulator.vitals import Vitals
from tests.adapters.captures import fresh_decoder

STEP: Duration = SECOND // 20
WELL = Vitals(97.0, 150.0, 4.0, 124.0, 78.0, 95.0, 14.0)
UNPLUGGED = Vitals(None, None, None, 124.0, 78.0, 95.0, 14.0, sensor_off=True)
FINGER_OUT = Vitals(None, None, None, 124.0, 78.0, 95.0, 14.0, finger_out=True)
PULSELESS = Vitals(None, None, None, 124.0, 78.0, 95.0, 14.0)

STREAMS = {"contec-5byte": 60, "bci-5byte": 100, "contec-v7": 60, "contec-v7/pi": 60}
"""Packages a second of each."""
ROWS = {
    "masimo-ascii1": 60,
    "masimo-ascii1/radical-7": 60,
    "masimo-ascii1/radical-5": 60,
    "nellcor-ascii": 30,
    "nellcor-ascii/n-595": 30,
    "nellcor-ascii/npb-290": 30,
}
"""Rows a minute of each."""


@dataclass
class Body:
    """Shows what it is told to; its wave is a counter, so that a lost sample shows."""

    vitals: Vitals = field(default_factory=lambda: WELL)
    time_s: float = 0.0
    finished: bool = False
    sample: int = 0

    def advance(self, dt_s: float) -> None:
        """Time leaves it as it is."""

    def oximeter(self) -> Vitals:
        return self.vitals

    def cuff_reading(self) -> Vitals:
        return self.vitals

    def pleth(self, count: int, rate_hz: float) -> list[int]:
        start = self.sample
        self.sample += count
        return [number % 256 for number in range(start, start + count)]


def stream_of(name: str, *shown: Vitals, each: Duration = 10 * SECOND) -> bytes:
    """What the emulator sends while the body shows one thing after the other."""
    body = Body()
    device = emulators()[name].make(body, 1)
    if name.startswith("contec-v7"):
        device.receive(command(START_LIVE))
    said = b""
    for vitals in shown:
        body.vitals = vitals
        said += b"".join(device.advance(STEP) for _ in range(each // STEP))
    return said


def heard(name: str, stream: bytes) -> list[Reading | Fault]:
    decoder = fresh_decoder(emulators()[name].driver)
    return [*decoder.feed(stream), *decoder.finish()]


@pytest.mark.parametrize("name", STREAMS)
def test_a_minute_without_a_fault(name: str) -> None:
    """Every sample arrives; three to seven readings a second, all true. A rate above 127 needs its high bit."""
    items = heard(name, stream_of(name, WELL, each=MINUTE))
    readings = [item for item in items if isinstance(item, OximeterReading)]
    chunks = [item for item in items if isinstance(item, PlethChunk)]
    assert not any(isinstance(item, Fault) for item in items)
    assert {(each.spo2, each.pulse_rate, each.flags) for each in readings} == {(97.0, 150.0, frozenset())}
    assert 180 <= len(readings) <= 420
    assert sum(len(chunk.samples) for chunk in chunks) == 60 * STREAMS[name]
    assert {chunk.rate_hz for chunk in chunks} == {STREAMS[name]}
    assert not any(sample is None for chunk in chunks for sample in chunk.samples)


@pytest.mark.parametrize("name", ROWS)
def test_a_minute_of_rows_without_a_fault(name: str) -> None:
    """Each row is a reading; headings are passed over."""
    items = heard(name, stream_of(name, WELL, each=MINUTE))
    readings = [item for item in items if isinstance(item, OximeterReading)]
    assert len(items) == len(readings) == ROWS[name]
    index = 4.0 if name.startswith("masimo") else None
    told = {(each.spo2, each.pulse_rate, each.perfusion_index, each.flags) for each in readings}
    assert told == {(97.0, 150.0, index, frozenset())}


@pytest.mark.parametrize("name", [*STREAMS, *ROWS])
@pytest.mark.parametrize("vitals", [UNPLUGGED, FINGER_OUT, PULSELESS])
def test_without_a_pulse_there_are_no_numbers(name: str, vitals: Vitals) -> None:
    """And a reason beside them; afterwards the numbers are back."""
    items = heard(name, stream_of(name, WELL, vitals, WELL, each=15 * SECOND))
    readings = [item for item in items if isinstance(item, OximeterReading)]
    flagged = [item for item in readings if item.flags]
    assert flagged
    assert all(item.spo2 is None and item.pulse_rate is None for item in flagged)
    assert {item.spo2 for item in readings if not item.flags} == {97.0}
    assert flagged[-1].offset < readings[-1].offset
    reason = {id(UNPLUGGED): Flag.SENSOR_OFF, id(FINGER_OUT): Flag.NO_FINGER, id(PULSELESS): Flag.SEARCHING}[id(vitals)]
    # Contec has one bit for both: probe error.
    told = frozenset().union(*(item.flags for item in flagged))
    assert reason in told or (name.startswith("contec") and Flag.NO_FINGER in told)


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("seed", range(6))
def test_no_number_is_ever_wrong_on_a_bad_line(name: str, seed: int) -> None:
    """Bytes lost, doubled and turned over, now and then many: values are true or absent."""
    chance = random.Random(seed)
    stream = bytearray(stream_of(name, WELL, each=MINUTE))
    for _ in range(60):
        at = chance.randrange(len(stream) - 200)
        match chance.randrange(4):
            case 0:
                del stream[at : at + chance.randrange(1, 12)]
            case 1:
                stream[at] ^= 1 << chance.randrange(8)
            case 2:
                stream[at:at] = chance.randbytes(chance.randrange(1, 12))
            case _:
                del stream[at : at + 5 * chance.randrange(1, 40)]
    items = heard(name, bytes(stream))
    shown = {(item.spo2, item.pulse_rate) for item in items if isinstance(item, OximeterReading)}
    assert shown == {(97.0, 150.0)}
    assert sum(isinstance(item, OximeterReading) for item in items) > 50
    assert any(isinstance(item, Fault) for item in items)


def test_a_perfusion_index_arrives_where_the_device_gives_one() -> None:
    for name, told in (("contec-v7", None), ("contec-v7/pi", 4.0)):
        items = heard(name, stream_of(name, WELL))
        assert {item.perfusion_index for item in items if isinstance(item, OximeterReading)} == {told}


@pytest.mark.parametrize("silenced_after", [10 * SECOND, MINUTE])
def test_a_v7_device_is_kept_talking(silenced_after: Duration) -> None:
    """Over five minutes no second without a reading but the first three, however soon the device gives up."""
    device, decoder, dialogue = ContecV7(Body(), silenced_after=silenced_after), V7Decoder(), V7Dialogue()
    assert device.advance(SECOND) == b""
    device.receive(dialogue.opened(0))
    heard_at: list[Duration] = []
    for now in range(STEP, 5 * MINUTE, STEP):
        for item in decoder.feed(device.advance(STEP)):
            assert not isinstance(item, Fault)
            heard_at.append(now)
            device.receive(dialogue.on_reading(item, now))
        due = dialogue.next_deadline()
        if due is not None and due <= now:
            device.receive(dialogue.tick(now))
    assert heard_at[0] <= 3 * SECOND
    assert max(later - before for before, later in pairwise(heard_at)) <= SECOND


def test_a_v7_device_that_was_switched_off_and_on_again_talks_within_three_seconds() -> None:
    device, decoder, dialogue = ContecV7(Body()), V7Decoder(), V7Dialogue()
    device.receive(dialogue.opened(0))
    said: list[tuple[Duration, Reading | Fault]] = []
    for now in range(STEP, MINUTE, STEP):
        if now == 20 * SECOND:
            device.switch_off()
        for item in decoder.feed(device.advance(STEP)):
            said.append((now, item))
            device.receive(dialogue.on_reading(item, now))
        due = dialogue.next_deadline()
        if due is not None and due <= now:
            device.receive(dialogue.tick(now))
    (gone,) = (at for at, item in said if isinstance(item, DeviceStatus))
    back = min(at for at, item in said if isinstance(item, OximeterReading) and at > gone)
    assert back - gone <= 3 * SECOND


@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("seed", range(4))
def test_no_row_is_ever_wrong_on_a_line_that_loses(name: str, seed: int) -> None:
    """Characters lost and doubled, now and then many: values are true or absent.

    A digit turned into another cannot be known from a line without a sum, so none is turned here.
    """
    chance = random.Random(seed)
    stream = bytearray(stream_of(name, WELL, each=2 * MINUTE))
    for _ in range(25):
        at = chance.randrange(400, len(stream) - 200)
        match chance.randrange(3):
            case 0:
                del stream[at : at + chance.randrange(1, 12)]
            case 1:
                stream[at:at] = stream[at : at + chance.randrange(1, 12)]
            case _:
                del stream[at : at + chance.randrange(1, 300)]
    items = heard(name, bytes(stream))
    shown = {(item.spo2, item.pulse_rate) for item in items if isinstance(item, OximeterReading)}
    assert shown == {(97.0, 150.0)}
    assert any(isinstance(item, Fault) for item in items)


def test_a_contec_unit_that_waits_is_woken() -> None:
    device = emulators()["contec-5byte/waits"].make(Body(), 1)
    decoder, dialogue = fresh_decoder("contec-5byte"), WakeDialogue(ContecOptions(wake=True))
    assert device.advance(SECOND) == b""
    device.receive(dialogue.opened(SECOND))
    assert any(isinstance(item, OximeterReading) for item in decoder.feed(device.advance(SECOND)))
