"""The virtual patient: deterministic, in the right place, and doing what its events say."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.vocabulary import CuffError
from simulator.events import (
    Agitation,
    Bradycardia,
    CuffFailure,
    Desaturation,
    Event,
    Hypertension,
    Laryngospasm,
    LowPerfusion,
    Motion,
    Panic,
    ProbeOff,
    ReExcursion,
    SensorUnplugged,
    Tachycardia,
    Vasovagal,
    Vomiting,
)
from simulator.patient import VirtualPatient
from simulator.pharmacology import PumpAction, PumpStep
from simulator.presets import Preset, Traits, sample_effects, sample_traits

START = PumpStep(at_s=0.0, action=PumpAction.START)


def traits(**changes: float | bool) -> Traits:
    """A known patient: 120/76, pulse 70, SpO2 97, STRONG's mean effects, no chance in the cuff."""
    drawn = sample_traits(Preset.STRONG, np.random.default_rng(0))
    known: dict[str, float | bool] = {
        "systolic": 120.0,
        "diastolic": 76.0,
        "pulse_rate": 70.0,
        "spo2": 97.0,
        "resp_rate": 14.0,
        "perfusion_index": 2.0,
        "systolic_effect": 16.0,
        "diastolic_effect": 11.0,
        "pulse_rate_effect": 6.0,
        "ke0": 0.1,
        "white_coat": False,
        "cuff_failure_share": 0.0,
    }
    return dataclasses.replace(drawn, **(known | changes))  # type: ignore[arg-type]


def patient(*events: Event, seed: int = 1, **changes: float | bool) -> VirtualPatient:
    """The known patient with these events ahead."""
    return VirtualPatient(traits(**changes), seed, events)


@settings(max_examples=20)
@given(st.lists(st.floats(0.01, 90.0), min_size=1, max_size=30))
def test_the_step_does_not_matter(steps: list[float]) -> None:
    """However time is cut, and however often the cuff measures, the body is the same."""
    cut, whole = (VirtualPatient(traits(), 9, [Desaturation(at_s=30.0)], [START]) for _ in range(2))
    for step in steps:
        cut.advance(step)
        cut.cuff_reading()
    whole.advance(sum(steps))
    if int(cut.time_s + 1e-6) == int(whole.time_s + 1e-6):
        assert cut.oximeter() == whole.oximeter()
        assert cut.effect == whole.effect


def test_same_seed_same_patient() -> None:
    """Another seed gives another night, the same seed the same one."""
    first, again, other = patient(seed=3), patient(seed=3), patient(seed=4)
    for one in (first, again, other):
        one.advance(300)
    assert first.oximeter() == again.oximeter()
    assert first.cuff_reading() == again.cuff_reading()
    assert first.pleth(75, 75.0) == again.pleth(75, 75.0)
    assert first.oximeter() != other.oximeter()


def test_at_rest_the_numbers_stay_near_the_baseline() -> None:
    """Half an hour: averages at the baseline, spread as the noise table says, pressures in order."""
    one = patient()
    seen = []
    for _ in range(1800):
        one.advance(1.0)
        seen.append(one.oximeter())
    assert np.mean([v.spo2 for v in seen if v.spo2 is not None]) == pytest.approx(97, abs=0.3)
    assert np.mean([v.pulse_rate for v in seen if v.pulse_rate is not None]) == pytest.approx(70, abs=1.5)
    assert np.std([v.systolic for v in seen if v.systolic is not None]) == pytest.approx(3, abs=1.3)
    assert not any(v.finger_out or v.sensor_off or v.motion for v in seen)
    for _ in range(300):
        reading = one.cuff_reading()
        assert reading.systolic is not None
        assert reading.diastolic is not None
        assert reading.mean is not None
        assert reading.systolic > reading.mean > reading.diastolic


def test_cuff_readings_scatter_about_the_truth() -> None:
    """Reading noise SD 4 systolic, 3.2 diastolic; MAP about DBP + PP/3 with SD 2."""
    one = patient()
    readings = [one.cuff_reading() for _ in range(2000)]
    systolic = np.array([r.systolic for r in readings], dtype=float)
    diastolic = np.array([r.diastolic for r in readings], dtype=float)
    mean = np.array([r.mean for r in readings], dtype=float)
    assert systolic.std() == pytest.approx(4.0, rel=0.1)
    assert diastolic.std() == pytest.approx(3.2, rel=0.1)
    assert (mean - diastolic - (systolic - diastolic) / 3).std() == pytest.approx(2.0, rel=0.1)


def test_three_cuff_readings_in_a_hundred_fail() -> None:
    """A failed reading has an error and no pressures, not zeros."""
    one = patient(cuff_failure_share=0.03)
    failed = [r for r in (one.cuff_reading() for _ in range(4000)) if r.cuff_error is not None]
    assert len(failed) == pytest.approx(120, abs=40)
    assert all(r.systolic is None and r.diastolic is None and r.mean is None and r.pulse_rate is None for r in failed)


def test_white_coat_fades() -> None:
    """A nervous patient begins 6 mmHg and 5 /min higher and has forgotten it after ten minutes."""
    nervous, calm = patient(white_coat=True), patient()
    assert nervous.body.systolic - calm.body.systolic == pytest.approx(6.0)
    for one in (nervous, calm):
        one.advance(700)
    assert nervous.body.systolic == pytest.approx(calm.body.systolic)


def test_infusion_raises_and_its_end_lets_fall() -> None:
    """After 40 min the effect is 1 by definition; the pump stops by itself; 60 min later little is left."""
    one = VirtualPatient(traits(), 2, pump=[START])
    one.advance(2400)
    assert one.effect == pytest.approx(1.0, rel=1e-6)
    assert not one.infusing
    one.advance(3600)
    assert one.effect == pytest.approx(43.8 / 221.3, rel=0.01)


def test_pump_steps_happen_at_their_times() -> None:
    """Pause, resume, early end: the drug flows only between."""
    steps = [
        START,
        PumpStep(at_s=600, action=PumpAction.PAUSE),
        PumpStep(at_s=900, action=PumpAction.RESUME),
        PumpStep(at_s=1200, action=PumpAction.END),
    ]
    one = VirtualPatient(traits(), 2, pump=steps)
    running = []
    for _ in range(6):
        one.advance(250)
        running.append(one.infusing)
    assert running == [True, True, False, True, False, False]


def test_a_pump_may_run_dry_within_a_second() -> None:
    """40 min and half a second: the drug of the last half second is given too, and the patient goes on living."""
    plan = PumpStep(at_s=0.0, action=PumpAction.START, planned_s=2400.5, dose_mg_per_kg=0.5 * 2400.5 / 2400)
    one = VirtualPatient(traits(), 2, pump=[plan])
    one.advance(2400)
    assert one.effect == pytest.approx(1.0, rel=1e-6)
    assert one.infusing
    one.advance(1)
    assert not one.infusing
    assert not one.finished


def lowest_spo2(*events: Event, seconds: int = 400) -> float:
    """The lowest SpO2 an oximeter shows."""
    one = patient(*events)
    lowest = 100.0
    for _ in range(seconds):
        one.advance(1.0)
        spo2 = one.oximeter().spo2
        lowest = min(lowest, 100.0 if spo2 is None else spo2)
    return lowest


def test_desaturation_reaches_its_depth_and_recovers() -> None:
    """Down to 80 within a minute, a minute there, and back at the baseline five minutes later."""
    event = Desaturation(at_s=60.0, lowest=80.0)
    assert lowest_spo2(event) == pytest.approx(80.0, abs=0.2)
    one = patient(event)
    one.advance(event.until_s + 10)
    assert one.oximeter().spo2 == pytest.approx(97.0, abs=1.5)


def test_probe_off_shows_no_value_and_searches_afterwards() -> None:
    """No numbers while the probe is off and until the pulse is found again; a cuff still counts the pulse."""
    one = patient(ProbeOff(at_s=100.0, for_s=30.0))
    out = []
    for _ in range(150):
        one.advance(1.0)
        seen = one.oximeter()
        out.append(seen.finger_out)
        assert (seen.spo2 is None) == seen.finger_out
    assert out.index(True) == 99
    assert sum(out) == 35
    one = patient(ProbeOff(at_s=0.0, for_s=30.0))
    one.advance(10.0)
    assert one.oximeter().pulse_rate is None
    assert one.cuff_reading().pulse_rate is not None
    assert max(one.pleth(75, 75.0)) - min(one.pleth(75, 75.0)) < 8


def test_unplugged_sensor_says_so() -> None:
    """Not a missing finger: the plug is out."""
    one = patient(SensorUnplugged(at_s=10.0, for_s=30.0))
    one.advance(20.0)
    assert one.oximeter().sensor_off
    assert not one.oximeter().finger_out
    assert one.oximeter().spo2 is None


def test_motion_disturbs_and_fails_cuffs() -> None:
    """One cuff reading in five fails with `motion`; the oximeter's numbers wander."""
    one = patient(Motion(at_s=0.0, for_s=600.0))
    one.advance(60.0)
    assert one.oximeter().motion
    failed = [r.cuff_error for r in (one.cuff_reading() for _ in range(1000)) if r.cuff_error is not None]
    assert len(failed) == pytest.approx(200, abs=50)
    assert set(failed) == {CuffError.MOTION}


def test_cuff_failure_is_as_ordered() -> None:
    """Every reading that ends in the window fails with the error named, none after it."""
    one = patient(CuffFailure(at_s=10.0, for_s=60.0, error=CuffError.OVERPRESSURE))
    one.advance(30.0)
    assert one.cuff_reading().cuff_error is CuffError.OVERPRESSURE
    one.advance(60.0)
    assert one.cuff_reading().cuff_error is None


def test_low_perfusion_is_flagged() -> None:
    """The index falls, the flag rises, the saturation stays."""
    one = patient(LowPerfusion(at_s=0.0, lowest=0.2))
    one.advance(60.0)
    seen = one.oximeter()
    assert seen.low_perfusion
    assert seen.perfusion_index == pytest.approx(0.2, abs=0.01)
    assert seen.spo2 == pytest.approx(97, abs=1.5)


@pytest.mark.parametrize(
    ("event", "at_s", "systolic", "pulse_rate"),
    [
        (Bradycardia(at_s=0.0, lowest=35.0), 50, 0, -35),
        (Tachycardia(at_s=0.0, highest=140.0), 50, 0, 70),
        (Vasovagal(at_s=0.0), 60, -35, -24.5),
        (Hypertension(at_s=0.0), 600, 40, 0),
        (ReExcursion(at_s=0.0), 300, 15, 0),
        (Panic(at_s=0.0), 300, 12, 20),
        (Agitation(at_s=0.0), 60, 0, 25),
        (Vomiting(at_s=0.0), 15, 0, 10),
    ],
)
def test_each_event_bends_what_it_should(event: Event, at_s: float, systolic: float, pulse_rate: float) -> None:
    """The same patient with and without the event differs by the script of the library."""
    with_event, without = patient(event), patient()
    for one in (with_event, without):
        one.advance(at_s)
    assert with_event.body.systolic - without.body.systolic == pytest.approx(systolic, abs=0.5)
    assert with_event.body.pulse_rate - without.body.pulse_rate == pytest.approx(pulse_rate, abs=7.0)
    for one in (with_event, without):
        one.advance(event.until_s)
    assert with_event.body.systolic == pytest.approx(without.body.systolic, abs=0.2)


def test_laryngospasm_stops_the_breath_first_and_the_saturation_later() -> None:
    """No breath at once; SpO2 holds 40 s, then loses a point in 3 s, and recovers."""
    one = patient(Laryngospasm(at_s=0.0))
    one.advance(35.0)
    assert one.body.resp_rate == 0
    assert one.body.spo2 > 95
    one.advance(54.0)
    assert one.body.spo2 == pytest.approx(97 - 49 / 3, abs=1.5)
    one.advance(150.0)
    assert one.body.resp_rate == pytest.approx(14)
    assert one.body.spo2 == pytest.approx(97, abs=1.5)


def test_time_does_not_go_back() -> None:
    """A negative or unknown step is the caller's mistake."""
    for step in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="cannot pass"):
            patient().advance(step)


def test_the_noise_of_a_session_is_as_computed() -> None:
    """60 sessions: the change at the 40-min reading is the patient's own effect plus the noise of two readings.

    That noise has SD sqrt(2) x 5 systolic and sqrt(2) x 4 diastolic (ketamine-monitoring, section 7). With the
    effects of STRONG, SD 8.7 and 6.3, it makes the published 11.2 and 8.5 mmHg. Bounds: three standard errors.
    """
    rng = np.random.default_rng(2026)
    noise = []
    for seed in range(60):
        person = dataclasses.replace(
            sample_traits(Preset.STRONG, rng), ke0=0.1, white_coat=False, cuff_failure_share=0.0
        )
        one = VirtualPatient(person, seed, pump=[START])
        before = one.cuff_reading()
        one.advance(2400)
        after = one.cuff_reading()
        assert None not in (before.systolic, before.diastolic, after.systolic, after.diastolic)
        noise.append(
            (
                float(after.systolic or 0) - float(before.systolic or 0) - person.systolic_effect,
                float(after.diastolic or 0) - float(before.diastolic or 0) - person.diastolic_effect,
            )
        )
    systolic, diastolic = np.array(noise).T
    assert systolic.mean() == pytest.approx(0, abs=2.8)
    assert diastolic.mean() == pytest.approx(0, abs=2.2)
    assert systolic.std() == pytest.approx(5 * 2**0.5, abs=2.0)
    assert diastolic.std() == pytest.approx(4 * 2**0.5, abs=1.6)


def test_sessions_lie_where_the_literature_does() -> None:
    """STRONG over 20 000 sessions: 16 (SD 11.2) and 11 (SD 8.5) mmHg at the 40-min reading (signals, section 5)."""
    rng = np.random.default_rng(7)
    count = 20_000
    effects = sample_effects(Preset.STRONG, rng.random(count) < 0.5, rng)
    systolic = effects[:, 0] + 5 * 2**0.5 * rng.standard_normal(count)
    diastolic = effects[:, 1] + 4 * 2**0.5 * rng.standard_normal(count)
    assert systolic.mean() == pytest.approx(16, abs=1.0)
    assert systolic.std() == pytest.approx(11.2, abs=1.0)
    assert diastolic.mean() == pytest.approx(11, abs=0.8)
    assert diastolic.std() == pytest.approx(8.5, abs=0.8)
