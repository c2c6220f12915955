"""Slowing down guesses."""

from __future__ import annotations

from config.instant import MINUTE, SECOND
from monitor.station.throttle import FORGET_AFTER, KEPT, LONGEST_WAIT, Throttle, wait_after


def test_the_wait_grows_from_nothing_to_its_bound() -> None:
    waits = [wait_after(failures) for failures in range(40)]
    assert waits[:7] == [0, 0, 0, 0, 0, 2 * SECOND, 4 * SECOND]
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_WAIT


def test_each_subject_waits_for_itself_and_success_forgets() -> None:
    throttle = Throttle()
    for _ in range(6):
        throttle.failed("nurse-a", 0)
    assert throttle.wait("nurse-a", SECOND) == 3 * SECOND
    assert throttle.wait("nurse-b", SECOND) == 0
    throttle.succeeded("nurse-a")
    assert throttle.wait("nurse-a", SECOND) == 0


def test_old_failures_do_not_count_any_more() -> None:
    throttle = Throttle()
    for _ in range(9):
        throttle.failed("nurse-a", 0)
    throttle.failed("nurse-a", FORGET_AFTER + MINUTE)
    assert throttle.wait("nurse-a", FORGET_AFTER + MINUTE) == 0


def test_memory_is_bounded() -> None:
    throttle = Throttle()
    for _ in range(9):
        throttle.failed("first", 0)
    for number in range(KEPT):
        throttle.failed(f"other-{number}", 1)
    assert throttle.wait("first", 1) == 0
