"""How the core says no to a person: an event with the reason, and nothing changed (interfaces, section 4)."""

from __future__ import annotations

from typing import Any

from config.instant import Instant
from monitor.core.bed_state import Bed
from monitor.core.events import Event, EventKind


def refused(bed: str | None, command: str, reason: str, by: str | None, now: Instant, **more: Any) -> Event:
    """The event of a refusal; without a bed it is the station's."""
    return Event(now, bed, EventKind.COMMAND_REFUSED, {"command": command, "reason": reason, "by": by, **more})


def refuse(bed: Bed, command: str, reason: str, by: str | None, now: Instant, out: list[Event], **more: Any) -> None:
    """Say no, and why."""
    out.append(refused(bed.state.bed, command, reason, by, now, **more))
