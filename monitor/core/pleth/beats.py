"""Beats of the filtered wave, their intervals, and the pulse rate (signals-and-simulation, section 2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.core.pleth.filter import Floats, Truths, Wave, Wholes
from monitor.core.pleth.numbers import PlethNumbers

NO_PEAK = -(2.0**50)


@dataclass(frozen=True, slots=True)
class Beats:
    """Beats of several beds, each (beds, most beats); the newest beat stands in the last column, unused ones are left.

    Attributes:
        there: False in unused places.
        peak, foot: sample of the peak and of the minimum before it; 0 in unused places.
        at: time of the peak in s from the window's start, finer than a sample; NaN in unused places.
        height: of the peak above its foot, in levels.
        interval: s since the beat before; NaN where there is none or too much of the wave between them was lost.
    """

    there: Truths
    peak: Wholes
    foot: Wholes
    at: Floats
    height: Floats
    interval: Floats


def find_beats(wave: Wave, rate_hz: float, numbers: PlethNumbers) -> Beats:
    """Local maxima that are high enough and the highest within the refractory time."""
    beds, samples = wave.filtered.shape
    rows, columns = np.nonzero(_peaks(wave, rate_hz, numbers))
    counts = np.bincount(rows, minlength=beds)
    most = max(1, int(counts.max(initial=0)))
    firsts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    places = most - counts[rows] + np.arange(len(rows)) - firsts[rows]

    there = np.zeros((beds, most), dtype=np.bool_)
    there[rows, places] = True
    peak = np.zeros((beds, most), dtype=np.int64)
    peak[rows, places] = columns
    foot = np.zeros_like(peak)
    foot[rows, places] = _feet(wave.filtered, rows, columns)
    height = np.where(there, _at(wave.filtered, peak) - _at(wave.filtered, foot), 0.0)
    at = np.where(there, _finer(wave.filtered, peak) / rate_hz, np.nan)

    interval = np.full((beds, most), np.nan)
    lost = np.zeros((beds, samples + 1))
    np.cumsum(wave.lost, axis=1, out=lost[:, 1:])
    between = _at(lost, peak[:, 1:]) - _at(lost, peak[:, :-1])
    whole = there[:, :-1] & (between <= numbers.bridge_s * rate_hz)
    interval[:, 1:] = np.where(whole, at[:, 1:] - at[:, :-1], np.nan)
    return Beats(there, peak, foot, at, height, interval)


def pulse_rate(beats: Beats, numbers: PlethNumbers) -> Floats:
    """/min of the last intervals; NaN where too few of them are good. Shape (beds,)."""
    intervals = beats.interval[:, -numbers.rate_intervals :]
    middle = median(intervals)
    off = np.abs(intervals - middle[:, None])
    good = np.where(off <= numbers.interval_tolerance * middle[:, None], intervals, np.nan)
    enough = np.isfinite(good).sum(axis=1) >= numbers.fewest_intervals
    return np.where(enough, 60.0 / median(good), np.nan)


def median(values: Floats) -> Floats:
    """Of each row's numbers, NaN left out; NaN where there is none. Quiet, unlike `np.nanmedian`."""
    count = np.isfinite(values).sum(axis=1)
    ordered = np.sort(values, axis=1)  # NaN come last
    upper = np.take_along_axis(ordered, np.minimum(count // 2, values.shape[1] - 1)[:, None], 1)[:, 0]
    lower = np.take_along_axis(ordered, np.maximum(count - 1, 0)[:, None] // 2, 1)[:, 0]
    return np.where(count > 0, (lower + upper) / 2, np.nan)


def _peaks(wave: Wave, rate_hz: float, numbers: PlethNumbers) -> Truths:
    filtered = wave.filtered
    peaks = np.zeros(filtered.shape, dtype=np.bool_)
    middle = filtered[:, 1:-1]
    peaks[:, 1:-1] = (middle > filtered[:, :-2]) & (middle >= filtered[:, 2:]) & (middle > 0)
    peaks &= filtered > numbers.peak_share * _running_percentile(filtered, rate_hz, numbers)
    peaks &= ~wave.lost
    peaks[:, : round(numbers.mean_s * rate_hz)] = False  # the moving mean is not one yet
    # Of equally high ones the first counts: no two peaks may be equal.
    place = np.arange(filtered.shape[1])
    rank = np.where(peaks, filtered * len(place) - place, NO_PEAK)
    return peaks & (rank >= _highest_around(rank, round(numbers.refractory_s * rate_hz)))


def _running_percentile(filtered: Floats, rate_hz: float, numbers: PlethNumbers) -> Floats:
    """For each sample that percentile of the stretch around it; stretches overlap by half."""
    samples = filtered.shape[1]
    length = min(samples, round(numbers.percentile_s * rate_hz))
    step = max(1, length // 2)
    starts = range(0, samples - length + 1, step)
    rank = int(numbers.percentile * length)
    found = np.stack([np.partition(filtered[:, at : at + length], rank, axis=1)[:, rank] for at in starts], axis=1)
    nearest = (np.arange(samples) - length // 2 + step // 2) // step
    return found[:, np.clip(nearest, 0, found.shape[1] - 1)]


def _highest_around(values: Floats, reach: int) -> Floats:
    """The maximum of the `reach` samples before, the sample, and the `reach` samples after it."""
    width = 2 * reach + 1
    highest = np.pad(values, ((0, 0), (reach, reach)), constant_values=NO_PEAK)
    done = 1
    while 2 * done <= width:
        highest = np.maximum(highest[:, :-done], highest[:, done:])
        done *= 2
    # The width is odd, so something is always left over.
    return np.maximum(highest[:, : done - width], highest[:, width - done :])


def _feet(filtered: Floats, rows: Wholes, columns: Wholes) -> Wholes:
    """The first lowest sample between the beat before, or the window's start, and each beat."""
    beds, samples = filtered.shape
    if not len(rows):
        return columns
    lowest_first = filtered.astype(np.int64) * samples + np.arange(samples)
    flat = rows * samples + columns
    cuts = np.union1d(np.arange(beds) * samples, flat)
    lowest = np.minimum.reduceat(lowest_first.ravel(), cuts)
    feet: Wholes = lowest[np.searchsorted(cuts, flat) - 1] % samples
    return feet


def _finer(filtered: Floats, peak: Wholes) -> Floats:
    """The top of the parabola through a peak and its neighbours, in samples."""
    last = filtered.shape[1] - 1
    left, top, right = (_at(filtered, np.clip(peak + step, 0, last)) for step in (-1, 0, 1))
    bend = left - 2 * top + right
    return peak.astype(np.float64) + np.where(bend < 0, (left - right) / np.where(bend < 0, 2 * bend, 1.0), 0.0)


def _at(values: Floats, places: Wholes) -> Floats:
    found: Floats = np.take_along_axis(values, places, 1)
    return found
