"""One preset, whole: its rules and sections under one roof."""

from __future__ import annotations

from dataclasses import dataclass

from config.vocabulary import Phase
from monitor.core.rules.patient import (
    BreathingRule,
    CuffRule,
    LevelRule,
    PulseLostRule,
    RelativePressureRule,
    SedationRule,
    SymptomRule,
)
from monitor.core.rules.rule_id import RuleId
from monitor.core.rules.sections import (
    BaselineRule,
    CuffSchedule,
    DischargeRule,
    HoldLimits,
    InactivationRule,
    LimbRule,
    LimitBounds,
    ObservationRule,
    ReturnRule,
    Timing,
    ValidationLimits,
)
from monitor.core.rules.technical import (
    BatteryRule,
    ClockRule,
    ConflictRule,
    FailRule,
    NoDataRule,
    OfflineRule,
    OverdueRule,
    ReturnAlarmRule,
    ServiceRule,
    StorageRule,
)

INFUSION: frozenset[Phase] = frozenset({Phase.INFUSING, Phase.PAUSED})
"""The phases of table 3.2's first column (rulings 2.8)."""

WATCHED: frozenset[Phase] = frozenset({Phase.PRE, Phase.INFUSING, Phase.PAUSED, Phase.RECOVERY})
"""The phases in which values are attributed to a patient (alarm-system 3.3)."""


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One preset, whole.

    Attributes:
        physiological: names of the rules on the patient's values (alarm-system 3.1).
        fingerprint: names exactly these numbers, as the signed page does; empty where no file stands behind them.
    """

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
    fingerprint: str = ""

    @property
    def short_fingerprint(self) -> str:
        """The beginning of the fingerprint: enough to hold it against the signed page."""
        return self.fingerprint[:12]

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
