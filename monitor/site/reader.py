"""A site file as plain values for the service: drivers, addresses, channels and the alarm preset looked up and checked.

Nothing is opened but the site file and the files that hold secrets. All problems are found in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from adapters.links import DeviceSpec
from alerts.route import ChannelSpec
from config.instant import Duration, seconds
from config.layers import Flag, Layers
from config.load import LoadedSite, examine, read_layers, read_text
from config.models import Settings
from config.presets import PresetError, resolve_preset
from config.problem import Problem, SettingsError
from config.vocabulary import Priority
from monitor.core.errors import ConfigError
from monitor.core.preset.lint import lint
from monitor.core.preset.read import build_ruleset
from monitor.core.rules.ruleset import Ruleset
from monitor.site.channels import read_channels
from monitor.site.devices import BoundDevice, look_at_floors, read_devices
from monitor.site.findings import Findings
from monitor.station.rights import Role


@dataclass(frozen=True, slots=True)
class Bed:
    """A place where somebody is monitored; `label` is for people."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class StationSpec:
    """Where the nurse station is served, how long a page may be left without use, and who may acknowledge what."""

    host: str
    port: int
    lock_after: Duration
    allowed_origins: tuple[str, ...]
    acknowledges: Mapping[Role, frozenset[Priority]]


@dataclass(frozen=True, slots=True)
class WatchdogSpec:
    """Whether `bedwatch serve` starts a watchdog, and what it runs to sound on this machine."""

    start: bool
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """A checked site.

    Attributes:
        beds: in the order of the site file.
        devices: each with the bed it stands at.
        ruleset: the alarm preset in force.
        data: the folder of journal and people.
        room_list: the file that names the expected patients; None: nobody is looked up.
        warnings: what should be looked at, fit for a log.
    """

    id: str
    name: str
    beds: tuple[Bed, ...]
    devices: tuple[BoundDevice, ...]
    channels: tuple[ChannelSpec, ...]
    ruleset: Ruleset
    station: StationSpec
    watchdog: WatchdogSpec
    data: Path
    warnings: tuple[str, ...] = field(default=())
    room_list: Path | None = None

    @property
    def specs(self) -> list[DeviceSpec]:
        """The devices as `adapters.links.Links` takes them."""
        return [device.spec for device in self.devices]

    @property
    def site_filter(self) -> str:
        """The subscription that shows also devices nobody bound (interfaces, section 3)."""
        return f"vitals/v1/{self.id}/#"


def read_site(
    path: Path,
    environ: Mapping[str, str],
    flags: Sequence[Flag] = (),
    *,
    demo: bool = False,
    need_secrets: bool = True,
) -> Site:
    """The site that `path` describes.

    Args:
        path: the site file.
        environ: the environment; its BEDWATCH_ variables stand above the file.
        flags: what the command line says, above both.
        demo: accept the example secrets of the documents.
        need_secrets: False lets a secret's file be absent, with a warning: for a check on another machine.

    Raises:
        ConfigError: with every problem found, one a line: file, line, key, remedy.
    """
    return _read(lambda: read_layers(path, environ, flags), demo, need_secrets)


def read_site_text(
    name: str,
    text: str,
    environ: Mapping[str, str],
    flags: Sequence[Flag] = (),
    *,
    demo: bool = False,
    need_secrets: bool = True,
) -> Site:
    """As `read_site`, for a site file's text; `name` stands for the file in messages."""
    return _read(lambda: read_text(name, text, environ, flags), demo, need_secrets)


def read_preset(name: str) -> Ruleset:
    """A shipped alarm preset by its name. Raises ConfigError with the nearest names."""
    try:
        return build_ruleset(resolve_preset(name, {}), f"preset {name}")
    except PresetError as error:
        raise ConfigError(str(error)) from None


def _read(layers: Callable[[], Layers], demo: bool, need_secrets: bool) -> Site:
    try:
        loaded = examine(layers())
    except SettingsError as error:
        raise ConfigError(str(error)) from None
    findings = Findings(loaded.layers, demo=demo, need_secrets=need_secrets)
    findings.warnings.extend(loaded.warnings)
    site = None if loaded.settings is None else _check(loaded.settings, loaded, findings)
    problems: list[Problem] = [*loaded.problems, *findings.problems]
    if problems or site is None:
        raise ConfigError(str(SettingsError(problems)))
    return site


def _check(settings: Settings, loaded: LoadedSite, findings: Findings) -> Site | None:
    devices = read_devices(settings, findings)
    channels = read_channels(settings, findings)
    ruleset = _read_presets(settings, findings)
    if ruleset is not None:
        look_at_floors(devices, ruleset.validation, findings)
    acknowledges = _acknowledges(settings, findings)
    if ruleset is None or findings.problems or loaded.problems:
        return None
    return Site(
        id=settings.site.id,
        name=settings.site.name or settings.site.id,
        beds=tuple(Bed(bed.id, bed.label or bed.id) for bed in settings.bed),
        devices=devices,
        channels=channels,
        ruleset=ruleset,
        station=StationSpec(
            settings.station.host,
            settings.station.port,
            seconds(settings.station.lock_after_h * 3600),
            tuple(settings.station.allowed_origins),
            acknowledges,
        ),
        watchdog=WatchdogSpec(settings.watchdog.start, tuple(settings.watchdog.command)),
        data=Path(settings.journal.folder),
        warnings=tuple(findings.warnings),
        room_list=None if settings.site.room_list_file is None else Path(settings.site.room_list_file),
    )


def _acknowledges(settings: Settings, findings: Findings) -> dict[Role, frozenset[Priority]]:
    """Row 7's guard. A priority that nobody may acknowledge would sound, and hold back a discharge, for ever."""
    section = settings.acknowledge
    words = {Role.NURSE: section.nurse, Role.LEAD: section.lead, Role.PRESCRIBER: section.prescriber}
    found = {role: frozenset(map(Priority.from_word, given)) for role, given in words.items()}
    for priority in sorted(frozenset(Priority).difference(*found.values()), reverse=True):
        findings.wrong(
            ("acknowledge",), f"nobody may acknowledge a {priority.word} alarm: add {priority.word!r} to a role"
        )
    return found


def _read_presets(settings: Settings, findings: Findings) -> Ruleset | None:
    """The preset in force; those of the site file are checked whether in force or not."""
    rulesets: dict[str, Ruleset | None] = {}
    for name in settings.preset:
        rulesets[name] = _ruleset(name, settings, findings, ("preset", name))
    wanted = settings.site.preset
    if wanted not in rulesets:
        rulesets[wanted] = _ruleset(wanted, settings, findings, ("site", "preset"))
    return rulesets[wanted]


def _ruleset(name: str, settings: Settings, findings: Findings, where: tuple[str, ...]) -> Ruleset | None:
    try:
        table = resolve_preset(name, settings.preset)
    except PresetError as error:
        findings.wrong(where, str(error))
        return None
    try:
        ruleset = build_ruleset(table, name)
    except ConfigError as error:
        key, _, message = str(error).removeprefix(f"{name}: ").partition(": ")
        findings.wrong((*where, *_key_path(key)), message or str(error))
        return None
    for finding in lint(ruleset):
        tell = findings.wrong if finding.grave else findings.odd
        tell((*where, *_key_path(finding.key)), finding.text)
    return ruleset


def _key_path(key: str) -> list[str]:
    """A preset's key without the place in a list, which a site file's line cannot be found by."""
    return key.partition("[")[0].split(".")
