"""Breathing rate from the pleth (signals-and-simulation, section 2, "Respiratory rate from the pleth").

Breathing moves the wave in three ways: its level, the height of its beats, and their distance. Each is drawn on an even
grid and looked at in its spectrum, the level in three views of it (peaks, feet, and the wave averaged over a second).
Three things differ from the section's sketch, all measured on recordings (tests/benchmarks/bench_pleth.py):

- Slow drift of blood flow and gain grows towards low rates about as 1 / rate, and hides the breath. The spectrum is
  therefore weighted with the rate before its top is sought.
- At 0.1 Hz blood pressure has a wave of its own. A rate as slow as that wins only where nearly all votes are for it.
- The views vote with their whole spectrum, each with the weight of how clear its own top is, and the answer is kept if
  enough of the sum lies around the winner. "Three estimates within 4 /min" kept half of the windows, with more error.
"""

from __future__ import annotations

import numpy as np

from monitor.core.pleth.beats import Beats, median
from monitor.core.pleth.filter import Floats, Truths, Wave
from monitor.core.pleth.numbers import PlethNumbers

GRID_HZ = 4.0
STEPS = 256.0
"""What one median deviation is on the whole-number scale of a modulation."""
TABLE_UNIT = 4096.0
"""What 1 is in the tables of the window and of the cosines."""
SHARE_UNIT = 2.0**30


class Breathing:
    """Looks for the breath in windows of one length; holds the tables of the transform.

    Results are (beds,) rates in /min, NaN where the window is not long or whole enough, and (beds,) qualities.
    """

    def __init__(self, numbers: PlethNumbers) -> None:
        self._numbers = numbers
        points = round(numbers.breath_s * GRID_HZ)
        lowest, highest = numbers.breath_range
        steps = round((highest - lowest) / numbers.breath_step)
        self.rates: Floats = np.linspace(lowest, highest, steps + 1, dtype=np.float64)
        self._before_end_s = (points - 1 - np.arange(points)) / GRID_HZ + numbers.breath_mean_s / 2
        bell = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(points) + 1) / (points + 1))
        self._bell = np.rint(bell * TABLE_UNIT)
        angles = 2 * np.pi * np.outer(np.arange(points) / GRID_HZ, self.rates / 60)
        self._cosines, self._sines = np.rint(np.cos(angles) * TABLE_UNIT), np.rint(np.sin(angles) * TABLE_UNIT)

    def measure(self, wave: Wave, beats: Beats, rate_hz: float) -> tuple[Floats, Floats]:
        """Rate and quality of the last `breath_s` of each bed."""
        beds, samples = wave.levels.shape
        nothing = np.full(beds, np.nan), np.zeros(beds)
        grid = samples / rate_hz - self._before_end_s
        if grid[0] < 0 or beats.at.shape[1] < 2:
            return nothing
        middle = median(beats.interval)
        whole = self._whole(beats, grid) & np.isfinite(middle)
        views = np.stack(self._views(wave, beats, rate_hz, grid, np.where(whole, middle, 1.0)))
        highest = np.where(whole, 30.0 / np.where(whole, middle, 1.0), 0.0)  # half the pulse: sampled once a beat
        shares = self._shares(views, self.rates[None, :] <= highest[:, None])
        total = np.zeros_like(shares[0])
        for share in shares:
            total = total + share * share.max(axis=1, keepdims=True)
        votes = np.rint(total * SHARE_UNIT)
        rate, quality = self._winner(votes)
        slow = (rate <= self._numbers.slow_wave) & (quality < self._numbers.slow_agreement)
        next_rate, next_quality = self._winner(votes, above=self._numbers.slow_wave)
        rate, quality = np.where(slow, next_rate, rate), np.where(slow, next_quality, quality)
        return np.where(whole, rate, np.nan), np.where(whole, quality, 0.0)

    def _winner(self, votes: Floats, above: float = 0.0) -> tuple[Floats, Floats]:
        """The rate with the most votes, and how many of all votes lie around it."""
        rate = self.rates[np.where(self.rates > above, votes, -1.0).argmax(axis=1)]
        near = np.abs(self.rates[None, :] - rate[:, None]) <= self._numbers.breath_width
        return rate, np.where(near, votes, 0.0).sum(axis=1) / np.maximum(votes.sum(axis=1), 1.0)

    def _whole(self, beats: Beats, grid: Floats) -> Truths:
        """Whether beats follow each other through the whole window."""
        longest = self._numbers.longest_gap_s
        steps = np.where(beats.there[:, :-1], beats.at[:, 1:] - beats.at[:, :-1], 0.0)
        inside = np.where(beats.at[:, 1:] > grid[0], steps, 0.0)
        first = np.where(beats.there, beats.at, np.inf).min(axis=1)
        last = np.where(beats.there, beats.at, -np.inf).max(axis=1)
        held: Truths = (inside.max(axis=1) <= longest) & (first <= grid[0] + longest) & (last >= grid[-1] - longest)
        return held

    def _views(self, wave: Wave, beats: Beats, rate_hz: float, grid: Floats, middle: Floats) -> list[Floats]:
        """Level (averaged, at the peaks, at the feet), height and distance of the beats on the grid."""
        at_peak = np.take_along_axis(wave.levels, beats.peak, 1)
        at_foot = np.take_along_axis(wave.levels, beats.foot, 1)
        distance = np.where(np.isfinite(beats.interval), beats.interval, middle[:, None])
        # The beats around each point: those up to it, counted from the first column that holds one.
        passed = (beats.at[:, None, :] <= grid[None, :, None]).sum(axis=2)
        most = beats.at.shape[1]
        first = most - beats.there.sum(axis=1)[:, None]
        left = np.clip(first + passed - 1, np.minimum(first, most - 2), most - 2)
        at = np.where(beats.there, beats.at, 0.0)
        begin, end = np.take_along_axis(at, left, 1), np.take_along_axis(at, left + 1, 1)
        share = np.clip((grid[None, :] - begin) / np.where(end > begin, end - begin, 1.0), 0.0, 1.0)

        def drawn(values: Floats) -> Floats:
            before, after = np.take_along_axis(values, left, 1), np.take_along_axis(values, left + 1, 1)
            line: Floats = before + share * (after - before)
            return line

        return [self._average(wave.levels, rate_hz, grid), *map(drawn, (at_peak, at_foot, beats.height, distance))]

    def _average(self, levels: Floats, rate_hz: float, grid: Floats) -> Floats:
        """The wave without its beats: its mean around each point of the grid."""
        beds, samples = levels.shape
        summed = np.zeros((beds, samples + 1))
        np.cumsum(levels, axis=1, out=summed[:, 1:])
        half = self._numbers.breath_mean_s / 2
        low = np.clip(np.rint((grid - half) * rate_hz).astype(np.int64), 0, samples)
        high = np.clip(np.rint((grid + half) * rate_hz).astype(np.int64), 0, samples)
        mean: Floats = (summed[:, high] - summed[:, low]) / (high - low)
        return mean

    def _shares(self, views: Floats, allowed: Truths) -> list[Floats]:
        """Each view's spectrum, weighted with the rate, as shares of its sum."""
        found = []
        for view in views:
            level = self._levelled(view) * self._bell
            real, imaginary = level @ self._cosines, level @ self._sines
            power = np.where(allowed, (real * real + imaginary * imaginary) * self.rates, 0.0)
            top = power.max(axis=1, keepdims=True)
            power = np.rint(power / np.where(top > 0, top, 1.0) * SHARE_UNIT)
            found.append(power / np.maximum(power.sum(axis=1, keepdims=True), 1.0))
        return found

    def _levelled(self, view: Floats) -> Floats:
        """Without outliers, mean and trend, in whole STEPS of its median deviation."""
        points = view.shape[1]
        middle = median(view)[:, None]
        spread = median(np.abs(view - middle))[:, None]
        limit = self._numbers.outlier * STEPS
        steps = np.rint(np.clip((view - middle) / np.where(spread > 0, spread, 1.0) * STEPS, -limit, limit))
        place = 2.0 * np.arange(points) - (points - 1)
        slope = (steps * place).sum(axis=1, keepdims=True) / (place * place).sum()
        flat: Floats = np.rint(steps - steps.sum(axis=1, keepdims=True) / points - slope * place)
        return np.where(spread > 0, flat, 0.0)
