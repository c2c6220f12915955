"""Answers to commands that may stand between two units of data (pulse-oximeters, section 4a)."""

from __future__ import annotations

import re
from typing import Final, Literal

from adapters.framing import MORE, Wait

ACK: Final = 0x06
NAK: Final = 0x15
STX: Final = 0x02
ETX: Final = 0x03
DATA_LIMIT: Final = 16
"""Longest data of an answer; the longest known carries 10 bytes (serial number)."""
IN_A_ROW: Final = 4
"""More answers than commands are ever sent at once: then it is noise that looks like them."""

SERIAL_NUMBER: Final = re.compile(rb"(\x02\xF4\x0A.)[\x20-\x7E]{9}(\x03)", re.DOTALL)


def answer_length(data: bytearray, at: int, end: int) -> int | Literal[Wait.MORE] | None:
    """Bytes of the 06, 15 or 02 ... 03 that stands at the edge of a unit; None when none stands there."""
    head = data[at]
    if head in (ACK, NAK):
        return 1
    if head != STX:
        return None
    if end - at < 3:
        return MORE
    length = data[at + 2]
    if length > DATA_LIMIT:
        return None
    if end - at < length + 4:
        return MORE
    return length + 4 if data[at + length + 3] == ETX else None


def mask_serial_numbers(capture: bytes) -> bytes:
    """A capture in which the answers that carry a serial number (opcode F4) carry zeros."""
    return SERIAL_NUMBER.sub(rb"\g<1>" + b"0" * 9 + rb"\g<2>", capture)
