"""Oximeters that send packages of five bytes: Contec's old ones and BCI boards (pulse-oximeters, sections 9 and 12).

One layout: byte 1 with bit 7 set (beep, two status bits, signal strength), pleth, bit 7 of the pulse rate with two
status bits and the bar graph, the pulse rate's low bits, SpO2. The families differ in bits, ranges and rate.
"""

from __future__ import annotations

from dataclasses import dataclass

from config.instant import SECOND, Duration
from simulator.emulator import Emulator
from simulator.vitals import Vitals, VitalSource

NO_PULSE_RATE = 255
NO_SPO2 = 127
BAR_RANGE = 16
GOOD_STRENGTH = 8
WEAK_STRENGTH = 2
"""What strength a low perfusion gives. Design: the document names the range, no meaning of its steps."""
BEEP_PACKAGES = 2
"""Packages of one beat that carry the beep: "one per beat or a few"."""
TOO_LONG: Duration = 10 * SECOND
"""Searching for longer than this is "too long". Design: the document gives no time."""


@dataclass(frozen=True, slots=True)
class Package:
    """The fields of one package, as the tables name them; status bits of byte 1 and 3 by their places."""

    beep: bool = False
    bit_5_of_1: bool = False
    bit_4_of_1: bool = False
    strength: int = GOOD_STRENGTH
    pleth: int = 0
    bit_5_of_3: bool = False
    bit_4_of_3: bool = False
    bar: int = 0
    pulse_rate: int = NO_PULSE_RATE
    spo2: int = NO_SPO2

    def encode(self) -> bytes:
        """The five bytes."""
        return bytes(
            (
                0x80 | self.beep << 6 | self.bit_5_of_1 << 5 | self.bit_4_of_1 << 4 | self.strength,
                self.pleth & 0x7F,
                (self.pulse_rate >> 7) << 6 | self.bit_5_of_3 << 5 | self.bit_4_of_3 << 4 | self.bar,
                self.pulse_rate & 0x7F,
                self.spo2 & 0x7F,
            )
        )


class FiveByte:
    """Either family on a body. `advance` gives the packages that became due.

    Attributes:
        streaming: the stream runs. A Contec unit with `waits` is silent until it hears any byte.
    """

    def __init__(self, source: VitalSource, *, rate_hz: int, baud: int, waits: bool = False) -> None:
        self.baud = baud
        self.streaming = not waits
        self._source = source
        self._rate_hz = rate_hz
        self._elapsed: Duration = 0
        self._packages = 0
        self._beat_phase = 0.0
        self._beep_left = 0
        self._searching_since: int | None = None

    def receive(self, chunk: bytes) -> None:
        """Any byte switches a waiting unit on; there are no commands in the live stream."""
        self.streaming = self.streaming or bool(chunk)

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return the packages that became due. The body must already stand at that moment."""
        self._elapsed += dt
        due = self._elapsed * self._rate_hz // SECOND - self._packages
        if due <= 0:
            return b""
        vitals = self._source.oximeter()
        packages = [self._next(vitals, sample) for sample in self._source.pleth(due, self._rate_hz)]
        return b"".join(packages) if self.streaming else b""

    def _next(self, vitals: Vitals, sample: int) -> bytes:
        self._packages += 1
        searching = not vitals.sensor_off and not vitals.finger_out and vitals.pulse_rate is None
        if not searching:
            self._searching_since = None
        elif self._searching_since is None:
            self._searching_since = self._packages
        return self._package(vitals, sample, self._advance_beat(vitals)).encode()

    def _advance_beat(self, vitals: Vitals) -> bool:
        self._beep_left = max(0, self._beep_left - 1)
        if vitals.pulse_rate is None:
            self._beat_phase = 0.0
            return False
        self._beat_phase += vitals.pulse_rate / 60 / self._rate_hz
        if self._beat_phase >= 1.0:
            self._beat_phase %= 1.0
            self._beep_left = BEEP_PACKAGES
        return self._beep_left > 0

    @property
    def _searching_long(self) -> bool:
        since = self._searching_since
        return since is not None and (self._packages - since) * SECOND >= TOO_LONG * self._rate_hz

    def _package(self, vitals: Vitals, sample: int, beep: bool) -> Package:
        raise NotImplementedError


class Contec5Byte(FiveByte):
    """60 packages a second at 19200 8O1; `baud` 4800 as the document says. Wave 0 to 127, 64 with the finger out."""

    def __init__(self, source: VitalSource, *, baud: int = 19200, waits: bool = False) -> None:
        super().__init__(source, rate_hz=60, baud=baud, waits=waits)

    def _package(self, vitals: Vitals, sample: int, beep: bool) -> Package:
        if vitals.sensor_off or vitals.finger_out:
            return Package(strength=0, pleth=64, bit_4_of_3=True)
        wave = sample >> 1
        return Package(
            beep=beep,
            bit_4_of_1=self._searching_long,
            strength=_strength(vitals),
            pleth=wave,
            bit_5_of_3=self._searching_since is not None,
            bar=wave * BAR_RANGE // 128,
            pulse_rate=_pulse_rate(vitals.pulse_rate),
            spo2=_saturation(vitals.spo2),
        )


class Bci5Byte(FiveByte):
    """100 packages a second, or `rate_hz` for a line that is too slow for them. Wave 1 to 100, 0 = invalid."""

    def __init__(self, source: VitalSource, *, baud: int = 115200, rate_hz: int = 100) -> None:
        super().__init__(source, rate_hz=rate_hz, baud=baud)

    def _package(self, vitals: Vitals, sample: int, beep: bool) -> Package:
        if vitals.sensor_off or vitals.finger_out:
            return Package(bit_5_of_1=vitals.sensor_off, bit_4_of_1=True, strength=0, bit_4_of_3=not vitals.sensor_off)
        if self._searching_since is not None:
            return Package(bit_4_of_1=True, strength=0, bit_5_of_3=True)
        wave = 1 + sample * 100 // 256
        return Package(
            beep=beep,
            strength=_strength(vitals),
            pleth=wave,
            bar=max(1, wave * BAR_RANGE // 101),
            pulse_rate=_pulse_rate(vitals.pulse_rate),
            spo2=_saturation(vitals.spo2),
        )


def _strength(vitals: Vitals) -> int:
    return WEAK_STRENGTH if vitals.low_perfusion else GOOD_STRENGTH


def _pulse_rate(value: float | None) -> int:
    return NO_PULSE_RATE if value is None else min(max(round(value), 1), NO_PULSE_RATE - 1)


def _saturation(value: float | None) -> int:
    return NO_SPO2 if value is None else min(max(round(value), 1), 100)


EMULATORS = (
    Emulator("contec-5byte", "Contec CMS50D+", lambda source, seed: Contec5Byte(source), bits_per_byte=11),
    Emulator(
        "contec-5byte",
        "Contec CMS50D+ at the document's 4800 baud",
        lambda source, seed: Contec5Byte(source, baud=4800),
        bits_per_byte=11,
        variant="4800",
    ),
    Emulator(
        "contec-5byte",
        "Contec CMS50D that waits for a byte",
        lambda source, seed: Contec5Byte(source, waits=True),
        bits_per_byte=11,
        variant="waits",
        options={"wake": True},
    ),
    Emulator("bci-5byte", "Berry BM1000", lambda source, seed: Bci5Byte(source)),
)
