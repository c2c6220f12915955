"""CLOCK of the server: told when it changes, and never where it cannot be known."""

from __future__ import annotations

from monitor.core.inputs import SystemState
from monitor.server_clock import ServerClockWatch, synchronised
from tests.support.clock import ManualClock


def test_clock_not_synchronised_is_told_once() -> None:
    answers: list[bool | None] = [True, False, False, None, False, True]
    told: list[SystemState] = []
    watch = ServerClockWatch(lambda: answers.pop(0), told.append, ManualClock())
    seen = []
    while answers:
        watch.look()
        seen.append([state.ok for state in told])
    assert seen == [[], [False], [False], [False, True], [False, True, False], [False, True, False, True]]
    assert {(state.system, state.subject) for state in told} == {("clock", "server")}


def test_this_machine_can_be_asked() -> None:
    """The kernel answers, or it is unknown; asking fails nowhere."""
    assert synchronised() in (True, False, None)
