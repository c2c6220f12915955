"""What is remembered of the cuff and its readings, as plain values that a snapshot can hold."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.instant import Instant
from config.vocabulary import CuffError, CuffState, Metric
from monitor.core.recovery.baseline import PressureReading
from monitor.core.validation import Judgement


@dataclass(slots=True)
class PressureValue:
    """The last cuff value of one metric with its judgement."""

    value: float | None
    at: Instant
    judgement: Judgement
    source: str | None = None


@dataclass(slots=True)
class CuffPlan:
    """What the cuff is asked for next, and what it was asked for last.

    Attributes:
        slot_at: the last scheduled moment that has passed; the next is counted from it.
        asked_at, asked_for: a reading asked for beside the schedule, when and why.
        urgent: an alarm asks; an open request without an answer does not hold it back.
        requested_at, requested_for: the last request, until a measurement ends.
        attempt_at, ended_at: start and end of the last measurement.
        retries: in a row.
        stopped: the last measurement ended so that somebody must look before the cuff inflates by itself.
        repeats_from: first of the doubtful or critical readings since the last ordinary one.
    """

    slot_at: Instant | None = None
    asked_at: Instant | None = None
    asked_for: str = ""
    urgent: bool = False
    requested_at: Instant | None = None
    requested_for: str = ""
    attempt_at: Instant | None = None
    ended_at: Instant | None = None
    retries: int = 0
    repeats_from: Instant | None = None
    stopped: bool = False


@dataclass(slots=True)
class Cuff:
    """The cuff: what it does, what it last gave, and the counters of the rules on its readings.

    Attributes:
        values, error, measured_at: of the reading that was measured last, whatever it was.
        judged: how the reading that came last was judged.
        last_valid: the newest VALID value of each metric: a failed attempt takes nothing away from it.
        valid_at: time of the last reading whose systolic was VALID.
        overdue_from: entry into the phase: the age of NIBP_OVERDUE counts from it when no reading is newer.
        counts: readings that met a rule's trigger, as that rule counts them.
        evaluated: when the newest reading was measured that each rule went by; an older one ends nothing.
        inflated_at, inflated_by: start of the measurement that has not ended yet, and whose it is.
        deflated: when each cuff was last deflated.
        jumps: readings since the last VALID one that are doubted because they jumped (B6).
        failed: attempts in a row that failed or were rejected; `failed_from` the first, `failed_at` the newest of them.
        missing_decided: the end of the infusion whose 20-minute reading has been looked for.
    """

    state: CuffState | None = None
    state_at: Instant | None = None
    pressure: float | None = None
    device: str | None = None
    values: dict[Metric, PressureValue] = field(default_factory=dict)
    last_valid: dict[Metric, PressureValue] = field(default_factory=dict)
    judged: dict[Metric, Judgement] = field(default_factory=dict)
    error: CuffError | None = None
    measured_at: Instant | None = None
    valid_at: Instant | None = None
    overdue_from: Instant | None = None
    counts: dict[str, int] = field(default_factory=dict)
    evaluated: dict[str, Instant] = field(default_factory=dict)
    inflated_at: Instant | None = None
    inflated_by: str | None = None
    deflated: dict[str, Instant] = field(default_factory=dict)
    jumps: list[PressureReading] = field(default_factory=list)
    failed: int = 0
    failed_from: Instant | None = None
    failed_at: Instant | None = None
    missing_decided: Instant | None = None
    plan: CuffPlan = field(default_factory=CuffPlan)
