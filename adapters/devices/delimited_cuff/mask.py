"""Patient numbers out of a raw capture, in lines of any layout, without knowing which one was chosen."""

from __future__ import annotations

import re
from typing import Final

LINE: Final = re.compile(rb"[^\r\n\x02\x03]+")
KNOWN: Final = (
    re.compile(rb"(bp,)([^,]*)(,\d{4}/\d\d/\d\d,\d\d:\d\d(?:,[ \d-]*){5})"),
    re.compile(rb"(\d{4}(?:,\d\d){4},)(.{20})((?:,[ \d-]*){5})"),
    re.compile(rb"(R1,)([^,]*)(,\d{6},\d{6}(?:,[ \d-]*){8})"),
)
"""Head, patient number and tail of the shipped layouts."""
IDENTITY: Final = re.compile(rb"[0-9]{4,}|[0-9]*[A-Za-z\x80-\xff][0-9A-Za-z\x80-\xff]*")
"""Longer than a measured value, or with a letter in it."""


def mask(capture: bytes) -> bytes:
    """The capture with zeros in the place of patient numbers, as long as before.

    In a line of a shipped layout that is one field. In any other line it is every word with a letter and every number
    of more than three digits, dates with them.
    """
    return LINE.sub(lambda line: _masked(line[0]), capture)


def _masked(line: bytes) -> bytes:
    for known in KNOWN:
        found = known.fullmatch(line)
        if found:
            return found[1] + b"0" * len(found[2]) + found[3]
    return IDENTITY.sub(lambda word: b"0" * len(word[0]), line)
