"""The band in which a pressure is expected: what it learns, and that it says no more than it knows."""

from __future__ import annotations

import pytest

from config.instant import MINUTE
from config.vocabulary import Metric
from monitor.core.session.session import Flow
from monitor.trajectory import Trajectory

STANDARD = [Flow(0, 40 * MINUTE)]
END = 40 * MINUTE


def after(*readings: tuple[float, float], baseline: float = 120.0, strength: float = 1.0) -> Trajectory:
    """What is expected after these (minute, mmHg)."""
    found = Trajectory(Metric.SYSTOLIC, baseline, strength=strength)
    for minute, value in readings:
        found.observe(value, round(minute * MINUTE), STANDARD)
    return found


def test_before_the_drug_the_baseline_is_expected() -> None:
    band = after().band(0, STANDARD)
    assert band.low < 120 < band.high
    assert 15 < band.high - band.low < 25  # a reading's own noise and that of the baseline, nothing else


def test_the_effect_is_expected_to_peak_at_the_end_and_to_fade() -> None:
    found = after((5, 124), (10, 130))
    middle = {
        minute: sum((band.low, band.high)) / 2
        for minute in (5, 20, 40, 60, 100)
        if (band := found.band(minute * MINUTE, STANDARD))
    }
    assert middle[5] < middle[20] < middle[40] > middle[60] > middle[100] > 118


def test_readings_narrow_the_band_and_move_it() -> None:
    before = after((5, 122)).band(END, STANDARD)
    strong = after((5, 130), (10, 140), (15, 148)).band(END, STANDARD)
    weak = after((5, 120), (10, 121), (15, 119)).band(END, STANDARD)
    assert strong.high - strong.low < before.high - before.low
    assert strong.low > weak.high - 5
    assert strong.high > before.high > weak.high


def test_a_strong_effect_is_expected_back_later() -> None:
    weak, strong = after((20, 124), (40, 126)), after((20, 140), (40, 155))
    bound = 132.0
    early, late = weak.return_span(bound, END, STANDARD)
    assert early == 0
    assert late is not None
    assert late < 10
    early, late = strong.return_span(bound, END, STANDARD)
    assert early > 5
    assert late is None or late > early


def test_a_pause_is_no_drug() -> None:
    """The same minutes of drug, but twenty of them later."""
    paused = [Flow(0, 20 * MINUTE), Flow(40 * MINUTE, 60 * MINUTE)]
    found = after()
    at = 40 * MINUTE
    assert found.band(at, paused).high < found.band(at, STANDARD).high


def test_half_the_dose_has_half_the_effect() -> None:
    full, half = after(), after(strength=0.5)
    assert full.band(END, STANDARD).high > half.band(END, STANDARD).high > full.band(0, STANDARD).high


def test_nothing_is_known_of_other_metrics() -> None:
    with pytest.raises(KeyError):
        Trajectory(Metric.SPO2, 97.0)
