"""When to try again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.backoff import Backoff
from config.instant import SECOND


def test_pauses_double_up_to_the_cap() -> None:
    backoff = Backoff(first=SECOND, cap=10 * SECOND, spread=0)
    assert [backoff.next_try(failures, 0, 0.9) // SECOND for failures in (1, 2, 3, 4, 5, 6, 99)] == [
        1, 2, 4, 8, 10, 10, 10,
    ]  # fmt: skip


@given(st.integers(0, 10**9), st.integers(0, 10**18), st.floats(0, 1, exclude_max=True))
def test_a_pause_is_never_longer_than_the_cap_nor_shorter_than_the_spread_allows(
    failures: int, now: int, chance: float
) -> None:
    backoff = Backoff()
    pause = backoff.next_try(failures, now, chance) - now
    assert round(backoff.first * (1 - backoff.spread)) <= pause <= backoff.cap
