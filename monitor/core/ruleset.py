"""The rules of one preset as values: what the tables of alarm-system section 3 say, and nothing decided here."""

from __future__ import annotations

from dataclasses import dataclass

from config.instant import Duration
from config.vocabulary import Metric, Phase, Priority
from monitor.core.limits import AlarmLimit

INFUSION: frozenset[Phase] = frozenset({Phase.INFUSING, Phase.PAUSED})
"""The phases of table 3.2's first column (rulings 2.8)."""

WATCHED: frozenset[Phase] = frozenset({Phase.PRE, Phase.INFUSING, Phase.PAUSED, Phase.RECOVERY})
"""The phases in which values are attributed to a patient (alarm-system 3.3)."""


@dataclass(frozen=True, slots=True)
class RuleId:
    """What every rule has: its name, its place in the tables, its group and rank in it, and whether it latches."""

    name: str
    order: int
    latched: bool = False
    group: str | None = None
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Clear:
    """One way to end a condition: `limit` met for `hold` of valid time; 0 = at the first valid value."""

    limit: AlarmLimit
    hold: Duration


@dataclass(frozen=True, slots=True)
class RecentMedian:
    """The metric's own median as it was when the trigger came, in the place of a baseline (VASOVAGAL, rulings 3).

    It is that of the last `window`, of which `valid` must be covered; `fallen_from` times it was reached within the
    last `within`, else the change is no sudden one.
    """

    window: Duration
    valid: Duration
    fallen_from: float
    within: Duration


@dataclass(frozen=True, slots=True)
class LevelRule:
    """A rule on a metric that is there all the time (SpO2, pulse rate).

    Attributes:
        also: a second limit on the same side, which must be met too.
        median: limits go by this instead of the baseline.
        asks_cuff: the onset asks for a cuff reading.
        takes_mismatch: takes a pulse rate that is SUSPECT for its difference from the cuff's (V10).
    """

    rule: RuleId
    metric: Metric
    trigger: AlarmLimit
    priority: Priority
    delay: Duration
    clears: tuple[Clear, ...]
    keep_invalid: Duration
    rises_to: Priority | None = None
    rises_after: Duration = 0
    doubtful_delay: Duration | None = None
    also: AlarmLimit | None = None
    median: RecentMedian | None = None
    asks_cuff: bool = False
    takes_mismatch: bool = False

    def triggered(self, value: float, baseline: float | None) -> bool:
        """Whether `value` meets every limit of the trigger."""
        return self.trigger.crossed(value, baseline) and (self.also is None or self.also.crossed(value, baseline))

    def limit(self, baseline: float | None) -> float:
        """The limit that decides; infinite while the rule is off for want of a baseline."""
        number = self.trigger.number(baseline)
        if self.also is None:
            return number
        choose = min if self.trigger.comparison.is_lower_bound else max
        return choose(number, self.also.number(baseline))


@dataclass(frozen=True, slots=True)
class CuffRule:
    """A rule on one cuff reading (pressures)."""

    rule: RuleId
    metric: Metric
    trigger: AlarmLimit
    priority: Priority
    clear: AlarmLimit
    second: Priority | None = None
    consecutive: bool = False
    at_once: AlarmLimit | None = None
    at_once_priority: Priority = Priority.HIGH
    suspect_counts: bool = False
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class PulseLostRule:
    """PULSE_LOST: `level` goes by 1 for a pulse and 0 for none; a VALID value must have stood within `good_within`."""

    rule: RuleId
    level: LevelRule
    good_within: Duration


@dataclass(frozen=True, slots=True)
class BreathingRule:
    """RR_LOW: on the rate counted by a person and on the one derived from the pleth.

    Attributes:
        counted, counted_clear: limits of a count; `span` is the time one count speaks for.
        derived: the rule of the derived rate, which counts from `quality` on.
    """

    rule: RuleId
    counted: AlarmLimit
    counted_clear: AlarmLimit
    span: Duration
    derived: LevelRule
    quality: float


@dataclass(frozen=True, slots=True)
class SedationRule:
    """SEDATION_DEEP: on MOAA/S as a person scores it."""

    rule: RuleId
    priority: Priority
    trigger: AlarmLimit


@dataclass(frozen=True, slots=True)
class SymptomRule:
    """SYMPTOM: kinds of events that are an alarm by themselves."""

    rule: RuleId
    priority: Priority
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class RelativeLimit:
    """`points` above a metric's baseline, or `factor` times the baseline where that is less."""

    metric: Metric
    points: float
    factor: float | None = None

    def number(self, baseline: float) -> float:
        """The limit, mmHg, not rounded."""
        limit = baseline + self.points
        return limit if self.factor is None else min(self.factor * baseline, limit)


@dataclass(frozen=True, slots=True)
class RelativePressureRule:
    """BP_REL: any of several pressures at or above its limit; over when each is more than `below` under it."""

    rule: RuleId
    limits: tuple[RelativeLimit, ...]
    below: float
    priority: Priority
    second: Priority


@dataclass(frozen=True, slots=True)
class Level:
    """A priority reached after a time."""

    after: Duration
    priority: Priority


@dataclass(frozen=True, slots=True)
class NoDataRule:
    """SPO2_NO_DATA (alarm-system 3.2, rulings 3)."""

    rule: RuleId
    infusing: tuple[Level, ...]
    other: tuple[Level, ...]
    high_after: Duration
    high_below: float
    window: Duration
    window_valid: Duration


@dataclass(frozen=True, slots=True)
class OfflineRule:
    """DEVICE_OFFLINE: one level per kind of phase, a longer patience for polled devices."""

    rule: RuleId
    infusing: Level
    other: Level
    poll_after: Duration


@dataclass(frozen=True, slots=True)
class FailRule:
    """NIBP_FAIL: so many failed or rejected attempts in a row."""

    rule: RuleId
    attempts: int
    infusing: Priority
    other: Priority


@dataclass(frozen=True, slots=True)
class OverdueRule:
    """NIBP_OVERDUE: levels as multiples of the cuff interval."""

    rule: RuleId
    levels: tuple[tuple[float, Priority], ...]


@dataclass(frozen=True, slots=True)
class ReturnAlarmRule:
    """RTB_OVERDUE and RTB_REVOKED: first priority and the graver one."""

    rule: RuleId
    priority: Priority
    graver: Priority


@dataclass(frozen=True, slots=True)
class ServiceRule:
    """An alarm of the service itself: the ordinary and the critical priority, and its delay."""

    rule: RuleId
    priority: Priority
    critical: Priority
    delay: Duration = 0


@dataclass(frozen=True, slots=True)
class StorageRule(ServiceRule):
    """STORAGE; its ordinary level is also that of a disk with less than `free_below` % free."""

    free_below: float = 0.0


@dataclass(frozen=True, slots=True)
class ConflictRule(ServiceRule):
    """ID_CONFLICT: of a device that no bed binds, and of numbers that go on after a discharge (alarm-system 3.3).

    Attributes:
        ends_after: over when no such value has come for so long.
        left_after: numbers that still arrive so long after the discharge.
        gap, cuff_gap: the longest pause in such a run of samples, of cuff readings.
    """

    ends_after: Duration = 0
    left_after: Duration = 0
    gap: Duration = 0
    cuff_gap: Duration = 0


@dataclass(frozen=True, slots=True)
class ChargeLevel:
    """A priority for a charge below so many per cent."""

    below: float
    priority: Priority


@dataclass(frozen=True, slots=True)
class BatteryRule:
    """BATTERY: two levels, each reached when met for the delay; a device's own flag counts as the first."""

    rule: RuleId
    low: ChargeLevel
    empty: ChargeLevel
    delay: Duration


@dataclass(frozen=True, slots=True)
class ClockRule:
    """CLOCK: a device's clock further than `offset` from the server's, or the server's own not synchronised."""

    rule: RuleId
    priority: Priority
    offset: Duration
    delay: Duration

    def of_server(self) -> ServiceRule:
        """As the alarm of the service about its own clock."""
        return ServiceRule(self.rule, self.priority, self.priority, self.delay)


@dataclass(frozen=True, slots=True)
class Timing:
    """Times that hold for every rule (rulings, sections 1 to 3)."""

    stand: Duration
    calm: Duration
    invalid: Duration
    stale: Duration
    remind_high: Duration
    remind_medium: Duration


@dataclass(frozen=True, slots=True)
class ValidationLimits:
    """Bounds of signals-and-simulation 1.1 and 1.2. Ranges are inclusive."""

    spo2_range: tuple[float, float]
    pulse_range: tuple[float, float]
    perfusion_invalid: float
    perfusion_suspect: float
    spo2_step: float
    spo2_step_within: Duration
    spo2_step_hold: Duration
    pulse_step: float
    pulse_step_within: Duration
    pulse_step_hold: Duration
    stuck: Duration
    stuck_quality: float
    stuck_pulse: float
    motion_quality: float
    match_window: Duration
    match_pulse: float
    match_part: float
    repeat: Duration
    late: Duration
    late_window: Duration
    systolic_range: tuple[float, float]
    diastolic_range: tuple[float, float]
    mean_range: tuple[float, float]
    pulse_pressure_range: tuple[float, float]
    mean_fraction: tuple[float, float]
    cuff_pulse_range: tuple[float, float]
    measured_within: Duration
    jump_systolic: float
    jump_diastolic: float
    jump_within: Duration
    jump_agrees: float
    venous_rest: Duration


@dataclass(frozen=True, slots=True)
class LimbRule:
    """Cuff and probe on one limb: how long the probe is spoilt, and how that is found out (signals 1.1 V8, and 1.3).

    Attributes:
        tail, cap: from the deflation on; from the inflation at most.
        before: time before the inflation with which [`start`, `end`] after it is compared.
        least_before, least_under: values without which a cycle is not compared.
        same_below, same_cycles: the part of the pulsation left, in so many of the last three cycles.
        different_above: in all of the last three.
        drop, lost_windows: by the numbers alone: such a drop or a loss of SpO2 inside so many windows, none outside.
        recovery: time after a window in which a loss still belongs to it.
    """

    tail: Duration
    cap: Duration
    before: Duration
    start: Duration
    end: Duration
    least_before: int
    least_under: int
    same_below: float
    same_cycles: int
    different_above: float
    drop: float
    lost_windows: int
    recovery: Duration


@dataclass(frozen=True, slots=True)
class CuffSchedule:
    """How often the cuff is due (ketamine-monitoring, section 3), and what its starts are held to.

    Attributes:
        interval: between two readings; `returned_interval` in recovery, `returned_after` its end, once all returned.
        baseline_readings: wanted before the start, the first `baseline_first` after the opening.
        spacing: least time from the end of one measurement to the start of the next.
        repeat_after: from a doubtful or critical reading to its repeat.
        repeats_for: repeats of repeats go on for so long at most.
        retry_after: from a failed or rejected attempt to the next; `retries` in a row, `deadline_retries` near the
            deadline of the return.
        attempts: failed in a row, after which the cuff rests for `attempts_rest`.
        answer_within: a request counts as open for so long.
    """

    interval: Duration
    returned_interval: Duration
    returned_after: Duration
    baseline_readings: int
    baseline_first: Duration
    spacing: Duration
    repeat_after: Duration
    repeats_for: Duration
    retry_after: Duration
    retries: int
    deadline_retries: int
    attempts: int
    attempts_rest: Duration
    answer_within: Duration


@dataclass(frozen=True, slots=True)
class ObservationRule:
    """What people enter by hand (ketamine-monitoring, section 3).

    Attributes:
        within: a count or score observed longer ago than this is for the chart only.
        resp_rate_range: what can be a count, /min.
        pre_after, infusing, recovery, every: when breaths and MOAA/S are due: after the opening, the start, the end,
            and the interval after the last of these.
        early: entered this long before the time is in time.
        overrun: this long after the planned end somebody is asked whether the infusion still runs.
    """

    within: Duration
    resp_rate_range: tuple[float, float]
    pre_after: Duration
    infusing: tuple[Duration, ...]
    recovery: tuple[Duration, ...]
    every: Duration
    early: Duration
    overrun: Duration


@dataclass(frozen=True, slots=True)
class BaselineRule:
    """How a baseline is taken, and what is to be known of it (ketamine-monitoring 5.2 and 5.3).

    Attributes:
        third_systolic, third_diastolic: two readings further apart than this ask for a third.
        drift: a last reading lower than the first by more than this is a falling baseline.
        atypical: this far from the median of the last `sessions` baselines is unusual for the patient.
        pair: readings on two limbs within this time can be compared.
    """

    window: Duration
    newest: Duration
    spacing: Duration
    rest: Duration
    range_a: float
    wave_window: Duration
    wave_valid_a: Duration
    wave_valid_c: Duration
    third_systolic: float
    third_diastolic: float
    drift: float
    atypical: float
    sessions: int
    pair: Duration


@dataclass(frozen=True, slots=True)
class HoldLimits:
    """When the start is held back, is to be looked at, and what is asked for then (ketamine-monitoring, section 4)."""

    systolic: float
    diastolic: float
    pulse_high: float
    pulse_low: float
    spo2: float
    review_systolic: float
    review_diastolic: float
    recheck_rest: Duration
    recheck_readings: int


@dataclass(frozen=True, slots=True)
class DischargeRule:
    """When a patient is fit to go (ketamine-monitoring, section 8).

    Attributes:
        newest: how old a value may be that a score goes by.
        near, aldrete_far, pads_far: parts of the baseline at which the scores fall to 1 and to 0.
        air_above, oxygen_above: SpO2, %, for 2 and for 1.
    """

    minimum_stay: Duration
    newest: Duration
    aldrete_pass: int
    pads_pass: int
    near: float
    aldrete_far: float
    pads_far: float
    air_above: float
    oxygen_above: float


@dataclass(frozen=True, slots=True)
class ReturnRule:
    """Return to baseline (ketamine-monitoring, section 6)."""

    tolerance: float
    floors: dict[Metric, float]
    spo2_points: float
    far: float
    spacing: Duration
    grace: Duration
    candidate: Duration
    overdue_medium: Duration


@dataclass(frozen=True, slots=True)
class InactivationRule:
    """How long alarms may be inactivated, and what never (alarm-system 4.2).

    Attributes:
        audio_pause, alarm_pause: the longest time of each.
        audio_off_reminder, alarm_off_reminder: between two reminders of what has no end of its own.
        kept_on: rules that cannot be off while the drug runs.
    """

    audio_pause: Duration
    alarm_pause: Duration
    audio_off_reminder: Duration
    alarm_off_reminder: Duration
    kept_on: frozenset[str]


@dataclass(frozen=True, slots=True)
class LimitBounds:
    """Between what numbers a rule's limit may be set for one patient, inclusive, and beyond what two people sign."""

    lowest: float
    highest: float
    second_below: float | None = None
    second_above: float | None = None


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One preset, whole. `physiological`: names of the rules on the patient's values (alarm-system 3.1)."""

    name: str
    title: str
    version: int
    timing: Timing
    validation: ValidationLimits
    limbs: LimbRule
    cuff: CuffSchedule
    baseline: BaselineRule
    hold: HoldLimits
    observations: ObservationRule
    discharge: DischargeRule
    recovery: ReturnRule
    inactivation: InactivationRule
    bounds: dict[str, LimitBounds]
    physiological: frozenset[str]
    levels: tuple[LevelRule, ...]
    cuffs: tuple[CuffRule, ...]
    pulse_lost: PulseLostRule
    bp_rel: RelativePressureRule
    rr_low: BreathingRule
    sedation_deep: SedationRule
    symptom: SymptomRule
    no_data: NoDataRule
    offline: OfflineRule
    nibp_fail: FailRule
    overdue: OverdueRule
    nibp_missing: ServiceRule
    rtb_overdue: ReturnAlarmRule
    rtb_revoked: ReturnAlarmRule
    battery: BatteryRule
    clock: ClockRule
    storage: StorageRule
    station_lost: ServiceRule
    station_mute: ServiceRule
    pager_fail: ServiceRule
    core_stalled: ServiceRule
    id_conflict: ConflictRule
    core_fault: ServiceRule

    def rule_ids(self) -> list[RuleId]:
        """Every rule's identity, in the order of the tables."""
        found = [level.rule for level in self.levels] + [cuff.rule for cuff in self.cuffs]
        found += [self.pulse_lost.rule, self.bp_rel.rule, self.rr_low.rule, self.sedation_deep.rule, self.symptom.rule]
        found += [
            self.rtb_overdue.rule,
            self.rtb_revoked.rule,
            self.no_data.rule,
            self.offline.rule,
            self.nibp_fail.rule,
            self.overdue.rule,
            self.nibp_missing.rule,
            self.battery.rule,
            self.clock.rule,
            self.storage.rule,
            self.station_lost.rule,
            self.station_mute.rule,
            self.pager_fail.rule,
            self.core_stalled.rule,
            self.id_conflict.rule,
            self.core_fault.rule,
        ]
        return sorted(found, key=lambda rule: rule.order)
