"""MLLP frames: `0B` message `1C 0D` (protocols/hl7-fhir-ble.md, section 1). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Unit
from adapters.hl7_message import MESSAGE_LIMIT
from adapters.reading import Fault, FaultKind

START: Final = 0x0B
END: Final = b"\x1c\r"
FRAME_LIMIT: Final = MESSAGE_LIMIT + 3


def framed(message: bytes) -> bytes:
    """`message` as it goes over the wire."""
    return b"%c%s%s" % (START, message, END)


class MllpFrames:
    """Cuts what one connection brings into messages without their frames, whatever the chunking.

    Bytes before `0B` are dropped. A `0B` inside a frame begins a new one: the one before it was never ended.
    """

    def __init__(self) -> None:
        self._scanner: Scanner[bytes] = Scanner(_judge, FRAME_LIMIT)

    def feed(self, chunk: bytes) -> Iterator[Framed[bytes] | Fault]:
        """Messages and faults that `chunk` completes, in stream order. To be run to its end."""
        return self._scanner.feed(chunk)


def _judge(data: bytearray, at: int, end: int, skipped: int) -> Judgement[bytes]:
    if data[at] != START:
        return Noise(FaultKind.GARBAGE, "bytes outside of an MLLP frame")
    stop = data.find(END, at + 1, end)
    again = data.find(START, at + 1, stop if stop >= 0 else end)
    if again >= 0:
        return Noise(FaultKind.FRAMING, "an MLLP frame without an end")
    if stop < 0:
        return MORE
    return Unit(stop + len(END) - at, bytes(data[at + 1 : stop]))
