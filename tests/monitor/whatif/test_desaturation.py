"""What counts as a sustained desaturation, and when an alarm has announced it."""

from __future__ import annotations

import pytest

from config.instant import SECOND, Instant
from config.vocabulary import Flag
from monitor.core.inputs import OximeterSample
from monitor.whatif.desaturation import WITHIN, Desaturation, Told, announced, idle, sustained

FAR: Instant = 10**12


def samples(*stretches: tuple[int, int, float | None]) -> list[tuple[Instant, OximeterSample]]:
    """SpO2 once a second, (from, to, value)."""
    return [
        (t * SECOND, OximeterSample("b", "ox", value, 70)) for start, end, value in stretches for t in range(start, end)
    ]


def found(*stretches: tuple[int, int, float | None]) -> list[tuple[int, int]]:
    return [(each.start // SECOND, each.end // SECOND) for each in sustained(samples(*stretches))]


def test_thirty_seconds_below_90_count_and_29_do_not() -> None:
    assert found((0, 10, 97), (10, 40, 88), (40, 50, 97)) == [(10, 40)]
    assert found((0, 10, 97), (10, 39, 88), (39, 50, 97)) == []


def test_90_itself_is_not_below_it() -> None:
    assert found((0, 60, 90)) == []


def test_a_gap_longer_than_a_value_stands_ends_it() -> None:
    assert found((0, 20, 85), (23, 40, 85)) == [(0, 39)]
    assert found((0, 20, 85), (24, 40, 85)) == []


@pytest.mark.parametrize("flag", [Flag.NO_FINGER, Flag.ARTIFACT])
def test_values_that_the_device_itself_does_not_believe_do_not_count(flag: Flag) -> None:
    off = [(at, OximeterSample("b", "ox", 80, 70, frozenset({flag}))) for at, _ in samples((0, 60, 80))]
    assert sustained(off) == []


def test_beds_do_not_mix() -> None:
    one = samples((0, 20, 85))
    other = [(at + SECOND // 2, OximeterSample("c", "ox", 85, 70)) for at, _ in samples((0, 40, 85))]
    assert [each.bed for each in sustained(sorted(one + other, key=lambda entry: entry[0]))] == ["c"]


def test_the_first_alarm_in_time_announces() -> None:
    event = Desaturation("b", 100 * SECOND, 150 * SECOND)

    def delay(*told: Told) -> int | None:
        return announced([event], told)[0]

    assert delay() is None
    assert delay(Told("b", 130 * SECOND, FAR), Told("b", 115 * SECOND, FAR)) == 15 * SECOND
    assert delay(Told("c", 115 * SECOND, FAR)) is None
    assert delay(Told("b", 50 * SECOND, 99 * SECOND)) is None
    assert delay(Told("b", 50 * SECOND, 101 * SECOND)) == 0
    assert delay(Told("b", event.end + WITHIN, FAR)) == event.end + WITHIN - event.start
    assert delay(Told("b", event.end + WITHIN + 1, FAR)) is None


def test_idle_alarms_are_about_no_event() -> None:
    event = Desaturation("b", 100 * SECOND, 150 * SECOND)
    before, about, other = Told("b", 0, 99 * SECOND), Told("b", 115 * SECOND, FAR), Told("c", 115 * SECOND, FAR)
    assert idle([event], [before, about, other]) == 2
    assert idle([], [about]) == 1
