"""A rule's condition on its bed: the moments it waits for, and how its end without an alarm is told."""

from __future__ import annotations

from config.instant import Instant, to_seconds
from monitor.core import condition as conditions
from monitor.core.bed_state import ORDER_LAPSE, Bed, Due, earliest
from monitor.core.condition import Condition, Outcome
from monitor.core.events import Event, EventKind
from monitor.core.rules.patient import LevelRule

LAPSE = "lapse"


def due(bed: Bed, level: LevelRule, running: Condition, until: Instant) -> Due | None:
    """What comes next: an `Outcome`, or LAPSE at `until`, when what was accepted last stops standing."""
    found: list[Due] = []
    if running.gone_from is None:
        found.append(Due(until, ORDER_LAPSE, level.rule.name, LAPSE))
    outcome = next_outcome(bed, level, running)
    if outcome is not None:
        found.append(Due(outcome[0], level.rule.order, level.rule.name, outcome[1]))
    return earliest(found)


def next_outcome(bed: Bed, level: LevelRule, running: Condition) -> tuple[Instant, Outcome] | None:
    """The condition's next deadline; a latched alarm does not recur under a higher one of its group (rulings 2.4)."""
    found = conditions.next_outcome(running, level, bed.rules.timing)
    if found is not None and found[1] is Outcome.ONSET:
        latched = bed.state.book.find(level.rule)
        if latched is not None and bed.state.book.superseded(latched):
            return None
    return found


def tell_dropped(bed: Bed, level: LevelRule, running: Condition, reason: str, out: list[Event]) -> None:
    """A pending condition has ended without an alarm; told unless it was pending behind a latched one."""
    state = bed.state
    if state.book.find(level.rule) is None:
        held = to_seconds(running.onset.elapsed(state.clock))
        data = {"alarm": level.rule.name, "held_s": held, "reason": reason}
        out.append(Event(state.clock, state.bed, EventKind.ALARM_PENDING_DROPPED, data))
