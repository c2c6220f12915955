"""What the pleth measures make of known waves, figure by figure.

How far the measures can be trusted was found on recordings, with these very formulas (tests/benchmarks/bench_pleth.py).
Whoever changes one sees here what becomes of every stage, and measures anew before the new figures are written down.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.core.pleth.beats import find_beats
from monitor.core.pleth.filter import Floats, prepare
from monitor.core.pleth.measures import Meter
from monitor.core.pleth.quality import judge
from simulator.pleth import PlethWave, Pulse

METER = Meter.at(75.0)


def finger(seed: int, pulse: float, breaths: float, perfusion: float, meter: Meter = METER) -> Floats:
    """A minute of a simulated finger."""
    wave = PlethWave(np.random.default_rng(seed))
    return np.array(wave.samples(meter.samples, meter.rate_hz, Pulse(pulse, breaths, perfusion)), dtype=np.float64)


def with_holes(seed: int) -> Floats:
    """Samples lost here and there, in stretches, and at both ends."""
    wave = finger(seed, 66, 12, 2)
    for start, end in ((0, 9), (700, 718), (2600, 2660), (4000, 4012), (4490, 4500)):
        wave[start:end] = np.nan
    wave[50::181] = np.nan
    return wave


def irregular(seed: int) -> Floats:
    """Atrial fibrillation, more or less."""
    random = np.random.default_rng(seed)
    wave = PlethWave(random)
    levels: list[int] = []
    while len(levels) < METER.samples:
        levels += wave.samples(40, METER.rate_hz, Pulse(random.choice([60.0, 75.0, 95.0]), 14.0, 2.0))
    return np.array(levels[-METER.samples :], dtype=np.float64)


def moved(seed: int) -> Floats:
    """Tremor and bumps over a fair pulse."""
    random = np.random.default_rng(seed)
    wave = finger(seed, 88, 18, 1.2)
    second = np.arange(len(wave)) / METER.rate_hz
    wave += 9 * np.sin(2 * np.pi * 6.3 * second) + np.round(6 * random.standard_normal(len(wave)))
    wave[4000:4040] += 60
    return wave


def swaying(seed: int) -> Floats:
    """A slow wave of blood pressure beside the breath."""
    return finger(seed, 72, 15, 2) + 40 * np.sin(2 * np.pi * 0.1 * np.arange(METER.samples) / METER.rate_hz)


def drawn_and_returned(seed: int) -> Floats:
    """The probe off for six seconds, back since nine."""
    wave = finger(seed, 60, 10, 3)
    wave[METER.samples - 15 * 75 : METER.samples - 9 * 75] = 60.0
    return wave


def stopped(seed: int) -> Floats:
    """No beat for the last two and a half seconds."""
    wave = finger(seed, 80, 14, 2)
    wave[-190:] = np.round(wave[-190] + np.random.default_rng(seed).standard_normal(190))
    return wave


def of_one_minute() -> Floats:
    """Several beds at once."""
    return np.stack(
        [
            finger(1, 72, 14, 2),
            with_holes(2),
            finger(3, 58, 9, 0.2),
            irregular(4),
            moved(5),
            swaying(6),
            drawn_and_returned(7),
            np.minimum(finger(8, 110, 22, 2), 120.0),
            np.round(40 * np.random.default_rng(9).standard_normal(METER.samples)),
            finger(10, 165, 30, 1),
            np.full(METER.samples, 12.0),
            stopped(14),
        ]
    )


def figures(waves: Floats, meter: Meter) -> list[Any]:
    """Of every bed: what is told, what quality is made of, the raw breath, and the beats that all of it comes from."""
    wave = prepare(waves, meter.rate_hz, meter.taps, meter.numbers)
    beats = find_beats(wave, meter.rate_hz, meter.numbers)
    quality = judge(wave, beats, meter.rate_hz, meter.numbers)
    breath, agreement = meter.breathing.measure(wave, beats, meter.rate_hz)
    found = []
    for bed, told in enumerate(meter.measure(waves)):
        parts = (quality.regular, quality.alike, quality.moving, quality.in_band, quality.even, quality.skewness)
        there = beats.there[bed]
        found.append(
            (
                (told.sqi, told.pulse_rate, told.resp_rate, told.rr_quality, told.amplitude, told.perfusion),
                tuple(round(float(part[bed]), 5) for part in parts),
                (round(float(breath[bed]), 3) if np.isfinite(breath[bed]) else None, round(float(agreement[bed]), 5)),
                (int(there.sum()), int(beats.foot[bed].sum()), round(float(np.nansum(beats.interval[bed])), 3)),
            )
        )
    return found


# Of each bed: (sqi, pulse, breaths, their quality, amplitude, perfusion), (regular, alike, moving, in band, even,
# skewness), (breath, agreement) and (beats, their feet, their intervals).
MINUTE = [
    (
        (0.99, 71.8, 14.0, 0.94, 110.3, 114.5),
        (1.0, 0.99757, 1.0, 0.99402, 1.0, 1.08706),
        (14.0, 0.93579),
        (70, 158464, 57.458),
    ),
    (
        (0.96, 65.7, 12.0, 0.82, 110.8, 114.5),
        (1.0, 0.99928, 0.968, 0.99538, 1.0, 1.20856),
        (12.0, 0.8185),
        (62, 138798, 53.584),
    ),
    (
        (0.99, 58.0, 9.0, 0.94, 25.69, 37.19),
        (1.0, 0.99921, 1.0, 0.99526, 1.0, 1.13945),
        (9.0, 0.94478),
        (56, 125663, 56.984),
    ),
    (
        (0.71, 67.9, 14.0, 0.69, 107.2, 111.3),
        (1.0, 0.71222, 1.0, 0.99254, 1.0, 1.06977),
        (14.0, 0.68683),
        (72, 162004, 57.689),
    ),
    (
        (0.8, 87.6, 18.0, 0.64, 80.56, 89.08),
        (1.0, 0.8644, 1.0, 0.92239, 1.0, 1.08759),
        (18.0, 0.64381),
        (86, 194915, 57.99),
    ),
    (
        (0.99, 72.0, 15.0, 0.41, 110.8, 115.0),
        (1.0, 0.99835, 1.0, 0.99415, 1.0, 1.06057),
        (15.0, 0.413),
        (70, 158614, 57.52),
    ),
    (
        (0.99, 60.1, None, None, 113.4, 117.2),
        (1.0, 0.99319, 1.0, 0.99624, 1.0, 1.12113),
        (None, 0.0),
        (54, 115561, 57.015),
    ),
    (
        (0.97, 109.4, 22.0, 0.9, 65.42, 72.67),
        (1.0, 0.9946, 1.0, 0.9733, 1.0, 0.37132),
        (22.0, 0.9031),
        (107, 244510, 57.844),
    ),
    (
        (0.0, None, None, 0.2, 46.15, 13980.0),
        (0.8, 0.55214, 1.0, 0.12465, 0.5, -0.28802),
        (12.6, 0.20435),
        (96, 214632, 58.149),
    ),
    (
        (0.87, 163.7, 30.0, 0.93, 62.1, 71.18),
        (1.0, 0.9908, 1.0, 0.88095, 1.0, 0.49442),
        (30.0, 0.92751),
        (161, 368472, 58.188),
    ),
    ((0.0, None, None, None, None, None), (0.0, 0.0, 0.0, 0.0, 0.0, 0.0), (None, 0.0), (0, 0, 0.0)),
    (
        (0.89, 80.1, 14.0, 0.94, 103.3, 107.6),
        (1.0, 0.89772, 1.0, 0.98959, 1.0, 1.47632),
        (14.0, 0.93522),
        (77, 172359, 57.013),
    ),
]

TWENTY_SECONDS = [
    (
        (0.99, 71.8, None, None, 110.3, 115.1),
        (1.0, 0.99757, 1.0, 0.99402, 1.0, 1.08706),
        (None, 0.0),
        (22, 16725, 17.496),
    ),
    (
        (0.96, 65.7, None, None, 110.8, 115.1),
        (1.0, 0.99928, 0.968, 0.99538, 1.0, 1.20856),
        (None, 0.0),
        (19, 14772, 16.351),
    ),
    (
        (0.99, 58.0, None, None, 25.69, 37.25),
        (1.0, 0.99921, 1.0, 0.99526, 1.0, 1.13945),
        (None, 0.0),
        (18, 13005, 17.605),
    ),
]

CAMERA = [
    (
        (0.92, 138.8, 24.0, 0.88, 78.45, 84.66),
        (1.0, 0.9916, 1.0, 0.92284, 1.0, 0.77432),
        (24.0, 0.88088),
        (136, 124786, 57.863),
    ),
    (
        (1.0, 44.7, 8.0, 0.97, 96.28, 99.93),
        (1.0, 0.99821, 1.0, 0.99786, 1.0, 1.30133),
        (8.0, 0.97377),
        (44, 38509, 57.347),
    ),
    (
        (0.99, 69.4, 6.0, 0.92, 109.2, 113.4),
        (1.0, 0.99541, 1.0, 0.99435, 1.0, 1.14576),
        (6.0, 0.91996),
        (68, 61588, 57.455),
    ),
]

FAST = [
    (
        (0.94, 138.9, 24.0, 0.96, 82.69, 89.22),
        (1.0, 0.9951, 1.0, 0.94297, 1.0, 0.77414),
        (24.0, 0.96266),
        (136, 519868, 57.863),
    ),
    (
        (1.0, 44.6, 8.0, 0.98, 97.65, 101.4),
        (1.0, 0.99957, 1.0, 0.99718, 1.0, 1.30609),
        (8.0, 0.97533),
        (44, 160471, 57.343),
    ),
    (
        (0.99, 69.4, 6.0, 0.96, 111.1, 115.4),
        (1.0, 0.99898, 1.0, 0.9956, 1.0, 1.15606),
        (6.0, 0.9648),
        (68, 256668, 57.456),
    ),
]


def test_a_minute_of_twelve_beds_at_75_hz() -> None:
    assert figures(of_one_minute(), METER) == MINUTE


def test_the_last_twenty_seconds_alone() -> None:
    """Long enough for all but the breath."""
    assert figures(of_one_minute()[:3, -1500:], METER) == TWENTY_SECONDS


def of_rate(rate_hz: float) -> list[Any]:
    """A fast heart, a slow one, and one whose breath is as slow as the pressure's own wave."""
    meter = Meter.at(rate_hz)
    waves = (finger(11, 140, 24, 1.5, meter), finger(12, 45, 8, 2, meter), finger(13, 70, 6, 2, meter))
    return figures(np.stack(waves), meter)


def test_a_camera_at_30_hz() -> None:
    assert of_rate(30.0) == CAMERA


def test_an_oximeter_at_125_hz() -> None:
    assert of_rate(125.0) == FAST
