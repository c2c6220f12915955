"""Ketamine in the body: three compartments and an effect site (signals, section 3).

The model is linear, so with a constant infusion rate its solution over any time is known exactly: in the
basis of the eigenvectors each of the four modes just decays towards its own level. A step of an hour and
3 600 steps of a second therefore give the same concentrations.

Units: concentrations ng/mL (= ug/L), rates ug/min, times min. Open code quotes ug/mL: mind the factor 1000.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

KE0_SLOW = 0.05
KE0_DEFAULT = 0.10
KE0_FAST = 0.238
"""Effect-site rate constants, /min (signals, section 4). KE0_SLOW gives the patients who return late."""

STANDARD_DOSE_MG_PER_KG = 0.5
STANDARD_MINUTES = 40.0


@dataclass(frozen=True, slots=True)
class ThreeCompartments:
    """A drug's distribution: central volume in L/kg and rate constants in /min."""

    v1_l_per_kg: float
    k10: float
    k12: float
    k13: float
    k21: float
    k31: float


DOMINO = ThreeCompartments(v1_l_per_kg=0.063, k10=0.438, k12=0.592, k13=0.590, k21=0.247, k31=0.0146)
"""Racemic ketamine in adults, early-arterial shape (Domino 1984, as cited in signals, section 3)."""


@dataclass(frozen=True, slots=True)
class _Modes:
    """The solution for a unit infusion into 1 L/kg: decay of each mode, its drive, its share in Cp and Ce."""

    decay_per_min: tuple[float, ...]
    drive: tuple[float, ...]
    plasma: tuple[float, ...]
    effect_site: tuple[float, ...]


@lru_cache(maxsize=64)
def _modes(model: ThreeCompartments, ke0_per_min: float) -> _Modes:
    # State: concentrations Cp, C2 and C3 (amounts over the central volume), and Ce.
    system = np.array(
        [
            [-(model.k10 + model.k12 + model.k13), model.k21, model.k31, 0.0],
            [model.k12, -model.k21, 0.0, 0.0],
            [model.k13, 0.0, -model.k31, 0.0],
            [ke0_per_min, 0.0, 0.0, -ke0_per_min],
        ]
    )
    # A chain of compartments without a loop always has real eigenvalues.
    values, vectors = np.linalg.eig(system)
    drive = np.linalg.solve(vectors, np.array([1.0, 0.0, 0.0, 0.0]))
    return _Modes(
        decay_per_min=tuple(float(-value) for value in values.real),
        drive=tuple(float(part) for part in drive.real),
        plasma=tuple(float(part) for part in vectors.real[0]),
        effect_site=tuple(float(part) for part in vectors.real[3]),
    )


class Pharmacology:
    """The drug in one patient. Set `rate_ug_per_min` whenever the pump changes, then `advance`."""

    __slots__ = ("_factors", "_minutes", "_modes", "_state", "_volume_l", "rate_ug_per_min")

    def __init__(self, weight_kg: float, ke0_per_min: float = KE0_DEFAULT, model: ThreeCompartments = DOMINO) -> None:
        """An undrugged patient.

        Raises:
            ValueError: weight or ke0 is not a positive number.
        """
        if not (math.isfinite(weight_kg) and weight_kg > 0):
            raise ValueError(f"weight must be a positive number of kg, not {weight_kg}")
        if not (math.isfinite(ke0_per_min) and ke0_per_min > 0):
            raise ValueError(f"ke0 must be a positive number per min, not {ke0_per_min}")
        self._modes = _modes(model, ke0_per_min)
        self._volume_l = model.v1_l_per_kg * weight_kg
        self._state = [0.0, 0.0, 0.0, 0.0]
        self._minutes = 0.0
        self._factors: list[tuple[float, float]] = []
        self.rate_ug_per_min = 0.0

    def advance(self, minutes: float) -> None:
        """Let `minutes` pass at the present infusion rate; exact for any length."""
        if minutes != self._minutes:  # callers mostly repeat one step: its exponentials are kept
            self._minutes = minutes
            self._factors = [
                (math.exp(-decay * minutes), -math.expm1(-decay * minutes) / decay * drive)
                for decay, drive in zip(self._modes.decay_per_min, self._modes.drive, strict=True)
            ]
        inflow = self.rate_ug_per_min / self._volume_l
        first, second, third, fourth = self._state
        (keep_1, gain_1), (keep_2, gain_2), (keep_3, gain_3), (keep_4, gain_4) = self._factors
        self._state = [
            first * keep_1 + inflow * gain_1,
            second * keep_2 + inflow * gain_2,
            third * keep_3 + inflow * gain_3,
            fourth * keep_4 + inflow * gain_4,
        ]

    @property
    def plasma(self) -> float:
        """Plasma concentration Cp, ng/mL."""
        return _weighted(self._state, self._modes.plasma)

    @property
    def effect_site(self) -> float:
        """Effect-site concentration Ce, ng/mL."""
        return _weighted(self._state, self._modes.effect_site)


def _weighted(state: list[float], shares: tuple[float, ...]) -> float:
    """Spelled out, as in `advance`: every second of every patient asks, and the order of adding is fixed."""
    first, second, third, fourth = state
    of_first, of_second, of_third, of_fourth = shares
    return first * of_first + second * of_second + third * of_third + fourth * of_fourth


def infusion_rate(dose_mg_per_kg: float, weight_kg: float, minutes: float) -> float:
    """Pump rate in ug/min that gives the dose evenly over `minutes`."""
    return dose_mg_per_kg * weight_kg * 1000.0 / minutes


@lru_cache(maxsize=256)
def reference_effect_site(ke0_per_min: float, model: ThreeCompartments = DOMINO) -> float:
    """Ce_ref, ng/mL: effect-site concentration at the end of a standard 40-min 0.5 mg/kg infusion.

    It does not depend on the weight: dose and volumes both go with it.
    """
    weight_kg = 70.0
    body = Pharmacology(weight_kg, ke0_per_min, model)
    body.rate_ug_per_min = infusion_rate(STANDARD_DOSE_MG_PER_KG, weight_kg, STANDARD_MINUTES)
    body.advance(STANDARD_MINUTES)
    return body.effect_site


class Pump:
    """An infusion pump: the dose over the planned running minutes, with pauses, restart and an early end.

    Times are seconds on the patient's clock. A paused pump keeps the dose that is left.
    """

    __slots__ = ("_left_s", "_rate", "_running")

    def __init__(self) -> None:
        self._rate = 0.0
        self._left_s = 0.0
        self._running = False

    @property
    def running(self) -> bool:
        """Whether the drug flows now."""
        return self._running

    @property
    def left_s(self) -> float:
        """Running seconds of the plan that are still to come."""
        return self._left_s

    @property
    def rate_ug_per_min(self) -> float:
        """What flows now, ug/min."""
        return self._rate if self._running else 0.0

    def start(self, *, dose_mg_per_kg: float, weight_kg: float, planned_min: float) -> None:
        """Begin a new plan; what was left of an older one is dropped.

        Raises:
            ValueError: the plan's length is not positive.
        """
        if planned_min <= 0:
            raise ValueError(f"an infusion must last longer than {planned_min} min")
        self._rate = infusion_rate(dose_mg_per_kg, weight_kg, planned_min)
        self._left_s = planned_min * 60.0
        self._running = True

    def pause(self) -> None:
        """Stop the flow and keep the rest of the plan."""
        self._running = False

    def resume(self) -> None:
        """Go on with the rest of the plan, if there is one."""
        self._running = self._left_s > 0

    def end(self) -> None:
        """Stop for good; a later `resume` does nothing."""
        self._running = False
        self._left_s = 0.0

    def pass_time(self, seconds: float) -> float:
        """Let `seconds` pass; returns for how many of them the drug flowed. An emptied pump stops by itself."""
        if not self._running:
            return 0.0
        flowed = min(seconds, self._left_s)
        self._left_s -= flowed
        if self._left_s <= 0:
            self._running = False
        return flowed


class PumpAction(StrEnum):
    """What is done to the pump."""

    START = "infusion_start"
    PAUSE = "infusion_pause"
    RESUME = "infusion_resume"
    END = "infusion_end"


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpStep:
    """One thing done to the pump at `at_s` on the patient's clock; plan and dose matter for a start only."""

    at_s: float
    action: PumpAction
    planned_s: float = STANDARD_MINUTES * 60.0
    dose_mg_per_kg: float = STANDARD_DOSE_MG_PER_KG
