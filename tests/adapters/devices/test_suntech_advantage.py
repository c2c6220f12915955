"""SunTech Advantage: bytes of commands and replies, what counts as a new result, and one question at a time."""

from __future__ import annotations

import pytest

from adapters.devices.suntech_advantage import SunTechDecoder, SunTechDialogue, SunTechOptions
from adapters.devices.suntech_advantage.dialogue import Ask, command
from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, FaultKind, Reading
from adapters.registry import OptionError, build_options, driver
from config.instant import SECOND, Instant
from config.vocabulary import CuffError, CuffState
from tests.adapters.nibp_samples import samples

T0: Instant = 1_000 * SECOND
START = bytes.fromhex("3A 20 A6")
STOP = bytes.fromhex("3A 79 01 00 4C")
GET_RESULT = bytes.fromhex("3A 79 03 00 4A")
GET_PRESSURE = bytes.fromhex("3A 79 05 00 48")
SET_180 = bytes.fromhex("3A 17 B4 00 FB")
ACCEPTED = bytes.fromhex("3E 04 4F 6F")
FINISHED = bytes.fromhex("3E 04 4B 73")
RESULT = bytes.fromhex("3E 18 73 00 4A 00 1E 01 00 00 00 00 00 00 31 07 55 00 58 00 00 00 00 E9")

O = DeviceStatus(0, online=True)  # noqa: E741 - the module's letter
K = CuffProgress(0, CuffState.IDLE)
REFUSED = Fault(0, FaultKind.MALFORMED, 0)
GOOD = CuffReading(0, 115.0, 74.0, 88.0, pulse_rate=85.0)


def module(*data: int) -> bytes:
    frame = bytes((0x3E, len(data) + 3, *data))
    return frame + bytes((-sum(frame) % 256,))


def pressure(mmhg: int) -> bytes:
    return module(*mmhg.to_bytes(2, "little"))


def result(error: int = 0, systolic: int = 115) -> bytes:
    data = bytearray(RESULT[2:-1])
    data[0], data[18] = systolic, error
    return module(*data)


def decode(*frames: bytes, options: SunTechOptions | None = None) -> list[Reading | Fault]:
    decoder = SunTechDecoder(options or SunTechOptions())
    return [item for frame in frames for item in decoder.feed(frame)] + decoder.finish()


def outcomes(*frames: bytes, options: SunTechOptions | None = None) -> list[CuffReading]:
    return [item for item in decode(*frames, options=options) if isinstance(item, CuffReading)]


# --- bytes ---


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ((0x20,), START),
        ((0x28,), bytes.fromhex("3A 28 9E")),
        ((0x79, 1, 0), STOP),
        ((0x79, 3, 0), GET_RESULT),
        ((0x79, 5, 0), GET_PRESSURE),
        ((0x17, 180, 0), SET_180),
        ((0x0C, 0, 0, 0), bytes.fromhex("3A 0C 00 00 00 BA")),
        ((0x0C, 0, 1, 1), bytes.fromhex("3A 0C 00 01 01 B8")),
        ((0x04, 0), bytes.fromhex("3A 04 00 C2")),
        ((0x04, 1), bytes.fromhex("3A 04 01 C1")),
    ],
)
def test_printed_commands_have_these_check_bytes(body: tuple[int, ...], sent: bytes) -> None:
    """The service commands among them prove the sum; the dialogue knows none of them."""
    assert command(*body) == sent


def test_no_service_command_exists_in_the_dialogue() -> None:
    said = {ask.value[1] for ask in Ask if isinstance(ask.value, bytes)} | {Ask.TARGET.value}
    assert said == {0x20, 0x28, 0x79, 0x17}


def test_printed_replies() -> None:
    assert decode(ACCEPTED) == [O]
    assert decode(FINISHED) == [K]
    assert decode(bytes.fromhex("3E 05 02 01 BA")) == [CuffProgress(0, CuffState.INFLATING, 258.0)]


def test_printed_result_counts_after_its_measurement() -> None:
    """115/74, mean 88, pulse 85; alone it is history."""
    assert decode(RESULT) == [O]
    assert outcomes(pressure(150), FINISHED, RESULT, RESULT) == [CuffReading(9, 115.0, 74.0, 88.0, pulse_rate=85.0)]


def test_collected_frames() -> None:
    found = samples("suntech-")
    items = {name: decode(frame) for name, (frame, _) in found.items()}
    assert items == {
        "suntech-cuff-258": [CuffProgress(0, CuffState.INFLATING, 258.0)],
        "suntech-result-115-74": [O],
        "suntech-K": [K],
        "suntech-O": [O],
        "suntech-bad-len": [Fault(0, FaultKind.FRAMING, 5, "length byte 0 is invalid")],
    }
    _, expect = found["suntech-result-115-74"]
    (reading,) = outcomes(pressure(150), FINISHED, found["suntech-result-115-74"][0])
    assert (reading.systolic, reading.diastolic, reading.mean, reading.pulse_rate) == (
        expect["sys"],
        expect["dia"],
        expect["map"],
        expect["pulse"],
    )


def test_collected_commands() -> None:
    said = {name: frame for name, (frame, _) in samples("suntech-", "host>device").items()}
    assert said["suntech-start-adult"] == Ask.START_ADULT.value
    assert said["suntech-start-neonate"] == Ask.START_NEONATE.value
    assert said["suntech-abort"] == Ask.STOP.value
    assert said["suntech-get-bp"] == Ask.RESULT.value
    assert said["suntech-get-cuff"] == Ask.PRESSURE.value
    assert said["suntech-initial-180"] == command(0x17, 180, 0)
    assert said["suntech-pneumatics-open"] == command(0x0C, 0, 0, 0)
    assert said["suntech-pneumatics-closed"] == command(0x0C, 0, 1, 1)


# --- what is new ---


def test_a_result_without_k_is_none() -> None:
    assert outcomes(pressure(150), RESULT) == []


def test_k_of_a_stored_setting_frees_no_result() -> None:
    assert outcomes(pressure(0), FINISHED, RESULT) == []


def test_residual_pressure_after_a_result_is_no_new_measurement() -> None:
    assert len(outcomes(pressure(150), FINISHED, RESULT, pressure(40), FINISHED, RESULT)) == 1
    assert len(outcomes(pressure(150), FINISHED, RESULT, pressure(4), pressure(40), FINISHED, RESULT)) == 2


def test_a_cuff_that_stays_empty_without_a_result_was_stopped() -> None:
    (reading,) = outcomes(pressure(150), pressure(5), pressure(3), pressure(0), pressure(0), FINISHED, RESULT)
    assert (reading.error, reading.systolic) == (CuffError.ABORTED, None)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (1, CuffError.WEAK_SIGNAL),
        (2, CuffError.MOTION),
        (3, CuffError.WEAK_SIGNAL),
        (4, CuffError.TIMEOUT),
        (85, CuffError.CUFF),
        (87, CuffError.ABORTED),
        (88, CuffError.LEAK),
        (89, CuffError.TIMEOUT),
        (90, CuffError.OVERPRESSURE),
        (91, CuffError.DEVICE),
        (92, CuffError.DEVICE),
        (97, CuffError.DEVICE),
        (98, CuffError.DEVICE),
        (99, CuffError.DEVICE),
        (200, CuffError.DEVICE),
    ],
)
def test_error_codes(code: int, error: CuffError) -> None:
    """An error code has no numbers, although the frame has some."""
    (reading,) = outcomes(pressure(150), FINISHED, result(code))
    assert (reading.error, reading.systolic, reading.pulse_rate) == (error, None, None)


def test_error_codes_may_be_renamed() -> None:
    """The table is remembered (C): a site may know better."""
    options = build_options(driver("suntech-advantage"), {"errors": {"2": "leak"}})
    assert outcomes(pressure(150), FINISHED, result(2), options=options)[0].error is CuffError.LEAK


@pytest.mark.parametrize(
    ("table", "hint"),
    [
        ({"errors": {"two": "leak"}}, "error codes"),
        ({"target": 300}, "40 to 280"),
        ({"target": 160, "patient": "neonate"}, "40 to 140"),
        ({"patient": "child"}, "one of 'adult', 'neonate'"),
    ],
)
def test_impossible_options_are_refused(table: dict[str, object], hint: str) -> None:
    with pytest.raises(OptionError, match=hint):
        build_options(driver("suntech-advantage"), table)


def test_a_result_of_zeros_is_none() -> None:
    (reading,) = outcomes(pressure(150), FINISHED, result(systolic=0))
    assert reading.error is CuffError.WEAK_SIGNAL


def test_pressures_of_a_cuff_beyond_its_bound_are_none() -> None:
    """Above 300 mmHg, on a neonate above 150."""
    assert outcomes(pressure(301), FINISHED, RESULT)[0].error is CuffError.OVERPRESSURE
    neonate = SunTechOptions(patient="neonate")
    assert outcomes(pressure(151), FINISHED, RESULT, options=neonate)[0].error is CuffError.OVERPRESSURE


def test_any_other_letter_is_a_refusal() -> None:
    (fault,) = decode(module(ord("B")))
    assert isinstance(fault, Fault)
    assert (fault.discarded, "refused" in fault.detail) == (0, True)


def test_frames_of_other_lengths_and_wrong_sums() -> None:
    assert decode(module(1, 2, 3, 4)) == [Fault(0, FaultKind.UNKNOWN_UNIT, 7, "frame of 7 bytes")]
    (fault,) = decode(b"\x3e\x05\x02\x01\xbb")
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.discarded) == (FaultKind.CHECKSUM, 5)


def test_a_start_of_ours_that_never_fills_the_cuff_has_failed() -> None:
    """A hose that is off: O, K and an error code, and the cuff never reached 15 mmHg."""
    (reading,) = outcomes(ACCEPTED, pressure(0), pressure(9), pressure(3), FINISHED, result(88), result(88))
    assert (reading.error, reading.systolic, reading.pulse_rate) == (CuffError.LEAK, None, None)


def test_a_cuff_that_stayed_empty_has_no_pressures_whatever_the_module_holds() -> None:
    assert outcomes(ACCEPTED, pressure(9), FINISHED, RESULT) == []


def test_an_error_code_without_a_start_of_ours_is_history() -> None:
    assert outcomes(pressure(9), FINISHED, result(88)) == []
    assert outcomes(ACCEPTED, pressure(9), result(88)) == []
    assert outcomes(ACCEPTED, FINISHED, ACCEPTED, result(88)) == []


def test_a_failure_is_told_once() -> None:
    """By its empty cuff, or by its code."""
    emptied = (pressure(5), pressure(3), pressure(0))
    assert len(outcomes(ACCEPTED, pressure(150), *emptied, FINISHED, result(88))) == 1
    assert len(outcomes(ACCEPTED, pressure(150), FINISHED, result(88), FINISHED, result(88))) == 1


# --- the dialogue ---


def at(mmhg: float) -> CuffProgress:
    return CuffProgress(0, CuffState.INFLATING if mmhg > 10 else CuffState.IDLE, mmhg)


def ready(options: SunTechOptions | None = None) -> SunTechDialogue:
    dialogue = SunTechDialogue(options or SunTechOptions())
    assert dialogue.opened(T0) == GET_PRESSURE
    assert dialogue.on_reading(at(0), T0) == b""
    return dialogue


def test_one_question_at_a_time() -> None:
    """No second question before the answer, or before a second without one."""
    dialogue = SunTechDialogue(SunTechOptions())
    dialogue.opened(T0)
    assert dialogue.tick(T0 + SECOND // 2) == b""
    assert dialogue.request_measurement(T0 + SECOND // 2) == b""
    assert dialogue.next_deadline() == T0 + SECOND
    assert dialogue.tick(T0 + SECOND) == GET_PRESSURE
    dialogue.on_reading(at(0), T0 + SECOND)
    assert dialogue.next_deadline() == T0 + 3 * SECOND


def test_start_poll_k_result() -> None:
    """The order of the document; K comes while a pressure is asked for."""
    dialogue = ready()
    assert dialogue.request_measurement(T0) == START
    assert dialogue.on_reading(O, T0) == b""
    assert dialogue.next_deadline() == T0 + SECOND // 5
    now = T0 + SECOND
    assert dialogue.tick(now) == GET_PRESSURE
    dialogue.on_reading(at(150), now)
    assert dialogue.next_deadline() == now + SECOND // 5
    assert dialogue.tick(now + SECOND // 5) == GET_PRESSURE
    assert dialogue.on_reading(K, now + SECOND // 5) == b""
    assert dialogue.on_reading(at(60), now + SECOND // 5) == GET_RESULT
    assert dialogue.on_reading(GOOD, now + SECOND // 5) == b""
    assert dialogue.tick(now + SECOND) == GET_PRESSURE


@pytest.mark.parametrize("after", [3, 20])
def test_k_after_a_start_that_never_filled_the_cuff_brings_its_error(after: int) -> None:
    """Also later than a start may take to be taken up."""
    dialogue = ready()
    dialogue.request_measurement(T0)
    dialogue.on_reading(O, T0)
    now = T0
    while now < T0 + after * SECOND:
        now = dialogue.next_deadline() or 0
        assert dialogue.tick(now) == GET_PRESSURE
        assert dialogue.on_reading(at(9), now) == b""
    assert dialogue.on_reading(K, now) == GET_RESULT
    assert dialogue.on_reading(CuffReading(0, None, None, None, error=CuffError.LEAK), now) == b""
    assert dialogue.on_reading(K, now) == GET_PRESSURE


@pytest.mark.parametrize("answer", [REFUSED, None])
def test_k_after_a_start_that_was_not_accepted_brings_nothing(answer: Reading | Fault | None) -> None:
    dialogue = ready()
    dialogue.request_measurement(T0)
    if answer is not None:
        dialogue.on_reading(answer, T0)
    assert dialogue.on_reading(K, T0) == GET_PRESSURE


def test_a_lost_result_is_asked_for_again() -> None:
    dialogue = ready()
    dialogue.request_measurement(T0)
    dialogue.on_reading(O, T0)
    dialogue.tick(T0 + SECOND)
    dialogue.on_reading(at(150), T0 + SECOND)
    now = T0 + 2 * SECOND
    sent = [dialogue.on_reading(K, now)]
    for _ in range(5):
        now += SECOND
        sent.append(dialogue.tick(now))
    assert sent == [GET_RESULT] * 5 + [GET_PRESSURE]


def test_the_target_is_stored_before_the_start() -> None:
    """K answers the setting, and only then the cuff fills; without that K it never does."""
    dialogue = ready(SunTechOptions(target=180))
    assert dialogue.request_measurement(T0) == SET_180
    assert dialogue.on_reading(K, T0) == START
    silent = ready(SunTechOptions(target=180))
    assert silent.request_measurement(T0) == SET_180
    assert silent.tick(T0 + SECOND) == GET_PRESSURE
    assert silent.on_reading(K, T0 + SECOND) == b""
    refusing = ready(SunTechOptions(target=180))
    refusing.request_measurement(T0)
    assert refusing.on_reading(REFUSED, T0) == b""
    assert refusing.request_measurement(T0 + 30 * SECOND) == SET_180


def test_a_neonate_has_its_own_start() -> None:
    assert ready(SunTechOptions(patient="neonate")).request_measurement(T0) == bytes.fromhex("3A 28 9E")


def test_no_start_while_the_cuff_is_not_empty() -> None:
    dialogue = ready()
    dialogue.tick(T0 + 2 * SECOND)
    dialogue.on_reading(at(11), T0 + 2 * SECOND)
    assert dialogue.request_measurement(T0 + 2 * SECOND) == b""
    dialogue.tick(T0 + 4 * SECOND)
    dialogue.on_reading(at(9), T0 + 4 * SECOND)
    assert dialogue.request_measurement(T0 + 4 * SECOND) == START


def test_a_refused_start_is_over() -> None:
    dialogue = ready()
    dialogue.request_measurement(T0)
    dialogue.on_reading(REFUSED, T0)
    assert dialogue.next_deadline() == T0 + 2 * SECOND


def test_a_stop_waits_for_nothing_and_is_repeated() -> None:
    """At once although a question is open; a module that inflates on is told again after 3 s."""
    dialogue = ready()
    dialogue.request_measurement(T0)
    dialogue.on_reading(O, T0)
    dialogue.tick(T0 + SECOND)
    assert dialogue.on_reading(at(301), T0 + SECOND) == STOP
    now = T0 + SECOND
    sent = []
    while now < T0 + 9 * SECOND:
        now += SECOND // 5
        dialogue.tick(now)
        sent.append(dialogue.on_reading(at(200), now))
    assert sent.count(STOP) == 2
