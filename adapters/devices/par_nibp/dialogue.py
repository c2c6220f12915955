"""What to say to the board, and when (protocols/blood-pressure.md, sections 1 and 9).

Rules that hold everywhere in this file: nothing inflates but `request_measurement`, and only while the board's
state is known; commands 30 and 31, whose meaning differs between variants, do not exist here; a stop is 03
(leave the automatic cycle), then 16 (reset), and never inflates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from adapters.cuff_guard import CuffGuard
from adapters.framing import sum_mod_256
from adapters.reading import CuffProgress, CuffReading, Fault, Reading
from config.instant import SECOND, Duration, Instant
from config.vocabulary import CuffState


@dataclass(frozen=True, slots=True)
class ParOptions:
    """Options of `par-nibp`.

    Attributes:
        baud: 4800 for the plain board, 19200 when the SpO2 part is fitted.
        delimiters: frame marks of what is sent: `plain` 02..03, `spo2` FD..FE with a carriage return. Both are read.
        spo2: the SpO2 part is fitted, and its numbers are told. Its stream is switched on at the board, not from here:
            the command for it means a start pressure on the plain board.
    """

    baud: Literal[4800, 19200] = 4800
    delimiters: Literal["plain", "spo2"] = "plain"
    spo2: bool = False


START: Final = "01"
MANUAL: Final = "03"
RESET: Final = "16"
REPORT: Final = "18"

POLL: Final[Duration] = 5 * SECOND
ANSWER: Final[Duration] = SECOND
"""How long an answer to 18 may take while a result is fetched."""
FETCH_TRIES: Final = 5
UNKNOWN_AFTER: Final = 3
"""Questions without an answer after which the board's state counts as unknown."""
RESET_QUIET: Final[Duration] = 5 * SECOND // 2
"""The board is silent for 2 s after a reset."""


def command(code: str, delimiters: Literal["plain", "spo2"] = "plain") -> bytes:
    """The bytes of a command of two digits (section 1)."""
    text = f"{code};;".encode("ascii")
    text += b"%02X" % sum_mod_256(text)
    return b"\x02" + text + b"\x03" if delimiters == "plain" else b"\xfd" + text + b"\xfe\r"


class ParDialogue:
    """Implements `adapters.driver.Dialogue`. One per device, kept over reconnects.

    After 999 the result is fetched with 18, again each second while there is no answer. Otherwise 18 is asked at
    a modest pace, as a sign of life; while cuff frames come they are that sign.
    """

    def __init__(self, options: ParOptions) -> None:
        self._delimiters = options.delimiters
        self._poll_at: Instant | None = None
        self._unanswered = UNKNOWN_AFTER
        self._fetch_tries = 0
        self._guard = CuffGuard()

    def opened(self, now: Instant) -> bytes:
        """Ask how the board is. A measurement of ours that the broken link left behind is stopped instead."""
        self._unanswered = UNKNOWN_AFTER
        self._fetch_tries = 0
        if self._guard.connected():
            return self._abort(now)
        return self._ask(now, POLL)

    def tick(self, now: Instant) -> bytes:
        """Stop what runs too long; ask when it is time."""
        if self._guard.must_stop(now):
            return self._abort(now)
        if self._poll_at is None or now < self._poll_at:
            return b""
        self._unanswered += 1
        if self._fetch_tries:
            self._fetch_tries -= 1
        return self._ask(now, ANSWER if self._fetch_tries else POLL)

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        """Follow the measurement, and fetch its result at its end."""
        match reading:
            case CuffProgress(pressure=None):
                return self._end_or_answer(reading.state, now)
            case CuffProgress():
                return self._progress(reading, now)
            case CuffReading():
                self._finished(reading, now)
            case _:
                # A spoilt answer counts as none: the question is asked again when its time is up.
                pass
        return b""

    def request_measurement(self, now: Instant) -> bytes:
        """Start one measurement. Empty: the board's state is unknown, it is busy, or a lock-out of 9.5 holds."""
        if self._unanswered >= UNKNOWN_AFTER or self._fetch_tries or not self._guard.may_start(now):
            return b""
        self._guard.start(now)
        self._poll_at = now + POLL
        return command(START, self._delimiters)

    def cancel_measurement(self, now: Instant) -> bytes:
        """Stop, whether or not a measurement is known to run."""
        return self._abort(now)

    def next_deadline(self) -> Instant | None:
        """The next question or the moment to stop; None before the first `opened`."""
        bound = self._guard.deadline()
        return self._poll_at if self._poll_at is None or bound is None else min(self._poll_at, bound)

    def _ask(self, now: Instant, pause: Duration) -> bytes:
        self._poll_at = now + pause
        return command(REPORT, self._delimiters)

    def _abort(self, now: Instant) -> bytes:
        self._guard.stop(now)
        self._fetch_tries = 0
        self._poll_at = now + RESET_QUIET
        return command(MANUAL, self._delimiters) + command(RESET, self._delimiters)

    def _end_or_answer(self, state: CuffState, now: Instant) -> bytes:
        """The end marker or an answer to 18, which look alike; only the first comes while cuff frames were running."""
        self._unanswered = 0
        running = self._guard.measurement
        if state is not CuffState.IDLE:
            self._poll_at = now + POLL
            if running is None and not self._guard.stopping(now):
                self._guard.measuring(now)
            return b""
        if running is not None and running.confirmed:
            self._guard.measurement = None
            self._guard.rest(now)
            self._fetch_tries = FETCH_TRIES
            return self._ask(now, ANSWER)
        if running is not None and now - running.since >= POLL:
            # Our start was not taken up: no cuff frame has come, and the board answers as if at rest.
            self._guard.measurement = None
        if not self._fetch_tries:
            self._poll_at = now + POLL
        return b""

    def _progress(self, progress: CuffProgress, now: Instant) -> bytes:
        pressure = progress.pressure or 0.0
        self._unanswered = 0
        self._poll_at = now + POLL
        if progress.state is CuffState.IDLE:
            self._guard.at_rest()
            return b""
        if self._guard.stopping(now):
            # The board inflates on although it was told to stop.
            return self._abort(now) if self._guard.insists(now) else b""
        return self._abort(now) if self._guard.pressure(pressure, now) else b""

    def _finished(self, result: CuffReading, now: Instant) -> None:
        self._guard.at_rest()
        if not self._fetch_tries:
            # No end marker has set it: the cuff may have emptied as late as now.
            self._guard.rest(now)
        self._fetch_tries = 0
        self._poll_at = now + POLL
        if result.error is None:
            self._guard.succeeded()
