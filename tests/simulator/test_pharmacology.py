"""The drug model against the reference vector of signals, section 3."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.pharmacology import (
    KE0_DEFAULT,
    KE0_FAST,
    KE0_SLOW,
    Pharmacology,
    Pump,
    infusion_rate,
    reference_effect_site,
)

MINUTES = (5, 10, 20, 30, 40, 45, 50, 60, 70, 80, 100, 130, 160)
CP_40 = (155.4, 181.8, 209.6, 226.5, 240.4, 91.4, 71.1, 55.1, 49.3, 45.8, 40.5, 33.7, 28.1)
CE_40 = (49.2, 97.0, 161.8, 198.5, 221.3, 181.0, 141.0, 90.0, 65.6, 54.0, 43.8, 36.0, 30.0)
CP_60 = (103.6, 121.2, 139.7, 151.0, 160.2, 164.5, 168.6, 176.5, 62.6, 51.0, 43.2, 35.9, 30.0)
CE_60 = (32.8, 64.7, 107.9, 132.3, 147.6, 153.5, 158.7, 167.9, 111.4, 75.7, 49.5, 38.5, 31.9)


@pytest.mark.parametrize(("planned", "plasma", "effect"), [(40, CP_40, CE_40), (60, CP_60, CE_60)])
def test_reference_vector(planned: int, plasma: tuple[float, ...], effect: tuple[float, ...]) -> None:
    """70 kg, 35 mg over 40 and 60 min, ke0 0.10: every printed concentration to within 1 %."""
    body = Pharmacology(70.0)
    body.rate_ug_per_min = infusion_rate(0.5, 70.0, planned)
    now = 0
    for minute, cp, ce in zip(MINUTES, plasma, effect, strict=True):
        body.advance(minute - now)
        now = minute
        assert body.plasma == pytest.approx(cp, rel=0.01)
        assert body.effect_site == pytest.approx(ce, rel=0.01)
        if minute == planned:
            body.rate_ug_per_min = 0.0


@pytest.mark.parametrize(("ke0", "expected"), [(KE0_SLOW, 186.3), (KE0_DEFAULT, 221.3), (KE0_FAST, 234.5)])
def test_reference_level_of_each_effect_site(ke0: float, expected: float) -> None:
    """Ce_ref of signals, section 4."""
    assert reference_effect_site(ke0) == pytest.approx(expected, rel=0.01)


@given(st.lists(st.floats(0.001, 30.0), min_size=1, max_size=20), st.floats(0.02, 1.0))
def test_any_step_gives_the_same_result(steps: list[float], ke0: float) -> None:
    """The solution is exact, so how time is cut does not matter."""
    cut, whole = Pharmacology(80.0, ke0), Pharmacology(80.0, ke0)
    for body in (cut, whole):
        body.rate_ug_per_min = 1000.0
    for step in steps:
        cut.advance(step)
    whole.advance(sum(steps))
    assert cut.plasma == pytest.approx(whole.plasma, rel=1e-6)
    assert cut.effect_site == pytest.approx(whole.effect_site, rel=1e-6, abs=1e-9)


def test_a_pause_keeps_the_rest_of_the_dose() -> None:
    """Ten minutes of a 40-min plan, a pause, then the 30 left; afterwards the pump is empty."""
    pump = Pump()
    pump.start(dose_mg_per_kg=0.5, weight_kg=70.0, planned_min=40)
    assert pump.pass_time(600) == 600
    pump.pause()
    assert pump.rate_ug_per_min == 0.0
    assert pump.pass_time(300) == 0
    pump.resume()
    assert pump.rate_ug_per_min == pytest.approx(875.0)
    assert pump.pass_time(7200) == 1800
    assert not pump.running
    pump.resume()
    assert not pump.running


def test_an_ended_infusion_stays_ended_until_started_anew() -> None:
    """An early end drops the rest; a restart is a new plan."""
    pump = Pump()
    pump.start(dose_mg_per_kg=0.5, weight_kg=70.0, planned_min=40)
    pump.end()
    pump.resume()
    assert not pump.running
    pump.start(dose_mg_per_kg=0.25, weight_kg=70.0, planned_min=20)
    assert pump.running
    assert pump.left_s == 1200


@pytest.mark.parametrize(("weight", "ke0"), [(0.0, 0.1), (float("nan"), 0.1), (70.0, 0.0), (70.0, float("inf"))])
def test_impossible_bodies_are_refused(weight: float, ke0: float) -> None:
    """A weight or rate that is no positive number is a mistake of the scenario, said at once."""
    with pytest.raises(ValueError, match="positive number"):
        Pharmacology(weight, ke0)


def test_a_plan_without_length_is_refused() -> None:
    """No division by zero in the pump."""
    with pytest.raises(ValueError, match="longer than"):
        Pump().start(dose_mg_per_kg=0.5, weight_kg=70.0, planned_min=0)
