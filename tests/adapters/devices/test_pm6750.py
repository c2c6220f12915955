"""Berry PM6750: frames, states, what counts as a new result, and a start that nothing but a request brings."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.devices.pm6750 import Pm6750Decoder, Pm6750Dialogue, Pm6750Options
from adapters.devices.pm6750.dialogue import PLETH_ON, SPO2_ON, START, STOP, command
from adapters.reading import (
    CuffProgress,
    CuffReading,
    DeviceStatus,
    Fault,
    FaultKind,
    OximeterReading,
    PlethChunk,
    Reading,
)
from adapters.registry import OptionError, build_options, driver
from config.instant import SECOND, Instant
from config.vocabulary import CuffError, CuffState, Flag
from simulator.devices.pm6750 import Pm6750
from tests.adapters.cuff_bench import CuffBench
from tests.adapters.nibp_samples import samples
from tests.simulator.devices.still_body import StillBody

T0: Instant = 1_000 * SECOND
ADULT_MODE = bytes.fromhex("55 AA 04 09 01 F1")
TARGET_160 = bytes.fromhex("55 AA 04 0A 50 A1")
MEASURING = 1
GOOD = (120, 93, 80)


def frame(kind: int, *data: int) -> bytes:
    body = bytes((len(data) + 3, kind, *data))
    return b"\x55\xaa" + body + bytes((~sum(body) & 0xFF,))


def nibp(state: int, cuff: int = 0, values: tuple[int, int, int] = (0, 0, 0), noise: int = 0) -> bytes:
    return frame(0x03, state << 2 | noise, cuff, *values)


def decode(*frames: bytes, **options: Any) -> list[Reading | Fault]:
    decoder = Pm6750Decoder(Pm6750Options(**options))
    return [item for each in frames for item in decoder.feed(each)] + decoder.finish()


def outcomes(*frames: bytes, **options: Any) -> list[tuple[float | None, CuffError | None]]:
    items = decode(*frames, **options)
    return [(item.systolic, item.error) for item in items if isinstance(item, CuffReading)]


# --- bytes ---


@pytest.mark.parametrize(
    ("kind", "value", "printed"),
    [
        (0x02, 1, "55 AA 04 02 01 F8"),
        (0x02, 0, "55 AA 04 02 00 F9"),
        (0x03, 1, "55 AA 04 03 01 F7"),
        (0x09, 1, "55 AA 04 09 01 F1"),
        (0x0A, 80, "55 AA 04 0A 50 A1"),
        (0x05, 3, "55 AA 04 05 03 F3"),
    ],
)
def test_printed_commands(kind: int, value: int, printed: str) -> None:
    """The last as it has to be: one source prints F2."""
    assert command(kind, value) == bytes.fromhex(printed)


def test_collected_commands() -> None:
    said = {name: sent for name, (sent, _) in samples("berry-", "host>device").items()}
    wrong = said.pop("berry-typo")
    assert wrong[:-1] == command(0x05, 3)[:-1]
    assert wrong != command(0x05, 3)
    assert said == {
        "berry-nibp-start": START,
        "berry-nibp-stop": STOP,
        "berry-spo2-on": SPO2_ON,
        "berry-nibp-adult": ADULT_MODE,
        "berry-nibp-neonate": command(0x09, 3),
        "berry-spo2-wave-on": PLETH_ON,
        "berry-ecg-on": command(0x01, 1),
        "berry-target-160": TARGET_160,
    }


def test_collected_frames() -> None:
    found = {name: each for name, (each, _) in samples("berry-").items()}
    assert {name: decode(each) for name, each in found.items()} == {
        "berry-nibp-measuring": [CuffProgress(0, CuffState.INFLATING, 144.0)],
        "berry-nibp-ok": [CuffProgress(0, CuffState.IDLE, 0.0)],
        "berry-nibp-loose": [CuffProgress(0, CuffState.IDLE, 0.0)],
        "berry-spo2-ok": [OximeterReading(0, 98.0, 75.0)],
    }
    measured = decode(found["berry-nibp-measuring"], found["berry-nibp-ok"])
    assert measured[-1] == CuffReading(10, 120.0, 80.0, 93.0)
    assert outcomes(found["berry-nibp-measuring"], found["berry-nibp-loose"]) == [(None, CuffError.CUFF)]


def test_the_typo_is_damage() -> None:
    items = decode(bytes.fromhex("55 AA 04 05 03 F2"))
    assert [(item.kind, item.discarded) for item in items if isinstance(item, Fault)] == [(FaultKind.CHECKSUM, 6)]


# --- what is new ---


def test_a_repeated_result_is_told_once() -> None:
    assert outcomes(nibp(0, 0, GOOD), nibp(MEASURING, 40), *[nibp(0, 0, GOOD)] * 5) == [(120.0, None)]


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (2, CuffError.ABORTED),
        (3, CuffError.OVERPRESSURE),
        (4, CuffError.CUFF),
        (5, CuffError.TIMEOUT),
        (6, CuffError.DEVICE),
        (7, CuffError.MOTION),
        (8, CuffError.WEAK_SIGNAL),
        (9, CuffError.ABORTED),
        (10, CuffError.ABORTED),
        (11, CuffError.DEVICE),
        (15, CuffError.DEVICE),
    ],
)
def test_states_that_end_a_measurement_without_a_result(state: int, error: CuffError) -> None:
    """Told once, without the numbers that may stand there."""
    assert outcomes(nibp(MEASURING, 40), nibp(state, 0, GOOD), nibp(state, 0, GOOD)) == [(None, error)]


def test_a_failure_may_come_before_any_pressure() -> None:
    """The state turns from one at rest to an error; the first one seen is history."""
    assert outcomes(nibp(10), nibp(4), nibp(4), nibp(0), nibp(4)) == [(None, CuffError.CUFF)] * 2
    assert outcomes(nibp(4), nibp(4)) == []
    assert outcomes(nibp(0), nibp(2), nibp(9), nibp(10), nibp(0)) == []


def test_bits_around_the_state_do_not_matter() -> None:
    """Patient mode below, noise above."""
    assert outcomes(nibp(MEASURING, 40, noise=0xC2), nibp(0, 0, GOOD, noise=0x41)) == [(120.0, None)]


def test_a_result_of_zeros_and_one_beyond_the_bound_are_none() -> None:
    assert outcomes(nibp(MEASURING, 40), nibp(0)) == [(None, CuffError.WEAK_SIGNAL)]
    assert outcomes(nibp(MEASURING, 151), nibp(0, 0, GOOD)) == [(None, CuffError.OVERPRESSURE)]
    assert outcomes(nibp(MEASURING, 76), nibp(0, 0, GOOD), patient="neonate") == [(None, CuffError.OVERPRESSURE)]


def test_the_cuff_fills_and_empties_from_the_first_frame_on() -> None:
    pressures = [0, 4, 30, 80, 78, 60, 20, 5]
    items = decode(*(nibp(MEASURING, cuff) for cuff in pressures), nibp(0, 2, GOOD))
    states = [(item.state, item.pressure) for item in items if isinstance(item, CuffProgress)]
    assert states == [
        *((CuffState.INFLATING, 2.0 * cuff) for cuff in (0, 4, 30, 80)),
        *((CuffState.DEFLATING, 2.0 * cuff) for cuff in (78, 60, 20, 5)),
        (CuffState.IDLE, 4.0),
    ]


# --- oximeter ---


@pytest.mark.parametrize(
    ("status", "flag"),
    [(1, Flag.SENSOR_OFF), (2, Flag.NO_FINGER), (3, Flag.SEARCHING), (4, Flag.SEARCHING), (5, Flag.OUT_OF_TRACK)],
)
def test_a_status_other_than_ok_has_no_numbers(status: int, flag: Flag) -> None:
    """1 is the plug, 2 the finger; a status without a name is no valid sign."""
    assert decode(frame(0x04, status, 98, 75)) == [OximeterReading(0, None, None, flags=frozenset({flag}))]


@pytest.mark.parametrize(
    ("spo2", "pulse", "values"),
    [
        (0x7F, 0xFF, (None, None)),
        (0xFF, 0x7F, (None, None)),
        (98, 0xFF, (98.0, None)),
        (98, 0x7F, (98.0, 127.0)),
        (0x7F, 75, (None, 75.0)),
        (0, 0, (None, None)),
    ],
)
def test_none_is_none(spo2: int, pulse: int, values: tuple[float | None, float | None]) -> None:
    (item,) = decode(frame(0x04, 0, spo2, pulse))
    assert isinstance(item, OximeterReading)
    assert (item.spo2, item.pulse_rate) == values


def test_pleth_where_its_rate_is_known() -> None:
    bytes_ = [frame(0xFE, value) for value in range(8)]
    assert decode(*bytes_) == []
    items = decode(*bytes_, pleth_hz=10)
    assert items == [PlethChunk(0, 10.0, (0, 1, 2, 3, 4)), PlethChunk(30, 10.0, (5, 6, 7))]
    broken = decode(bytes_[0], b"\x00", bytes_[1], frame(0x04, 0, 98, 75), pleth_hz=10)
    assert [type(item) for item in broken] == [PlethChunk, Fault, PlethChunk, OximeterReading]


# --- other frames ---


def test_frames_of_other_parts_are_passed_over() -> None:
    assert decode(*(frame(kind, 1, 2) for kind in (0x01, 0x02, 0x05, 0x30, 0xFF))) == []


def test_what_is_no_frame() -> None:
    for wrong, kind in (
        (frame(0x77, 1), FaultKind.UNKNOWN_UNIT),
        (frame(0x03, 1, 2), FaultKind.MALFORMED),
        (b"\x55\xaa\x02\x00\x00", FaultKind.FRAMING),
        (b"\x55\xab", FaultKind.GARBAGE),
        (b"\x55", FaultKind.INCOMPLETE),
    ):
        assert [item.kind for item in decode(wrong) if isinstance(item, Fault)] == [kind]


# --- options ---


@pytest.mark.parametrize(
    ("table", "sent"),
    [
        ({}, 160),
        ({"target": 300}, 300),
        ({"patient": "child"}, 120),
        ({"patient": "neonate"}, 90),
        ({"patient": "neonate", "target": 140}, 140),
    ],
)
def test_the_target_goes_by_the_patient(table: dict[str, object], sent: int) -> None:
    assert build_options(driver("pm6750"), table).first_inflation == sent


@pytest.mark.parametrize(
    ("table", "hint"),
    [
        ({"target": 38}, "40 to 300"),
        ({"target": 212, "patient": "child"}, "40 to 210"),
        ({"target": 160, "patient": "neonate"}, "40 to 140"),
        ({"pleth_hz": 1}, "10 to 500"),
    ],
)
def test_impossible_options_are_refused(table: dict[str, object], hint: str) -> None:
    with pytest.raises(OptionError, match=hint):
        build_options(driver("pm6750"), table)


def test_a_module_of_which_only_the_cuff_is_used() -> None:
    """Its oximeter is a sign of life without numbers or flags, so that a start may be sent."""
    assert decode(frame(0x04, 1, 0x7F, 0xFF), spo2=False) == [DeviceStatus(0, online=True)]
    bench = CuffBench("pm6750", Pm6750(StillBody()), {"spo2": False})
    bench.run(3 * SECOND)
    assert bench.request()
    bench.run(60 * SECOND)
    assert [each.systolic for each in bench.readings] == [128.0]
    assert bench.oximeter == []


# --- the dialogue ---

IDLE = CuffProgress(0, CuffState.IDLE, 0.0)
FINGER = OximeterReading(0, 98.0, 75.0)


def up(pressure: float) -> CuffProgress:
    return CuffProgress(0, CuffState.INFLATING, pressure)


def ready(**options: Any) -> Pm6750Dialogue:
    dialogue = Pm6750Dialogue(Pm6750Options(**options))
    dialogue.opened(T0)
    assert dialogue.on_reading(FINGER, T0) == b""
    return dialogue


def test_opening_switches_outputs_on_and_nothing_else() -> None:
    assert Pm6750Dialogue(Pm6750Options()).opened(T0) == ADULT_MODE + SPO2_ON
    assert Pm6750Dialogue(Pm6750Options(spo2=False)).opened(T0) == ADULT_MODE + SPO2_ON
    assert Pm6750Dialogue(Pm6750Options(pleth_hz=50)).opened(T0) == ADULT_MODE + SPO2_ON + PLETH_ON


def test_what_is_left_behind_is_stopped_before_the_outputs_are_switched_on() -> None:
    dialogue = ready()
    dialogue.request_measurement(T0)
    assert dialogue.opened(T0 + SECOND) == STOP + ADULT_MODE + SPO2_ON


def test_a_silent_module_is_told_again_and_not_started() -> None:
    dialogue = ready()
    assert dialogue.tick(T0 + 3 * SECOND) == b""
    assert dialogue.tick(T0 + 6 * SECOND) == ADULT_MODE + SPO2_ON
    assert dialogue.request_measurement(T0 + 6 * SECOND) == b""
    dialogue.on_reading(FINGER, T0 + 7 * SECOND)
    assert dialogue.request_measurement(T0 + 7 * SECOND)[-6:] == START


def test_the_target_right_before_every_start() -> None:
    dialogue = ready()
    assert dialogue.request_measurement(T0) == ADULT_MODE + TARGET_160 + START
    neonate = ready(patient="neonate", target=100)
    assert neonate.request_measurement(T0) == command(0x09, 3) + command(0x0A, 50) + START


def test_no_start_on_a_cuff_that_is_not_empty() -> None:
    dialogue = ready()
    dialogue.on_reading(CuffProgress(0, CuffState.IDLE, 20.0), T0)
    assert dialogue.request_measurement(T0) == b""


def test_a_start_that_is_not_taken_up_is_forgotten() -> None:
    dialogue = ready()
    dialogue.request_measurement(T0)
    dialogue.on_reading(IDLE, T0 + 5 * SECOND)
    assert dialogue.next_deadline() == T0 + 3 * SECOND
    dialogue.tick(T0 + 3 * SECOND)
    dialogue.on_reading(IDLE, T0 + 10 * SECOND)
    assert dialogue.request_measurement(T0 + 29 * SECOND) == b""
    assert dialogue.request_measurement(T0 + 30 * SECOND)[-6:] == START


def test_a_neonates_bounds() -> None:
    dialogue = ready(patient="neonate")
    assert dialogue.on_reading(up(150.0), T0) == b""
    assert dialogue.on_reading(up(152.0), T0) == STOP
    late = ready(patient="neonate")
    late.request_measurement(T0)
    for second in range(1, 90):
        assert late.on_reading(up(40.0 + 4 * (second % 2)), T0 + second * SECOND) == b""
    assert late.tick(T0 + 90 * SECOND) == STOP


def test_a_module_that_measures_on_is_told_again() -> None:
    dialogue = ready()
    dialogue.on_reading(up(302.0), T0)
    sent = [dialogue.on_reading(up(200.0), T0 + second * SECOND) for second in range(1, 7)]
    assert [second for second, stop in enumerate(sent, 1) if stop] == [3, 6]


def test_pleth_against_the_emulator() -> None:
    bench = CuffBench("pm6750", Pm6750(StillBody()), {"pleth_hz": 50})
    bench.run(10 * SECOND)
    chunks = [item for item in bench.items if isinstance(item, PlethChunk)]
    assert 440 <= sum(len(chunk.samples) for chunk in chunks) <= 500
    assert {(each.spo2, each.pulse_rate) for each in bench.oximeter} == {(97.0, 72.0)}
    assert bench.faults == []
