"""PAR cuff boards: bytes of commands, what counts as a new result, and when the dialogue says what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.devices.par_nibp.decoder import ParDecoder
from adapters.devices.par_nibp.dialogue import ParDialogue, ParOptions, command
from adapters.reading import CuffProgress, CuffReading, Fault, FaultKind, OximeterReading
from config.instant import MINUTE, SECOND, Instant
from config.vocabulary import CuffError, CuffState, Flag
from tests.adapters.nibp_samples import samples

START = bytes.fromhex("02 30 31 3B 3B 44 37 03")
MANUAL = bytes.fromhex("02 30 33 3B 3B 44 39 03")
REPORT = bytes.fromhex("02 31 38 3B 3B 44 46 03")
RESET = b"\x0216;;DD\x03"
STOP = MANUAL + RESET

STATUS = CuffProgress(0, CuffState.IDLE)
"""An answer to 18, and the end marker: they look alike."""
END = STATUS
RESULT = CuffReading(0, 128.0, 78.0, 95.0, pulse_rate=74.0)
FAILED = CuffReading(0, None, None, None, error=CuffError.MOTION)
T0: Instant = 1_000 * SECOND


def up(pressure: float) -> CuffProgress:
    return CuffProgress(0, CuffState.INFLATING, pressure)


def ready(at: Instant = T0) -> ParDialogue:
    """A dialogue whose board has answered."""
    dialogue = ParDialogue(ParOptions())
    dialogue.opened(at)
    dialogue.on_reading(STATUS, at)
    return dialogue


# --- bytes ---


@pytest.mark.parametrize(("code", "sent"), [("01", START), ("03", MANUAL), ("18", REPORT), ("16", RESET)])
def test_commands_as_printed(code: str, sent: bytes) -> None:
    """Blood-pressure, section 1."""
    assert command(code) == sent


def test_command_between_the_other_marks() -> None:
    assert command("01", "spo2") == bytes.fromhex("FD 30 31 3B 3B 44 37 FE 0D")


def test_printed_frames() -> None:
    """`035C0S3`, `999` and the bench frame 101/65 of section 1."""
    decoder = ParDecoder()
    assert decoder.feed(b"\x02035C0S3\x03\r") == [CuffProgress(0, CuffState.DEFLATING, 35.0)]
    assert decoder.feed(b"\x02999\x03\r") == [CuffProgress(10, CuffState.IDLE)]
    status = b"\xfdS1;A0;C00;M00;P101065076;R060;T    ;;F3\xfe\r"
    assert decoder.feed(status) == [
        CuffProgress(16, CuffState.IDLE),
        CuffReading(16, 101.0, 65.0, 76.0, pulse_rate=60.0),
    ]
    assert decoder.feed(status) == [CuffProgress(58, CuffState.IDLE)]


def test_a_pulse_of_zero_is_none() -> None:
    """It would cast doubt on good pressures (signals-and-simulation 1.2, B8)."""
    status = b"\xfdS1;A0;C00;M00;P101065076;R000;T    ;;ED\xfe\r"
    (*_, reading) = ParDecoder().feed(b"\x02035C0S3\x03\r\x02999\x03\r" + status)
    assert reading == CuffReading(16, 101.0, 65.0, 76.0)


def test_manual_example_has_wrong_check_characters() -> None:
    (fault,) = ParDecoder().feed(b"\x02S1;A0;C03;M00;P125080090;R075;T0005;;D2\x03\r")
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.discarded) == (FaultKind.CHECKSUM, 42)
    good = ParDecoder().feed(b"\x02S1;A0;C03;M00;P125080090;R075;T0005;;40\x03\r")
    assert good == [CuffProgress(0, CuffState.IDLE)]


def test_printed_spo2_frame_is_passed_over() -> None:
    decoder = ParDecoder()
    assert decoder.feed(bytes.fromhex("55 AA 07 6C 02 7F FF 00 F3")) == []
    assert decoder.finish() == []


def test_printed_spo2_frame_where_the_part_is_fitted() -> None:
    """Without a finger: no numbers, and the flag."""
    decoder = ParDecoder(spo2=True)
    assert decoder.feed(bytes.fromhex("55 AA 07 6C 02 7F FF 00 F3")) == [
        OximeterReading(0, None, None, flags=frozenset({Flag.NO_FINGER}))
    ]


def test_collected_spo2_frame() -> None:
    """Of a real board, without a finger."""
    frame, expect = samples("par-spo2-nofinger")["par-spo2-nofinger"]
    (item,) = ParDecoder(spo2=True).feed(frame)
    assert isinstance(item, OximeterReading)
    assert (item.spo2, item.pulse_rate) == (expect["spo2"], expect["pulse"])
    assert (Flag.NO_FINGER in item.flags) == expect["no_finger"]


@pytest.mark.parametrize(
    ("status", "spo2", "pulse", "reading"),
    [
        (0x00, 97, 72, OximeterReading(0, 97.0, 72.0)),
        (0x00, 97, 127, OximeterReading(0, 97.0, 127.0)),
        (0x00, 0x7F, 0xFF, OximeterReading(0, None, None)),
        (0x00, 0xFF, 0x7F, OximeterReading(0, None, None)),
        (0x02, 97, 72, OximeterReading(0, None, None, flags=frozenset({Flag.NO_FINGER}))),
        (0x01, 97, 72, OximeterReading(0, None, None, flags=frozenset({Flag.OUT_OF_TRACK}))),
        (0x12, 97, 72, OximeterReading(0, None, None, flags=frozenset({Flag.NO_FINGER, Flag.OUT_OF_TRACK}))),
        (0x80, 97, 72, OximeterReading(0, None, None, flags=frozenset({Flag.OUT_OF_TRACK}))),
    ],
)
def test_spo2_numbers_stand_only_without_any_status_bit(
    status: int, spo2: int, pulse: int, reading: OximeterReading
) -> None:
    """The bits beside "no finger" are not known one by one: none of them has a number behind it."""
    body = bytes((7, 1, status, spo2, pulse, 30))
    assert ParDecoder(spo2=True).feed(b"\x55\xaa" + body + bytes((sum(body) % 256,))) == [reading]


def test_spo2_frames_of_another_length_are_passed_over() -> None:
    body = bytes((5, 1, 0, 97))
    assert ParDecoder(spo2=True).feed(b"\x55\xaa" + body + bytes((sum(body) % 256,))) == []


def test_the_spo2_part_is_never_switched_from_here() -> None:
    """30 and 31 mean a start pressure on the plain board."""
    dialogue = ParDialogue(ParOptions(baud=19200, delimiters="spo2", spo2=True))
    assert dialogue.opened(T0) == command("18", "spo2")
    assert dialogue.on_reading(OximeterReading(0, 97.0, 72.0), T0) == b""
    assert dialogue.request_measurement(T0) == b""


# --- fetching results ---


def test_opening_asks_and_never_inflates() -> None:
    dialogue = ParDialogue(ParOptions())
    assert dialogue.next_deadline() is None
    assert dialogue.opened(T0) == REPORT
    assert dialogue.opened(T0 + SECOND) == REPORT


def test_other_marks_are_used_when_chosen() -> None:
    assert ParDialogue(ParOptions(delimiters="spo2")).opened(T0) == command("18", "spo2")


def test_the_result_is_asked_for_at_the_end_marker_and_again_without_answer() -> None:
    dialogue = ready()
    dialogue.on_reading(up(100), T0)
    at = T0 + 30 * SECOND
    assert dialogue.on_reading(END, at) == REPORT
    for _ in range(5):
        due = dialogue.next_deadline()
        assert due == at + SECOND
        assert dialogue.tick(due - 1) == b""
        assert dialogue.tick(due) == REPORT
        at = due
    assert dialogue.next_deadline() == at + 5 * SECOND


def test_a_result_ends_the_asking() -> None:
    dialogue = ready()
    dialogue.on_reading(up(100), T0 - SECOND)
    dialogue.on_reading(END, T0)
    assert dialogue.on_reading(STATUS, T0 + SECOND // 2) == b""
    assert dialogue.next_deadline() == T0 + SECOND
    assert dialogue.on_reading(RESULT, T0 + SECOND // 2) == b""
    assert dialogue.next_deadline() == T0 + SECOND // 2 + 5 * SECOND


def test_a_spoilt_answer_counts_as_none() -> None:
    dialogue = ready()
    dialogue.on_reading(up(100), T0 - SECOND)
    dialogue.on_reading(END, T0)
    assert dialogue.on_reading(Fault(0, FaultKind.CHECKSUM, 42), T0 + SECOND // 2) == b""
    assert dialogue.tick(T0 + SECOND) == REPORT


def test_a_status_in_the_middle_of_a_measurement_ends_nothing() -> None:
    dialogue = ready()
    dialogue.on_reading(up(100), T0)
    assert dialogue.on_reading(CuffProgress(0, CuffState.DEFLATING), T0 + 5 * SECOND) == b""
    assert dialogue.next_deadline() == T0 + 10 * SECOND
    assert dialogue.on_reading(END, T0 + 6 * SECOND) == REPORT


def test_at_rest_the_board_is_asked_for_a_sign_of_life() -> None:
    dialogue = ready()
    assert dialogue.next_deadline() == T0 + 5 * SECOND
    assert dialogue.tick(T0 + 5 * SECOND) == REPORT
    assert dialogue.next_deadline() == T0 + 10 * SECOND


def test_cuff_frames_are_sign_of_life_enough() -> None:
    dialogue = ready()
    for second in range(20):
        assert dialogue.on_reading(up(20.0 + 3 * second), T0 + second * SECOND) == b""
        assert dialogue.tick(T0 + second * SECOND) == b""
    assert dialogue.next_deadline() == T0 + 24 * SECOND


# --- starting ---


def test_a_measurement_starts_when_asked_for() -> None:
    assert ready().request_measurement(T0) == START


def test_an_unknown_board_is_never_inflated() -> None:
    """Before the first answer, after reconnecting, and after three questions without one (section 9.5)."""
    dialogue = ParDialogue(ParOptions())
    assert dialogue.request_measurement(T0) == b""
    dialogue.opened(T0)
    assert dialogue.request_measurement(T0) == b""
    dialogue.on_reading(STATUS, T0)
    for poll in range(1, 4):
        dialogue.tick(T0 + poll * 5 * SECOND)
    assert dialogue.request_measurement(T0 + 15 * SECOND) == b""
    dialogue.on_reading(STATUS, T0 + 16 * SECOND)
    assert dialogue.request_measurement(T0 + 16 * SECOND) == START


def test_no_start_while_the_board_is_busy() -> None:
    dialogue = ready()
    dialogue.on_reading(up(100), T0)
    assert dialogue.request_measurement(T0) == b""
    dialogue.on_reading(END, T0 + SECOND)
    assert dialogue.request_measurement(T0 + 40 * SECOND) == b""


def test_a_board_that_says_it_is_busy_is_not_started() -> None:
    """Its cuff frames may have been lost; the status alone is enough to wait for its end."""
    dialogue = ready()
    dialogue.on_reading(CuffProgress(0, CuffState.INFLATING), T0)
    assert dialogue.request_measurement(T0) == b""
    assert dialogue.next_deadline() == T0 + 5 * SECOND
    dialogue.on_reading(END, T0 + 5 * SECOND)
    dialogue.on_reading(RESULT, T0 + 6 * SECOND)
    assert dialogue.request_measurement(T0 + 35 * SECOND) == START


def test_a_board_told_to_stop_may_be_busy_a_little_longer() -> None:
    dialogue = ready()
    dialogue.cancel_measurement(T0)
    dialogue.on_reading(CuffProgress(0, CuffState.DEFLATING), T0 + 3 * SECOND)
    assert dialogue.next_deadline() == T0 + 8 * SECOND
    assert dialogue.opened(T0 + 9 * SECOND) == REPORT


def test_thirty_seconds_between_attempts() -> None:
    """Counted from the end of the measurement before, whoever began it."""
    dialogue = ready()
    dialogue.on_reading(up(100), T0)
    dialogue.on_reading(END, T0 + 20 * SECOND)
    dialogue.on_reading(RESULT, T0 + 21 * SECOND)
    assert dialogue.request_measurement(T0 + 50 * SECOND - 1) == b""
    assert dialogue.request_measurement(T0 + 50 * SECOND) == START


def measure(dialogue: ParDialogue, at: Instant, result: CuffReading) -> bytes:
    """One whole measurement, asked for at `at`; what was sent to start it."""
    sent = dialogue.request_measurement(at)
    dialogue.on_reading(up(150), at + SECOND)
    dialogue.on_reading(END, at + 20 * SECOND)
    dialogue.on_reading(STATUS, at + 21 * SECOND)
    dialogue.on_reading(result, at + 21 * SECOND)
    return sent


def test_three_failed_attempts_in_a_row_then_a_pause() -> None:
    """The fourth waits until five minutes have passed, long enough for somebody to have looked."""
    dialogue = ready()
    for attempt in range(3):
        assert measure(dialogue, T0 + attempt * MINUTE, FAILED) == START
    assert dialogue.request_measurement(T0 + 3 * MINUTE) == b""
    assert dialogue.request_measurement(T0 + 7 * MINUTE - 1) == b""
    assert dialogue.request_measurement(T0 + 7 * MINUTE) == START


def test_a_result_frees_the_attempts() -> None:
    dialogue = ready()
    for attempt, result in enumerate([FAILED, FAILED, RESULT, FAILED, FAILED, FAILED]):
        assert measure(dialogue, T0 + attempt * MINUTE, result) == START
    assert dialogue.request_measurement(T0 + 6 * MINUTE) == b""


def test_a_start_that_is_not_taken_up_is_forgotten_but_rests() -> None:
    """No cuff frame comes and the board answers at rest: the way is free again after the lock-out."""
    dialogue = ready()
    assert dialogue.request_measurement(T0) == START
    assert dialogue.on_reading(STATUS, T0 + SECOND) == b""
    assert dialogue.next_deadline() == T0 + 6 * SECOND
    assert dialogue.tick(T0 + 6 * SECOND) == REPORT
    dialogue.on_reading(STATUS, T0 + 6 * SECOND)
    assert dialogue.request_measurement(T0 + 29 * SECOND) == b""
    assert dialogue.request_measurement(T0 + 30 * SECOND) == START


# --- stopping ---


def test_cancelling_sends_the_safe_sequence() -> None:
    dialogue = ready()
    dialogue.request_measurement(T0)
    assert dialogue.cancel_measurement(T0 + SECOND) == STOP
    assert dialogue.next_deadline() == T0 + SECOND + 5 * SECOND // 2
    assert dialogue.tick(T0 + 4 * SECOND) == REPORT


def test_upper_time() -> None:
    dialogue = ready()
    dialogue.request_measurement(T0)
    for second in range(1, 120):
        assert dialogue.on_reading(up(30.0 + 2 * (second % 3)), T0 + second * SECOND) == b""
    assert dialogue.next_deadline() == T0 + 120 * SECOND
    assert dialogue.tick(T0 + 120 * SECOND) == STOP


def test_upper_time_is_seen_by_a_reading_that_comes_before_the_tick() -> None:
    dialogue = ready()
    dialogue.on_reading(up(10), T0)
    assert dialogue.on_reading(up(14), T0 + 121 * SECOND) == STOP


def test_a_cuff_that_stands_still_is_emptied() -> None:
    """Above 15 mmHg without progress for 30 s; a jitter of 1 mmHg is no progress (section 9.6)."""
    dialogue = ready()
    dialogue.on_reading(up(100), T0)
    for second in range(1, 30):
        assert dialogue.on_reading(up(100.0 + second % 2), T0 + second * SECOND) == b""
    assert dialogue.next_deadline() == T0 + 30 * SECOND
    assert dialogue.tick(T0 + 30 * SECOND) == STOP


def test_a_flat_cuff_may_stand_still() -> None:
    dialogue = ready()
    dialogue.on_reading(up(15), T0)
    for second in range(1, 60):
        assert dialogue.on_reading(up(15), T0 + second * SECOND) == b""


def test_an_overpressure_is_stopped_at_once() -> None:
    dialogue = ready()
    assert dialogue.on_reading(up(300), T0) == b""
    assert dialogue.on_reading(up(301), T0 + SECOND) == STOP


def test_a_board_that_inflates_on_is_told_again() -> None:
    """Every 3 s for 15 s; then it counts as a new measurement with its own limits."""
    dialogue = ready()
    dialogue.on_reading(up(301), T0)
    sent = [dialogue.on_reading(up(200), T0 + second * SECOND) for second in range(1, 16)]
    assert [second for second, stop in enumerate(sent, 1) if stop] == [3, 6, 9, 12, 15]
    assert dialogue.on_reading(up(200), T0 + 16 * SECOND) == b""
    assert dialogue.next_deadline() == T0 + 21 * SECOND
    assert dialogue.on_reading(up(301), T0 + 17 * SECOND) == STOP


def test_an_emptied_cuff_ends_the_insisting() -> None:
    """A measurement that a person starts at the board afterwards is left alone."""
    dialogue = ready()
    dialogue.on_reading(up(301), T0)
    dialogue.on_reading(CuffProgress(0, CuffState.IDLE, 4.0), T0 + 2 * SECOND)
    assert dialogue.on_reading(up(20), T0 + 5 * SECOND) == b""


def test_a_stopped_measurement_rests_too() -> None:
    """The board's own word that it was stopped, without an end marker, starts the lock-out anew."""
    dialogue = ready()
    dialogue.on_reading(up(100), T0)
    dialogue.on_reading(CuffReading(0, None, None, None, error=CuffError.ABORTED), T0 + 10 * SECOND)
    assert dialogue.request_measurement(T0 + 39 * SECOND) == b""
    assert dialogue.request_measurement(T0 + 40 * SECOND) == START


def test_a_measurement_of_ours_left_behind_by_a_broken_link_is_stopped() -> None:
    """Loss of the requester (section 9.5); one that the board began itself is only asked after."""
    dialogue = ready()
    dialogue.request_measurement(T0)
    assert dialogue.opened(T0 + 10 * SECOND) == STOP
    assert dialogue.opened(T0 + 11 * SECOND) == REPORT
    dialogue.on_reading(up(100), T0 + 60 * SECOND)
    assert dialogue.opened(T0 + 61 * SECOND) == REPORT


EVENTS = st.sampled_from(
    [
        END,
        RESULT,
        FAILED,
        up(100),
        up(103),
        up(301),
        CuffProgress(0, CuffState.DEFLATING),
        CuffProgress(0, CuffState.IDLE, 3.0),
        Fault(0, FaultKind.GARBAGE, 1),
        "opened",
        "request",
        "cancel",
        "wait",
    ]
)


@given(st.lists(st.tuples(EVENTS, st.integers(0, 40))))
def test_whatever_happens(story: list[tuple[object, int]]) -> None:
    """Only a request inflates, starts keep their distance, deadlines lie ahead, and no other command exists."""
    dialogue = ParDialogue(ParOptions())
    now, starts = T0, [0]
    dialogue.opened(now)
    for event, pause in story:
        now += pause * SECOND // 2
        match event:
            case "opened":
                sent = dialogue.opened(now)
            case "request":
                sent = dialogue.request_measurement(now)
                if sent:
                    assert sent == START
                    assert now - starts[-1] >= 30 * SECOND
                    starts.append(now)
                    sent = b""
            case "cancel":
                sent = dialogue.cancel_measurement(now)
                assert sent == STOP
            case "wait":
                due = dialogue.next_deadline()
                assert due is not None
                now = max(now, due)
                sent = dialogue.tick(now)
                following = dialogue.next_deadline()
                assert following is not None
                assert following > now
            case _:
                sent = dialogue.on_reading(event, now)  # type: ignore[arg-type]
        assert sent in (b"", REPORT, STOP)


def test_lock_outs_outlive_a_broken_link() -> None:
    dialogue = ready()
    measure(dialogue, T0, RESULT)
    dialogue.opened(T0 + 25 * SECOND)
    dialogue.on_reading(STATUS, T0 + 25 * SECOND)
    assert dialogue.request_measurement(T0 + 49 * SECOND) == b""
    assert dialogue.request_measurement(T0 + 50 * SECOND) == START
