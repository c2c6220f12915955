"""The PAR NIBP emulator against the frames printed in blood-pressure, section 1."""

from __future__ import annotations

import itertools
import re

import pytest

from config.instant import MINUTE, SECOND, Duration
from config.vocabulary import CuffError
from simulator.devices.par_nibp import SILENCE_AFTER_RESET, BoardState, ParNibp, Result, spo2_frame, status_text
from tests.simulator.devices.still_body import StillBody

START = bytes.fromhex("0230313B3B443703")
MANUAL = bytes.fromhex("0230333B3B443903")
STATUS = bytes.fromhex("0231383B3B444603")
START_SPO2_BOARD = bytes.fromhex("FD30313B3B4437FE0D")
MEASUREMENT: Duration = 50 * SECOND
"""Longer than any measurement takes."""


def command(number: int) -> bytes:
    """A host frame of the plain board, written from the table: digits, two semicolons, their sum."""
    body = f"{number:02d};;"
    return f"\x02{body}{sum(map(ord, body)) % 256:02X}\x03".encode("ascii")


def texts(stream: bytes) -> list[str]:
    """What the plain board said, frame by frame."""
    frames = re.findall(rb"\x02([^\x02\x03]*)\x03\r", stream)
    assert sum(len(frame) + 3 for frame in frames) == len(stream)
    return [frame.decode("ascii") for frame in frames]


def ask(device: ParNibp) -> str:
    """The answer to command 18."""
    device.receive(STATUS)
    (answer,) = texts(device.advance(0))
    body, kk = answer[:-2], answer[-2:]
    assert kk == f"{sum(body.encode()) % 256:02X}"
    return answer


def test_the_helper_writes_the_printed_commands() -> None:
    """Printed: 01, 03, 18, and sum DD for 16."""
    assert (command(1), command(3), command(18)) == (START, MANUAL, STATUS)
    assert command(16)[5:7] == b"DD"


def test_printed_status_of_the_bench() -> None:
    """101/65, mean 76, pulse 60, sum F3."""
    result = Result(pressures=(101, 65, 76), pulse=60)
    text = status_text(BoardState.STANDBY, neonate=False, cycle_min=0, result=result, next_s=None)
    assert text == "S1;A0;C00;M00;P101065076;R060;T    ;;F3"


def test_printed_status_of_a_leak() -> None:
    """Dashes for what is missing, sum BC."""
    text = status_text(BoardState.ERROR, neonate=False, cycle_min=5, result=Result(7), next_s=None)
    assert text == "S2;A0;C05;M07;P---------;R---;T    ;;BC"


def test_the_sum_is_the_algorithm_not_the_manuals_example() -> None:
    """The manual prints D2 under this text; the sum is 40."""
    text = status_text(
        BoardState.STANDBY,
        neonate=False,
        cycle_min=3,
        result=Result(pressures=(125, 80, 90), pulse=75),
        next_s=5,
    )
    assert text == "S1;A0;C03;M00;P125080090;R075;T0005;;40"


def test_silent_until_asked() -> None:
    """A board that has been told nothing says nothing and inflates nothing."""
    device = ParNibp(StillBody())
    assert device.advance(10 * MINUTE) == b""
    assert ask(device) == "S1;A0;C00;M00;P---------;R---;T    ;;" + ask(device)[-2:]


def test_one_measurement_as_the_document_orders() -> None:
    """Inflation to the start pressure in state 8, 20 to 35 s of falling by 3 to 6 in state 3, 999, then the result."""
    device = ParNibp(StillBody())
    device.receive(START)
    *stream, end = texts(device.advance(MEASUREMENT))
    assert end == "999"
    assert all(re.fullmatch(r"\d{3}C0S[38]", text) for text in stream)
    rising = [int(text[:3]) for text in stream if text.endswith("S8")]
    falling = [int(text[:3]) for text in stream if text.endswith("S3")]
    assert [text[-1] for text in stream] == ["8"] * len(rising) + ["3"] * len(falling)
    assert len(rising) == 30
    assert rising == sorted(rising)
    assert rising[-1] == 160
    assert 20 * 5 <= len(falling) <= 35 * 5
    steps = {before - after for before, after in itertools.pairwise(falling)}
    assert steps <= {0, 2, 3, 4, 5, 6, 7}  # 3 to 6 before rounding
    assert ask(device).startswith("S1;A0;C00;M00;P128078095;R072;T    ;;")


def test_the_result_is_read_once_at_the_end_of_deflation() -> None:
    """The body is asked for one reading, when the cuff is down."""
    body = StillBody()
    device = ParNibp(body)
    device.receive(START)
    device.advance(25 * SECOND)
    assert body.cuff_readings == 0
    device.advance(MEASUREMENT)
    for _ in range(3):
        ask(device)
    assert body.cuff_readings == 1


def test_the_stream_does_not_depend_on_the_steps() -> None:
    """Five frames a second whether the time passes at once or in odd pieces."""
    at_once, stepwise = ParNibp(StillBody()), ParNibp(StillBody())
    for device in (at_once, stepwise):
        device.receive(START)
    pieces = b"".join(stepwise.advance(step) for step in [1, 199_998, 2, 333_333] * 100)
    assert at_once.advance(100 * (1 + 199_998 + 2 + 333_333)) == pieces


def test_the_cuff_pumps_over_a_high_systolic() -> None:
    """At 195 systolic the start pressure of 160 would measure nothing."""
    body = StillBody()
    body.show(systolic=195.0)
    device = ParNibp(body)
    device.receive(START)
    assert "215C0S8" in texts(device.advance(MEASUREMENT))


def test_start_pressure_is_chosen_by_command() -> None:
    """22 is 160, 23 is 180, 38 is 280."""
    device = ParNibp(StillBody())
    device.receive(command(23) + START)
    assert "180C0S8" in texts(device.advance(MEASUREMENT))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (CuffError.CUFF, "M06"),
        (CuffError.LEAK, "M07"),
        (CuffError.DEVICE, "M08"),
        (CuffError.TIMEOUT, "M09"),
        (CuffError.WEAK_SIGNAL, "M10"),
        (CuffError.MOTION, "M11"),
        (CuffError.OVERPRESSURE, "M12"),
    ],
)
def test_a_failed_attempt_has_a_message_and_no_numbers(error: CuffError, message: str) -> None:
    """State 2 first, then state 1 with the message kept: decide by M, not by S."""
    body = StillBody()
    body.show(systolic=None, diastolic=None, mean=None, cuff_error=error)
    device = ParNibp(body)
    device.receive(START)
    said = b""
    while not said.endswith(b"999\x03\r"):
        said = device.advance(SECOND // 5)
    assert ask(device).startswith(f"S2;A0;C00;{message};P---------;R---;T    ;;")
    device.advance(5 * SECOND)
    assert ask(device).startswith(f"S1;A0;C00;{message};P---------;R---;T    ;;")


def test_a_body_without_pressures_times_out() -> None:
    """No value is no measurement: never zeros."""
    body = StillBody()
    body.show(systolic=None, diastolic=None, mean=None)
    device = ParNibp(body)
    device.receive(START)
    device.advance(MEASUREMENT)
    assert "M09;P---------" in ask(device)


def test_a_missing_pulse_is_dashes() -> None:
    """Pressures without a rate."""
    body = StillBody()
    body.show(pulse_rate=None)
    device = ParNibp(body)
    device.receive(START)
    device.advance(MEASUREMENT)
    assert "P128078095;R---;" in ask(device)


def test_reset_lets_the_pressure_out_and_is_silent_for_2_s() -> None:
    """16 in the middle of a measurement: no more frames, no answers, then state 5, then state 1."""
    device = ParNibp(StillBody())
    device.receive(START)
    device.advance(10 * SECOND)
    device.receive(command(16))
    assert not device.measuring
    assert device.advance(SECOND) == b""
    device.receive(STATUS)
    assert device.advance(SECOND) == b""
    assert ask(device).startswith("S5;")
    device.advance(SECOND)
    assert ask(device).startswith("S1;A0;C00;M00;P---------")
    assert device.advance(10 * MINUTE) == b""


def test_an_unknown_command_resets_with_message_2() -> None:
    """M02: invalid command, device resets."""
    device = ParNibp(StillBody())
    device.receive(command(99))
    assert device.advance(3 * SECOND) == b""
    assert ask(device).startswith("S1;A0;C00;M02;")


def test_a_wrong_sum_is_not_obeyed() -> None:
    """The command is checked; nothing inflates on noise."""
    device = ParNibp(StillBody())
    device.receive(START[:-2] + b"8\x03" + b"\x02\x03\xfd garbage")
    assert device.advance(MINUTE) == b""
    assert device.rejected >= 1
    assert ask(device).startswith("S1;")


def test_commands_arrive_cut_anywhere_and_between_garbage() -> None:
    """Byte by byte, with noise in front."""
    device = ParNibp(StillBody())
    for byte in b"\x00\x02\x02" + START:
        device.receive(bytes((byte,)))
    assert device.measuring


def test_both_delimiter_pairs() -> None:
    """The SpO2 board answers in FD FE 0D, and hears either pair."""
    device = ParNibp(StillBody(), spo2_board=True)
    assert device.baud == 19200
    device.receive(START_SPO2_BOARD)
    assert device.measuring
    device.advance(MEASUREMENT)
    device.receive(bytes.fromhex("FD31383B3B4446FE0D"))
    answer = device.advance(0)
    assert answer.startswith(b"\xfdS1;A0;C00;M00;P128078095;R072;T    ;;")
    assert answer.endswith(b"\xfe\r")


def test_30_means_another_thing_on_each_variant() -> None:
    """Start pressure 80 on the plain board; on the SpO2 board the stream's switch, and no start pressure."""
    body = StillBody()
    body.show(systolic=50.0)
    plain, with_spo2 = ParNibp(body), ParNibp(body, spo2_board=True)
    for device in (plain, with_spo2):
        device.receive(command(30) + START)
    assert b"080C0S8" in plain.advance(6 * SECOND)
    assert b"160C0S8" in with_spo2.advance(6 * SECOND)


def test_automatic_cycle_by_command_and_back() -> None:
    """04 is one minute: state 6 between, T counts down; 03 leaves it without ending what runs."""
    body = StillBody()
    device = ParNibp(body)
    device.receive(command(4))
    device.advance(MEASUREMENT)
    assert ask(device).startswith("S6;A0;C01;M00;P128078095;R072;T0010;;")
    device.advance(2 * MINUTE)
    assert body.cuff_readings == 3
    device.advance(12 * SECOND)
    assert device.measuring
    device.receive(MANUAL)
    device.advance(5 * MINUTE)
    assert body.cuff_readings == 4
    assert ask(device).startswith("S1;A0;C00;M00;P128078095;R072;T    ;;")


def test_a_cycle_of_its_own_needs_no_host() -> None:
    """cycle_s: readings appear by themselves; a reset ends them."""
    body = StillBody()
    device = ParNibp(body, cycle_s=300, first_s=5)
    device.advance(11 * MINUTE)
    assert body.cuff_readings == 3
    assert ask(device).startswith("S6;A0;C05;M00;P128078095")
    device.receive(command(16))
    device.advance(11 * MINUTE)
    assert body.cuff_readings == 3


def test_the_boards_buttons() -> None:
    """Start as from the host; stop ends the attempt without a result."""
    body = StillBody()
    device = ParNibp(body)
    device.press_start()
    device.advance(10 * SECOND)
    device.press_stop()
    assert texts(device.advance(MINUTE)) == ["999"]
    assert ask(device).startswith("S1;A0;C00;M00;P---------")
    assert body.cuff_readings == 0


def test_adult_and_neonate() -> None:
    """25 and back by 24 show in A."""
    device = ParNibp(StillBody())
    device.receive(command(25))
    assert ";A1;" in ask(device)
    device.receive(command(24))
    assert ";A0;" in ask(device)


def test_a_cycle_shorter_than_the_boards_is_refused() -> None:
    """One minute is the shortest."""
    with pytest.raises(ValueError, match="cycle_s"):
        ParNibp(StillBody(), cycle_s=30)


def test_what_does_not_apply_changes_nothing() -> None:
    """Stop without a measurement, start during one or before the board is ready, a method without effect."""
    body = StillBody()
    device = ParNibp(body)
    device.press_stop()
    assert device.advance(SECOND) == b""
    device.receive(command(55) + START)
    device.advance(10 * SECOND)
    device.receive(START)
    device.advance(MINUTE)
    assert body.cuff_readings == 1
    device.receive(command(16))
    device.advance(SILENCE_AFTER_RESET)
    device.receive(START)
    assert not device.measuring


def test_the_spo2_part_streams_between_the_cuffs_frames() -> None:
    """Printed frame without a finger; 31 switches it on, 30 off, and after a reset it is silent with the board."""
    assert spo2_frame(0x6C, 0x02, 0x7F, 0xFF) == bytes.fromhex("55 AA 07 6C 02 7F FF 00 F3")
    body = StillBody()
    device = ParNibp(body, spo2_board=True)
    assert device.advance(MINUTE) == b""
    device.receive(command(31))
    assert device.advance(2 * SECOND) == spo2_frame(1, 0, 97, 72) + spo2_frame(2, 0, 97, 72)
    body.show(spo2=None, pulse_rate=None, finger_out=True)
    assert device.advance(SECOND) == spo2_frame(3, 0x02, 0x7F, 0xFF)
    device.receive(START)
    said = device.advance(2 * SECOND)
    assert said.count(b"\x55\xaa\x07") == 2
    assert said.count(b"C0S8") == 10
    device.receive(command(16))
    assert device.advance(2 * SECOND) == b""
    assert device.advance(SECOND) != b""
    device.receive(command(30))
    assert device.advance(MINUTE) == b""
