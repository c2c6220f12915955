"""Oximeter samples: judged, accepted, and held against the level rules.

A sample in the calm band (no rule can trigger, nothing is going on) takes the short way; every other sample
goes through verdict, step rule and each rule's condition.
"""

from __future__ import annotations

from config.instant import Instant, to_seconds
from config.vocabulary import UNITS, Metric, Verdict
from monitor.core import calm, liveness
from monitor.core import condition as conditions
from monitor.core.alarm import instance_key
from monitor.core.bed_state import ORDER_BELIEVE, ORDER_LAPSE, Bed, Channel, Due, PlethSeen
from monitor.core.condition import Condition, Outcome, Stage
from monitor.core.events import Event, EventKind, plain
from monitor.core.inputs import OximeterSample
from monitor.core.ruleset import LevelRule
from monitor.core.validation import (
    STEP,
    VALID,
    HeldSample,
    Judgement,
    number_judgement,
    signal_judgement,
)

METRICS = (Metric.SPO2, Metric.PULSE_RATE)


def sample(bed: Bed, item: OximeterSample, now: Instant, out: list[Event]) -> bool:
    """Fold one sample in. True: nothing but standing values changed, so no deadline has come nearer."""
    state = bed.state
    device = liveness.heard(bed, item.device, now, out)
    if (item.seq is not None or item.device_t is not None) and liveness.repeated(device, item.seq, item.device_t):
        return False
    if state.session is None:
        return False
    until = now + bed.setup.stand(item.device)
    perfusion = item.perfusion_index
    band = bed.calm
    spo2, pulse = item.spo2, item.pulse_rate
    if (
        band is not None
        and spo2 is not None
        and pulse is not None
        and not item.flags
        and band[0] < spo2 <= band[3]
        and band[1] < pulse < band[2]
        and (perfusion is None or perfusion >= bed.rules.validation.perfusion_suspect)
        and _steady(bed, item.device, Metric.SPO2, spo2, now)
        and _steady(bed, item.device, Metric.PULSE_RATE, pulse, now)
    ):
        _calm_sample(bed, spo2, pulse, perfusion, now, until)
        return now < bed.wake
    if perfusion is not None:
        state.perfusion_index, state.perfusion_at = perfusion, now
    limits = bed.rules.validation
    signal = signal_judgement(item, limits)
    device_id = item.device
    _judge(bed, device_id, Metric.SPO2, spo2, number_judgement(spo2, limits.spo2_range, signal), now, until, out)
    _judge(
        bed, device_id, Metric.PULSE_RATE, pulse, number_judgement(pulse, limits.pulse_range, signal), now, until, out
    )
    bed.calm = calm.band(bed)
    return False


def _steady(bed: Bed, device: str, metric: Metric, value: float, now: Instant) -> bool:
    channel = bed.state.channel(metric)
    last = channel.track.value
    return (
        last is not None
        and channel.device == device
        and now <= channel.track.until
        and not bed.setup.steps[metric].stepped(value, last)
    )


def _calm_sample(bed: Bed, spo2: float, pulse: float, perfusion: float | None, now: Instant, until: Instant) -> None:
    state = bed.state
    state.clock = now
    for channel, value in ((state.spo2, spo2), (state.pulse, pulse)):
        channel.track.put(value, now, until)
        channel.judgement, channel.raw, channel.raw_at = VALID, value, now
    state.weak_until = until
    if perfusion is not None:
        state.perfusion_index, state.perfusion_at = perfusion, now
    if state.absence is not None:
        state.absence.cover(now, until)


def _judge(
    bed: Bed,
    device: str,
    metric: Metric,
    value: float | None,
    judgement: Judgement,
    now: Instant,
    until: Instant,
    out: list[Event],
) -> None:
    channel = bed.state.channel(metric)
    channel.raw, channel.raw_at = value, now
    channel.hold.cut(now)
    if value is None or judgement.verdict is Verdict.INVALID:
        _refuse(bed, metric, value, judgement, now, out)
        return
    if not judgement.doubtful and _held(bed, device, metric, value, now, until):
        _refuse(bed, metric, value, STEP, now, out)
        return
    if judgement.verdict is Verdict.VALID:
        channel.judgement, channel.device = judgement, device
        bed.state.rejected.pop(metric, None)
        _accept(bed, metric, value, now, until, out)
    else:
        _refuse(bed, metric, value, judgement, now, out, doubtful_until=until if judgement.doubtful else None)


def _held(bed: Bed, device: str, metric: Metric, value: float, now: Instant, until: Instant) -> bool:
    """V5, V6: whether this sample is held back as part of a sudden change.

    A change is one of the same device: two that disagree on one bed are no artefact of either, and must not hold
    each other back for ever.
    """
    channel = bed.state.channel(metric)
    rule, hold, track = bed.setup.steps[metric], channel.hold, channel.track
    if channel.device != device:
        hold.release()
        return False
    if hold.samples:
        if hold.reference is not None and rule.stepped(value, hold.reference):
            hold.samples.append(HeldSample(now, value, until))
            return True
        hold.release()
        return False
    if track.value is None or track.at is None or now - track.at > rule.within or not rule.stepped(value, track.value):
        return False
    hold.reference, hold.samples = track.value, [HeldSample(now, value, until)]
    return True


def _accept(bed: Bed, metric: Metric, value: float, at: Instant, until: Instant, out: list[Event]) -> None:
    state = bed.state
    state.channel(metric).track.put(value, at, until)
    if metric is Metric.SPO2:
        state.weak_until = until
        if state.absence is not None:
            state.absence.cover(at, until)
            state.absence.forget(at - 2 * bed.rules.no_data.window)
    for level in bed.rules.levels:
        if level.metric is metric:
            _feed(bed, level, value, at, out, doubtful=False)


def _refuse(
    bed: Bed,
    metric: Metric,
    value: float | None,
    judgement: Judgement,
    now: Instant,
    out: list[Event],
    doubtful_until: Instant | None = None,
) -> None:
    """The sample is not VALID: it ends what stood, feeds what takes the doubtful, and is told once a run."""
    state = bed.state
    channel = state.channel(metric)
    channel.judgement = judgement
    channel.track.end(now)
    if metric is Metric.SPO2:
        state.weak_until = min(state.weak_until, now) if doubtful_until is None else doubtful_until
        if state.absence is not None:
            state.absence.cut(now)
    for level in bed.rules.levels:
        if level.metric is not metric:
            continue
        if doubtful_until is not None and level.doubtful_delay is not None and value is not None:
            _feed(bed, level, value, now, out, doubtful=True)
        elif (running := state.conditions.get(level.rule.name)) is not None:
            conditions.vanish(running, now)
    reason = judgement.reason or "device"
    if state.rejected.get(metric) != reason:
        state.rejected[metric] = reason
        data = {"metric": metric.value, "value": plain(value), "reason": reason, "verdict": judgement.verdict.value}
        out.append(Event(now, state.bed, EventKind.VALUE_REJECTED, data))


def _feed(bed: Bed, level: LevelRule, value: float, at: Instant, out: list[Event], *, doubtful: bool) -> None:
    state = bed.state
    baseline = state.baseline(level.metric)
    running = state.conditions.get(level.rule.name)
    if running is None:
        if not level.trigger.crossed(value, baseline):
            return
        running = state.conditions[level.rule.name] = conditions.begin(level, at)
    alarm = state.book.present(level.rule)
    if alarm is not None:
        alarm.see(value, low=level.trigger.comparison.is_lower_bound)
    if conditions.observe(running, level, value, baseline, at, doubtful=doubtful) and alarm is not None:
        state.book.set_stale(alarm, False, max(at, state.clock), out)


# -- what is waited for ------------------------------------------------------------------------------------------


def due(bed: Bed) -> Due | None:
    """The earliest deadline of a held change, a value's end, or a rule's condition."""
    state = bed.state
    found: list[Due] = []
    for metric in METRICS:
        channel = state.channel(metric)
        believed = channel.hold.believed_at(bed.setup.steps[metric].hold)
        if believed is not None:
            found.append(Due(believed, ORDER_BELIEVE, metric.value, metric))
    for name, running in state.conditions.items():
        waiting = _condition_due(bed, bed.level_rules[name], running)
        if waiting is not None:
            found.append(waiting)
    return min(found, key=Due.rank, default=None)


def _condition_due(bed: Bed, level: LevelRule, running: Condition) -> Due | None:
    found: list[Due] = []
    if running.gone_from is None:
        lapse = (
            bed.state.weak_until if level.doubtful_delay is not None else bed.state.channel(level.metric).track.until
        )
        found.append(Due(lapse, ORDER_LAPSE, level.rule.name, level))
    outcome = _next_outcome(bed, level, running)
    if outcome is not None:
        found.append(Due(outcome[0], level.rule.order, level.rule.name, (level, outcome[1])))
    return min(found, key=Due.rank, default=None)


def _next_outcome(bed: Bed, level: LevelRule, running: Condition) -> tuple[Instant, Outcome] | None:
    """The condition's next deadline; a latched alarm does not recur under a higher one of its group (rulings 2.4)."""
    found = conditions.next_outcome(running, level, bed.rules.timing)
    if found is not None and found[1] is Outcome.ONSET:
        latched = bed.state.book.find(level.rule)
        if latched is not None and bed.state.book.superseded(latched):
            return None
    return found


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """The moment has come."""
    if isinstance(due.what, Metric):
        _believe(bed, due.what, due.at, out)
    elif isinstance(due.what, LevelRule):
        conditions.vanish(bed.state.conditions[due.what.rule.name], due.at)
    else:
        _outcome(bed, due.what[0], due.what[1], out)
    bed.calm = calm.band(bed)


def _believe(bed: Bed, metric: Metric, at: Instant, out: list[Event]) -> None:
    """The change has stood long enough: the held samples count from the first of them on (V5, V6)."""
    state = bed.state
    channel = state.channel(metric)
    held = channel.hold.release()
    if held[-1].until < at:
        return  # the change did not stand: its last sample has lapsed or was followed by one that is not held
    state.rejected.pop(metric, None)
    channel.judgement = VALID
    for index, entry in enumerate(held):
        if index > 0 and held[index - 1].until < entry.at:
            _vanish(bed, metric, held[index - 1].until)
        _accept(bed, metric, entry.value, entry.at, entry.until, out)
        _settle_between(bed, metric, min(entry.until, at), out)
    data = {
        "metric": metric.value,
        "value": plain(held[-1].value),
        "reason": "step",
        "verdict": Verdict.VALID.value,
        "since": held[0].at,
    }
    out.append(Event(at, state.bed, EventKind.VALUE_REJUDGED, data))


def _vanish(bed: Bed, metric: Metric, at: Instant) -> None:
    for level in bed.rules.levels:
        running = bed.state.conditions.get(level.rule.name)
        if level.metric is metric and running is not None:
            conditions.vanish(running, at)


def _settle_between(bed: Bed, metric: Metric, upto: Instant, out: list[Event]) -> None:
    """Outcomes that fell due between two held samples, so that the second does not overtake them."""
    while True:
        waiting = [
            (outcome[0], level.rule.order, level, outcome[1])
            for level in bed.rules.levels
            if level.metric is metric and (running := bed.state.conditions.get(level.rule.name)) is not None
            if (outcome := _next_outcome(bed, level, running)) is not None
        ]
        first = min(waiting, key=lambda entry: entry[:2], default=None)
        if first is None or first[0] > upto:
            return
        _outcome(bed, first[2], first[3], out)


def _outcome(bed: Bed, level: LevelRule, outcome: Outcome, out: list[Event]) -> None:
    state = bed.state
    at = state.clock
    running = state.conditions[level.rule.name]
    alarm = state.book.find(level.rule)
    conditions.settle(running, outcome)
    match outcome:
        case Outcome.ONSET:
            state.book.onset(
                level.rule,
                at,
                out,
                priority=level.priority,
                since=running.since,
                value=running.value,
                limit=running.limit,
                unit=UNITS[level.metric],
                extra={"doubtful": True} if running.doubtful else None,
            )
        case Outcome.CALMED | Outcome.VANISHED:
            drop(bed, level, outcome.value, out)
        case Outcome.CLEARED if alarm is not None:
            del state.conditions[level.rule.name]
            state.book.cleared(alarm, at, out)
        case Outcome.RISEN if alarm is not None and level.rises_to is not None:
            state.book.rise(alarm, level.rises_to, at, out)
        case Outcome.STALE if alarm is not None:
            state.book.set_stale(alarm, True, at, out)


def drop(bed: Bed, level: LevelRule, reason: str, out: list[Event]) -> None:
    """A pending condition ends without an alarm; told unless it was pending behind a latched one."""
    state = bed.state
    running = state.conditions.pop(level.rule.name)
    if state.book.find(level.rule) is None:
        held = running.onset.elapsed(state.clock)
        data = {"alarm": level.rule.name, "held_s": to_seconds(held), "reason": reason}
        out.append(Event(state.clock, state.bed, EventKind.ALARM_PENDING_DROPPED, data))


def drop_if_pending(bed: Bed, level: LevelRule, reason: str, out: list[Event]) -> None:
    """As `drop`, for a condition that has not become an alarm yet."""
    if bed.state.conditions[level.rule.name].stage is Stage.PENDING:
        drop(bed, level, reason, out)


# -- what a change of phase or baseline does ------------------------------------------------------------------------


def forget(bed: Bed) -> None:
    """The patient has left or a new one has come: nothing of the old values stands."""
    state = bed.state
    state.spo2, state.pulse = Channel(), Channel()
    state.weak_until = 0
    state.conditions = {}
    state.perfusion_index = state.perfusion_at = None
    state.pleth = PlethSeen()
    state.rejected = {}
    bed.calm = None


def limits_changed(bed: Bed, before: dict[Metric, float | None], out: list[Event]) -> None:
    """The baseline moved the limits: what the change made false ends, what it made true begins (rulings 2.7)."""
    state = bed.state
    at = state.clock
    for level in bed.rules.levels:
        old, new = level.trigger.number(before[level.metric]), level.trigger.number(state.baseline(level.metric))
        if old == new:
            continue
        running = state.conditions.get(level.rule.name)
        track = state.channel(level.metric).track
        if running is None:
            if track.value is not None and track.stands(at):
                _feed(bed, level, track.value, at, out, doubtful=False)
            continue
        value, comparison = running.value, level.trigger.comparison
        if value is None or not comparison.holds(value, old) or comparison.holds(value, new):
            continue
        if running.stage is Stage.PENDING:
            drop(bed, level, "limit_changed", out)
            continue
        del state.conditions[level.rule.name]
        state.book.end(state.book.open[instance_key(level.rule, None)], at, out, "limit_changed")
    bed.calm = calm.band(bed)
