"""The nurse of a story acts through the same door as a person."""

from __future__ import annotations

import asyncio
from types import MappingProxyType
from typing import Any

from config.instant import SECOND
from monitor.core.errors import InputError
from monitor.core.events import Event, EventKind
from monitor.core.inputs import Acknowledge, Command, Input, OpenSession
from monitor.demo.nurse import act, to_input
from simulator.nurse import NurseAction
from simulator.scenario import load_scenario, scenario_names
from tests.support.clock import ManualClock, let_tasks_run

BEGIN = 1_000 * SECOND


def action(does: str, at_s: float = 0.0, **fields: Any) -> NurseAction:
    return NurseAction(at_s, does, MappingProxyType(fields))


def test_what_a_nurse_does_is_an_input() -> None:
    """Fields as the story gives them."""
    opened = to_input("bay-1", action("open_session", patient="P-1", by="nurse-a", weight_kg=70))
    assert opened == OpenSession("bay-1", "P-1", by="nurse-a", weight_kg=70)
    started = to_input("bay-1", action("start_infusion", by="nurse-a", planned_min=40))
    assert started == Command("bay-1", "start_infusion", by="nurse-a", fields={"planned_min": 40})
    noted = to_input("bay-1", action("acknowledge", by="nurse-b", alarm="SPO2_LOW"))
    assert noted == Acknowledge("bay-1", "nurse-b", None, "SPO2_LOW")
    assert to_input("bay-1", action("take_cuff")) is None


def test_every_action_of_every_shipped_story_can_be_done() -> None:
    """A story that the service cannot read is found here and not in front of people."""
    for name in scenario_names():
        for each in load_scenario(name).nurse:
            assert (to_input("bay-1", each) is None) is (each.does == "take_cuff")


async def test_actions_come_at_their_time_whatever_became_of_the_last() -> None:
    """A refusal and an unknown bed are logged; the button of the cuff is pressed on the device."""
    clock = ManualClock(BEGIN)
    done: list[tuple[int, str]] = []
    pressed: list[str] = []

    async def ask(item: Input) -> list[Event]:
        done.append((clock.now() - BEGIN, type(item).__name__))
        if isinstance(item, Command):
            raise InputError("there is no bed 'bay-1'")
        return [Event(clock.now(), "bay-1", EventKind.COMMAND_REFUSED, {"reason": "open"})]

    actions = [
        action("open_session", 10, patient="P-1", by="nurse-a"),
        action("start_infusion", 20, by="nurse-a"),
        action("take_cuff", 30),
        action("acknowledge", 40, by="nurse-a", alarm="SPO2_LOW"),
    ]
    task = asyncio.create_task(act("bay-1", actions, BEGIN, clock, ask, pressed.append))
    await let_tasks_run()
    assert done == []
    await clock.advance(40 * SECOND)
    await task
    assert done == [(10 * SECOND, "OpenSession"), (20 * SECOND, "Command"), (40 * SECOND, "Acknowledge")]
    assert pressed == ["bay-1"]
