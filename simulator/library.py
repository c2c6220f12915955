"""The event library: what happens to patients by itself, how often, how it goes (signals, section 5), row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from simulator.events import (
    Agitation,
    Event,
    Laryngospasm,
    Nausea,
    Panic,
    ReExcursion,
    Seizure,
    SevereHypertension,
    SignificantDesaturation,
    TransientDesaturation,
    Vasovagal,
    Vomiting,
)
from simulator.pharmacology import KE0_SLOW

Draw = Callable[[np.random.Generator, float, float], Event]
"""The event once drawn, from the times of the infusion's start and end in seconds."""


@dataclass(frozen=True, slots=True)
class LibraryEvent:
    """One row: `share` of the sessions have it. `draw` None: it is of the patient or the pump, not of the body."""

    kind: str
    share: float
    draw: Draw | None


SLOW_RETURN, PAUSED = "slow_return", "infusion_paused"
SLOW_KE0 = KE0_SLOW
PAUSE_S = (180.0, 480.0)

_NAUSEA, _VOMITING = 0.13, 0.03


def _transient(rng: np.random.Generator, start: float, end: float) -> Event:
    return TransientDesaturation(
        at_s=rng.uniform(start, end), lowest=rng.uniform(88, 90), fall_s=30.0, hold_s=rng.uniform(20, 45)
    )


def _significant(rng: np.random.Generator, start: float, end: float) -> Event:
    # Until the "intervention": somebody who has been called is there within one to three minutes.
    return SignificantDesaturation(
        at_s=rng.uniform(start, end), lowest=rng.uniform(80, 84), fall_s=60.0, hold_s=rng.uniform(60, 180)
    )


def _severe_hypertension(rng: np.random.Generator, start: float, end: float) -> Event:
    at_s = rng.uniform(max(start, end - 900.0), max(start, end - 300.0))
    if rng.random() < 0.5:
        return SevereHypertension(at_s=at_s, effect_factor=2.5, systolic_rise=0.0, diastolic_rise=0.0)
    return SevereHypertension(at_s=at_s)


def _vasovagal(rng: np.random.Generator, start: float, end: float) -> Event:
    cannulation = rng.random() < 0.5
    return Vasovagal(at_s=max(start - rng.uniform(120, 420), 0.0) if cannulation else end + rng.uniform(900, 1800))


def _agitation(rng: np.random.Generator, start: float, end: float) -> Event:
    return Agitation(at_s=max(end + rng.uniform(-600, 300), start), for_s=rng.uniform(180, 480))


def _nausea(rng: np.random.Generator, start: float, end: float) -> Event:
    return Nausea(at_s=rng.uniform(start + 600.0, end + 1200.0))


def _vomiting(rng: np.random.Generator, start: float, end: float) -> Event:
    return Vomiting(at_s=rng.uniform(start + 600.0, end + 1200.0))


LIBRARY: tuple[LibraryEvent, ...] = (
    LibraryEvent("transient_desaturation", 0.02, _transient),
    LibraryEvent("significant_desaturation", 0.003, _significant),
    LibraryEvent("severe_hypertension", 0.0098, _severe_hypertension),
    LibraryEvent("vasovagal", 0.007, _vasovagal),
    LibraryEvent("agitation", 0.02, _agitation),
    # Who vomits was sick before: nausea alone has the rest of its share.
    LibraryEvent("nausea", _NAUSEA - _VOMITING, _nausea),
    LibraryEvent("vomiting", _VOMITING, _vomiting),
    LibraryEvent("laryngospasm", 0.0002, lambda rng, start, end: Laryngospasm(at_s=rng.uniform(start, end))),
    LibraryEvent("seizure", 0.0001, lambda rng, start, end: Seizure(at_s=rng.uniform(start, end))),
    LibraryEvent("panic", 0.03, lambda rng, start, end: Panic(at_s=rng.uniform(start, end))),
    LibraryEvent(SLOW_RETURN, 0.20, None),
    LibraryEvent("re_excursion", 0.04, lambda rng, start, end: ReExcursion(at_s=end + rng.uniform(720, 1080))),
    LibraryEvent(PAUSED, 0.05, None),
)
"""In the order of the table."""
SHARES = {row.kind: row.share for row in LIBRARY}
