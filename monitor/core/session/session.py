"""The session on a bed: its clock, its limbs, and the table of phases (ketamine-monitoring 5.0)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from config.instant import MINUTE, Duration, Instant, seconds
from config.vocabulary import Metric, Phase, ReturnVerdict
from monitor.core.recovery.baseline import Baseline, PressureReading
from monitor.core.recovery.metric_return import MetricReturn
from monitor.core.session.session_limits import SessionLimit

PHASES: dict[Phase, dict[str, Phase]] = {
    Phase.IDLE: {"open_session": Phase.PRE},
    Phase.PRE: {"start_infusion": Phase.INFUSING, "abort": Phase.DISCHARGED},
    Phase.INFUSING: {
        "pause_infusion": Phase.PAUSED,
        "end_infusion": Phase.RECOVERY,
        "abort": Phase.DISCHARGED,
    },
    Phase.PAUSED: {
        "resume_infusion": Phase.INFUSING,
        "end_infusion": Phase.RECOVERY,
        "abort": Phase.DISCHARGED,
    },
    Phase.RECOVERY: {
        "start_infusion": Phase.INFUSING,
        "discharge": Phase.DISCHARGED,
        "abort": Phase.DISCHARGED,
    },
    Phase.DISCHARGED: {"report_frozen": Phase.IDLE},
}
"""What a person may ask in which phase, and where it leads."""


ON_OXYGEN = "on_oxygen"
"""Air (0) or oxygen (1), as an observation."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A count of breaths or a MOAA/S as a person entered it; `name` is a word of `Observed`."""

    name: str
    value: float
    at: Instant


@dataclass(slots=True)
class Advisory:
    """A hint that holds since `since`; `detail` as its event tells it."""

    kind: str
    since: Instant
    detail: dict[str, Any]


@dataclass(slots=True)
class Flow:
    """The drug ran from `start` to `stop`; None: it runs."""

    start: Instant
    stop: Instant | None = None


@dataclass(slots=True)
class Session:
    """One patient on one bed, from binding to discharge. Instants on the service's scale.

    Attributes:
        on_oxygen: what the patient breathes, as said last; None while nobody has said.
        started_at: first drug delivery of the whole session; never moved by a restart.
        running_from: since when the drug runs now; None while it does not.
        infused: infusion time collected before `running_from`.
        infused_before: infusion time of the runs before the present one; the plan of a restart counts from there.
        given_before: mg that those runs had delivered; None where a dose was not entered.
        restarted_against: what stood against the last restart, until a clinician ticks it (`restart_checks`).
        paused_from: since when it is paused.
        ended_at: last moment the drug stopped and was not restarted.
        decided: deadline + grace of the present end has been settled.
        verdict: last one announced.
        medicated: a drug against the pressure was recorded since the end (ketamine-monitoring 6.3).
        symptoms: those entered and not over, with the time of each.
        observations: breaths counted and MOAA/S, in the order of entry.
        late_readings: pressures entered too late for more than a baseline that is NONE.
        previous: baselines of the patient's earlier sessions by metric, the newest last.
        medicated_before: a drug was recorded before the start (ketamine-monitoring 5.3).
        reviewed_by: the clinician who ticked a high baseline (REVIEW).
        recheck_from: since when a high finding asks for rest and new readings (RE-CHECK).
        dose_doubt: what is unusual about the dose entered last, until a clinician ticks it (`dose_check`).
        drug_from: first delivery of the present run, moved by a restart.
        flows: when the drug ran, pauses left out, from the first start on.
        baseline_flags: what is to be known of each frozen baseline.
        advisories: the hints that hold now; `advised_at` is when they were asked last.
        hand_values: pulse and SpO2 read off another device; for a baseline that is NONE.
        limits: those set for this patient, by rule.
        identifiers: what else the patient may be called by, as confirmed at the opening or since.
        foreign: devices that name another patient, with the time until which that holds without their saying it again
            (ID_CONFLICT).
    """

    id: str
    patient: str
    opened_at: Instant
    opened_by: str | None
    weight_kg: float | None
    cuff_limb: str | None
    probe_limb: str | None
    iv_limb: str | None
    on_oxygen: bool | None
    planned: Duration
    deadline: Duration
    started_at: Instant | None = None
    running_from: Instant | None = None
    infused: Duration = 0
    paused_from: Instant | None = None
    ended_at: Instant | None = None
    decided: bool = False
    verdict: ReturnVerdict | None = None
    verdict_at: Instant | None = None
    readings: list[PressureReading] = field(default_factory=list)
    reading_count: int = 0
    mean_seen: bool = False
    activities: list[Instant] = field(default_factory=list)
    baseline: dict[Metric, Baseline] = field(default_factory=dict)
    returns: dict[Metric, MetricReturn] = field(default_factory=dict)
    next_window_at: Instant | None = None
    dose_mg: float | None = None
    medicated: bool = False
    symptoms: dict[str, Instant] = field(default_factory=dict)
    observations: list[Observation] = field(default_factory=list)
    late_readings: list[PressureReading] = field(default_factory=list)
    hand_values: dict[Metric, list[tuple[Instant, float]]] = field(default_factory=dict)
    limits: dict[str, SessionLimit] = field(default_factory=dict)
    previous: dict[str, list[float]] = field(default_factory=dict)
    medicated_before: bool = False
    reviewed_by: str | None = None
    recheck_from: Instant | None = None
    drug_from: Instant | None = None
    infused_before: Duration = 0
    given_before: float | None = 0.0
    dose_doubt: dict[str, float] | None = None
    restarted_against: dict[str, list[str]] | None = None
    flows: list[Flow] = field(default_factory=list)
    baseline_flags: dict[Metric, list[str]] = field(default_factory=dict)
    advisories: dict[str, Advisory] = field(default_factory=dict)
    advised_at: Instant = 0
    identifiers: list[str] = field(default_factory=list)
    foreign: dict[str, Instant] = field(default_factory=dict)

    def flow_begins(self, at: Instant) -> None:
        """The drug runs from `at` on."""
        self.flows.append(Flow(at))

    def flow_ends(self, at: Instant) -> None:
        """It stopped at `at`; no change where it stood already."""
        if self.flows and self.flows[-1].stop is None:
            self.flows[-1].stop = at

    def baseline_value(self, metric: Metric) -> float | None:
        """The frozen baseline of a metric, None before the start or without one."""
        found = self.baseline.get(metric)
        return None if found is None else found.value

    def newest(self, name: str, *, since: Instant | None = None, before: Instant | None = None) -> Observation | None:
        """What was observed last of a kind, in [since, before) where they are given, whenever it was entered.

        Of several for one moment the one entered last, which corrects the others.
        """
        seen = [
            entry
            for entry in self.observations
            if entry.name == name and (since is None or since <= entry.at) and (before is None or entry.at < before)
        ]
        return max(reversed(seen), key=lambda entry: entry.at, default=None)

    def deadline_at(self) -> Instant | None:
        """When the patient should be back (6.2); None while no end is known."""
        return None if self.ended_at is None else self.ended_at + self.deadline

    def delivered_mg(self) -> float | None:
        """What had run in when the drug stopped, each run at an even rate over its planned time (6.3).

        None where the dose of one of the runs was not entered.
        """
        if self.dose_mg is None or self.given_before is None:
            return None
        return round(
            self.given_before + self.dose_mg * min(1.0, (self.infused - self.infused_before) / self.planned), 1
        )

    def total_mg(self) -> float | None:
        """The dose of the present run with what the runs before it had delivered; None where one is not known."""
        if self.dose_mg is None or self.given_before is None:
            return None
        return round(self.given_before + self.dose_mg, 1)

    def restart(self, at: Instant, dose_mg: float | None, planned: Duration | None) -> None:
        """The drug runs again after an end: plan and dose are this run's own.

        Without a plan of its own what is left of the old one counts, or all of it again where nothing is left.
        """
        self.given_before = self.delivered_mg()
        left = self.planned - (self.infused - self.infused_before)
        if planned is not None or left > 0:
            self.planned = left if planned is None else planned
        self.infused_before = self.infused
        self.dose_mg = dose_mg
        self.running_from = self.drug_from = at
        self.flow_begins(at)

    def infused_at(self, now: Instant) -> Duration:
        """Infusion time without pauses, up to `now`."""
        return self.infused + (0 if self.running_from is None else max(0, now - self.running_from))


def same_limb(one: str | None, other: str | None) -> bool:
    """Whether two words name one limb, however capitalised; what nobody told is no limb."""
    return one is not None and other is not None and one.strip().casefold() == other.strip().casefold()


def minutes(value: float) -> Duration:
    """Minutes as entered by a person."""
    return seconds(value * 60)


def whole_minute_after(start: Instant, at: Instant) -> Instant:
    """The first whole minute after `start` that lies after `at`."""
    return start + (max(0, at - start) // MINUTE + 1) * MINUTE
