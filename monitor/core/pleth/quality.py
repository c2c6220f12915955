"""How far a pleth wave can be trusted (signals-and-simulation, section 2: template, SQI, skewness and rule gates).

The product of that section alone calls a third of all noise a pulse: what lies between two minima of band-limited noise
looks like a beat. Two further shares, own design, tell them apart: how much of the wave moves in the pulse's band, and
how many of the last beats follow each other evenly (measured on recordings and noise: tests/benchmarks/bench_pleth.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.core.pleth.beats import Beats, median
from monitor.core.pleth.filter import Floats, Truths, Wave, Wholes
from monitor.core.pleth.numbers import PlethNumbers

SHAPE_LEVELS = 16384.0
"""A beat is drawn on this many levels before it is compared: small enough that sums of products stay exact."""
TICKS = 2.0**30
"""Correlations are added up as whole numbers of this unit."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Of the last seconds of several beds, each (beds,) and 0 to 1 but for the skewness.

    Attributes:
        sqi: signal quality: the product of the next five where the wave is skewed as a pulse is, else 0; a clearly
            skewed one need not be even.
        regular: (a) share of intervals within bounds.
        alike: (b) mean correlation of the beats with the template.
        moving: (c) share of the samples that are there and not flat or saturated.
        in_band: share of the wave's energy that is left in the pulse's band, the rest being faster.
        even: share of the last beats whose interval and height are near the median ones, 1 from `even_enough` on.
        skewness: (d) of the filtered wave.
    """

    sqi: Floats
    regular: Floats
    alike: Floats
    moving: Floats
    in_band: Floats
    even: Floats
    skewness: Floats


def judge(wave: Wave, beats: Beats, rate_hz: float, numbers: PlethNumbers) -> Quality:
    """The quality at the end of the window."""
    samples = wave.filtered.shape[1]
    recent = min(samples, round(numbers.quality_s * rate_hz))
    end_s = samples / rate_hz
    regular = _regular(beats, end_s, numbers)
    alike = _alike(wave, beats, end_s, numbers)
    moving = 1.0 - (wave.lost | wave.still)[:, -recent:].sum(axis=1) / recent
    in_band = _in_band(wave, recent, rate_hz, numbers)
    even = _even(beats, numbers)
    skewness = skewness_of(wave.filtered[:, -recent:])
    pulsed = (skewness > numbers.skewness_floor) & (wave.span > 0)
    # An irregular heart is known by the steep rise of its beats: noise is seldom so skewed.
    steady = np.maximum(even, np.clip(skewness / numbers.skewness_sure, 0.0, 1.0))
    product = regular * alike * moving * in_band * steady
    return Quality(np.where(pulsed, product, 0.0), regular, alike, moving, in_band, even, skewness)


def rules_hold(beats: Beats, rate: Floats, end_s: float, numbers: PlethNumbers) -> Truths:
    """The rule gate over the beats that the rate was taken from: (beds,)."""
    lowest, highest = numbers.rate_range
    intervals = beats.interval[:, -numbers.rate_intervals :]
    longest = np.where(np.isfinite(intervals), intervals, 0.0).max(axis=1)
    shortest = np.where(np.isfinite(intervals), intervals, np.inf).min(axis=1)
    last = beats.at[:, -1]
    recent = np.where(np.isfinite(last), end_s - last, np.inf)
    steady = longest < numbers.interval_ratio * shortest
    in_range = (rate >= lowest) & (rate <= highest)
    held: Truths = in_range & steady & (longest < numbers.longest_gap_s) & (recent < numbers.longest_gap_s)
    return held


def skewness_of(values: Floats) -> Floats:
    """Third standardised moment of each row of whole numbers; 0 where nothing moves."""
    count = values.shape[1]
    # Shifted and shrunk so that the cubes' sum is exact; a shift does not change the shape.
    middle = np.rint(values.sum(axis=1, keepdims=True) / count)
    centred = values - middle
    largest = np.abs(centred).max(axis=1, keepdims=True)
    small = np.rint(centred * (SHAPE_LEVELS / np.where(largest > 0, largest, 1.0)))
    first, second, third = small.sum(axis=1), (small**2).sum(axis=1), (small**3).sum(axis=1)
    mean = first / count
    variance = second / count - mean * mean
    moment = third / count - 3.0 * mean * second / count + 2.0 * mean * mean * mean
    spread = np.where(variance > 0, variance, 1.0)
    return np.where(variance > 0, moment / (spread * np.sqrt(spread)), 0.0)


def _regular(beats: Beats, end_s: float, numbers: PlethNumbers) -> Floats:
    """Share of the last seconds' intervals that a heart can have; the one still open counts once it is too long."""
    shortest, longest = numbers.interval_s
    recent = beats.there & (beats.at > end_s - numbers.quality_s)
    good = recent & (beats.interval >= shortest) & (beats.interval <= longest)
    last = beats.at[:, -1]
    open_too_long = ~np.isfinite(last) | (end_s - last > longest)
    count = recent.sum(axis=1) + open_too_long
    share: Floats = good.sum(axis=1) / np.maximum(count, 1)
    return share


def _in_band(wave: Wave, recent: int, rate_hz: float, numbers: PlethNumbers) -> Floats:
    """The filtered wave's energy against that of what moves faster than a pulse."""
    width = 2 * max(1, round(numbers.fast_s * rate_hz / 2)) + 1
    stretch = wave.levels[:, -(recent + width - 1) :]
    summed = np.zeros((len(stretch), stretch.shape[1] + 1))
    np.cumsum(stretch, axis=1, out=summed[:, 1:])
    middle = stretch[:, width // 2 : stretch.shape[1] - width // 2]
    fast = width * middle - (summed[:, width:] - summed[:, :-width])
    pulse = (wave.filtered[:, -recent:] ** 2).sum(axis=1)
    both = pulse + (fast**2).sum(axis=1) / width**2
    share: Floats = pulse / np.where(both > 0, both, 1.0)
    return share


def _even(beats: Beats, numbers: PlethNumbers) -> Floats:
    """Share of the last beats that come evenly and are about equally high."""
    intervals = beats.interval[:, -numbers.rate_intervals :]
    heights = np.where(beats.there, beats.height, np.nan)[:, -numbers.rate_intervals :]
    usual, high = median(intervals)[:, None], median(heights)[:, None]
    evenly = np.abs(intervals - usual) <= numbers.interval_tolerance * usual
    as_high = (heights <= numbers.height_ratio * high) & (numbers.height_ratio * heights >= high)
    share = (evenly & as_high).sum(axis=1) / (numbers.rate_intervals * numbers.even_enough)
    enough: Floats = np.minimum(share, 1.0)
    return enough


def _alike(wave: Wave, beats: Beats, end_s: float, numbers: PlethNumbers) -> Floats:
    """Mean correlation of the last seconds' beats with the template; 0 without one."""
    # A beat lasts from its foot to the next one's; only the newest is not over yet.
    keep = numbers.template_beats + 1
    foot, there, interval = beats.foot[:, -keep:], beats.there[:, -keep:], beats.interval[:, -keep:]
    if foot.shape[1] < 2:
        return np.zeros(len(foot))
    shortest, longest = numbers.interval_s
    accepted = there[:, :-1] & (interval[:, 1:] >= shortest) & (interval[:, 1:] <= longest)
    shapes = np.where(accepted[:, :, None], _drawn(wave.filtered, foot[:, :-1], foot[:, 1:], numbers), 0.0)
    template = shapes.sum(axis=1, keepdims=True)
    correlation = np.clip(_correlation(shapes, template), 0.0, 1.0)
    judged = there[:, :-1] & (beats.at[:, -keep:][:, 1:] > end_s - numbers.quality_s)
    total = np.rint(np.where(judged & accepted, correlation, 0.0) * TICKS).sum(axis=1) / TICKS
    mean: Floats = total / np.maximum(judged.sum(axis=1), 1)
    return mean


def _drawn(filtered: Floats, begin: Wholes, end: Wholes, numbers: PlethNumbers) -> Floats:
    """Each beat on the same number of points, from its lowest to its highest level: (beds, beats, points)."""
    points = np.arange(numbers.template_points) / (numbers.template_points - 1)
    place = begin[:, :, None] + (end - begin)[:, :, None] * points
    left = np.minimum(np.floor(place).astype(np.int64), filtered.shape[1] - 2)
    beds = np.arange(len(filtered))[:, None, None]
    before, after = filtered[beds, left], filtered[beds, left + 1]
    curve = before + (place - left) * (after - before)
    lowest = curve.min(axis=2, keepdims=True)
    reach = curve.max(axis=2, keepdims=True) - lowest
    drawn: Floats = np.rint((curve - lowest) / np.where(reach > 0, reach, 1.0) * SHAPE_LEVELS)
    return drawn


def _correlation(shapes: Floats, template: Floats) -> Floats:
    count = shapes.shape[2]
    sum_a, sum_b = shapes.sum(axis=2), template.sum(axis=2)
    both = count * (shapes * template).sum(axis=2) - sum_a * sum_b
    own_a = count * (shapes * shapes).sum(axis=2) - sum_a * sum_a
    own_b = count * (template * template).sum(axis=2) - sum_b * sum_b
    spread = np.sqrt(own_a) * np.sqrt(own_b)
    return np.where(spread > 0, both / np.where(spread > 0, spread, 1.0), 0.0)
