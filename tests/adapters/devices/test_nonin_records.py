"""Nonin data formats 1 and 8: the document's own records, how they are told apart, and trust without a sum."""

from __future__ import annotations

import random

import pytest

from adapters.devices.nonin.records import Df1Decoder, Df8Decoder, Df8Options
from adapters.reading import Fault, FaultKind, OximeterReading, Reading
from config.vocabulary import Flag

PRINTED_DF1: dict[str, tuple[float | None, float | None, set[Flag]]] = {
    "80 48 61": (97, 72, set()),
    "89 48 5D": (93, 200, set()),
    "A3 7F 7F": (None, None, {Flag.OUT_OF_TRACK}),
    "E3 7F 7F": (None, None, {Flag.SENSOR_OFF, Flag.OUT_OF_TRACK}),
}
PRINTED_DF8: dict[str, tuple[float | None, float | None, set[Flag]]] = {
    "80 48 61 20": (97, 72, set()),
    "95 49 58 00": (88, 201, {Flag.LOW_PERFUSION, Flag.ARTIFACT}),
    "A3 7F 7F 08": (None, None, {Flag.OUT_OF_TRACK, Flag.NO_FINGER}),
    "80 40 63 01": (99, 64, {Flag.BATTERY_LOW}),
}
"""Every record printed in pulse-oximeters, sections 1 and 4."""

GOOD = bytes.fromhex("804861")
GOOD_8 = bytes.fromhex("80486120")


def df1(*chunks: bytes) -> list[Reading | Fault]:
    decoder = Df1Decoder()
    return [item for chunk in chunks for item in decoder.feed(chunk)] + decoder.finish()


def df8(data: bytes, options: Df8Options = Df8Options()) -> list[Reading | Fault]:  # noqa: B008 - a frozen value
    decoder = Df8Decoder(options)
    return [*decoder.feed(data), *decoder.finish()]


def readings(items: list[Reading | Fault]) -> list[OximeterReading]:
    return [item for item in items if isinstance(item, OximeterReading)]


def faults(items: list[Reading | Fault]) -> list[Fault]:
    return [item for item in items if isinstance(item, Fault)]


@pytest.mark.parametrize("printed", PRINTED_DF1)
def test_printed_records_of_format_1(printed: str) -> None:
    """Marginal perfusion (8) is no flag; a rate of 200 needs the bits of byte 1."""
    expected = PRINTED_DF1[printed]
    items = df1(bytes.fromhex(printed) * 4)
    assert [(item.spo2, item.pulse_rate, item.flags) for item in readings(items)] == [expected] * 4
    assert len(items) == 4


@pytest.mark.parametrize("printed", PRINTED_DF8)
def test_printed_records_of_format_8(printed: str) -> None:
    expected = PRINTED_DF8[printed]
    items = df8(bytes.fromhex(printed) * 4)
    assert [(item.spo2, item.pulse_rate, item.flags) for item in readings(items)] == [expected] * 4
    assert len(items) == 4


def test_the_printed_records_one_after_the_other() -> None:
    """A stream that begins with records needs no values near each other."""
    for decode, printed in ((df1, PRINTED_DF1), (df8, PRINTED_DF8)):
        items = readings(decode(bytes.fromhex("".join(printed))))
        assert [(item.spo2, item.pulse_rate, item.flags) for item in items] == list(printed.values())


def test_held_values_are_not_live() -> None:
    """Under SNSA format 8 holds the display for 10 s; a sensor disconnected has no values either."""
    assert [(item.spo2, item.pulse_rate) for item in readings(df8(bytes.fromhex("80486108") * 4))] == [(None, None)] * 4
    assert [(item.spo2, item.pulse_rate) for item in readings(df1(bytes.fromhex("C04861") * 4))] == [(None, None)] * 4


def test_one_value_may_be_missing_without_the_other() -> None:
    assert [(item.spo2, item.pulse_rate) for item in readings(df1(bytes.fromhex("80487F") * 4))] == [(None, 72)] * 4
    assert [(item.spo2, item.pulse_rate) for item in readings(df1(bytes.fromhex("837F61") * 4))] == [(97, None)] * 4


def test_bits_of_wrist_devices_can_be_passed_over() -> None:
    """Battery critical and sensor disconnected are reserved on a 9560."""
    data = bytes.fromhex("C0486102") * 4
    assert {item.flags for item in readings(df8(data))} == {frozenset({Flag.SENSOR_OFF, Flag.BATTERY_LOW})}
    (reading, *_) = readings(df8(data, Df8Options(wrist_bits=False)))
    assert (reading.spo2, reading.pulse_rate, reading.flags) == (97, 72, frozenset())


@pytest.mark.parametrize("records", [4, 5, 60])
def test_the_formats_refuse_each_other(records: int) -> None:
    """Two bytes with bit 7 clear after each status byte are format 1, three are format 8."""
    assert df1(GOOD_8 * records)[0] == Fault(
        0, FaultKind.FRAMING, min(4 * records, 250), "fewer than 4 records of 3 bytes in a row"
    )
    assert readings(df1(GOOD_8 * records)) == []
    assert readings(df8(GOOD * records)) == []


def test_a_format_that_changes_under_way_is_left_at_once() -> None:
    """One slip is forgiven, with bytes that mean the same; nothing follows."""
    assert len(readings(df1(GOOD * 6 + GOOD_8 * 20))) == 8
    assert len(readings(df8(GOOD_8 * 6 + GOOD * 20))) == 6


def test_a_few_records_are_no_proof() -> None:
    assert df1(GOOD * 3) == [Fault(0, FaultKind.INCOMPLETE, 9, "the stream ended inside a unit")]


def test_on_a_good_link_a_record_goes_out_with_its_last_byte() -> None:
    decoder = Df1Decoder()
    assert len(decoder.feed(GOOD * 4)) == 4
    assert decoder.feed(GOOD[:2]) == []
    assert decoder.feed(GOOD[2:]) == [OximeterReading(12, 97, 72)]


def test_a_status_byte_too_early_begins_a_record() -> None:
    items = df1(GOOD * 5 + GOOD[:2] + GOOD)
    assert faults(items) == [Fault(15, FaultKind.FRAMING, 2, "a record was broken off")]
    assert [item.offset for item in readings(items)] == [0, 3, 6, 9, 12, 17]


def test_a_second_slip_soon_after_costs_proof_anew() -> None:
    items = df1(GOOD * 5 + b"\x11" + GOOD * 2 + b"\x11" + GOOD * 3)
    assert [item.offset for item in readings(items)] == [0, 3, 6, 9, 12, 16, 19]
    assert sum(fault.discarded for fault in faults(items)) == 11


def test_long_noise_costs_proof_anew() -> None:
    """Seven bytes are more than two records."""
    assert len(readings(df1(GOOD * 5 + b"\x11" * 6 + GOOD))) == 6
    assert len(readings(df1(GOOD * 5 + b"\x11" * 7 + GOOD))) == 5
    assert len(readings(df1(GOOD * 5 + b"\x11" * 7 + GOOD * 4))) == 9


@pytest.mark.parametrize("far", ["804856", "806761", "890061"])
def test_after_noise_values_far_apart_prove_nothing(far: str) -> None:
    """Eleven points of saturation or 31 beats in a second; behind them four near ones do."""
    items = df1(b"\x11" + GOOD + bytes.fromhex(far) + GOOD * 4)
    assert [item.offset for item in readings(items)] == [7, 10, 13, 16]


def test_after_noise_a_missing_value_is_near_to_any() -> None:
    records = GOOD + bytes.fromhex("A37F7F") + bytes.fromhex("804856") + bytes.fromhex("804856")
    assert len(readings(df1(b"\x11" + records))) == 4


@pytest.mark.parametrize("impossible", ["804865", "801161", "824261"])
def test_what_no_oximeter_measures_is_no_record(impossible: str) -> None:
    """101 %, 17 /min and 322 /min show that the bytes stand elsewhere."""
    items = df1(GOOD * 5 + bytes.fromhex(impossible) + GOOD)
    assert [fault.kind for fault in faults(items)] == [FaultKind.MALFORMED]
    assert [item.offset for item in readings(items)] == [0, 3, 6, 9, 12, 18]


@pytest.mark.parametrize(("possible", "shown"), [("801200", (0, 18)), ("824164", (100, 321))])
def test_the_edges_of_what_is_measured(possible: str, shown: tuple[float, float]) -> None:
    items = readings(df1(bytes.fromhex(possible) * 4))
    assert [(item.spo2, item.pulse_rate) for item in items] == [shown] * 4


def test_answers_between_records_are_passed_over_but_not_without_end() -> None:
    items = df1(b"\x06" + GOOD * 4 + b"\x15" + GOOD)
    assert [item.offset for item in items] == [1, 4, 7, 10, 14]
    assert faults(df1(b"\x06" * 20))[0].discarded == 16


@pytest.mark.parametrize("seed", range(4))
def test_noise_gives_no_numbers(seed: int) -> None:
    """A wrong speed on a port that is heard for minutes; there is no sum to refuse it."""
    noise = random.Random(seed).randbytes(40_000)
    assert readings(df1(noise)) == []
    assert readings(df8(noise)) == []
