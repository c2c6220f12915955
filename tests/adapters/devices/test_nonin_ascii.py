"""Nonin real-time lines: the document's own lines, every variant, and what is no line of numbers."""

from __future__ import annotations

import pytest

from adapters.devices.nonin.real_time_lines import HEADING_LIMIT, AsciiDecoder
from adapters.reading import Fault, FaultKind, OximeterReading, Reading

GOOD = b"SPO2=097 HR=072\r\n"


def decode(data: bytes) -> list[Reading | Fault]:
    decoder = AsciiDecoder()
    return [*decoder.feed(data), *decoder.finish()]


@pytest.mark.parametrize(
    ("line", "spo2", "rate"),
    [
        ("SPO2=097 HR=072", 97, 72),
        ("14:00:05 SPO2=--- HR=---", None, None),
        ("SPO2= 96 HR= 88 F", 96, 88),
        # From here on not printed in section 6, but described there.
        ("SPO2=100 HR=  8 *", 100, 8),
        ("23:59:59  SPO2=097   HR=   072  F * B  ", 97, 72),
        ("SPO2=097 HR=--- B", 97, None),
        ("SPO2=--- HR=072*", None, 72),
        ("SPO2 = 97 HR =072FB", 97, 72),
        ("SPO2=  0 HR=300", 0, 300),
        ("SPO2=97  HR=72 ", 97, 72),
        ("14:00:05 SPO2=97  HR=72  F", 97, 72),
        ("SPO2=97    HR=8   ", 97, 8),
        ("SPO2=100 HR=72 ", 100, 72),
        ("SPO2=--- HR=72 ", None, 72),
        ("SPO2=97  HR=102", 97, 102),
    ],
)
def test_lines(line: str, spo2: float | None, rate: float | None) -> None:
    assert decode(f"{line}\r\n".encode()) == [OximeterReading(0, spo2, rate)]


@pytest.mark.parametrize(
    "line",
    [
        "SPO2=97 HR=072",
        "SPO2=097 HR=72",
        "SPO2=097 HR=07",
        "SPO2=097 HR= 7",
        "SPO2=097 HR=72 ",
        "SPO2= 97 HR=72 ",
        "SPO2=97  HR= 72",
        "SPO2=97 HR=72 ",
        "SPO2=97  HR=72",
        "SPO2=97  HR=7 ",
        "SPO2=97  HR=72 F",
        "SPO2=100 HR=72 *",
        "SPO2=097 HR= 07",
        "SPO2=0972 HR=072",
        "SPO2=9 7 HR=072",
        "SPO2=-97 HR=072",
        "SPO2=097 HR=--",
        "SPO2=101 HR=072",
        "SPO2=097HR=072",
        "SPO2=097 HR=",
        "SPO2=097",
        "PO2=097 HR=072",
        "R=072",
        "SPO2=097 HR=072 X",
        "4:00:05 SPO2=097 HR=072",
        "SPO2=097 HR=072 SPO2=097 HR=072",
    ],
)
def test_a_line_that_lost_something_gives_no_number(line: str) -> None:
    """Three characters each: `HR=07` may have been `HR=072`."""
    (fault,) = decode(f"{line}\r\n".encode())
    assert isinstance(fault, Fault)
    assert (fault.kind, fault.discarded) == (FaultKind.MALFORMED, len(line))


@pytest.mark.parametrize(
    ("whole", "short"),
    [
        ("SPO2=100 HR=172 ", "SPO2=100 HR=72 "),
        ("SPO2=100  HR=172", "SPO2=10  HR=172"),
        ("SPO2=100 HR=  172", "SPO2=100 HR=  72"),
        ("SPO2=100 HR=172  F", "SPO2=100 HR=72  F"),
    ],
)
def test_a_digit_lost_beside_more_blanks_shows_in_the_width(whole: str, short: str) -> None:
    """The line alone would do; those before it were a character longer."""
    items = decode(f"{whole}\r\n{short}\r\n{whole}\r\n".encode())
    assert [type(item) for item in items] == [OximeterReading, Fault, OximeterReading]


def test_another_width_that_stays_is_the_new_one() -> None:
    """The first line of a connection may have been the wrong one."""
    items = decode(b"SPO2=97   HR=72 \r\n" + b"SPO2=97  HR=72 \r\n" * 3)
    assert [type(item) for item in items] == [OximeterReading, Fault, OximeterReading, OximeterReading]


def test_the_heading_at_power_up_is_no_noise() -> None:
    heading = b"\r\nNONIN MEDICAL 8500 SPO2 MONITOR\r\n22-NOV-26 14:00:00\r\n\r\n"
    assert decode(heading + GOOD) == [OximeterReading(len(heading), 97, 72)]


def test_text_without_end_is_another_device() -> None:
    """A device that never prints a number does not look like one that is silent."""
    text = b"ADULT 0SAT-S\r\n"
    faults = decode(text * (HEADING_LIMIT + 3))
    assert [item.offset for item in faults] == [len(text) * (HEADING_LIMIT + each) for each in range(3)]
    assert {item.kind for item in faults if isinstance(item, Fault)} == {FaultKind.UNKNOWN_UNIT}
    again = decode(text * (HEADING_LIMIT + 1) + GOOD + text * HEADING_LIMIT)
    assert [type(item) for item in again] == [Fault, OximeterReading]


def test_noise_costs_its_line_and_no_other() -> None:
    items = decode(GOOD + b"SPO2=0\xb97 HR=072\r\n" + GOOD)
    assert [item.offset for item in items] == [0, 17, 34]
    assert decode(b"SPO2=097 HR=0" + b" " * 200 + b"\r\n" + GOOD)[-1] == OximeterReading(215, 97, 72)


def test_a_line_without_its_end_is_not_read() -> None:
    """`HR=07` at the end of what was captured."""
    (fault,) = decode(b"SPO2=097 HR=072")
    assert isinstance(fault, Fault)
    assert fault.kind is FaultKind.INCOMPLETE
