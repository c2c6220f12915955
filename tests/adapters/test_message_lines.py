"""Messages from a file, one per line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.message_lines import LINE_LIMIT, MessageLines, message_line
from adapters.reading import DeviceStatus, Fault, FaultKind, Reading


class Echo:
    """Takes every message; its own numbering starts at 0 and knows nothing of lines."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, bytes]] = []

    def feed_message(self, topic: str, payload: bytes) -> list[Reading | Fault]:
        self.messages.append((topic, payload))
        return [DeviceStatus(len(self.messages) - 1, True)]


def test_a_line_is_topic_blank_payload() -> None:
    echo = Echo()
    items = MessageLines(echo).feed(b'a/b {"x": 1}\r\n\na/c \n')
    assert echo.messages == [("a/b", b'{"x": 1}'), ("a/c", b"")]
    assert [item.offset for item in items] == [0, 2]


def test_a_line_without_payload_is_a_fault() -> None:
    assert MessageLines(Echo()).feed(b"topic\n") == [
        Fault(0, FaultKind.MALFORMED, 5, "a line is topic, blank, payload")
    ]


def test_the_last_line_needs_no_line_feed() -> None:
    lines = MessageLines(Echo())
    assert lines.feed(b"a b") == []
    assert lines.finish() == [DeviceStatus(0, True)]
    assert lines.finish() == []


def test_an_endless_line_is_a_fault_and_the_next_one_is_read() -> None:
    lines = MessageLines(Echo())
    for _ in range(3):
        assert lines.feed(b"x" * LINE_LIMIT) == []
    assert lines.feed(b"\na b\n") == [
        Fault(0, FaultKind.OVERFLOW, 3 * LINE_LIMIT, f"a line of more than {LINE_LIMIT} bytes"),
        DeviceStatus(1, True),
    ]
    lines.feed(b"x" * (LINE_LIMIT + 1))
    (fault,) = lines.finish()
    assert isinstance(fault, Fault)
    assert fault.kind is FaultKind.OVERFLOW


def test_a_topic_that_is_no_text_is_passed_on_readable() -> None:
    echo = Echo()
    MessageLines(echo).feed(b"a\xff b\n")
    assert echo.messages == [("a\ufffd", b"b")]


@given(st.text(max_size=20), st.binary(max_size=60))
def test_any_message_comes_back_from_its_line(topic: str, payload: bytes) -> None:
    """Binary, line ends, percent signs and what looks quoted."""
    line = message_line(topic, payload)
    assert line.count(b"\n") == 1
    echo = Echo()
    MessageLines(echo).feed(line)
    assert echo.messages == [(topic, payload)]
