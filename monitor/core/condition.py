"""The condition part of a level rule: delay, clear and rise, counted on valid time only (rulings 1.1 and 3).

ABSENT -> PENDING (the delay runs) -> PRESENT -> ABSENT. Missing data stop every stopwatch; they never end a
present condition.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from config.instant import Duration, Instant
from monitor.core.rules.patient import LevelRule
from monitor.core.rules.sections import Timing
from monitor.core.stopwatch import Stopwatch


class Stage(StrEnum):
    """How far the condition has come."""

    PENDING = "PENDING"
    PRESENT = "PRESENT"


class Outcome(StrEnum):
    """What a deadline of the condition brings."""

    ONSET = "onset"
    CALMED = "trigger_false"
    VANISHED = "invalid"
    CLEARED = "cleared"
    RISEN = "risen"
    STALE = "stale"
    FORGOTTEN = "clear timers restart"


@dataclass(slots=True)
class Condition:
    """One rule's condition while it is not absent.

    Attributes:
        since: the first violating sample of the run that counts.
        onset: violating time collected towards the delay.
        rising: violating time without a break, towards the rise.
        calm: time without the trigger while pending.
        clearing: one stopwatch for each of the rule's clear conditions.
        gone_from: since when no accepted value stands; None while one does.
        doubtful: a doubtful sample is in the collected time (SPO2_CRIT).
        value, limit: last accepted value and the limit it was held against.
        stale_told, forgotten: the deadline after `gone_from` has been settled already.
        risen: the priority has risen; once is enough.
        reference: what a rule with its own median goes by, as it was when the trigger came.
    """

    stage: Stage
    since: Instant
    onset: Stopwatch = field(default_factory=Stopwatch)
    rising: Stopwatch = field(default_factory=Stopwatch)
    calm: Stopwatch = field(default_factory=Stopwatch)
    clearing: list[Stopwatch] = field(default_factory=list)
    gone_from: Instant | None = None
    doubtful: bool = False
    value: float | None = None
    limit: float | None = None
    stale_told: bool = False
    forgotten: bool = False
    risen: bool = False
    reference: float | None = None


def begin(rule: LevelRule, at: Instant) -> Condition:
    """The first violating sample has come."""
    return Condition(Stage.PENDING, at, clearing=[Stopwatch() for _ in rule.clears])


def observe(
    condition: Condition, rule: LevelRule, value: float, baseline: float | None, at: Instant, *, doubtful: bool
) -> bool:
    """An accepted sample has come. Returns True when the rule is stale no longer."""
    condition.value, condition.limit = value, rule.limit(baseline)
    was_stale = condition.stale_told
    condition.gone_from = None
    condition.stale_told = condition.forgotten = False
    triggered = rule.triggered(value, baseline)
    if triggered:
        condition.rising.start(at)
    else:
        condition.rising.reset()
    if condition.stage is Stage.PENDING:
        if triggered:
            condition.calm.reset()
            condition.onset.start(at)
            condition.doubtful = condition.doubtful or doubtful
        else:
            condition.onset.stop(at)
            condition.calm.start(at)
        return False
    for clear, watch in zip(rule.clears, condition.clearing, strict=True):
        if not triggered and clear.limit.crossed(value, baseline):
            watch.start(at)
        else:
            watch.reset()
    return was_stale


def vanish(condition: Condition, at: Instant) -> None:
    """The last accepted value stopped standing at `at`."""
    if condition.gone_from is None:
        condition.gone_from = at
        for watch in (condition.onset, condition.rising, condition.calm, *condition.clearing):
            watch.stop(at)


def _delay(condition: Condition, rule: LevelRule) -> Duration:
    if condition.doubtful and rule.doubtful_delay is not None:
        return max(rule.delay, rule.doubtful_delay)
    return rule.delay


def next_outcome(condition: Condition, rule: LevelRule, timing: Timing) -> tuple[Instant, Outcome] | None:
    """The condition's earliest deadline if no further sample comes; None: it waits for samples."""
    due: list[tuple[Instant, Outcome]] = []
    gone = condition.gone_from
    if condition.stage is Stage.PENDING:
        reached = condition.onset.reaches(_delay(condition, rule))
        if reached is not None:
            due.append((reached, Outcome.ONSET))
        calmed = condition.calm.reaches(timing.calm)
        if calmed is not None:
            due.append((calmed, Outcome.CALMED))
        if gone is not None:
            due.append((gone + rule.keep_invalid, Outcome.VANISHED))
        return min(due, key=lambda entry: entry[0], default=None)
    for clear, watch in zip(rule.clears, condition.clearing, strict=True):
        cleared = watch.reaches(clear.hold)
        if cleared is not None:
            due.append((cleared, Outcome.CLEARED))
    if rule.rises_to is not None and not condition.risen:
        risen = condition.rising.reaches(rule.rises_after)
        if risen is not None:
            due.append((risen, Outcome.RISEN))
    if gone is not None:
        if not condition.stale_told:
            due.append((gone + timing.stale, Outcome.STALE))
        if not condition.forgotten:
            due.append((gone + timing.invalid, Outcome.FORGOTTEN))
    return min(due, key=lambda entry: entry[0], default=None)


def settle(condition: Condition, outcome: Outcome) -> None:
    """Take the outcome into the condition itself; the caller tells the alarm."""
    if outcome is Outcome.ONSET:
        condition.stage = Stage.PRESENT
        condition.calm.reset()
    elif outcome is Outcome.RISEN:
        condition.risen = True
    elif outcome is Outcome.STALE:
        condition.stale_told = True
    elif outcome is Outcome.FORGOTTEN:
        condition.forgotten = True
        for watch in condition.clearing:
            watch.reset()
