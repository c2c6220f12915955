"""The command `set_limit`: a limit for this patient, within the preset's bounds, gone with the session.

Far limits take a second person's signature (alarm-system 3.3).
"""

from __future__ import annotations

from config.instant import Instant
from monitor.core.bed_state import Bed
from monitor.core.events import Event, EventKind, plain
from monitor.core.inputs import Command
from monitor.core.lines.fields import is_number
from monitor.core.preset.lint import covered
from monitor.core.refusals import refuse
from monitor.core.rules.patient import CuffRule, LevelRule
from monitor.core.session import rule_changes
from monitor.core.session.session_limits import SessionLimit, find_rule, needs_second

NURSES = frozenset({None, "nurse", "lead", "prescriber"})


def set_limit(bed: Bed, item: Command, now: Instant, out: list[Event]) -> None:
    """Move one rule's limit; the preset's own number takes the change back."""
    session, name = bed.state.session, item.fields.get("alarm")
    preset = find_rule(bed.setup.rules, name) if isinstance(name, str) else None
    problem = _problem(bed, item, preset)
    if problem is not None or session is None or preset is None:
        reason = problem or "wrong_phase"
        more = {} if preset is None else {"alarm": preset.rule.name}
        refuse(bed, item.command, reason, item.by, now, out, phase=bed.state.phase.value, **more)
        return
    name, side = preset.rule.name, side_of(preset)
    number, second = float(item.fields[side]), item.fields.get("second_by")
    known = session.limits.pop(name, None)
    before = preset.trigger.absolute if known is None else known.number
    if number != preset.trigger.absolute:
        session.limits[name] = SessionLimit(number, now, item.by, second)
    data = {"alarm": name, "side": side, "from": plain(before), "to": plain(number), "by": item.by}
    if second is not None:
        data["second_by"] = second
    if item.reason:
        data["reason"] = item.reason
    old, covered_before = find_rule(bed.rules, name), covered(bed.rules)
    changed = Event(now, bed.state.bed, EventKind.LIMIT_CHANGED, data)
    out.append(changed)
    bed.rules_changed()
    if hints := [text for text in covered(bed.rules) if text not in covered_before]:
        changed.data["hints"] = hints
    new = find_rule(bed.rules, name)
    if old is not None and new is not None:  # not while the rule is off
        rule_changes.limit_moved(bed, old, new, out)


def side_of(rule: LevelRule | CuffRule) -> str:
    """Which of the two fields sets this rule's limit."""
    return "low" if rule.trigger.comparison.is_lower_bound else "high"


def _problem(bed: Bed, item: Command, preset: LevelRule | CuffRule | None) -> str | None:
    if item.role not in NURSES:
        return "role_not_allowed"
    if bed.state.session is None or not bed.watched:
        return "wrong_phase"
    if preset is None:
        return "unknown_alarm"
    bounds = bed.setup.rules.bounds.get(preset.rule.name)
    if bounds is None:
        return "limit_fixed"
    side = side_of(preset)
    other = "high" if side == "low" else "low"
    if item.fields.get(other) is not None or item.fields.get(side) is None:
        return f"only_{side}_limit"
    number = item.fields[side]
    if not is_number(number) or not bounds.lowest <= number <= bounds.highest:
        return "limit_out_of_bounds"
    second = item.fields.get("second_by")
    if second is not None and (not isinstance(second, str) or not second.strip() or second == item.by):
        return "second_signature_not_other"
    if needs_second(bounds, number) and (second is None or item.by is None):
        return "second_signature_needed"
    return None
