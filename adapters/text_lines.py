"""Lines of text from a byte stream, for devices that print what they measure.

A line ends at the first carriage return or line feed: CR LF, LF CR, either alone, and the blank lines that a
terminal's translation adds are all the same. A byte that no printer sends spoils its line up to the next end, so
a line that comes out is whole at its end. At its head it may be the tail of one that was under way
when the connection began: the device file asks for a full match, never for a line that merely ends well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Unit
from adapters.reading import Fault, FaultKind

LINE_LIMIT: Final = 256
"""Bytes of one line with its end, unless the device says otherwise."""

ENDS: Final = b"\r\n"
NOT_PRINTED: Final = re.compile(rb"[^\t\x20-\x7E]")


class TextLines:
    """Cuts a stream into lines, without their ends; blank ones are left out, other blanks are kept.

    Args:
        limit: longest line in bytes, its end included; what has no end within it is an overflow.
    """

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._scanner: Scanner[str] = Scanner(_judge, limit)

    def feed(self, chunk: bytes) -> Iterator[Framed[str] | Fault]:
        """Lines and faults that `chunk` completes, in stream order. To be run to its end."""
        return _written(self._scanner.feed(chunk))

    def finish(self) -> Iterator[Framed[str] | Fault]:
        """The stream is over: a line without an end may lack its last digits, so it is a fault."""
        return _written(self._scanner.finish())


def _written(lines: Iterator[Framed[str] | Fault]) -> Iterator[Framed[str] | Fault]:
    return (line for line in lines if isinstance(line, Fault) or line.value.strip())


def _judge(data: bytearray, at: int, end: int, skipped: int) -> Judgement[str]:
    if data[at] in ENDS:
        return Unit(1, "")
    if skipped:
        return Noise(FaultKind.GARBAGE, "the rest of a spoilt line")
    stop = NOT_PRINTED.search(data, at, end)
    if stop is None:
        return MORE
    if data[stop.start()] not in ENDS:
        return Noise(FaultKind.GARBAGE, f"byte {data[stop.start()]:#04x} in a line of text")
    return Unit(stop.end() - at, data[at : stop.start()].decode("ascii"))
