"""The pleth wave to a pulse rate, its quality and a breathing rate; many beds in one pass (signals, section 2).

Pure and batched: an array of waves in, one value per bed out; a bed's result does not depend on the others in the
array. Works in whole numbers (`filter` says why), and rounds what comes out, so that the same wave gives the same
measures everywhere. They enter the core as inputs and are journaled; a replay never looks at a wave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.core.pleth.beats import find_beats, median, pulse_rate
from monitor.core.pleth.breathing import Breathing
from monitor.core.pleth.filter import Floats, prepare, taps_of
from monitor.core.pleth.numbers import NUMBERS, PlethNumbers
from monitor.core.pleth.quality import judge, rules_hold


@dataclass(frozen=True, slots=True)
class Measures:
    """What one look at one bed's wave found.

    Attributes:
        sqi: signal quality, 0 to 1, in hundredths.
        pulse_rate: /min, in tenths; None where quality or the rule gate allow no number.
        resp_rate: /min, in tenths; None likewise, or where the three modulations do not agree.
        rr_quality: how well they agree, 0 to 1; None where breathing was not looked for.
        amplitude: median height of the last beats in the wave's own unit, four digits; None without beats.
        perfusion: 100 x that / the wave's mean; for comparison with itself only; None where the mean is not above 0.
    """

    sqi: float
    pulse_rate: float | None = None
    resp_rate: float | None = None
    rr_quality: float | None = None
    amplitude: float | None = None
    perfusion: float | None = None


NOTHING = Measures(sqi=0.0)


@dataclass(frozen=True, slots=True)
class Meter:
    """What measures waves of one sampling rate; made once, it holds the filter."""

    rate_hz: float
    taps: Floats
    breathing: Breathing
    numbers: PlethNumbers

    @staticmethod
    def at(rate_hz: float, numbers: PlethNumbers = NUMBERS) -> Meter:
        """For `rate_hz` samples a second.

        Raises:
            ValueError: too few samples a second to see a pulse, or more than any oximeter has.
        """
        if not numbers.slowest_hz <= rate_hz <= numbers.fastest_hz:
            raise ValueError(
                f"a pleth of {rate_hz} Hz cannot be measured: {numbers.slowest_hz} to {numbers.fastest_hz}"
            )
        return Meter(rate_hz, taps_of(rate_hz, numbers), Breathing(numbers), numbers)

    @property
    def samples(self) -> int:
        """Length of a full window."""
        return round(self.numbers.window_s * self.rate_hz)

    def measure(self, waves: Floats) -> list[Measures]:
        """One `Measures` per row of `waves`, (beds, samples), the newest sample last, NaN where one was lost."""
        beds, samples = waves.shape
        numbers = self.numbers
        if not beds or samples < numbers.quality_s * self.rate_hz:
            return [NOTHING] * beds
        wave = prepare(waves, self.rate_hz, self.taps, numbers)
        beats = find_beats(wave, self.rate_hz, numbers)
        quality = judge(wave, beats, self.rate_hz, numbers)
        rate = pulse_rate(beats, numbers)
        good = quality.sqi >= numbers.least_quality
        trusted = good & rules_hold(beats, rate, samples / self.rate_hz, numbers)
        breath, agreement = self.breathing.measure(wave, beats, self.rate_hz)
        breathes = good & np.isfinite(breath) & (agreement >= numbers.least_agreement)
        level = wave.span / 65536.0
        heights = np.where(beats.there, beats.height, np.nan)[:, -numbers.template_beats :]
        amplitude = median(heights) * level
        mean = wave.low + wave.levels.sum(axis=1) / samples * level
        found = []
        for bed in range(beds):
            size, middle = float(amplitude[bed]), float(mean[bed])
            found.append(
                Measures(
                    sqi=round(float(quality.sqi[bed]), 2),
                    pulse_rate=round(float(rate[bed]), 1) if trusted[bed] else None,
                    resp_rate=round(float(breath[bed]), 1) if breathes[bed] else None,
                    rr_quality=round(float(agreement[bed]), 2) if np.isfinite(breath[bed]) else None,
                    amplitude=float(f"{size:.4g}") if size == size else None,
                    perfusion=float(f"{100 * size / middle:.4g}") if size == size and middle > 0 else None,
                )
            )
        return found


def pulse_present(qualities: Sequence[float], numbers: PlethNumbers = NUMBERS) -> bool:
    """Whether the last passes, newest last, show a pulse (signals-and-simulation, section 2, "pulse present")."""
    recent = qualities[-numbers.present_of_s :]
    return sum(quality >= numbers.least_quality for quality in recent) >= numbers.present_s
