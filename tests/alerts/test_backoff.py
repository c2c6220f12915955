"""The wait after a failed try."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from alerts.backoff import LONGEST, next_try
from config.instant import SECOND


def test_waits_double_up_to_the_cap() -> None:
    waits = [next_try(attempt, lambda: 0.999999999) / SECOND for attempt in range(1, 8)]
    assert [round(wait) for wait in waits] == [1, 2, 4, 8, 16, 30, 30]


def test_chance_spreads_the_upper_half() -> None:
    assert next_try(3, lambda: 0.0) == 2 * SECOND
    assert next_try(3, lambda: 0.5) == 3 * SECOND


def test_the_receiver_may_ask_for_more_but_not_for_less_and_not_beyond_the_cap() -> None:
    assert next_try(1, lambda: 0.0, asked=20 * SECOND) == 20 * SECOND
    assert next_try(5, lambda: 0.0, asked=1 * SECOND) == 8 * SECOND
    assert next_try(1, lambda: 0.0, asked=3600 * SECOND) == LONGEST


@given(st.integers(1, 10**6), st.floats(0, 1, exclude_max=True), st.none() | st.integers(0, 10**12))
def test_the_wait_is_always_between_half_a_second_and_the_cap(attempt: int, chance: float, asked: int | None) -> None:
    assert SECOND // 2 <= next_try(attempt, lambda: chance, asked) <= LONGEST
