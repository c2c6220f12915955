"""What is known about one bed, as plain values that a snapshot can hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from config.instant import Duration, Instant
from config.vocabulary import Metric, Phase, Priority
from monitor.core.alarm import AlarmBook
from monitor.core.condition import Condition
from monitor.core.cuff.cuff_state import Cuff
from monitor.core.device.device_watch import DeviceState
from monitor.core.inactivation.states import Inactivation
from monitor.core.oximeter.absence import Absence
from monitor.core.oximeter.channel import Channel, Voice
from monitor.core.oximeter.cuff_window import CuffWindow, LimbEvidence
from monitor.core.pleth.pleth_state import Breathing, PlethSeen
from monitor.core.rules.patient import LevelRule
from monitor.core.rules.ruleset import INFUSION, WATCHED, Ruleset
from monitor.core.session.session import Session
from monitor.core.session.session_limits import in_force
from monitor.core.track import Track
from monitor.core.validation import StepRule, step_rules


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
class Sight:
    """What one oximeter shows of the patient; each moment is the one until which it stands.

    Attributes:
        good_until: a value that is VALID, or doubtful for being weak; not moved back further than its end.
        rate_until, lost_until: a pulse rate, whatever its verdict; searching without one.
        off_until: the probe is off.
        wave_until, wave: a pleth wave, and whether it pulsates.
        doubt_until: the wave is so poor that the numbers beside it are doubtful (V9).
        aside: why its values were not VALID last, by metric, while those of another led.
    """

    good_until: Instant = 0
    rate_until: Instant = 0
    lost_until: Instant = 0
    off_until: Instant = 0
    wave_until: Instant = 0
    wave: bool = False
    doubt_until: Instant = 0
    aside: dict[Metric, str] = field(default_factory=dict)


@dataclass(slots=True)
class PulseLoss:
    """PULSE_LOST between its moments.

    Attributes:
        condition: None while nothing is lost.
        device: the oximeter that lost it.
        until: when what tells of a pulse, or of none, stops standing.
    """

    condition: Condition | None = None
    device: str | None = None
    until: Instant = 0


@dataclass(slots=True)
class BedState:
    """Everything that replaying the inputs gives back.

    Attributes:
        inactivations: what people have paused or switched off here, by state, for single rules by state and rule.
        mismatched: the pulse rate was compared with the cuff's and differs (V10); `compared_at` is when.
        unmatched: pulse rates that are SUSPECT for that alone.
        stuck: SpO2 and pulse that the device has been repeating while the pleth moved (V7).
        conditions: of the level rules, by name, as the oximeter has it that leads in the rule's metric.
        beside: what the other oximeters say of a metric, by metric and device.
        sights: what each oximeter shows, by device.
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
    beside: dict[Metric, dict[str, Voice]] = field(default_factory=dict)
    absence: Absence | None = None
    cuff: Cuff = field(default_factory=Cuff)
    pleth: PlethSeen = field(default_factory=PlethSeen)
    sights: dict[str, Sight] = field(default_factory=dict)
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

    def sight(self, device: str) -> Sight:
        """What an oximeter shows."""
        return self.sights.setdefault(device, Sight())

    def lead(self, metric: Metric) -> Voice:
        """The one that leads in a metric, as a voice like the others; a view of what stands here."""
        return Voice(metric, None, self.channel(metric), self.conditions, self.unmatched)

    def voices(self, metric: Metric) -> list[Voice]:
        """All that say something of a metric, the one that leads first."""
        return [self.lead(metric), *self.beside.get(metric, {}).values()]

    def conditions_of(self, level: LevelRule) -> list[Condition]:
        """A rule's condition as each oximeter has it."""
        name = level.rule.name
        return [voice.conditions[name] for voice in self.voices(level.metric) if name in voice.conditions]

    def heard(self, metric: Metric, device: str) -> Channel:
        """Where the values of an oximeter go: beside the one that leads, or into its place."""
        voice = self.beside.get(metric, {}).get(device)
        return self.channel(metric) if voice is None else voice.channel

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
