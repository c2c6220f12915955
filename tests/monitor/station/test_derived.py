"""Rates from the pleth on the page: shown as derived, only while they are fresh, doubtful where the wave is."""

from __future__ import annotations

from monitor.station import wire
from tests.monitor.station.test_picture import Watched


def shown(watched: Watched) -> dict[str, wire.Value]:
    """The derived values of the bed."""
    bed = watched.view.bed("bay-1")
    assert bed is not None
    return {metric: value for metric, value in bed.values.items() if value.source == "derived"}


def look(watched: Watched, t: float, sqi: float, **rates: float) -> None:
    """One second's measures."""
    watched.put(t, "pleth_measures", device="ox-1", sqi=sqi, pulse_present=sqi >= 0.5, **rates)


def test_nothing_is_shown_without_a_wave() -> None:
    """An oximeter that sends no pleth leaves no empty rows."""
    watched = Watched()
    watched.open()
    watched.sample(2)
    assert shown(watched) == {}


def test_a_good_wave_gives_both_rates() -> None:
    """With their time, as derived."""
    watched = Watched()
    watched.open()
    look(watched, 20, 0.93, pulse_rate_pleth=71.6, resp_rate_pleth=14.2, rr_quality=0.7)
    rates = shown(watched)
    assert (rates["pulse_rate_pleth"].value, rates["resp_rate_pleth"].value) == (71.6, 14.2)
    assert {value.verdict for value in rates.values()} == {"VALID"}
    assert {value.unit for value in rates.values()} == {"/min"}
    assert {value.age_s for value in rates.values()} == {0.0}


def test_a_middling_wave_makes_them_doubtful_and_a_poor_one_takes_them_away() -> None:
    """Signals-and-simulation, section 2: 0.5 to 0.8 SUSPECT, below no numerics."""
    watched = Watched()
    watched.open()
    look(watched, 20, 0.79, pulse_rate_pleth=71.6)
    rates = shown(watched)
    assert (rates["pulse_rate_pleth"].verdict, rates["pulse_rate_pleth"].reason) == ("SUSPECT", "signal_quality")
    assert (rates["resp_rate_pleth"].value, rates["resp_rate_pleth"].verdict) == (None, None)
    look(watched, 21, 0.2)
    assert [(value.value, value.reason) for value in shown(watched).values()] == [(None, "signal_quality")] * 2


def test_they_go_when_the_wave_stops() -> None:
    """A derived rate is never left standing."""
    watched = Watched()
    watched.open()
    look(watched, 20, 0.93, pulse_rate_pleth=71.6)
    watched.put(60, "tick")
    assert shown(watched) == {}
