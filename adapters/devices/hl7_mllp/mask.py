"""Makes the identities in captured HL7 messages unreadable."""

from __future__ import annotations

import re
from typing import Final

from adapters.message_lines import QUOTED

SEGMENT: Final = re.compile(rb"(?:^|(?<=[\r\n\x0b])|(?<=%0D)|(?<=%0A)|(?<=%0B))([A-Z][A-Z0-9]{2})([^\w\s%])")
"""The beginning of a segment, in a stream and in a quoted line, with its field separator."""
END: Final = re.compile(rb"[\r\n\x1c]")
QUOTED_END: Final = re.compile(rb"[\r\n\x1c]|%0D|%0A|%1C")
STATION: Final = re.compile(rb"[0-9A-Fa-f]{16}(?=[^\w\s]EUI-64)")
SIGNS: Final = b"|^~\\&"
BED: Final = 3
NAMELESS: Final = frozenset({b"MSH", b"MSA", b"ERR"})
PEOPLE: Final = {b"OBR": (10, 16, 28, 32, 33, 34, 35), b"OBX": (16, 25)}
"""Fields that name a person, of segments that otherwise say what is measured. Of all others each field may."""


def mask(capture: bytes) -> bytes:
    """`capture` with what names a patient or a person replaced by X, and a monitor's EUI-64 by 0, as long as before.

    The bed (PV1-3) stays: it decides to whom a message belongs.
    """
    out = bytearray(STATION.sub(b"0" * 16, capture))
    end = QUOTED_END if QUOTED in capture else END
    for found in SEGMENT.finditer(capture):
        stop = end.search(capture, found.end())
        field = 0
        for at in range(found.start(2), len(out) if stop is None else stop.start()):
            if out[at] == found[2][0]:
                field += 1
            elif out[at] not in SIGNS and _names_somebody(found[1], field):
                out[at] = ord("X")
    return bytes(out)


def _names_somebody(segment: bytes, field: int) -> bool:
    if segment == b"PV1":
        return field > BED
    return segment not in NAMELESS and (segment not in PEOPLE or field in PEOPLE[segment])
