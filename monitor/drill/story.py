"""A drill file: a scenario of the simulator with a source, an expectation or more, and the proof that it can fail.

Keys beside those of `simulator/README.md` (all times in seconds or, with `_min`, minutes):

    document, section, sentence     where in the clinical documents it comes from
    [visit]                         the usual visit, so that a file need not spell it out
    [devices]                       which drivers stand at the bed, and what is wrong with their lines
    [[system]]                      what happens to the service itself
    [[expect]]                      monitor/drill/expectation.py
    [fails_when]                    under which change of the preset it must fail
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from monitor.drill.expectation import Expectation, read_expectation
from simulator.quirks import Quirks
from simulator.scenario import Device, Scenario, read_scenario
from simulator.story_files import find_story, read_toml, story_names
from simulator.tables import ScenarioError, known_keys, nearest, ranged, read_fields, read_table

BED, OXIMETER, CUFF = "bay-1", "ox-1", "cuff-1"
SHELF = "drills"
"""The folder of the shipped drills, below the simulator's stories."""

NURSE = "nurse-a"

QUIET_PATIENT: Mapping[str, object] = MappingProxyType(
    {
        "preset": "TYPICAL",
        "systolic": 120,
        "diastolic": 76,
        "pulse_rate": 70,
        "spo2": 98,
        "resp_rate": 14,
        "perfusion_index": 3.0,
        "systolic_effect": 10,
        "diastolic_effect": 6,
        "pulse_rate_effect": 4,
        "ke0": 0.1,
        "white_coat": False,
        "cuff_failure_share": 0,
    }
)
"""Who lies on the bed unless a drill says otherwise: nothing happens to them but what the drill says."""

PRESSES_S = (10.0, 80.0, 150.0)
"""When the nurse takes the three baseline readings of the usual visit."""
CUFF_EVERY_S = 300.0


class OximeterKind(StrEnum):
    """The oximeter's driver."""

    MQTT = "mqtt-vitals"
    NONIN = "nonin-df2"


class CuffKind(StrEnum):
    """The cuff's driver."""

    MQTT = "mqtt-vitals"
    PAR = "par-nibp"


class SystemEvent(StrEnum):
    """What can happen to the service."""

    RESTART = "restart"
    PAGER_SILENT = "pager_silent"
    PAGER_BACK = "pager_back"
    DISK_LOW = "disk_low"
    DISK_BACK = "disk_back"
    JOURNAL_BROKEN = "journal_broken"
    JOURNAL_BACK = "journal_back"
    STRANGER = "stranger"
    """A device that nobody bound publishes under the site's topics."""
    BATTERY = "battery"
    """The battery of `device` is at `percent` from now on, and says so."""
    CLOCK_SET_BACK = "clock_set_back"
    """The own clock of `device` is set back by `by_s`."""
    STATION_FREEZES = "station_freezes"
    """The station's page, open from the beginning, answers no more."""
    STATION_BACK = "station_back"
    STATION_MUTED = "station_muted"
    """The page answers, and cannot be heard."""
    STATION_HEARD = "station_heard"
    SERVER_CLOCK_LOST = "server_clock_lost"
    """Nothing keeps the server's own clock right any more."""
    SERVER_CLOCK_RIGHT = "server_clock_right"
    CORE_STALLS = "core_stalls"
    """The service stands still for `for_s`; a watchdog looks on from outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The `[visit]` table: a session opens at minute 0 with three readings; infusion, end and discharge if given."""

    start_s: float = -1.0
    end_s: float = -1.0
    discharge_s: float = -1.0
    planned_s: float = 2400.0
    cuff_limb: str = "left"
    probe_limb: str = "right"
    iv_limb: str = "right"
    readings: int = ranged(0, 3, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePlan(Quirks):
    """The `[devices]` table: drivers, pagers, and what is wrong with lines and clocks (`simulator/quirks.py`)."""

    oximeter: OximeterKind = OximeterKind.MQTT
    cuff: CuffKind = CuffKind.MQTT
    pleth: bool = False
    cuff_commands: bool = True
    second_pager: bool = False
    """For HIGH alarms alone; it always answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemStep:
    """One `[[system]]` table: `happens` at `at_s`."""

    at_s: float
    happens: SystemEvent
    device: Device = Device.OXIMETER
    percent: float = ranged(0, 100, 100)
    by_s: float = ranged(0, 86_400, 0)
    for_s: float = ranged(0, 3_600, 0)


@dataclass(frozen=True, slots=True)
class Breaker:
    """The `[fails_when]` table: rules that are `off`, keys of the preset that are `changed`."""

    off: tuple[str, ...] = ()
    changed: Mapping[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.off or self.changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    document: str
    section: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill, checked. `bare`: a scenario of the simulator that expects nothing."""

    name: str
    document: str
    section: str
    sentence: str
    scenario: Scenario
    devices: DevicePlan
    system: tuple[SystemStep, ...]
    expectations: tuple[Expectation, ...]
    fails_when: Breaker


def drill_names() -> list[str]:
    """The names of the shipped drills."""
    return story_names(SHELF)


def load_drill(name_or_path: str | Path) -> Drill:
    """A shipped drill by name, or one of your own by the path of its `.toml` file.

    Raises:
        ScenarioError: there is none, or something in it is wrong; the message says where and what to do.
    """
    text, name, origin = find_story(name_or_path, "drill", SHELF)
    return parse_drill(text, name=name, origin=origin)


def parse_drill(text: str, *, name: str, origin: str) -> Drill:
    """The drill in `text`; `origin` is what errors call the file.

    Raises:
        ScenarioError: as `load_drill`.
    """
    document = read_toml(text, origin)
    entries = _tables(document, "expect", origin)
    if not entries:
        raise ScenarioError(f"{origin}: it expects nothing; say with [[expect]] what must happen or stay silent")
    source = read_table(_Source, {key: document.pop(key) for key in known_keys(_Source) if key in document}, origin)
    visit = document.pop("visit", None)
    devices = read_table(DevicePlan, _table(document, "devices", origin), f"{origin}: [devices]")
    system = [
        read_table(SystemStep, entry, f"{origin}: [[system]] {number}")
        for number, entry in enumerate(_tables(document, "system", origin), 1)
    ]
    breaker = _breaker(_table(document, "fails_when", origin), f"{origin}: [fails_when]")
    document["patient"] = {**QUIET_PATIENT, **_table(document, "patient", origin)}
    if visit is not None:
        if not isinstance(visit, dict):
            raise ScenarioError(f"{origin}: visit must be one table, written [visit]")
        _spell_out(document, visit, f"{origin}: [visit]")
    expectations = [
        read_expectation(entry, number, f"{origin}: [[expect]] {number}") for number, entry in enumerate(entries, 1)
    ]
    return Drill(
        name=name,
        document=source.document,
        section=source.section,
        sentence=source.sentence,
        scenario=read_scenario(document, name=name, origin=origin),
        devices=devices,
        system=tuple(sorted(system, key=lambda step: step.at_s)),
        expectations=tuple(expectations),
        fails_when=breaker,
    )


def _spell_out(document: dict[str, Any], table: Mapping[str, object], where: str) -> None:
    """The usual visit as the actions and pump steps that a file could have named itself."""
    given = read_fields(Visit, table, where)
    visit = Visit(**given)
    opening = {"cuff_limb": visit.cuff_limb, "probe_limb": visit.probe_limb, "iv_limb": visit.iv_limb}
    nurse: list[dict[str, object]] = [
        {"at_s": 0.0, "does": "open_session", "by": NURSE, "patient": "P-1", "weight_kg": 70, **opening}
    ]
    nurse += [{"at_s": at_s, "does": "take_cuff", "by": NURSE} for at_s in PRESSES_S[: int(visit.readings)]]
    pump: list[dict[str, object]] = []
    start = given.get("start_s")
    if start is None and ("end_s" in given or "planned_s" in given):
        raise ScenarioError(f"{where}: an infusion that ends must have started; give start_min")
    if start is not None:
        planned_min = visit.planned_s / 60.0
        nurse.append({"at_s": start, "does": "start_infusion", "by": NURSE, "planned_min": planned_min})
        pump.append({"at_s": start, "kind": "infusion_start", "planned_s": visit.planned_s})
    if "end_s" in given:
        nurse.append({"at_s": visit.end_s, "does": "end_infusion", "by": NURSE})
        pump.append({"at_s": visit.end_s, "kind": "infusion_end"})
    if "discharge_s" in given:
        nurse.append({"at_s": visit.discharge_s, "does": "discharge", "by": NURSE})
    document["nurse"] = [*_list(document, "nurse"), *nurse]
    document["event"] = [*_list(document, "event"), *pump]
    first = CUFF_EVERY_S if start is None else start
    document.setdefault("cuff", {"first_s": first, "every_s": CUFF_EVERY_S})


def _breaker(table: Mapping[str, object], where: str) -> Breaker:
    known = {"off", "set"}
    for key in table:
        if key not in known:
            raise ScenarioError(f'{where}: unknown key "{key}"{nearest(key, known)}')
    off, changed = table.get("off", []), table.get("set", {})
    names = [off] if isinstance(off, str) else off
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ScenarioError(f'{where}: off names rules, as in off = ["SPO2_CRIT"]')
    if not isinstance(changed, dict):
        raise ScenarioError(f'{where}: set names keys of the preset, as in set = {{ "rules.SPO2_LOW.delay_s" = 60 }}')
    return Breaker(tuple(names), changed)


def _table(document: dict[str, Any], key: str, origin: str) -> Mapping[str, object]:
    value = document.pop(key, {})
    if not isinstance(value, dict):
        raise ScenarioError(f"{origin}: {key} must be one table, written [{key}]")
    return value


def _tables(document: dict[str, Any], key: str, origin: str) -> list[Mapping[str, object]]:
    value = document.pop(key, [])
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ScenarioError(f"{origin}: {key} must be a list of tables, each headed [[{key}]]")
    return value


def _list(document: Mapping[str, Any], key: str) -> list[Any]:
    value = document.get(key, [])
    return value if isinstance(value, list) else [value]
