"""SpO2 once a second, out of recordings, simulated patients and files of input lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from config.instant import MINUTE, SECOND, Instant
from config.vocabulary import Flag
from monitor.core.errors import ConfigError
from monitor.core.inputs import NO_FLAGS, OximeterSample
from monitor.replay import read_lines
from simulator.chance import with_chance
from simulator.devices.mqtt_vitals import flags_of
from simulator.recording import Recording, RecordingError
from simulator.scenario import Device, Scenario, ScenarioError, load_scenario
from simulator.vitals import Vitals

HOUR = 60 * MINUTE
USUAL = "usual"
"""The story whose every seed is another session."""
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
            return _checked(path.stem, list(_recorded(path.stem, recording)))
        scenario = load_scenario(source)
    except (RecordingError, ScenarioError) as error:
        raise ConfigError(str(error)) from None
    return _checked(scenario.name, list(_simulated(scenario.name, scenario, scenario.seed)))


def simulated(number: int, above: float) -> Series:
    """One of the simulated sessions: patient and events are drawn, the same for the same number.

    Its samples are kept only when SpO2 falls under `above`, %: what no rule under trial can see counts by its hours.
    """
    story = with_chance(load_scenario(USUAL), number)
    name = f"simulated-{number}"
    found = _checked(name, list(_simulated(name, story, number)))
    seen = any(sample.spo2 is not None and sample.spo2 < above for _, sample in found.samples)
    return found if seen else replace(found, samples=[])


def _from_lines(path: Path) -> Series:
    try:
        with path.open("rb") as lines:
            items = list(read_lines(lines, str(path)))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}; check the path") from error
    samples = [(at, item) for at, item in items if isinstance(item, OximeterSample)]
    return _checked(path.stem, samples)


def _recorded(name: str, recording: Recording) -> Iterator[tuple[Instant, OximeterSample]]:
    for second in range(int(recording.duration_s)):
        vitals = recording.oximeter()
        recording.advance(1.0)
        yield second * SECOND, OximeterSample(name, "oximeter", vitals.spo2, vitals.pulse_rate, flags(vitals))


def _simulated(name: str, story: Scenario, seed: int) -> Iterator[tuple[Instant, OximeterSample]]:
    """What the patient's oximeter says, whole numbers as such devices do, while its cable is in."""
    patient = story.patient(seed, begin_s=0)
    for second in range(int(story.length_s)):
        if story.connected(Device.OXIMETER, second):
            yield second * SECOND, oximeter_sample(name, "oximeter", patient.oximeter())
        patient.advance(1.0)


def oximeter_sample(bed: str, device: str, vitals: Vitals) -> OximeterSample:
    """A moment of a simulated body as an oximeter tells it."""
    spo2 = None if vitals.spo2 is None else round(vitals.spo2)
    pulse_rate = None if vitals.pulse_rate is None else round(vitals.pulse_rate)
    perfusion = None if vitals.perfusion_index is None else round(vitals.perfusion_index, 1)
    said = frozenset(remarks) if (remarks := flags_of(vitals)) else NO_FLAGS
    return OximeterSample(bed, device, spo2, pulse_rate, said, perfusion)


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
