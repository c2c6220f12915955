"""The emulated devices, written from the documents on their own, against the decoders: they share only the wire."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from adapters.devices.mqtt_vitals.decoder import VitalsDecoder
from adapters.devices.mqtt_vitals.dialogue import command_payload
from adapters.devices.nonin.frames import Df2Decoder, Df7Decoder
from adapters.devices.nonin.real_time_lines import AsciiDecoder
from adapters.devices.nonin.records import Df1Decoder, Df8Decoder, Df8Options
from adapters.devices.nonin.spot_check import Df13Decoder
from adapters.devices.par_nibp import ParDecoder, ParDialogue, ParOptions
from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, OximeterReading, PlethChunk, Reading
from adapters.registry import build_options, driver
from config.instant import MINUTE, SECOND, Duration, Instant
from config.vocabulary import CuffError, CuffState
from simulator.devices.mqtt_vitals import Kind, MqttVitals
from simulator.devices.nonin import (
    NoninAscii,
    NoninDf1,
    NoninDf2,
    NoninDf7,
    NoninDf8,
    NoninDf13,
    SelectableNonin,
)
from simulator.devices.par_nibp import ParNibp
from simulator.vitals import Vitals

STEP: Duration = SECOND // 10
RESULT = (124.0, 78.0, 95.0, 71.0)


@dataclass
class Body:
    """A body that never changes."""

    vitals: Vitals = field(default_factory=lambda: Vitals(97.0, 150.0, 4.0, 124.0, 78.0, 95.0, 14.0))
    cuff: Vitals = field(default_factory=lambda: Vitals(97.0, 71.0, 4.0, 124.0, 78.0, 95.0, 14.0))
    time_s: float = 0.0
    finished: bool = False

    def advance(self, dt_s: float) -> None:
        """Time leaves it as it is."""

    def oximeter(self) -> Vitals:
        return self.vitals

    def cuff_reading(self) -> Vitals:
        return self.cuff

    def pleth(self, count: int, rate_hz: float) -> list[int]:
        return [number % 256 for number in range(count)]


FRAMES: dict[str, tuple[Callable[[], Df2Decoder | Df7Decoder], type[NoninDf2 | NoninDf7]]] = {
    "nonin-df2": (Df2Decoder, NoninDf2),
    "nonin-df7": (Df7Decoder, NoninDf7),
}


def nonin_stream(name: str, duration: Duration, burst: int = 1) -> bytes:
    device = FRAMES[name][1](Body(), burst=burst)
    return b"".join(device.advance(STEP) for _ in range(duration // STEP))


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("burst", [1, 25])
def test_an_oximeter_without_a_fault(name: str, burst: int) -> None:
    """Three packets a second, all whole; the last waits for the SYNC that follows it."""
    decoder = FRAMES[name][0]()
    items = [*decoder.feed(nonin_stream(name, MINUTE, burst)), *decoder.finish()]
    readings = [item for item in items if isinstance(item, OximeterReading)]
    assert [(reading.spo2, reading.pulse_rate) for reading in readings[6:]] == [(97.0, 150.0)] * (len(readings) - 6)
    assert (len(readings), sum(isinstance(item, Fault) for item in items)) == (180, 0)
    assert sum(len(item.samples) for item in items if isinstance(item, PlethChunk)) == 60 * 75


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("seed", range(6))
def test_no_number_is_ever_wrong_on_a_bad_line(name: str, seed: int) -> None:
    """Bytes lost, doubled and turned over, now and then whole frames: values are true or absent."""
    chance = random.Random(seed)
    stream = bytearray(nonin_stream(name, MINUTE)[3000:])
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
    decoder = FRAMES[name][0]()
    items = decoder.feed(bytes(stream))
    shown = {(item.spo2, item.pulse_rate) for item in items if isinstance(item, OximeterReading)}
    assert shown == {(97.0, 150.0)}
    assert sum(isinstance(item, OximeterReading) for item in items) > 50
    assert any(isinstance(item, Fault) for item in items)


@pytest.mark.parametrize(
    ("device", "decoder"),
    [(NoninDf1(Body()), Df1Decoder()), (NoninDf8(Body()), Df8Decoder(Df8Options()))],
    ids=["nonin-df1", "nonin-df8"],
)
def test_an_oximeter_of_one_record_a_second(device: NoninDf1 | NoninDf8, decoder: Df1Decoder | Df8Decoder) -> None:
    """After four records of proof each comes in its own second."""
    heard = [list(decoder.feed(device.advance(SECOND))) for _ in range(60)]
    assert [len(items) for items in heard] == [0, 0, 0, 4] + [1] * 56
    shown = {(item.spo2, item.pulse_rate) for items in heard for item in items if isinstance(item, OximeterReading)}
    assert shown == {(97.0, 150.0)}


@pytest.mark.parametrize("device", [NoninAscii(Body()), NoninAscii(Body(), clock=True, pad=" ", fast=True)])
def test_an_oximeter_that_prints(device: NoninAscii) -> None:
    heard = list(AsciiDecoder().feed(device.advance(MINUTE)))
    assert {(item.spo2, item.pulse_rate) for item in heard if isinstance(item, OximeterReading)} == {(97.0, 150.0)}
    assert len(heard) == 60


def test_an_oximeter_of_spot_checks() -> None:
    """What it had stored is told as history; then one reading a minute, each with a later time."""
    heard = list(Df13Decoder().feed(NoninDf13(Body(), stored=3).advance(5 * MINUTE)))
    assert [type(item) for item in heard] == [DeviceStatus] * 3 + [OximeterReading] * 5
    readings = [item for item in heard if isinstance(item, OximeterReading)]
    assert {(item.spo2, item.pulse_rate) for item in readings} == {(97.0, 150.0)}
    assert len({item.device_time for item in readings}) == 5


@pytest.mark.parametrize("name", ["nonin-df2", "nonin-df7", "nonin-df8"])
@pytest.mark.parametrize("model", ["9560", "3150"])
@pytest.mark.parametrize("before", [0x02, 0x07, 0x08])
def test_an_oximeter_is_switched_to_the_format_of_its_driver(name: str, model: str, before: int) -> None:
    """Whatever it spoke before: after ten seconds there are numbers, and no more faults."""
    found = driver(name)
    assert found.dialogue is not None
    options = build_options(found, {"select": model})
    device, decoder, dialogue = (
        SelectableNonin(Body(), before, wrist=model == "3150"),
        found.decoder(options),
        found.dialogue(options),
    )
    device.advance(SECOND)
    device.connect()
    device.receive(dialogue.opened(0))
    heard: list[Reading | Fault] = []
    for now in range(STEP, 20 * SECOND + STEP, STEP):
        items = list(decoder.feed(device.advance(STEP)))
        heard += items if now > 10 * SECOND else []
        for item in items:
            device.receive(dialogue.on_reading(item, now))
        due = dialogue.next_deadline()
        if due is not None and due <= now:
            device.receive(dialogue.tick(now))
    assert not [item for item in heard if isinstance(item, Fault)]
    assert {(item.spo2, item.pulse_rate) for item in heard if isinstance(item, OximeterReading)} == {(97.0, 150.0)}


class Bench:
    """A cuff board and its driver on one line, in virtual time."""

    def __init__(self, board: ParNibp, options: ParOptions | None = None) -> None:
        self.board = board
        self.options = options or ParOptions()
        self.decoder = ParDecoder(spo2=self.options.spo2)
        self.dialogue = ParDialogue(self.options)
        self.now: Instant = 0
        self.items: list[Reading | Fault] = []
        self.board.receive(self.dialogue.opened(self.now))

    def run(self, duration: Duration) -> None:
        for _ in range(duration // STEP):
            self.now += STEP
            for item in self.decoder.feed(self.board.advance(STEP)):
                self.items.append(item)
                self.board.receive(self.dialogue.on_reading(item, self.now))
            due = self.dialogue.next_deadline()
            if due is not None and due <= self.now:
                self.board.receive(self.dialogue.tick(self.now))

    def reconnect(self) -> None:
        self.decoder = ParDecoder()
        self.board.receive(self.dialogue.opened(self.now))

    def request(self) -> bool:
        words = self.dialogue.request_measurement(self.now)
        self.board.receive(words)
        return bool(words)

    @property
    def results(self) -> list[tuple[float | None, ...]]:
        found = [item for item in self.items if isinstance(item, CuffReading)]
        return [(each.systolic, each.diastolic, each.mean, each.pulse_rate) for each in found]

    @property
    def errors(self) -> list[CuffError | None]:
        return [item.error for item in self.items if isinstance(item, CuffReading)]


@pytest.mark.parametrize("spo2_board", [False, True])
def test_a_measurement_on_request_is_told_once(spo2_board: bool) -> None:
    bench = Bench(ParNibp(Body(), spo2_board=spo2_board), ParOptions(delimiters="spo2" if spo2_board else "plain"))
    bench.run(2 * SECOND)
    assert bench.request()
    bench.run(5 * MINUTE)
    assert bench.results == [RESULT]
    assert not any(isinstance(item, Fault) for item in bench.items)
    states = [item.state for item in bench.items if isinstance(item, CuffProgress) and item.pressure is not None]
    assert states.index(CuffState.DEFLATING) > states.index(CuffState.INFLATING)


def test_the_spo2_part_of_the_board() -> None:
    """Its numbers are told where the site says that it is fitted, all through a measurement of the cuff."""
    bench = Bench(ParNibp(Body(), spo2_board=True, streaming=True), ParOptions(delimiters="spo2", spo2=True))
    bench.run(2 * SECOND)
    assert bench.request()
    bench.run(MINUTE)
    numbers = [(item.spo2, item.pulse_rate) for item in bench.items if isinstance(item, OximeterReading)]
    assert numbers == [(97.0, 150.0)] * 62
    assert bench.results == [RESULT]
    assert not any(isinstance(item, Fault) for item in bench.items)


def test_the_boards_own_cycle_is_told_without_asking_for_it() -> None:
    bench = Bench(ParNibp(Body(), cycle_s=60))
    bench.run(5 * MINUTE)
    assert bench.results == [RESULT] * 5


def test_what_was_measured_before_connecting_is_history() -> None:
    board = ParNibp(Body())
    board.press_start()
    board.advance(MINUTE)
    bench = Bench(board)
    bench.run(MINUTE)
    assert bench.results == []
    bench.request()
    bench.run(MINUTE)
    bench.reconnect()
    bench.run(MINUTE)
    assert bench.results == [RESULT]


@pytest.mark.parametrize(
    ("stop", "error"),
    [
        (lambda bench: bench.board.press_stop(), CuffError.ABORTED),
        (lambda bench: bench.board.receive(bench.dialogue.cancel_measurement(bench.now)), CuffError.ABORTED),
    ],
    ids=["at the board", "from here"],
)
def test_a_stopped_measurement_has_no_numbers(stop: Callable[[Bench], None], error: CuffError) -> None:
    """And the old result that the board may still hold is not told in its place."""
    bench = Bench(ParNibp(Body()))
    bench.run(SECOND)
    bench.request()
    bench.run(90 * SECOND)
    bench.request()
    bench.run(10 * SECOND)
    stop(bench)
    bench.run(MINUTE)
    assert bench.errors == [None, error]
    assert not bench.board.measuring


@pytest.mark.parametrize("error", [error for error in CuffError if error is not CuffError.ABORTED])
def test_every_failure_keeps_its_name(error: CuffError) -> None:
    failing = Vitals(97.0, None, 4.0, None, None, None, 14.0, cuff_error=error)
    bench = Bench(ParNibp(Body(cuff=failing)))
    bench.run(SECOND)
    bench.request()
    bench.run(MINUTE)
    assert bench.errors == [error]


def test_an_mqtt_device() -> None:
    """Kinds, command and result of the emulated gateway."""
    device = MqttVitals(Body(), "harbour", "bay-1", "both-1", kinds=frozenset(Kind), battery=80)
    decoder = VitalsDecoder()
    items: list[Reading | Fault] = []
    for now in range(0, MINUTE, SECOND):
        messages = device.messages(now)
        if now == 5 * SECOND:
            messages += device.receive(device.command_topic, command_payload("start", now), now)
        for message in messages:
            items += decoder.feed_message(message.topic, message.payload)
    assert not [item for item in items if isinstance(item, Fault)]
    results = [item for item in items if isinstance(item, CuffReading)]
    assert [(each.systolic, each.diastolic, each.mean, each.pulse_rate) for each in results] == [RESULT]
    assert {(item.spo2, item.pulse_rate) for item in items if isinstance(item, OximeterReading)} == {(97.0, 150.0)}
