"""What to say to the cuff, and when (protocols/blood-pressure.md, sections 4 and 9).

Nothing inflates but `request_measurement`. The cuff cannot be asked how it is: a start that it does not acknowledge
leaves it in an unknown state, and it is told to stop.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Final, Literal

from adapters.cuff_guard import CuffGuard
from adapters.reading import CuffReading, DeviceStatus, Fault, Reading
from config.instant import SECOND, Duration, Instant


@dataclass(frozen=True, slots=True)
class AndOptions:
    """Options of `and-tm265x`.

    Attributes:
        baud: as set at the device.
    """

    baud: Literal[2400, 9600] = 2400


ACKNOWLEDGE: Final[Duration] = 3 * SECOND
"""How long an acknowledge may take."""


def command(letters: str) -> bytes:
    """SYN SYN SOH "00" STX letters ETX BCC; the BCC is the XOR of all from SOH to ETX (section 4)."""
    checked = b"\x01" + b"00" + b"\x02" + letters.encode("ascii") + b"\x03"
    return b"\x16\x16" + checked + bytes((reduce(xor, checked),))


START: Final = command("ST")
STOP: Final = command("SP")


class AndDialogue:
    """Implements `adapters.driver.Dialogue`. One per device, kept over reconnects."""

    def __init__(self, options: AndOptions) -> None:
        self._guard = CuffGuard()
        self._acknowledge_by: Instant | None = None

    def opened(self, now: Instant) -> bytes:
        """Nothing to ask. A measurement of ours that the broken link left behind is stopped."""
        self._acknowledge_by = None
        return self._stop(now) if self._guard.connected() else b""

    def tick(self, now: Instant) -> bytes:
        """Stop what runs too long, and a start that was not acknowledged."""
        unheard = self._acknowledge_by is not None and now >= self._acknowledge_by
        return self._stop(now) if unheard or self._guard.must_stop(now) else b""

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        """An acknowledge, a refusal or the record at the end."""
        match reading:
            case DeviceStatus() if self._acknowledge_by is not None:
                self._acknowledge_by = None
                self._guard.measuring(now)
            case CuffReading():
                self._acknowledge_by = None
                self._guard.finished(reading.error is None, now)
            case Fault(discarded=0) if self._acknowledge_by is not None:
                self._acknowledge_by = None
                self._guard.measurement = None
        return b""

    def request_measurement(self, now: Instant) -> bytes:
        """Start one measurement; empty when a lock-out of 9.5 holds."""
        if not self._guard.may_start(now):
            return b""
        self._guard.start(now)
        self._acknowledge_by = now + ACKNOWLEDGE
        return START

    def cancel_measurement(self, now: Instant) -> bytes:
        """Stop, whether or not a measurement is known to run."""
        return self._stop(now)

    def next_deadline(self) -> Instant | None:
        """The end of patience with an acknowledge, or the moment to stop; None while nothing runs."""
        times = (self._acknowledge_by, self._guard.deadline())
        return min((at for at in times if at is not None), default=None)

    def _stop(self, now: Instant) -> bytes:
        self._guard.stop(now)
        self._acknowledge_by = None
        return STOP
