"""The pleth measures on the simulator's wave and on waves that are none (signals-and-simulation, section 2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.core.pleth.beats import find_beats, median
from monitor.core.pleth.filter import fast_size, prepare
from monitor.core.pleth.measures import NOTHING, Measures, Meter, pulse_present
from monitor.core.pleth.numbers import NUMBERS
from monitor.core.pleth.quality import skewness_of
from simulator.pleth import PlethWave, Pulse

RATE_HZ = 75.0
METER = Meter.at(RATE_HZ)
CAMERA = Meter.at(30.0)


def finger(seed: int = 1, rate: float = 72.0, perfusion: float = 2.0, at: Meter = METER) -> Any:
    """A minute of a quiet finger: one row."""
    wave = PlethWave(np.random.default_rng(seed))
    return np.array([wave.samples(at.samples, at.rate_hz, Pulse(rate, 14.0, perfusion))], dtype=np.float64)


def measure(waves: Any, meter: Meter = METER) -> Measures:
    """Of the only row."""
    (found,) = meter.measure(waves)
    return found


@pytest.mark.parametrize("rate_hz", [30.0, 50.0, 75.0, 100.0, 125.0, 250.0])
@pytest.mark.parametrize("rate", [45.0, 72.0, 120.0, 170.0])
def test_the_rate_of_a_quiet_finger(rate: float, rate_hz: float) -> None:
    """Slow and fast hearts, from a camera's to the fastest oximeter's sampling rate."""
    meter = Meter.at(rate_hz)
    found = measure(finger(rate=rate, at=meter), meter)
    assert found.pulse_rate == pytest.approx(rate, abs=2.5)
    assert found.sqi >= 0.8


def test_amplitude_is_in_the_units_of_the_wave_and_perfusion_relative() -> None:
    """165 counts x 2 / (2 + 1) from foot to peak of the simulated finger, which the band takes a part of."""
    found = measure(finger(perfusion=2.0))
    assert found.amplitude is not None
    assert found.perfusion is not None
    assert 80 < found.amplitude < 130
    weak = measure(finger(perfusion=0.5))
    assert weak.amplitude is not None
    assert weak.amplitude / found.amplitude == pytest.approx((0.5 / 1.5) / (2 / 3), rel=0.1)
    below_zero = measure(finger() - 255)
    assert below_zero.perfusion is None
    assert below_zero.amplitude == found.amplitude


@given(scale=st.floats(1e-6, 1e6), offset=st.floats(-1e3, 1e3), seed=st.integers(1, 4))
@example(scale=1e-6, offset=1e3, seed=1)
@settings(max_examples=25, deadline=None)
def test_scale_and_offset_change_nothing(scale: float, offset: float, seed: int) -> None:
    """Not a bit of rates and quality; the amplitude keeps the wave's unit, perfusion goes with its zero."""
    wave = finger(seed)
    raw, moved = measure(wave), measure((wave + offset) * scale)
    assert replace(moved, amplitude=None, perfusion=None) == replace(raw, amplitude=None, perfusion=None)
    assert raw.amplitude is not None
    assert moved.amplitude == pytest.approx(raw.amplitude * scale, rel=1e-3)


def no_pulse() -> dict[str, Any]:
    """Waves without a pulse in them."""
    samples = METER.samples
    top = np.full(samples, 12.0)
    nothing = np.full(samples, np.nan)
    return {
        "flat": top,
        "lost": nothing,
        "infinite": np.full(samples, np.inf),
        "both infinities": np.resize([np.inf, -np.inf], samples),
        "one sample": np.append(nothing[1:], 3.0),
        "two samples": np.append(nothing[2:], [3.0, 9.0]),
        "clipped": np.minimum(finger()[0], finger()[0].min()),
        "a step": np.where(np.arange(samples) < samples // 2, 0.0, 255.0),
        "a spike": np.where(np.arange(samples) == samples - 40, 255.0, 60.0),
        "the ends of floats": np.resize([-1.7e308, 1.7e308, 0.0], samples),
        "beyond any device": np.resize([-2e100, 2e100], samples),
        "smallest floats": np.resize([5e-324, 0.0], samples),
        "a ramp": np.arange(samples, dtype=np.float64),
        "alternating": np.resize([0.0, 1.0], samples),
    }


@pytest.mark.parametrize("name", no_pulse())
def test_what_is_no_wave_has_quality_0_and_no_numbers(name: str) -> None:
    """Never an exception, never a warning (which are errors here)."""
    found = measure(no_pulse()[name][None])
    assert found.sqi == 0.0
    assert found.pulse_rate is None
    assert found.resp_rate is None


@pytest.mark.parametrize("samples", [0, 1, 2, 74, 374])
def test_too_little_of_a_wave_has_quality_0(samples: int) -> None:
    """Less than the stretch that quality is judged over."""
    assert measure(finger()[:, :samples]) == NOTHING


def test_no_beds_at_all() -> None:
    """An empty ward is no error."""
    assert METER.measure(np.empty((0, METER.samples))) == []


@given(st.lists(st.sampled_from([*no_pulse(), "finger", "fast", "weak", "holes"]), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_a_bed_measures_the_same_alone_and_among_others(names: list[str]) -> None:
    """To the bit."""
    holes = finger(5)[0]
    holes[1000:1400] = np.nan
    holes[::97] = np.nan
    known = no_pulse() | {"finger": finger()[0], "fast": finger(2, 140.0)[0], "weak": finger(3, 60.0, 0.2)[0]}
    rows = [(known | {"holes": holes})[name] for name in names]
    assert METER.measure(np.stack(rows)) == [measure(row[None]) for row in rows]


def test_the_last_seconds_decide() -> None:
    """A finger drawn out ten seconds ago is no pulse any more, however good the minute was."""
    wave = finger()
    drawn = wave.copy()
    drawn[:, -round(10 * RATE_HZ) :] = 60.0
    assert measure(drawn).sqi == 0.0
    assert measure(drawn).pulse_rate is None
    returned = np.concatenate([drawn[:, round(12 * RATE_HZ) :], wave[:, -round(12 * RATE_HZ) :]], axis=1)
    assert measure(returned).sqi >= 0.8


def test_a_sample_lost_here_and_there_is_bridged_and_a_gap_is_a_gap() -> None:
    """Quality says what is missing; an interval over a gap counts for nothing."""
    wave = finger()
    whole = measure(wave)
    wave[:, 30::75] = np.nan
    pocked = measure(wave)
    assert pocked.pulse_rate == pytest.approx(whole.pulse_rate, abs=1.0)
    assert 0.8 <= pocked.sqi < 1.0
    gap = finger()
    gap[:, -round(6 * RATE_HZ) : -round(3 * RATE_HZ)] = np.nan
    assert measure(gap).sqi < 0.5
    assert measure(gap).pulse_rate is None


def test_an_irregular_heart_is_a_good_signal_without_a_rate() -> None:
    """Intervals that change by half from beat to beat: quality is good, the rule gate gives no number."""
    random = np.random.default_rng(8)
    wave = PlethWave(random)
    levels: list[int] = []
    while len(levels) < METER.samples:
        levels += wave.samples(30, RATE_HZ, Pulse(random.choice([45.0, 120.0]), 14.0, 2.0))
    found = measure(np.array([levels[-METER.samples :]], dtype=np.float64))
    assert found.sqi >= 0.5
    assert found.pulse_rate is None


def test_noise_is_no_pulse() -> None:
    """White noise of any device, and the simulator's finger that is not there: never good enough for a number."""
    random = np.random.default_rng(3)
    for meter in (CAMERA, METER, Meter.at(125.0)):
        absent = PlethWave(random).samples(meter.samples, meter.rate_hz, Pulse(72, 14, 2, finger=False))
        waves = np.stack([*random.standard_normal((20, meter.samples)), np.array(absent, dtype=np.float64)])
        assert max(found.sqi for found in meter.measure(waves)) < 0.5


def test_breathing_is_told_from_the_wave_of_a_minute() -> None:
    """8 to 24 breaths a minute; not from half of it, and not over a gap of more than 3 s."""
    for breaths in (8.0, 14.0, 24.0):
        wave = PlethWave(np.random.default_rng(4))
        minute = np.array([wave.samples(METER.samples, RATE_HZ, Pulse(72, breaths, 2))], dtype=np.float64)
        found = measure(minute)
        assert found.resp_rate == pytest.approx(breaths, abs=0.5)
        assert found.rr_quality is not None
        assert found.rr_quality > 0.8
        half = measure(minute[:, METER.samples // 2 :])
        assert half.pulse_rate is not None
        assert (half.resp_rate, half.rr_quality) == (None, None)
        gap = minute.copy()
        gap[:, 2000:2300] = np.nan
        assert (measure(gap).resp_rate, measure(gap).rr_quality) == (None, None)


def test_the_slow_wave_of_blood_pressure_is_no_breath_unless_it_is_alone() -> None:
    """0.1 Hz beside a weaker breath at 15 /min: the breath is told. Nothing but 6 /min: 6 /min is told."""
    wave = PlethWave(np.random.default_rng(4))
    still = np.array([wave.samples(METER.samples, RATE_HZ, Pulse(72, 15, 2))], dtype=np.float64)
    second = np.arange(METER.samples) / RATE_HZ
    swaying = measure(still + 40 * np.sin(2 * np.pi * 0.1 * second))
    assert swaying.resp_rate == pytest.approx(15, abs=0.5)
    slow = PlethWave(np.random.default_rng(4)).samples(METER.samples, RATE_HZ, Pulse(72, 6, 2))
    assert measure(np.array([slow], dtype=np.float64)).resp_rate == pytest.approx(6, abs=0.5)


def test_equal_peaks_count_once() -> None:
    """A fast hum in whole numbers: two beats are never closer than the refractory time."""
    hum = np.resize([0.0] * 7 + [1.0] * 8, METER.samples)  # 5 Hz
    wave = prepare(hum[None], RATE_HZ, METER.taps, NUMBERS)
    beats = find_beats(wave, RATE_HZ, NUMBERS)
    assert np.nanmin(beats.interval) > NUMBERS.refractory_s


def test_the_filter_is_exact_in_whole_numbers() -> None:
    """The transform gives what plain sums of whole numbers give."""
    wave = prepare(finger(), RATE_HZ, METER.taps, NUMBERS)
    levels, taps = (wave.levels - wave.levels[:, :1])[0].astype(np.int64), METER.taps.astype(np.int64)
    direct = np.convolve(levels, taps)[: METER.samples]
    assert (wave.filtered[0] == (direct + 32768) // 65536).all()


def test_the_transform_of_the_filter_is_the_shortest_fast_one_that_is_long_enough() -> None:
    """A shorter one would fold the end of the window onto its beginning."""
    fast = sorted(odd << power for odd in (1, 3, 5) for power in range(12))
    for least in range(1, 2049):
        assert fast_size(least) == next(size for size in fast if size >= least)


def test_the_filter_delays_by_at_most_0_4_s_and_passes_the_band() -> None:
    """Signals-and-simulation, section 2: 0.5 to 5 Hz."""
    for rate_hz in (30.0, 75.0, 125.0):
        taps = Meter.at(rate_hz).taps / 65536
        assert np.argmax(taps) / rate_hz <= 0.4
        gain = {hz: abs((taps * np.exp(-2j * np.pi * hz / rate_hz * np.arange(len(taps)))).sum())
                for hz in (0.05, 0.8, 1.2, 3.0, 10.0)}  # fmt: skip
        assert gain[0.05] < 0.05
        assert min(gain[0.8], gain[1.2], gain[3.0]) > 0.7
        assert gain[10.0] < 0.3


def test_a_short_window_is_measured_as_far_as_it_goes() -> None:
    """Ten seconds are enough for a rate."""
    assert measure(finger()[:, -round(12 * RATE_HZ) :]).pulse_rate == pytest.approx(72, abs=2.5)


def test_a_saturated_wave_loses_quality() -> None:
    """Two thirds of each beat cut off: flat most of the time."""
    wave = finger(rate=50.0)
    assert measure(np.maximum(wave, np.quantile(wave, 0.9))).sqi < 0.5


@pytest.mark.parametrize("rate_hz", [0.0, 2.0, 24.9, 250.1, float("inf"), float("nan")])
def test_a_sampling_rate_that_shows_no_pulse_is_refused(rate_hz: float) -> None:
    """By name, when the wave begins."""
    with pytest.raises(ValueError, match="cannot be measured: 25"):
        Meter.at(rate_hz)


@pytest.mark.parametrize(
    ("qualities", "present"),
    [
        ([], False),
        ([0.9] * 4, False),
        ([0.5] * 5, True),
        ([0.49] * 10, False),
        ([0.9] * 5 + [0.0] * 5, True),
        ([0.9] * 5 + [0.0] * 6, False),
        ([0.0] * 20 + [0.9, 0.0] * 5, True),
    ],
)
def test_pulse_present_is_good_quality_in_5_of_the_last_10_seconds(qualities: list[float], present: bool) -> None:
    """Signals-and-simulation, section 2: the limits included."""
    assert pulse_present(qualities) is present


@pytest.mark.parametrize(
    ("values", "skewness"),
    [
        ([0, 0, 0, 1], 2 / 3**0.5),
        ([1, 1, 1, 0], -2 / 3**0.5),
        ([1, 2, 3, 4], 0.0),
        ([-70, 10, 10, 10, 10, 30], -1.5655),
        ([7, 7, 7], 0.0),
    ],
)
def test_skewness_is_the_third_standardised_moment(values: list[float], skewness: float) -> None:
    """Whatever the shift and the scale, and of each row by itself."""
    row = np.array(values, dtype=np.float64)
    found = skewness_of(np.stack([row, 1000 * row + 12345, -row]))
    assert found == pytest.approx([skewness, skewness, -skewness], abs=1e-3)


@pytest.mark.parametrize(
    ("row", "middle"),
    [
        ([3.0], 3),
        ([3.0, 1.0], 2),
        ([5.0, np.nan, 1.0], 3),
        ([np.nan, 5.0, 2.0, 1.0], 2),
        ([np.nan, np.nan, 4.0, 4.0, 8.0, 1.0], 4),
        ([np.nan], None),
    ],
)
def test_the_median_of_what_is_there(row: list[float], middle: float | None) -> None:
    (found,) = median(np.array([row]))
    assert (None if np.isnan(found) else found) == middle


def test_lost_samples_lie_on_a_line_and_at_an_edge_repeat_the_nearest() -> None:
    gone = float("nan")
    row = np.array([[gone, gone, 0.0, gone, gone, gone, 40.0, 10.0, gone]])
    wave = prepare(np.repeat(row, 1, axis=0), RATE_HZ, METER.taps, NUMBERS)
    assert (wave.levels[0] * wave.span[0] / 65536 + wave.low[0]).round().tolist() == [0, 0, 0, 10, 20, 30, 40, 10, 10]
    assert wave.lost[0].tolist() == [True, True, False, True, True, True, False, False, True]


def test_the_newest_sample_is_a_neighbour_of_what_was_lost_before_it() -> None:
    row = np.array([[0.0, float("nan"), float("nan"), 30.0]])
    wave = prepare(row, RATE_HZ, METER.taps, NUMBERS)
    assert (wave.levels[0] * wave.span[0] / 65536 + wave.low[0]).round().tolist() == [0, 10, 20, 30]
