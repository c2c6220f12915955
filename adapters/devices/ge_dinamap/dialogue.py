"""What to say to the monitor, and when (protocols/blood-pressure.md, sections 3 and 9).

Nothing inflates but `request_measurement`. The `*` commands do not exist here.
"""

from __future__ import annotations

from typing import Final

from adapters.cuff_guard import ADULT, NEONATE, CuffGuard
from adapters.devices.ge_dinamap.decoder import check_characters
from adapters.devices.ge_dinamap.options import DinamapOptions
from adapters.questions import Questions
from adapters.reading import CuffProgress, CuffReading, Fault, Reading
from config.instant import SECOND, Duration, Instant
from config.vocabulary import CuffState

POLL: Final[Duration] = SECOND
ANSWER: Final[Duration] = 2 * SECOND
"""How long an answer may take. The document gives no time; one that came too late would leave the rest of the round,
and with it SpO2, unasked for ever."""


def request(letters: str) -> bytes:
    """A request: space, letters and arguments, check characters, carriage return (section 3)."""
    return f" {letters}{check_characters(f' {letters}')}\r".encode("ascii")


START: Final = request("NC0")
CANCEL: Final = request("ND")


class DinamapDialogue:
    """Implements `adapters.driver.Dialogue`. One per device, kept over reconnects.

    Once a second it asks for the NIBP result and, one after the other, for what else the options want. Without a
    known "in progress" a measurement of ours lasts until its result, or until its upper time, and is then cancelled.
    """

    def __init__(self, options: DinamapOptions) -> None:
        rate = () if options.heart_rate == "none" else (request(options.heart_rate),)
        self._round: tuple[bytes, ...] = (request("NA"), *rate, *((request("OA"),) if options.spo2 else ()))
        self._tells_measuring = bool(options.measuring)
        self._guard = CuffGuard(ADULT if options.patient == "adult" else NEONATE)
        self._questions: Questions[int] = Questions(ANSWER)
        self._round_at: Instant | None = None

    def opened(self, now: Instant) -> bytes:
        """Ask for the result. A measurement of ours that the broken link left behind is cancelled first."""
        self._questions.connected()
        left_behind = self._guard.connected()
        return (self._stop(now) if left_behind else b"") + self._ask(0, now)

    def tick(self, now: Instant) -> bytes:
        """Stop what runs too long; ask when it is time."""
        if self._guard.must_stop(now):
            return self._stop(now)
        self._questions.overdue(now)
        if self._questions.open is not None or self._round_at is None or now < self._round_at:
            return b""
        return self._ask(0, now)

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        """An answer: go on with the round; with a new result the measurement is over."""
        match reading:
            case Fault():
                return b""
            case CuffReading():
                self._guard.finished(reading.error is None, now)
                return b""
            case CuffProgress(state=CuffState.IDLE):
                if self._tells_measuring:
                    self._guard.empty(now)
            case CuffProgress():
                if not self._guard.stopping(now):
                    self._guard.measuring(now)
                elif self._guard.insists(now):
                    return self._stop(now)
        asked = self._questions.open
        self._questions.answered()
        if asked is None or asked + 1 == len(self._round):
            return b""
        return self._ask(asked + 1, now)

    def request_measurement(self, now: Instant) -> bytes:
        """Start one measurement. Empty: the monitor does not answer, or a lock-out of 9.5 holds."""
        if not self._questions.known or not self._guard.may_start(now):
            return b""
        self._guard.start(now)
        return START

    def cancel_measurement(self, now: Instant) -> bytes:
        """Cancel, whether or not a measurement is known to run."""
        return self._stop(now)

    def next_deadline(self) -> Instant | None:
        """The next question, the end of patience with one, or the moment to stop."""
        question = self._questions.deadline()
        times = [self._round_at if question is None else question, self._guard.deadline()]
        return min((at for at in times if at is not None), default=None)

    def _ask(self, number: int, now: Instant) -> bytes:
        if number == 0:
            self._round_at = now + POLL
        self._questions.ask(number, now)
        return self._round[number]

    def _stop(self, now: Instant) -> bytes:
        self._guard.stop(now)
        return CANCEL
