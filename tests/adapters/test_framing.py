"""The scanner: offsets, runs of noise, bounds, and independence from chunking."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.framing import MORE, RUN_LIMIT, SLICE, Framed, Judgement, Noise, Scanner, Spoilt, Unit, sum_mod_256
from adapters.reading import Fault, FaultKind

LIMIT = 8


def judge(data: bytearray, at: int, end: int, skipped: int) -> Judgement[str]:
    """A toy protocol: `<text>` is a unit, `<!text>` one that is spoilt, all else is noise."""
    if data[at] != ord("<"):
        return Noise(FaultKind.GARBAGE, f"after {skipped}")
    close = data.find(b">", at, end)
    if close < 0:
        return MORE
    text = data[at + 1 : close].decode("latin-1")
    if text.startswith("!"):
        return Spoilt(close + 1 - at, FaultKind.CHECKSUM, text)
    return Unit(close + 1 - at, text)


def scan(*chunks: bytes) -> list[Framed[str] | Fault]:
    scanner = Scanner(judge, LIMIT)
    return [item for chunk in chunks for item in scanner.feed(chunk)] + list(scanner.finish())


def test_units_carry_the_position_of_their_first_byte() -> None:
    assert scan(b"<a><bc>") == [Framed(0, "a"), Framed(3, "bc")]


def test_a_run_of_noise_is_one_fault_named_by_its_first_byte() -> None:
    assert scan(b"<a>xyz<b>") == [Framed(0, "a"), Fault(3, FaultKind.GARBAGE, 3, "after 0"), Framed(6, "b")]


def test_a_spoilt_unit_has_a_fault_of_its_own_and_ends_the_run_before_it() -> None:
    assert scan(b"x<!y><b>") == [
        Fault(0, FaultKind.GARBAGE, 1, "after 0"),
        Fault(1, FaultKind.CHECKSUM, 4, "!y"),
        Framed(5, "b"),
    ]


def test_a_unit_without_end_is_given_up_at_the_limit() -> None:
    """The first byte alone is dropped, so that a unit inside the endless one is found."""
    fault = Fault(0, FaultKind.OVERFLOW, 10, f"no end within {LIMIT} bytes")
    assert scan(b"<123456789<b>") == [fault, Framed(10, "b")]


def test_long_noise_is_reported_while_it_lasts() -> None:
    scanner = Scanner(judge, LIMIT)
    faults = list(scanner.feed(b"x" * (2 * RUN_LIMIT + 1)))
    assert [(fault.offset, fault.discarded) for fault in faults if isinstance(fault, Fault)] == [
        (0, RUN_LIMIT),
        (RUN_LIMIT, RUN_LIMIT),
    ]
    assert list(scanner.finish()) == [Fault(2 * RUN_LIMIT, FaultKind.GARBAGE, 1, f"after {2 * RUN_LIMIT}")]


def test_the_end_of_the_stream_frees_what_an_unfinished_unit_hid() -> None:
    assert scan(b"<12<b") == [Fault(0, FaultKind.INCOMPLETE, 5, "the stream ended inside a unit")]
    assert Scanner(judge, LIMIT).finish() is not None
    inner = Scanner(
        lambda data, at, end, skipped: MORE if data[at] == ord("?") else judge(data, at, end, skipped), LIMIT
    )
    assert [*inner.feed(b"?<a>"), *inner.finish()] == [
        Fault(0, FaultKind.INCOMPLETE, 1, "the stream ended inside a unit"),
        Framed(1, "a"),
    ]


def test_little_is_held_back_whatever_comes() -> None:
    scanner = Scanner(judge, LIMIT)
    for chunk in (b"<" * 3 * SLICE, b"x" * 3 * SLICE, b"<a>" * SLICE, b"<12345"):
        list(scanner.feed(chunk))
        assert len(scanner) < LIMIT


@given(st.lists(st.sampled_from([b"<", b">", b"a", b"!", b"<ab>", b"<!>", b"x" * RUN_LIMIT])), st.data())
def test_any_split_gives_the_same(pieces: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    chunks = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    whole = scan(stream)
    assert scan(*chunks) == whole
    assert scan(*(stream[at : at + 1] for at in range(len(stream)))) == whole


def test_sum() -> None:
    """The worked frame of pulse-oximeters, section 2: 01 81 43 00 gives C5."""
    assert sum_mod_256(bytes.fromhex("01814300")) == 0xC5
