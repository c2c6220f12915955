"""Datascope Accutorr 3, PC interface (protocols/blood-pressure.md, section 7): SpO2, pulse and the last cuff result.

After its greeting the device prints a prompt, `>`, without a line end. To `P` it answers one line of nine fields and
prompts again. Nothing carries a sum, so a line counts only when every field has its three characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from accutorr_bedwatch.dialogue import AccutorrDialogue
from accutorr_bedwatch.last_cuff import LastCuff, Standing
from adapters.driver import Cadence, Driver, FrameCheck, LineSettings
from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Unit
from adapters.reading import DeviceStatus, Fault, FaultKind, OximeterReading, Reading
from config.instant import SECOND

GREETING: Final = "ACCUTORR PC Interface is ready"
PROMPT: Final = ">"
LINE_LIMIT: Final = 80
"""Bytes of one line with its end; the longest known one has 39."""

_ENDS: Final = b"\r\n"
_NOT_PRINTED: Final = re.compile(rb"[^\x20-\x7E]")
_REPLY: Final = re.compile(r"P:((?:\d{3}|--)(?:,(?:\d{3}|--)){8})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AccutorrOptions:
    """Options of `accutorr-3`.

    Attributes:
        baud: as set in the device's menu; the document names no default [?].
    """

    baud: Literal[1200, 2400, 4800, 9600, 19200] = 9600


class AccutorrDecoder:
    """Implements `adapters.driver.StreamDecoder`. A prompt becomes a `DeviceStatus`: the dialogue waits for it."""

    def __init__(self) -> None:
        self._scanner: Scanner[str] = Scanner(_judge, LINE_LIMIT)
        self._cuff = LastCuff()
        self._understood = False
        """The line before was one of the device's. Without that a `>` is noise like any other byte."""

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `StreamDecoder`."""
        return list(self._read(self._scanner.feed(chunk)))

    def finish(self) -> list[Reading | Fault]:
        """See `StreamDecoder`."""
        return list(self._read(self._scanner.finish()))

    def _read(self, found: Iterable[Framed[str] | Fault]) -> Iterator[Reading | Fault]:
        for each in found:
            if isinstance(each, Fault):
                self._understood = False
                yield each
            elif each.value:
                yield from self._line(each.offset, each.value)

    def _line(self, offset: int, text: str) -> Iterator[Reading | Fault]:
        prompted = self._understood
        reply = _REPLY.fullmatch(text)
        self._understood = reply is not None or text == GREETING
        if reply is not None:
            yield from self._reply(offset, reply[1])
        elif text == GREETING:
            # Switched on: what stood in the device before is gone.
            self._cuff = LastCuff()
        elif text != PROMPT:
            yield Fault(offset, FaultKind.MALFORMED, len(text), "a line that is neither a reply to P nor the greeting")
        elif prompted:
            yield DeviceStatus(offset, online=True)
        else:
            yield Fault(offset, FaultKind.GARBAGE, len(PROMPT), "a prompt that follows no line of the device")

    def _reply(self, offset: int, fields: str) -> Iterator[Reading]:
        spo2, pulse, systolic, mean, diastolic, _, _, status, minutes = map(_number, fields.split(","))
        yield OximeterReading(
            offset,
            spo2=None if spo2 is None else float(spo2),
            pulse_rate=None if pulse is None else float(pulse),
        )
        result = self._cuff.told(offset, Standing(systolic, diastolic, mean, status or 0, minutes))
        if result is not None:
            yield result


def _number(text: str) -> int | None:
    return None if text == "--" else int(text)


def _judge(data: bytearray, at: int, end: int, skipped: int) -> Judgement[str]:
    if data[at] in _ENDS:
        return Unit(1, "")
    if skipped:
        return Noise(FaultKind.GARBAGE, "the rest of a spoilt line")
    if data[at] == ord(PROMPT):
        return Unit(1, PROMPT)
    stop = _NOT_PRINTED.search(data, at, end)
    if stop is None:
        return MORE
    if data[stop.start()] not in _ENDS:
        return Noise(FaultKind.GARBAGE, f"byte {data[stop.start()]:#04x} in a line of text")
    return Unit(stop.end() - at, data[at : stop.start()].decode("ascii"))


DRIVERS: Final = (
    Driver(
        name="accutorr-3",
        title="Datascope Accutorr 3 (PC interface)",
        source="Datascope Accutorr 3 manual, pages 1-52 to 1-54 [B], whether a failed attempt restarts the minutes and "
        "what the line shows meanwhile [?]; blood-pressure.md, sections 7 and 9",
        decoder=lambda options: AccutorrDecoder(),
        dialogue=lambda options: AccutorrDialogue(),
        frame_check=FrameCheck.SHAPE,
        cadence=Cadence.POLL,
        nominal_interval=SECOND,
        line=LineSettings(baud=9600),
        other_lines=(
            LineSettings(baud=4800),
            LineSettings(baud=2400),
            LineSettings(baud=1200),
            LineSettings(baud=19200),
        ),
        options=AccutorrOptions,
        flags=frozenset(),
    ),
)
