"""Runs drills one after the other and says what came of each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from config.instant import SECOND, Clock
from monitor.core.rules.ruleset import Ruleset
from monitor.drill.check import Finding, check
from monitor.drill.record import Record
from monitor.drill.rules import drill_rules
from monitor.drill.score import Score, score
from monitor.drill.stage import play
from monitor.drill.story import Drill


@dataclass(slots=True)
class Outcome:
    """One drill, played and judged.

    Attributes:
        lasted_s: of the machine's time.
        proof: None: not asked for; else the findings under the preset of `[fails_when]`, one of which must fail.
        problem: why it could not be played to the end.
    """

    drill: Drill
    findings: list[Finding] = field(default_factory=list)
    record: Record | None = None
    score: Score = field(default_factory=Score)
    lasted_s: float = 0.0
    proof: list[Finding] | None = None
    problem: str | None = None

    @property
    def passed(self) -> bool:
        """Everything was as expected, and the proof (if asked for) shows that it need not have been."""
        met = self.problem is None and all(finding.met for finding in self.findings)
        return met and not self.proves_nothing

    @property
    def proves_nothing(self) -> bool:
        """The drill passed under the very change that it says it must fail under."""
        return self.proof is not None and all(finding.met for finding in self.proof)


def run_drill(
    drill: Drill, clock: Clock, *, seed: int | None = None, prove: bool = False, rules: Ruleset | None = None
) -> Outcome:
    """Play one drill; `clock` is the machine's. With `prove` it is played a second time, with its rule off."""
    outcome = Outcome(drill)
    began = clock.now()
    try:
        outcome.record = asyncio.run(play(drill, drill_rules() if rules is None else rules, seed))
        outcome.findings = check(drill, outcome.record)
        outcome.score = score(outcome.record)
        if prove:
            outcome.proof = prove_drill(drill, seed)
    except (RuntimeError, ExceptionGroup) as error:
        outcome.problem = f"{type(error).__name__}: {error}"
    outcome.lasted_s = (clock.now() - began) / SECOND
    return outcome


def prove_drill(drill: Drill, seed: int | None = None) -> list[Finding]:
    """The drill under the preset that `[fails_when]` spoils.

    Raises:
        ConfigError: `[fails_when]` names what the preset does not have.
    """
    if not drill.fails_when:
        return [Finding(0, True, "[fails_when] says what must spoil it", "the file has no such table")]
    record = asyncio.run(play(drill, drill_rules(drill.fails_when), seed))
    return check(drill, record)


Tell = Callable[[Outcome, int, int], None]
