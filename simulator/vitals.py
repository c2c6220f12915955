"""What a body shows to the devices: one moment of it, and the contract of everything that can show it.

Two kinds of body exist: a virtual patient (`simulator.patient`) and a recording (`simulator.recording`). The
emulated devices know only this contract. Rounding, frames and flags are the device's business.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from config.vocabulary import CuffError


class Vitals(NamedTuple):
    """One moment of a body. SpO2 and perfusion index in %, rates per minute, pressures in mmHg, not rounded.

    None means that the body (or the recording of it) has no such value now; it never stands for zero.
    `spo2` and `pulse_rate` are what an oximeter's own averaging would show; both are None while
    `sensor_off` or `finger_out` holds.
    """

    spo2: float | None
    pulse_rate: float | None
    perfusion_index: float | None
    systolic: float | None
    diastolic: float | None
    mean: float | None
    resp_rate: float | None
    sensor_off: bool = False
    """The probe is not connected to the oximeter."""
    finger_out: bool = False
    """The probe is connected and finds no finger, or finds one and searches for its pulse."""
    motion: bool = False
    low_perfusion: bool = False
    cuff_error: CuffError | None = None
    """Why the cuff measurement that ends now gives no pressures; always None from `oximeter()`."""


class VitalSource(Protocol):
    """A body that devices are put on. Deterministic: the same source and the same calls give the same values."""

    @property
    def time_s(self) -> float:
        """Seconds of the body's life so far."""
        ...

    @property
    def finished(self) -> bool:
        """Whether nothing follows any more: a recording ends, a patient does not."""
        ...

    def advance(self, dt_s: float) -> None:
        """Let `dt_s` seconds pass. Nothing else moves the state, so several devices may look at one moment."""
        ...

    def oximeter(self) -> Vitals:
        """What an oximeter shows now. Pressures are the true ones, without a cuff's reading noise."""
        ...

    def cuff_reading(self) -> Vitals:
        """The outcome of one cuff measurement that ends now; draws its reading noise, may fail with `cuff_error`.

        When `cuff_error` is set the three pressures are None.
        """
        ...

    def pleth(self, count: int, rate_hz: float) -> list[int]:
        """The next `count` samples of the pleth, 0 to 255, `rate_hz` to the second, continuing the wave.

        Without a finger the line is flat with a little noise. To keep wave and numerics together, ask for
        `dt_s * rate_hz` samples after each `advance(dt_s)`; asking for fewer thins the wave out.
        One device of a body draws the wave: two would each get every other piece.
        """
        ...
