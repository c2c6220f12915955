"""A PAR NIBP2010/2020 blood-pressure board (blood-pressure, section 1), as far as a cuff goes.

The host asks by number, the board answers in text. While it measures it tells the cuff pressure five times a
second; the result is not pushed, it is asked for with command 18. The variant with the SpO2 part streams its numbers
once a second (how often is not documented) while command 31 has it on; 30 switches it off.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from config.instant import MINUTE, SECOND, Duration, Instant, seconds
from config.vocabulary import CuffError
from simulator.emulator import Emulator
from simulator.squeeze import inflate, let_go
from simulator.vitals import VitalSource

PLAIN = (0x02, 0x03)
SPO2_BOARD = (0xFD, 0xFE)
CARRIAGE_RETURN = 0x0D
COMMAND_LENGTH = 8

FRAME_INTERVAL: Duration = SECOND // 5
SPO2_INTERVAL: Duration = SECOND
SPO2_OFF, SPO2_ON = 30, 31
NO_FINGER = 0x02
NO_SPO2, NO_PULSE = 0x7F, 0xFF
INFLATION: Duration = 6 * SECOND
DEFLATION_STEP: Duration = SECOND
DEFLATION_SHORTEST: Duration = 20 * SECOND
DEFLATION_LONGEST: Duration = 35 * SECOND
SILENCE_AFTER_RESET: Duration = 2 * SECOND
INITIALISATION: Duration = SECOND
ERROR_SHOWN: Duration = 5 * SECOND
"""How long state 2 is shown. Design: the document tells only that state 1 with an error message follows."""

HIGHEST_TARGET = 280.0
LOWEST_PRESSURE = 10.0

CYCLE_MINUTES: Mapping[int, int] = MappingProxyType(
    {4: 1, 5: 2, 6: 3, 7: 4, 8: 5, 9: 10, 10: 15, 11: 30, 12: 60, 13: 90}
)
START_PRESSURE: Mapping[int, int] = MappingProxyType(
    {21: 140, 22: 160, 23: 180, 30: 80, 31: 100, 32: 120, 33: 200, 34: 220, 35: 240, 38: 280}
)
WITHOUT_EFFECT = frozenset({55, 56, 65, 28, 29, 71})
"""Methods, versions and serial number: known commands whose answer the document does not give."""

OK = 0
INVALID_COMMAND = 2
MESSAGE: Mapping[CuffError, int] = MappingProxyType(
    {
        CuffError.CUFF: 6,
        CuffError.LEAK: 7,
        CuffError.DEVICE: 8,
        CuffError.TIMEOUT: 9,
        CuffError.WEAK_SIGNAL: 10,
        CuffError.MOTION: 11,
        CuffError.OVERPRESSURE: 12,
        CuffError.ABORTED: OK,  # a stopped measurement has no number of its own: no result, no error
    }
)


class BoardState(IntEnum):
    """The digit after `S` (only those that this board enters)."""

    STANDBY = 1
    ERROR = 2
    MEASURING = 3
    INITIALISING = 5
    CYCLE = 6
    INFLATING = 8


@dataclass(frozen=True, slots=True)
class Result:
    """What the last attempt gave: message number, three pressures in mmHg and pulse per minute, or none."""

    message: int = OK
    pressures: tuple[int, int, int] | None = None
    pulse: int | None = None


def sum_characters(text: bytes) -> bytes:
    """Sum of `text` modulo 256 as two upper-case hex characters."""
    return f"{sum(text) % 256:02X}".encode("ascii")


def status_text(state: int, *, neonate: bool, cycle_min: int, result: Result, next_s: int | None) -> str:
    """The answer to 18, its sum included. Missing values are dashes, a missing time four spaces."""
    pressures = "-" * 9 if result.pressures is None else "".join(f"{value:03d}" for value in result.pressures)
    pulse = "---" if result.pulse is None else f"{result.pulse:03d}"
    next_in = "    " if next_s is None else f"{next_s:04d}"
    text = f"S{state:d};A{int(neonate)};C{cycle_min:02d};M{result.message:02d};P{pressures};R{pulse};T{next_in};;"
    return text + sum_characters(text.encode("ascii")).decode("ascii")


def spo2_frame(index: int, status: int, spo2: int, pulse_rate: int, perfusion: int = 0) -> bytes:
    """`55 AA N idx status spo2 pulse pi ck`: N counts itself and what follows; ck is the plain sum from N on."""
    body = bytes((7, index % 256, status, spo2, pulse_rate, perfusion))
    return b"\x55\xaa" + body + bytes((sum(body) % 256,))


class ParNibp:
    """The board with a cuff on a body. Pure: bytes of the host in by `receive`, bytes out by `advance`.

    `spo2_board` chooses the delimiters FD FE and 19200 baud, `streaming` has its SpO2 stream on from the beginning.
    `cycle_s` makes it measure by itself without a host, the first time after `first_s`. `rejected` counts host frames
    with a wrong sum.
    """

    def __init__(
        self,
        source: VitalSource,
        *,
        spo2_board: bool = False,
        streaming: bool = False,
        cycle_s: float | None = None,
        first_s: float = 10.0,
        seed: int = 0,
    ) -> None:
        if cycle_s is not None and cycle_s < 60:
            raise ValueError(f"cycle_s must be at least 60, the shortest cycle of the board, not {cycle_s}")
        self.baud = 19200 if spo2_board else 4800
        self.rejected = 0
        self._source = source
        self._spo2_board = spo2_board
        self._delimiters = SPO2_BOARD if spo2_board else PLAIN
        self._random = random.Random(seed)
        self._heard = bytearray()
        self._out = bytearray()
        self._now: Instant = 0
        self._neonate = False
        self._start_pressure = 160
        self._cycle: Duration | None = None if cycle_s is None else seconds(cycle_s)
        self._next_start: Instant | None = None if cycle_s is None else seconds(first_s)
        self._next_spo2: Instant | None = SPO2_INTERVAL if spo2_board and streaming else None
        self._spo2_frames = 0
        self._result = Result()
        self._state = BoardState.STANDBY
        self._state_until: Instant | None = None
        self._silent_until: Instant = 0
        self._measuring_since: Instant = 0
        self._next_frame: Instant = 0
        self._next_step: Instant = 0
        self._deflating_since: Instant = 0
        self._pressure = 0.0
        self._target = 0.0

    @property
    def measuring(self) -> bool:
        """Whether the cuff is inflated."""
        return self._state in (BoardState.INFLATING, BoardState.MEASURING)

    def press_start(self) -> None:
        """The board's own button: start one measurement."""
        self._start()

    def press_stop(self) -> None:
        """The board's own button: let the pressure out; the attempt has no result."""
        if self.measuring:
            self._finish(Result(MESSAGE[CuffError.ABORTED]))

    def receive(self, chunk: bytes) -> None:
        """Bytes from the host, cut anywhere. During the silence after a reset nobody listens."""
        if self._now < self._silent_until:
            self._heard.clear()
            return
        self._heard += chunk
        while len(self._heard) >= COMMAND_LENGTH:
            frame = bytes(self._heard[:COMMAND_LENGTH])
            if frame[0] not in (PLAIN[0], SPO2_BOARD[0]) or frame[-1] not in (PLAIN[1], SPO2_BOARD[1]):
                del self._heard[0]
            elif sum_characters(frame[1:5]) != frame[5:7]:
                self.rejected += 1
                del self._heard[0]
            else:
                del self._heard[:COMMAND_LENGTH]
                self._obey(frame[1:5])

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return what the board said meanwhile, answers to the host first."""
        end = self._now + dt
        while (due := self._next_due()) is not None and due <= end:
            self._now = max(self._now, due)
            self._settle()
        self._now = end
        said = bytes(self._out)
        self._out.clear()
        return said

    def _next_due(self) -> Instant | None:
        due = [self._next_frame] if self.measuring else [self._state_until, self._next_start]
        return min((at for at in (*due, self._next_spo2) if at is not None), default=None)

    def _settle(self) -> None:
        if self._next_spo2 is not None and self._next_spo2 <= self._now:
            self._stream()
        elif self.measuring:
            self._measure()
        elif self._state_until is not None and self._state_until <= self._now:
            self._leave_state()
        else:
            self._start()

    def _obey(self, body: bytes) -> None:
        digits = body[:2]
        command = int(digits) if digits.isdigit() and body[2:] == b";;" else -1
        if command == 1:
            self._start()
        elif command == 3:
            self._cycle = self._next_start = None
        elif command in CYCLE_MINUTES:
            self._cycle = CYCLE_MINUTES[command] * MINUTE
            self._next_start = self._now
        elif command == 16:
            self._reset(Result())
        elif command == 18:
            self._say(self._status())
        elif command in (24, 25):
            self._neonate = command == 25
        elif command in (SPO2_OFF, SPO2_ON) and self._spo2_board:
            self._next_spo2 = self._now + SPO2_INTERVAL if command == SPO2_ON else None
        elif command in START_PRESSURE:
            self._start_pressure = START_PRESSURE[command]
        elif command not in WITHOUT_EFFECT:
            self._reset(Result(INVALID_COMMAND))

    def _start(self) -> None:
        if self._cycle is not None:
            self._next_start = self._now + self._cycle
        if self.measuring or self._state is BoardState.INITIALISING or self._now < self._silent_until:
            return
        self._state = BoardState.INFLATING
        inflate(self._source)
        self._state_until = None
        self._measuring_since = self._now
        self._next_frame = self._now + FRAME_INTERVAL
        self._pressure = 0.0
        systolic = self._source.oximeter().systolic
        # A cuff that stops below systolic measures nothing: the board pumps on.
        self._target = min(max(float(self._start_pressure), (systolic or 0.0) + 20.0), HIGHEST_TARGET)

    def _stream(self) -> None:
        vitals = self._source.oximeter()
        self._next_spo2 = self._now + SPO2_INTERVAL
        self._spo2_frames += 1
        if vitals.spo2 is None or vitals.pulse_rate is None:
            self._out += spo2_frame(self._spo2_frames, NO_FINGER, NO_SPO2, NO_PULSE)
        else:
            pulse_rate = min(round(vitals.pulse_rate), NO_PULSE - 1)
            self._out += spo2_frame(self._spo2_frames, 0, round(vitals.spo2), pulse_rate)

    def _measure(self) -> None:
        state = self._state
        if state is BoardState.INFLATING:
            self._inflate()
        elif self._now >= self._next_step:
            self._next_step += DEFLATION_STEP
            self._pressure = max(LOWEST_PRESSURE, self._pressure - self._random.uniform(3.0, 6.0))
        self._say(f"{round(self._pressure):03d}C0S{state:d}")
        self._next_frame += FRAME_INTERVAL
        if state is BoardState.MEASURING and self._deflated():
            self._finish(self._read_result())

    def _inflate(self) -> None:
        lasted = self._now - self._measuring_since
        self._pressure = self._target * min(1.0, lasted / INFLATION)
        if lasted >= INFLATION:
            self._state = BoardState.MEASURING
            self._deflating_since = self._now
            self._next_step = self._now + DEFLATION_STEP

    def _deflated(self) -> bool:
        lasted = self._now - self._deflating_since
        diastolic = self._source.oximeter().diastolic or 0.0
        return lasted >= DEFLATION_LONGEST or (lasted >= DEFLATION_SHORTEST and self._pressure <= diastolic - 10.0)

    def _read_result(self) -> Result:
        reading = self._source.cuff_reading()
        if reading.cuff_error is not None:
            return Result(MESSAGE[reading.cuff_error])
        if reading.systolic is None or reading.diastolic is None or reading.mean is None:
            return Result(MESSAGE[CuffError.TIMEOUT])
        return Result(
            pressures=(round(reading.systolic), round(reading.diastolic), round(reading.mean)),
            pulse=None if reading.pulse_rate is None else round(reading.pulse_rate),
        )

    def _finish(self, result: Result) -> None:
        self._say("999")
        let_go(self._source)
        self._result = result
        self._pressure = 0.0
        if result.message == OK:
            self._state, self._state_until = BoardState.STANDBY, None
        else:
            self._state, self._state_until = BoardState.ERROR, self._now + ERROR_SHOWN

    def _reset(self, result: Result) -> None:
        self._out.clear()
        self._heard.clear()
        self._cycle = self._next_start = None
        self._pressure = 0.0
        self._result = result
        self._silent_until = self._now + SILENCE_AFTER_RESET
        if self._next_spo2 is not None:
            self._next_spo2 = self._silent_until + SPO2_INTERVAL
        self._state, self._state_until = BoardState.INITIALISING, self._silent_until + INITIALISATION

    def _leave_state(self) -> None:
        self._state, self._state_until = BoardState.STANDBY, None

    def _status(self) -> str:
        state = self._state
        if state is BoardState.STANDBY and self._cycle is not None:
            state = BoardState.CYCLE
        waiting = self._next_start is not None and not self.measuring
        return status_text(
            state,
            neonate=self._neonate,
            cycle_min=0 if self._cycle is None else min(99, self._cycle // MINUTE),
            result=self._result,
            next_s=(self._next_start - self._now) // SECOND if waiting and self._next_start is not None else None,
        )

    def _say(self, text: str) -> None:
        start, end = self._delimiters
        self._out += bytes((start, *text.encode("ascii"), end, CARRIAGE_RETURN))


EMULATORS = (
    Emulator("par-nibp", "PAR NIBP2020", lambda source, seed: ParNibp(source, seed=seed)),
    Emulator(
        "par-nibp",
        "Medlab NIBP2010 with SpO2",
        lambda source, seed: ParNibp(source, spo2_board=True, streaming=True, seed=seed),
        variant="spo2",
    ),
)
