"""Bytes of the board to readings (protocols/blood-pressure.md, section 1).

How a new result is told from an old one is described at the top of this package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

from adapters.cuff_guard import ADULT
from adapters.framing import MORE, Framed, Judgement, Noise, Scanner, Spoilt, Unit, sum_mod_256
from adapters.reading import CuffProgress, CuffReading, Fault, FaultKind, OximeterReading, Reading
from config.vocabulary import CuffError, CuffState, Flag

CARRIAGE_RETURN: Final = 0x0D
END_OF: Final = {0x02: 0x03, 0xFD: 0xFE}
UNIT_LIMIT: Final = 64
"""Longest unit in bytes; a status frame has 42."""

SPO2_HEAD: Final = (0x55, 0xAA)
SPO2_LENGTHS: Final = range(3, 17)
"""What the length byte of the SpO2 part may say; the known frame has 7."""
SPO2_KNOWN: Final = 7
SPO2_NO_FINGER: Final = 0x02
NO_SPO2: Final = frozenset({0x00, 0x7F, 0xFF})
NO_PULSE: Final = frozenset({0x00, 0xFF})
"""7F is "none" as well, but is also a pulse of 127: it counts as none where there is no SpO2 either."""

END_MARKER: Final = re.compile("999")
CUFF_PRESSURE: Final = re.compile(r"(\d{3})C\dS(\d)")
STATUS: Final = re.compile(
    r"S(?P<state>\d);A\d;C\d\d;M(?P<message>\d\d);"
    r"P(?P<systolic>[\d-]{3})(?P<diastolic>[\d-]{3})(?P<mean>[\d-]{3});R(?P<pulse>[\d-]{3});T[ \d-]{4};;"
)
CHECKED: Final = re.compile(r"S.*;;([0-9A-Fa-f]{2})")

SELF_TEST, MEASURING, MANOMETER, INITIALISING, LEAK_TEST, INFLATING, HOLDING = 0, 3, 4, 5, 7, 8, 9
MEASUREMENT_STATES: Final = frozenset({MEASURING, INFLATING, HOLDING})
RESET_STATES: Final = frozenset({SELF_TEST, INITIALISING})
"""The board has lost its memory: pressures in such a status belong to no measurement."""
BUSY_STATES: Final = MEASUREMENT_STATES | {MANOMETER, LEAK_TEST}

CUFF_STATES: Final = {
    INFLATING: CuffState.INFLATING,
    HOLDING: CuffState.INFLATING,
    LEAK_TEST: CuffState.INFLATING,
    MANOMETER: CuffState.INFLATING,
    MEASURING: CuffState.DEFLATING,
}
"""Held under pressure counts as inflating; a state not named here is idle."""

MESSAGES_OK: Final = frozenset({0, 3})
INVALID_COMMAND: Final = 2
ERRORS: Final = {
    6: CuffError.CUFF,
    7: CuffError.LEAK,
    8: CuffError.DEVICE,
    9: CuffError.TIMEOUT,
    # "No result" codes: out of range and saturated amplitudes are in the class "retry later" (section 9.3).
    10: CuffError.WEAK_SIGNAL,
    11: CuffError.MOTION,
    12: CuffError.OVERPRESSURE,
    13: CuffError.WEAK_SIGNAL,
    14: CuffError.LEAK,
    15: CuffError.DEVICE,
}
"""M codes of section 1; one that is not named here is a fault of the device."""


_Content: TypeAlias = re.Match[str] | bytes | None
"""A text frame as one of the patterns above read it; or status, SpO2 and pulse; None: a frame that is passed over."""


def _number(digits: str) -> float | None:
    """Three digits as a number; dashes are the board's "none", and no measured value is zero."""
    return float(digits) if digits.isdigit() and int(digits) else None


def _oximeter(offset: int, status: int, spo2: int, pulse_rate: int) -> OximeterReading:
    """Numbers only where no status bit is set.

    Sensor off, no pulse, searching and weak signal have bits too, but which is not known: any bit other than "no
    finger" is told as OUT_OF_TRACK, and has no number. The unit of the perfusion index is not known either.
    """
    if status:
        finger = {Flag.NO_FINGER} if status & SPO2_NO_FINGER else set()
        unknown = {Flag.OUT_OF_TRACK} if status & ~SPO2_NO_FINGER else set()
        return OximeterReading(offset, None, None, flags=frozenset(finger | unknown))
    saturation = None if spo2 in NO_SPO2 else float(spo2)
    no_pulse = pulse_rate in NO_PULSE or (saturation is None and pulse_rate == 0x7F)
    return OximeterReading(offset, saturation, None if no_pulse else float(pulse_rate))


class ParDecoder:
    """Text frames of the cuff part, and with `spo2` those of the SpO2 part; without, they are passed over silently."""

    def __init__(self, *, spo2: bool = False) -> None:
        self._spo2 = spo2
        self._scanner: Scanner[_Content] = Scanner(self._judge, UNIT_LIMIT)
        self._measuring = False
        self._ended = False
        self._peak = 0.0

    def feed(self, chunk: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._scanner.feed(chunk)))

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.StreamDecoder`."""
        return list(self._read(self._scanner.finish()))

    def _read(self, units: Iterator[Framed[_Content] | Fault]) -> Iterator[Reading | Fault]:
        for unit in units:
            if isinstance(unit, Fault):
                yield unit
            elif isinstance(unit.value, bytes):
                yield _oximeter(unit.offset, *unit.value)
            elif unit.value is not None:
                yield from self._text(unit.offset, unit.value)

    def _judge(self, data: bytearray, at: int, end: int, skipped: int) -> Judgement[_Content]:
        head = data[at]
        if head in END_OF:
            return self._judge_text(data, at, end)
        if head == SPO2_HEAD[0]:
            return self._judge_spo2(data, at, end)
        return Noise(FaultKind.GARBAGE)

    def _judge_text(self, data: bytearray, at: int, end: int) -> Judgement[_Content]:
        last = END_OF[data[at]]
        for close in range(at + 1, end):
            byte = data[close]
            if byte == last:
                break
            if not 0x20 <= byte < 0x7F:
                return Noise(FaultKind.FRAMING, "a frame was broken off")
        else:
            return MORE
        if close + 1 == end:
            return MORE
        if data[close + 1] != CARRIAGE_RETURN:
            return Noise(FaultKind.FRAMING, "no carriage return after a frame")
        text = data[at + 1 : close].decode("ascii")
        length = close + 2 - at
        unchecked = END_MARKER.fullmatch(text) or CUFF_PRESSURE.fullmatch(text)
        if unchecked:
            return Unit(length, unchecked)
        checked = CHECKED.fullmatch(text)
        if checked is None:
            return Spoilt(length, FaultKind.UNKNOWN_UNIT, f"unknown frame {text[:20]!r}")
        computed = sum_mod_256(text[:-2].encode("ascii"))
        if computed != int(checked[1], 16):
            return Spoilt(length, FaultKind.CHECKSUM, f"check characters {checked[1]}, computed {computed:02X}")
        status = STATUS.fullmatch(text[:-2])
        if status is None:
            return Spoilt(length, FaultKind.MALFORMED, f"not a status frame: {text[:20]!r}")
        return Unit(length, status)

    def _judge_spo2(self, data: bytearray, at: int, end: int) -> Judgement[_Content]:
        if end - at < 2:
            return MORE
        if data[at + 1] != SPO2_HEAD[1]:
            return Noise(FaultKind.GARBAGE)
        if end - at < 3:
            return MORE
        length = 2 + data[at + 2]
        if data[at + 2] not in SPO2_LENGTHS:
            return Noise(FaultKind.FRAMING, "SpO2 frame of impossible length")
        if end - at < length:
            return MORE
        if sum_mod_256(data[at + 2 : at + length - 1]) != data[at + length - 1]:
            return Noise(FaultKind.CHECKSUM, "SpO2 frame")
        known = self._spo2 and data[at + 2] == SPO2_KNOWN
        return Unit(length, bytes(data[at + 4 : at + 7]) if known else None)

    def _text(self, offset: int, frame: re.Match[str]) -> Iterator[Reading | Fault]:
        if frame.re is END_MARKER:
            self._ended = True
            yield CuffProgress(offset, CuffState.IDLE)
        elif frame.re is CUFF_PRESSURE:
            yield self._progress(offset, float(frame[1]), int(frame[2]))
        else:
            yield from self._status(offset, frame)

    def _progress(self, offset: int, pressure: float, state: int) -> CuffProgress:
        if state in MEASUREMENT_STATES:
            # A new measurement: what an earlier end marker announced can no longer be told apart.
            self._measuring, self._ended = True, False
            self._peak = max(self._peak, pressure)
        return CuffProgress(offset, CUFF_STATES.get(state, CuffState.IDLE), pressure)

    def _status(self, offset: int, status: re.Match[str]) -> Iterator[Reading | Fault]:
        state, message = int(status["state"]), int(status["message"])
        # Without a pressure: cuff frames alone carry it. For a board at rest this is the sign of life.
        yield CuffProgress(offset, CUFF_STATES.get(state, CuffState.IDLE))
        if message == INVALID_COMMAND:
            yield Fault(offset, FaultKind.MALFORMED, 0, "the board refused a command (M02) and resets itself")
        if state in BUSY_STATES:
            self._measuring |= state in MEASUREMENT_STATES
            return
        if not self._measuring and not self._ended:
            return
        error = self._error(state, message)
        pressures = [_number(status[name]) for name in ("systolic", "diastolic", "mean")]
        if error is None and None in pressures:
            # The tables have no code for a measurement stopped on purpose: "ok" without pressures is what is left.
            error = CuffError.ABORTED
        if error is None:
            systolic, diastolic, mean = pressures
            yield CuffReading(offset, systolic, diastolic, mean, pulse_rate=_number(status["pulse"]))
        else:
            yield CuffReading(offset, None, None, None, error=error)
        self._measuring, self._ended, self._peak = False, False, 0.0

    def _error(self, state: int, message: int) -> CuffError | None:
        """Why the measurement that has just ended gave no pressures; None when it gave some.

        M decides, not S: the board keeps an error after the attempt and is back in standby with it.
        """
        if message not in MESSAGES_OK:
            return ERRORS.get(message, CuffError.DEVICE)
        if self._peak > ADULT.highest:
            return CuffError.OVERPRESSURE
        if not self._ended or state in RESET_STATES:
            return CuffError.ABORTED
        return None
