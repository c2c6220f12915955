"""Inputs as JSON objects, and back (interfaces, section 4): the form of recorded files and of the journal.

Times in a line are seconds from its file's start; `origin` is that start on the service's scale.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from config.instant import SECOND, Duration, Instant, seconds, to_seconds
from config.vocabulary import CuffError, CuffState, Flag, LinkState, Metric
from monitor.core.errors import InputError
from monitor.core.inputs import (
    Acknowledge,
    BatteryLevel,
    Command,
    CuffActivity,
    CuffMeasurement,
    Input,
    LinkChange,
    OpenSession,
    OximeterSample,
    Restart,
    SystemState,
    Tick,
)

Word = TypeVar("Word", bound=StrEnum)

METRIC_NAMES = [metric.value for metric in Metric]

COMMAND_FIELDS: dict[str, frozenset[str]] = {
    "start_infusion": frozenset({"planned_min", "dose_mg", "override_by"}),
    "pause_infusion": frozenset(),
    "resume_infusion": frozenset(),
    "end_infusion": frozenset({"early"}),
    "discharge": frozenset({"checklist", "override_by"}),
    "abort": frozenset(),
    "audio_pause": frozenset({"scope"}),
    "alarm_pause": frozenset({"at_bed"}),
    "alarm_off": frozenset({"alarm"}),
    "audio_off": frozenset({"scope"}),
    "resume_alarms": frozenset(),
    "set_limit": frozenset({"alarm", "low", "high", "second_by"}),
    "set_limbs": frozenset({"cuff_limb", "probe_limb", "iv_limb"}),
    "record_event": frozenset({"kind", "text"}),
    "record_reading": frozenset({"values"}),
}
"""Every command of interfaces section 4 with its own fields. What is not carried out yet, the core refuses."""

LONGEST: Duration = 3660 * 24 * 3600 * SECOND
"""Ten years: no file is longer, and a slip of the pen must not run the clock for hours."""

SYSTEMS = ("storage", "station", "pager", "clock", "binding", "core")


class Fields:
    """One line read field by field; what nobody read is unknown and refused."""

    def __init__(self, line: Mapping[str, Any]) -> None:
        self._line = line
        self._read = {"t", "input"}

    def raw(self, key: str, default: Any = None) -> Any:
        """The value as it stands."""
        self._read.add(key)
        return self._line.get(key, default)

    def text(self, key: str) -> str:
        """A text that must be there."""
        value = self.raw(key)
        if not isinstance(value, str) or not value:
            raise InputError(f"{key}: a text is wanted, not {value!r}")
        return value

    def maybe_text(self, key: str) -> str | None:
        """A text, or nothing."""
        value = self.raw(key)
        if value is not None and not isinstance(value, str):
            raise InputError(f"{key}: a text is wanted, not {value!r}")
        return value

    def number(self, key: str, default: float | None = None) -> float | None:
        """A finite number, or nothing."""
        value = self.raw(key, default)
        return None if value is None else _finite(key, value, "a number")

    def sure_number(self, key: str, default: float | None = None) -> float:
        """A finite number; one that must be there when it has no default."""
        value = self.number(key, default)
        if value is not None:
            return value
        if default is None:
            raise InputError(f"{key}: missing; a number is wanted")
        return default

    def flag(self, key: str, default: bool | None = False) -> bool:
        """true or false; one that must be there when it has no default."""
        value = self.raw(key, default)
        if not isinstance(value, bool):
            raise InputError(f"{key}: true or false is wanted, not {value!r}")
        return value

    def whole(self, key: str) -> int | None:
        """A whole number, or nothing."""
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not -(1 << 63) <= value < 1 << 63:
            raise InputError(f"{key}: a whole number is wanted, not {value!r}")
        return value

    def moment(self, key: str, origin: Instant) -> Instant | None:
        """Seconds from the file's start, or nothing."""
        value = self.number(key)
        return None if value is None else origin + seconds(value)

    def word(self, key: str, kind: type[Word]) -> Word:
        """One of a vocabulary's words."""
        found = self.maybe_word(key, kind)
        if found is None:
            raise InputError(f"{key}: missing; one of {', '.join(kind)} is wanted")
        return found

    def maybe_word(self, key: str, kind: type[Word]) -> Word | None:
        """One of a vocabulary's words, or nothing."""
        value = self.raw(key)
        if value is None:
            return None
        try:
            return kind(value)
        except ValueError:
            raise InputError(f"{key}: {value!r} is unknown; one of {', '.join(kind)} is wanted") from None

    def some(self, keys: frozenset[str]) -> dict[str, Any]:
        """Those of `keys` that are there."""
        self._read |= keys
        return {key: value for key, value in self._line.items() if key in keys}

    def done(self) -> None:
        """Refuse what nobody read."""
        unknown = sorted(set(self._line) - self._read)
        if unknown:
            raise InputError(f"unknown field {unknown[0]!r}; known here: {', '.join(sorted(self._read))}")


def _finite(key: str, value: object, wanted: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{key}: {wanted} is wanted, not {value!r}")
    # A whole number may be too large for any float, and even to be printed.
    if not abs(value) <= sys.float_info.max:
        raise InputError(f"{key}: {wanted} is wanted, not one beyond all bounds")
    return value


def read_time(line: Mapping[str, Any]) -> Instant:
    """A line's `t`, in microseconds from the file's start."""
    at = seconds(_finite("t", line.get("t"), "a number of seconds from the start"))
    if not 0 <= at <= LONGEST:
        raise InputError(f"t: {line['t']!r} is before the start or more than ten years after it")
    return at


def read_input(line: Mapping[str, Any], origin: Instant = 0) -> Input:
    """The input of one line.

    Raises:
        InputError: a field is missing, unknown or of the wrong kind.
    """
    kind = line.get("input")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise InputError(f"input: {kind!r} is unknown; one of {', '.join(_READERS)} is wanted")
    fields = Fields(line)
    found = reader(fields, origin)
    fields.done()
    return found


def _read_open(fields: Fields, origin: Instant) -> Input:
    identifiers = fields.raw("identifiers", [])
    if not isinstance(identifiers, list) or any(not isinstance(entry, str) for entry in identifiers):
        raise InputError(f"identifiers: a list of texts is wanted, not {identifiers!r}")
    previous = fields.raw("previous_baselines", {})
    if not isinstance(previous, dict) or not all(isinstance(values, list) for values in previous.values()):
        raise InputError(f"previous_baselines: a table of metric to list of values is wanted, not {previous!r}")
    for metric, values in previous.items():
        if metric not in METRIC_NAMES:
            raise InputError(f"previous_baselines: {metric!r} is no metric; one of {', '.join(METRIC_NAMES)} is wanted")
        for value in values:
            _finite(f"previous_baselines.{metric}", value, "a number")
    return OpenSession(
        bed=fields.text("bed"),
        patient=fields.text("patient"),
        by=fields.maybe_text("by"),
        session=fields.maybe_text("session"),
        weight_kg=fields.number("weight_kg"),
        cuff_limb=fields.maybe_text("cuff_limb"),
        probe_limb=fields.maybe_text("probe_limb"),
        iv_limb=fields.maybe_text("iv_limb"),
        identifiers=tuple(identifiers),
        on_oxygen=fields.flag("on_oxygen"),
        planned_min=fields.sure_number("planned_min", 40.0),
        deadline_min=fields.sure_number("deadline_min", 20.0),
        previous_baselines=previous,
    )


def _read_flags(fields: Fields) -> frozenset[Flag]:
    words = fields.raw("flags", [])
    if not isinstance(words, list):
        raise InputError(f"flags: a list is wanted, not {words!r}")
    try:
        return frozenset(Flag(word) for word in words)
    except ValueError:
        raise InputError(f"flags: {words!r} holds an unknown one; known: {', '.join(Flag)}") from None


def _read_spo2(fields: Fields, origin: Instant) -> Input:
    return OximeterSample(
        bed=fields.text("bed"),
        device=fields.text("device"),
        spo2=fields.number("spo2"),
        pulse_rate=fields.number("pulse_rate"),
        flags=_read_flags(fields),
        perfusion_index=fields.number("perfusion_index"),
        seq=fields.whole("seq"),
        device_t=fields.moment("device_t", origin),
    )


def _read_nibp(fields: Fields, origin: Instant) -> Input:
    return CuffMeasurement(
        bed=fields.text("bed"),
        device=fields.text("device"),
        systolic=fields.number("systolic"),
        diastolic=fields.number("diastolic"),
        mean=fields.number("mean"),
        pulse_rate=fields.number("pulse_rate"),
        error=fields.maybe_word("error", CuffError),
        measured_at=fields.moment("measured_t", origin),
        irregular=fields.flag("irregular"),
        map_computed=fields.flag("map_computed"),
        source=fields.maybe_text("source"),
        seq=fields.whole("seq"),
    )


def _read_cuff(fields: Fields, origin: Instant) -> Input:
    return CuffActivity(
        fields.text("bed"), fields.text("device"), fields.word("state", CuffState), fields.number("pressure")
    )


def _read_link(fields: Fields, origin: Instant) -> Input:
    return LinkChange(
        fields.text("bed"), fields.text("device"), fields.word("state", LinkState), fields.maybe_text("reason")
    )


def _read_battery(fields: Fields, origin: Instant) -> Input:
    return BatteryLevel(fields.text("bed"), fields.text("device"), fields.sure_number("percent"))


def _read_command(fields: Fields, origin: Instant) -> Input:
    name = fields.text("command")
    if name not in COMMAND_FIELDS:
        raise InputError(f"command: {name!r} is unknown; one of {', '.join(COMMAND_FIELDS)} is wanted")
    bed, by, reason = fields.text("bed"), fields.maybe_text("by"), fields.maybe_text("reason")
    at = fields.moment("at", origin)
    return Command(bed, name, by, at, reason, fields.some(COMMAND_FIELDS[name]))


def _read_acknowledge(fields: Fields, origin: Instant) -> Input:
    alarm_id, alarm = fields.maybe_text("alarm_id"), fields.maybe_text("alarm")
    if (alarm_id is None) == (alarm is None):
        raise InputError("acknowledge: exactly one of alarm_id and alarm is wanted")
    return Acknowledge(fields.maybe_text("bed"), fields.text("by"), alarm_id, alarm)


def _read_system(fields: Fields, origin: Instant) -> Input:
    system = fields.text("system")
    if system not in SYSTEMS:
        raise InputError(f"system: {system!r} is unknown; one of {', '.join(SYSTEMS)} is wanted")
    fields.raw("bed")
    return SystemState(
        system,
        fields.flag("ok", None),
        fields.maybe_text("subject"),
        fields.maybe_text("detail"),
        fields.flag("critical"),
    )


def _read_restart(fields: Fields, origin: Instant) -> Input:
    return Restart(fields.maybe_text("bed"))


def _read_tick(fields: Fields, origin: Instant) -> Input:
    fields.raw("bed")
    return Tick()


_READERS: dict[str, Callable[[Fields, Instant], Input]] = {
    "open_session": _read_open,
    "spo2": _read_spo2,
    "nibp": _read_nibp,
    "cuff": _read_cuff,
    "link": _read_link,
    "battery": _read_battery,
    "command": _read_command,
    "acknowledge": _read_acknowledge,
    "system": _read_system,
    "restart": _read_restart,
    "tick": _read_tick,
}


# -- writing -------------------------------------------------------------------------------------------------------


def write_input(item: Input, at: Instant, origin: Instant = 0) -> dict[str, Any]:
    """The line of one input; `read_input` gives the same input back."""

    def moment(value: Instant | None) -> float | None:
        return None if value is None else _exact_seconds(value - origin)

    line: dict[str, Any] = {"t": _exact_seconds(at - origin), "bed": getattr(item, "bed", None)}
    match item:
        case OximeterSample():
            line |= {"input": "spo2", "device": item.device, "spo2": item.spo2, "pulse_rate": item.pulse_rate}
            line["flags"] = sorted(item.flags)
            line |= _given(perfusion_index=item.perfusion_index, seq=item.seq, device_t=moment(item.device_t))
        case CuffMeasurement():
            line |= {
                "input": "nibp",
                "device": item.device,
                "systolic": item.systolic,
                "diastolic": item.diastolic,
                "mean": item.mean,
                "pulse_rate": item.pulse_rate,
                "error": item.error,
            }
            line |= _given(measured_t=moment(item.measured_at), source=item.source, seq=item.seq)
            line |= _given(irregular=item.irregular or None, map_computed=item.map_computed or None)
        case CuffActivity():
            line |= {"input": "cuff", "device": item.device, "state": item.state}
            line |= _given(pressure=item.pressure)
        case LinkChange():
            line |= {"input": "link", "device": item.device, "state": item.state}
            line |= _given(reason=item.reason)
        case BatteryLevel():
            line |= {"input": "battery", "device": item.device, "percent": item.percent}
        case Command():
            line |= {"input": "command", "command": item.command}
            line |= _given(by=item.by, at=moment(item.at), reason=item.reason) | item.fields
        case Acknowledge():
            line |= {"input": "acknowledge", "by": item.by}
            line |= _given(alarm_id=item.alarm_id, alarm=item.alarm)
        case OpenSession():
            line |= {"input": "open_session", "patient": item.patient, "on_oxygen": item.on_oxygen}
            line |= {"planned_min": item.planned_min, "deadline_min": item.deadline_min}
            line |= _given(by=item.by, session=item.session, weight_kg=item.weight_kg, cuff_limb=item.cuff_limb)
            line |= _given(probe_limb=item.probe_limb, iv_limb=item.iv_limb)
            line |= {"identifiers": list(item.identifiers), "previous_baselines": item.previous_baselines}
        case SystemState():
            line |= {"input": "system", "system": item.system, "ok": item.ok, "critical": item.critical}
            line |= _given(subject=item.subject, detail=item.detail)
        case Restart():
            line["input"] = "restart"
        case Tick():
            line["input"] = "tick"
    return line


def _given(**fields: Any) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def _exact_seconds(value: Instant) -> float:
    """Whole microseconds as seconds; a double holds them exactly enough to come back the same."""
    return to_seconds(value) if value % 1000 == 0 else value / 1_000_000
