"""A Nonin oximeter that speaks Data Format 2 (pulse-oximeters, section 2).

75 frames of 5 bytes a second; 25 frames make a packet of one third of a second, in which the FLOAT byte of each
frame carries one field. The averages of the device are those of the body it is put on (`simulator.vitals`):
the 4-beat, fast and beat-to-beat fields show the body's value, the 8-beat fields its mean over 8 beats.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from config.instant import SECOND, Duration
from simulator.emulator import Emulator
from simulator.vitals import Vitals, VitalSource

FRAME_RATE_HZ = 75
FRAMES_PER_PACKET = 25
PULSE_FRAMES = 12
"""Perfusion is reported for 12 frames (160 ms) of each pulse; it is the beat marker."""

NO_HEART_RATE = 511
NO_SPO2 = 127

ALWAYS = 0x80
SNSD = 0x40
ARTF = 0x20
OOT = 0x10
SNSA = 0x08
RPRF = 0x04
GPRF = 0x02
SYNC = 0x01

SPA = 0x20
"""STAT2: high-quality SmartPoint measurement."""
LOW_BATTERY = 0x01

DISPLAY_HOLD_PACKETS = 30
"""The "-D" fields keep the last reading for 10 s after removal."""
TIMER_RANGE = 1 << 14
YELLOW_BELOW_PERCENT = 0.5
"""Perfusion index under which the perfusion light is yellow. Design: the document names colours, no limits."""


@dataclass(frozen=True, slots=True)
class Numerics:
    """Every field that one packet carries. SpO2 in %, 127 = no value; heart rates in bpm, 511 = no value.

    `slew` is frame 5: reserved and 0, but an iPod sent a SpO2 there. `timer` counts thirds of a second.
    """

    heart_rate: int = NO_HEART_RATE
    spo2: int = NO_SPO2
    revision: int = 0
    slew: int = 0
    timer: int = 0
    stat2: int = 0
    spo2_display: int = NO_SPO2
    spo2_fast: int = NO_SPO2
    spo2_beat: int = NO_SPO2
    heart_rate_8: int = NO_HEART_RATE
    spo2_8: int = NO_SPO2
    spo2_8_display: int = NO_SPO2
    heart_rate_display: int = NO_HEART_RATE
    heart_rate_8_display: int = NO_HEART_RATE

    def float_bytes(self) -> tuple[int, ...]:
        """The FLOAT byte of frames 1 to 25. Pairs are 7 bits each, most significant first."""
        return (
            *_pair(self.heart_rate),
            self.spo2,
            self.revision,
            self.slew,
            *_pair(self.timer),
            self.stat2,
            self.spo2_display,
            self.spo2_fast,
            self.spo2_beat,
            0,
            0,
            *_pair(self.heart_rate_8),
            self.spo2_8,
            self.spo2_8_display,
            0,
            0,
            *_pair(self.heart_rate_display),
            *_pair(self.heart_rate_8_display),
            0,
            0,
        )


def _pair(value: int) -> tuple[int, int]:
    return value >> 7, value & 0x7F


def encode_frame(status: int, pleth: int, value: int) -> bytes:
    """One frame: 01, STATUS, PLETH, FLOAT, and their sum modulo 256. `status` without bit 7, which is always 1."""
    body = bytes((0x01, status | ALWAYS, pleth, value))
    return body + bytes((sum(body) % 256,))


def encode_packet(numerics: Numerics, statuses: Sequence[int], pleth: Sequence[int]) -> bytes:
    """25 frames, SYNC on the first. `statuses` and `pleth` hold one value for each frame."""
    return b"".join(
        encode_frame(status | SYNC if number == 0 else status, sample, value)
        for number, (status, sample, value) in enumerate(zip(statuses, pleth, numerics.float_bytes(), strict=True))
    )


class NoninDf2:
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
        self._timer = timer
        self._revision = revision
        self._elapsed: Duration = 0
        self._frames = 0
        self._beat_phase = 0.0
        self._pulse_left = 0
        self._beats: deque[tuple[float | None, float | None]] = deque(maxlen=8)
        self._shown = Numerics()
        self._unusable_packets = 0
        self._floats = self._shown.float_bytes()

    def receive(self, chunk: bytes) -> None:
        """Bytes from the host: a wired sensor of one format takes no commands."""

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
            self._shown = self._measure(vitals, packet=self._frames // FRAMES_PER_PACKET)
            self._floats = self._shown.float_bytes()
        status = self._status(vitals) | (SYNC if number == 0 else 0)
        self._frames += 1
        return encode_frame(status, sample, self._floats[number])

    def _advance_pulse(self, vitals: Vitals) -> None:
        self._pulse_left = max(0, self._pulse_left - 1)
        if not _has_pulse(vitals) or vitals.pulse_rate is None:
            self._beat_phase = 0.0
            self._pulse_left = 0
            self._beats.clear()
            return
        self._beat_phase += vitals.pulse_rate / 60 / FRAME_RATE_HZ
        if self._beat_phase >= 1.0:
            self._beat_phase %= 1.0
            self._pulse_left = PULSE_FRAMES
            self._beats.append((vitals.pulse_rate, vitals.spo2))

    def _status(self, vitals: Vitals) -> int:
        if vitals.sensor_off:
            return SNSD | SNSA | OOT
        if vitals.finger_out:
            return SNSA
        if not _has_pulse(vitals):
            return OOT
        if not self._pulse_left:
            return 0
        return _perfusion(vitals) | (ARTF if vitals.motion else 0)

    def _measure(self, vitals: Vitals, packet: int) -> Numerics:
        usable = _has_pulse(vitals)
        self._unusable_packets = 0 if usable else self._unusable_packets + 1
        heart_rate = _heart_rate(vitals.pulse_rate) if usable else NO_HEART_RATE
        spo2 = _saturation(vitals.spo2) if usable else NO_SPO2
        heart_rate_8 = (
            _heart_rate(_mean([beat[0] for beat in self._beats], vitals.pulse_rate)) if usable else heart_rate
        )
        spo2_8 = _saturation(_mean([beat[1] for beat in self._beats], vitals.spo2)) if usable else spo2

        shown = self._shown
        display = (
            shown.heart_rate_display,
            shown.spo2_display,
            shown.heart_rate_8_display,
            shown.spo2_8_display,
        )
        # 1.5 s are 4.5 packets: the display is refreshed after 4 and 5 packets in turn.
        refresh = packet == 0 or packet * 2 // 9 != (packet - 1) * 2 // 9
        if usable and refresh:
            display = (heart_rate, spo2, heart_rate_8, spo2_8)
        elif self._unusable_packets > DISPLAY_HOLD_PACKETS:
            display = (NO_HEART_RATE, NO_SPO2, NO_HEART_RATE, NO_SPO2)

        stat2 = (SPA if usable and not vitals.motion and not vitals.low_perfusion else 0) | (
            LOW_BATTERY if self.battery_low else 0
        )
        return Numerics(
            heart_rate=heart_rate,
            spo2=spo2,
            revision=self._revision,
            timer=packet % TIMER_RANGE if self._timer else 0,
            stat2=stat2 if self._timer else 0,
            spo2_display=display[1],
            spo2_fast=spo2,
            spo2_beat=spo2,
            heart_rate_8=heart_rate_8,
            spo2_8=spo2_8,
            spo2_8_display=display[3],
            heart_rate_display=display[0],
            heart_rate_8_display=display[2],
        )


def _has_pulse(vitals: Vitals) -> bool:
    return (
        not vitals.sensor_off and not vitals.finger_out and (vitals.pulse_rate is not None or vitals.spo2 is not None)
    )


def _perfusion(vitals: Vitals) -> int:
    if vitals.low_perfusion:
        return RPRF
    if vitals.perfusion_index is not None and vitals.perfusion_index < YELLOW_BELOW_PERCENT:
        return RPRF | GPRF
    return GPRF


def _heart_rate(value: float | None) -> int:
    return NO_HEART_RATE if value is None else min(max(round(value), 0), NO_HEART_RATE - 1)


def _saturation(value: float | None) -> int:
    return NO_SPO2 if value is None else min(max(round(value), 0), 100)


def _mean(beats: Sequence[float | None], present: float | None) -> float | None:
    known = [value for value in beats if value is not None]
    return sum(known) / len(known) if known else present


EMULATORS = (
    Emulator("nonin-df2", "Nonin 9560", lambda source, seed: NoninDf2(source)),
    Emulator(
        "nonin-df2", "Nonin iPod, OEM III", lambda source, seed: NoninDf2(source, burst=25, timer=False), variant="ipod"
    ),
)
