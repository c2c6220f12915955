"""A Nonin 9560 in Data Format 13: one message per spot check (pulse-oximeters, section 5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from config.instant import SECOND, Duration
from simulator.devices.nonin.numerics import NO_HEART_RATE, NO_SPO2, has_pulse, rate_field, saturation_field
from simulator.vitals import VitalSource

FINDING: Duration = 10 * SECOND
"""From the finger to the message."""
GIVING_UP: Duration = 40 * SECOND
"""From power-on to the message that there was no measurement."""
EVERY: Duration = 60 * SECOND
"""Between two spot checks; whoever puts the finger in again decides it. Design."""
SWITCHED_ON = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
"""What the device's own clock says when it is switched on. Any time would do."""

SPA = 0x02
NOMS = 0x01
FROM_MEMORY = 0x10
BATTERY_LOW = 0x01


def encode_spot_check(
    clock: datetime, status_msb: int, status_lsb: int, heart_rate: int, spo2: int, more: bytes = b""
) -> bytes:
    """One message. `more` is what newer devices may add to the data."""
    digits = clock.strftime("%Y%m%d%H%M%S") + f"{clock.microsecond // 10_000:02d}"
    data = bytes.fromhex(digits) + bytes((status_msb, status_lsb, heart_rate >> 8, heart_rate & 0xFF, 0, spo2)) + more
    return b"\x00\x02\x00\x0d" + len(data).to_bytes(2, "big") + data + bytes((sum(data) % 256, 0x03))


class NoninDf13:
    """The device on a body: a spot check each minute.

    `stored` spot checks of earlier are sent when it is switched on, marked as from memory.
    """

    baud = 9600

    def __init__(self, source: VitalSource, *, stored: int = 0) -> None:
        self.battery_low = False
        self._source = source
        self._elapsed: Duration = 0
        self._stored = stored
        self._begun: Duration = 0

    def receive(self, chunk: bytes) -> None:
        """Bytes from the host, which nobody reads."""

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return the messages that became due. The body must already stand at that moment."""
        self._elapsed += dt
        out = b""
        while self._stored:
            self._stored -= 1
            out += encode_spot_check(self._clock(-(self._stored + 1) * EVERY), SPA, FROM_MEMORY | self._low(), 70, 98)
        vitals = self._source.oximeter()
        while True:
            usable = has_pulse(vitals)
            due = self._begun + (FINDING if usable else GIVING_UP)
            if due > self._elapsed:
                return out
            if usable:
                spa = 0 if vitals.motion or vitals.low_perfusion else SPA
                values = (rate_field(vitals.pulse_rate), saturation_field(vitals.spo2))
            else:
                spa, values = NOMS, (NO_HEART_RATE, NO_SPO2)
            out += encode_spot_check(self._clock(due), spa, self._low(), *values)
            self._begun += EVERY

    def _low(self) -> int:
        return BATTERY_LOW if self.battery_low else 0

    def _clock(self, moment: Duration) -> datetime:
        return SWITCHED_ON + timedelta(microseconds=moment)
