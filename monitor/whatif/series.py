"""SpO2 once a second, out of recordings, simulated patients and files of input lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from config.instant import MINUTE, SECOND, Instant
from config.vocabulary import Flag
from monitor.core.errors import ConfigError
from monitor.core.inputs import OximeterSample
from monitor.replay import read_lines
from simulator.recording import Recording, RecordingError
from simulator.scenario import ScenarioError, load_scenario
from simulator.vitals import Vitals, VitalSource

HOUR = 60 * MINUTE
COARSEST_S = 4.0
"""A value stands four seconds: trends of one value a minute are nothing to try delays on."""


@dataclass(frozen=True, slots=True)
class Series:
    """The samples of one or more beds, in order of time, and how many bed-hours they cover."""

    name: str
    samples: list[tuple[Instant, OximeterSample]]
    hours: float


def read_series(source: str) -> Series:
    """A recording's sidecar (.json), a file of input lines (.jsonl), or a story of the simulator by name or file.

    Raises:
        ConfigError: it cannot be read, or holds no SpO2 once a second.
        InputError: a line is malformed.
    """
    path = Path(source)
    if path.suffix == ".jsonl":
        return _from_lines(path)
    try:
        if path.suffix == ".json":
            recording = Recording(path)
            if recording.period_s > COARSEST_S:
                raise _coarse(path.stem)
            return _played(path.stem, recording, recording.duration_s)
        scenario = load_scenario(source)
    except (RecordingError, ScenarioError) as error:
        raise ConfigError(str(error)) from None
    return _played(scenario.name, scenario.patient(begin_s=0), scenario.length_s)


def _from_lines(path: Path) -> Series:
    try:
        with path.open("rb") as lines:
            items = list(read_lines(lines, str(path)))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}; check the path") from error
    samples = [(at, item) for at, item in items if isinstance(item, OximeterSample)]
    return _checked(path.stem, samples)


def _played(name: str, source: VitalSource, length_s: float) -> Series:
    return _checked(name, list(_samples(name, source, length_s)))


def _samples(name: str, source: VitalSource, length_s: float) -> Iterator[tuple[Instant, OximeterSample]]:
    for second in range(int(length_s)):
        vitals = source.oximeter()
        source.advance(1.0)
        yield second * SECOND, OximeterSample(name, "oximeter", vitals.spo2, vitals.pulse_rate, flags(vitals))


def flags(vitals: Vitals) -> frozenset[Flag]:
    """What an oximeter would say beside these numbers."""
    if vitals.sensor_off or vitals.finger_out:
        return frozenset({Flag.NO_FINGER})
    return frozenset({Flag.ARTIFACT}) if vitals.motion else frozenset()


def _checked(name: str, samples: list[tuple[Instant, OximeterSample]]) -> Series:
    seen = [(at, sample.bed) for at, sample in samples if sample.spo2 is not None]
    if not seen:
        raise ConfigError(f"{name}: there is no SpO2 in it")
    hours = bed_hours(samples)
    per_hour = HOUR / SECOND / COARSEST_S
    if len(samples) < hours * per_hour:
        raise _coarse(name)
    return Series(name, samples, hours)


def _coarse(name: str) -> ConfigError:
    return ConfigError(f"{name}: fewer than one value in {COARSEST_S:g} s; delays cannot be tried on it")


def bed_hours(samples: Iterable[tuple[Instant, OximeterSample]]) -> float:
    """From each bed's first sample to its last, in hours."""
    first: dict[str, Instant] = {}
    last: dict[str, Instant] = {}
    for at, sample in samples:
        first.setdefault(sample.bed, at)
        last[sample.bed] = at
    return sum(last[bed] - first[bed] + SECOND for bed in first) / HOUR
