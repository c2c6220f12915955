"""Nonin oximeters that speak Data Formats 2 and 7 (pulse-oximeters, sections 2 and 3).

75 frames of 5 bytes a second; 25 frames make a packet of one third of a second, in which the FLOAT byte of each
frame carries one field.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from config.instant import SECOND, Duration
from simulator.devices.nonin.numerics import Averages, Numerics, has_pulse
from simulator.vitals import Vitals, VitalSource

FRAME_RATE_HZ = 75
FRAMES_PER_PACKET = 25
PULSE_FRAMES = 12
"""Perfusion is reported for 12 frames (160 ms) of each pulse; it is the beat marker."""

ALWAYS = 0x80
SNSD = 0x40
ARTF = 0x20
OOT = 0x10
SNSA = 0x08
RPRF = 0x04
GPRF = 0x02
SYNC = 0x01

YELLOW_BELOW_PERCENT = 0.5
"""Perfusion index under which the perfusion light is yellow. Design: the document names colours, no limits."""


def encode_frame(status: int, pleth: int, value: int) -> bytes:
    """One frame of format 2: 01, STATUS, PLETH, FLOAT, and their sum modulo 256. Bit 7 of the status is always 1."""
    return _checked(bytes((0x01, status | ALWAYS, pleth, value)))


def encode_frame_16(status: int, pleth: int, value: int) -> bytes:
    """One frame of format 7: STATUS, 16 bits of PLETH, FLOAT, and their sum modulo 256."""
    return _checked(bytes((status | ALWAYS, pleth >> 8, pleth & 0xFF, value)))


def encode_packet(numerics: Numerics, statuses: Sequence[int], pleth: Sequence[int]) -> bytes:
    """25 frames of format 2, SYNC on the first. `statuses` and `pleth` hold one value for each frame."""
    return b"".join(
        encode_frame(status | SYNC if number == 0 else status, sample, value)
        for number, (status, sample, value) in enumerate(zip(statuses, pleth, numerics.float_bytes(), strict=True))
    )


def _checked(body: bytes) -> bytes:
    return body + bytes((sum(body) % 256,))


class _Frames(ABC):
    """The device on a body. `advance` gives the bytes of the frames that became due; it listens to nothing.

    `burst` frames leave together: 1 as on a wire, 25 as radios and USB bridges bunch them. `timer` False is
    an OEM III or iPod, which has neither TMR nor STAT2.
    """

    baud = 9600

    def __init__(self, source: VitalSource, *, burst: int = 1, timer: bool = True, revision: int = 41) -> None:
        if not 1 <= burst <= FRAMES_PER_PACKET:
            raise ValueError(f"burst must be 1 to {FRAMES_PER_PACKET} frames, not {burst}")
        self.battery_low = False
        self._source = source
        self._burst = burst
        self._elapsed: Duration = 0
        self._frames = 0
        self._beat_phase = 0.0
        self._pulse_left = 0
        self._averages = Averages(timer=timer, revision=revision)
        self._floats = Numerics().float_bytes()

    @abstractmethod
    def _encode(self, status: int, sample: int, value: int) -> bytes:
        """One frame; `sample` is the body's, 0 to 255."""

    def receive(self, chunk: bytes) -> None:  # noqa: B027 - a wired sensor of one format takes no commands
        """Bytes from the host, which nobody reads."""

    def advance(self, dt: Duration) -> bytes:
        """Let `dt` pass and return the frames that became due. The body must already stand at that moment."""
        self._elapsed += dt
        due = self._elapsed * FRAME_RATE_HZ // SECOND // self._burst * self._burst - self._frames
        if due <= 0:
            return b""
        vitals = self._source.oximeter()
        return b"".join(self._next_frame(vitals, sample) for sample in self._source.pleth(due, FRAME_RATE_HZ))

    def _next_frame(self, vitals: Vitals, sample: int) -> bytes:
        number = self._frames % FRAMES_PER_PACKET
        self._advance_pulse(vitals)
        if number == 0:
            packet = self._frames // FRAMES_PER_PACKET
            self._floats = self._averages.measure(vitals, packet, battery_low=self.battery_low).float_bytes()
        status = self._status(vitals) | (SYNC if number == 0 else 0)
        self._frames += 1
        return self._encode(status, sample, self._floats[number])

    def _advance_pulse(self, vitals: Vitals) -> None:
        self._pulse_left = max(0, self._pulse_left - 1)
        if not has_pulse(vitals) or vitals.pulse_rate is None:
            self._beat_phase = 0.0
            self._pulse_left = 0
            self._averages.no_pulse()
            return
        self._beat_phase += vitals.pulse_rate / 60 / FRAME_RATE_HZ
        if self._beat_phase >= 1.0:
            self._beat_phase %= 1.0
            self._pulse_left = PULSE_FRAMES
            self._averages.beat(vitals)

    def _status(self, vitals: Vitals) -> int:
        if vitals.sensor_off:
            return SNSD | SNSA | OOT
        if vitals.finger_out:
            return SNSA
        if not has_pulse(vitals):
            return OOT
        if not self._pulse_left:
            return 0
        return _perfusion(vitals) | (ARTF if vitals.motion else 0)


def _perfusion(vitals: Vitals) -> int:
    if vitals.low_perfusion:
        return RPRF
    if vitals.perfusion_index is not None and vitals.perfusion_index < YELLOW_BELOW_PERCENT:
        return RPRF | GPRF
    return GPRF


class NoninDf2(_Frames):
    """Data Format 2: a start byte and 8 bits of waveform."""

    def _encode(self, status: int, sample: int, value: int) -> bytes:
        return encode_frame(status, sample, value)


class NoninDf7(_Frames):
    """Data Format 7: no start byte, 16 bits of waveform. The body's 8 bits fill the range evenly."""

    def _encode(self, status: int, sample: int, value: int) -> bytes:
        return encode_frame_16(status, sample * 257, value)
