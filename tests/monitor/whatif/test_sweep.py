"""The experiment of alarm-system section 2 on seconds whose answer is known."""

from __future__ import annotations

import pytest

from config.instant import SECOND
from monitor.core.inputs import OximeterSample
from monitor.whatif.series import Series, bed_hours
from monitor.whatif.sweep import Setting, alarms, grid, preset_outcome, sweep
from tests.support.ward import shipped_rules


def series(*stretches: tuple[int, float]) -> Series:
    """SpO2 once a second, (how long, value)."""
    values = [value for length, value in stretches for _ in range(length)]
    samples = [(t * SECOND, OximeterSample("b", "ox", value, 70)) for t, value in enumerate(values)]
    return Series("made", samples, bed_hours(samples))


DIPS = series((60, 94), (8, 88), (60, 94), (12, 89), (60, 94), (60, 88), (60, 94))
"""Two dips that are nothing, and one desaturation of a minute. No fall is so steep that it is held as doubtful (V5)."""


def test_the_grid_is_that_of_the_document() -> None:
    assert len(grid()) == 9 * 6 * 2


@pytest.mark.parametrize(
    ("setting", "count", "removed", "in_time", "slowest"),
    [
        (Setting(90, 0, 2), 3, 0, 1, 0),
        (Setting(90, 10, 2), 2, 1 / 3, 1, 10),
        (Setting(90, 15, 2), 1, 2 / 3, 1, 15),
        (Setting(90, 30, 0), 1, 2 / 3, 1, 30),
        (Setting(86, 0, 0), 0, 0, 0, None),
    ],
)
def test_delay_removes_what_is_short_and_delays_what_is_not(
    setting: Setting, count: int, removed: float, in_time: int, slowest: float | None
) -> None:
    [(_, out)] = sweep([DIPS], shipped_rules(), [setting])
    assert (out.alarms, out.removed, out.events, out.in_time, out.slowest_s) == (
        count,
        pytest.approx(removed),
        1,
        in_time,
        slowest,
    )
    assert out.per_hour == pytest.approx(count * 3600 / 320)


def test_hysteresis_makes_one_alarm_of_a_value_that_sways() -> None:
    swaying = series((30, 94), *[(2, 89), (2, 91)] * 20, (30, 94))
    plain, calm = (Setting(90, 0, 0), Setting(90, 0, 2))
    found = {each: out.alarms for each, out in sweep([swaying], shipped_rules(), [plain, calm])}
    assert found == {plain: 20, calm: 1}


def test_the_presets_own_rule_is_held_against_the_same_limit_without_delay() -> None:
    out = preset_outcome([DIPS], shipped_rules())
    assert (out.alarms, out.removed, out.in_time, out.slowest_s) == (1, pytest.approx(2 / 3), 1, 15)
    assert (out.undelayed, out.idle_undelayed, out.idle, out.prompt) == (3, 2, 0, 1)
    assert out.most_removed == pytest.approx(2 / 3)


def test_the_rule_without_delay_has_no_hysteresis_either() -> None:
    """Each crossing is an alarm of its own; the preset's own collects its delay and tells once."""
    swaying = series((30, 94), *[(2, 89), (2, 90)] * 20, (30, 94))
    out = preset_outcome([swaying], shipped_rules())
    assert (out.undelayed, out.alarms) == (20, 1)


def test_both_rules_on_low_saturation_are_held_against_their_own_limits() -> None:
    deep = series((60, 94), (10, 88), (40, 83), (10, 88), (60, 94))
    out = preset_outcome([deep], shipped_rules(), {"SPO2_CRIT", "SPO2_LOW"})
    assert (out.undelayed, out.alarms, out.events, out.prompt, out.slowest_s) == (2, 2, 1, 1, 15)
    assert preset_outcome([deep], shipped_rules()).undelayed == 1


def test_an_alarm_is_told_from_its_onset_to_its_end() -> None:
    [told] = alarms(shipped_rules(), DIPS)
    assert (told.at // SECOND, told.until // SECOND) == (60 + 8 + 60 + 12 + 60 + 15, 60 + 8 + 60 + 12 + 60 + 60 + 10)
