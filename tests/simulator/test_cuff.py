"""The emulated cuff's own course, whatever device it hangs on."""

from __future__ import annotations

import pytest

from config.instant import SECOND
from config.vocabulary import CuffError
from simulator.cuff import STEP, CuffTrouble, EmulatedCuff, Outcome, Steps
from tests.simulator.devices.still_body import StillBody


def course(cuff: EmulatedCuff, seconds: int) -> tuple[list[float], list[Outcome]]:
    steps = [(cuff.step(), cuff.pressure) for _ in range(seconds * SECOND // STEP)]
    return [pressure for _, pressure in steps], [outcome for outcome, _ in steps if outcome is not None]


def test_up_down_and_read_once() -> None:
    body = StillBody()
    cuff = EmulatedCuff(body)
    assert cuff.start(180.0)
    pressures, outcomes = course(cuff, 60)
    top = pressures.index(max(pressures))
    assert (max(pressures), top) == (180.0, 59)
    assert pressures[: top + 1] == sorted(pressures[: top + 1])
    assert pressures[top:] == sorted(pressures[top:], reverse=True)
    assert outcomes == [Outcome(128, 78, 95, 72)]
    assert (body.cuff_readings, pressures[-1], cuff.measuring) == (1, 0.0, False)


def test_it_pumps_over_a_high_systolic() -> None:
    body = StillBody()
    body.show(systolic=195.0)
    cuff = EmulatedCuff(body)
    cuff.start()
    assert max(course(cuff, 10)[0]) == 215.0


def test_a_second_start_and_a_stop_without_a_start_do_nothing() -> None:
    cuff = EmulatedCuff(StillBody())
    assert cuff.stop() is None
    assert cuff.start()
    assert not cuff.start()
    assert cuff.stop() == Outcome(error=CuffError.ABORTED)


def test_no_pressures_without_a_body_that_has_some() -> None:
    body = StillBody()
    body.show(systolic=None, diastolic=None, mean=None)
    cuff = EmulatedCuff(body)
    cuff.start()
    assert course(cuff, 60)[1] == [Outcome(error=CuffError.TIMEOUT)]


@pytest.mark.parametrize(("trouble", "held"), [(CuffTrouble.JAMMED, 160.0), (CuffTrouble.RUNAWAY, 330.0)])
def test_trouble_lasts_until_it_is_stopped(trouble: CuffTrouble, held: float) -> None:
    cuff = EmulatedCuff(StillBody())
    cuff.trouble = trouble
    cuff.start()
    pressures, outcomes = course(cuff, 300)
    assert (pressures[-1], outcomes) == (held, [])
    assert cuff.stop() is not None
    assert course(cuff, 10)[0][-1] == 0.0


def test_time_left_over_is_kept() -> None:
    steps = Steps()
    assert [steps.take(STEP // 2 + 1) for _ in range(4)] == [0, 1, 0, 1]
