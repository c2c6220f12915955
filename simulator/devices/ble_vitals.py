"""Bluetooth LE devices of the standard services (hl7-fhir-ble, section 3): an oximeter and a cuff, without the radio.

Each message is one value of a characteristic, its topic the characteristic's short number.
"""

from __future__ import annotations

from typing import Final

from config.instant import MINUTE, SECOND, Duration, Instant, to_datetime
from config.vocabulary import CuffError
from simulator.cuff import EmulatedCuff, Outcome, Steps
from simulator.publisher import Message, Publisher
from simulator.vitals import VitalSource

NAN: Final = 0x07FF
MOST_AT_ONCE: Final = 60
"""Values in one call; a device that was stopped for longer leaves the older ones out."""


def sfloat(value: float | None, digits: int = 0) -> bytes:
    """`value` with that many decimal digits, as it is on air; None is not a number."""
    word = NAN if value is None else (-digits & 0xF) << 12 | round(value * 10**digits) & 0xFFF
    return word.to_bytes(2, "little")


class BleOximeter:
    """An oximeter that notifies 2A5F once a second, with measurement status, device status and amplitude index."""

    FLAGS = 0x1C
    FULLY_QUALIFIED = 1 << 8
    UNAVAILABLE = 1 << 13
    LOW_PERFUSION, ERRATIC, NON_PULSATILE, NO_FINGER, UNPLUGGED = 1 << 5, 1 << 6, 1 << 7, 1 << 11, 1 << 15

    def __init__(self, source: VitalSource) -> None:
        self._source = source
        self._next: Instant | None = None

    def online(self, now: Instant) -> None:
        """Connecting says nothing."""

    def will(self, now: Instant) -> None:
        """Nobody speaks for it."""

    def messages(self, now: Instant) -> list[Message]:
        """Everything that became due up to `now`. The first call switches it on."""
        if self._next is None:
            self._next = now + SECOND
        self._next = max(self._next, now - MOST_AT_ONCE * SECOND)
        out = []
        while self._next <= now:
            out.append(Message("2A5F", self._value(), 0, False))
            self._next += SECOND
        return out

    def _value(self) -> bytes:
        vitals = self._source.oximeter()
        device = 0
        for holds, bit in (
            (vitals.sensor_off, self.UNPLUGGED),
            (vitals.finger_out, self.NO_FINGER),
            (vitals.spo2 is None and not (vitals.sensor_off or vitals.finger_out), self.NON_PULSATILE),
            (vitals.low_perfusion, self.LOW_PERFUSION),
            (vitals.motion, self.ERRATIC),
        ):
            device |= bit * holds
        measurement = self.UNAVAILABLE if vitals.spo2 is None else self.FULLY_QUALIFIED
        parts = [sfloat(vitals.spo2), sfloat(vitals.pulse_rate), measurement.to_bytes(2, "little")]
        return b"".join((bytes([self.FLAGS]), *parts, device.to_bytes(3, "little"), sfloat(vitals.perfusion_index, 1)))


class BleCuff:
    """A cuff that notifies 2A36 while it measures and indicates 2A35 at the end, in mmHg or kPa.

    `kept`: results it could not tell while nobody was connected; `connected` tells them all, as home cuffs do. `every`:
    its own cycle, the first measurement 5 s after it was switched on.
    """

    FLAGS = 0x1E
    KPA = 0x01
    STATUS: Final = {CuffError.MOTION: 0x01, CuffError.CUFF: 0x02}

    def __init__(self, source: VitalSource, *, every: Duration = 5 * MINUTE, kpa: bool = False, seed: int = 0) -> None:
        self._kpa = kpa
        self._every = every
        self._cuff = EmulatedCuff(source, seed)
        self._steps = Steps()
        self._at: Instant | None = None
        self._next_start: Instant = 0
        self._next_report: Instant = 0
        self.kept: list[Message] = []

    def online(self, now: Instant) -> None:
        """Connecting says nothing by itself."""

    def will(self, now: Instant) -> None:
        """Nobody speaks for it."""

    def connected(self) -> list[Message]:
        """Somebody has connected and enabled the indications: the results that it kept, which stay in its memory."""
        return list(self.kept)

    def messages(self, now: Instant) -> list[Message]:
        """Everything that became due up to `now`. The first call switches it on."""
        if self._at is None:
            self._at, self._next_start = now, now + 5 * SECOND
        dt, self._at = now - self._at, now
        out: list[Message] = []
        for _ in range(self._steps.take(dt)):
            outcome = self._cuff.step()
            if outcome is not None:
                result = Message("2A35", self._result(outcome, now), 1, False)
                self.kept.append(result)
                out.append(result)
        if now >= self._next_start:
            self._next_start = now + self._every
            self._cuff.start()
        if self._cuff.measuring and now >= self._next_report:
            self._next_report = now + SECOND
            value = bytes([self.KPA * self._kpa]) + self._pressure(self._cuff.pressure) + sfloat(None) * 2
            out.append(Message("2A36", value, 0, False))
        return out

    def _result(self, outcome: Outcome, now: Instant) -> bytes:
        at = to_datetime(now)
        stamp = at.year.to_bytes(2, "little") + bytes((at.month, at.day, at.hour, at.minute, at.second))
        status = 0 if outcome.error is None else self.STATUS.get(outcome.error, 0)
        pressures = b"".join(map(self._pressure, (outcome.systolic, outcome.diastolic, outcome.mean)))
        head = bytes([self.FLAGS | self.KPA * self._kpa])
        return head + pressures + stamp + sfloat(outcome.pulse_rate) + b"\x01" + status.to_bytes(2, "little")

    def _pressure(self, mmhg: float | None) -> bytes:
        if not self._kpa or mmhg is None:
            return sfloat(mmhg)
        return sfloat(mmhg / 7.50062, 1)


PUBLISHERS: Final = (
    Publisher(
        driver="ble-vitals",
        title="Bluetooth oximeter, service 1822",
        make=lambda source, seed: BleOximeter(source),
        topic_filter="2A5F",
    ),
    Publisher(
        driver="ble-vitals",
        title="Bluetooth cuff, service 1810",
        make=lambda source, seed: BleCuff(source, every=MINUTE, seed=seed),
        topic_filter="+",
        variant="cuff",
    ),
)
