"""The truth record: what the body did, second by second, and what each event reached."""

from __future__ import annotations

from simulator.scenario import parse_scenario
from simulator.truth import TruthLog

STORY = """
title = "T"
length_min = 6
[patient]
spo2 = 98
seed = 4
[infusion]
start_min = 1
planned_min = 4
[[event]]
kind = "desaturation"
at_min = 2
lowest = 80
fall_s = 30
hold_s = 30
[[event]]
kind = "infusion_pause"
at_min = 4
[[event]]
kind = "infusion_resume"
at_min = 5
"""


def lived() -> TruthLog:
    """Six minutes of it."""
    story = parse_scenario(STORY, name="t", origin="t.toml")
    patient = story.patient()
    log = TruthLog(story.truths())
    for second in range(361):
        log.watch(float(second), patient.body)
        patient.advance(1)
    return log


def test_each_event_has_onset_end_kind_and_true_values() -> None:
    """Also those that are of the pump."""
    records = {record.kind: record for record in lived().records()}
    assert set(records) == {"desaturation", "infusion_paused"}
    fall = records["desaturation"]
    assert (fall.onset_s, fall.end_s) == (120, 300)
    assert 79 <= fall.least["spo2"] <= 81
    assert fall.greatest["spo2"] >= 96
    assert (records["infusion_paused"].onset_s, records["infusion_paused"].end_s) == (240, 300)


def test_stretches_and_firsts() -> None:
    """From when to when something was true."""
    log = lived()
    first = log.first(lambda true: true.spo2 < 90)
    assert first is not None
    assert 125 < first < 150
    assert log.first(lambda true: true.spo2 < 90, after_s=400) is None
    ((begin, end),) = log.stretches(lambda true: true.spo2 < 90)
    assert begin == first
    assert end > 180
    assert log.first(lambda true: true.mean > 20) == 0
