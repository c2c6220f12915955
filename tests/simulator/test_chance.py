"""What happens by itself comes at the library's rates and the same for the same seed."""

from __future__ import annotations

import dataclasses

import pytest

from simulator.chance import with_chance
from simulator.library import LIBRARY
from simulator.pharmacology import PumpAction
from simulator.scenario import load_scenario, parse_scenario


def test_same_seed_adds_the_same() -> None:
    """A story with chance can be played again."""
    calm = load_scenario("calm")
    assert with_chance(calm, 5) == with_chance(calm, 5)
    assert any(with_chance(calm, seed) != with_chance(calm, 5) for seed in range(5))


def test_rates_over_many_sessions() -> None:
    """2 000 sessions of 85 min: counts within about four standard errors of the rates of signals, section 5."""
    calm = load_scenario("calm")
    calm = dataclasses.replace(calm, overrides={key: calm.overrides[key] for key in calm.overrides if key != "ke0"})
    counts: dict[str, int] = {}
    pauses = links = slow = 0
    for seed in range(2000):
        story = with_chance(calm, seed)
        for event in story.events:
            assert event.at_s >= 0
            counts[event.kind] = counts.get(event.kind, 0) + 1
        pauses += any(step.action is PumpAction.PAUSE for step in story.pump)
        slow += any(truth.kind == "slow_return" for truth in story.truths())
        links += sum(not change.connected for change in story.links)
    for row in LIBRARY:
        if row.draw is not None:
            expected = row.share * 2000
            assert counts.get(row.kind, 0) == pytest.approx(expected, abs=4 * expected**0.5 + 1), row.kind
    assert slow == pytest.approx(0.2 * 2000, abs=72)
    assert counts["probe_off"] == pytest.approx(2000 * 85 / 60, rel=0.08)
    assert links == pytest.approx(0.3 * 2000 * 85 / 60, rel=0.17)
    assert pauses == pytest.approx(0.05 * 2000, abs=40)


def test_the_nurse_enters_a_pause_and_what_follows_is_later() -> None:
    """Entries stay those of the pump: pause and resume at its times, the end later by the pause."""
    calm = load_scenario("calm")
    story = next(
        story for story in (with_chance(calm, seed) for seed in range(500)) if len(story.pump) > len(calm.pump)
    )
    pumped = {step.action.removeprefix("infusion_"): step.at_s for step in story.pump}
    entered = {action.does.removesuffix("_infusion"): action.at_s for action in story.nurse}
    assert entered["pause"] == pumped["pause"]
    assert entered["resume"] == pumped["resume"]
    assert entered["end"] == pytest.approx(52 * 60 + pumped["resume"] - pumped["pause"])
    assert all(action.fields["by"] == "nurse-a" for action in story.nurse)
    patient = story.patient()
    patient.advance(entered["end"] - 5)
    assert patient.infusing
    patient.advance(10)
    assert not patient.infusing


def test_without_an_infusion_only_probe_and_cable_fail() -> None:
    """Nothing hangs in the air."""
    story = parse_scenario('title = "T"\nlength_min = 600', name="t", origin="t.toml")
    found = with_chance(story, 1)
    assert {event.kind for event in found.events} == {"probe_off"}
    assert not found.pump


def test_short_infusions_give_no_impossible_times() -> None:
    """An infusion of one minute: every event still lies in the story."""
    story = parse_scenario('title = "T"\n[infusion]\nstart_min = 1\nplanned_min = 1', name="t", origin="t.toml")
    for seed in range(1500):
        assert all(event.at_s >= 0 for event in with_chance(story, seed).events)
