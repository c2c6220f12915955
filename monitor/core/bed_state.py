"""What is known about one bed, as plain values that a snapshot can hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from config.instant import Duration, Instant
from config.vocabulary import CuffError, CuffState, LinkState, Metric, Phase, Priority
from monitor.core.alarm import AlarmBook
from monitor.core.condition import Condition
from monitor.core.device.device_watch import Arrival, Behind, Charge, Offset
from monitor.core.inactivation.states import Inactivation
from monitor.core.oximeter.absence import Absence
from monitor.core.oximeter.cuff_window import CuffWindow, LimbEvidence
from monitor.core.recovery.baseline import PressureReading
from monitor.core.rules.patient import LevelRule
from monitor.core.rules.ruleset import INFUSION, WATCHED, Ruleset
from monitor.core.session.session import Session
from monitor.core.session.session_limits import in_force
from monitor.core.track import Track
from monitor.core.validation import Judgement, StepHold, StepRule, step_rules


@dataclass(frozen=True, slots=True)
class DeviceSetup:
    """A device bound to the bed. `silence` is how long it may say nothing; None: its silence means nothing.

    `stand` is how long one of its values stands (rulings 1.1); `startable`: the service may start its cuff.
    `perfusion_invalid`, `perfusion_suspect`: its own floors of the perfusion index, %; None: the preset's (V4).
    """

    id: str
    stand: Duration
    silence: Duration | None = None
    startable: bool = False
    perfusion_invalid: float | None = None
    perfusion_suspect: float | None = None


class PerfusionFloor(NamedTuple):
    """V4: a perfusion index below `suspect`, %, makes values SUSPECT, below `invalid` INVALID."""

    invalid: float
    suspect: float

    def moved(self, device: DeviceSetup) -> PerfusionFloor:
        """With what the device has of its own."""
        invalid, suspect = device.perfusion_invalid, device.perfusion_suspect
        return PerfusionFloor(
            self.invalid if invalid is None else invalid, self.suspect if suspect is None else suspect
        )


class Setup:
    """What does not change while the service runs: the bed's id, its rules, its devices."""

    __slots__ = ("_floor", "_floors", "bed", "devices", "rules", "steps")

    def __init__(self, bed: str, rules: Ruleset, devices: tuple[DeviceSetup, ...] = ()) -> None:
        self.bed = bed
        self.rules = rules
        self.devices = {device.id: device for device in devices}
        self.steps: dict[Metric, StepRule] = step_rules(rules.validation)
        self._floor = PerfusionFloor(rules.validation.perfusion_invalid, rules.validation.perfusion_suspect)
        self._floors = {device.id: self._floor.moved(device) for device in devices}

    def stand(self, device: str) -> Duration:
        """How long a value of `device` stands."""
        known = self.devices.get(device)
        return self.rules.timing.stand if known is None else known.stand

    def floor(self, device: str) -> PerfusionFloor:
        """Below which perfusion index the values of `device` are doubted, and not taken (V4)."""
        return self._floors.get(device, self._floor)


@dataclass(slots=True)
class Channel:
    """One oximeter metric: accepted values, the step rule's memory, the last judgement and the last raw value.

    `device` gave the last accepted value. `weak_until`: until when a value stands that is VALID, or
    doubtful but taken by some rules all the same.
    """

    track: Track = field(default_factory=Track)
    hold: StepHold = field(default_factory=StepHold)
    judgement: Judgement | None = None
    raw: float | None = None
    raw_at: Instant | None = None
    device: str | None = None
    weak_until: Instant = 0


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
        overdue_from: where the age of NIBP_OVERDUE counts from when no reading is newer.
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


@dataclass(slots=True)
class PlethSeen:
    """The newest measures of the pleth wave, and when each of two things was last so.

    Attributes:
        at: of the newest measures; None before the first.
        pulse_at: when a pulse was last present.
        doubt_until: until when the wave's poor quality makes the numbers doubtful (V9).
        still_from, slowest, fastest: since when the numbers have not changed, and between which rates the wave moved.
    """

    at: Instant | None = None
    device: str | None = None
    sqi: float = 0.0
    pulse_present: bool = False
    pulse_at: Instant | None = None
    pulse_rate: float | None = None
    resp_rate: float | None = None
    rr_quality: float | None = None
    amplitude: float | None = None
    doubt_until: Instant = 0
    still_from: Instant | None = None
    slowest: float = 0.0
    fastest: float = 0.0


@dataclass(slots=True)
class PulseLoss:
    """PULSE_LOST between its moments.

    Attributes:
        probe_off, searching: what the last sample's flags said.
        condition: None while nothing is lost.
        until: when what tells of a pulse, or of none, stops standing.
    """

    probe_off: bool = False
    searching: bool = False
    condition: Condition | None = None
    until: Instant = 0


@dataclass(slots=True)
class Breathing:
    """RR_LOW between its moments.

    Attributes:
        by_count: the present alarm rests on a person's count; the derived rate does not end it.
        condition: of the derived rate; None while it is not low.
        until: when the last derived rate stops standing.
    """

    by_count: bool = False
    condition: Condition | None = None
    until: Instant = 0


@dataclass(slots=True)
class DeviceState:
    """Whether a device lives.

    Attributes:
        heard_at: last good frame, or since when one is awaited.
        seq: last running number of its oximeter samples.
        cuff_told: running number and device time of its last cuff reading.
        device_time: the device's own clock at the last sample.
        repeats: messages that came twice or out of order (V11).
        behind: samples in a row that look like that now; None: the last one did not.
        lags: (received, received - device time), ascending in both; the first is the least of the last minutes (V12).
    """

    heard_at: Instant
    link: LinkState | None = None
    down_from: Instant | None = None
    spoke_since_up: bool = False
    reason: str | None = None
    battery: float | None = None
    seq: int | None = None
    cuff_told: tuple[int, Instant | None] | None = None
    device_time: Instant | None = None
    repeats: int = 0
    behind: Behind | None = None
    lags: list[tuple[Instant, Duration]] = field(default_factory=list)
    offline: bool = False
    charge: Charge = field(default_factory=Charge)
    offset: Offset = field(default_factory=Offset)
    arrival: Arrival = field(default_factory=Arrival)


@dataclass(slots=True)
class BedState:
    """Everything that replaying the inputs gives back.

    Attributes:
        inactivations: what people have paused or switched off here, by state, for single rules by state and rule.
        mismatched: the pulse rate was compared with the cuff's and differs (V10); `compared_at` is when.
        unmatched: pulse rates that are SUSPECT for that alone.
        stuck: SpO2 and pulse that the device has been repeating while the pleth moved (V7).
        faulty: parts of the core that failed at a deadline here; nobody asks them again until the service restarts.
    """

    bed: str
    clock: Instant
    phase: Phase
    phase_since: Instant
    book: AlarmBook
    session: Session | None = None
    sessions: int = 0
    spo2: Channel = field(default_factory=Channel)
    pulse: Channel = field(default_factory=Channel)
    mismatched: bool = False
    compared_at: Instant | None = None
    unmatched: Track = field(default_factory=Track)
    stuck: tuple[float, float] | None = None
    window: CuffWindow = field(default_factory=CuffWindow)
    limbs: LimbEvidence = field(default_factory=LimbEvidence)
    perfusion_index: float | None = None
    perfusion_at: Instant | None = None
    conditions: dict[str, Condition] = field(default_factory=dict)
    absence: Absence | None = None
    cuff: Cuff = field(default_factory=Cuff)
    pleth: PlethSeen = field(default_factory=PlethSeen)
    pulse_loss: PulseLoss = field(default_factory=PulseLoss)
    breathing: Breathing = field(default_factory=Breathing)
    devices: dict[str, DeviceState] = field(default_factory=dict)
    rejected: dict[Metric, str] = field(default_factory=dict)
    inactivations: dict[str, Inactivation] = field(default_factory=dict)
    faulty: list[str] = field(default_factory=list)

    @classmethod
    def empty(cls, bed: str, now: Instant) -> BedState:
        """No patient."""
        return cls(bed, now, Phase.IDLE, now, AlarmBook(bed, bed))

    def channel(self, metric: Metric) -> Channel:
        """SpO2 or pulse rate."""
        return self.spo2 if metric is Metric.SPO2 else self.pulse

    def taken(self, level: LevelRule) -> tuple[Track, ...]:
        """What a rule on one metric has been fed from: the VALID values, and the pulse rates it takes besides."""
        track = self.channel(level.metric).track
        return (track, self.unmatched) if level.takes_mismatch else (track,)

    def baseline(self, metric: Metric) -> float | None:
        """The frozen baseline of a metric, if any."""
        return None if self.session is None else self.session.baseline_value(metric)


class Due(NamedTuple):
    """A moment somebody waits for. Equal moments go by rule order, then device (rulings 1.2).

    `what` is for the part that named it.
    """

    at: Instant
    order: int
    key: str = ""
    what: Any = None

    def rank(self) -> tuple[Instant, int, str]:
        """Sorting key."""
        return (self.at, self.order, self.key)


def earliest(found: Iterable[Due]) -> Due | None:
    """What comes first of all of them; None of none."""
    return min(found, key=Due.rank, default=None)


# A pause ends before anything else at its moment.
ORDER_INACTIVATION = -3
# A cuff reading is asked for when every rule has spoken.
ORDER_REQUEST = (1 << 20) - 1
# What data bring before any rule is asked.
ORDER_BELIEVE = -2
ORDER_WINDOW = -1
# After every rule: a value counts up to the very moment at which it stops standing (rulings 1.1).
ORDER_LAPSE = 1 << 20


class Bed:
    """A bed: its setup, its state, and what is derived from them.

    Attributes:
        rules: those in force now: the preset's, as changed for this session, without those that are off.
        level_rules, levels_on: the level rules of `rules` by name, and by the metric they are on.
        off: names of the rules that a person has switched off (ALARM_OFF).
        wake: the next moment `step` waits for, or earlier.
        calm: band of (SpO2 above, pulse above, pulse below, SpO2 at most) in which no rule can trigger; None when
            it must be worked out again or something is going on.
        faults: bugs met at its deadlines that nobody has been told of: (part, error).
        steady_from: before this none of the moments comes that oximeter samples do not move; None: to be asked again.
    """

    __slots__ = ("calm", "faults", "level_rules", "levels_on", "off", "rules", "setup", "state", "steady_from", "wake")

    def __init__(self, setup: Setup, state: BedState) -> None:
        self.setup = setup
        self.state = state
        self.wake: Instant = 0
        self.calm: tuple[float, float, float, float] | None = None
        self.steady_from: Instant | None = None
        self.faults: list[tuple[str, Exception]] = []
        self.rules_changed()

    def rules_changed(self) -> None:
        """Go by what the state says of this session's limits and of the rules that are off."""
        session = self.state.session
        self.off = frozenset(one.alarm for one in self.state.inactivations.values() if one.alarm is not None)
        self.use(in_force(self.setup.rules, {} if session is None else session.limits, self.off))

    def use(self, rules: Ruleset) -> None:
        """Go by `rules` from now on."""
        self.rules = rules
        self.level_rules = {level.rule.name: level for level in rules.levels}
        self.levels_on = {
            metric: tuple(level for level in rules.levels if level.metric is metric)
            for metric in (Metric.SPO2, Metric.PULSE_RATE)
        }
        self.calm = None

    @property
    def watched(self) -> bool:
        """Whether values belong to a patient now."""
        return self.state.phase in WATCHED


def by_phase(bed: Bed, infusing: Priority, other: Priority) -> Priority:
    """The two columns of table 3.2."""
    return infusing if bed.state.phase in INFUSION else other
