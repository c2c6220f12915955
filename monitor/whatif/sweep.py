"""Limits, delays and hystereses of a low-SpO2 rule, tried on recorded seconds (alarm-system, section 2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from statistics import median

from config.instant import SECOND, Duration, Instant, seconds
from config.vocabulary import Metric, Priority
from monitor.core.bed import NEVER
from monitor.core.bed_state import Setup
from monitor.core.events import Event, EventKind
from monitor.core.inputs import OpenSession
from monitor.core.rules.limits import AlarmLimit, Comparison
from monitor.core.rules.patient import Clear, LevelRule
from monitor.core.rules.rule_id import RuleId
from monitor.core.rules.ruleset import Ruleset
from monitor.core.ward import Ward
from monitor.whatif.desaturation import Desaturation, Told, announced, idle, sustained
from monitor.whatif.series import Series

LIMITS: tuple[float, ...] = tuple(range(84, 93))
"""%."""
DELAYS_S: tuple[float, ...] = (0, 5, 10, 15, 20, 30)
HYSTERESES: tuple[float, ...] = (0, 2)
IN_TIME: Duration = 30 * SECOND
"""A sustained desaturation counts as announced when an alarm comes within this of its crossing."""

PROMPT: Duration = 20 * SECOND
"""The preset's own rules should announce it within this."""

RULE = "SPO2_LOW"
SPO2_RULES = frozenset({"SPO2_CRIT", "SPO2_LOW"})


@dataclass(frozen=True, slots=True)
class Setting:
    """One rule to try: below `limit` for `delay_s`, over at `limit + hysteresis`."""

    limit: float
    delay_s: float
    hysteresis: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule did to the series.

    Attributes:
        alarms, hours: alarms told, and bed-hours watched.
        undelayed: alarms of the rule that it is held against.
        idle, idle_undelayed: those alarms of each that are about no sustained desaturation.
        events, in_time, prompt: sustained desaturations, those announced within 30 s and within 20 s of crossing 90 %.
        slowest_s, median_s: delay of the announcements, seconds from crossing; None without any.
    """

    alarms: int
    hours: float
    undelayed: int
    idle: int
    idle_undelayed: int
    events: int
    in_time: int
    prompt: int
    median_s: float | None
    slowest_s: float | None

    @property
    def per_hour(self) -> float:
        """Alarms an hour of one bed."""
        return self.alarms / self.hours if self.hours else 0.0

    @property
    def removed(self) -> float:
        """Share of the alarms without delay that did not come."""
        return 1 - self.alarms / self.undelayed if self.undelayed else 0.0

    @property
    def most_removed(self) -> float:
        """The share that could go at most, one alarm being left for each sustained desaturation."""
        return max(0.0, 1 - self.events / self.undelayed) if self.undelayed else 0.0


def grid() -> list[Setting]:
    """The experiment's settings."""
    return [Setting(*each) for each in product(LIMITS, DELAYS_S, HYSTERESES)]


def sweep(series: Sequence[Series], rules: Ruleset, settings: Iterable[Setting]) -> Iterator[tuple[Setting, Outcome]]:
    """Each setting in turn, over all series."""
    events = [sustained(each.samples) for each in series]
    undelayed: dict[tuple[float, float], list[list[Told]]] = {}
    for setting in settings:
        tried = single(rules, setting)
        told = [alarms(tried, each) for each in series]
        without = (setting.limit, setting.hysteresis)
        if without not in undelayed:
            plain = single(rules, replace(setting, delay_s=0))
            undelayed[without] = [alarms(plain, each) for each in series]
        yield setting, summed(series, events, told, undelayed[without])


def preset_outcome(series: Sequence[Series], rules: Ruleset, names: Collection[str] = (RULE,)) -> Outcome:
    """The preset's own rules of these names, held against the same limits without delay and hysteresis."""
    events = [sustained(each.samples) for each in series]
    own = tuple(level for level in rules.levels if level.rule.name in names)
    alone = replace(rules, levels=own, cuffs=())
    plains = [single(rules, Setting(level.trigger.absolute, 0, 0)) for level in own]
    undelayed = [[told for plain in plains for told in alarms(plain, each)] for each in series]
    return summed(series, events, [alarms(alone, each) for each in series], undelayed)


def single(rules: Ruleset, setting: Setting) -> Ruleset:
    """`rules` with this one rule on SpO2; validation stays."""
    rule = LevelRule(
        rule=RuleId(RULE, 0),
        metric=Metric.SPO2,
        trigger=AlarmLimit(Comparison.BELOW, setting.limit),
        priority=Priority.MEDIUM,
        delay=seconds(setting.delay_s),
        clears=(Clear(AlarmLimit(Comparison.AT_LEAST, setting.limit + setting.hysteresis), 0),),
        keep_invalid=rules.timing.invalid,
    )
    return replace(rules, levels=(rule,), cuffs=())


def alarms(rules: Ruleset, series: Series) -> list[Told]:
    """Every alarm about low SpO2 that somebody would hear, in order: onsets, and recurrences while latched."""
    ward = Ward(rules, 0, adopt=lambda bed: Setup(bed, rules))
    events: list[Event] = []
    opened: set[str] = set()
    for at, sample in series.samples:
        if sample.bed not in opened:
            opened.add(sample.bed)
            events += ward.feed(OpenSession(sample.bed, patient="recorded"), at)
        events += ward.feed(sample, at)
    return heard(events)


def heard(events: Iterable[Event], least: Priority = Priority.LOW) -> list[Told]:
    """The alarms about low SpO2 among `events` of priority `least` or higher, each from when it had it to its end."""
    begun: dict[str, tuple[str, Instant]] = {}
    told: list[Told] = []
    for event in events:
        if event.bed is None or event.data.get("alarm") not in SPO2_RULES:
            continue
        name = str(event.data.get("alarm_id"))
        if event.kind in (EventKind.ALARM_RAISED, EventKind.ALARM_PRIORITY_CHANGED) or (
            event.kind is EventKind.ALARM_REARMED and event.data.get("reason") == "recurrence"
        ):
            if Priority.from_word(str(event.data["priority"])) >= least:
                begun.setdefault(name, (event.bed, event.at))
        elif event.kind in (EventKind.ALARM_CLOSED, EventKind.ALARM_LATCHED) and name in begun:
            told.append(Told(*begun.pop(name), event.at))
    told += [Told(bed, at, NEVER) for bed, at in begun.values()]
    return sorted(told, key=lambda each: each.at)


def summed(
    series: Sequence[Series],
    events: Sequence[list[Desaturation]],
    told: Sequence[list[Told]],
    undelayed: Sequence[list[Told]],
) -> Outcome:
    """One line of the table."""
    delays = [delay for found, came in zip(events, told, strict=True) for delay in announced(found, came)]
    came = [delay for delay in delays if delay is not None]
    return Outcome(
        alarms=sum(map(len, told)),
        hours=sum(each.hours for each in series),
        undelayed=sum(map(len, undelayed)),
        idle=sum(map(idle, events, told)),
        idle_undelayed=sum(map(idle, events, undelayed)),
        events=len(delays),
        in_time=sum(delay <= IN_TIME for delay in came),
        prompt=sum(delay <= PROMPT for delay in came),
        median_s=median(came) / SECOND if came else None,
        slowest_s=max(came) / SECOND if came else None,
    )
