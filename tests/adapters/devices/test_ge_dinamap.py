"""GE DINAMAP: requests as printed, columns, what counts as a new result, check characters nobody has confirmed."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.devices.ge_dinamap import DinamapDecoder, DinamapDialogue, DinamapOptions
from adapters.devices.ge_dinamap.decoder import check_characters
from adapters.devices.ge_dinamap.dialogue import CANCEL, START, request
from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, FaultKind, OximeterReading, Reading
from adapters.registry import OptionError, build_options, driver
from config.instant import SECOND, Instant
from config.vocabulary import CuffError, CuffState
from simulator.devices.ge_dinamap import GeDinamap
from tests.adapters.cuff_bench import CuffBench
from tests.adapters.nibp_samples import samples
from tests.simulator.devices.still_body import StillBody

T0: Instant = 1_000 * SECOND
NA, RC, OA = request("NA"), request("RC"), request("OA")
IDLE = CuffProgress(0, CuffState.IDLE)
GOOD = CuffReading(0, 118.0, 76.0, 90.0)


def reply(text: str) -> bytes:
    return f"{text}{check_characters(text)}\r".encode("ascii")


def nibp(status: int, counter: int | str = 0, pressures: str = "118076090") -> bytes:
    count = f"{counter:04d}" if isinstance(counter, int) else counter
    return reply(f" NA{status}00{count}{pressures}")


NONE = nibp(0, 0, "000000000")
BUSY = nibp(2, 0, "000000000")


def decode(*frames: bytes, **options: Any) -> list[Reading | Fault]:
    decoder = DinamapDecoder(DinamapOptions(**options))
    return [item for frame in frames for item in decoder.feed(frame)] + decoder.finish()


def outcomes(*frames: bytes, **options: Any) -> list[tuple[float | None, CuffError | None]]:
    items = decode(*frames, **options)
    return [(item.systolic, item.error) for item in items if isinstance(item, CuffReading)]


# --- bytes ---


@pytest.mark.parametrize(
    ("letters", "printed"),
    [("NC0", " NC0!E"), ("ND", " ND!5"), ("NA", " NA!2"), ("RC", " RC!8"), ("RA", " RA!6"), ("OA", " OA!3")],
)
def test_printed_requests(letters: str, printed: str) -> None:
    assert request(letters) == printed.encode("ascii") + b"\r"


def test_collected_requests() -> None:
    said = {name: frame for name, (frame, _) in samples("dinamap-", "host>device").items()}
    assert said == {
        "dinamap-start": START,
        "dinamap-cancel": CANCEL,
        "dinamap-nibp": NA,
        "dinamap-rate-c": RC,
        "dinamap-rate-a": request("RA"),
        "dinamap-spo2": OA,
    }


def test_printed_reply() -> None:
    """118/76, mean 90, 12 s old: history at first sight, a result when an older one stood there before."""
    printed = b" NA1000012118076090&&\r"
    assert printed == nibp(1, 12)
    assert decode(printed) == [IDLE]
    assert decode(nibp(1, 300), printed)[1:] == [
        CuffProgress(22, CuffState.IDLE),
        CuffReading(22, 118.0, 76.0, 90.0),
    ]


def test_collected_reply() -> None:
    frame, expect = samples("dinamap-")["dinamap-na-ok"]
    assert decode(frame) == [IDLE]
    (reading,) = [item for item in decode(NONE, nibp(1, 300), frame) if isinstance(item, CuffReading)]
    assert (reading.systolic, reading.diastolic, reading.mean) == (expect["sys"], expect["dia"], expect["map"])


def test_line_ends() -> None:
    """CR, or CR LF as one program sends it."""
    assert decode(NONE.replace(b"\r", b"\r\n"), NONE) == [IDLE, CuffProgress(23, CuffState.IDLE)]


# --- what is new ---


def test_a_result_that_stays_readable_is_told_once() -> None:
    polls = [nibp(1, 500), *(nibp(1, counter) for counter in range(60))]
    assert outcomes(*polls) == [(118.0, None)]


def test_the_first_reply_is_history() -> None:
    assert outcomes(nibp(1, 0), nibp(1, 1), nibp(1, 2)) == []
    assert outcomes(nibp(3, 0), nibp(3, 1)) == []


def test_the_first_result_of_a_monitor_that_had_none() -> None:
    """Fresh it is new; an old one that only comes back into view is not."""
    assert outcomes(NONE, nibp(1, 1)) == [(118.0, None)]
    assert outcomes(BUSY, nibp(1, 6)) == []


def test_a_cancelled_measurement_shows_the_old_result_again() -> None:
    assert outcomes(nibp(1, 100), BUSY, nibp(1, 130)) == []


def test_other_pressures_are_a_new_result_whatever_the_counter() -> None:
    """Polls were lost while two determinations went by."""
    assert outcomes(nibp(1, 10), nibp(1, 40, "125080095")) == [(125.0, None)]


def test_a_counter_that_comes_round_makes_no_new_result() -> None:
    assert outcomes(nibp(1, 9998), nibp(1, 9999), nibp(1, 0), nibp(1, 1)) == []
    assert outcomes(*[nibp(1, 9999)] * 3, nibp(1, 0)) == [(118.0, None)]


def test_failures() -> None:
    """Told when the status turns above 2, and again when its counter starts anew; never with numbers."""
    assert outcomes(NONE, nibp(3, 0), nibp(3, 1)) == [(None, CuffError.WEAK_SIGNAL)]
    assert outcomes(nibp(1, 50), nibp(4, 0), nibp(4, 1), nibp(4, 0)) == [(None, CuffError.WEAK_SIGNAL)] * 2
    assert (
        outcomes(NONE, nibp(5, "    "), nibp(5, "    "), BUSY, nibp(5, "    "), failures={"5": CuffError.LEAK})
        == [(None, CuffError.LEAK)] * 2
    )
    assert outcomes(nibp(1, 50), nibp(3, 0), nibp(3, 60), nibp(1, 0)) == [(None, CuffError.WEAK_SIGNAL), (118.0, None)]


def test_a_success_after_a_failure_whose_counter_stood_still() -> None:
    failed = nibp(3, 0, "000000000")
    lost = [nibp(1, counter) for counter in (0, 1, 2)]
    assert outcomes(nibp(1, 50), failed, BUSY, *lost) == [(None, CuffError.WEAK_SIGNAL), (118.0, None)]
    assert outcomes(nibp(1, 50), failed, BUSY, nibp(1, 80)) == [(None, CuffError.WEAK_SIGNAL)]


@pytest.mark.parametrize("pressures", ["---------", "118   090", "000076090", "1 8076090"])
def test_a_valid_status_without_values_is_no_result(pressures: str) -> None:
    items = decode(nibp(1, 50), nibp(1, 0, pressures))
    assert [item.kind for item in items if isinstance(item, Fault)] == [FaultKind.MALFORMED]
    assert not any(isinstance(item, CuffReading) for item in items)


def test_in_progress_where_the_site_knows_its_digit() -> None:
    states = [item.state for item in decode(NONE, BUSY, NONE, measuring="2") if isinstance(item, CuffProgress)]
    assert states == [CuffState.IDLE, CuffState.INFLATING, CuffState.IDLE]
    assert outcomes(NONE, BUSY, NONE, measuring="2") == [(None, CuffError.ABORTED)]
    assert outcomes(nibp(1, 50), BUSY, nibp(1, 70), measuring="2") == [(None, CuffError.ABORTED)]
    assert outcomes(BUSY, nibp(1, 70), measuring="2") == []
    assert outcomes(NONE, BUSY, nibp(1, 0), measuring="2") == [(118.0, None)]
    assert outcomes(NONE, BUSY, nibp(1, 0), measuring="2", heart_rate="RC") == [(118.0, None)]


# --- pulse and SpO2 ---


def test_the_pulse_comes_with_a_new_result() -> None:
    """It is asked for right after it; without a valid answer the result goes out without it."""
    rated = [
        item for item in decode(NONE, nibp(1, 0), reply(" RC0072"), heart_rate="RC") if isinstance(item, CuffReading)
    ]
    assert [(item.systolic, item.pulse_rate) for item in rated] == [(118.0, 72.0)]
    for answer in (reply(" RC0   "), reply(" RC0000"), nibp(1, 1), b""):
        (reading,) = [
            item for item in decode(NONE, nibp(1, 0), answer, heart_rate="RC") if isinstance(item, CuffReading)
        ]
        assert (reading.systolic, reading.pulse_rate) == (118.0, None)


@pytest.mark.parametrize(("text", "pulse_rate"), [(" RA20072", 72.0), (" RA10072", None), (" RA2----", None)])
def test_the_other_rate_has_a_valid_sign(text: str, pulse_rate: float | None) -> None:
    items = decode(NONE, nibp(1, 0), reply(text), heart_rate="RA")
    assert [item.pulse_rate for item in items if isinstance(item, CuffReading)] == [pulse_rate]


def test_spo2_has_a_valid_sign() -> None:
    assert decode(reply(" OA1097")) == [OximeterReading(0, 97.0, None)]
    assert decode(reply(" OA0097")) == [OximeterReading(0, None, None)]


# --- check characters ---


def test_a_strange_check_is_told_once_and_the_reply_used() -> None:
    """The formula is not confirmed for replies."""
    strange = [each[:-3] + b"??\r" for each in (NONE, nibp(1, 0), nibp(1, 1))]
    items = decode(*strange)
    assert [(item.kind, item.discarded) for item in items if isinstance(item, Fault)] == [(FaultKind.CHECKSUM, 0)]
    assert [item.systolic for item in items if isinstance(item, CuffReading)] == [118.0]


def test_a_monitor_that_has_proved_the_formula_is_held_to_it() -> None:
    """Then a check that does not fit means a damaged digit, and the next poll has it whole."""
    damaged = nibp(1, 0).replace(b"118", b"178")
    proof = [nibp(1, counter) for counter in (50, 51, 51, 52)]
    assert outcomes(*proof, damaged, nibp(1, 1)) == [(118.0, None)]
    assert outcomes(*proof[:3], damaged) == [(178.0, None)]
    assert outcomes(*proof, damaged, check="report") == [(178.0, None)]


def test_a_check_that_fits_by_chance_proves_nothing() -> None:
    """A monitor with another check of its own would be refused for ever after its first lucky reply."""
    strange = [each[:-3] + b"??\r" for each in (nibp(1, 51), nibp(1, 0))]
    assert outcomes(nibp(1, 49), nibp(1, 49), nibp(1, 50), *strange) == [(118.0, None)]


def test_a_check_may_be_required() -> None:
    items = decode(NONE[:-3] + b"??\r", check="require")
    assert [type(item) for item in items] == [Fault]


# --- lines that are none ---


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (b"NA1000012118076090&&\r", FaultKind.UNKNOWN_UNIT),
        (b" XX1000012118076090&&\r", FaultKind.UNKNOWN_UNIT),
        (b" NA10000121180760\r", FaultKind.MALFORMED),
        (reply(" NA?000012118076090"), FaultKind.MALFORMED),
    ],
)
def test_other_lines_are_refused(line: bytes, kind: FaultKind) -> None:
    assert [item.kind for item in decode(line) if isinstance(item, Fault)] == [kind]


def test_an_echo_of_a_command_is_a_sign_of_life() -> None:
    assert decode(START) == [DeviceStatus(0, online=True)]


@pytest.mark.parametrize(
    ("table", "hint"), [({"measuring": "1"}, "no result"), ({"failures": {"2": "leak"}}, "3 to 9")]
)
def test_impossible_options_are_refused(table: dict[str, object], hint: str) -> None:
    with pytest.raises(OptionError, match=hint):
        build_options(driver("ge-dinamap"), table)


# --- the dialogue ---


def test_a_round_once_a_second() -> None:
    dialogue = DinamapDialogue(DinamapOptions(heart_rate="RC", spo2=True))
    assert dialogue.opened(T0) == NA
    assert dialogue.on_reading(IDLE, T0) == RC
    assert dialogue.on_reading(DeviceStatus(0, online=True), T0) == OA
    assert dialogue.on_reading(OximeterReading(0, 97.0, None), T0) == b""
    assert dialogue.next_deadline() == T0 + SECOND
    assert dialogue.tick(T0 + SECOND) == NA


def test_no_answer_is_waited_for_longer_than_two_seconds() -> None:
    dialogue = DinamapDialogue(DinamapOptions())
    dialogue.opened(T0)
    assert dialogue.next_deadline() == T0 + 2 * SECOND
    assert dialogue.tick(T0 + SECOND) == b""
    assert dialogue.tick(T0 + 2 * SECOND) == NA
    assert dialogue.on_reading(Fault(0, FaultKind.GARBAGE, 3), T0 + 2 * SECOND) == b""
    assert dialogue.request_measurement(T0 + 2 * SECOND) == b""
    dialogue.on_reading(IDLE, T0 + 2 * SECOND)
    assert dialogue.request_measurement(T0 + 2 * SECOND) == START


def test_a_slow_monitor_is_asked_for_all_of_its_round() -> None:
    """Its answers take longer than a second: rate and SpO2 come nevertheless."""
    dialogue = DinamapDialogue(DinamapOptions(heart_rate="RC", spo2=True))
    assert dialogue.opened(T0) == NA
    assert dialogue.tick(T0 + SECOND) == b""
    assert dialogue.on_reading(IDLE, T0 + 1_500_000) == RC
    assert dialogue.on_reading(DeviceStatus(0, online=True), T0 + 3 * SECOND) == OA
    assert dialogue.on_reading(OximeterReading(0, 97.0, None), T0 + 4_500_000) == b""
    assert dialogue.tick(T0 + 4_500_000) == NA


def test_upper_time() -> None:
    dialogue = DinamapDialogue(DinamapOptions())
    dialogue.opened(T0)
    dialogue.on_reading(IDLE, T0)
    dialogue.request_measurement(T0)
    dialogue.on_reading(IDLE, T0 + 60 * SECOND)
    assert dialogue.tick(T0 + 119 * SECOND) == NA
    dialogue.on_reading(IDLE, T0 + 119 * SECOND)
    assert dialogue.next_deadline() == T0 + 120 * SECOND
    assert dialogue.tick(T0 + 120 * SECOND) == CANCEL


def test_a_neonates_upper_time_is_shorter() -> None:
    dialogue = DinamapDialogue(DinamapOptions(patient="neonate"))
    dialogue.opened(T0)
    dialogue.on_reading(IDLE, T0)
    dialogue.request_measurement(T0)
    assert dialogue.tick(T0 + 90 * SECOND) == CANCEL


def test_what_is_left_behind_is_cancelled_and_the_result_asked_for() -> None:
    dialogue = DinamapDialogue(DinamapOptions())
    dialogue.opened(T0)
    dialogue.on_reading(IDLE, T0)
    dialogue.request_measurement(T0)
    assert dialogue.opened(T0 + SECOND) == CANCEL + NA


def test_a_monitor_that_tells_it_measures_is_not_started_and_told_again_to_stop() -> None:
    dialogue = DinamapDialogue(DinamapOptions(measuring="2"))
    busy = CuffProgress(0, CuffState.INFLATING)
    dialogue.opened(T0)
    dialogue.on_reading(busy, T0)
    assert dialogue.request_measurement(T0) == b""
    dialogue.cancel_measurement(T0)
    assert [dialogue.on_reading(busy, T0 + second * SECOND) for second in (1, 2, 3, 4)] == [b"", b"", CANCEL, b""]


def test_everything_against_the_emulator() -> None:
    """Pulse and SpO2 beside the pressures, and a start that the monitor's own word ends."""
    bench = CuffBench("ge-dinamap", GeDinamap(StillBody()), {"heart_rate": "RA", "spo2": True, "measuring": "2"})
    bench.run(3 * SECOND)
    assert bench.request()
    bench.run(90 * SECOND)
    assert [(each.systolic, each.pulse_rate) for each in bench.readings] == [(128.0, 72.0)]
    assert {each.spo2 for each in bench.oximeter} == {97.0}
    assert bench.request()
    bench.run(5 * SECOND)
    bench.cancel()
    bench.run(5 * SECOND)
    assert bench.errors == [None, CuffError.ABORTED]
