"""Replies of the monitor to readings (protocols/blood-pressure.md, section 3).

How a new result is told from an old one is described at the top of this package.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from adapters.devices.ge_dinamap.options import DinamapOptions
from adapters.framing import Framed
from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, FaultKind, OximeterReading, Reading
from adapters.text_lines import TextLines
from config.vocabulary import CuffError, CuffState

LINE_LIMIT: Final = 80
SHORTEST: Final = {"NA": 20, "RC": 9, "RA": 10, "OA": 9}
"""Characters of a reply with its check characters; of the NIBP reply as the document says."""
COMMANDS: Final = ("NC", "ND")

VALID: Final = 1
LAST_NOT_FAILED: Final = 2
FRESH_S: Final = 5
"""A result that is no older, and was not there a moment ago, is new although no counter is known to compare with."""
COUNTER_END: Final = 9999
NEAR_END_S: Final = 9900
"""From here on a counter that becomes small may have come round."""
HELD: Final = 3
"""So many replies with the highest count show that it stays there instead of coming round."""
LEARNT: Final = 3
"""So many different replies in a row whose checks fit prove the formula: every few thousandth fits by chance."""

RATE_VALID: Final = "2"
SPO2_VALID: Final = "1"


def check_characters(text: str) -> str:
    """The two that follow `text`: its sum, each code less 0x1F, in two digits of 6 bits from 0x20 on (section 3)."""
    total = sum(ord(character) - 0x1F for character in text)
    return chr(0x20 + (total >> 6 & 0x3F)) + chr(0x20 + (total & 0x3F))


def _number(digits: str) -> float | None:
    """Digits, right-aligned, as a number; nothing else, and no zero, is a measured value."""
    text = digits.strip()
    return float(text) if text.isdigit() and int(text) else None


class DinamapDecoder:
    """Lines ` NA...`, ` RC...`, ` RA...`, ` OA...`."""

    def __init__(self, options: DinamapOptions) -> None:
        self._options = options
        self._lines = TextLines(LINE_LIMIT)
        self._check_fits = True
        self._check_proven = False
        self._fitting: frozenset[str] = frozenset()
        self._status: int | None = None
        self._counter: int | None = None
        self._at_end = 0
        self._pressures: tuple[float | None, ...] = ()
        self._waiting: tuple[int, tuple[float, float, float]] | None = None
        """A new result that waits for the pulse, which is asked for right after it."""

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._lines.feed(chunk)))

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return [*self._read(self._lines.finish()), *self._release(None)]

    def _read(self, lines: Iterator[Framed[str] | Fault]) -> Iterator[Reading | Fault]:
        for line in lines:
            if isinstance(line, Fault):
                yield line
            else:
                yield from self._reply(line.offset, line.value)

    def _reply(self, offset: int, text: str) -> Iterator[Reading | Fault]:
        kind = text[1:3]
        if text[0] != " " or kind not in (*SHORTEST, *COMMANDS):
            # Its text is not repeated: what a stranger prints may name a patient.
            yield Fault(offset, FaultKind.UNKNOWN_UNIT, len(text), "no reply of this monitor")
            return
        if len(text) < SHORTEST.get(kind, 0):
            yield Fault(offset, FaultKind.MALFORMED, len(text), f"reply {kind} of {len(text)} characters")
            return
        if kind in COMMANDS:
            yield DeviceStatus(offset, online=True)
            return
        usable, fault = self._checked(offset, text)
        if fault is not None:
            yield fault
        if not usable:
            return
        match kind:
            case "NA":
                yield from self._release(None)
                yield from self._nibp(offset, text)
            case "OA":
                spo2 = _number(text[4:7]) if text[3] == SPO2_VALID else None
                yield OximeterReading(offset, spo2, None)
            case _:
                valid = kind == "RC" or text[3] == RATE_VALID
                yield from self._release(_number(text[4:7] if kind == "RC" else text[4:8]) if valid else None)
                yield DeviceStatus(offset, online=True)

    def _checked(self, offset: int, text: str) -> tuple[bool, Fault | None]:
        """Whether the reply may be used, and what to say of its check characters."""
        computed = check_characters(text[:-2])
        fits = computed == text[-2:]
        if not self._check_proven:
            self._fitting = self._fitting | {text} if fits else frozenset()
            self._check_proven = len(self._fitting) >= LEARNT
        strict = self._options.check == "require" or (self._options.check == "learn" and self._check_proven)
        if fits or strict:
            self._check_fits = fits
            detail = f"check characters {text[-2:]!r}, computed {computed!r}"
            return fits, None if fits else Fault(offset, FaultKind.CHECKSUM, len(text), detail)
        if not self._check_fits:
            return True, None
        # Told once, not each second: a monitor whose check is another one is not a noisy line.
        self._check_fits = False
        detail = f"check characters {text[-2:]!r}, computed {computed!r}; used all the same"
        return True, Fault(offset, FaultKind.CHECKSUM, 0, detail)

    def _nibp(self, offset: int, text: str) -> Iterator[Reading | Fault]:
        if not text[3].isdigit():
            yield Fault(offset, FaultKind.MALFORMED, len(text), "the status is no digit")
            return
        status, before = int(text[3]), self._status
        counter = int(text[6:10]) if text[6:10].isdigit() else None
        self._status = status
        measuring = text[3] in self._options.measuring
        yield CuffProgress(offset, CuffState.INFLATING if measuring else CuffState.IDLE)
        ended = before is not None and str(before) in self._options.measuring and not measuring
        # Without anything to compare with, a result that stands there may be the one of this measurement, missed.
        certain = status != VALID or self._counter is not None
        if status == VALID:
            found = self._result(offset, text, counter, before)
        elif status > LAST_NOT_FAILED:
            found = self._failure(offset, status, counter, before)
        else:
            found = None
        if found is not None:
            yield found
        elif ended and certain and self._waiting is None:
            yield CuffReading(offset, None, None, None, error=CuffError.ABORTED)

    def _result(self, offset: int, text: str, counter: int | None, before: int | None) -> Reading | Fault | None:
        systolic, diastolic, mean = (_number(text[first : first + 3]) for first in (10, 13, 16))
        if counter is None or systolic is None or diastolic is None or mean is None:
            return Fault(offset, FaultKind.MALFORMED, len(text), "a valid result without its values")
        pressures = (systolic, diastolic, mean)
        new = self._is_new(counter, pressures, before)
        self._remember(counter, pressures)
        if not new:
            return None
        if self._options.heart_rate != "none":
            self._waiting = (offset, pressures)
            return None
        return CuffReading(offset, *pressures)

    def _failure(self, offset: int, status: int, counter: int | None, before: int | None) -> Reading | None:
        known = self._counter is not None and counter is not None
        again = known and counter < self._counter  # type: ignore[operator]
        if counter is not None:
            self._remember(counter, ())
        if before is None or (before > LAST_NOT_FAILED and not again):
            return None
        error = self._options.failures.get(str(status), CuffError.WEAK_SIGNAL)
        return CuffReading(offset, None, None, None, error=error)

    def _is_new(self, counter: int, pressures: tuple[float, float, float], before: int | None) -> bool:
        if self._counter is None:
            return before is not None and before != VALID and counter <= FRESH_S
        if not self._pressures and before != VALID and counter <= FRESH_S:
            return True  # a failure was the last known, and its counter may have stood still
        if pressures != self._pressures:
            return bool(self._pressures) or counter < self._counter
        came_round = self._counter >= NEAR_END_S and self._at_end < HELD
        return counter < self._counter and not came_round

    def _remember(self, counter: int, pressures: tuple[float | None, ...]) -> None:
        self._at_end = self._at_end + 1 if counter == COUNTER_END else 0
        self._counter, self._pressures = counter, pressures

    def _release(self, pulse_rate: float | None) -> Iterator[Reading]:
        if self._waiting is not None:
            offset, pressures = self._waiting
            self._waiting = None
            yield CuffReading(offset, *pressures, pulse_rate=pulse_rate)
