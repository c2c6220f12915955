"""What may be a patient number out of a raw capture of an A&D cuff.

Format RB has none, but the output format is a setting of the device, and two fields before the error code are opaque.
"""

from __future__ import annotations

import re
from functools import reduce
from operator import xor
from typing import Final

RECORD: Final = re.compile(rb"(\x01\d\d)?\x02([^\x02\x03]*)\x03(.)", re.DOTALL)
ERROR: Final = re.compile(rb"E\d\d")
FIRST_OPAQUE: Final = 2
SHORTEST_SECRET: Final = 3
RS: Final = b"\x1e"


def mask(capture: bytes) -> bytes:
    """The capture with zeros in the opaque fields of more than two characters; a BCC that was right stays right."""
    return RECORD.sub(_masked, capture)


def _masked(record: re.Match[bytes]) -> bytes:
    head, text, bcc = record[1] or b"", record[2], record[3]
    fields = text.split(RS)
    end = next((at for at, field in enumerate(fields) if ERROR.fullmatch(field)), len(fields))
    for at in range(FIRST_OPAQUE, end):
        if len(fields[at]) >= SHORTEST_SECRET:
            fields[at] = b"0" * len(fields[at])
    before, after = (head + b"\x02" + each + b"\x03" for each in (text, RS.join(fields)))
    return after + (bytes((reduce(xor, after),)) if bcc == bytes((reduce(xor, before),)) else bcc)
