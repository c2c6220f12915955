"""What becomes of a rule's condition and alarm when it is switched off or on, or its limit moves (rulings 2.7)."""

from __future__ import annotations

from monitor.core.bed_state import Bed
from monitor.core.cuff import pressure_rules
from monitor.core.entries import bedside, counted_breaths
from monitor.core.events import Event
from monitor.core.oximeter import level_watch, pulse_loss
from monitor.core.pleth import slow_breathing
from monitor.core.rules.patient import CuffRule, LevelRule


def switched_off(bed: Bed, name: str, by: str | None, out: list[Event]) -> None:
    """PENDING is dropped, whatever is open closes. Before the rule leaves `bed.rules`."""
    state = bed.state
    level = bed.level_rules.get(name)
    if level is not None:
        level_watch.drop_pending(bed, level, "alarm_off", out)
        for voice in state.voices(level.metric):
            voice.conditions.pop(name, None)
    if name == bed.rules.pulse_lost.rule.name:
        pulse_loss.forget(bed, "alarm_off", out)
    if name == bed.rules.rr_low.rule.name:
        slow_breathing.forget(bed, "alarm_off", out)
    state.cuff.counts.pop(name, None)
    for alarm in [alarm for alarm in state.book.open.values() if alarm.rule.name == name]:
        state.book.end(alarm, state.clock, out, "alarm_off", by)


def switched_on(bed: Bed, name: str, out: list[Event]) -> None:
    """What stands or was entered last is held against the rule again; a cuff reading counts once, the next decides."""
    level = bed.level_rules.get(name)
    if level is not None:
        level_watch.look_again(bed, level, out)
    elif name == bed.rules.pulse_lost.rule.name:
        pulse_loss.look(bed, bed.state.clock, out)
    elif name == bed.rules.symptom.rule.name:
        bedside.look_again_at_symptoms(bed, out)
    elif name == bed.rules.sedation_deep.rule.name:
        bedside.look_again_at_score(bed, out)
    elif name == bed.rules.rr_low.rule.name:
        counted_breaths.look_again(bed, out)


def limit_moved(bed: Bed, old: LevelRule | CuffRule, new: LevelRule | CuffRule, out: list[Event]) -> None:
    """What the new limit made false ends, what it made true begins. After the rule has changed in `bed.rules`."""
    baseline = bed.state.baseline(old.metric)
    if isinstance(old, LevelRule) and isinstance(new, LevelRule):
        level_watch.limit_moved(bed, old, baseline, new, out)
    elif isinstance(new, CuffRule):
        pressure_rules.limit_moved(bed, new, old.trigger.number(baseline), out)
