"""How good the pleth measures are on recorded patients: what is compared with what, the same for bench and tests.

Pulse rate. `each second`: what is told at a second against the reference of that second. For bidmc that is the same
statistic (60 / median of the last 8 intervals) over the R peaks; for hypox the rate that the ECG monitor shows, which
lags about 5 s behind (`lag_s` takes that out, the same for all). `30 s`: the mean of what is told in each 30 s against
the mean rate of the R peaks, or of the shown rates, in the same time.
Breathing rate: what is told at a second against the breaths of the window it was taken from: the mean of both
annotators' rates for bidmc, the capnograph's mean for hypox.
Kept: share of the seconds, or of the 30-s windows, with a number. From the first full window on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from monitor.core.pleth.beats import find_beats
from monitor.core.pleth.filter import prepare
from monitor.core.pleth.measures import Measures, Meter
from monitor.core.pleth.numbers import NUMBERS
from tests.support.recordings import Recording

TRANSIT_S = 0.25
"""From the R peak to the pulse at the finger, about."""
SPAN_S = 30
HALF_SHOWN = 0.5
"""A 30-s window counts as kept if half of its seconds told a number."""
AT_ONCE = 60
"""Windows measured in one pass: bounds the memory."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the service would have told about one recording, and when (s from its start)."""

    at: Any
    measures: list[Measures]

    def series(self, name: str) -> Any:
        """One measure over time, NaN where there was no number."""
        values = [getattr(found, name) for found in self.measures]
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def tell(recording: Recording, every_s: int = 1, until_s: int | None = None, last_s: int | None = None) -> Told:
    """One pass every `every_s` seconds over the last minute of the wave; `last_s`: only the last so many passes."""
    meter = Meter.at(recording.rate_hz)
    end_s = int(len(recording.pleth) / recording.rate_hz) if until_s is None else until_s
    ends = np.arange(int(NUMBERS.window_s), end_s + 1, every_s)[-(last_s or 0) :]
    padded = np.append(recording.pleth, np.full(meter.samples, np.nan))
    found: list[Measures] = []
    for first in range(0, len(ends), AT_ONCE):
        stops = [round(end * recording.rate_hz) for end in ends[first : first + AT_ONCE]]
        found += meter.measure(np.stack([padded[stop - meter.samples : stop] for stop in stops]))
    return Told(ends, found)


def pulse_error(recording: Recording, told: Told, *, lag_s: int = 0) -> Any:
    """Each second's absolute error, NaN where nothing is told or known."""
    if "R" in recording.events:
        beats = recording.events["R"] + TRANSIT_S
        reference = np.array([rate_of_last(beats, end) for end in told.at])
    else:
        reference = _at_seconds(recording.numerics["hr"], told.at + lag_s)
    return np.abs(told.series("pulse_rate") - reference)


def pulse_error_30s(recording: Recording, ends: Any, rates: Any) -> Any:
    """Absolute error of each 30 s of `rates`, one a second told at `ends`."""
    errors = []
    for end in ends[SPAN_S - 1 :: SPAN_S]:
        inside = rates[(ends > end - SPAN_S) & (ends <= end)]
        shown = inside[np.isfinite(inside)]
        kept = len(shown) >= HALF_SHOWN * len(inside)
        errors.append(abs(shown.mean() - mean_rate(recording, end - SPAN_S, end)) if kept else np.nan)
    return np.array(errors)


def breath_error(recording: Recording, told: Told) -> Any:
    """Each second's absolute error, NaN where nothing is told."""
    half = NUMBERS.breath_mean_s / 2
    reference = [_breaths(recording, end - half - NUMBERS.breath_s, end - half) for end in told.at]
    return np.abs(told.series("resp_rate") - np.array(reference))


def rate_of_last(beats: Any, end: float) -> float:
    """60 / median of the last intervals before `end`, /min; NaN while there are fewer."""
    last = beats[beats <= end][-(NUMBERS.rate_intervals + 1) :]
    return float(60 / np.median(np.diff(last))) if len(last) > NUMBERS.rate_intervals else np.nan


def mean_rate(recording: Recording, start: float, end: float) -> float:
    """The reference's mean pulse rate between two moments, /min."""
    if "R" in recording.events:
        beats = recording.events["R"] + TRANSIT_S
        inside = beats[(beats >= start) & (beats <= end)]
        return float(60 * (len(inside) - 1) / (inside[-1] - inside[0]))
    return float(np.nanmean(recording.numerics["hr"][int(start) : int(end)]))


def plain_beats(recording: Recording) -> Any:
    """The plain detector to compare with: the wave less its 1.5-s mean, maxima above half its spread, 0.3 s apart."""
    rate_hz, wave = recording.rate_hz, recording.pleth
    width = 2 * round(0.75 * rate_hz) + 1
    mean = np.convolve(np.pad(wave, width // 2, mode="edge"), np.ones(width) / width, "valid")
    flat = wave - mean
    top = (flat[1:-1] > flat[:-2]) & (flat[1:-1] >= flat[2:]) & (flat[1:-1] > 0.5 * np.nanstd(flat))
    found: list[int] = []
    for place in (np.nonzero(top)[0] + 1).tolist():
        if not found or place - found[-1] >= 0.3 * rate_hz:
            found.append(place)
        elif flat[place] > flat[found[-1]]:
            found[-1] = place
    return np.array(found) / rate_hz


NOT_SLOW, NOT_FAST = 50.0, 130.0
"""/min: 10 from the 40 of a bradycardia and the 140 of a tachycardia."""
SLOW_RUN, FAST_RUN = 4, 8
"""Intervals in a row that are averaged; alarms ask for 5 slow or 17 fast beats."""
BEFORE_ALARM_S = 10
"""A true alarm's event begins in the last 10 s before it (recordings/README.md)."""


def contradicted(recording: Recording, at_s: int = 300) -> bool:
    """Whether the pleth calls the ECG alarm at `at_s` false.

    Its quality must be sure in each of the last ten passes, with no pause as long as the rule gate's, and no run of
    beats on the alarm's side. A ventricular tachycardia is never called false: it may well have a pulse.
    """
    assert recording.alarm is not None
    told = tell(recording, until_s=at_s, last_s=BEFORE_ALARM_S)
    if min(found.sqi for found in told.measures) < NUMBERS.sure_quality:
        return False
    meter = Meter.at(recording.rate_hz)
    stop = round(at_s * recording.rate_hz)
    window = recording.pleth[None, stop - meter.samples : stop]
    beats = find_beats(prepare(window, meter.rate_hz, meter.taps, NUMBERS), meter.rate_hz, NUMBERS)
    end = window.shape[1] / meter.rate_hz
    last = beats.at[0] > end - BEFORE_ALARM_S - NUMBERS.longest_gap_s
    intervals = beats.interval[0][last]
    if not last.any() or max(intervals.max(), end - beats.at[0, -1]) >= NUMBERS.longest_gap_s:
        return False
    match recording.alarm[0]:
        case "asystole" | "ventricular_flutter_fib":
            return True
        case "bradycardia":
            return bool(len(intervals) >= SLOW_RUN and 60 / _runs(intervals, SLOW_RUN).max() > NOT_SLOW)
        case "tachycardia":
            return bool(len(intervals) >= FAST_RUN and 60 / _runs(intervals, FAST_RUN).min() < NOT_FAST)
        case _:
            return False


def _runs(intervals: Any, length: int) -> Any:
    """Means of so many neighbours."""
    return np.convolve(intervals, np.ones(length) / length, "valid")


def _breaths(recording: Recording, start: float, end: float) -> float:
    if "annotator_1" not in recording.events:
        return float(np.nanmean(recording.numerics["rr"][max(0, int(start)) : int(end) + 1]))
    rates = []
    for who in ("annotator_1", "annotator_2"):
        inside = recording.events[who]
        inside = inside[(inside >= start) & (inside <= end)]
        rates.append(60 * (len(inside) - 1) / (inside[-1] - inside[0]))
    return float(np.mean(rates))


def _at_seconds(values: Any, seconds: Any) -> Any:
    inside = np.clip(seconds.astype(int), 0, len(values) - 1)
    return np.where(seconds < len(values), values[inside], np.nan)
