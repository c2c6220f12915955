"""MLLP frames, cut anywhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.framing import Framed
from adapters.hl7_message import MESSAGE_LIMIT
from adapters.reading import Fault, FaultKind
from adapters.transports.mllp_framing import MllpFrames, framed


def read(*chunks: bytes) -> list[Framed[bytes] | Fault]:
    frames = MllpFrames()
    return [item for chunk in chunks for item in frames.feed(chunk)]


def messages(*chunks: bytes) -> list[bytes]:
    return [item.value for item in read(*chunks) if isinstance(item, Framed)]


def test_several_frames_in_one_chunk_and_one_in_several() -> None:
    stream = framed(b"MSH|1") + framed(b"") + framed(b"MSH|2\r\n")
    assert messages(stream) == [b"MSH|1", b"", b"MSH|2\r\n"]
    assert messages(*[stream[at : at + 1] for at in range(len(stream))]) == messages(stream)


def test_bytes_before_the_start_are_dropped() -> None:
    assert read(b"GET / HTTP/1.1\r\n" + framed(b"x")) == [
        Fault(0, FaultKind.GARBAGE, 16, "bytes outside of an MLLP frame"),
        Framed(16, b"x"),
    ]


def test_a_frame_that_was_never_ended_gives_way_to_the_next() -> None:
    found = read(b"\x0bMSH|half" + framed(b"MSH|whole"))
    assert [item.kind if isinstance(item, Fault) else item.value for item in found] == [FaultKind.FRAMING, b"MSH|whole"]


def test_the_longest_message_passes_and_one_byte_more_does_not() -> None:
    """A frame without an end is given up at the limit, and what follows it is found."""
    assert messages(framed(b"x" * MESSAGE_LIMIT)) == [b"x" * MESSAGE_LIMIT]
    found = read(framed(b"x" * (MESSAGE_LIMIT + 1)) + framed(b"y"))
    assert next(item.kind for item in found if isinstance(item, Fault)) is FaultKind.OVERFLOW
    assert [item.value for item in found if isinstance(item, Framed)] == [b"y"]
    assert sum(isinstance(item, Fault) and item.kind is FaultKind.OVERFLOW for item in found) == 1


PIECES = st.lists(st.sampled_from([b"\x0b", b"\x1c\r", b"\x1c", b"\r", b"MSH|", b"x"]) | st.binary(max_size=5))


@given(PIECES, st.lists(st.integers(0, 60), max_size=6))
def test_any_split_gives_the_same(pieces: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(pieces)
    at = sorted({min(cut, len(stream)) for cut in cuts})
    chunks = [stream[a:b] for a, b in zip([0, *at], [*at, len(stream)], strict=True)]
    assert read(*chunks) == read(stream)
