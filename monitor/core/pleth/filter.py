"""The raw wave to whole numbers, and those through the pulse's band (signals-and-simulation, section 2, "filter").

Why whole numbers: sums of floats depend on the order in which a processor adds them up. Here every value that is
summed is a whole number below 2^53 held in a float64, so that every order gives the same bits; what is left are
single operations, which IEEE 754 rounds the same everywhere. The Fourier transform that filters is not exact, but
its error lies far below one half, and rounding takes it away.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from monitor.core.pleth.numbers import PlethNumbers

Floats: TypeAlias = npt.NDArray[np.float64]
Wholes: TypeAlias = npt.NDArray[np.int64]
Truths: TypeAlias = npt.NDArray[np.bool_]

LEVELS = 65536.0
"""A window's lowest to its highest value is this many levels. A power of two: then no sample of a device with up to 17
bits lies half-way between two levels, and the smallest error of a scaling cannot tip it."""
LARGEST = 1e100
"""No device sends more; beyond it, a difference of two values may be no number."""
TAP_UNIT = 65536.0
"""What 1 is in the filter's whole-number coefficients."""


@dataclass(frozen=True, slots=True)
class Wave:
    """Waves of several beds, each (beds, samples) unless said otherwise.

    Attributes:
        levels: 0 to LEVELS, whole; lost samples bridged by a straight line.
        filtered: whole, in levels, without its mean and what is no pulse.
        lost: True where there was no sample.
        still: True inside a stretch of one and the same value: a flat line, a saturated or a frozen wave.
        low, span: (beds,) the raw value of level 0 and of all levels together; span 0 where there is no wave at all.
    """

    levels: Floats
    filtered: Floats
    lost: Truths
    still: Truths
    low: Floats
    span: Floats


def prepare(waves: Floats, rate_hz: float, taps: Floats, numbers: PlethNumbers) -> Wave:
    """Raw waves (beds, samples), any unit and offset; NaN, infinite or beyond LARGEST where lost."""
    lost = ~(np.abs(waves) <= LARGEST)
    low = np.where(lost, np.inf, waves).min(axis=1)
    high = np.where(lost, -np.inf, waves).max(axis=1)
    alive = low < high
    low = np.where(alive, low, 0.0)
    span = np.where(alive, high, 0.0) - low
    seen = np.where(lost | ~alive[:, None], low[:, None], waves)
    share = (seen - low[:, None]) / np.where(alive, span, 1.0)[:, None]
    levels = _bridged(np.rint(share * LEVELS), lost)
    still = _still(levels, lost, max(2, round(numbers.flat_s * rate_hz)))
    return Wave(levels, _convolved(levels - levels[:, :1], taps), lost, still, low, span)


def taps_of(rate_hz: float, numbers: PlethNumbers) -> Floats:
    """What the filter answers to a single sample: moving mean off, high-pass, low-pass; whole, in TAP_UNIT."""
    answer = [0.0] * round(numbers.settle_s * rate_hz)
    answer[0] = 1.0
    mean = round(numbers.mean_s * rate_hz)
    for place in range(mean):
        answer[place] -= 1.0 / mean
    low, high = numbers.band_hz
    answer = _biquad(answer, low / rate_hz, high_pass=True)
    answer = _biquad(answer, high / rate_hz, high_pass=False)
    return np.rint(np.array(answer) * TAP_UNIT)


def _biquad(values: list[float], corner: float, *, high_pass: bool) -> list[float]:
    """A Butterworth section of second order; `corner` in cycles per sample."""
    warped = math.tan(math.pi * corner)
    damped = warped * math.sqrt(2.0)
    scale = 1.0 / (1.0 + damped + warped * warped)
    first = scale if high_pass else warped * warped * scale
    middle = -2.0 * first if high_pass else 2.0 * first
    back, further = 2.0 * (warped * warped - 1.0) * scale, (1.0 - damped + warped * warped) * scale
    out: list[float] = []
    in_1 = in_2 = out_1 = out_2 = 0.0
    for value in values:
        new = first * value + middle * in_1 + first * in_2 - back * out_1 - further * out_2
        in_2, in_1, out_2, out_1 = in_1, value, out_1, new
        out.append(new)
    return out


def _convolved(levels: Floats, taps: Floats) -> Floats:
    samples = levels.shape[1]
    size = fast_size(samples + len(taps) - 1)
    product = np.fft.rfft(levels, size) * np.fft.rfft(taps, size)
    whole = np.rint(np.fft.irfft(product, size)[:, :samples])
    return np.floor(whole / TAP_UNIT + 0.5)


def fast_size(least: int) -> int:
    """The smallest length of at least `least` that is a power of two, or three or five times one."""
    return min(odd << max(0, (-(-least // odd) - 1).bit_length()) for odd in (1, 3, 5))


def _bridged(levels: Floats, lost: Truths) -> Floats:
    """Lost samples on a straight line between their neighbours; at an edge they repeat the nearest one."""
    if not lost.any():
        return levels
    place = np.arange(levels.shape[1])
    last = len(place) - 1
    before = np.maximum.accumulate(np.where(lost, -1, place), axis=1)
    after = np.minimum.accumulate(np.where(lost, last + 1, place)[:, ::-1], axis=1)[:, ::-1]
    left, right = np.where(before < 0, after, before), np.where(after > last, before, after)
    left, right = np.clip(left, 0, last), np.clip(right, 0, last)
    from_level, to_level = np.take_along_axis(levels, left, 1), np.take_along_axis(levels, right, 1)
    share = (place - left) / np.maximum(right - left, 1)
    return np.where(lost, np.rint(from_level + share * (to_level - from_level)), levels)


def _still(levels: Floats, lost: Truths, length: int) -> Truths:
    """Where at least `length` neighbouring samples are equal; a bridge over lost ones is not judged."""
    beds, samples = levels.shape
    same = np.zeros((beds, samples + 1), dtype=np.int64)
    same[:, 2:] = np.cumsum(levels[:, 1:] == levels[:, :-1], axis=1)
    # A stretch that ends at sample i: the last length - 1 comparisons were all equal.
    ends = same[:, length:] - same[:, 1 : samples - length + 2] == length - 1
    marks = np.zeros((beds, samples + 1), dtype=np.int64)
    marks[:, : samples - length + 1] += ends
    marks[:, length:] -= ends
    return (np.cumsum(marks, axis=1)[:, :samples] > 0) & ~lost
