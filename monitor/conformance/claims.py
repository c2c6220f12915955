"""What a decoder has to hold for one given stream: each claim answers with what is wrong, or None.

The checks ask with streams drawn by lot, the project's tests with searched ones, the fuzzer with grown ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from adapters.driver import FrameCheck
from adapters.reading import CuffProgress, CuffReading, Fault, OximeterReading, Reading
from monitor.conformance.held import held_bytes
from monitor.conformance.streams import pieces
from monitor.conformance.subject import Subject

MEMORY_BOUND: Final = 64 * 1024
"""Bytes a decoder may hold between two chunks, whatever came."""
BYTEWISE: Final = 12
"""So many cuts and more are not told one by one."""
LINE_MEMORY: Final = 512 * 1024
"""For messages read as lines: one line on top, which belongs to the file and not to the driver."""

Options = Mapping[str, Any]


def same_when_cut(subject: Subject, stream: bytes, cuts: Sequence[int], options: Options) -> str | None:
    """Cut at these places the bytes give the same readings and faults, offsets included."""
    whole = subject.decode(stream, options=options)
    items = subject.decode(*pieces(stream, cuts), options=options)
    if items == whole:
        return None
    at = next((n for n, (a, b) in enumerate(zip(items, whole, strict=False)) if a != b), min(len(items), len(whole)))
    where = f"cut at {list(cuts)}" if len(cuts) < BYTEWISE else "byte by byte"
    return f"{where}, item {at} of {stream.hex(' ')} is another one than whole"


def accounted(subject: Subject, stream: bytes, options: Options) -> str | None:
    """Nothing is raised, offsets lie in the stream, and no byte is thrown away twice."""
    items = subject.decode(stream, options=options)
    end = stream.count(b"\n") if subject.driver.messages else len(stream)
    outside = [item for item in items if not 0 <= item.offset <= end]
    if outside:
        return f"{outside[0]} lies outside a stream that ends at {end}"
    discarded = sum(item.discarded for item in items if isinstance(item, Fault))
    if discarded > len(stream):
        return f"{discarded} bytes discarded of {len(stream)}: {stream.hex(' ')}"
    return None


def only_faults(subject: Subject, garbage: bytes, options: Options) -> str | None:
    """Noise says nothing: no reading comes out of it, or no number where sync bits are all that a unit has."""
    weak = subject.driver.frame_check is FrameCheck.SYNC_BITS
    for item in subject.decode(garbage, options=options):
        if not isinstance(item, Fault) and (numbers(item) or not weak):
            return f"{item} comes out of the noise {garbage.hex(' ')}"
    return accounted(subject, garbage, options)


def holds_little(subject: Subject, flood: bytes, options: Options) -> str | None:
    """After each chunk no more is held than the bound."""
    bound = MEMORY_BOUND + (LINE_MEMORY if subject.driver.messages else 0)
    decoder = subject.decoder(options)
    for chunk in (flood[:7], flood[7:]):
        for _ in decoder.feed(chunk):
            pass
        size = held_bytes(decoder)
        if size > bound:
            return f"{size} bytes held after {len(chunk)} bytes that begin with {chunk[:12].hex(' ')}"
    return None


def finds_its_feet(subject: Subject, before: bytes, clean: bytes, options: Options) -> tuple[int, str | None]:
    """The second copy of clean traffic after noise gives exactly what it gives alone.

    The first copy may pay for the noise: a unit that this began may swallow the head of the first good one. How many
    bytes into the first copy were thrown away, and what is wrong. Messages stand alone: for them it is lines.
    """
    if subject.driver.messages:
        before += b"\n"
        start, length = before.count(b"\n"), clean.count(b"\n")
    else:
        start, length = len(before), len(clean)
    alone = subject.decode(clean, options=options)
    items = subject.decode(before + clean + clean, options=options)
    lost = max((_end(subject, item) - start for item in items if isinstance(item, Fault)), default=0)
    second = start + length
    if [item for item in items if item.offset >= second] != [shifted(item, second) for item in alone]:
        return lost, f"clean traffic after the noise {before.hex(' ')} is not understood again"
    return max(0, lost), None


def numbers(item: Reading | Fault) -> tuple[float, ...]:
    """The numbers that a reading shows: values of the body, and the pressure in the cuff. Pleth has no unit."""
    match item:
        case OximeterReading():
            shown: tuple[float | None, ...] = (item.spo2, item.pulse_rate, item.perfusion_index)
        case CuffReading():
            shown = (item.systolic, item.diastolic, item.mean, item.pulse_rate)
        case CuffProgress():
            shown = (item.pressure,)
        case _:
            shown = ()
    return tuple(value for value in shown if value is not None)


def shifted(item: Reading | Fault, by: int) -> Reading | Fault:
    """The same further on in the stream."""
    return replace(item, offset=item.offset + by)


def _end(subject: Subject, fault: Fault) -> int:
    return fault.offset + (1 if subject.driver.messages else fault.discarded)
