"""Thinning a trend and showing its gaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from config.instant import SECOND
from config.vocabulary import Metric
from monitor.station.trend import SILENCE, Point, thin, with_gaps

SERIES = st.lists(st.tuples(st.integers(1, 30), st.none() | st.integers(50, 100)), max_size=300)


def points(series: list[tuple[int, int | None]]) -> list[Point]:
    at, found = 0, list[Point]()
    for step, value in series:
        at += step * SECOND
        found.append((at, None if value is None else float(value), None if value is not None else "no_finger"))
    return found


@given(SERIES, st.integers(2, 50))
def test_thinning_keeps_lows_highs_and_gaps(series: list[tuple[int, int | None]], at_most: int) -> None:
    whole = points(series)
    thinned = thin(whole, at_most)
    assert set(thinned) <= set(whole)
    assert [at for at, _, _ in thinned] == sorted(at for at, _, _ in thinned)
    values = [value for _, value, _ in whole if value is not None]
    kept = [value for _, value, _ in thinned if value is not None]
    if values:
        assert (min(values), max(values)) == (min(kept), max(kept))
    assert any(value is None for _, value, _ in whole) == any(value is None for _, value, _ in thinned)
    runs = sum(
        1
        for before, after in zip([(0, 0.0, None), *whole], whole, strict=False)
        if after[1] is None and before[1] is not None
    )
    assert len(thinned) <= max(at_most, 2 * (at_most // 2 + 1) + 3 * runs)


def test_few_points_stay_as_they_are() -> None:
    whole = points([(1, 97), (1, None), (1, None), (1, 96)])
    assert thin(whole, 4) == whole


def test_every_stretch_gives_its_lowest_and_highest() -> None:
    whole = points([(1, value) for value in (97, 90, 99, 96, 95, 94, 98, 97)])
    assert [value for _, value, _ in thin(whole, 4)] == [90.0, 99.0, 94.0, 98.0]


def test_a_silence_of_a_continuous_metric_is_a_gap() -> None:
    whole = points([(1, 97), (60, 96)])
    assert with_gaps(whole, Metric.SPO2)[1] == (whole[0][0] + SILENCE, None, "no_data")
    assert with_gaps(whole, Metric.SYSTOLIC) == whole
    assert with_gaps(points([(1, 97), (15, 96)]), Metric.SPO2) == points([(1, 97), (15, 96)])
