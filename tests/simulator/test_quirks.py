"""Clocks that are off, and messages that are garbled, repeated and overtaken."""

from __future__ import annotations

import json
from datetime import datetime

import numpy as np
import pytest

from config.instant import SECOND, from_datetime
from simulator.devices.mqtt_vitals import MqttVitals
from simulator.faults import LineFault
from simulator.patient import VirtualPatient
from simulator.presets import Preset, sample_traits
from simulator.publisher import Message
from simulator.quirks import FaultyPublisher, Quirks, line_faults, usual_quirks

MESSAGES = [Message("t", json.dumps({"seq": number}).encode(), 1, False) for number in range(20_000)]


def test_the_usual_ones_are_those_of_the_table() -> None:
    """Offset up to 24 min either way, drift up to 3 s a day, shares as printed."""
    drawn = [usual_quirks(np.random.default_rng(seed)) for seed in range(300)]
    assert all(0 <= quirks.clock_offset_s <= 1440 and 0 <= quirks.clock_drift_s_per_day <= 3 for quirks in drawn)
    assert 0.4 < sum(quirks.clock_behind for quirks in drawn) / 300 < 0.6
    assert {(each.jitter_s, each.corrupt_share, each.duplicate_share, each.out_of_order_share) for each in drawn} == {
        (0.05, 1e-3, 1e-4, 1e-4)
    }


def test_nothing_is_lost_or_made_up() -> None:
    """Garbled, repeated and overtaken at their shares; the same seed does the same."""
    quirks = Quirks(corrupt_share=0.01, duplicate_share=0.02, out_of_order_share=0.03)
    line = FaultyPublisher(quirks, seed=4)
    out = [message for each in MESSAGES for message in line.pass_on([each])]
    again = FaultyPublisher(quirks, seed=4)
    assert out == [message for each in MESSAGES for message in again.pass_on([each])]
    held_back = len(MESSAGES) + line.happened["duplicate"] - len(out)
    assert held_back in (0, 1)  # the last one may still wait for a next one
    assert line.happened["corrupt"] == pytest.approx(200, abs=60)
    assert line.happened["duplicate"] == pytest.approx(400, abs=90)
    assert line.happened["out_of_order"] == pytest.approx(600, abs=110)
    assert len({message.payload for message in out} & {message.payload for message in MESSAGES}) > 19_500


def test_a_quiet_line_passes_everything_on() -> None:
    """Without quirks nothing happens, and nothing comes late."""
    line = FaultyPublisher(Quirks(), seed=4)
    assert line.pass_on(MESSAGES) == MESSAGES
    assert line.jitter() == 0
    assert all(0 <= FaultyPublisher(Quirks(jitter_s=0.05), seed).jitter() <= SECOND // 10 for seed in range(50))


def test_the_devices_own_clock_is_off_and_drifts() -> None:
    """Its time stamps say so; the messages come when they come."""
    traits = sample_traits(Preset.TYPICAL, np.random.default_rng(3))
    quirks = Quirks(clock_offset_s=60, clock_behind=True, clock_drift_s_per_day=86.4)
    device = MqttVitals(
        VirtualPatient(traits, 1), "s", "b", "d", clock_offset=quirks.offset, clock_drift_ppm=quirks.drift_ppm
    )
    device.messages(0)
    (first, *_, last) = device.messages(50 * SECOND)
    times = [json.loads(message.payload)["t"] for message in (first, last)]
    seen = [from_datetime(datetime.fromisoformat(time)) for time in times]
    assert seen[0] == pytest.approx(-59 * SECOND, abs=2000)
    assert seen[1] - seen[0] == pytest.approx(49 * SECOND * 1.001, abs=2000)


def test_a_line_has_its_share_for_each_chunk() -> None:
    """Seventy-five frames pass at a time: one of them is garbled that much more often."""
    rules = line_faults(Quirks(corrupt_share=1e-3, duplicate_share=1e-4), 75)
    assert [rule.fault for rule in rules] == [LineFault.CORRUPT, LineFault.DUPLICATE]
    assert rules[0].probability == pytest.approx(0.0723, abs=0.001)
