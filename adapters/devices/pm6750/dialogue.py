"""What to say to the module, and when (protocols/blood-pressure.md, sections 5 and 9).

`55 AA 04 02 01` inflates at once: it is said in `request_measurement` alone, right behind the target pressure.
"""

from __future__ import annotations

from typing import Final

from adapters.cuff_guard import ADULT, NEONATE, STALL_PRESSURE, CuffGuard
from adapters.devices.pm6750.options import Pm6750Options
from adapters.framing import sum_mod_256
from adapters.reading import CuffProgress, CuffReading, Fault, Reading
from config.instant import SECOND, Duration, Instant
from config.vocabulary import CuffState

SILENT: Final[Duration] = 3 * SECOND
"""Without a frame for so long the module may have been switched off and on: the outputs are switched on again."""

PATIENTS: Final = {"adult": 1, "child": 2, "neonate": 3}


def command(kind: int, value: int) -> bytes:
    """`55 AA 04 type value ck` (section 5)."""
    body = bytes((0x04, kind, value))
    return b"\x55\xaa" + body + bytes((~sum_mod_256(body) & 0xFF,))


START: Final = command(0x02, 1)
STOP: Final = command(0x02, 0)
SPO2_ON: Final = command(0x03, 1)
PLETH_ON: Final = command(0xFE, 1)


class Pm6750Dialogue:
    """Implements `adapters.driver.Dialogue`. One per device, kept over reconnects."""

    def __init__(self, options: Pm6750Options) -> None:
        self._mode = command(0x09, PATIENTS[options.patient])
        self._target = command(0x0A, options.first_inflation // 2)
        self._enable = self._mode + SPO2_ON + (PLETH_ON if options.pleth_hz is not None else b"")
        self._guard = CuffGuard(NEONATE if options.patient == "neonate" else ADULT)
        self._look_at: Instant | None = None
        self._heard = False
        self._known = False
        self._pressure = 0.0

    def opened(self, now: Instant) -> bytes:
        """Switch the outputs on. A measurement of ours that the broken link left behind is stopped first."""
        self._heard = self._known = False
        self._pressure = 0.0
        self._look_at = now + SILENT
        return (self._stop(now) if self._guard.connected() else b"") + self._enable

    def tick(self, now: Instant) -> bytes:
        """Stop what runs too long; switch the outputs of a silent module on again."""
        if self._guard.must_stop(now):
            return self._stop(now)
        if self._look_at is None or now < self._look_at:
            return b""
        self._look_at = now + SILENT
        self._known = self._heard
        self._heard = False
        return b"" if self._known else self._enable

    def on_reading(self, reading: Reading | Fault, now: Instant) -> bytes:
        """Follow the cuff; anything well-formed shows that the module is there."""
        if isinstance(reading, Fault):
            return b""
        self._heard = self._known = True
        match reading:
            case CuffProgress():
                return self._progress(reading.state, reading.pressure or 0.0, now)
            case CuffReading():
                self._guard.finished(reading.error is None, now)
        return b""

    def request_measurement(self, now: Instant) -> bytes:
        """Start one measurement. Empty: the module is silent, the cuff not empty, or a lock-out of 9.5 holds."""
        if not self._known or self._pressure > STALL_PRESSURE or not self._guard.may_start(now):
            return b""
        self._guard.start(now)
        return self._mode + self._target + START

    def cancel_measurement(self, now: Instant) -> bytes:
        """Stop, whether or not a measurement is known to run."""
        return self._stop(now)

    def next_deadline(self) -> Instant | None:
        """The next look whether the module is silent, or the moment to stop."""
        bound = self._guard.deadline()
        return self._look_at if self._look_at is None or bound is None else min(self._look_at, bound)

    def _progress(self, state: CuffState, pressure: float, now: Instant) -> bytes:
        self._pressure = pressure
        if state is not CuffState.IDLE or pressure > STALL_PRESSURE:
            return self._stop(now) if self._guard.inflated(pressure, now) else b""
        running = self._guard.measurement
        if running is not None and running.confirmed:
            # It measured and does so no more; the outcome, if there is one, comes with the same frame.
            self._guard.at_rest()
            self._guard.rest(now)
        else:
            self._guard.empty(now)
        return b""

    def _stop(self, now: Instant) -> bytes:
        self._guard.stop(now)
        return STOP
