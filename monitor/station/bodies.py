"""What a request may say, checked strictly: sign-in, opening a session, the commands (interfaces, sections 4 and 5).

The person's name is never a field: it is whoever is signed in.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, field_validator, model_validator

from config.instant import Instant, from_datetime
from config.vocabulary import Metric
from monitor.core.entries.entry import FIELDS
from monitor.core.inputs import Command, OpenSession

Word: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
Text: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Positive: TypeAlias = Annotated[FiniteFloat, Field(gt=0)]
AlarmName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9_]{1,40}$")]

RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


def instant(text: str) -> Instant:
    """An RFC 3339 time as an Instant. ValueError says what is wrong, in words for the caller."""
    if not RFC3339.fullmatch(text):
        raise ValueError("must be a time with a zone, such as 2026-11-22T14:05:40.123Z")
    try:
        return from_datetime(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError):
        raise ValueError("is no time of the calendar") from None


class Body(BaseModel):
    """Strict: no unknown field, no number in quotes, no NaN."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class SignIn(Body):
    """Name and password of a person."""

    name: Annotated[str, StringConstraints(max_length=64)]
    password: Annotated[str, StringConstraints(max_length=256)]


class Nothing(Body):
    """A request without fields; the body may be left out."""


class Session(Body):
    """Opens a session. `patient` is a reference, never a name; limbs are free words, equal words are the same limb."""

    patient: Word
    weight_kg: Annotated[FiniteFloat, Field(gt=0, le=500)] | None = None
    cuff_limb: Word | None = None
    probe_limb: Word | None = None
    iv_limb: Word | None = None
    identifiers: Annotated[list[Word], Field(max_length=8)] = []
    on_oxygen: bool | None = None
    planned_min: Annotated[FiniteFloat, Field(gt=0, le=1440)] = 40.0
    deadline_min: Annotated[FiniteFloat, Field(gt=0, le=1440)] = 20.0
    previous_baselines: Annotated[
        dict[Metric, Annotated[list[Positive], Field(max_length=64)]], Field(max_length=16)
    ] = {}

    @field_validator("previous_baselines", mode="before")
    @classmethod
    def _metrics(cls, given: Any) -> Any:
        return _known_metrics(given, {metric.value for metric in Metric}, Metric)

    def to_input(self, bed: str, by: str) -> OpenSession:
        """The input for the core."""
        fields = self.model_dump(exclude={"identifiers", "previous_baselines"})
        baselines = {metric.value: values for metric, values in self.previous_baselines.items()}
        return OpenSession(bed=bed, by=by, identifiers=tuple(self.identifiers), previous_baselines=baselines, **fields)


class _Command(Body):
    command: str
    at: str | None = None
    reason: Text | None = None

    @field_validator("at")
    @classmethod
    def _at(cls, given: str | None) -> str | None:
        if given is not None:
            instant(given)
        return given

    def to_input(self, bed: str, by: str, role: str | None = None) -> Command:
        """The input for the core; only the fields that were given. `role`: what the person is on the ward."""
        fields = self.model_dump(exclude={"command", "at", "reason"}, exclude_unset=True)
        at = None if self.at is None else instant(self.at)
        return Command(bed=bed, command=self.command, by=by, at=at, reason=self.reason, fields=fields, role=role)


class _Overridable(_Command):
    """`override_by`: the prescriber who decides, with a reason. They sign with `override_password`, which is never
    kept; without it the record says: named, not signed.
    """

    override_by: Word | None = None
    override_password: Annotated[str | None, Field(max_length=256, exclude=True, repr=False)] = None

    @model_validator(mode="after")
    def _whose_password(self) -> _Overridable:
        if self.override_password is not None and self.override_by is None:
            raise ValueError("`override_password` needs `override_by`")
        return self


class StartInfusion(_Overridable):
    """A start that is held back, or has no baseline, needs `override_by` and a reason."""

    command: Literal["start_infusion"]
    planned_min: Annotated[FiniteFloat, Field(gt=0, le=1440)] | None = None
    dose_mg: Positive | None = None


class EndInfusion(_Command):
    """`early`: before the planned end."""

    command: Literal["end_infusion"]
    early: bool | None = None


class Discharge(_Overridable):
    """`checklist`: ticks (`escort`, `no_driving`, `moaas`), MOAA/S, parts of the scores; `reason` for what is open."""

    command: Literal["discharge"]
    checklist: Annotated[dict[Word, bool | int | Text], Field(max_length=64)] | None = None


class Plain(_Command):
    """The commands without fields of their own."""

    command: Literal["pause_infusion", "resume_infusion", "abort"]


class ResumeAlarms(_Command):
    """Ends inactivations: of the bed all, or those named by `state` or `alarm`; or the station's."""

    command: Literal["resume_alarms"]
    scope: Literal["bed", "station"] | None = None
    state: Literal["AUDIO_PAUSED", "ALARM_PAUSED", "AUDIO_OFF", "ALARM_OFF"] | None = None
    alarm: AlarmName | None = None


class AudioInactivation(_Command):
    """Sound paused or off, for the bed or the whole station."""

    command: Literal["audio_pause", "audio_off"]
    scope: Literal["bed", "station"] | None = None


class AlarmPause(_Command):
    """`at_bed`: a nurse is at the bed."""

    command: Literal["alarm_pause"]
    at_bed: bool | None = None


class AlarmOff(_Command):
    """One rule off on one bed."""

    command: Literal["alarm_off"]
    alarm: AlarmName


class SetLimit(_Command):
    """A new limit for one rule of this session. `second_by` signs with their own password, which is never kept."""

    command: Literal["set_limit"]
    alarm: AlarmName
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None
    second_by: Word | None = None
    second_password: Annotated[str | None, Field(max_length=256, exclude=True, repr=False)] = None

    @model_validator(mode="after")
    def _some_limit(self) -> SetLimit:
        if self.low is None and self.high is None:
            raise ValueError("needs `low` or `high`")
        return self


class SetLimbs(_Command):
    """Where cuff, probe and line are now."""

    command: Literal["set_limbs"]
    cuff_limb: Word | None = None
    probe_limb: Word | None = None
    iv_limb: Word | None = None


class AddIdentifier(_Command):
    """What else this patient is called, by a person who has looked: a device that names it is heard (ID_CONFLICT)."""

    command: Literal["add_identifier"]
    identifier: Word


class RecordEvent(_Command):
    """Something a person saw or did; `kind` is a coded word such as `nausea`, or free."""

    command: Literal["record_event"]
    kind: Word
    text: Text | None = None


class RecordReading(_Command):
    """Values a person took by hand: pressures, SpO2, pulse, breaths counted, MOAA/S, parts of the discharge scores."""

    command: Literal["record_reading"]
    values: Annotated[dict[str, FiniteFloat], Field(min_length=1, max_length=16)]

    @field_validator("values", mode="before")
    @classmethod
    def _metrics(cls, given: Any) -> Any:
        return _known_metrics(given, BY_HAND, str)


BY_HAND = frozenset(FIELDS)

CommandBody: TypeAlias = Annotated[
    StartInfusion
    | EndInfusion
    | Discharge
    | Plain
    | ResumeAlarms
    | AudioInactivation
    | AlarmPause
    | AlarmOff
    | SetLimit
    | SetLimbs
    | AddIdentifier
    | RecordEvent
    | RecordReading,
    Field(discriminator="command"),
]

COMMANDS: frozenset[str] = frozenset(
    name for body in get_args(get_args(CommandBody)[0]) for name in get_args(body.model_fields["command"].annotation)
)


def _known_metrics(given: Any, known: frozenset[str] | set[str], key: type[str]) -> Any:
    if not isinstance(given, dict):
        return given  # the field's own check says so in words
    unknown = sorted(repr(name) for name in given if name not in known)
    if unknown:
        raise ValueError(f"unknown metric {', '.join(unknown[:3])}; one of {', '.join(sorted(known))}")
    return {key(name): value for name, value in given.items()}
