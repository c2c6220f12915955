"""Recorded inputs through the same core in virtual time (interfaces, section 4): same input, same bytes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from config.instant import SECOND, Instant
from monitor.core.bed import Setup
from monitor.core.errors import InputError
from monitor.core.events import Event, to_line
from monitor.core.inputs import Input
from monitor.core.lines.reader import read_input, read_time
from monitor.core.rules.ruleset import Ruleset
from monitor.core.ward import Ward


def open_ward(rules: Ruleset, setups: Iterable[Setup] = ()) -> Ward:
    """A ward for a file: with the site's beds, or with every bed and device that the file names."""
    known = {setup.bed: setup for setup in setups}
    return Ward(rules, 0, adopt=_of_site(known) if known else lambda bed: Setup(bed, rules))


def _of_site(known: Mapping[str, Setup]) -> Callable[[str], Setup]:
    def adopt(bed: str) -> Setup:
        if bed not in known:
            raise InputError(f"bed: {bed!r} is not in the site file; beds there: {', '.join(known)}")
        return known[bed]

    return adopt


def replay_lines(ward: Ward, lines: Iterable[bytes | str], source: str) -> Iterator[Event]:
    """The events of a file of input lines, in order.

    Raises:
        InputError: a line is malformed, unknown, or goes back in time; the message names file and line.
    """
    for number, at, item in _numbered(lines, source):
        try:
            events = ward.feed(item, at)
            _check_bound(ward, item)
            for fault in ward.take_faults():  # as the service does
                events += ward.feed(fault.report(), at)
        except InputError as error:
            raise InputError(f"{source}, line {number}: {error}") from None
        yield from events


def read_lines(lines: Iterable[bytes | str], source: str) -> Iterator[tuple[Instant, Input]]:
    """The inputs of a file with their times, in order.

    Raises:
        InputError: as `replay_lines`.
    """
    for _, at, item in _numbered(lines, source):
        yield at, item


def _numbered(lines: Iterable[bytes | str], source: str) -> Iterator[tuple[int, Instant, Input]]:
    last: Instant = 0
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        try:
            line = _decode(text)
            at = last = _forward(read_time(line), last)
            item = read_input(line)
        except InputError as error:
            raise InputError(f"{source}, line {number}: {error}") from None
        yield number, at, item


def _forward(at: Instant, last: Instant) -> Instant:
    if at < last:
        raise InputError(f"t: goes back by {(last - at) / SECOND:g} s behind the line before")
    return at


def _check_bound(ward: Ward, item: Input) -> None:
    """With a site file, a device it does not bind to the bed is a mistake in one of the two files."""
    bed, device = getattr(item, "bed", None), getattr(item, "device", None)
    if bed is None or device is None:
        return
    bound = ward.beds[bed].setup.devices
    if bound and device not in bound:
        raise InputError(f"device: {device!r} is not bound to {bed}; devices there: {', '.join(bound)}")


def _decode(text: bytes | str) -> Mapping[str, Any]:
    try:
        line = msgspec.json.decode(text)
    except RecursionError:
        raise InputError("not a JSON object: nested too deeply") from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise InputError(f"not a JSON object: {error}") from None
    if not isinstance(line, dict):
        raise InputError(f"a JSON object is wanted, not {line!r}")
    return line


def event_bytes(event: Event, origin: Instant = 0) -> bytes:
    """One event line, with its newline."""
    return msgspec.json.encode(to_line(event, origin)) + b"\n"
