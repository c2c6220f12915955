"""The only place that asks the machine for the time."""

from __future__ import annotations

import time

import pytest

from config.instant import SECOND
from monitor.clock import LONGEST_LEAP, SystemClock


def test_it_starts_at_utc_now() -> None:
    """Between two looks at the machine's own clock."""
    before = time.time_ns() // 1000
    now = SystemClock().now()
    assert before <= now <= time.time_ns() // 1000 + SECOND


def test_it_never_goes_back() -> None:
    clock = SystemClock(1000)
    seen = [clock.now() for _ in range(1000)]
    assert seen == sorted(seen)


def test_a_machine_set_back_does_not_take_the_journal_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scale goes on where the journal ended, whatever the wall clock says; a later step of it moves nothing."""
    monkeypatch.setattr("time.time_ns", lambda: 1_000)
    later = 2_000_000_000 * SECOND
    clock = SystemClock(not_before=later)
    assert clock.now() >= later
    monkeypatch.setattr("time.time_ns", lambda: 9_000_000_000_000_000_000)
    assert clock.now() < later + 60 * SECOND


def test_speed_is_seconds_of_the_service_per_second_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo's 20 minutes in 40 seconds."""
    passed = [0]
    monkeypatch.setattr("time.monotonic_ns", lambda: passed[0])
    clock = SystemClock(30)
    start = clock.now()
    for _ in range(400):  # somebody looks at it ten times a second
        passed[0] += 100_000_000
        now = clock.now()
    assert now - start == 1200 * SECOND


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_clock_that_stands_still_is_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        SystemClock(speed)


async def test_sleeping_ends_at_the_moment_and_at_once_when_it_has_passed() -> None:
    """At 1000 times the speed a second is a millisecond."""
    clock = SystemClock(1000)
    at = clock.now() + SECOND
    await clock.sleep_until(at)
    assert clock.now() >= at
    await clock.sleep_until(0)


def test_a_fast_clock_leaves_a_stall_of_the_machine_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """At 30 times the speed a third of a second would be ten seconds of silence on every line at once."""
    real = 1_000_000_000
    monkeypatch.setattr("monitor.clock.time.monotonic_ns", lambda: real)
    clock, steady = SystemClock(30), SystemClock(1)
    start, steady_start = clock.now(), steady.now()
    real += 100_000_000
    assert clock.now() - start == 3 * SECOND
    real += 20_000_000_000
    assert clock.now() - start == pytest.approx(3 * SECOND + LONGEST_LEAP, abs=1)  # whole nanoseconds
    assert steady.now() - steady_start == 20_100_000
