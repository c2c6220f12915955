"""A story in a TOML file: one patient, one infusion, what happens when, and what the nurse does.

Times are minutes or seconds of the story, which begins when the patient is connected. With `start_at_min` a
play begins in the middle: the patient has then lived through everything before.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

import numpy as np

from simulator.events import EVENTS, Event
from simulator.nurse import NurseAction, read_nurse
from simulator.patient import VirtualPatient
from simulator.pharmacology import KE0_SLOW, STANDARD_DOSE_MG_PER_KG, PumpAction, PumpStep
from simulator.presets import Preset, Traits, sample_traits
from simulator.story_files import find_story, read_toml, story_names
from simulator.tables import ScenarioError, in_seconds, known_keys, nearest, ranged, read_fields, read_table

__all__ = ["Device", "LinkChange", "Scenario", "ScenarioError", "Truth", "load_scenario", "scenario_names"]

_LEAST_PULSE_PRESSURE = 20.0


class Device(StrEnum):
    """Which of a bed's devices a link event is about."""

    OXIMETER = "oximeter"
    CUFF = "cuff"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkChange:
    """From `at_s` on the device's cable is in (`connected`) or out."""

    at_s: float
    device: Device
    connected: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """What really happened, for scoring what was noticed: kind, onset and end in seconds of the story."""

    kind: str
    onset_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionPlan:
    """The `[infusion]` table: when the pump really starts and for how long it is meant to run."""

    start_s: float
    planned_s: float = ranged(60, 14400, 2400)
    dose_mg_per_kg: float = ranged(0, 5, STANDARD_DOSE_MG_PER_KG)


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffPlan:
    """The `[cuff]` table: the cuff measures by itself from `first_s` on, every `every_s`; 0 = on demand only."""

    first_s: float = 60.0
    every_s: float = 300.0
    on_probe_limb: bool = False
    """Where the cuff really is, whatever the nurse has entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _PumpEvent:
    at_s: float
    planned_s: float = ranged(60, 14400, 2400)
    dose_mg_per_kg: float = ranged(0, 5, STANDARD_DOSE_MG_PER_KG)


@dataclass(frozen=True, slots=True, kw_only=True)
class _LinkEvent:
    at_s: float
    device: Device
    for_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    title: str
    story: str = ""
    start_at_s: float = 0.0
    length_s: float = 5400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story, checked. All times in seconds of the story, lists ordered by time."""

    name: str
    title: str
    story: str
    start_at_s: float
    """A play begins here; everything earlier has already happened."""
    length_s: float
    seed: int
    preset: Preset
    overrides: Mapping[str, float | bool]
    """Traits that the file sets; the others are drawn from preset and seed."""
    infusion: InfusionPlan | None
    cuff: CuffPlan
    events: tuple[Event, ...]
    pump: tuple[PumpStep, ...]
    links: tuple[LinkChange, ...]
    nurse: tuple[NurseAction, ...]

    def traits(self, seed: int | None = None) -> Traits:
        """The patient of this story; another seed gives another patient with the same things happening."""
        drawn = sample_traits(self.preset, np.random.default_rng([self.seed if seed is None else seed, 1]))
        traits = dataclasses.replace(drawn, **self.overrides)  # type: ignore[arg-type]  # checked by name at load
        room = traits.systolic - traits.diastolic
        if room < _LEAST_PULSE_PRESSURE:  # one of the two was drawn: move it
            moved = "diastolic" if "systolic" in self.overrides else "systolic"
            shift = room - _LEAST_PULSE_PRESSURE if moved == "diastolic" else _LEAST_PULSE_PRESSURE - room
            traits = dataclasses.replace(traits, **{moved: getattr(traits, moved) + shift})
        return traits

    def patient(self, seed: int | None = None, begin_s: float | None = None) -> VirtualPatient:
        """The patient at `begin_s` of the story (default: `start_at_s`), with all that came before behind it."""
        chosen = self.seed if seed is None else seed
        patient = VirtualPatient(
            self.traits(seed), chosen, self.events, self.pump, cuff_on_probe_limb=self.cuff.on_probe_limb
        )
        patient.advance(self.start_at_s if begin_s is None else begin_s)
        return patient

    def connected(self, device: Device, at_s: float) -> bool:
        """Whether the device's cable is in at `at_s`."""
        state = True
        for change in self.links:
            if change.at_s > at_s:
                break
            if change.device is device:
                state = change.connected
        return state

    def truths(self) -> tuple[Truth, ...]:
        """Every event of the body, lost cable, pause and slow return, by onset; what never ends ends at infinity."""
        found = [Truth(event.kind, event.at_s, event.until_s) for event in self.events]
        for position, change in enumerate(self.links):
            if not change.connected:
                back = (
                    later.at_s
                    for later in self.links[position + 1 :]
                    if later.device is change.device and later.connected
                )
                found.append(Truth(f"{change.device}_unplugged", change.at_s, next(back, math.inf)))
        for position, step in enumerate(self.pump):
            if step.action is PumpAction.PAUSE:
                on = (later.at_s for later in self.pump[position + 1 :] if later.action is not PumpAction.PAUSE)
                found.append(Truth("infusion_paused", step.at_s, next(on, math.inf)))
        if self.infusion is not None and self.traits().ke0 <= KE0_SLOW:
            ended = next((step.at_s for step in reversed(self.pump) if step.action is PumpAction.END), None)
            paused_s = sum(truth.end_s - truth.onset_s for truth in found if truth.kind == "infusion_paused")
            end = self.infusion.start_s + self.infusion.planned_s + paused_s if ended is None else ended
            found.append(Truth("slow_return", end, math.inf))
        return tuple(sorted(found, key=lambda truth: truth.onset_s))


def scenario_names() -> list[str]:
    """The names of the shipped stories."""
    return story_names()


def load_scenario(name_or_path: str | Path) -> Scenario:
    """A shipped story by name, or one of your own by the path of its `.toml` file.

    Raises:
        ScenarioError: no such story, or something in it is wrong; the message says where and what to do.
    """
    text, name, origin = find_story(name_or_path, "scenario")
    return parse_scenario(text, name=name, origin=origin)


def parse_scenario(text: str, *, name: str, origin: str) -> Scenario:
    """The story in `text`; `origin` is what errors call the file.

    Raises:
        ScenarioError: as `load_scenario`.
    """
    return read_scenario(read_toml(text, origin), name=name, origin=origin)


def read_scenario(document: Mapping[str, object], *, name: str, origin: str) -> Scenario:
    """The story in a TOML document that has been read already; `origin` is what errors call it.

    Raises:
        ScenarioError: as `load_scenario`.
    """
    tables = {"patient", "infusion", "cuff", "event", "nurse"}
    for key in document:
        if key not in tables | known_keys(_Head):
            raise ScenarioError(f'{origin}: unknown key "{key}"{nearest(key, tables | known_keys(_Head))}')
    head = read_table(_Head, {k: v for k, v in document.items() if k not in tables}, origin)
    seed, preset, overrides = _read_patient(_table(document, "patient", origin), f"{origin}: [patient]")
    infusion = None
    if "infusion" in document:
        infusion = read_table(InfusionPlan, _table(document, "infusion", origin), f"{origin}: [infusion]")
    events, pump, links = _read_events(_tables(document, "event", origin), origin)
    if infusion is not None:
        pump.append(
            PumpStep(
                at_s=infusion.start_s,
                action=PumpAction.START,
                planned_s=infusion.planned_s,
                dose_mg_per_kg=infusion.dose_mg_per_kg,
            )
        )
    nurse = [
        read_nurse(entry, f"{origin}: [[nurse]] {number}")
        for number, entry in enumerate(_tables(document, "nurse", origin), 1)
    ]
    return Scenario(
        name=name,
        title=head.title,
        story=head.story.strip(),
        start_at_s=head.start_at_s,
        length_s=head.length_s,
        seed=seed,
        preset=preset,
        overrides=MappingProxyType(overrides),
        infusion=infusion,
        cuff=read_table(CuffPlan, _table(document, "cuff", origin), f"{origin}: [cuff]"),
        events=tuple(sorted(events, key=lambda event: event.at_s)),
        pump=tuple(sorted(pump, key=lambda step: step.at_s)),
        links=tuple(sorted(links, key=lambda change: change.at_s)),
        nurse=tuple(sorted(nurse, key=lambda action: action.at_s)),
    )


def _table(document: Mapping[str, object], key: str, origin: str) -> Mapping[str, object]:
    value = document.get(key, {})
    if not isinstance(value, dict):
        raise ScenarioError(f"{origin}: {key} must be one table, written [{key}]")
    return value


def _tables(document: Mapping[str, object], key: str, origin: str) -> list[Mapping[str, object]]:
    value = document.get(key, [])
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise ScenarioError(f"{origin}: {key} must be a list of tables, each headed [[{key}]]")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draw:
    preset: Preset = Preset.STRONG
    seed: int = ranged(0, 2**31 - 1, 1)


def _read_patient(table: Mapping[str, object], where: str) -> tuple[int, Preset, dict[str, float | bool]]:
    known = known_keys(_Draw) | known_keys(Traits)
    for key in table:
        if key not in known:
            raise ScenarioError(f'{where}: unknown key "{key}"{nearest(key, known)}')
    draw = read_table(_Draw, {k: v for k, v in table.items() if k in known_keys(_Draw)}, where)
    overrides = read_fields(Traits, {k: v for k, v in table.items() if k in known_keys(Traits)}, where)
    if "systolic" in overrides and "diastolic" in overrides:
        room = overrides["systolic"] - overrides["diastolic"]
        if room < _LEAST_PULSE_PRESSURE:
            raise ScenarioError(f"{where}: systolic must be at least {_LEAST_PULSE_PRESSURE:g} above diastolic")
    return draw.seed, draw.preset, overrides


def _read_events(
    entries: list[Mapping[str, object]], origin: str
) -> tuple[list[Event], list[PumpStep], list[LinkChange]]:
    events: list[Event] = []
    pump: list[PumpStep] = []
    links: list[LinkChange] = []
    kinds = [*EVENTS, *PumpAction, "device_unplugged", "device_plugged"]
    for number, entry in enumerate(entries, 1):
        kind = entry.get("kind")
        where = f"{origin}: [[event]] {number}"
        if not isinstance(kind, str):
            raise ScenarioError(f"{where}: kind is missing{nearest('', kinds)}")
        where, rest = f"{where} ({kind})", {key: value for key, value in entry.items() if key != "kind"}
        if kind in EVENTS:
            events.append(read_table(EVENTS[kind], rest, where))
        elif kind in list(PumpAction):
            read = read_table(_PumpEvent, rest, where)
            if kind != PumpAction.START and set(in_seconds(rest, where)) != {"at_s"}:
                raise ScenarioError(f"{where}: takes only at_min or at_s; plan and dose belong to infusion_start")
            pump.append(PumpStep(action=PumpAction(kind), **dataclasses.asdict(read)))
        elif kind in ("device_unplugged", "device_plugged"):
            link = read_table(_LinkEvent, rest, where)
            out = kind == "device_unplugged"
            links.append(LinkChange(at_s=link.at_s, device=link.device, connected=not out))
            if out and link.for_s:
                links.append(LinkChange(at_s=link.at_s + link.for_s, device=link.device, connected=True))
        else:
            raise ScenarioError(f"{where}: there is no such event{nearest(kind, kinds)}")
    return events, pump, links
