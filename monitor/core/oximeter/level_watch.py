"""Level rules on SpO2 and pulse rate: each rule's condition, fed with accepted values and awaited in its deadlines.

A bed has one condition of a rule for the oximeter that leads, and one for each that is heard beside it; and one alarm:
it begins with the first that has shown the condition for its delay, and ends when none shows it any more.
"""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import UNITS, Metric
from monitor.core import calm, condition_watch
from monitor.core import condition as conditions
from monitor.core.bed_state import Bed, Due, earliest
from monitor.core.condition import Condition, Outcome, Stage
from monitor.core.condition_watch import LAPSE
from monitor.core.cuff import cuff_schedule
from monitor.core.events import Event
from monitor.core.oximeter import recent_median
from monitor.core.oximeter.channel import Voice
from monitor.core.rules.patient import LevelRule
from monitor.core.validation import PULSE_MISMATCH, Judgement


def accepted(bed: Bed, voice: Voice, value: float, at: Instant, out: list[Event]) -> None:
    """A VALID value: every rule on the metric takes it."""
    for level in bed.levels_on[voice.metric]:
        _feed(bed, voice, level, value, at, out, doubtful=False)


def refused(bed: Bed, voice: Voice, value: float | None, judgement: Judgement, now: Instant, out: list[Event]) -> None:
    """No VALID value: it ends what stood, but for the rules that take it all the same."""
    for level in bed.levels_on[voice.metric]:
        if value is not None and judgement.doubtful and _takes(level, judgement):
            _feed(bed, voice, level, value, now, out, doubtful=True)
        elif (running := voice.conditions.get(level.rule.name)) is not None:
            conditions.vanish(running, now)


def _takes(level: LevelRule, judgement: Judgement) -> bool:
    """SPO2_CRIT takes a weak signal (rulings 3); some pulse rules one that differs from the cuff's (V10)."""
    return level.takes_mismatch if judgement is PULSE_MISMATCH else level.doubtful_delay is not None


def vanish(bed: Bed, voice: Voice, at: Instant) -> None:
    """The metric's last accepted value stopped standing."""
    for level in bed.levels_on[voice.metric]:
        running = voice.conditions.get(level.rule.name)
        if running is not None:
            conditions.vanish(running, at)


def _feed(
    bed: Bed, voice: Voice, level: LevelRule, value: float, at: Instant, out: list[Event], *, doubtful: bool
) -> None:
    state = bed.state
    running = voice.conditions.get(level.rule.name)
    if level.median is None:
        baseline = state.baseline(level.metric)
    elif running is None:
        baseline = recent_median.before(level, level.median, value, voice.taken(level), at)
    else:
        baseline = running.reference
    if running is None:
        if not level.triggered(value, baseline):
            return
        running = voice.conditions[level.rule.name] = conditions.begin(level, at)
        running.reference = None if level.median is None else baseline
    alarm = state.book.present(level.rule)
    if alarm is not None:
        newest = not _shown_by_another(bed, level, voice) or level.triggered(value, baseline)
        alarm.see(value, low=level.trigger.comparison.is_lower_bound, newest=newest)
    if conditions.observe(running, level, value, baseline, at, doubtful=doubtful) and alarm is not None:
        state.book.set_stale(alarm, False, max(at, state.clock), out)


def _shown_by_another(bed: Bed, level: LevelRule, voice: Voice) -> bool:
    """Whether the condition is present as another oximeter has it."""
    if not bed.state.beside:
        return False
    return any(
        running.stage is Stage.PRESENT
        for other in bed.state.voices(level.metric)
        if other.device != voice.device and (running := other.conditions.get(level.rule.name)) is not None
    )


# -- what is waited for ------------------------------------------------------------------------------------------


def due(bed: Bed) -> Due | None:
    """The earliest deadline of a rule's condition, or a value's end."""
    if not bed.state.conditions and not bed.state.beside:
        return None
    found: list[Due] = []
    for name, running in bed.state.conditions.items():
        level = bed.level_rules[name]
        waiting = _condition_due(bed, bed.state.lead(level.metric), level, running)
        if waiting is not None:
            found.append(waiting)
    for voices in bed.state.beside.values():
        for device, voice in voices.items():
            for name, running in voice.conditions.items():
                waiting = _condition_due(bed, voice, bed.level_rules[name], running)
                if waiting is not None:
                    found.append(waiting._replace(key=f"{name}@{device}"))
    return earliest(found)


def _condition_due(bed: Bed, voice: Voice, level: LevelRule, running: Condition) -> Due | None:
    """What comes next of it: (device, rule, what)."""
    channel = voice.channel
    takes_more = level.doubtful_delay is not None or level.takes_mismatch
    found = condition_watch.due(bed, level, running, channel.weak_until if takes_more else channel.track.until)
    return None if found is None else found._replace(what=(voice.device, level.rule.name, found.what))


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """The moment has come."""
    device, name, what = due.what
    level = bed.level_rules[name]
    voice = bed.state.lead(level.metric) if device is None else bed.state.beside[level.metric][device]
    if what == LAPSE:
        conditions.vanish(voice.conditions[name], due.at)
    else:
        _outcome(bed, voice, level, what, out)
    bed.calm = calm.band(bed)


def settle_between(bed: Bed, voice: Voice, upto: Instant, out: list[Event]) -> None:
    """Outcomes that fell due between two held samples, so that the second does not overtake them."""
    while True:
        waiting = [
            (outcome[0], level.rule.order, level, outcome[1])
            for level in bed.levels_on[voice.metric]
            if (running := voice.conditions.get(level.rule.name)) is not None
            if (outcome := condition_watch.next_outcome(bed, level, running)) is not None
        ]
        first = min(waiting, key=lambda entry: entry[:2], default=None)
        if first is None or first[0] > upto:
            return
        _outcome(bed, voice, first[2], first[3], out)


def _outcome(bed: Bed, voice: Voice, level: LevelRule, outcome: Outcome, out: list[Event]) -> None:
    state = bed.state
    at = state.clock
    name = level.rule.name
    running = voice.conditions[name]
    alarm = state.book.present(level.rule)
    conditions.settle(running, outcome)
    match outcome:
        case Outcome.ONSET if alarm is None:
            _raise(bed, voice, level, running, out)
        case Outcome.CALMED | Outcome.VANISHED:
            drop(bed, voice, level, outcome.value, out)
        case Outcome.CLEARED:
            del voice.conditions[name]
            if alarm is not None and not _shown_by_another(bed, level, voice):
                state.book.cleared(alarm, at, out)
        case Outcome.RISEN if alarm is not None and level.rises_to is not None:
            state.book.rise(alarm, level.rises_to, at, out)
        case Outcome.STALE if voice.device is not None:
            _leave_to_lead(bed, voice, level, out)
        case Outcome.STALE if alarm is not None and not _shown_by_another(bed, level, voice):
            state.book.set_stale(alarm, True, at, out)


def _raise(bed: Bed, voice: Voice, level: LevelRule, running: Condition, out: list[Event]) -> None:
    """The delay is over. An oximeter that does not lead is named: its value is not the one that the bed shows."""
    extra: dict[str, object] = {"doubtful": True} if running.doubtful else {}
    if voice.device is not None:
        extra["device"] = voice.device
    at = bed.state.clock
    bed.state.book.onset(
        level.rule,
        at,
        out,
        priority=level.priority,
        since=running.since,
        value=running.value,
        limit=running.limit,
        unit=UNITS[level.metric],
        extra=extra,
    )
    if level.asks_cuff:
        cuff_schedule.ask(bed, at, level.rule.name, urgent=True)


def _leave_to_lead(bed: Bed, voice: Voice, level: LevelRule, out: list[Event]) -> None:
    """What showed it beside the lead is gone for long. Missing data clear nothing: the lead's values decide now."""
    name, lead, at = level.rule.name, bed.state.lead(level.metric), bed.state.clock
    gone = voice.conditions.pop(name)
    alarm = bed.state.book.present(level.rule)
    own = lead.conditions.get(name)
    if own is None:
        lead.conditions[name] = gone
        gone.stale_told = False
        track = lead.channel.track
        if track.value is not None and track.stands(at):
            _feed(bed, lead, level, track.value, at, out, doubtful=False)
    elif own.stage is Stage.PENDING:
        conditions.settle(own, Outcome.ONSET)
    elif own.stale_told and alarm is not None and not _shown_by_another(bed, level, lead):
        bed.state.book.set_stale(alarm, True, at, out)


def drop(bed: Bed, voice: Voice, level: LevelRule, reason: str, out: list[Event]) -> None:
    """A pending condition ends without an alarm; told unless it was pending behind an open one."""
    condition_watch.tell_dropped(bed, level, voice.conditions.pop(level.rule.name), reason, out, voice.device)


def drop_pending(bed: Bed, level: LevelRule, reason: str, out: list[Event]) -> None:
    """As `drop`, for what has not become an alarm yet, as any oximeter has it."""
    for voice in bed.state.voices(level.metric):
        running = voice.conditions.get(level.rule.name)
        if running is not None and running.stage is Stage.PENDING:
            drop(bed, voice, level, reason, out)


# -- who leads -------------------------------------------------------------------------------------------------------


def change_lead(bed: Bed, old: Voice, new: Voice | None, value: float | None, *, standing: bool) -> None:
    """Another oximeter leads, and shows `value`: `old` is the one before, `new` how the other was heard till now.

    `standing`: a value of the old one stands, and what it still feeds goes with it. So does what is pending, unless
    the new one shows it too: a good value of another drops it no sooner than its own silence would. What is present
    stays, and is the new one's to end, as a present alarm's condition always is.
    """
    kept = bed.state.conditions
    for level in bed.levels_on[old.metric]:
        name = level.rule.name
        running = kept.get(name)
        if running is not None:
            fed = standing and running.gone_from is None
            if fed or (running.stage is Stage.PENDING and not _shows(bed, level, running, value)):
                old.conditions[name] = kept.pop(name)
                running = None
        theirs = None if new is None else new.conditions.get(name)
        if theirs is not None and (running is None or running.stage is Stage.PENDING):
            kept[name] = theirs


def _shows(bed: Bed, level: LevelRule, running: Condition, value: float | None) -> bool:
    baseline = bed.state.baseline(level.metric) if level.median is None else running.reference
    return value is not None and level.triggered(value, baseline)


# -- what a change of baseline does ----------------------------------------------------------------------------------


def limits_changed(bed: Bed, before: dict[Metric, float | None], out: list[Event]) -> None:
    """The baseline moved the limits: what the change made false ends, what it made true begins (rulings 2.7)."""
    for level in bed.rules.levels:
        limit_moved(bed, level, before[level.metric], level, out)
    bed.calm = calm.band(bed)


def limit_moved(bed: Bed, old: LevelRule, baseline: float | None, level: LevelRule, out: list[Event]) -> None:
    """One rule was `old`, by that baseline, and is `level` now: the same for it alone."""
    state = bed.state
    now = state.baseline(level.metric)
    if level.median is not None or old.limit(baseline) == level.limit(now):
        return
    for voice in state.voices(level.metric):
        running = voice.conditions.get(level.rule.name)
        if running is None:
            _look_again(bed, voice, level, out)
            continue
        value = running.value
        if value is None or not old.triggered(value, baseline) or level.triggered(value, now):
            continue
        if running.stage is Stage.PENDING:
            drop(bed, voice, level, "limit_changed", out)
            continue
        del voice.conditions[level.rule.name]
        alarm = state.book.present(level.rule)
        if alarm is not None and not _shown_by_another(bed, level, voice):
            state.book.end(alarm, state.clock, out, "limit_changed")


def look_again(bed: Bed, level: LevelRule, out: list[Event]) -> None:
    """Hold the values that stand against a rule that is new here."""
    for voice in bed.state.voices(level.metric):
        _look_again(bed, voice, level, out)


def _look_again(bed: Bed, voice: Voice, level: LevelRule, out: list[Event]) -> None:
    track, at = voice.channel.track, bed.state.clock
    if track.value is not None and track.stands(at):
        _feed(bed, voice, level, track.value, at, out, doubtful=False)
