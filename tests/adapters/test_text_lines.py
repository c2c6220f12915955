"""Lines of text: every kind of end, what spoils a line, and that chunks do not matter."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.framing import RUN_LIMIT, Framed
from adapters.reading import Fault, FaultKind
from adapters.text_lines import TextLines


def read(*chunks: bytes, limit: int = 32) -> list[Framed[str] | Fault]:
    lines = TextLines(limit)
    return [item for chunk in chunks for item in lines.feed(chunk)] + list(lines.finish())


@pytest.mark.parametrize("end", [b"\r\n", b"\n\r", b"\n", b"\r", b"\r\n\r\n", b"\n\n", b" \r\n"])
def test_any_end_ends_a_line(end: bytes) -> None:
    one, two = read(b"one" + end + b" two\t2" + end)
    assert isinstance(one, Framed)
    assert isinstance(two, Framed)
    assert (one.offset, one.value.rstrip()) == (0, "one")
    assert (two.offset, two.value.rstrip()) == (3 + len(end), " two\t2")


def test_a_line_goes_out_with_the_first_byte_of_its_end() -> None:
    """A line feed that may follow is not waited for."""
    assert list(TextLines().feed(b"97\r")) == [Framed(0, "97")]


def test_what_no_printer_sends_spoils_its_line_and_no_other() -> None:
    assert read(b"one\r\ntw\xffo\r\nthree\r\n") == [
        Framed(0, "one"),
        Fault(5, FaultKind.GARBAGE, 4, "byte 0xff in a line of text"),
        Framed(11, "three"),
    ]


def test_a_spoilt_line_is_told_at_once() -> None:
    """At a wrong speed no line ever ends; the faults must not wait for it."""
    lines = TextLines()
    faults = list(lines.feed(b"\x80" * RUN_LIMIT))
    assert faults == [Fault(0, FaultKind.GARBAGE, RUN_LIMIT, "byte 0x80 in a line of text")]


def test_the_limit_counts_the_end() -> None:
    assert read(b"1234567\n", limit=8) == [Framed(0, "1234567")]
    assert read(b"12345678\r\nok\r\n", limit=8) == [
        Fault(0, FaultKind.OVERFLOW, 8, "no end within 8 bytes"),
        Framed(10, "ok"),
    ]


def test_a_line_without_an_end_is_a_fault() -> None:
    """`SPO2=10` may be the head of `SPO2=100`."""
    assert read(b"SPO2=10") == [Fault(0, FaultKind.INCOMPLETE, 7, "the stream ended inside a unit")]


@given(
    stream=st.lists(st.sampled_from([b"ab", b"\r", b"\n", b"\xff", b"\x00", b"0123456789"])).map(b"".join),
    cuts=st.lists(st.integers(0, 60), max_size=8).map(sorted),
)
def test_any_split_gives_the_same(stream: bytes, cuts: list[int]) -> None:
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert read(*pieces, limit=16) == read(stream, limit=16)
