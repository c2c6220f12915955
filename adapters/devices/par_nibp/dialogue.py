"""What to say to the board, and when (protocols/blood-pressure.md, sections 1 and 9).

Rules that hold everywhere in this file: nothing inflates but `request_measurement`, and only while the board's
state is known; commands 30 and 31, whose meaning differs between variants, do not exist here; a stop is 03
(leave the automatic cycle), then 16 (reset), and never inflates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from adapters.devices.par_nibp.decoder import OVERPRESSURE
from adapters.framing import sum_mod_256
from adapters.reading import CuffProgress, CuffReading, Fault, Reading
from config.instant import MINUTE, SECOND, Duration, Instant
from config.vocabulary import CuffState


@dataclass(frozen=True, slots=True)
class ParOptions:
    """Options of `par-nibp`.

    Attributes:
        baud: 4800 for the plain board, 19200 when the SpO2 part is fitted.
        delimiters: frame marks of what is sent: `plain` 02..03, `spo2` FD..FE with a carriage return. Both are read.
    """

    baud: Literal[4800, 19200] = 4800
    delimiters: Literal["plain", "spo2"] = "plain"


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

REST: Final[Duration] = 30 * SECOND
ATTEMPTS: Final = 3
ATTEMPTS_FORGOTTEN: Final[Duration] = 5 * MINUTE
UPPER_TIME: Final[Duration] = 120 * SECOND
STALL: Final[Duration] = 30 * SECOND
STALL_PRESSURE: Final = 15.0
PROGRESS: Final = 2.0
"""A change of cuff pressure in mmHg that counts as progress; less is the sensor's own noise."""
ABORT_AGAIN: Final[Duration] = 3 * SECOND
ABORT_INSISTS: Final[Duration] = 15 * SECOND


def command(code: str, delimiters: Literal["plain", "spo2"] = "plain") -> bytes:
    """The bytes of a command of two digits (section 1)."""
    text = f"{code};;".encode("ascii")
    text += b"%02X" % sum_mod_256(text)
    return b"\x02" + text + b"\x03" if delimiters == "plain" else b"\xfd" + text + b"\xfe\r"


@dataclass(slots=True)
class _Measurement:
    """A measurement under way, whoever started it. `pressure` is the last one that counted as progress."""

    since: Instant
    progress_at: Instant
    ours: bool
    confirmed: bool = False
    pressure: float = 0.0

    def deadline(self) -> Instant:
        """When it has to be stopped: too long, or inflated and standing still (sections 9.5 and 9.6)."""
        upper = self.since + UPPER_TIME
        return min(upper, self.progress_at + STALL) if self.pressure > STALL_PRESSURE else upper


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
        self._measurement: _Measurement | None = None
        self._rest_until: Instant = 0
        self._attempts = 0
        self._attempt_at: Instant = 0
        self._abort_until: Instant | None = None
        self._abort_again_at: Instant = 0

    def opened(self, now: Instant) -> bytes:
        """Ask how the board is. A measurement of ours that the broken link left behind is stopped instead."""
        left_behind = self._measurement is not None and self._measurement.ours
        self._unanswered = UNKNOWN_AFTER
        self._fetch_tries = 0
        self._measurement = None
        if left_behind:
            return self._abort(now)
        return self._ask(now, POLL)

    def tick(self, now: Instant) -> bytes:
        """Stop what runs too long; ask when it is time."""
        if self._measurement is not None and now >= self._measurement.deadline():
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
        if now - self._attempt_at >= ATTEMPTS_FORGOTTEN:
            self._attempts = 0
        if (
            self._unanswered >= UNKNOWN_AFTER
            or self._measurement is not None
            or self._fetch_tries
            or self._attempts >= ATTEMPTS
            or now < self._rest_until
        ):
            return b""
        self._attempts += 1
        self._attempt_at = now
        self._rest_until = now + REST
        self._measurement = _Measurement(since=now, progress_at=now, ours=True)
        self._poll_at = now + POLL
        return command(START, self._delimiters)

    def cancel_measurement(self, now: Instant) -> bytes:
        """Stop, whether or not a measurement is known to run."""
        return self._abort(now)

    def next_deadline(self) -> Instant | None:
        """The next question or the moment to stop; None before the first `opened`."""
        if self._measurement is not None and self._poll_at is not None:
            return min(self._poll_at, self._measurement.deadline())
        return self._poll_at

    def _ask(self, now: Instant, pause: Duration) -> bytes:
        self._poll_at = now + pause
        return command(REPORT, self._delimiters)

    def _abort(self, now: Instant) -> bytes:
        if not self._stopping(now):
            self._abort_until = now + ABORT_INSISTS
        self._abort_again_at = now + ABORT_AGAIN
        self._rest_until = now + REST
        self._measurement = None
        self._fetch_tries = 0
        self._poll_at = now + RESET_QUIET
        return command(MANUAL, self._delimiters) + command(RESET, self._delimiters)

    def _end_or_answer(self, state: CuffState, now: Instant) -> bytes:
        """The end marker or an answer to 18, which look alike; only the first comes while cuff frames were running."""
        self._unanswered = 0
        running = self._measurement
        if state is not CuffState.IDLE:
            self._poll_at = now + POLL
            if running is None and not self._stopping(now):
                self._measurement = _Measurement(since=now, progress_at=now, ours=False, confirmed=True)
            return b""
        if running is not None and running.confirmed:
            self._measurement = None
            self._rest_until = now + REST
            self._fetch_tries = FETCH_TRIES
            return self._ask(now, ANSWER)
        if running is not None and now - running.since >= POLL:
            # Our start was not taken up: no cuff frame has come, and the board answers as if at rest.
            self._measurement = None
        if not self._fetch_tries:
            self._poll_at = now + POLL
        return b""

    def _progress(self, progress: CuffProgress, now: Instant) -> bytes:
        pressure = progress.pressure or 0.0
        self._unanswered = 0
        self._poll_at = now + POLL
        if progress.state is CuffState.IDLE:
            self._measurement = None
            self._abort_until = None
            return b""
        if self._stopping(now):
            # The board inflates on although it was told to stop.
            return self._abort(now) if now >= self._abort_again_at else b""
        if self._measurement is None:
            self._measurement = _Measurement(since=now, progress_at=now, ours=False)
        running = self._measurement
        running.confirmed = True
        if abs(pressure - running.pressure) >= PROGRESS:
            running.pressure = pressure
            running.progress_at = now
        if pressure > OVERPRESSURE or now >= running.deadline():
            return self._abort(now)
        return b""

    def _stopping(self, now: Instant) -> bool:
        """Whether the board was told to stop a short while ago and has not shown that it did."""
        return self._abort_until is not None and now <= self._abort_until

    def _finished(self, result: CuffReading, now: Instant) -> None:
        self._measurement = None
        self._abort_until = None
        if not self._fetch_tries:
            # No end marker has set it: the cuff may have emptied as late as now.
            self._rest_until = now + REST
        self._fetch_tries = 0
        self._poll_at = now + POLL
        if result.error is None:
            self._attempts = 0
