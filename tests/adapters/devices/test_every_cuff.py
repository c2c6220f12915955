"""Blood-pressure, section 9, for every cuff that can be started: its driver against its emulator, in virtual time."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, FaultKind, OximeterReading
from adapters.registry import drivers
from config.instant import MINUTE, SECOND, Instant
from config.vocabulary import CuffError, CuffState
from simulator.cuff import CuffTrouble
from simulator.emulator import CuffEmulator, emulators
from tests.adapters.cuff_bench import CuffBench, failing
from tests.simulator.devices.still_body import StillBody

CUFFS = [each.name for each in drivers().values() if each.starts and not each.messages]
TELLS_PRESSURE = [name for name in CUFFS if name not in ("ge-dinamap", "and-tm265x")]
ENDURES_TROUBLE = [name for name in CUFFS if name != "par-nibp"]
"""The board's own tests show its stops; its emulator has a cuff of its own."""


def bench(name: str, body: StillBody | None = None) -> CuffBench:
    device = emulators()[name].make(body or StillBody(), 1)
    assert isinstance(device, CuffEmulator)
    return CuffBench(name, device)


def running(name: str, body: StillBody | None = None) -> CuffBench:
    """A measurement requested here is under way."""
    line = bench(name, body)
    line.run(3 * SECOND)
    assert line.request()
    line.run(3 * SECOND)
    assert line.device.measuring
    return line


def told(line: CuffBench) -> list[tuple[float | None, ...]]:
    return [(each.systolic, each.diastolic, each.error) for each in line.readings]


@pytest.mark.parametrize("name", CUFFS)
def test_connecting_and_waiting_never_inflates(name: str) -> None:
    """Ten minutes with reconnects, with the cable out, and with noise in both directions."""
    line = bench(name)
    chance = random.Random(7)
    line.run(3 * MINUTE)
    for _ in range(20):
        line.disconnect()
        line.run(chance.randrange(1, 10) * SECOND)
        line.connect()
        line.run(chance.randrange(1, 20) * SECOND)
        for item in line.decoder.feed(chance.randbytes(200)):
            line.device.receive(line.dialogue.on_reading(item, line.now))
        line.device.receive(chance.randbytes(50))
    line.run(2 * MINUTE)
    assert not line.inflated
    assert line.readings == []


@pytest.mark.parametrize("name", CUFFS)
def test_a_silent_device_is_never_started(name: str) -> None:
    """A device that has said nothing is in an unknown state; only one without any question to ask is believed."""
    silent = bench(name)
    for _ in range(10 * 60):
        silent.now += SECOND
        due = silent.dialogue.next_deadline()
        if due is not None and due <= silent.now:
            silent.dialogue.tick(silent.now)
    if name != "and-tm265x":
        assert silent.dialogue.request_measurement(silent.now) == b""
    assert not silent.device.measuring


@pytest.mark.parametrize("name", CUFFS)
def test_one_request_gives_one_result(name: str) -> None:
    line = running(name)
    line.run(5 * MINUTE)
    assert told(line) == [(128.0, 78.0, None)]
    assert line.readings[0].mean == 95.0
    assert line.faults == []


@pytest.mark.parametrize("name", TELLS_PRESSURE)
def test_the_cuff_is_seen_to_fill_and_to_empty(name: str) -> None:
    line = running(name)
    line.run(2 * MINUTE)
    states = [item.state for item in line.items if isinstance(item, CuffProgress)]
    assert states.index(CuffState.INFLATING) < states.index(CuffState.DEFLATING)
    assert states[-1] is CuffState.IDLE
    assert 150 < line.highest < 200


@pytest.mark.parametrize("name", CUFFS)
def test_a_measurement_started_at_the_device_is_told(name: str) -> None:
    line = bench(name)
    line.run(5 * SECOND)
    line.device.press_start()
    line.run(3 * MINUTE)
    line.device.press_start()
    line.run(3 * MINUTE)
    assert told(line) == [(128.0, 78.0, None)] * 2


@pytest.mark.parametrize("name", CUFFS)
def test_what_was_measured_before_connecting_is_history(name: str) -> None:
    line = bench(name)
    line.disconnect()
    line.device.press_start()
    line.run(3 * MINUTE)
    line.connect()
    line.run(3 * MINUTE)
    assert line.readings == []


@pytest.mark.parametrize("name", CUFFS)
@pytest.mark.parametrize("error", [error for error in CuffError if error is not CuffError.ABORTED])
def test_a_failure_has_no_numbers(name: str, error: CuffError) -> None:
    line = running(name, StillBody(failing(error)))
    line.run(3 * MINUTE)
    (reading,) = line.readings
    assert reading.error is not None
    assert (reading.systolic, reading.diastolic, reading.mean, reading.pulse_rate) == (None, None, None, None)


@pytest.mark.parametrize("name", CUFFS)
def test_a_stop_empties_the_cuff_and_tells_no_numbers(name: str) -> None:
    """Neither those of the stopped measurement nor those of the one before it."""
    line = running(name)
    line.run(90 * SECOND)
    assert line.request()
    line.run(10 * SECOND)
    assert line.device.measuring
    line.cancel()
    line.run(SECOND)
    assert not line.device.measuring
    line.run(2 * MINUTE)
    assert [each.systolic for each in line.readings if each.error is None] == [128.0]


@pytest.mark.parametrize("name", CUFFS)
def test_no_second_start_while_one_runs_nor_soon_after(name: str) -> None:
    line = running(name)
    assert not line.request()
    line.run_until_idle(2 * MINUTE)
    line.run(25 * SECOND)
    assert not line.request()
    line.run(15 * SECOND)
    assert line.request()


@pytest.mark.parametrize("name", CUFFS)
def test_three_failed_attempts_then_a_pause(name: str) -> None:
    line = running(name, StillBody(failing(CuffError.MOTION)))
    for _ in range(2):
        line.run(90 * SECOND)
        assert line.request()
    line.run(90 * SECOND)
    assert not line.request()
    line.run(5 * MINUTE)
    assert line.request()


@pytest.mark.parametrize("name", ENDURES_TROUBLE)
@pytest.mark.parametrize("trouble", CuffTrouble)
def test_a_cuff_that_does_not_end_is_emptied(name: str, trouble: CuffTrouble) -> None:
    """After 30 s without progress or beyond 300 mmHg where the pressure is told, else after 120 s."""
    line = bench(name)
    line.device.cuff.trouble = trouble  # type: ignore[attr-defined]
    line.run(3 * SECOND)
    assert line.request()
    line.run(SECOND)
    longest = (45 if name in TELLS_PRESSURE else 121) * SECOND
    assert line.run_until_idle(3 * MINUTE) <= longest
    assert line.highest <= 310
    line.run(2 * MINUTE)
    assert not line.device.measuring
    assert all(each.systolic is None for each in line.readings)


@pytest.mark.parametrize("name", CUFFS)
def test_loss_of_the_requester_stops_its_measurement(name: str) -> None:
    line = running(name)
    line.disconnect()
    line.run(5 * SECOND)
    assert line.device.measuring
    line.connect()
    line.run(SECOND)
    assert not line.device.measuring
    assert not line.request()


@pytest.mark.parametrize("name", [name for name in CUFFS if name not in ("and-tm265x", "ge-dinamap")])
def test_a_measurement_begun_at_the_device_survives_a_reconnect(name: str) -> None:
    line = bench(name)
    line.run(3 * SECOND)
    line.device.press_start()
    line.run(3 * SECOND)
    line.disconnect()
    line.run(SECOND)
    line.connect()
    line.run(3 * SECOND)
    assert line.device.measuring
    line.run(2 * MINUTE)
    assert told(line) == [(128.0, 78.0, None)]


@pytest.mark.parametrize("name", CUFFS)
def test_a_bad_line_costs_results_but_never_makes_one(name: str) -> None:
    """Single bytes lost, doubled or turned over now and then; what is told is true."""
    chance = random.Random(3)
    line = bench(name)
    advance = line.device.advance

    def spoilt(dt: int) -> bytes:
        said = bytearray(advance(dt))
        if said and chance.random() < 0.02:
            at = chance.randrange(len(said))
            said[at : at + 1] = chance.randbytes(chance.randrange(3))
        return bytes(said)

    line.device.advance = spoilt  # type: ignore[method-assign]
    for _ in range(12):
        line.device.press_start()
        line.run(MINUTE)
    assert {(each.systolic, each.diastolic) for each in line.readings} <= {(128.0, 78.0), (None, None)}
    assert any(each.systolic for each in line.readings)
    assert {each.spo2 for each in line.items if isinstance(each, OximeterReading)} <= {97.0, None}


IDLE, UP = CuffState.IDLE, CuffState.INFLATING
EVENTS = st.sampled_from(
    [
        CuffProgress(0, IDLE),
        CuffProgress(0, UP),
        CuffProgress(0, IDLE, 0.0),
        CuffProgress(0, IDLE, 12.0),
        CuffProgress(0, UP, 100.0),
        CuffProgress(0, UP, 103.0),
        CuffProgress(0, UP, 301.0),
        CuffReading(0, 128.0, 78.0, 95.0),
        CuffReading(0, None, None, None, error=CuffError.MOTION),
        DeviceStatus(0, online=True),
        OximeterReading(0, 97.0, 72.0),
        Fault(0, FaultKind.CHECKSUM, 7),
        Fault(0, FaultKind.MALFORMED, 0),
        "opened",
        "request",
        "cancel",
        "wait",
    ]
)
STARTS = {
    "par-nibp": b"\x0201;;D7\x03",
    "suntech-advantage": bytes.fromhex("3A 20 A6"),
    "ge-dinamap": b" NC0!E\r",
    "and-tm265x": bytes.fromhex("16 16 01 30 30 02 53 54 03 07"),
    "pm6750": bytes.fromhex("55 AA 04 02 01 F8"),
}
STOPS = {
    "par-nibp": b"\x0203;;D9\x03\x0216;;DD\x03",
    "suntech-advantage": bytes.fromhex("3A 79 01 00 4C"),
    "ge-dinamap": b" ND!5\r",
    "and-tm265x": bytes.fromhex("16 16 01 30 30 02 53 50 03 03"),
    "pm6750": bytes.fromhex("55 AA 04 02 00 F9"),
}


@pytest.mark.parametrize("name", CUFFS)
@given(st.lists(st.tuples(EVENTS, st.integers(0, 40)), max_size=60))
@settings(max_examples=60, deadline=None)
def test_whatever_happens(name: str, story: list[tuple[object, int]]) -> None:
    """Only a request inflates, starts keep their distance, a stop is always said, and deadlines are left behind."""
    found = drivers()[name]
    assert found.dialogue is not None
    dialogue = found.dialogue(found.options())
    start, stop = STARTS[name], STOPS[name]
    now: Instant = 1_000 * SECOND
    started: Instant = 0
    assert start not in dialogue.opened(now)
    for event, pause in story:
        now += pause * SECOND // 2
        match event:
            case "opened":
                assert start not in dialogue.opened(now)
            case "request":
                if dialogue.request_measurement(now):
                    assert now - started >= 30 * SECOND
                    started = now
            case "cancel":
                assert dialogue.cancel_measurement(now) == stop
            case "wait":
                for _ in range(4):
                    due = dialogue.next_deadline()
                    if due is None or due > now:
                        break
                    assert start not in dialogue.tick(now)
                due = dialogue.next_deadline()
                assert due is None or due > now
            case _:
                said = dialogue.on_reading(event, now)  # type: ignore[arg-type]
                assert start not in said


@pytest.mark.parametrize("name", CUFFS)
def test_a_request_says_the_start(name: str) -> None:
    """What the property above looks for is what is sent."""
    line = running(name)
    line.cancel()
    said = [words for _, words in line.sent]
    assert any(STARTS[name] in words for words in said)
    assert said[-1] == STOPS[name]
