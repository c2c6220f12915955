"""Seconds of SpO2 out of simulated sessions."""

from __future__ import annotations

from config.instant import to_seconds
from config.vocabulary import Flag
from monitor.whatif.series import oximeter_sample, simulated
from simulator.vitals import Vitals

USUAL_S = 113 * 60


def test_a_simulated_session_is_the_same_for_the_same_number() -> None:
    one, again, other = (simulated(number, above=101) for number in (3, 3, 4))
    assert one == again
    assert [sample.spo2 for _, sample in one.samples] != [sample.spo2 for _, sample in other.samples]


def test_samples_that_no_rule_under_trial_can_see_count_by_their_hours_only() -> None:
    whole, quiet = simulated(3, above=101), simulated(3, above=50)
    assert quiet.samples == []
    assert quiet.hours == whole.hours
    assert to_seconds(whole.samples[-1][0]) == USUAL_S - 1


def test_an_oximeter_tells_whole_numbers_and_its_flags() -> None:
    moment = Vitals(96.6, 71.4, 2.34, None, None, None, None, motion=True)
    said = oximeter_sample("b", "ox", moment)
    assert (said.spo2, said.pulse_rate, said.perfusion_index) == (97, 71, 2.3)
    assert said.flags == {Flag.ARTIFACT}
