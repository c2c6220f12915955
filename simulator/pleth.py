"""The wave of a pulse oximeter: one two-hump beat after another, moved by breathing (signals, section 5)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

_TEMPLATE_POINTS = 256
_AMPLITUDE_MODULATION = 0.05
_BASELINE_MODULATION = 0.08
_MIDDLE = 60.0
_NOISE_SHARE = 0.01  # of the pulse's height: the wave of a quiet finger
_MOTION_COUNTS = 40.0
_MOTION_MEMORY = 0.97


def respiratory_sinus_arrhythmia(phase: float, effect: float) -> float:
    """Beats per minute that breathing adds at `phase` radians; ketamine (effect 0 to 1) dampens it by up to 40 %."""
    return 1.5 * (1.0 - 0.4 * min(max(effect, 0.0), 1.0)) * math.sin(phase)


def mayer_wave(t_s: float) -> float:
    """Beats per minute that the 0.1 Hz pressure wave adds at `t_s`."""
    return math.sin(2.0 * math.pi * 0.1 * t_s)


def _template() -> np.ndarray:
    """One beat from 0 to 1 over its phase: the systolic hump, and the lower dicrotic one."""
    phase = np.linspace(0.0, 1.0, _TEMPLATE_POINTS)
    beat = np.exp(-0.5 * ((phase - 0.22) / 0.085) ** 2) + 0.42 * np.exp(-0.5 * ((phase - 0.52) / 0.13) ** 2)
    beat -= beat[0] + (beat[-1] - beat[0]) * phase  # beats join without a step
    shape: np.ndarray = beat / beat.max()
    return shape


@dataclass(slots=True)
class Pulse:
    """What shapes the wave now. Rates /min, perfusion index %."""

    rate: float
    resp_rate: float
    perfusion_index: float
    effect: float = 0.0
    """Ketamine effect, 0 to 1 at the usual peak."""
    height: float = 1.0
    """Share of the pulse's height that a squeezed limb lets through."""
    finger: bool = True
    motion: bool = False


class PlethWave:
    """Makes the wave sample by sample; however it is cut into calls, the wave is the same."""

    def __init__(self, rng: np.random.Generator) -> None:
        # One stream for each kind of draw: the beats must not depend on how many samples were asked for.
        self._beats_rng, self._noise_rng, self._motion_rng = rng.spawn(3)
        self._shape = _template()
        self._phases = np.linspace(0.0, 1.0, _TEMPLATE_POINTS)
        self._t_s = 0.0
        self._breath = 0.0
        self._onsets = [0.0]
        self._heights: list[float] = []  # one fewer than the onsets: the last onset only ends a beat
        self._shake = 0.0

    def samples(self, count: int, rate_hz: float, pulse: Pulse) -> list[int]:
        """The next `count` samples, 0 to 255, with the pulse as given throughout the call.

        Raises:
            ValueError: negative count, or a rate that is not positive.
        """
        if count < 0 or not rate_hz > 0:
            raise ValueError(f"cannot give {count} samples at {rate_hz} Hz")
        if count == 0:
            return []
        step = 1.0 / rate_hz
        while len(self._onsets) > 1 and self._onsets[1] <= self._t_s:  # beats that are over
            del self._onsets[0], self._heights[0]
        times = self._t_s + step * np.arange(count)
        breath = self._breath + (2.0 * math.pi * pulse.resp_rate / 60.0) * (times - self._t_s)
        self._t_s += count * step
        self._breath = math.fmod(self._breath + 2.0 * math.pi * pulse.resp_rate / 60.0 * count * step, 2.0 * math.pi)
        noise = self._noise_rng.standard_normal(count)
        self._draw_beats(float(times[-1]), float(breath[-1]), pulse)
        if pulse.finger:
            height = pulse.height * _height(pulse.perfusion_index)
            wave = _MIDDLE + height * self._beat_wave(times, breath) + height * _NOISE_SHARE * noise
        else:
            wave = _MIDDLE + 0.6 * noise
        if pulse.motion:
            wave = wave + self._motion(count)
        levels: list[int] = np.clip(np.rint(wave), 0, 255).astype(int).tolist()
        return levels

    def _beat_wave(self, times: np.ndarray, breath: np.ndarray) -> np.ndarray:
        onsets = np.array(self._onsets)
        heights = np.array(self._heights)
        beat = np.clip(np.searchsorted(onsets, times, side="right") - 1, 0, len(onsets) - 2)
        phase = (times - onsets[beat]) / (onsets[beat + 1] - onsets[beat])
        wave: np.ndarray = heights[beat] * np.interp(phase, self._phases, self._shape)
        wave += _BASELINE_MODULATION * np.sin(breath)
        return wave

    def _draw_beats(self, until_s: float, breath: float, pulse: Pulse) -> None:
        """Beats until one begins after `until_s`; each has the rate and depth of breath of its own onset."""
        while self._onsets[-1] <= until_s:
            onset = self._onsets[-1]
            at_onset = breath - 2.0 * math.pi * pulse.resp_rate / 60.0 * (until_s - onset)
            rate = pulse.rate + respiratory_sinus_arrhythmia(at_onset, pulse.effect) + mayer_wave(onset)
            jitter = 1.0 + 0.005 * self._beats_rng.standard_normal()
            self._onsets.append(onset + 60.0 / min(max(rate, 15.0), 300.0) * jitter)
            self._heights.append(1.0 + _AMPLITUDE_MODULATION * math.sin(at_onset))

    def _motion(self, count: int) -> list[float]:
        shakes = []
        for kick in self._motion_rng.standard_normal(count).tolist():
            self._shake = _MOTION_MEMORY * self._shake + math.sqrt(1.0 - _MOTION_MEMORY**2) * kick
            shakes.append(_MOTION_COUNTS * self._shake)
        return shakes


def _height(perfusion_index: float) -> float:
    """Counts from foot to peak. Soft gain: it grows with the perfusion index and never clips."""
    perfusion = max(perfusion_index, 0.0)
    return 165.0 * perfusion / (perfusion + 1.0)
