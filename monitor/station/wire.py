"""The JSON contract between the service and its pages (interfaces, sections 5 and 6).

The dashboard's types are generated from these structs. Times are RFC 3339 in UTC; a number that is not valid
is null with a reason beside it.
"""

from __future__ import annotations

from typing import Literal

import msgspec


class Value(msgspec.Struct, frozen=True):
    """The last value of one metric.

    `value` is null unless the verdict is VALID or SUSPECT. `shown` is the last valid number, for a display that
    tells its age; null when there has been none. `at` and `age_s` belong to `value`; where that is null, to `shown`.
    `source` is `manual` for what a person entered, `derived` for what the service found in the pleth wave.
    """

    metric: str
    value: float | None
    unit: str
    verdict: Literal["VALID", "SUSPECT", "INVALID"] | None
    reason: str | None
    at: str | None
    age_s: float | None
    shown: float | None = None
    source: str | None = None


class LimitStep(msgspec.Struct, frozen=True):
    """Where one rule on a metric alarms; `rises_to`: what it comes to by lasting, or at a second reading."""

    limit: float
    priority: Literal["high", "medium", "low"]
    rises_to: Literal["high", "medium"] | None = None


class Limits(msgspec.Struct, frozen=True):
    """The alarm limits in force for one metric; null: no limit on that side now. `own`: set for this patient.

    `low` and `high` are where the first alarm comes that asks for somebody. `lows` and `highs` hold every rule in
    force, in the order in which a value meets them: also one that stays LOW, a hint such as SPO2_DROP.
    """

    low: float | None = None
    high: float | None = None
    own: bool = False
    lows: list[LimitStep] = []
    highs: list[LimitStep] = []


class Inactivation(msgspec.Struct, frozen=True):
    """One inactivation in force (alarm-system 4.2), on a bed or for the station; without any, all is ON.

    `alarm` and `alarm_text` name the rule that is off. `until` is when it ends by itself; what has no end is
    reminded of, last at `reminded_at`.
    """

    state: Literal["AUDIO_PAUSED", "ALARM_PAUSED", "AUDIO_OFF", "ALARM_OFF"]
    alarm: str | None
    alarm_text: str | None
    by: str | None
    since: str
    until: str | None
    reason: str | None
    reminded_at: str | None


class LimitSetting(msgspec.Struct, frozen=True):
    """One limit and between what it may be set; `by`: who set it for this patient, null while it is the preset's."""

    side: Literal["low", "high"]
    unit: str
    limit: float
    preset: float
    lowest: float
    highest: float
    second_below: float | None
    second_above: float | None
    by: str | None


class RuleSetting(msgspec.Struct, frozen=True):
    """What can be set about one rule of a bed. `kept_on`: it cannot be off now. `limit` null: it is fixed."""

    alarm: str
    text: str
    off: bool
    kept_on: bool
    limit: LimitSetting | None


class Entry(msgspec.Struct, frozen=True):
    """One thing that a person entered in the running session. It stays as it is: a correction is an entry of its own.

    `what` names it: the kind of happening, the rule whose limit was set, the phase begun, the state of the alarms;
    empty for values and limbs. `at` is when it happened as the person says, `entered_at` when it was entered.
    `details` holds what was entered beside: values by metric or score, a limit's `from` and `to`, a dose. `text` is
    what was typed: words, or a reason. `second_by` has signed; `named_by` is the prescriber who was named as deciding
    and has not.
    """

    seq: int
    kind: Literal["session", "phase", "happening", "values", "limit", "limbs", "alarms"]
    what: str
    at: str
    entered_at: str
    by: str | None
    second_by: str | None
    details: dict[str, float | str | bool | None]
    text: str | None
    named_by: str | None = None


class Session(msgspec.Struct, frozen=True):
    """The session on a bed. `infused_s` counts infusion time without pauses, up to the message's server time.

    `infused_before_s`: so much of it ran before the last restart, whose plan counts from there. `on_oxygen`: None while
    nobody has said whether it is air or oxygen.
    """

    id: str
    patient: str
    opened_at: str
    opened_by: str | None
    weight_kg: float | None
    cuff_limb: str | None
    probe_limb: str | None
    iv_limb: str | None
    planned_min: float
    started_at: str | None
    ended_at: str | None
    infused_s: float
    paused_since: str | None
    deadline_at: str | None
    deadline_min: float
    infused_before_s: float = 0.0
    on_oxygen: bool | None = None


class Baseline(msgspec.Struct, frozen=True):
    """Baseline of one metric; `bound` is U of ketamine-monitoring 6.1 (for SpO2 the lower bound).

    Before the start it is what would be frozen now, without a bound; from the start on it is frozen.
    """

    metric: str
    value: float | None
    grade: Literal["A", "B", "C", "NONE"]
    bound: float | None


class ReturnMetric(msgspec.Struct, frozen=True):
    """How one metric stands to its baseline. `interval_min` is [after, until] once returned."""

    metric: str
    state: str
    interval_min: list[float | None] | None


class Return(msgspec.Struct, frozen=True):
    """Return to baseline of the session. `verdict` is null before deadline + grace."""

    metrics: list[ReturnMetric]
    verdict: str | None
    deadline_at: str | None
    decided_at: str | None


class Cuff(msgspec.Struct, frozen=True):
    """The cuff now and when its next reading is due."""

    state: str | None
    pressure: float | None
    last_at: str | None
    next_due_at: str | None
    interval_s: float | None
    error: str | None


class Device(msgspec.Struct, frozen=True):
    """One device of the bed. `faults` counts rejected units since start; `last_at` is the last good reading."""

    id: str
    driver: str
    link: Literal["up", "down"] | None
    since: str | None
    reason: str | None
    last_at: str | None
    battery: float | None
    faults: int
    origin: Literal["live", "simulated", "replayed"]


class Advisory(msgspec.Struct, frozen=True):
    """A hint to the staff, no alarm. `until` is a time it names: rest until then, or due since then."""

    kind: str
    since: str
    text: str
    until: str | None


class ReadinessItem(msgspec.Struct, frozen=True):
    """One row of the discharge checklist."""

    name: str
    state: Literal["met", "open", "failed"]
    text: str
    until: str | None


class Bound(msgspec.Struct, frozen=True):
    """A number and how a value is held against it; not rounded."""

    comparison: Literal["below", "at_most", "above", "at_least"]
    number: float


class Standing(msgspec.Struct, frozen=True):
    """Where a present alarm stands now: its newest value is the bed's value of `metric`.

    `worst` is the value furthest beyond the limit since the onset. `limit`: where the rule alarms; `ends`: what ends
    it; null where a rule goes by a median that is not known any more.
    """

    alarm_id: str
    metric: str
    worst: float | None
    limit: Bound | None
    ends: Bound | None


class Bed(msgspec.Struct, frozen=True):
    """Everything a tile shows. `origin` is the least real of its devices.

    `readiness` is the discharge checklist, filled in recovery only; `news2` a partial score in words, shown before
    the infusion and in recovery.
    """

    id: str
    label: str
    phase: str
    phase_since: str | None
    origin: Literal["live", "simulated", "replayed"]
    session: Session | None
    values: dict[str, Value]
    limits: dict[str, Limits]
    cuff: Cuff
    baseline: list[Baseline]
    recovery: Return | None
    devices: list[Device]
    inactivations: list[Inactivation]
    advisories: list[Advisory]
    readiness: list[ReadinessItem]
    news2: str | None
    standings: list[Standing]


class Alarm(msgspec.Struct, frozen=True):
    """One alarm instance that is ACTIVE, ACKED or LATCHED; `state` CLOSED appears once, in an update.

    `superseded` is true while a higher alarm of the same group is present: shown, but without flash and sound.
    `physiological`: about the patient's values, what ALARM_PAUSED silences.
    """

    alarm_id: str
    bed: str | None
    bed_label: str | None
    alarm: str
    text: str
    priority: Literal["high", "medium", "low"]
    state: Literal["ACTIVE", "ACKED", "LATCHED", "CLOSED"]
    stale: bool
    superseded: bool
    durable: bool
    value: float | None
    limit: float | None
    unit: str | None
    since: str | None
    raised_at: str
    acknowledged_by: str | None
    acknowledged_at: str | None
    ended_at: str | None
    close_reason: str | None
    device: str | None
    physiological: bool


class Site(msgspec.Struct, frozen=True):
    """What the page's frame shows. `speed` is the clock's factor, 1 outside a demo."""

    id: str
    name: str
    preset: str
    version: str
    speed: float
    demo: bool


class Snapshot(msgspec.Struct, frozen=True, tag="snapshot", tag_field="type"):
    """First message of every connection. `inactivations` are the station's own; those of beds are in their pictures."""

    seq: int
    server_time: str
    beds: list[Bed]
    alarms: list[Alarm]
    site: Site
    inactivations: list[Inactivation]


class Update(msgspec.Struct, frozen=True, tag="update", tag_field="type"):
    """Beds and alarms that changed, each whole. Alarm updates go out at once, numerics about once a second.

    `inactivations` are those of the station now.
    """

    seq: int
    server_time: str
    beds: list[Bed]
    alarms: list[Alarm]
    inactivations: list[Inactivation]


class Pleth(msgspec.Struct, frozen=True, tag="pleth", tag_field="type"):
    """Wave of one subscribed bed; null samples were lost on the wire. `t` is the time of the first sample."""

    seq: int
    bed: str
    t: str
    rate_hz: float
    samples: list[float | None]


class Heartbeat(msgspec.Struct, frozen=True, tag="heartbeat", tag_field="type"):
    """Every 2 s: the proof that the service is alive."""

    seq: int
    server_time: str


class Subscribe(msgspec.Struct, frozen=True, tag="subscribe", tag_field="type"):
    """From the page: the beds whose pleth it shows."""

    pleth: list[str]


class StationState(msgspec.Struct, frozen=True, tag="station", tag_field="type"):
    """From the page, every 2 s: whether it can be heard and seen."""

    audio: Literal["ok", "muted", "blocked"]
    visible: bool


FromPage = Subscribe | StationState
ToPage = Snapshot | Update | Pleth | Heartbeat
