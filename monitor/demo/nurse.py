"""The nurse of a story acts on the running service: opens sessions, starts infusions, acknowledges."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import structlog

from config.instant import Clock, Instant, seconds
from monitor.core.errors import InputError
from monitor.core.events import Event, EventKind
from monitor.core.inputs import Acknowledge, Input
from monitor.core.lines.reader import read_input
from simulator.nurse import NurseAction

log = structlog.get_logger("bedwatch.demo")

TAKE_CUFF = "take_cuff"
Ask = Callable[[Input], Awaitable[list[Event]]]


def to_input(bed: str, action: NurseAction) -> Input | None:
    """What the nurse does as an input of the core; None: pressing the cuff's button is not one."""
    if action.does == TAKE_CUFF:
        return None
    fields: dict[str, Any] = dict(action.fields)
    if action.does == "acknowledge":
        return Acknowledge(bed, str(fields.get("by", "")), fields.get("alarm_id"), fields.get("alarm"))
    line = {"bed": bed, **fields}
    if action.does == "open_session":
        return read_input({**line, "input": "open_session"})
    return read_input({**line, "input": "command", "command": action.does})


async def act(
    bed: str,
    actions: Iterable[NurseAction],
    begin: Instant,
    clock: Clock,
    ask: Ask,
    press_cuff: Callable[[str], None],
) -> None:
    """Carry the actions out when their time comes; `begin` is the story's minute 0 on the service's scale."""
    for action in actions:
        await clock.sleep_until(begin + seconds(action.at_s))
        item = to_input(bed, action)
        if item is None:
            press_cuff(bed)
            continue
        try:
            events = await ask(item)
        except InputError as error:
            log.warning("the story's nurse could not act", bed=bed, does=action.does, reason=str(error))
            continue
        for event in events:
            if event.kind is EventKind.COMMAND_REFUSED:
                log.info("refused", bed=bed, does=action.does, reason=event.data["reason"])
