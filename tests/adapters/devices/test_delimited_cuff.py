"""Cuffs that push a line: fields in their places, other formats refused, patient numbers kept to themselves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.devices.delimited_cuff import DelimitedDecoder, mask
from adapters.devices.delimited_cuff.layout import LAYOUTS
from adapters.reading import CuffReading, Fault, FaultKind, Reading
from adapters.registry import OptionError, build_options, driver, line_settings
from config.instant import MINUTE, SECOND
from config.vocabulary import CuffError
from simulator.emulator import emulators
from tests.adapters.cuff_bench import failing
from tests.adapters.nibp_samples import samples
from tests.simulator.devices.still_body import StillBody

REAL_9020 = b"bp,99999999999999999999,2023/04/27,15:06,140,098,077,068,3\r\n"
F5_9030 = b"2026,03,14,09,26,00000000000000000123,0,128,082,071,0\r\n"
REAL_BP500 = b"\x02R1,000000000,210427,153000,128,097,082,084,0000,0000,00000,000\x03?"

PRINTED = {
    "omron-hbp9020": (REAL_9020, (140.0, 98.0, 77.0, 68.0), datetime(2023, 4, 27, 15, 6, tzinfo=UTC)),
    "omron-hbp9030": (F5_9030, (128.0, None, 82.0, 71.0), datetime(2026, 3, 14, 9, 26, tzinfo=UTC)),
    "terumo-bp500": (REAL_BP500, (128.0, 97.0, 82.0, 84.0), datetime(2021, 4, 27, 15, 30, tzinfo=UTC)),
}


def decode(layout: str, *lines: bytes, **options: Any) -> list[Reading | Fault]:
    decoder = DelimitedDecoder(build_options(driver("delimited-cuff"), {"layout": layout, **options}))
    return [item for line in lines for item in decoder.feed(line)] + decoder.finish()


def values(item: Reading | Fault) -> tuple[float | None, ...]:
    assert isinstance(item, CuffReading)
    return (item.systolic, item.mean, item.diastolic, item.pulse_rate)


def kinds(items: list[Reading | Fault]) -> list[FaultKind]:
    return [item.kind for item in items if isinstance(item, Fault)]


# --- shipped layouts ---


@pytest.mark.parametrize("layout", PRINTED)
def test_printed_lines(layout: str) -> None:
    """The mean stands in the middle on HBP-9020 and BP-500; HBP-9030 has none, and none is made up."""
    line, expected, device_time = PRINTED[layout]
    (item,) = decode(layout, line)
    assert values(item) == expected
    assert isinstance(item, CuffReading)
    assert (item.device_time, item.map_computed, item.error) == (device_time, False, None)


@pytest.mark.parametrize(
    ("sample", "layout"),
    [
        ("omron9020-140-77", "omron-hbp9020"),
        ("omron9030-f5", "omron-hbp9030"),
        ("omron9030-f5-error", "omron-hbp9030"),
        ("terumo-128-82", "terumo-bp500"),
    ],
)
def test_collected_lines(sample: str, layout: str) -> None:
    line, expect = samples(sample)[sample]
    (item,) = decode(layout, line)
    assert values(item) == (expect["sys"], expect.get("map"), expect["dia"], expect["pulse"])
    assert isinstance(item, CuffReading)
    assert (item.error is None) == (expect["sys"] is not None)
    if "time" in expect:
        assert item.device_time is not None
        assert item.device_time.isoformat().startswith(expect["time"])


def test_columns_of_hbp_9030() -> None:
    """Commas at 4, 7, 10, 13, 16, 37, 39, 43, 47, 51; 53 characters."""
    line = F5_9030.rstrip().decode()
    assert len(line) == 53
    assert [at for at, character in enumerate(line) if character == ","] == [4, 7, 10, 13, 16, 37, 39, 43, 47, 51]


@pytest.mark.parametrize("numbers", [b"128,082,071", b"   ,   ,   "])
def test_an_error_digit_has_no_numbers(numbers: bytes) -> None:
    line = F5_9030.replace(b",0,128,082,071", b",2," + numbers)
    (item,) = decode("omron-hbp9030", line)
    assert isinstance(item, CuffReading)
    assert (item.error, values(item)) == (CuffError.DEVICE, (None,) * 4)
    (named,) = decode("omron-hbp9030", line, errors={"2": "motion"})
    assert isinstance(named, CuffReading)
    assert named.error is CuffError.MOTION


@pytest.mark.parametrize("numbers", [b"   ,   ,   ,   ", b"---,---,---,---", b"000,000,000,000"])
def test_a_line_without_pressures_is_no_result(numbers: bytes) -> None:
    (item,) = decode("omron-hbp9020", REAL_9020.replace(b"140,098,077,068", numbers))
    assert isinstance(item, CuffReading)
    assert (item.error, values(item)) == (CuffError.WEAK_SIGNAL, (None,) * 4)


def test_half_a_result_is_none() -> None:
    assert kinds(decode("omron-hbp9020", REAL_9020.replace(b"140", b"   "))) == [FaultKind.MALFORMED]
    assert kinds(decode("omron-hbp9020", REAL_9020.replace(b"077", b"0x7"))) == [FaultKind.MALFORMED]
    (item,) = decode("omron-hbp9020", REAL_9020.replace(b"098,077,068", b"   , 77,   "))
    assert values(item) == (140.0, None, 77.0, None)


def test_a_clock_that_was_never_set_is_none() -> None:
    (item,) = decode("omron-hbp9020", REAL_9020.replace(b"2023/04/27", b"0000/00/00"))
    assert isinstance(item, CuffReading)
    assert (item.device_time, item.systolic) == (None, 140.0)


# --- refused ---


@pytest.mark.parametrize(
    ("layout", "line"),
    [
        ("omron-hbp9020", F5_9030),
        ("omron-hbp9030", REAL_9020),
        ("omron-hbp9030", b"MMBP203N,00000000000000000123,128,082,071\r\n"),
        ("omron-hbp9030", b"ID,00000000000000000123,128,082,071\r\n"),
        ("omron-hbp9020", REAL_9020[4:]),
        ("omron-hbp9020", b"x" + REAL_9020),
        ("omron-hbp9020", REAL_9020.replace(b",3", b",3,4")),
        ("omron-hbp9020", REAL_9020.replace(b"2023/04/27", b"23/04/27")),
        ("omron-hbp9030", F5_9030.replace(b",0,128", b",00,128")),
        ("terumo-bp500", REAL_BP500.replace(b"R1", b"R2")),
    ],
)
def test_other_lines_are_refused_not_guessed(layout: str, line: bytes) -> None:
    items = decode(layout, line)
    assert FaultKind.UNKNOWN_UNIT in kinds(items)
    assert not any(isinstance(item, CuffReading) for item in items)


def test_a_refusal_names_the_other_format_and_never_the_patient() -> None:
    for line in (REAL_9020, b"MMBP203N,4711,128\r\n", b"ID4711,128\r\n", b"DOE JOHN,4711\r\n"):
        (item,) = decode("omron-hbp9030", line)
        assert isinstance(item, Fault)
        assert not any(secret in item.detail for secret in ("9999", "4711", "DOE"))
    (item,) = decode("omron-hbp9030", REAL_9020)
    assert isinstance(item, Fault)
    assert item.detail == "a line of 9 fields, not 11; another output format (bp)"


def test_frames_between_stx_and_etx() -> None:
    """The unknown byte behind ETX costs nothing, missing or not; what breaks off does."""
    assert kinds(decode("terumo-bp500", REAL_BP500, REAL_BP500[:-1], REAL_BP500)) == []
    items = decode("terumo-bp500", b"??" + REAL_BP500 + b"??" + REAL_BP500[:20] + REAL_BP500 + b"\x02R1")
    assert [type(item) for item in items] == [Fault, CuffReading, Fault, CuffReading, Fault]


# --- a layout of the site's own ---

OWN = {"count": 4, "delimiter": ";", "systolic": 1, "diastolic": 2, "error": 3, "ok": "OK"}


def test_a_custom_layout() -> None:
    (item,) = decode("custom", b"4711;131; 79;OK\r\n", custom=OWN)
    assert values(item) == (131.0, None, 79.0, None)
    (failed,) = decode("custom", b"4711;131;79;E3\r\n", custom=OWN, errors={"E3": "leak"})
    assert isinstance(failed, CuffReading)
    assert failed.error is CuffError.LEAK
    full = {"count": 6, "frame": "stx", "first": "R", "widths": [1], "systolic": 1, "mean": 2, "diastolic": 3}
    full |= {"pulse_rate": 4, "clock": [5], "clock_format": "%d.%m.%y %H:%M"}
    (item,) = decode("custom", b"\x02R,131,95,79,70,22.11.26 14:05\x03", custom=full)
    assert values(item) == (131.0, 95.0, 79.0, 70.0)
    assert isinstance(item, CuffReading)
    assert item.device_time == datetime(2026, 11, 22, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("table", "hint"),
    [
        ({"layout": "custom"}, "belong together"),
        ({"custom": OWN}, "belong together"),
        ({"layout": "custom", "custom": OWN | {"systolic": 4}}, "0 to 3"),
        ({"layout": "custom", "custom": OWN | {"systolic": 2}}, "same place"),
        ({"layout": "custom", "custom": OWN | {"delimiter": "ab"}}, "delimiter"),
        ({"layout": "custom", "custom": OWN | {"delimiter": "1"}}, "delimiter"),
        ({"layout": "custom", "custom": OWN | {"clock": [0]}}, "clock_format"),
        ({"layout": "custom", "custom": {"systolic": 1}}, "count"),
        ({"layout": "omron-9020"}, "one of 'omron-hbp9020'"),
        ({"baud": 300}, "one of 1200"),
    ],
)
def test_impossible_options_are_refused(table: dict[str, object], hint: str) -> None:
    with pytest.raises(OptionError, match=hint):
        build_options(driver("delimited-cuff"), table)


def test_the_line() -> None:
    found = driver("delimited-cuff")
    assert not found.starts
    chosen = line_settings(found, build_options(found, {"baud": 2400}))
    assert chosen is not None
    assert chosen.baud == 2400


# --- patient numbers ---


def test_patient_numbers_are_masked_and_offsets_stay() -> None:
    for line, secret in (
        (REAL_9020, b"99999999999999999999"),
        (F5_9030, b"00000000000000000123"),
        (REAL_BP500.replace(b"000000000", b"000004711", 1), b"000004711"),
    ):
        masked = mask(line)
        assert len(masked) == len(line)
        assert masked == line.replace(secret, b"0" * len(secret))


@pytest.mark.parametrize("layout", PRINTED)
def test_a_masked_line_reads_the_same(layout: str) -> None:
    line = PRINTED[layout][0]
    assert decode(layout, mask(line)) == decode(layout, line)


def test_other_lines_are_masked_whatever_they_are() -> None:
    capture = b"ID4711,DOE JOHN,131,79\r\n9999,2023/04/27,15:06,140\r\nM\xdcLLER;\x02"
    assert mask(capture) == b"000000,000 0000,131,79\r\n0000,0000/04/27,15:06,140\r\n000000;\x02"


# --- against the emulators ---


@pytest.mark.parametrize("layout", LAYOUTS)
def test_emulators(layout: str) -> None:
    name = "delimited-cuff" if layout == "omron-hbp9020" else f"delimited-cuff/{layout}"
    device = emulators()[name].make(StillBody(), 1)
    decoder = DelimitedDecoder(build_options(driver("delimited-cuff"), {"layout": layout}))
    assert decoder.feed(device.advance(10 * MINUTE)) == []
    device.press_start()  # type: ignore[attr-defined]
    items = [item for _ in range(600) for item in decoder.feed(device.advance(SECOND // 10))]
    assert [values(item)[::2] for item in items] == [(128.0, 78.0)]


def test_a_failure_of_the_emulated_hbp_9030() -> None:
    device = emulators()["delimited-cuff/omron-hbp9030"].make(StillBody(failing(CuffError.MOTION)), 1)
    device.press_start()  # type: ignore[attr-defined]
    (item,) = decode("omron-hbp9030", device.advance(MINUTE))
    assert isinstance(item, CuffReading)
    assert item.error is CuffError.DEVICE
