"""The wave generator: rate, height, breathing, and independence of how it is cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.pleth import PlethWave, Pulse, mayer_wave, respiratory_sinus_arrhythmia

CALM = Pulse(rate=72.0, resp_rate=14.0, perfusion_index=2.0)


def wave(seed: int = 1) -> PlethWave:
    """A fresh generator."""
    return PlethWave(np.random.default_rng(seed))


def upstrokes(samples: list[int]) -> list[int]:
    """Where the wave crosses its upper part going up: once a beat."""
    levels = np.array(samples)
    level = (np.percentile(levels, 2) + 2 * np.percentile(levels, 98)) / 3
    above = levels > level
    return np.flatnonzero(above[1:] & ~above[:-1]).tolist()


@pytest.mark.parametrize("rate_hz", [60.0, 75.0, 125.0])
@pytest.mark.parametrize("rate", [40.0, 72.0, 130.0])
def test_beats_come_at_the_pulse_rate(rate_hz: float, rate: float) -> None:
    """Two minutes hold rate x 2 beats at any sample rate."""
    pulse = Pulse(rate=rate, resp_rate=14.0, perfusion_index=2.0)
    beats = upstrokes(wave().samples(int(120 * rate_hz), rate_hz, pulse))
    assert len(beats) == pytest.approx(2 * rate, abs=3)


def test_height_follows_the_perfusion_index_and_never_clips() -> None:
    """A better perfused finger gives a higher wave; even 20 % stays inside 0 to 255."""
    heights = []
    for perfusion in (0.3, 1.0, 2.0, 5.0, 20.0):
        samples = wave().samples(750, 75.0, Pulse(rate=72, resp_rate=14, perfusion_index=perfusion))
        assert min(samples) > 0
        assert max(samples) < 255
        heights.append(max(samples) - min(samples))
    assert heights == sorted(heights)
    assert heights[-1] > 3 * heights[0]


def test_breathing_moves_the_baseline() -> None:
    """The slow part of the wave has its strongest rhythm at the breathing rate."""
    samples = np.array(
        wave().samples(75 * 128, 75.0, Pulse(rate=80, resp_rate=18.75, perfusion_index=2.0)), dtype=float
    )
    spectrum = np.abs(np.fft.rfft(samples - samples.mean()))
    rates = np.fft.rfftfreq(len(samples), 1 / 75.0) * 60
    slow = (rates > 6) & (rates < 36)
    assert rates[slow][np.argmax(spectrum[slow])] == pytest.approx(18.75, abs=0.5)


@given(st.lists(st.integers(0, 200), min_size=1, max_size=12))
def test_cutting_does_not_change_the_wave(counts: list[int]) -> None:
    """Any calls that add up to the same count give the same samples (to a rounding step)."""
    cut, whole = wave(), wave()
    pieces = [level for count in counts for level in cut.samples(count, 75.0, CALM)]
    expected = whole.samples(sum(counts), 75.0, CALM)
    assert all(abs(a - b) <= 1 for a, b in zip(pieces, expected, strict=True))


def test_without_a_finger_the_line_is_flat() -> None:
    """A little noise, no pulse."""
    samples = wave().samples(750, 75.0, Pulse(rate=72, resp_rate=14, perfusion_index=2.0, finger=False))
    assert max(samples) - min(samples) <= 6


def test_motion_shakes_the_wave() -> None:
    """The same pulse with motion is far from the quiet wave, and still in range."""
    quiet = wave().samples(1500, 75.0, CALM)
    moved = wave().samples(1500, 75.0, Pulse(rate=72, resp_rate=14, perfusion_index=2.0, motion=True))
    assert np.std(np.array(moved) - np.array(quiet)) > 20
    assert all(0 <= level <= 255 for level in moved)


def test_same_seed_same_wave() -> None:
    """Seeded, so a failed test can be played again."""
    assert wave(5).samples(300, 75.0, CALM) == wave(5).samples(300, 75.0, CALM)
    assert wave(5).samples(300, 75.0, CALM) != wave(6).samples(300, 75.0, CALM)


def test_long_waves_keep_no_history() -> None:
    """Beats that are over are forgotten: memory stays bounded."""
    generator = wave()
    for _ in range(600):
        generator.samples(75, 75.0, CALM)
    assert len(generator._onsets) < 8


def test_ketamine_dampens_the_sinus_arrhythmia() -> None:
    """At the usual peak effect breathing moves the pulse by 0.6 of what it did; the Mayer wave stays at 1 bpm."""
    rest, peak = (respiratory_sinus_arrhythmia(np.pi / 2, effect) for effect in (0.0, 1.0))
    assert rest == pytest.approx(1.5)
    assert peak == pytest.approx(0.9)
    assert mayer_wave(2.5) == pytest.approx(1.0)


@pytest.mark.parametrize(("count", "rate_hz"), [(-1, 75.0), (10, 0.0), (10, float("nan"))])
def test_impossible_requests_are_refused(count: int, rate_hz: float) -> None:
    """A wave needs a rate."""
    with pytest.raises(ValueError, match="cannot give"):
        wave().samples(count, rate_hz, CALM)
