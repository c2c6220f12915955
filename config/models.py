"""The site file as pydantic models (interfaces, section 2). Values only: nothing here opens or looks up anything."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$", max_length=64)]
"""Stands in topics, addresses and alarm ids, hence never changes and has no other characters."""

SERVICE_ID = "site"
"""Stands in the ids of the service's own alarms (rulings 2.1) where a bed's id stands in those of its bed."""

Label = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]+$", max_length=80)]
"""A name for people, on one line."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
PerfusionIndex = Annotated[float, Field(ge=0, le=20, allow_inf_nan=False)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class Section(BaseModel):
    """A table of the site file: unknown keys are errors, values are never bent to fit, secrets never shown."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class SiteSection(Section):
    """`[site]`: the ward, its alarm preset, and a file that names the patients who are expected (ID_CONFLICT)."""

    id: Id
    name: Label | None = None
    preset: Name
    room_list_file: Name | None = None


class BedSection(Section):
    """`[[bed]]`: a place where somebody is monitored."""

    id: Id
    label: Label | None = None


class DeviceSection(Section):
    """`[[device]]`: one device and the bed it stands at.

    Attributes:
        options: checked against the driver's declared options.
        password, password_file: of the broker's account named in `url`, for those who keep it out of the URL.
        commands: whether the service may send commands to a device behind a broker, and start a cuff.
        cadence: what the device's silence means, where the driver serves devices of several kinds.
        perfusion_invalid, perfusion_suspect: its own floors of the perfusion index, %, where its index reads otherwise
            than the preset's two suppose (V4: the index is device dependent).
    """

    id: Id
    bed: Name
    driver: Name
    url: Address
    options: dict[str, Any] = {}
    password: SecretStr | None = None
    password_file: Name | None = None
    commands: bool = False
    cadence: Literal["stream", "poll", "episodic"] | None = None
    perfusion_invalid: PerfusionIndex | None = None
    perfusion_suspect: PerfusionIndex | None = None


class ChannelSection(Section):
    """`[[channel]]`: one way to tell people. Every further key is an option of its kind.

    `tell`: alarms, and every 60 s that the service runs (`service.heartbeat`), or only one of them.
    """

    model_config = ConfigDict(extra="allow")

    id: Id
    kind: Name
    min_priority: Literal["low", "medium", "high"] | None = None
    tell: Annotated[list[Literal["alarms", "heartbeat"]], Field(min_length=1)] = ["alarms"]

    @property
    def options(self) -> dict[str, Any]:
        """The options of the kind; may hold secrets."""
        return dict(self.model_extra or {})

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        """Without the options, which may hold secrets."""
        return [("id", self.id), ("kind", self.kind), ("min_priority", self.min_priority), ("tell", self.tell)]


class StationSection(Section):
    """`[station]`: where the nurse station is served."""

    host: Name
    port: Annotated[int, Field(ge=0, le=65535)]
    lock_after_h: Annotated[float, Field(gt=0, le=168, allow_inf_nan=False)]
    allowed_origins: list[Annotated[str, StringConstraints(pattern=r"^https?://[^/]+$")]]


PriorityWord = Literal["high", "medium", "low"]


class AcknowledgeSection(Section):
    """`[acknowledge]`: the priorities that a person of each role may acknowledge (alarm-system 4.1, row 7)."""

    nurse: list[PriorityWord]
    lead: list[PriorityWord]
    prescriber: list[PriorityWord]


class JournalSection(Section):
    """`[journal]`: where the service keeps what it knows."""

    folder: Name


class WatchdogSection(Section):
    """`[watchdog]`: the process that calls when the service does not work any more (alarm-system 5.4 a).

    Attributes:
        start: `bedwatch serve` starts one beside itself.
        command: what it runs to sound on this machine, again and again; empty: the terminal's bell alone.
    """

    start: bool
    command: list[Annotated[str, StringConstraints(min_length=1, max_length=1000)]]


class Settings(Section):
    """The whole site file over the shipped defaults."""

    site: SiteSection
    station: StationSection
    acknowledge: AcknowledgeSection
    journal: JournalSection
    watchdog: WatchdogSection
    bed: Annotated[list[BedSection], Field(max_length=1000)] = []
    device: Annotated[list[DeviceSection], Field(max_length=4000)] = []
    channel: Annotated[list[ChannelSection], Field(max_length=100)] = []
    preset: dict[str, dict[str, Any]] = {}


LISTS: dict[str, type[Section]] = {"bed": BedSection, "device": DeviceSection, "channel": ChannelSection}
"""The sections of many entries, each written with two brackets and known by its id."""

TABLES: dict[str, type[Section]] = {
    "site": SiteSection,
    "station": StationSection,
    "acknowledge": AcknowledgeSection,
    "journal": JournalSection,
    "watchdog": WatchdogSection,
}
"""The sections that stand once."""

SECTIONS = (*TABLES, *LISTS, "preset")
