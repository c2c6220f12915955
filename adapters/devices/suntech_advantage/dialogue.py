"""What to say to the module, and when (protocols/blood-pressure.md, sections 2 and 9).

Nothing inflates but `request_measurement`: it sends the start, or the target whose K brings the start. A stop is
sent at once, whatever question is open. Zero, span and valves are service commands and do not exist here.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from adapters.cuff_guard import ADULT, NEONATE, CuffGuard
from adapters.devices.suntech_advantage.decoder import EMPTY, INFLATED
from adapters.devices.suntech_advantage.options import SunTechOptions
from adapters.framing import sum_mod_256
from adapters.questions import Questions
from adapters.reading import CuffProgress, CuffReading, DeviceStatus, Fault, Reading
from config.instant import SECOND, Duration, Instant

AT_REST: Final[Duration] = 2 * SECOND
"""Between two questions for the cuff's pressure while nothing runs."""
MEASURING: Final[Duration] = SECOND // 5
ANSWER: Final[Duration] = SECOND
FETCH_TRIES: Final = 5


def command(*body: int) -> bytes:
    """A host frame with its check byte: the sum of all is 0 modulo 256 (section 2)."""
    frame = bytes((0x3A, *body))
    return frame + bytes((-sum_mod_256(frame) & 0xFF,))


class Ask(Enum):
    """What is asked of the module."""

    PRESSURE = command(0x79, 0x05, 0x00)
    RESULT = command(0x79, 0x03, 0x00)
    STOP = command(0x79, 0x01, 0x00)
    START_ADULT = command(0x20)
    START_NEONATE = command(0x28)
    TARGET = 0x17


STARTS: Final = (Ask.START_ADULT, Ask.START_NEONATE)


class SunTechDialogue:
    """Implements `adapters.driver.Dialogue`. One per device, kept over reconnects."""

    def __init__(self, options: SunTechOptions) -> None:
        self._start = Ask.START_ADULT if options.patient == "adult" else Ask.START_NEONATE
        self._target = options.target
        self._guard = CuffGuard(ADULT if options.patient == "adult" else NEONATE)
        self._questions: Questions[Ask] = Questions(ANSWER)
        self._next_at: Instant | None = None
        self._fetch_tries = 0
        self._accepted = False
        """A start of ours was taken up, and its end not heard of: its K brings a result, or why there is none."""
        self._pressure: float | None = None

    def opened(self, now: Instant) -> bytes:
        """Ask for the pressure. A measurement of ours that the broken link left behind is stopped instead."""
        self._questions.connected()
        self._fetch_tries = 0
        self._accepted = False
        self._pressure = None
        if self._guard.connected():
            return self._stop(now)
        return self._ask(Ask.PRESSURE, now)

    def tick(self, now: Instant) -> bytes:
        """Stop what runs too long; ask when it is time."""
        if self._guard.must_stop(now):
            return self._stop(now)
        given_up = self._questions.overdue(now)
        if given_up is Ask.TARGET:
            self._guard.measurement = None
        if given_up is not None:
            self._next_at = now
        if self._questions.open is not None or self._next_at is None or now < self._next_at:
            return b""
        return self._go_on(now)

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        """Follow the measurement, and fetch its result at K."""
        match reading:
            case CuffProgress(pressure=pressure):
                return self._finished_letter(now) if pressure is None else self._pressure_told(pressure, now)
            case CuffReading():
                self._guard.finished(reading.error is None, now)
                self._accepted = False
                self._fetch_tries = 0
                self._questions.answered()
                self._wait(now)
            case DeviceStatus():
                self._accepted = self._accepted or self._questions.open in STARTS
                if self._questions.open is Ask.RESULT:
                    # Of no measurement that this connection saw: asking again would not make it one.
                    self._fetch_tries = 0
                self._questions.answered()
                self._wait(now)
            case Fault(discarded=0):
                self._refused(now)
            case _:
                # A spoilt answer counts as none: the next question follows when its time is up.
                pass
        return b""

    def request_measurement(self, now: Instant) -> bytes:
        """Start one measurement. Empty: the state is unknown, the cuff not empty, an answer awaited, or a lock-out."""
        free = self._questions.known and self._questions.open is None and not self._fetch_tries
        empty = self._pressure is not None and self._pressure <= EMPTY
        if not (free and empty and self._guard.may_start(now)):
            return b""
        self._guard.start(now)
        self._accepted = False
        return self._ask(self._start if self._target is None else Ask.TARGET, now)

    def cancel_measurement(self, now: Instant) -> bytes:
        """Stop, whether or not a measurement is known to run."""
        return self._stop(now)

    def next_deadline(self) -> Instant | None:
        """The next question, the end of patience with one, or the moment to stop."""
        question = self._questions.deadline()
        times = [self._next_at if question is None else question, self._guard.deadline()]
        return min((at for at in times if at is not None), default=None)

    def _ask(self, what: Ask, now: Instant) -> bytes:
        self._questions.ask(what, now)
        self._next_at = None
        if what is Ask.TARGET:
            return command(what.value, *(self._target or 0).to_bytes(2, "little"))
        return bytes(what.value)

    def _go_on(self, now: Instant) -> bytes:
        if self._fetch_tries:
            self._fetch_tries -= 1
            return self._ask(Ask.RESULT, now)
        return self._ask(Ask.PRESSURE, now)

    def _wait(self, now: Instant) -> None:
        running = self._guard.measurement
        empty = self._pressure is not None and self._pressure <= EMPTY
        busy = not empty or (running is not None and not running.confirmed)
        self._next_at = now + (MEASURING if busy else AT_REST)

    def _stop(self, now: Instant) -> bytes:
        self._guard.stop(now)
        self._accepted = False
        self._fetch_tries = 0
        return self._ask(Ask.STOP, now)

    def _finished_letter(self, now: Instant) -> bytes:
        """K: a setting is stored, or a measurement is done; the latter comes unasked, between question and answer."""
        if self._questions.open is Ask.TARGET:
            self._questions.answered()
            return self._ask(self._start, now)
        running = self._guard.measurement
        if self._accepted or (running is not None and running.confirmed):
            self._accepted = False
            self._guard.measurement = None
            self._guard.rest(now)
            self._fetch_tries = FETCH_TRIES
        if self._questions.open is Ask.PRESSURE:
            return b""
        self._questions.answered()
        return self._go_on(now)

    def _pressure_told(self, pressure: float, now: Instant) -> bytes:
        if self._questions.open is Ask.PRESSURE:
            self._questions.answered()
        self._pressure = pressure
        if self._fetch_tries:
            return self._go_on(now) if self._questions.open is None else b""
        if pressure >= INFLATED:
            if self._guard.inflated(pressure, now):
                return self._stop(now)
        elif pressure <= EMPTY:
            self._guard.empty(now)
        if self._questions.open is None:
            self._wait(now)
        return b""

    def _refused(self, now: Instant) -> None:
        running = self._guard.measurement
        if self._questions.open in (*STARTS, Ask.TARGET) and running is not None and not running.confirmed:
            self._guard.measurement = None
        self._questions.answered()
        self._wait(now)
