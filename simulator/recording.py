"""A recording as a body: real numerics and a real wave, played to the emulated devices.

The format is one sidecar `<id>.json` with `<id>.wave.csv.gz` and `<id>.num.csv` beside it: CSV with one header
line, `t_s` in seconds from the start in every file, and an empty cell wherever the device showed no value.
"""

from __future__ import annotations

import bisect
import csv
import gzip
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from config.vocabulary import CuffError
from simulator.vitals import Vitals

_FLAT_LINE = 128
_WAVE_LAG_S = 1.0
_LOW_PERFUSION = 0.4
_CUFF_AGE_S = 900.0  # a recorded cuff value older than the longest usual cuff interval says nothing about now
_GAIN_WINDOW_S, _GAIN_STEP_S = 8.0, 2.0
_GAIN_FLOOR = 0.25  # of the recording's usual height: a lost sensor's noise is not blown up to a pulse
_LEVELS = (30.0, 225.0)
_NUMERIC_COLUMNS = ("spo2", "pr", "rr", "pi", "sbp", "dbp", "map", "nibp_sys", "nibp_dia", "nibp_map")


class RecordingError(ValueError):
    """A recording that cannot be played; the message names file, line and remedy."""


@dataclass(frozen=True, slots=True)
class _Numerics:
    """Columns of numbers over `t_s`; None where the device showed nothing."""

    t_s: list[float]
    period_s: float
    columns: Mapping[str, list[float | None]]

    def at(self, t_s: float, column: str) -> float | None:
        """The value that stands at `t_s`: the last row's, for one period."""
        row = bisect.bisect_right(self.t_s, t_s) - 1
        if row < 0 or t_s - self.t_s[row] >= 1.5 * self.period_s or column not in self.columns:
            return None
        return self.columns[column][row]

    def latest(self, t_s: float, columns: tuple[str, ...], age_s: float) -> tuple[float, ...] | None:
        """The newest complete row of `columns` at or before `t_s`, at most `age_s` old."""
        if not all(column in self.columns for column in columns):
            return None
        row = bisect.bisect_right(self.t_s, t_s) - 1
        while row >= 0 and t_s - self.t_s[row] <= age_s:
            found = tuple(value for column in columns if (value := self.columns[column][row]) is not None)
            if len(found) == len(columns):
                return found
            row -= 1
        return None


class Recording:
    """One recording, played from its start; implements `VitalSource`. With `loop` it begins again at its end."""

    def __init__(self, sidecar: Path, *, loop: bool = False) -> None:
        """Read the recording whole.

        Raises:
            RecordingError: a file is missing or malformed.
        """
        self._loop = loop
        meta = _read_sidecar(sidecar)
        folder, stem = sidecar.parent, sidecar.name.removesuffix(".json")
        self.id = str(meta.get("id", stem))
        numerics_path, wave_path = folder / f"{stem}.num.csv", folder / f"{stem}.wave.csv.gz"
        if not numerics_path.exists() and not wave_path.exists():
            raise RecordingError(f"{sidecar}: neither {numerics_path.name} nor {wave_path.name} lies beside it")
        self._numerics = _Numerics([], 1.0, {})
        if numerics_path.exists():
            self._numerics = _read_numerics(numerics_path, _number(sidecar, meta, "num", "period_s", 1.0))
        self._rate_hz, self._wave = 1.0, np.zeros(0)
        if wave_path.exists():
            self._rate_hz = _number(sidecar, meta, "wave", "fs_hz", None)
            self._wave = _to_levels(_read_wave(wave_path, self._rate_hz), self._rate_hz)
        times = self._numerics.t_s
        self.duration_s = max(times[-1] + self._numerics.period_s if times else 0.0, len(self._wave) / self._rate_hz)
        if self.duration_s <= 0:
            raise RecordingError(f"{sidecar}: the recording is empty; convert it anew from its source")
        self._time_s = 0.0
        self._drawn_s = 0.0

    @property
    def period_s(self) -> float:
        """Seconds between two of its numbers."""
        return self._numerics.period_s

    @property
    def time_s(self) -> float:
        """Seconds played so far, loops included."""
        return self._time_s

    @property
    def finished(self) -> bool:
        """Whether the end has been reached; never with `loop`."""
        return not self._loop and self._time_s >= self.duration_s

    def advance(self, dt_s: float) -> None:
        """Let `dt_s` seconds pass.

        Raises:
            ValueError: `dt_s` is negative or not a number.
        """
        if not dt_s >= 0:
            raise ValueError(f"time cannot pass by {dt_s} s")
        self._time_s += dt_s

    def oximeter(self) -> Vitals:
        """The oximeter's numbers as recorded. Empty cells are None, and `finger_out` says that both are empty."""
        now = self._position()
        at = self._numerics.at
        spo2, pulse_rate, perfusion = at(now, "spo2"), at(now, "pr"), at(now, "pi")
        if self.finished:
            spo2 = pulse_rate = perfusion = None
        return Vitals(
            spo2=spo2,
            pulse_rate=pulse_rate,
            perfusion_index=perfusion,
            systolic=at(now, "sbp"),
            diastolic=at(now, "dbp"),
            mean=at(now, "map"),
            resp_rate=at(now, "rr"),
            finger_out=spo2 is None and pulse_rate is None,
            low_perfusion=perfusion is not None and perfusion < _LOW_PERFUSION,
        )

    def cuff_reading(self) -> Vitals:
        """The recorded cuff value that stands now (at most 15 min old), else the arterial pressures of this moment.

        Where the recording has neither, the reading fails with `weak_signal`. No noise is added.
        """
        now = self._position()
        pressures = None
        if not self.finished:
            pressures = self._numerics.latest(now, ("nibp_sys", "nibp_dia", "nibp_map"), _CUFF_AGE_S)
            if pressures is None:
                arterial = tuple(self._numerics.at(now, column) for column in ("sbp", "dbp", "map"))
                if all(value is not None for value in arterial):
                    pressures = tuple(value for value in arterial if value is not None)
        systolic, diastolic, mean = pressures or (None, None, None)
        return Vitals(
            spo2=None,
            pulse_rate=self._numerics.at(now, "pr") if pressures else None,
            perfusion_index=None,
            systolic=systolic,
            diastolic=diastolic,
            mean=mean,
            resp_rate=self._numerics.at(now, "rr"),
            cuff_error=None if pressures else CuffError.WEAK_SIGNAL,
        )

    def pleth(self, count: int, rate_hz: float) -> list[int]:
        """The next samples of the recorded wave, resampled, 0 to 255.

        It goes on where the last call ended, and leaps to the present when it is more than a second away from it.
        A missing piece, and everything where no wave was recorded, is a flat line at 128.

        Raises:
            ValueError: negative count, or a rate that is not positive.
        """
        if count < 0 or not rate_hz > 0:
            raise ValueError(f"cannot give {count} samples at {rate_hz} Hz")
        if count == 0 or not len(self._wave) or self.finished:
            return [_FLAT_LINE] * count
        present = self._time_s - count / rate_hz
        start = self._drawn_s if abs(self._drawn_s - present) <= _WAVE_LAG_S else present
        self._drawn_s = start + count / rate_hz
        times = start + np.arange(count) / rate_hz
        if self._loop:
            times = np.mod(times, self.duration_s)
        place = np.clip(times * self._rate_hz, 0.0, len(self._wave) - 1.0)
        before = place.astype(int)
        after = np.minimum(before + 1, len(self._wave) - 1)
        wave = self._wave[before] + (self._wave[after] - self._wave[before]) * (place - before)
        levels: list[int] = np.rint(np.where(np.isnan(wave), _FLAT_LINE, wave)).astype(int).tolist()
        return levels

    def _position(self) -> float:
        return math.fmod(self._time_s, self.duration_s) if self._loop else self._time_s


def _read_sidecar(path: Path) -> dict[str, Any]:
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise RecordingError(
            f"{path}: cannot be read ({problem.strerror}); give the path of the .json file"
        ) from problem
    except UnicodeDecodeError as problem:
        raise RecordingError(
            f"{path}: not UTF-8 text; give the path of the .json file, not of a data file"
        ) from problem
    except json.JSONDecodeError as problem:
        raise RecordingError(f"{path}, line {problem.lineno}: not valid JSON: {problem.msg}") from problem
    if not isinstance(meta, dict):
        raise RecordingError(f"{path}, line 1: a sidecar is one JSON object")
    return meta


def _number(path: Path, meta: Mapping[str, Any], table: str, key: str, default: float | None) -> float:
    inner = meta.get(table)
    value = inner.get(key, default) if isinstance(inner, dict) else default
    if isinstance(value, bool) or not isinstance(value, int | float) or not (math.isfinite(value) and value > 0):
        raise RecordingError(f'{path}: "{table}": {{"{key}": …}} must be a positive number, not {value!r}')
    return float(value)


def _rows(path: Path, stream: TextIO, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, int], list[str]]]:
    """Line number, column places and cells of each data line, the shape checked."""
    reader = csv.reader(stream)
    header = next(reader, None)
    if header is None:
        raise RecordingError(f"{path}, line 1: the file is empty; it must begin with a header line")
    places = {name: place for place, name in enumerate(header)}
    for name in needed:
        if name not in places:
            raise RecordingError(f'{path}, line 1: no column "{name}"; the header has {", ".join(header)}')
    for cells in reader:
        if len(cells) != len(header):
            raise RecordingError(
                f"{path}, line {reader.line_num}: {len(cells)} cells under {len(header)} columns; "
                "the line is cut or joined"
            )
        yield reader.line_num, places, cells


def _cell(path: Path, line: int, name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise RecordingError(
            f'{path}, line {line}: {name} is "{text}", not a number; leave the cell empty for no value'
        )
    return value


def _read_numerics(path: Path, period_s: float) -> _Numerics:
    times: list[float] = []
    columns: dict[str, list[float | None]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for line, places, cells in _rows(path, stream, ("t_s",)):
                t_s = _cell(path, line, "t_s", cells[places["t_s"]])
                if t_s is None or t_s < 0 or (times and t_s <= times[-1]):
                    raise RecordingError(f"{path}, line {line}: t_s must be given and grow from line to line")
                times.append(t_s)
                for name in _NUMERIC_COLUMNS:
                    if name in places:
                        columns.setdefault(name, []).append(_cell(path, line, name, cells[places[name]]))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise RecordingError(f"{path}: cannot be read as CSV ({problem}); convert it anew from its source") from problem
    return _Numerics(times, period_s, columns)


def _read_wave(path: Path, rate_hz: float) -> np.ndarray:
    samples: list[float] = []
    last = 0.0
    try:
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
            for line, places, cells in _rows(path, stream, ("t_s", "pleth")):
                value = _cell(path, line, "pleth", cells[places["pleth"]])
                samples.append(math.nan if value is None else value)
                t_s = _cell(path, line, "t_s", cells[places["t_s"]])
                last = (len(samples) - 1) / rate_hz
                if t_s is None or abs(t_s - last) > 1.0:
                    raise RecordingError(
                        f"{path}, line {line}: t_s is {t_s}, and {rate_hz:g} samples a second make it {last:.3f}; "
                        "correct fs_hz in the sidecar, or resample the wave evenly"
                    )
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as problem:
        raise RecordingError(
            f"{path}: cannot be read as gzipped CSV ({problem}); fetch or convert it anew"
        ) from problem
    return np.array(samples)


def _to_levels(wave: np.ndarray, rate_hz: float) -> np.ndarray:
    """The wave on the oximeter's scale 0 to 255, missing samples still NaN.

    The gain follows the wave over eight seconds, as an oximeter's does: a camera's wave drifts by many times
    the height of its pulse. Outliers are cut, not followed.
    """
    if not len(wave) or np.isnan(wave).all():
        return wave
    half, step = int(_GAIN_WINDOW_S * rate_hz / 2), max(int(_GAIN_STEP_S * rate_hz), 1)
    centres = np.arange(0, len(wave), step)
    bounds = np.full((len(centres), 2), np.nan)
    for row, centre in enumerate(centres):
        window = wave[max(centre - half, 0) : centre + half + 1]
        window = window[~np.isnan(window)]
        if len(window):
            bounds[row] = np.percentile(window, (2.0, 98.0))
    known = ~np.isnan(bounds[:, 0])
    middle = (bounds[known, 0] + bounds[known, 1]) / 2
    height = bounds[known, 1] - bounds[known, 0]
    usual = float(np.median(height))
    height = np.maximum(height, _GAIN_FLOOR * usual if usual > 0 else 1.0)
    places = np.arange(len(wave))
    smooth_middle = np.interp(places, centres[known], middle)
    smooth_height = np.interp(places, centres[known], height)
    low, high = _LEVELS
    levels: np.ndarray = np.clip((low + high) / 2 + (wave - smooth_middle) / smooth_height * (high - low), 0.0, 255.0)
    return levels
