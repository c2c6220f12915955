"""Recorded inputs through the same core in virtual time (interfaces, section 4): same input, same bytes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from config.instant import SECOND, Instant
from monitor.core.bed import Setup
from monitor.core.errors import InputError
from monitor.core.events import Event, to_line
from monitor.core.lines import read_input, read_time
from monitor.core.ruleset import Ruleset
from monitor.core.ward import Ward


def open_ward(rules: Ruleset, setups: Iterable[Setup] = ()) -> Ward:
    """A ward for a file: with the site's beds, or with every bed and device that the file names."""
    known = {setup.bed: setup for setup in setups}
    return Ward(rules, 0, adopt=(lambda bed: Setup(bed, rules)) if not known else known.__getitem__)


def replay_lines(ward: Ward, lines: Iterable[bytes | str], source: str) -> Iterator[Event]:
    """The events of a file of input lines, in order.

    Raises:
        InputError: a line is malformed, unknown, or goes back in time; the message names file and line.
    """
    last: Instant = 0
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            line = _decode(text)
            at = last = _forward(read_time(line), last)
            events = ward.feed(read_input(line), at)
        except (InputError, KeyError) as error:
            reason = f"bed {error} is not in the site file" if isinstance(error, KeyError) else str(error)
            raise InputError(f"{source}, line {number}: {reason}") from None
        yield from events


def _forward(at: Instant, last: Instant) -> Instant:
    if at < last:
        raise InputError(f"t: goes back by {(last - at) / SECOND:g} s behind the line before")
    return at


def _decode(text: bytes | str) -> Mapping[str, Any]:
    try:
        line = msgspec.json.decode(text)
    except msgspec.DecodeError as error:
        raise InputError(f"not a JSON object: {error}") from None
    if not isinstance(line, dict):
        raise InputError(f"a JSON object is wanted, not {line!r}")
    return line


def event_bytes(event: Event, origin: Instant = 0) -> bytes:
    """One event line, with its newline."""
    return msgspec.json.encode(to_line(event, origin)) + b"\n"
