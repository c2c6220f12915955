"""Where a present alarm's value stands: its metric, how far it went, where it alarms and what ends it."""

from __future__ import annotations

from monitor.station import wire
from tests.monitor.station.test_picture import Watched


def standing(watched: Watched, name: str) -> wire.Standing | None:
    alarm = watched.ward.beds["bay-1"].state.book.open.get(name)
    found = {one.alarm_id: one for one in watched.picture().standings}
    return None if alarm is None else found.get(alarm.alarm_id)


def test_a_present_alarm_tells_its_worst_value_its_limit_and_its_end() -> None:
    """Rulings 1.3: bounds as written. Between its limit and its end it is there, and with its end it is gone."""
    watched = Watched()
    watched.open()
    for t in range(10, 30):
        watched.sample(t, 84 if t == 27 else 88)
    watched.sample(30, 91)
    assert standing(watched, "SPO2_LOW") == wire.Standing(
        watched.ward.beds["bay-1"].state.book.open["SPO2_LOW"].alarm_id,
        "spo2",
        84,
        wire.Bound("below", 90),
        wire.Bound("at_least", 92),
    )
    for t in range(31, 45):
        watched.sample(t, 95)
    assert watched.ward.beds["bay-1"].state.book.open["SPO2_LOW"].state == "LATCHED"
    assert watched.picture().standings == []


def test_a_limit_of_one_patient_moves_both_and_a_cuffs_end_is_its_own() -> None:
    watched = Watched()
    watched.open()
    watched.command(5, "set_limit", alarm="SPO2_LOW", low=88)
    for t in range(10, 30):
        watched.sample(t, 86)
    watched.cuff(31, 184)
    low, high = standing(watched, "SPO2_LOW"), standing(watched, "SBP_CRIT")
    assert low is not None
    assert (low.limit, low.ends) == (wire.Bound("below", 88), wire.Bound("at_least", 90))
    assert high is not None
    assert (high.metric, high.worst) == ("systolic", 184)
    assert (high.limit, high.ends) == (wire.Bound("at_least", 180), wire.Bound("below", 170))


def test_a_sudden_fall_stands_to_the_median_that_was_frozen_with_it() -> None:
    """Rulings, section 3: of 80 a fall below 60 alarms, and 68 ends it, whatever the median has become."""
    watched = Watched()
    watched.open()
    for t in range(10, 140):
        watched.sample(t, pulse=80)
    for t in range(140, 150):
        watched.sample(t, pulse=50)
    watched.sample(150, pulse=63)
    found = standing(watched, "VASOVAGAL")
    assert found is not None
    assert (found.worst, found.limit, found.ends) == (50, wire.Bound("below", 60), wire.Bound("at_least", 68))
