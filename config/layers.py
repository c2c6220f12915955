"""One table out of four layers, shipped < site file < environment < flags, and where each value came from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files
from typing import Any, get_origin

from config.masking import is_secret
from config.models import LISTS, TABLES
from config.presets import merge
from config.problem import Path, Problem, nearest
from config.toml_lines import line_of

PREFIX = "BEDWATCH_"
NOT_SETTINGS = frozenset({"BEDWATCH_SITE", "BEDWATCH_PASSWORD"})
"""Variables of the commands: which site file, and the password of `bedwatch user add`."""


class Layer(StrEnum):
    """Where a value came from, the later ones above the earlier."""

    SHIPPED = "shipped"
    SITE = "site"
    ENVIRONMENT = "environment"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Origin:
    """The layer of a value, and the variable or flag that brought it."""

    layer: Layer
    name: str = ""

    def __str__(self) -> str:
        return f"{self.layer.value} {self.name}".rstrip()


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of the command line: `Flag("--port", "station.port", 8080)`; None = not given."""

    name: str
    key: str
    value: object


@dataclass
class Layers:
    """The merged table. `lines` and `site_file` are the site file's; `origins` are those of the single values."""

    site_file: str | None
    lines: Mapping[Path, int]
    table: dict[str, Any] = field(repr=False)
    origins: dict[Path, Origin]
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def display(self, path: Path) -> str:
        """`device.ox-1.bed`: entries of a list by their id, or by their number when they have none."""
        words: list[str] = []
        value: Any = self.table
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                value = None
            name = value.get("id") if isinstance(part, int) and isinstance(value, dict) else None
            words.append(name if isinstance(name, str) else f"#{part + 1}" if isinstance(part, int) else part)
        return ".".join(words)

    def problem(self, path: Path, message: str) -> Problem:
        """What is wrong at `path`, with the file and line, or whatever else brought the value."""
        origin = self.origins.get(path)
        if origin is not None and origin.layer in (Layer.ENVIRONMENT, Layer.FLAG):
            return Problem(str(origin), self.display(path), message)
        if self.site_file is None or (origin is not None and origin.layer is Layer.SHIPPED):
            return Problem("shipped settings", self.display(path), message)
        line = line_of(path, self.lines)
        where = self.site_file if line is None else f"{self.site_file}:{line}"
        return Problem(where, self.display(path), message)


def build_layers(
    site_file: str | None,
    site: Mapping[str, Any],
    lines: Mapping[Path, int],
    environ: Mapping[str, str],
    flags: Sequence[Flag] = (),
) -> Layers:
    """All four layers merged, unchecked. What cannot be placed is in `problems`."""
    table = shipped_settings()
    layers = Layers(site_file, lines, table, {})
    for section in LISTS:
        if section in site:
            table.pop(section, None)
    merge(table, site)
    of_site = set(leaves(dict(site)))
    for path in leaves(table):
        layers.origins[path] = Origin(Layer.SITE if path in of_site else Layer.SHIPPED)
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in NOT_SETTINGS and environ[name]:
            _take_variable(layers, name, environ[name])
    for flag in flags:
        if flag.value is not None:
            _put(layers, tuple(flag.key.split(".")), flag.value, Origin(Layer.FLAG, flag.name))
    return layers


def shipped_settings() -> dict[str, Any]:
    """The table of config/defaults/site.toml."""
    return tomllib.loads((files("config") / "defaults" / "site.toml").read_text("utf-8"))


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all single values; lists of plain values count as one."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value and all(isinstance(inner, dict) for inner in value):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    elif path:
        yield path


def _take_variable(layers: Layers, name: str, text: str) -> None:
    first, *rest = name.removeprefix(PREFIX).lower().split("__")
    if not rest:
        layers.warnings.append(
            f"environment {name} is no setting and has no effect: section and key are joined by two underscores, "
            f"as in {PREFIX}STATION__PORT"
        )
        return
    path: Path | None = None
    known: Mapping[str, Any] = {}
    if first in TABLES and len(rest) == 1:
        path, known = (first, rest[0]), TABLES[first].model_fields
    elif first in LISTS and (len(rest) == 2 or (len(rest) == 3 and rest[1] == "options")):
        entry = _entry(layers.table, first, rest[0])
        if entry is None:
            ids = [_id(each) for each in _entries(layers.table, first)]
            remedy = (
                f"no [[{first}]] has the id {rest[0].replace('_', '-')!r}: {nearest(rest[0].replace('_', '-'), ids)}"
            )
            layers.problems.append(Problem(f"environment {name}", "", remedy))
            return
        # A channel's further keys are its kind's to judge.
        path, known = (first, entry, *rest[1:]), {} if first == "channel" else LISTS[first].model_fields
    if path is None:
        sections = ", ".join(f"{PREFIX}{section.upper()}__…" for section in TABLES)
        entries = ", ".join(f"{PREFIX}{section.upper()}__ID__…" for section in LISTS)
        layers.problems.append(Problem(f"environment {name}", "", f"is no setting: there is {sections}, {entries}"))
    elif known and rest[1 if first in LISTS else 0] not in known:
        layers.problems.append(Problem(f"environment {name}", "", f"unknown setting: {nearest(rest[-1], known)}"))
    else:
        _put(layers, path, _value(first, path, text), Origin(Layer.ENVIRONMENT, name))
        _drop_other_form(layers, path)


def _entries(table: Mapping[str, Any], section: str) -> list[Any]:
    entries = table.get(section)
    return entries if isinstance(entries, list) else []


def _id(entry: Any) -> str:
    name = entry.get("id") if isinstance(entry, dict) else None
    return name if isinstance(name, str) else ""


def _entry(table: Mapping[str, Any], section: str, word: str) -> int | None:
    """Number of the entry whose id a variable's name spells; a variable's name has no hyphens."""
    for index, entry in enumerate(_entries(table, section)):
        if _id(entry).replace("-", "_") == word:
            return index
    return None


def _put(layers: Layers, path: Path, value: object, origin: Origin) -> None:
    at: Any = layers.table
    for part in path[:-1]:
        if isinstance(at, dict):
            at = at.setdefault(part, {})
        elif isinstance(at, list) and isinstance(part, int):
            at = at[part]
    if not isinstance(at, dict):
        return  # the site file has something else where a table belongs, which is reported for itself
    at[path[-1]] = value
    for each in list(layers.origins):
        if each[: len(path)] == path or path[: len(each)] == each:
            del layers.origins[each]  # what is replaced, or was an empty table before
    layers.origins[path] = origin


def _drop_other_form(layers: Layers, path: Path) -> None:
    """A secret from the environment replaces the site file's NAME_file, and the other way round."""
    key = str(path[-1])
    other = (*path[:-1], key.removesuffix("_file") if key.endswith("_file") else f"{key}_file")
    origin = layers.origins.get(other)
    if origin is not None and origin.layer is not Layer.ENVIRONMENT:
        del layers.origins[other]
        at: Any = layers.table
        for part in other[:-1]:
            at = at[part]
        del at[other[-1]]


def _value(section: str, path: Path, text: str) -> object:
    """The variable's text; where a number, a switch or a list is wanted and it reads as one, that."""
    key = str(path[-1])
    known = (TABLES | LISTS)[section].model_fields.get(key) if "options" not in path else None
    wanted = None if known is None else known.annotation
    if get_origin(wanted) is list and not text.lstrip().startswith("["):
        return [part.strip() for part in text.split(",")]
    if is_secret(key) or (known is not None and wanted not in (int, float, bool) and get_origin(wanted) is not list):
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
