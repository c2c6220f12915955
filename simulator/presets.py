"""Who the virtual patients are: baselines, and how strongly each answers to ketamine (signals, sections 4-5)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from simulator.pharmacology import KE0_FAST, KE0_SLOW
from simulator.tables import ranged


class Preset(StrEnum):
    """How strongly a group of patients answers; each matches one published group (signals, section 4)."""

    MILD = "MILD"
    TYPICAL = "TYPICAL"
    STRONG = "STRONG"
    HYPERTENSIVE = "HYPERTENSIVE"


@dataclass(frozen=True, slots=True)
class EffectSpread:
    """Mean and SD of the peak effect over a group: pressures mmHg, pulse rate /min."""

    systolic: tuple[float, float]
    diastolic: tuple[float, float]
    pulse_rate: tuple[float, float]
    baseline_systolic: float = 124.0
    baseline_diastolic: float = 76.0


# Spread over mean as in STRONG, for the groups whose source gives a mean only.
_CV_SYSTOLIC, _CV_DIASTOLIC, _CV_PULSE = 8.7 / 16.0, 6.3 / 11.0, 1.0


def _spread(systolic: float, diastolic: float, pulse_rate: float) -> EffectSpread:
    return EffectSpread(
        (systolic, systolic * _CV_SYSTOLIC),
        (diastolic, diastolic * _CV_DIASTOLIC),
        (pulse_rate, pulse_rate * _CV_PULSE),
    )


EFFECTS: dict[Preset, EffectSpread] = {
    Preset.MILD: _spread(3.3, 3.2, 1.0),
    Preset.TYPICAL: _spread(12.6, 8.5, 4.1),
    Preset.STRONG: EffectSpread((16.0, 8.7), (11.0, 6.3), (6.0, 6.0)),
    Preset.HYPERTENSIVE: EffectSpread((28.0, 12.0), (18.0, 18.0 * _CV_DIASTOLIC), (8.0, 8.0), 138.0, 86.0),
}

_CORRELATION = np.array([[1.0, 0.6, 0.5], [0.6, 1.0, 0.4], [0.5, 0.4, 1.0]])
_CORRELATED = np.linalg.cholesky(_CORRELATION)

# Women answer with a larger diastolic rise (x 1.15, signals, section 4); half the patients are women, so both
# sexes are scaled back to keep the group's published mean.
_DIASTOLIC_WOMEN = 1.15 / 1.075
_DIASTOLIC_MEN = 1.0 / 1.075

SPO2_BASELINES = (95.0, 96.0, 97.0, 98.0, 99.0)
_SPO2_SHARES = (0.05, 0.15, 0.25, 0.35, 0.20)  # mean 97.5

# Baseline pressures of one person go together; without this, one patient in seven would have a pulse pressure
# under 30 mmHg, which rule B4 would begin to doubt.
_BASELINE_CORRELATION = 0.6
_LEAST_PULSE_PRESSURE = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What makes this patient this patient. Scenario files may set any of them under `[patient]`."""

    systolic: float = ranged(70, 220)
    """Baseline, mmHg."""
    diastolic: float = ranged(35, 130)
    pulse_rate: float = ranged(35, 150)
    spo2: float = ranged(80, 100)
    resp_rate: float = ranged(4, 40)
    weight_kg: float = ranged(30, 250)
    age: float = ranged(18, 100)
    woman: bool
    perfusion_index: float = ranged(0.1, 20)
    """%, the finger's usual one."""
    ke0: float = ranged(0.01, 1)
    """Effect site, /min: 0.05 returns slowly, 0.238 fast."""
    systolic_effect: float = ranged(0, 120)
    """Rise at the end of a standard 40-min infusion, mmHg."""
    diastolic_effect: float = ranged(0, 80)
    pulse_rate_effect: float = ranged(0, 80)
    white_coat: bool
    """Nervous in the first ten minutes."""
    cuff_failure_share: float = ranged(0, 1, 0.03)
    """Share of cuff measurements that fail without a special cause."""


def sample_effects(preset: Preset, women: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Peak effects of many patients, shape (len(women), 3): systolic, diastolic (mmHg), pulse rate (/min).

    Log-normal with the preset's mean and SD; the correlations hold between the logarithms.
    """
    spread = EFFECTS[preset]
    moments = np.array([spread.systolic, spread.diastolic, spread.pulse_rate])
    variance = np.log1p((moments[:, 1] / moments[:, 0]) ** 2)
    centre = np.log(moments[:, 0]) - variance / 2
    normal = rng.standard_normal((len(women), 3)) @ _CORRELATED.T
    effects: np.ndarray = np.exp(centre + normal * np.sqrt(variance))
    effects[:, 1] *= np.where(women, _DIASTOLIC_WOMEN, _DIASTOLIC_MEN)
    return effects


def sample_traits(preset: Preset, rng: np.random.Generator) -> Traits:
    """One patient of the group, drawn with `rng` alone."""
    spread = EFFECTS[preset]
    woman = bool(rng.random() < 0.5)
    effects = sample_effects(preset, np.array([woman]), rng)[0]
    common, own = rng.standard_normal(2)
    systolic = min(max(spread.baseline_systolic + 14.0 * common, 90.0), 150.0)
    diastolic = spread.baseline_diastolic + 9.0 * (
        _BASELINE_CORRELATION * common + math.sqrt(1.0 - _BASELINE_CORRELATION**2) * own
    )
    return Traits(
        systolic=float(systolic),
        diastolic=float(min(diastolic, systolic - _LEAST_PULSE_PRESSURE)),
        pulse_rate=float(np.clip(rng.normal(72.0, 9.0), 45.0, 105.0)),
        spo2=float(rng.choice(SPO2_BASELINES, p=_SPO2_SHARES)),
        resp_rate=float(np.clip(rng.normal(14.0, 2.0), 8.0, 22.0)),
        weight_kg=float(np.clip(rng.normal(80.0, 16.0), 45.0, 140.0)),
        age=float(rng.integers(18, 76)),
        woman=woman,
        perfusion_index=float(np.clip(2.0 * math.exp(0.4 * rng.standard_normal()), 0.6, 10.0)),
        ke0=float(math.exp(rng.uniform(math.log(KE0_SLOW), math.log(KE0_FAST)))),
        systolic_effect=float(effects[0]),
        diastolic_effect=float(effects[1]),
        pulse_rate_effect=float(effects[2]),
        white_coat=bool(rng.random() < 0.3),
    )
