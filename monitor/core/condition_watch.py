"""A rule's condition on its bed: the moments it waits for, and how its end without an alarm is told."""

from __future__ import annotations

from config.instant import Instant, to_seconds
from config.vocabulary import AlarmState
from monitor.core import condition as conditions
from monitor.core.bed_state import ORDER_LAPSE, Bed, Due, earliest
from monitor.core.condition import Condition, Outcome, Stage
from monitor.core.events import Event, EventKind
from monitor.core.rules.patient import LevelRule
from monitor.core.rules.rule_id import RuleId

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
        if latched is not None and latched.state is AlarmState.LATCHED and bed.state.book.superseded(latched):
            return None
    return found


def follow(bed: Bed, rule: RuleId, outcome: Outcome, at: Instant, out: list[Event]) -> None:
    """The alarm, where there is one, goes with its condition: it has cleared, or its value is an old one."""
    book = bed.state.book
    alarm = book.present(rule)
    if alarm is None:
        return
    if outcome is Outcome.CLEARED:
        book.cleared(alarm, at, out)
    elif outcome is Outcome.STALE:
        book.set_stale(alarm, True, at, out)


def dropped(bed: Bed, level: LevelRule, running: Condition | None, reason: str, out: list[Event]) -> bool:
    """Whether it was pending: then it ends without an alarm and is told; the caller lets it go."""
    if running is None or running.stage is not Stage.PENDING:
        return False
    tell_dropped(bed, level, running, reason, out)
    return True


def tell_dropped(
    bed: Bed, level: LevelRule, running: Condition, reason: str, out: list[Event], device: str | None = None
) -> None:
    """A pending condition has ended without an alarm; told unless it was pending behind an open one.

    `device` where it was heard beside the one that leads.
    """
    state = bed.state
    if state.book.find(level.rule) is None:
        held = to_seconds(running.onset.elapsed(state.clock))
        data = {"alarm": level.rule.name, "held_s": held, "reason": reason}
        if device is not None:
            data["device"] = device
        out.append(Event(state.clock, state.bed, EventKind.ALARM_PENDING_DROPPED, data))
