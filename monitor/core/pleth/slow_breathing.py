"""RR_LOW by the breathing rate derived from the pleth (alarm-system 3.1): low for 60 s of valid time.

A person's count outranks it (`monitor.core.entries.counted_breaths`): what rests on a count is not ended here.
"""

from __future__ import annotations

from config.instant import Instant
from config.vocabulary import UNITS, Metric
from monitor.core import condition as conditions
from monitor.core import condition_watch
from monitor.core.bed_state import Bed, Due
from monitor.core.condition import Outcome
from monitor.core.condition_watch import LAPSE
from monitor.core.events import Event
from monitor.core.inputs import PlethMeasures
from monitor.core.pleth.pleth_state import Breathing


def derived(bed: Bed, item: PlethMeasures, now: Instant, out: list[Event]) -> None:
    """The pleth's measures of this second; a rate without quality counts as none."""
    rule, seen = bed.rules.rr_low, bed.state.breathing
    if rule.rule.name in bed.off:
        return
    rate, quality = item.resp_rate_pleth, item.rr_quality
    seen.until = min(seen.until, now)
    running = seen.condition
    if rate is None or quality is None or quality < rule.quality:
        if running is not None:
            conditions.vanish(running, now)
        return
    seen.until = now + bed.setup.stand(item.device)
    if running is None:
        if not rule.derived.trigger.crossed(rate, None):
            return
        running = seen.condition = conditions.begin(rule.derived, now)
    fresh = conditions.observe(running, rule.derived, rate, None, now, doubtful=False)
    alarm = bed.state.book.present(rule.rule)
    if alarm is not None and not seen.by_count:
        alarm.see(rate, low=True)
        if fresh:
            bed.state.book.set_stale(alarm, False, now, out)


def due(bed: Bed) -> Due | None:
    """The derived rate's next deadline."""
    seen = bed.state.breathing
    if seen.condition is None:
        return None
    return condition_watch.due(bed, bed.rules.rr_low.derived, seen.condition, seen.until)


def settle(bed: Bed, due: Due, out: list[Event]) -> None:
    """The derived rate was low for long enough, is so no longer, or its measures stay away."""
    seen, rule, book = bed.state.breathing, bed.rules.rr_low, bed.state.book
    running = seen.condition
    if running is None:
        return
    if due.what == LAPSE:
        conditions.vanish(running, due.at)
        return
    if due.what in (Outcome.CALMED, Outcome.VANISHED):
        _drop_if_pending(bed, due.what.value, out)
        return
    conditions.settle(running, due.what)
    if due.what is Outcome.ONSET and book.present(rule.rule) is None:
        book.onset(
            rule.rule,
            due.at,
            out,
            priority=rule.derived.priority,
            since=running.since,
            value=running.value,
            limit=running.limit,
            unit=UNITS[Metric.RESP_RATE_PLETH],
            extra={"metric": Metric.RESP_RATE_PLETH.value},
        )
    elif due.what is Outcome.CLEARED:
        seen.condition = None
    if not seen.by_count:
        condition_watch.follow(bed, rule.rule, due.what, due.at, out)


def forget(bed: Bed, reason: str, out: list[Event]) -> None:
    """What is pending is dropped for that reason, and the rule begins anew."""
    _drop_if_pending(bed, reason, out)
    bed.state.breathing = Breathing()


def _drop_if_pending(bed: Bed, reason: str, out: list[Event]) -> None:
    seen = bed.state.breathing
    if condition_watch.dropped(bed, bed.rules.rr_low.derived, seen.condition, reason, out):
        seen.condition = None
