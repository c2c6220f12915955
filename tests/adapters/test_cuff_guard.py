"""Lock-outs and bounds by themselves; each cuff's dialogue shows them at work."""

from __future__ import annotations

from adapters.cuff_guard import ADULT, NEONATE, CuffGuard
from adapters.cuff_slope import CuffSlope
from adapters.questions import Questions
from config.instant import SECOND, Instant
from config.vocabulary import CuffState

T0: Instant = 1_000 * SECOND


def test_an_empty_cuff_ends_no_start_that_may_still_be_taken_up() -> None:
    guard = CuffGuard()
    guard.start(T0)
    guard.empty(T0 + 9 * SECOND)
    assert guard.measurement is not None
    guard.empty(T0 + 10 * SECOND)
    assert guard.measurement is None


def test_an_empty_cuff_ends_no_measurement_whose_outcome_is_awaited() -> None:
    guard = CuffGuard()
    guard.pressure(100.0, T0)
    guard.empty(T0 + 60 * SECOND)
    assert guard.measurement is not None
    guard.finished(True, T0 + 61 * SECOND)
    assert guard.measurement is None


def test_pressure_that_is_left_after_the_outcome_is_watched_and_ends_with_the_empty_cuff() -> None:
    guard = CuffGuard()
    guard.pressure(100.0, T0)
    guard.finished(True, T0)
    assert not guard.inflated(60.0, T0)
    assert guard.deadline() == T0 + 30 * SECOND
    guard.empty(T0 + SECOND)
    assert guard.deadline() is None


def test_bounds() -> None:
    """300 mmHg and 120 s, on a neonate 150 and 90 s."""
    for bounds, highest, upper in ((ADULT, 300.0, 120), (NEONATE, 150.0, 90)):
        guard = CuffGuard(bounds)
        assert not guard.inflated(highest, T0)
        assert guard.inflated(highest + 1, T0)
        guard = CuffGuard(bounds)
        guard.start(T0)
        assert guard.deadline() == T0 + upper * SECOND


def test_told_to_stop_again_every_three_seconds() -> None:
    guard = CuffGuard()
    guard.stop(T0)
    assert not guard.inflated(100.0, T0 + SECOND)
    assert guard.inflated(100.0, T0 + 3 * SECOND)
    guard.empty(T0 + 4 * SECOND)
    assert not guard.stopping(T0 + 4 * SECOND)


def test_a_slope_does_not_turn_with_each_pulse() -> None:
    slope = CuffSlope(10.0)
    up, down, idle = CuffState.INFLATING, CuffState.DEFLATING, CuffState.IDLE
    course = [(5.0, idle), (40.0, up), (80.0, up), (78.0, up), (75.0, down), (78.0, down), (70.0, down), (74.0, up)]
    assert [slope.follow(pressure) for pressure, _ in course] == [state for _, state in course]
    assert slope.follow(10.0) is idle


def test_questions() -> None:
    """Known after an answer, unknown after three without one, and on each new connection."""
    questions: Questions[str] = Questions(SECOND)
    assert not questions.known
    questions.ask("a", T0)
    assert questions.overdue(T0 + SECOND - 1) is None
    assert questions.deadline() == T0 + SECOND
    questions.answered()
    assert (questions.known, questions.open, questions.deadline()) == (True, None, None)
    for number in range(3):
        assert questions.known
        questions.ask("b", T0 + number * SECOND)
        assert questions.overdue(T0 + (number + 1) * SECOND) == "b"
    assert not questions.known
    questions.answered()
    questions.connected()
    assert not questions.known
