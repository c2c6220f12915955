"""What the averages of a Nonin show: every field of a packet, its refresh, and what is held (section 2).

The averages are those of the body the device is put on (`simulator.vitals`): the 4-beat, fast and beat-to-beat fields
show the body's value, the 8-beat fields its mean over 8 beats.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from simulator.vitals import Vitals

NO_HEART_RATE = 511
NO_SPO2 = 127

SPA = 0x20
"""STAT2: high-quality SmartPoint measurement."""
LOW_BATTERY = 0x01

DISPLAY_HOLD_PACKETS = 30
"""The "-D" fields keep the last reading for 10 s after removal."""
TIMER_RANGE = 1 << 14


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


class Averages:
    """The device's averaging: `measure` once for each third of a second, `beat` at each pulse in between.

    `timer` False is an OEM III or iPod, which has neither TMR nor STAT2.
    """

    def __init__(self, *, timer: bool = True, revision: int = 0) -> None:
        self._timer = timer
        self._revision = revision
        self._beats: deque[tuple[float | None, float | None]] = deque(maxlen=8)
        self._shown = Numerics()
        self._unusable_packets = 0

    def beat(self, vitals: Vitals) -> None:
        """One pulse more."""
        self._beats.append((vitals.pulse_rate, vitals.spo2))

    def no_pulse(self) -> None:
        """The pulse is lost: averages begin anew."""
        self._beats.clear()

    def measure(self, vitals: Vitals, packet: int, *, battery_low: bool) -> Numerics:
        """The fields of packet number `packet`, counted from 0."""
        usable = has_pulse(vitals)
        self._unusable_packets = 0 if usable else self._unusable_packets + 1
        heart_rate = rate_field(vitals.pulse_rate) if usable else NO_HEART_RATE
        spo2 = saturation_field(vitals.spo2) if usable else NO_SPO2
        heart_rate_8 = rate_field(_mean([beat[0] for beat in self._beats], vitals.pulse_rate)) if usable else heart_rate
        spo2_8 = saturation_field(_mean([beat[1] for beat in self._beats], vitals.spo2)) if usable else spo2

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

        smart_point = usable and not vitals.motion and not vitals.low_perfusion
        stat2 = (SPA if smart_point else 0) | (LOW_BATTERY if battery_low else 0)
        self._shown = Numerics(
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
        return self._shown


def has_pulse(vitals: Vitals) -> bool:
    """Whether the oximeter has anything to measure."""
    return (
        not vitals.sensor_off and not vitals.finger_out and (vitals.pulse_rate is not None or vitals.spo2 is not None)
    )


def rate_field(value: float | None) -> int:
    """A heart rate as the wire carries it."""
    return NO_HEART_RATE if value is None else min(max(round(value), 0), NO_HEART_RATE - 1)


def saturation_field(value: float | None) -> int:
    """A saturation as the wire carries it."""
    return NO_SPO2 if value is None else min(max(round(value), 0), 100)


def _mean(beats: Sequence[float | None], present: float | None) -> float | None:
    known = [value for value in beats if value is not None]
    return sum(known) / len(known) if known else present
