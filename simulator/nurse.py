"""What a nurse does in a story: plain data that the demo, drills and journeys carry out.

`does` is an input or command of interfaces, section 4, or `take_cuff`: pressing the cuff's start button.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from simulator.tables import ScenarioError, in_seconds, nearest

_EVERY = {"by", "reason", "observed_s"}
_OBSERVED = ("observed_s", "observed_min")
_LIMBS = {"cuff_limb", "probe_limb", "iv_limb"}

ACTIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        name: frozenset(_EVERY | fields)
        for name, fields in {
            "open_session": {
                "patient",
                "weight_kg",
                "session",
                "identifiers",
                "on_oxygen",
                "planned_min",
                "deadline_min",
                "previous_baselines",
            }
            | _LIMBS,
            "take_cuff": set(),
            "start_infusion": {"planned_min", "dose_mg", "override_by"},
            "pause_infusion": set(),
            "resume_infusion": set(),
            "end_infusion": {"early"},
            "discharge": {"checklist", "override_by"},
            "abort": set(),
            "acknowledge": {"alarm", "alarm_id"},
            "audio_pause": {"scope"},
            "audio_off": {"scope"},
            "alarm_pause": {"at_bed"},
            "alarm_off": {"alarm"},
            "resume_alarms": set(),
            "set_limit": {"alarm", "low", "high", "second_by"},
            "set_limbs": _LIMBS,
            "record_event": {"kind", "text"},
            "record_reading": {"values"},
        }.items()
    }
)
"""What a nurse can do, and the fields each action takes (interfaces, section 4)."""


@dataclass(frozen=True, slots=True)
class NurseAction:
    """`does` at `at_s` of the story, with the fields of the command as the file gives them."""

    at_s: float
    does: str
    fields: Mapping[str, object]


def read_nurse(entry: Mapping[str, object], where: str) -> NurseAction:
    """One `[[nurse]]` table.

    Raises:
        ScenarioError: unknown action or field, no time or a negative one.
    """
    does = entry.get("does")
    if not isinstance(does, str):
        raise ScenarioError(f"{where}: does is missing{nearest('', ACTIONS)}")
    if does not in ACTIONS:
        raise ScenarioError(f'{where}: a nurse cannot "{does}"{nearest(does, ACTIONS)}')
    where = f"{where} ({does})"
    known = ACTIONS[does]
    times = in_seconds({key: entry[key] for key in ("at_s", "at_min") if key in entry}, where)
    at_s = times.get("at_s")
    if isinstance(at_s, bool) or not isinstance(at_s, int | float):
        raise ScenarioError(f"{where}: at_min (or at_s) is missing or no number")
    if not 0 <= at_s < float("inf"):
        raise ScenarioError(f"{where}: at_s must not be negative, and is {at_s:g} s")
    fields = {key: value for key, value in entry.items() if key not in ("does", "at_s", "at_min")}
    fields = _with_observed(fields, does, where)
    for key in fields:
        if key not in known:
            raise ScenarioError(f'{where}: unknown key "{key}"{nearest(key, known | {"at_s", "at_min", "does"})}')
    return NurseAction(float(at_s), does, MappingProxyType(fields))


def _with_observed(fields: dict[str, object], does: str, where: str) -> dict[str, object]:
    """`observed_min` or `observed_s`: when the nurse saw it, where that was before entering it."""
    times = in_seconds({key: fields[key] for key in _OBSERVED if key in fields}, where)
    if not times:
        return fields
    observed = times["observed_s"]
    if does in ("open_session", "take_cuff", "acknowledge"):
        raise ScenarioError(f"{where}: {does} is entered when it happens; leave observed_s out")
    if isinstance(observed, bool) or not isinstance(observed, int | float) or not 0 <= observed < float("inf"):
        raise ScenarioError(f"{where}: observed_s must be a number of seconds of the story, not {observed!r}")
    kept = {key: value for key, value in fields.items() if key not in _OBSERVED}
    return {**kept, "observed_s": float(observed)}
