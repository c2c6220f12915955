"""What else the patient on a bed is called (ketamine-monitoring 5.0: bound by two identifiers; alarm-system 8).

A device that names another patient is kept apart (ID_CONFLICT). Where the slip was in what was entered at the opening,
a person who has looked at the patient says what the device calls her, and need not end the session for it.
"""

from __future__ import annotations

from config.instant import Instant
from monitor.core.bed_state import Bed
from monitor.core.events import Event, EventKind
from monitor.core.inputs import Command
from monitor.core.refusals import refuse

LONGEST = 64
MOST = 16


def add_identifier(bed: Bed, item: Command, now: Instant, out: list[Event]) -> None:
    """Another identifier of this patient. A device that was kept apart is heard again when it next names it."""
    session, told = bed.state.session, item.fields.get("identifier")
    if session is None:
        refuse(bed, item.command, "wrong_phase", item.by, now, out, phase=bed.state.phase.value)
        return
    if not isinstance(told, str) or not told.strip() or len(told) > LONGEST or len(session.identifiers) >= MOST:
        refuse(bed, item.command, "identifier_unusable", item.by, now, out)
        return
    session.identifiers.append(told.strip())
    data = {"identifier": told.strip(), "by": item.by}
    if item.reason:
        data["reason"] = item.reason
    out.append(Event(now, bed.state.bed, EventKind.IDENTIFIER_ADDED, data))
