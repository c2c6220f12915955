"""A cuff on the probe's limb: the pulse goes within 4 s, the number lies for some seconds, then there is none."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.devices.mqtt_vitals import Kind, MqttVitals
from simulator.patient import VirtualPatient
from simulator.presets import Preset, sample_traits
from simulator.squeeze import Squeeze, inflate, let_go

TRAITS = sample_traits(Preset.TYPICAL, np.random.default_rng(3))


def test_amplitude_falls_to_a_twentieth_and_comes_back() -> None:
    """Over four seconds of inflation, all at once on release."""
    squeeze = Squeeze(np.random.default_rng(1))
    squeeze.inflate(100.0)
    assert squeeze.amplitude(100.0) == 1.0
    assert squeeze.amplitude(102.0) == pytest.approx(0.525)
    assert [squeeze.amplitude(104.0), squeeze.amplitude(110.0)] == pytest.approx([0.05, 0.05])
    squeeze.let_go(130.0)
    assert squeeze.amplitude(130.0) == 1.0


def test_after_the_release_an_error_then_a_loss() -> None:
    """5 to 10 s wrong by N(+2.9, 4), then 10 to 20 s without a number."""
    errors = []
    for seed in range(400):
        squeeze = Squeeze(np.random.default_rng(seed))
        squeeze.inflate(0.0)
        squeeze.let_go(30.0)
        wrong = [t for t in range(30, 70) if squeeze.error(t) != 0]
        lost = [t for t in range(30, 70) if squeeze.lost(t)]
        assert 5 <= len(wrong) <= 10
        assert 9 <= len(lost) <= 21
        assert wrong[-1] < lost[0]
        errors.append(squeeze.error(30))
    assert 2.3 < float(np.mean(errors)) < 3.5
    assert 3.5 < float(np.std(errors)) < 4.5


def test_only_on_the_same_limb() -> None:
    """On the other arm nothing is felt; a release without an inflation is none."""
    same = VirtualPatient(TRAITS, 1, cuff_on_probe_limb=True)
    other = VirtualPatient(TRAITS, 1)
    for patient in (same, other):
        patient.advance(20)
        let_go(patient)
        inflate(patient)
        patient.advance(10)
    assert same.oximeter().low_perfusion
    assert not other.oximeter().low_perfusion
    let_go(same)
    same.advance(12)
    assert same.oximeter().spo2 is None
    same.advance(20)
    assert same.oximeter().spo2 is not None


def test_the_cuff_tells_the_body() -> None:
    """An emulated cuff squeezes when it inflates and lets go with its result."""
    patient = VirtualPatient(TRAITS, 1, cuff_on_probe_limb=True)
    cuff = MqttVitals(patient, "s", "b", "c", kinds=frozenset({Kind.CUFF}))
    cuff.messages(0)
    cuff.receive(cuff.command_topic, b'{"command": "start"}', 1_000_000)
    patient.advance(10)
    assert patient.oximeter().low_perfusion
    patient.advance(30)
    cuff.messages(40_000_000)
    patient.advance(1)
    assert not patient.oximeter().low_perfusion
