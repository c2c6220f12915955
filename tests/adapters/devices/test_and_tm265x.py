"""A&D TM-2655 and its like: frames, records read by letter, and a start that has to be acknowledged."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import reduce
from operator import xor

import pytest

from adapters.devices.and_tm265x import AndDecoder, AndDialogue, AndOptions
from adapters.devices.and_tm265x.dialogue import START, STOP
from adapters.devices.and_tm265x.mask import mask
from adapters.reading import CuffReading, DeviceStatus, Fault, FaultKind, Reading
from adapters.registry import build_options, driver, line_settings
from config.instant import SECOND, Instant
from config.vocabulary import CuffError
from tests.adapters.nibp_samples import samples

T0: Instant = 1_000 * SECOND
ACK = bytes.fromhex("16 16 01 30 30 06")
ACCEPTED = DeviceStatus(0, online=True)
REFUSED = Fault(0, FaultKind.MALFORMED, 0)
GOOD = CuffReading(0, 116.0, 60.0, 86.0, pulse_rate=89.0)
FAILED = CuffReading(0, None, None, None, error=CuffError.MOTION)
REAL = ("TM2655", "2606041532", "A", "BM", "E00", "S116", "M 86", "D 60", "P 89", "I100", "L143")


def framed(*fields: str, head: bytes = b"\x0100") -> bytes:
    checked = head + b"\x02" + "\x1e".join(fields).encode("ascii") + b"\x03"
    return (b"\x16\x16" if head else b"") + checked + bytes((reduce(xor, checked),))


def decode(*frames: bytes) -> list[Reading | Fault]:
    decoder = AndDecoder()
    return [item for frame in frames for item in decoder.feed(frame)] + decoder.finish()


def reading(*fields: str, head: bytes = b"\x0100") -> CuffReading:
    (item,) = decode(framed(*fields, head=head))
    assert isinstance(item, CuffReading)
    return item


def values(item: CuffReading) -> tuple[float | None, ...]:
    return (item.systolic, item.mean, item.diastolic, item.pulse_rate)


# --- bytes ---


def test_printed_commands() -> None:
    assert bytes.fromhex("16 16 01 30 30 02 53 54 03 07") == START
    assert bytes.fromhex("16 16 01 30 30 02 53 50 03 03") == STOP


def test_printed_acknowledge() -> None:
    assert decode(ACK) == [ACCEPTED]


@pytest.mark.parametrize("text", ["16 16 01 41 30 06", "16 16 00 00 00 06"])
def test_only_length_and_end_of_an_acknowledge_are_sure(text: str) -> None:
    assert decode(bytes.fromhex(text)) == [ACCEPTED]
    assert decode(*(bytes((byte,)) for byte in bytes.fromhex(text))) == [ACCEPTED]
    assert [type(item) for item in decode(bytes.fromhex(text), framed(*REAL))] == [DeviceStatus, CuffReading]


def test_real_values() -> None:
    """116/60, mean 86, pulse 89, E00."""
    item = reading(*REAL)
    assert values(item) == (116.0, 86.0, 60.0, 89.0)
    assert item.device_time == datetime(2026, 6, 4, 15, 32, tzinfo=UTC)
    assert (item.error, item.irregular, item.map_computed) == (None, False, False)


def test_collected_frames() -> None:
    found = samples("and-")
    for name, (frame, expect) in found.items():
        (item,) = decode(frame)
        assert isinstance(item, CuffReading), name
        assert values(item) == (expect["sys"], expect["map"], expect["dia"], expect["pulse"])
    frame, expect = found["and-rb-116-60"]
    (item,) = decode(frame)
    assert isinstance(item, CuffReading)
    assert item.device_time is not None
    assert item.device_time.isoformat().startswith(expect["time"])
    assert [each.error for each in decode(found["and-rb-E44"][0]) if isinstance(each, CuffReading)] == [
        CuffError.MOTION
    ]


def test_collected_commands() -> None:
    said = {name: frame for name, (frame, _) in samples("and-", "host>device").items()}
    assert said == {"and-start": START, "and-stop": STOP}


def test_a_record_may_begin_with_stx() -> None:
    """As the document's own words have it; the samples have the head before it."""
    assert values(reading(*REAL, head=b"")) == (116.0, 86.0, 60.0, 89.0)


@pytest.mark.parametrize("syns", [0, 1, 3, 8])
def test_more_or_fewer_synchronising_bytes(syns: int) -> None:
    assert isinstance(decode(b"\x16" * syns + framed(*REAL)[2:])[0], CuffReading)


# --- fields ---


def test_fields_go_by_their_letter_not_by_their_place() -> None:
    """One opaque field is missing: index-based programs take the mean for the diastolic."""
    shifted = (*REAL[:2], *REAL[3:])
    assert values(reading(*shifted)) == (116.0, 86.0, 60.0, 89.0)
    newer = (*REAL, "i  2", "m  0", "r  0", "t 31")
    assert values(reading(*newer)) == (116.0, 86.0, 60.0, 89.0)
    assert reading(*newer).irregular
    assert not reading(*REAL, "i  0").irregular


def test_the_place_counts_where_no_field_has_the_letter() -> None:
    assert values(reading(*REAL[:5], "116", " 86", " 60", " 89")) == (116.0, 86.0, 60.0, 89.0)
    assert values(reading(*REAL[:5], "116", "M 86", " 60")) == (116.0, 86.0, 60.0, None)


def test_opaque_fields_are_no_values() -> None:
    assert values(reading("TM2655", "2606041532", "S200", "D 10", "E00", *REAL[5:])) == (116.0, 86.0, 60.0, 89.0)


def test_a_missing_mean_or_pulse_stays_missing() -> None:
    item = reading(*REAL[:5], "S116", "M   ", "D 60", "P   ")
    assert values(item) == (116.0, None, 60.0, None)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("E11", CuffError.CUFF),
        ("E12", CuffError.LEAK),
        ("E13", CuffError.CUFF),
        ("E15", CuffError.CUFF),
        ("E21", CuffError.DEVICE),
        ("E22", CuffError.LEAK),
        ("E23", CuffError.OVERPRESSURE),
        ("E24", CuffError.TIMEOUT),
        ("E42", CuffError.WEAK_SIGNAL),
        ("E43", CuffError.WEAK_SIGNAL),
        ("E44", CuffError.MOTION),
        ("E45", CuffError.WEAK_SIGNAL),
        ("E46", CuffError.WEAK_SIGNAL),
        ("E48", CuffError.WEAK_SIGNAL),
        ("E61", CuffError.WEAK_SIGNAL),
        ("E63", CuffError.WEAK_SIGNAL),
        ("E99", CuffError.DEVICE),
    ],
)
def test_any_code_but_e00_has_no_pressures(code: str, error: CuffError) -> None:
    """Although they may stand in the record."""
    item = reading(*REAL[:4], code, *REAL[5:])
    assert (item.error, values(item)) == (error, (None, None, None, None))
    assert item.device_time is not None


@pytest.mark.parametrize("pressures", [("S   ", "M   ", "D   ", "P   "), ("S116", "M 86", "D  0", "P 89"), ()])
def test_ok_without_pressures_was_stopped(pressures: tuple[str, ...]) -> None:
    item = reading(*REAL[:5], *pressures)
    assert (item.error, item.systolic) == (CuffError.ABORTED, None)


@pytest.mark.parametrize("clock", ["0000000000", "2613041532", "26060415", ""])
def test_a_clock_that_was_never_set_is_none(clock: str) -> None:
    item = reading("TM2655", clock, *REAL[2:])
    assert (item.device_time, item.systolic) == (None, 116.0)


@pytest.mark.parametrize("head", [b"\x0100", b""])
def test_what_may_be_a_patient_number_is_masked(head: bytes) -> None:
    """Opaque fields before the error code; offsets, values and the check stay."""
    named = framed("TM2655", "2606041532", "4711-DOE", "BM", *REAL[4:], head=head)
    capture = ACK + named + b"noise" + framed(*REAL)
    masked = mask(capture)
    assert len(masked) == len(capture)
    assert b"4711" not in masked
    assert decode(masked) == decode(capture)
    assert mask(framed(*REAL)) == framed(*REAL)
    wrong = named[:-1] + bytes((named[-1] ^ 1,))
    assert mask(wrong)[-1:] == wrong[-1:]


# --- what is wrong ---


def test_damage() -> None:
    good = framed(*REAL)
    spoilt = good.replace(b"S116", b"S176")
    (fault,) = decode(spoilt)
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.discarded) == (FaultKind.CHECKSUM, len(good))
    (fault,) = decode(framed("TM2655", "2606041532", "S116"))
    assert isinstance(fault, Fault)
    assert fault.kind is FaultKind.MALFORMED
    broken, whole = decode(good[:30], good)
    assert isinstance(broken, Fault)
    assert (broken.offset, broken.discarded) == (0, 30)
    assert isinstance(whole, CuffReading)


def test_a_refusal() -> None:
    (fault,) = decode(ACK[:-1] + b"\x15")
    assert isinstance(fault, Fault)
    assert fault.discarded == 0


@pytest.mark.parametrize("noise", [b"\x16\x16\x01\x30\x30\x31", b"\x16\x16\x01\x41\x30\x07", b"\x16\x17"])
def test_heads_without_a_frame(noise: bytes) -> None:
    items = decode(noise)
    assert sum(item.discarded for item in items if isinstance(item, Fault)) == len(noise)


def test_the_line() -> None:
    found = driver("and-tm265x")
    assert [line.baud for line in (found.line, *found.other_lines) if line] == [2400, 9600]
    chosen = line_settings(found, build_options(found, {"baud": 9600}))
    assert chosen is not None
    assert chosen.baud == 9600


# --- the dialogue ---


def test_nothing_is_said_by_itself() -> None:
    dialogue = AndDialogue(AndOptions())
    assert dialogue.opened(T0) == b""
    assert dialogue.next_deadline() is None


def test_a_start_is_acknowledged_and_ends_with_its_record() -> None:
    dialogue = AndDialogue(AndOptions())
    dialogue.opened(T0)
    assert dialogue.request_measurement(T0) == START
    assert dialogue.next_deadline() == T0 + 3 * SECOND
    dialogue.on_reading(ACCEPTED, T0 + SECOND)
    assert dialogue.next_deadline() == T0 + 120 * SECOND
    assert dialogue.tick(T0 + 119 * SECOND) == b""
    dialogue.on_reading(GOOD, T0 + 119 * SECOND)
    assert dialogue.next_deadline() is None


def test_upper_time() -> None:
    dialogue = AndDialogue(AndOptions())
    dialogue.request_measurement(T0)
    dialogue.on_reading(ACCEPTED, T0 + SECOND)
    assert dialogue.tick(T0 + 120 * SECOND) == STOP
    dialogue.on_reading(ACCEPTED, T0 + 121 * SECOND)
    assert dialogue.next_deadline() is None
    assert dialogue.request_measurement(T0 + 149 * SECOND) == b""
    assert dialogue.request_measurement(T0 + 150 * SECOND) == START


def test_a_start_without_acknowledge_is_stopped() -> None:
    """Whether it was heard is not known."""
    dialogue = AndDialogue(AndOptions())
    dialogue.request_measurement(T0)
    assert dialogue.tick(T0 + 3 * SECOND) == STOP
    assert dialogue.next_deadline() is None


def test_a_refused_start_is_over() -> None:
    dialogue = AndDialogue(AndOptions())
    dialogue.request_measurement(T0)
    dialogue.on_reading(REFUSED, T0)
    assert dialogue.next_deadline() is None
    assert dialogue.request_measurement(T0 + 30 * SECOND) == START


def test_a_record_that_comes_by_itself_rests_the_cuff() -> None:
    dialogue = AndDialogue(AndOptions())
    dialogue.on_reading(FAILED, T0)
    assert dialogue.request_measurement(T0 + 29 * SECOND) == b""
    assert dialogue.request_measurement(T0 + 30 * SECOND) == START


def test_what_is_left_behind_is_stopped() -> None:
    dialogue = AndDialogue(AndOptions())
    dialogue.request_measurement(T0)
    assert dialogue.opened(T0 + SECOND) == STOP
    assert dialogue.opened(T0 + 2 * SECOND) == b""
