"""What the nurse of a story does, as inputs of the core."""

from __future__ import annotations

from typing import Any

from config.instant import Instant
from monitor.core.inputs import Acknowledge, Input
from monitor.core.lines.reader import read_input
from simulator.nurse import NurseAction

TAKE_CUFF = "take_cuff"


def to_input(bed: str, action: NurseAction, start: Instant) -> Input | None:
    """The input; None for pressing the cuff's button, which is none. `start`: minute 0 of the story."""
    if action.does == TAKE_CUFF:
        return None
    fields: dict[str, Any] = dict(action.fields)
    if action.does == "acknowledge":
        return Acknowledge(bed, str(fields.get("by", "")), fields.get("alarm_id"), fields.get("alarm"))
    if action.does == "open_session":
        return read_input({"bed": bed, **fields, "input": "open_session"})
    observed_s = fields.pop("observed_s", None)
    if observed_s is not None:
        fields["at"] = observed_s
    return read_input({"bed": bed, **fields, "input": "command", "command": action.does}, start)
