"""Inputs from JSON objects (interfaces, section 4): the form of recorded files and of the journal. Back: `writer`.

Times in a line are seconds from its file's start; `origin` is that start on the service's scale.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from config.instant import SECOND, Duration, Instant, seconds
from config.vocabulary import CuffError, CuffState, Flag, LinkState, Metric, Priority
from monitor.core.errors import InputError
from monitor.core.inputs import (
    Acknowledge,
    BatteryLevel,
    Command,
    CuffActivity,
    CuffMeasurement,
    Input,
    LinkChange,
    MeasurementRefused,
    OpenSession,
    OximeterSample,
    PlethMeasures,
    Restart,
    RoomCheck,
    SystemState,
    Tick,
)
from monitor.core.lines.fields import Fields, finite

METRIC_NAMES = [metric.value for metric in Metric]

COMMAND_FIELDS: dict[str, frozenset[str]] = {
    "start_infusion": frozenset({"planned_min", "dose_mg", "override_by", "override_signed"}),
    "pause_infusion": frozenset(),
    "resume_infusion": frozenset(),
    "end_infusion": frozenset({"early"}),
    "discharge": frozenset({"checklist", "override_by", "override_signed"}),
    "abort": frozenset(),
    "audio_pause": frozenset({"scope"}),
    "alarm_pause": frozenset({"at_bed"}),
    "alarm_off": frozenset({"alarm"}),
    "audio_off": frozenset({"scope"}),
    "resume_alarms": frozenset({"scope", "state", "alarm"}),
    "set_limit": frozenset({"alarm", "low", "high", "second_by"}),
    "set_limbs": frozenset({"cuff_limb", "probe_limb", "iv_limb"}),
    "add_identifier": frozenset({"identifier"}),
    "record_event": frozenset({"kind", "text"}),
    "record_reading": frozenset({"values"}),
}
"""Every command of interfaces section 4 with its own fields. What is not carried out yet, the core refuses."""

LONGEST: Duration = 3660 * 24 * 3600 * SECOND
"""Ten years: no file is longer, and a slip of the pen must not run the clock for hours."""

SYSTEMS = ("storage", "station", "pager", "clock", "binding", "core", "watchdog")


def read_time(line: Mapping[str, Any]) -> Instant:
    """A line's `t`, in microseconds from the file's start."""
    value = finite("t", line.get("t"), "a number of seconds from the start")
    if not 0 <= value <= LONGEST / SECOND:
        raise InputError(f"t: {value!r} is before the start or more than ten years after it")
    return seconds(value)


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
            finite(f"previous_baselines.{metric}", value, "a number")
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
        on_oxygen=None if fields.raw("on_oxygen") is None else fields.flag("on_oxygen"),
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
        patient=fields.maybe_text("patient"),
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
        device_t=fields.moment("device_t", origin),
        patient=fields.maybe_text("patient"),
    )


def _read_cuff(fields: Fields, origin: Instant) -> Input:
    return CuffActivity(
        fields.text("bed"), fields.text("device"), fields.word("state", CuffState), fields.number("pressure")
    )


def _read_pleth(fields: Fields, origin: Instant) -> Input:
    quality = fields.sure_number("sqi")
    if not 0 <= quality <= 1:
        raise InputError(f"sqi: a quality between 0 and 1 is wanted, not {quality!r}")
    return PlethMeasures(
        fields.text("bed"),
        fields.text("device"),
        quality,
        fields.flag("pulse_present", None),
        pulse_rate_pleth=fields.number("pulse_rate_pleth"),
        resp_rate_pleth=fields.number("resp_rate_pleth"),
        rr_quality=fields.number("rr_quality"),
        amplitude=fields.number("amplitude"),
    )


def _read_nibp_refused(fields: Fields, origin: Instant) -> Input:
    return MeasurementRefused(fields.text("bed"), fields.text("device"), fields.text("reason"))


def _read_link(fields: Fields, origin: Instant) -> Input:
    return LinkChange(
        fields.text("bed"), fields.text("device"), fields.word("state", LinkState), fields.maybe_text("reason")
    )


def _read_battery(fields: Fields, origin: Instant) -> Input:
    return BatteryLevel(fields.text("bed"), fields.text("device"), fields.sure_number("percent"))


def _read_room(fields: Fields, origin: Instant) -> Input:
    return RoomCheck(fields.text("bed"), fields.text("patient"), fields.flag("listed", None))


def _read_command(fields: Fields, origin: Instant) -> Input:
    name = fields.text("command")
    if name not in COMMAND_FIELDS:
        raise InputError(f"command: {name!r} is unknown; one of {', '.join(COMMAND_FIELDS)} is wanted")
    by, reason, role = fields.maybe_text("by"), fields.maybe_text("reason"), fields.maybe_text("role")
    at = fields.moment("at", origin)
    item = Command(fields.maybe_text("bed"), name, by, at, reason, fields.some(COMMAND_FIELDS[name]), role)
    if not item.bed and not item.for_station:
        raise InputError(f"bed: a text is wanted, not {item.bed!r}")
    return item


def _read_acknowledge(fields: Fields, origin: Instant) -> Input:
    alarm_id, alarm = fields.maybe_text("alarm_id"), fields.maybe_text("alarm")
    if (alarm_id is None) == (alarm is None):
        raise InputError("acknowledge: exactly one of alarm_id and alarm is wanted")
    return Acknowledge(fields.maybe_text("bed"), fields.text("by"), alarm_id, alarm, _read_priorities(fields))


def _read_priorities(fields: Fields) -> frozenset[Priority] | None:
    words = fields.raw("priorities")
    if words is None:
        return None
    known = {priority.word: priority for priority in Priority}
    if not isinstance(words, list) or any(not isinstance(word, str) or word not in known for word in words):
        raise InputError(f"priorities: a list of {', '.join(known)} is wanted, not {words!r}")
    return frozenset(known[word] for word in words)


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
        fields.moment("since", origin),
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
    "pleth_measures": _read_pleth,
    "nibp_refused": _read_nibp_refused,
    "link": _read_link,
    "battery": _read_battery,
    "room": _read_room,
    "command": _read_command,
    "acknowledge": _read_acknowledge,
    "system": _read_system,
    "restart": _read_restart,
    "tick": _read_tick,
}
