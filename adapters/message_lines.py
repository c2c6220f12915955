"""Messages kept in a file, one per line: `topic SP payload LF` (style-and-architecture, driver contract).

A payload that a line cannot hold (binary, or with line ends in it, as HL7) is written `quoted:` and then with
percent signs as in a URL: `quoted:MSH|^~%5C&|…%0DPID|…`. Its topic is quoted, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import quote, quote_from_bytes, unquote, unquote_to_bytes

from adapters.driver import MessageDecoder
from adapters.reading import Fault, FaultKind, Reading

LINE_LIMIT: Final = 256 * 1024
"""Bytes of one line; far above what any decoder takes, so that its own bound gives the reason."""

QUOTED: Final = b"quoted:"
PLAIN: Final = "".join(map(chr, range(0x20, 0x7F))).replace("%", "")
"""What a quoted payload shows as it is."""


def message_line(topic: str, payload: bytes) -> bytes:
    """The line, with its line feed, that `MessageLines` reads this message from."""
    plain = not payload.startswith(QUOTED) and all(0x20 <= each != 0x7F for each in payload)
    if plain and topic and topic.isprintable() and " " not in topic:
        return b"%s %s\n" % (topic.encode(), payload)
    quoted = QUOTED + quote_from_bytes(payload, safe=PLAIN).encode()
    return b"%s %s\n" % (quote(topic, safe="/").encode(), quoted)


def _read(topic: bytes, payload: bytes) -> tuple[str, bytes]:
    if payload.startswith(QUOTED):
        return unquote(topic.decode("utf-8", "replace")), unquote_to_bytes(payload.removeprefix(QUOTED))
    return topic.decode("utf-8", "replace"), payload


class MessageLines:
    """A message decoder fed from a byte stream of any chunking: a `StreamDecoder`.

    Offsets are the numbers of the lines, counted from 0; blank lines count and say nothing.
    """

    def __init__(self, decoder: MessageDecoder) -> None:
        self._decoder = decoder
        self._line = bytearray()
        self._number = 0
        self._overlong = 0

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """Readings and faults of the lines that `chunk` completes."""
        items: list[Reading | Fault] = []
        *complete, rest = chunk.split(b"\n")
        for part in complete:
            self._add(part)
            items += self._end_line()
        self._add(rest)
        return items

    def finish(self) -> list[Reading | Fault]:
        """The last line, should the file not end with a line feed."""
        return list(self._end_line()) if self._line or self._overlong else []

    def _add(self, part: bytes) -> None:
        if self._overlong or len(self._line) + len(part) > LINE_LIMIT:
            self._overlong += len(self._line) + len(part)
            self._line.clear()
        else:
            self._line += part

    def _end_line(self) -> Iterator[Reading | Fault]:
        number, line, overlong = self._number, bytes(self._line), self._overlong
        self._number += 1
        self._line.clear()
        self._overlong = 0
        topic, space, payload = line.removesuffix(b"\r").partition(b" ")
        if overlong:
            yield Fault(number, FaultKind.OVERFLOW, overlong, f"a line of more than {LINE_LIMIT} bytes")
        elif not line.strip():
            return
        elif not space:
            yield Fault(number, FaultKind.MALFORMED, len(line), "a line is topic, blank, payload")
        else:
            for item in self._decoder.feed_message(*_read(topic, payload)):
                yield replace(item, offset=number)
