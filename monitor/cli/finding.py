"""What a probe has found: in words, and as the lines of a site file."""

from __future__ import annotations

from collections.abc import Sequence

from adapters.driver import Driver, LineSettings
from adapters.probe.score import Candidate, Score, Verdict
from adapters.reading import CuffProgress, CuffReading, DeviceStatus, OximeterReading, Reading


def report(best: Score, verdict: Verdict, line: LineSettings | None, spoken: Candidate | None) -> list[str]:
    """What was found, for people."""
    driver = best.candidate.driver
    lines = [
        f"{driver.name}: {driver.title}",
        f"  decoded: {words(best.latest)}",
        f"  link: {link_quality(best)}" + ("" if line is None else f", at {line}"),
        f"  source: {driver.source}",
    ]
    if spoken is not None:
        lines.append(f"  it was silent until it was asked as {spoken.name} does")
    for twin in verdict.twins:
        other = twin.candidate.driver
        lines += [f"or {other.name}: {other.title}", f"  decoded: {words(twin.latest)}", f"  source: {other.source}"]
    if verdict.twins:
        family = f"the {verdict.family} family" if verdict.family else "both"
        lines.append(f"The bytes of {family} look alike, and their status bits differ: the device's label tells which.")
    return lines


def link_quality(score: Score) -> str:
    """The link in numbers."""
    faults = f"{score.faults} fault{'s' * (score.faults != 1)}" if score.faults else "no fault"
    readings = f"{score.readings} reading{'s' * (score.readings != 1)}"
    return f"{score.quality * 100:.0f} % of {score.heard} bytes in good units, {readings}, {faults}"


def words(readings: Sequence[Reading]) -> str:
    """The newest readings with their units."""
    return "; ".join(filter(None, map(_words, readings))) or "no values"


def _words(reading: Reading) -> str:
    match reading:
        case OximeterReading():
            parts = [_value("SpO2", reading.spo2, " %"), _value("pulse", reading.pulse_rate, "/min")]
            if reading.perfusion_index is not None:
                parts.append(_value("perfusion", reading.perfusion_index, " %"))
            return ", ".join([*parts, *sorted(flag.value for flag in reading.flags)])
        case CuffReading(error=None):
            parts = [f"cuff {_number(reading.systolic)}/{_number(reading.diastolic)} mmHg"]
            if reading.mean is not None:
                parts.append(_value("mean", reading.mean, ""))
            if reading.pulse_rate is not None:
                parts.append(_value("pulse", reading.pulse_rate, "/min"))
            return ", ".join(parts)
        case CuffReading():
            return f"cuff measurement failed: {reading.error}"
        case CuffProgress():
            pressure = "" if reading.pressure is None else f", {_number(reading.pressure)} mmHg"
            return f"cuff {reading.state.value}{pressure}"
        case DeviceStatus(online=False):
            return "the device says good-bye"
        case DeviceStatus():
            return "the device answers"
    return ""


def _value(name: str, value: float | None, unit: str) -> str:
    return f"{name} {_number(value)}{unit if value is not None else ''}"


def _number(value: float | None) -> str:
    return "--" if value is None else f"{value:g}"


def site_lines(best: Score, verdict: Verdict, line: LineSettings | None, url: str) -> str:
    """What to paste into a site file."""
    driver = best.candidate.driver
    cuff = driver.starts or any(isinstance(each, CuffReading | CuffProgress) for each in best.latest)
    others = " or ".join(f'"{twin.candidate.driver.name}"' for twin in verdict.twins)
    lines = [
        "[[device]]",
        f'id = "{"cuff-1" if cuff else "ox-1"}"',
        'bed = "bay-1"',
        f'driver = "{driver.name}"' + (f"  # or {others}" if others else ""),
        f'url = "{_site_url(url, driver, line)}"',
    ]
    if driver.starts:
        lines.append("# commands = true   lets bedwatch start measurements")
    if best.candidate.table:
        lines += ["[device.options]", *(f"{key} = {_toml(value)}" for key, value in best.candidate.table.items())]
    return "\n".join(lines)


def _site_url(url: str, driver: Driver, line: LineSettings | None) -> str:
    """The URL with the settings found, where they are not the driver's own."""
    base = url.partition("?")[0] if url.startswith("serial:") else url
    if line is None or driver.line is None or line == driver.line:
        return base
    changed = {
        "baud": line.baud if line.baud != driver.line.baud else None,
        "parity": line.parity.value if line.parity != driver.line.parity else None,
        "data_bits": line.data_bits if line.data_bits != driver.line.data_bits else None,
        "stop_bits": line.stop_bits if line.stop_bits != driver.line.stop_bits else None,
    }
    return f"{base}?" + "&".join(f"{key}={value}" for key, value in changed.items() if value is not None)


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool | int | float) else f'"{value}"'
