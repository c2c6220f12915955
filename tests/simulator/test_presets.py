"""The groups of patients lie where their published groups do."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.presets import EFFECTS, Preset, sample_effects, sample_traits


@pytest.mark.parametrize("preset", list(Preset))
def test_effects_have_the_published_mean_and_spread(preset: Preset) -> None:
    """20 000 draws: mean and SD of each effect within 6 % (women and men together)."""
    rng = np.random.default_rng(3)
    women = rng.random(20_000) < 0.5
    effects = sample_effects(preset, women, rng)
    spread = EFFECTS[preset]
    for column, (mean, sd) in enumerate((spread.systolic, spread.diastolic, spread.pulse_rate)):
        assert effects[:, column].mean() == pytest.approx(mean, rel=0.06)
        assert effects[:, column].std() == pytest.approx(sd, rel=0.12)


def test_effects_of_one_person_go_together() -> None:
    """Correlations 0.6 / 0.5 / 0.4 between the logarithms; women have the larger diastolic rise."""
    rng = np.random.default_rng(4)
    women = rng.random(20_000) < 0.5
    logs = np.log(sample_effects(Preset.STRONG, women, rng))
    found = np.corrcoef(logs.T)
    assert found[0, 1] == pytest.approx(0.6, abs=0.03)
    assert found[0, 2] == pytest.approx(0.5, abs=0.03)
    assert found[1, 2] == pytest.approx(0.4, abs=0.03)
    rise = np.exp(logs[:, 1])
    assert rise[women].mean() / rise[~women].mean() == pytest.approx(1.15, abs=0.04)


def test_baselines_are_people() -> None:
    """500 patients: means and bounds of signals, section 5, and pressures that a cuff could find."""
    rng = np.random.default_rng(5)
    people = [sample_traits(Preset.STRONG, rng) for _ in range(500)]
    assert np.mean([one.systolic for one in people]) == pytest.approx(124, abs=2)
    assert np.mean([one.diastolic for one in people]) == pytest.approx(76, abs=1.5)
    assert np.mean([one.pulse_rate for one in people]) == pytest.approx(72, abs=1.5)
    assert np.mean([one.spo2 for one in people]) == pytest.approx(97.5, abs=0.2)
    assert np.mean([one.white_coat for one in people]) == pytest.approx(0.3, abs=0.07)
    assert all(90 <= one.systolic <= 150 for one in people)
    assert all(one.systolic - one.diastolic >= 30 for one in people)
    assert all(45 <= one.weight_kg <= 140 for one in people)
    assert all(0.05 <= one.ke0 <= 0.24 for one in people)
