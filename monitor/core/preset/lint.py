"""What a preset may say and hardly means: limits inside each other, delays that never end first, dead states.

Every number of a preset is legal by itself; here they are held against each other. Findings are for the person who
signs the preset: what, where, why it matters, what to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from math import isinf

from config.instant import SECOND, Duration
from config.vocabulary import Metric, Priority
from monitor.core.preset.demoted import LONGEST_HIGH_DELAY, demotions
from monitor.core.preset.finding import Finding
from monitor.core.rules.limits import AlarmLimit
from monitor.core.rules.patient import CuffRule, LevelRule
from monitor.core.rules.ruleset import Ruleset
from monitor.core.rules.sections import ValidationLimits
from monitor.core.rules.technical import Level
from monitor.core.session.session_limits import find_rule

BASELINES = (60.0, 80.0, 100.0, 120.0, 140.0, 160.0)
"""Baselines at which relative limits are tried."""

LOWEST_SPO2 = 85.0
"""A low SpO2 limit below this needs a second look (alarm-system 1.3)."""

HIGHEST_SYSTOLIC = 200.0
"""A systolic limit above this takes two people, as a low SpO2 limit does (alarm-system 3.3)."""

LONGEST_PAUSE: Duration = 120 * SECOND
"""The longest pause of sound or alarms (alarm-system 4.2)."""

LONGEST_RISE: Duration = 120 * SECOND
"""A MEDIUM alarm that becomes HIGH later than this becomes so for hardly anybody."""


def lint(rules: Ruleset) -> list[Finding]:
    """Every finding, in the order of the rules."""
    found: list[Finding] = []
    for level in rules.levels:
        found += _level(level, rules.validation)
    for cuff in rules.cuffs:
        found += _cuff(cuff, rules.validation)
    found += _inside(rules)
    found += demotions(rules)
    found += _technical(rules)
    found += _around(rules)
    found += _silence(rules)
    return found


def covered(rules: Ruleset) -> list[str]:
    """The limits that lie inside a graver one of their group, each in words."""
    return [f"{found.key.split('.')[1]} {found.text}" for found in _inside(rules) if found.key.endswith(".trigger")]


def _level(rule: LevelRule, validation: ValidationLimits) -> Iterator[Finding]:
    key = f"rules.{rule.rule.name}"
    for index, clear in enumerate(rule.clears):
        yield from _end(f"{key}.clear[{index}]", _triggers(rule), clear.limit)
    yield from _second_clause(f"{key}.clear", rule)
    yield from _reachable(f"{key}.trigger", rule.trigger, rule.metric, validation)
    if rule.rises_to is not None:
        if rule.rises_to <= rule.priority:
            yield Finding(f"{key}.rises_to", f"{rule.rises_to.word} is no rise from {rule.priority.word}", grave=True)
        if rule.rises_after <= rule.delay:
            yield Finding(
                f"{key}.rises_after_s",
                f"the rise comes no later than the delay of {_seconds(rule.delay)}: {rule.priority.word} is never seen",
            )
        if rule.rises_after > LONGEST_RISE:
            late = f"{_seconds(rule.rises_after)} is so late that {rule.rises_to.word} is hardly ever reached"
            yield Finding(f"{key}.rises_after_s", f"{late}: {_seconds(LONGEST_RISE)} at most")
    if rule.doubtful_delay is not None and rule.doubtful_delay < rule.delay:
        yield Finding(f"{key}.doubtful_delay_s", "doubtful samples would alarm sooner than good ones", grave=True)
    if rule.priority is Priority.HIGH and rule.delay > LONGEST_HIGH_DELAY:
        yield Finding(
            f"{key}.delay_s", f"{_seconds(rule.delay)} is longer than any monitor waits with an alarm of HIGH priority"
        )
    if rule.metric is Metric.SPO2 and rule.trigger.absolute < LOWEST_SPO2 and rule.priority < Priority.HIGH:
        yield Finding(f"{key}.trigger", "a low SpO2 limit below 85 % must be shown to everybody who relies on it")


def _cuff(rule: CuffRule, validation: ValidationLimits) -> Iterator[Finding]:
    key = f"rules.{rule.rule.name}"
    yield from _end(f"{key}.clear", [rule.trigger], rule.clear)
    yield from _reachable(f"{key}.trigger", rule.trigger, rule.metric, validation)
    if rule.second is not None and rule.second <= rule.priority:
        yield Finding(f"{key}.second", f"{rule.second.word} is no rise from {rule.priority.word}", grave=True)
    if rule.at_once is not None:
        if not _beyond(rule.at_once, rule.trigger):
            yield Finding(f"{key}.at_once", "is not beyond the trigger: the first priority is never seen")
        if rule.at_once_priority <= rule.priority:
            yield Finding(f"{key}.at_once.priority", f"is no rise from {rule.priority.word}", grave=True)


def _triggers(rule: LevelRule) -> list[AlarmLimit]:
    """What must be crossed, all of it."""
    return [rule.trigger] if rule.also is None else [rule.trigger, rule.also]


def _end(key: str, triggers: list[AlarmLimit], clear: AlarmLimit) -> Iterator[Finding]:
    """The end of an alarm lies beyond its limit, with a gap; it also needs the trigger false (rulings 3)."""
    lower = triggers[0].comparison.is_lower_bound
    if lower is clear.comparison.is_lower_bound:
        yield Finding(key, "looks the same way as the trigger, which must be over by then: it never holds", grave=True)
        return
    for baseline in (None, *BASELINES):
        edges = [trigger.number(baseline) for trigger in triggers]
        edge, end = (min if lower else max)(edges), clear.number(baseline)
        if not (isinf(edge) or isinf(end)) and (end - edge if lower else edge - end) < 0:
            yield Finding(
                key, "reaches into the trigger: a value that sways at the limit would end and renew the alarm"
            )
            return


def _second_clause(key: str, rule: LevelRule) -> Iterator[Finding]:
    """SPO2_LOW ends beyond its limit, or after two minutes at it (alarm-system 3.1): a list is replaced whole."""
    if rule.rule.name == "SPO2_LOW" and len(rule.clears) == 1 and rule.trigger.comparison.is_lower_bound:
        at, end = rule.trigger.absolute, rule.clears[0].limit.absolute
        if end > at:
            yield Finding(
                key,
                f"lost its second clause: a patient steady between {at:g} and {end:g} would keep the alarm open for "
                f"ever; add {{ at_least = {at:g}, for_s = 120 }}",
            )


def _reachable(key: str, limit: AlarmLimit, metric: Metric, validation: ValidationLimits) -> Iterator[Finding]:
    """A limit that lies outside what counts as a value at all can never be crossed by one."""
    low, high = _range(metric, validation)
    number = limit.absolute
    never = number <= low if limit.comparison.is_lower_bound else number >= high
    always = number > high if limit.comparison.is_lower_bound else number <= low
    if always:
        yield Finding(key, f"every value that is believed ({low:g} to {high:g}) crosses {number:g}", grave=True)
    if never:
        yield Finding(key, f"{number:g} lies outside the values that are believed ({low:g} to {high:g})", grave=True)


def _inside(rules: Ruleset) -> Iterator[Finding]:
    """In a group, the higher rule's limit lies beyond the lower one's, and it does not wait longer."""
    named: list[LevelRule | CuffRule] = [*rules.levels, *rules.cuffs]
    for one, other in combinations(named, 2):
        same = one.rule.group is not None and one.rule.group == other.rule.group and one.metric is other.metric
        if not same or one.rule.rank == other.rule.rank or _looks_back(one) or _looks_back(other):
            continue
        higher, lower = (one, other) if one.rule.rank > other.rule.rank else (other, one)
        key = f"rules.{lower.rule.name}.trigger"
        if higher.trigger.comparison.is_lower_bound is not lower.trigger.comparison.is_lower_bound:
            yield Finding(key, f"looks the other way than {higher.rule.name} of the same group", grave=True)
        elif not _beyond(higher.trigger, lower.trigger):
            yield Finding(
                key, f"lies inside the limit of {higher.rule.name}, which covers it: {lower.rule.name} is never heard"
            )
        if isinstance(higher, LevelRule) and isinstance(lower, LevelRule) and higher.delay > lower.delay:
            yield Finding(
                f"rules.{higher.rule.name}.delay_s",
                f"the graver alarm waits longer than {lower.rule.name} ({_seconds(lower.delay)})",
            )


def _looks_back(rule: LevelRule | CuffRule) -> bool:
    """A rule on a fall within minutes stands beside the others: its limit is no level that theirs could cover."""
    return isinstance(rule, LevelRule) and rule.median is not None


def _technical(rules: Ruleset) -> Iterator[Finding]:
    for column, levels in (("infusing", rules.no_data.infusing), ("other", rules.no_data.other)):
        yield from _ascending(f"technical.SPO2_NO_DATA.{column}", levels)
        yield from _after_standing(f"technical.SPO2_NO_DATA.{column}", [level.after for level in levels], rules)
    yield from _after_standing("technical.SPO2_NO_DATA.high", [rules.no_data.high_after], rules)
    steps = rules.overdue.levels
    for index, (before, after) in enumerate(pairwise(steps), start=1):
        if after[0] <= before[0] or after[1] <= before[1]:
            yield Finding(f"technical.NIBP_OVERDUE.levels[{index}]", "is not later and graver than the one before")
    if any(factor <= 1 for factor, _ in steps):
        yield Finding("technical.NIBP_OVERDUE.levels", "a reading would be overdue before it is due", grave=True)


def _after_standing(key: str, times: list[Duration], rules: Ruleset) -> Iterator[Finding]:
    """A value counts until it stops standing, so nothing is missing before that."""
    stand = rules.timing.stand
    for index, after in enumerate(times):
        if after < stand:
            text = f"{_seconds(after)} is shorter than a value stands: the alarm comes after {_seconds(stand)}"
            yield Finding(f"{key}_after_s" if key.endswith("high") else f"{key}[{index}].after_s", text)


def _ascending(key: str, levels: tuple[Level, ...]) -> Iterator[Finding]:
    for index, (before, after) in enumerate(pairwise(levels), start=1):
        if after.after <= before.after or after.priority <= before.priority:
            yield Finding(f"{key}[{index}]", "is not later and graver than the one before")


def _around(rules: Ruleset) -> Iterator[Finding]:
    """Hold, schedule and return against each other."""
    if rules.hold.pulse_low >= rules.hold.pulse_high:
        yield Finding("hold.pulse_low", "lies above hold.pulse_high: no infusion could ever start", grave=True)
    for metric in ("systolic", "diastolic"):
        held, review = getattr(rules.hold, metric), getattr(rules.hold, f"review_{metric}")
        if held < review:
            text = f"{held:g} holds a start back before {review:g} asks for a look: review_{metric} is never seen"
            yield Finding(f"hold.{metric}", text)
    interval, back = rules.cuff.interval, rules.recovery
    if back.grace > interval:
        text = f"is longer than the cuff's interval of {_seconds(interval)}: the deadline would not count"
        yield Finding("return.grace_s", text, grave=True)
    if back.candidate < interval:
        text = (
            f"is shorter than the cuff's interval of {_seconds(interval)}: a candidate's second reading comes too late"
        )
        yield Finding("return.candidate_s", text)
    if back.candidate > 3 * interval:
        text = f"is longer than three of the cuff's intervals of {_seconds(interval)}: a verdict would wait on and on"
        yield Finding("return.candidate_s", text)
    if rules.recovery.spacing >= rules.cuff.interval:
        yield Finding(
            "return.spacing_s", "is as long as the cuff's interval: two readings in turn would not make a return"
        )
    if 2 * rules.recovery.grace < rules.cuff.interval:
        yield Finding(
            "return.grace_s", "is less than half the cuff's interval: the reading at the deadline may miss it"
        )
    if rules.timing.remind_high > rules.timing.remind_medium:
        yield Finding("timing.remind_high_s", "an acknowledged HIGH alarm would come back later than a MEDIUM one")


def _silence(rules: Ruleset) -> Iterator[Finding]:
    """How long alarms may be paused, and how far the limits of one patient may go."""
    pauses = rules.inactivation
    for key, length in (("audio_pause_s", pauses.audio_pause), ("alarm_pause_s", pauses.alarm_pause)):
        if length > LONGEST_PAUSE:
            text = f"{_seconds(length)} is longer than the {_seconds(LONGEST_PAUSE)} that alarms may be silent"
            yield Finding(f"inactivation.{key}", text, grave=True)
    for name, bounds in rules.bounds.items():
        rule = find_rule(rules, name)
        if rule is None:
            continue
        key, limit = f"limits.{name}", rule.trigger.absolute
        if not bounds.lowest <= limit <= bounds.highest:
            text = f"the rule's own limit {limit:g} lies outside: nobody could take a change back"
            yield Finding(f"{key}.between", text, grave=True)
        below, above = bounds.second_below, bounds.second_above
        alone_below = bounds.lowest if below is None else below
        alone_above = bounds.highest if above is None else above
        if rule.metric is Metric.SPO2 and bounds.lowest < LOWEST_SPO2 and alone_below < LOWEST_SPO2:
            yield Finding(f"{key}.second_below", "one person alone could set a limit below SpO2 85 %", grave=True)
        if rule.metric is Metric.SYSTOLIC and bounds.highest > HIGHEST_SYSTOLIC and alone_above > HIGHEST_SYSTOLIC:
            yield Finding(f"{key}.second_above", "one person alone could set a limit above 200 mmHg", grave=True)


def _beyond(higher: AlarmLimit, lower: AlarmLimit) -> bool:
    """Whether `higher` is the more extreme limit at every baseline."""
    for baseline in (None, *BASELINES):
        grave, mild = higher.number(baseline), lower.number(baseline)
        if grave == mild:
            if higher.crossed(mild, baseline) or not lower.crossed(mild, baseline):
                return False
        elif (grave > mild) is higher.comparison.is_lower_bound:
            return False
    return True


def _range(metric: Metric, validation: ValidationLimits) -> tuple[float, float]:
    return {
        Metric.SPO2: validation.spo2_range,
        Metric.PULSE_RATE: validation.pulse_range,
        Metric.SYSTOLIC: validation.systolic_range,
        Metric.DIASTOLIC: validation.diastolic_range,
        Metric.MEAN: validation.mean_range,
    }[metric]


def _seconds(value: Duration) -> str:
    return f"{value / SECOND:g} s"
