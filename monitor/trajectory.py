"""Where a pressure is expected to go while the drug acts and after it (signals-and-simulation, section 5).

A grid of possible patients, each with a size of the effect, a speed of the effect site and an error of the baseline,
is weighed anew with every reading. What the weighed grid says about a later moment is the 90 % band. Advisory only: it
is drawn and written down, it raises nothing and holds nothing back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from config.instant import MINUTE, Instant
from config.vocabulary import Metric
from monitor.core.session.session import Flow
from simulator.pharmacology import KE0_FAST, KE0_SLOW, Pharmacology, infusion_rate, reference_effect_site

Array = npt.NDArray[np.float64]

PRIOR: dict[Metric, tuple[float, float]] = {
    Metric.SYSTOLIC: (14.0, 9.0),
    Metric.DIASTOLIC: (9.5, 6.5),
}
"""Mean and SD of the effect at the end of a standard infusion, mmHg: between TYPICAL and STRONG, as wide as both."""

NOISE: dict[Metric, float] = {Metric.SYSTOLIC: 5.5, Metric.DIASTOLIC: 4.5}
"""SD of one cuff reading about the truth, slow swings included, mmHg (ketamine-monitoring, section 7)."""

BASELINE_SHARE = 0.7
"""SD of a baseline of three readings, as a share of that of one."""

NEEDED = 2
"""Readings during the infusion before a band is shown."""

STANDARD_MINUTES = 40.0
EFFECTS, SPEEDS, ERRORS = 32, 6, 3
STEP_MIN, HORIZON_MIN = 0.25, 360.0
_WEIGHT_KG = 70.0
_AHEAD_MIN = 180


@dataclass(frozen=True, slots=True)
class Band:
    """Where 90 % of the readings at `at` are expected, mmHg."""

    at: Instant
    low: float
    high: float


class Trajectory:
    """What is expected of one pressure in one session."""

    def __init__(self, metric: Metric, baseline: float, *, strength: float = 1.0) -> None:
        """`baseline` in mmHg; `strength`: the pump's rate as a multiple of 0.5 mg/kg in 40 min.

        Raises:
            KeyError: nothing is known about this metric.
        """
        self._noise = NOISE[metric]
        self._strength = strength
        size, speed, error = np.meshgrid(_sizes(*PRIOR[metric]), np.arange(SPEEDS), _errors(), indexing="ij")
        self._size: Array = size.ravel()
        self._speed = speed.ravel().astype(int)
        self._base: Array = baseline + error.ravel() * self._noise * BASELINE_SHARE
        self._log_weight: Array = np.zeros(self._size.shape)
        self.readings = 0

    def observe(self, value: float, at: Instant, flows: Sequence[Flow]) -> None:
        """A valid reading, mmHg, taken since the start."""
        away = (value - self._expected(at, flows)) / self._noise
        self._log_weight -= 0.5 * away * away
        self._log_weight -= self._log_weight.max()
        self.readings += 1

    def band(self, at: Instant, flows: Sequence[Flow]) -> Band:
        """Where the next reading is expected if it is taken at `at`."""
        means, weights = self._expected(at, flows), self._weights()
        values = np.linspace(means.min() - 4 * self._noise, means.max() + 4 * self._noise, 160)
        below = _normal_cdf((values[:, None] - means[None, :]) / self._noise) @ weights
        low, high = np.interp((0.05, 0.95), below, values)
        return Band(at, float(low), float(high))

    def return_span(self, bound: float, ended_at: Instant, flows: Sequence[Flow]) -> tuple[int, int | None]:
        """Minutes after the end between which the true pressure comes down to `bound`, 5 % to 95 % sure.

        The later one is None where it is more than three hours away.
        """
        weights = self._weights()
        reached = [0.0] * (_AHEAD_MIN + 1)
        back = np.zeros(self._size.shape, dtype=bool)
        for minute in range(_AHEAD_MIN + 1):
            back |= self._expected(ended_at + minute * MINUTE, flows) <= bound
            reached[minute] = float(weights[back].sum())
        early = next((minute for minute, share in enumerate(reached) if share >= 0.05), _AHEAD_MIN)
        late = next((minute for minute, share in enumerate(reached) if share >= 0.95), None)
        return early, late

    def _expected(self, at: Instant, flows: Sequence[Flow]) -> Array:
        """The true pressure at `at` of every patient of the grid, mmHg."""
        shape = sum((_since(at, flow.start) - _since(at, flow.stop) for flow in flows), np.zeros(SPEEDS))
        expected: Array = self._base + self._strength * self._size * shape[self._speed]
        return expected

    def _weights(self) -> Array:
        weights = np.exp(self._log_weight)
        normed: Array = weights / weights.sum()
        return normed


def _since(at: Instant, turned: Instant | None) -> Array:
    """The effect at `at` of a standard rate that runs from `turned` on, for every speed; 0 before it."""
    if turned is None or turned >= at:
        return np.zeros(SPEEDS)
    minutes = (at - turned) / MINUTE
    return np.array([np.interp(minutes, _grid(), response) for response in _responses()])


@lru_cache(maxsize=1)
def _grid() -> Array:
    return np.arange(0.0, HORIZON_MIN + STEP_MIN, STEP_MIN)


@lru_cache(maxsize=1)
def _responses() -> list[Array]:
    """For every speed of the effect site the effect of an infusion that never ends, over the grid."""
    found = []
    edges = np.log([KE0_SLOW, KE0_FAST])
    for share in (np.arange(SPEEDS) + 0.5) / SPEEDS:
        ke0 = float(np.exp(edges[0] + share * (edges[1] - edges[0])))
        body = Pharmacology(_WEIGHT_KG, ke0)
        body.rate_ug_per_min = infusion_rate(0.5, _WEIGHT_KG, STANDARD_MINUTES)
        effect = [0.0]
        for _ in _grid()[1:]:
            body.advance(STEP_MIN)
            effect.append(body.effect_site)
        found.append(np.array(effect) / reference_effect_site(ke0))
    return found


def _sizes(mean: float, sd: float) -> Array:
    """Equally likely sizes of the effect: log-normal with this mean and SD, mmHg."""
    variance = float(np.log1p((sd / mean) ** 2))
    normal = NormalDist(float(np.log(mean)) - variance / 2, variance**0.5)
    return np.exp([normal.inv_cdf((index + 0.5) / EFFECTS) for index in range(EFFECTS)])


def _errors() -> Array:
    """Equally likely errors of the baseline, in standard deviations."""
    return np.array([NormalDist().inv_cdf((index + 0.5) / ERRORS) for index in range(ERRORS)])


def _normal_cdf(x: Array) -> Array:
    """The normal distribution, to 0.001 (numpy has no error function)."""
    found: Array = 0.5 * (1 + np.tanh(0.7978845608 * (x + 0.044715 * x**3)))
    return found
