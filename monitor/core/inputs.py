"""Everything that may happen to a bed (interfaces, section 4). Names are imperative: they ask, the core decides.

Instants are microseconds on the service's scale; pressures mmHg, rates /min, saturation %.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from config.instant import Instant
from config.vocabulary import CuffError, CuffState, Flag, LinkState, Priority

NO_FLAGS: frozenset[Flag] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A patient and the bed's devices are bound to each other (ketamine-monitoring, section 5.0).

    `patient` is a reference, never a name. Limbs are free words such as `left`; equal words are the same limb.
    `on_oxygen` None: nobody has said whether it is air or oxygen.
    """

    bed: str
    patient: str
    by: str | None = None
    session: str | None = None
    weight_kg: float | None = None
    cuff_limb: str | None = None
    probe_limb: str | None = None
    iv_limb: str | None = None
    identifiers: tuple[str, ...] = ()
    on_oxygen: bool | None = None
    planned_min: float = 40.0
    deadline_min: float = 20.0
    previous_baselines: dict[str, list[float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OximeterSample:
    """One set of oximeter numerics; None where the device shows no value. `patient`: whom it names, if it does."""

    bed: str
    device: str
    spo2: float | None
    pulse_rate: float | None
    flags: frozenset[Flag] = NO_FLAGS
    perfusion_index: float | None = None
    seq: int | None = None
    device_t: Instant | None = None
    patient: str | None = None


@dataclass(frozen=True, slots=True)
class CuffMeasurement:
    """One cuff measurement's end. `measured_at`: cuff deflated, on the service's scale, where known.

    `device_t` is the device's own clock when it spoke; it dates nothing. `patient`: whom the device names, if it does.
    """

    bed: str
    device: str
    systolic: float | None
    diastolic: float | None
    mean: float | None
    pulse_rate: float | None = None
    error: CuffError | None = None
    measured_at: Instant | None = None
    irregular: bool = False
    map_computed: bool = False
    source: str | None = None
    seq: int | None = None
    device_t: Instant | None = None
    patient: str | None = None


@dataclass(frozen=True, slots=True)
class CuffActivity:
    """What the cuff does now, and its pressure where the device tells."""

    bed: str
    device: str
    state: CuffState
    pressure: float | None = None


@dataclass(frozen=True, slots=True)
class PlethMeasures:
    """What one second's look at the pleth wave found (signals-and-simulation, section 2); journaled instead of it.

    Attributes:
        sqi: signal quality, 0 to 1.
        pulse_present: quality was good in at least 5 of the last 10 s.
        pulse_rate_pleth, resp_rate_pleth: /min; None where the quality allows no number.
        rr_quality: how well the three modulations agree, 0 to 1.
        amplitude: median height of the beats in the wave's own unit; for comparison with itself only.
    """

    bed: str
    device: str
    sqi: float
    pulse_present: bool
    pulse_rate_pleth: float | None = None
    resp_rate_pleth: float | None = None
    rr_quality: float | None = None
    amplitude: float | None = None


@dataclass(frozen=True, slots=True)
class MeasurementRefused:
    """A requested cuff measurement was not started: the device or its connection does not allow it now."""

    bed: str
    device: str
    reason: str


@dataclass(frozen=True, slots=True)
class LinkChange:
    """A device's connection came up or went down."""

    bed: str
    device: str
    state: LinkState
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class BatteryLevel:
    """Charge of a device, %."""

    bed: str
    device: str
    percent: float


@dataclass(frozen=True, slots=True)
class RoomCheck:
    """The patient on a bed was looked up in the clinic's room list (alarm-system 3.2, ID_CONFLICT)."""

    bed: str
    patient: str
    listed: bool


@dataclass(frozen=True, slots=True)
class Command:
    """What a person asks of a session (interfaces, section 4: names and fields).

    `at` is the observed time, at most the entry time; `fields` holds what the command's row names beside it. `role` is
    what the person was on the ward when she asked (None: whoever wrote it down vouches for that), so that a replay
    needs no list of people. Without a bed it is for the station.
    """

    bed: str | None
    command: str
    by: str | None = None
    at: Instant | None = None
    reason: str | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    role: str | None = None

    @property
    def for_station(self) -> bool:
        """Whether it is about the sound of the whole station (alarm-system 4.2)."""
        scope = self.fields.get("scope")
        return scope == "station" or (scope is None and self.command == "audio_off")


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A person took note: of one instance (`alarm_id`), or of every instance of one kind (`alarm`).

    `priorities`: those that the person may acknowledge (alarm-system 4.1, row 7), where not all of them.
    """

    bed: str | None
    by: str
    alarm_id: str | None = None
    alarm: str | None = None
    priorities: frozenset[Priority] | None = None

    def may(self, priority: Priority) -> bool:
        """Whether the person may acknowledge an alarm of this priority."""
        return self.priorities is None or priority in self.priorities


@dataclass(frozen=True, slots=True)
class SystemState:
    """The service about itself. `system` is `storage`, `station`, `pager`, `clock`, `binding`, `core` or `watchdog`.

    `subject` names what is concerned (a channel, a topic); of `station` it names a page that cannot be heard, and
    without one nobody's page answers. `critical` marks the graver level of a row with two. `since`: when it began,
    where that was earlier; the delay of the rule counts from there.
    """

    system: str
    ok: bool
    subject: str | None = None
    detail: str | None = None
    critical: bool = False
    since: Instant | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """The service has started again over this journal (alarm-system, section 4.1, row 17). No bed: all of them."""

    bed: str | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """Nothing but time. An extra tick changes nothing."""


BedInput: TypeAlias = (
    OpenSession
    | OximeterSample
    | CuffMeasurement
    | CuffActivity
    | PlethMeasures
    | MeasurementRefused
    | LinkChange
    | BatteryLevel
    | RoomCheck
    | Command
    | Acknowledge
    | Restart
    | Tick
)
Input: TypeAlias = BedInput | SystemState
