"""The cuff's last cycle, and what the cycles say about the probe's limb, as plain values (V8, signals 1.3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from config.instant import SECOND, Duration, Instant
from monitor.core.rules.sections import LimbRule

KEPT = 240
"""Values of the pulsation that are kept at most: over a minute of a device that speaks three times a second."""
SEEN: Duration = 15 * SECOND
"""VALID saturation between two cycles after which the cuff excuses the probe anew: a critical one is announced by then,
V5's hold and the delay of SPO2_CRIT together."""


@dataclass(slots=True)
class CuffWindow:
    """One cuff cycle as a probe on the same limb feels it.

    Attributes:
        started_at: inflation, or the deflation where the device tells nothing else; None before the first.
        until: when the probe counts as recovered; the cap while the cuff is up.
        deflated_at: None while the cuff is up.
        excused: stretches [start, end] in which a probe on the same limb is excused: in this cycle, and those before it
            between which the saturation was not seen for long enough; together never longer than the cap.
        frozen: the clock of SPO2_NO_DATA stands still.
    """

    started_at: Instant | None = None
    until: Instant = 0
    deflated_at: Instant | None = None
    excused: list[list[Instant]] = field(default_factory=list)
    frozen: bool = False

    def __post_init__(self) -> None:
        """A snapshot of a build that knew one cap for each cycle tells of no stretches: the cycle is excused whole."""
        if self.frozen and not self.excused and self.started_at is not None:
            self.excused = [[self.started_at, self.until]]

    def covers(self, at: Instant) -> bool:
        """Whether `at` lies in it."""
        return self.started_at is not None and self.started_at <= at < self.until

    def excuses(self, at: Instant) -> bool:
        """Whether the cuff excuses at `at` what a probe on its limb shows."""
        return bool(self.excused) and self.excused[-1][0] <= at < self.excused[-1][1]

    def excused_within(self, start: Instant, end: Instant) -> Duration:
        """How much of [start, end) is excused."""
        return sum(max(0, min(end, until) - max(start, begin)) for begin, until in self.excused)

    def excuse(self, at: Instant, until: Instant, cap: Duration) -> None:
        """Another cycle: as much of it as the cap leaves."""
        self.cut(at)
        left = cap - sum(end - begin for begin, end in self.excused)
        until = min(until, at + left)
        if until <= at:
            return
        if self.excused and self.excused[-1][1] == at:
            self.excused[-1][1] = until
        else:
            self.excused.append([at, until])

    def cut(self, at: Instant) -> None:
        """Nothing is excused from `at` on."""
        if self.excused and self.excused[-1][1] > at:
            self.excused[-1][1] = max(at, self.excused[-1][0])


@dataclass(slots=True)
class Pulsation:
    """One measure of how strongly the finger pulsates, newest last: the pleth's amplitude, or the perfusion index."""

    seen: list[tuple[Instant, float]] = field(default_factory=list)

    def note(self, at: Instant, value: float) -> None:
        """Another value; 0 where the signal is lost."""
        self.seen.append((at, value))
        if len(self.seen) > KEPT:
            del self.seen[: KEPT // 2]

    def median(self, start: Instant, end: Instant, least: int) -> float | None:
        """The median of [start, end], None of fewer than `least` values."""
        found = [value for at, value in self.seen if start <= at <= end]
        return median(found) if len(found) >= least else None


@dataclass(slots=True)
class LimbEvidence:
    """What the cuff's cycles say.

    Attributes:
        amplitude, perfusion: the two measures; the first that has something to say counts.
        before: each one's median before the present inflation; None: not enough is known.
        ratios: how much of it was left under the cuff, in the last cycles.
        judged_at: when the present cycle is judged; None: it has been, or there is nothing to judge.
        ends_at: when the present window's losses are counted.
        lost: SpO2 was lost inside the present window.
        lost_windows: windows with a loss since the last one outside of them.
        inferred: whether cuff and probe share a limb; None: the cycles do not say.
    """

    amplitude: Pulsation = field(default_factory=Pulsation)
    perfusion: Pulsation = field(default_factory=Pulsation)
    before: tuple[float | None, float | None] = (None, None)
    ratios: list[float] = field(default_factory=list)
    judged_at: Instant | None = None
    ends_at: Instant | None = None
    lost: bool = False
    lost_windows: int = 0
    inferred: bool | None = None

    def begin(self, at: Instant, free_from: Instant, rule: LimbRule) -> None:
        """The cuff inflates; `free_from` is when the last window had ended."""
        start = max(at - rule.before, free_from)
        self.before = (
            self.amplitude.median(start, at, rule.least_before),
            self.perfusion.median(start, at, rule.least_before),
        )
        self.judged_at = at + rule.end
        self.lost = False

    def judge(self, started_at: Instant, rule: LimbRule) -> float | None:
        """How much of the pulsation was left under the cuff; None: nothing is known of this cycle."""
        start, end = started_at + rule.start, started_at + rule.end
        for before, measure in zip(self.before, (self.amplitude, self.perfusion), strict=True):
            under = measure.median(start, end, rule.least_under)
            if before and under is not None:
                ratio = under / before
                self.ratios = [*self.ratios[-2:], ratio]
                return ratio
        return None

    def verdict(self, rule: LimbRule) -> bool | None:
        """What the last three cycles say by their pulsation."""
        if sum(ratio < rule.same_below for ratio in self.ratios) >= rule.same_cycles:
            return True
        if len(self.ratios) == 3 and min(self.ratios) > rule.different_above:
            return False
        return None
