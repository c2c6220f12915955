"""One oximeter metric: what a device said of it, and what the level rules make of that.

Where a bed has several oximeters, one leads in each metric: what it says is the bed's value. The others are heard
beside it, each with its own values, step memory and conditions, so that none ends or holds back what another shows.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from config.instant import Instant
from config.vocabulary import Metric
from monitor.core.condition import Condition
from monitor.core.rules.patient import LevelRule
from monitor.core.track import Track
from monitor.core.validation import Judgement, StepHold


@dataclass(slots=True)
class Channel:
    """One oximeter metric: accepted values, the step rule's memory, the last judgement and the last raw value.

    `device` gave the last accepted value, `speaker` the last that was taken at all: accepted, held back, or doubtful.
    `weak_until`: until when a value stands that is VALID, or doubtful but taken by some rules all the same.
    `own`: the values of the device that leads, where others led before it; None: they are `track`.
    """

    track: Track = field(default_factory=Track)
    hold: StepHold = field(default_factory=StepHold)
    judgement: Judgement | None = None
    raw: float | None = None
    raw_at: Instant | None = None
    device: str | None = None
    speaker: str | None = None
    weak_until: Instant = 0
    own: Track | None = None

    @property
    def told(self) -> Track:
        """The values of the device that speaks here now."""
        return self.track if self.own is None else self.own

    def stands_by_another(self, device: str, now: Instant) -> bool:
        """Whether a value of another device than this stands: accepted, doubtful but taken, or held back."""
        if self.speaker is None or self.speaker == device:
            return False
        return now < self.weak_until or self.vouched(now)

    def vouched(self, now: Instant) -> bool:
        """Whether a value stands that no doubt about the signal lies on: accepted, or held back as a sudden change."""
        held = self.hold.samples
        return now < self.track.until or (bool(held) and now < held[-1].until)

    def put(self, value: float, at: Instant, until: Instant) -> None:
        """A VALID value."""
        self.track.put(value, at, until)
        if self.own is not None:
            self.own.put(value, at, until)
        self.weak_until = until

    def end(self, at: Instant) -> None:
        """No VALID value stands from `at` on."""
        self.track.end(at)
        if self.own is not None:
            self.own.end(at)


@dataclass(slots=True)
class Voice:
    """One metric as one oximeter has it.

    Attributes:
        device: None for the one that leads.
        conditions: of the level rules, by name; the leading one's are those of both metrics.
        unmatched, mismatched, compared_at: what V10 says of its pulse rate; for the one that leads the last two are
            the bed's.
    """

    metric: Metric
    device: str | None = None
    channel: Channel = field(default_factory=Channel)
    conditions: dict[str, Condition] = field(default_factory=dict)
    unmatched: Track = field(default_factory=Track)
    mismatched: bool = False
    compared_at: Instant | None = None

    def taken(self, level: LevelRule) -> tuple[Track, ...]:
        """What a rule has been fed from: the VALID values, and the pulse rates it takes besides."""
        return (self.channel.told, self.unmatched) if level.takes_mismatch else (self.channel.told,)
