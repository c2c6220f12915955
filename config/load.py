"""Settings of a site: shipped < site file < environment < flags. Opens nothing but the site file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.layers import Flag, Layers, Origin, build_layers, shipped_settings
from config.masking import shown
from config.models import LISTS, SECTIONS, SERVICE_ID, TABLES, Settings
from config.problem import Path, Problem, SettingsError, nearest
from config.toml_lines import find_lines

LARGEST_FILE = 1024 * 1024


@dataclass(frozen=True)
class LoadedSite:
    """What one look at the settings gave.

    Attributes:
        settings: as far as they are usable; entries with a problem are left out. None: nothing is usable.
        problems: what must be mended first; empty when all is well.
        warnings: what should be looked at.
    """

    layers: Layers = field(repr=False)
    settings: Settings | None
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]

    @property
    def origins(self) -> Mapping[Path, Origin]:
        """Where each single value came from."""
        return self.layers.origins


@dataclass(frozen=True, slots=True)
class Explained:
    """One setting for the eye: its key, its value with secrets masked, and its origin."""

    key: str
    value: object
    origin: Origin


def load_site(path: FilePath, environ: Mapping[str, str], flags: Sequence[Flag] = ()) -> LoadedSite:
    """The settings of one site file, checked.

    Raises:
        SettingsError: the file cannot be read or something in it, the environment or a flag is wrong.
    """
    loaded = examine(read_layers(path, environ, flags))
    if loaded.problems:
        raise SettingsError(loaded.problems)
    return loaded


def read_layers(path: FilePath | None, environ: Mapping[str, str], flags: Sequence[Flag] = ()) -> Layers:
    """The four layers merged, unchecked; without a site file the other three.

    Raises:
        SettingsError: the file cannot be read or is not TOML.
    """
    return read_text(None if path is None else str(path), "" if path is None else _read(path), environ, flags)


def read_text(name: str | None, text: str, environ: Mapping[str, str], flags: Sequence[Flag] = ()) -> Layers:
    """As `read_layers`, for a site file's text; `name` stands for the file in messages."""
    try:
        site = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([_syntax(name or "site", text, str(error))]) from None
    except RecursionError:
        message = "lists or tables inside each other go too deep: no site file needs that"
        raise SettingsError([Problem(name or "site", "", message)]) from None
    return build_layers(name, site, find_lines(text), environ, flags)


def examine(layers: Layers) -> LoadedSite:
    """Check the layers by themselves; what needs drivers, channels and presets is the service's to check."""
    problems, warnings = list(layers.problems), list(layers.warnings)
    problems.extend(layers.problem(path, message) for path, message in _conflicts(layers.table))
    table, settings = layers.table, None
    for _ in range(2):
        try:
            settings = Settings.model_validate(table)
            break
        except ValidationError as error:
            found = error.errors(include_url=False, include_input=True)
            problems.extend(layers.problem(_path(each), _words(each)) for each in found)
            # Once more without the bad entries, so that the rest can be checked further in the same go.
            table = _without(table, {_path(each)[:2] for each in found})
    warnings.extend(_remarks(layers))
    return LoadedSite(layers, settings, tuple(problems), tuple(warnings))


def explain(layers: Layers) -> list[Explained]:
    """Every single setting with its value and origin, in the order of the sections; secrets masked."""
    found = []
    for path, origin in layers.origins.items():
        value: Any = layers.table
        for part in path:
            value = value[part]
        found.append((path, Explained(layers.display(path), shown(str(path[0]), str(path[-1]), value), origin)))
    order = {section: number for number, section in enumerate(SECTIONS)}
    found.sort(key=lambda each: (order.get(str(each[0][0]), len(order)), str(each[0][0])))
    return [each for _, each in found]


def _read(path: FilePath) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise SettingsError([Problem(str(path), "", f"is larger than {LARGEST_FILE} bytes: no site file")])
        return data.decode("utf-8")
    except OSError as error:
        message = f"cannot be read: {error.strerror}; name the site file, or see `bedwatch demo` for a ward without one"
        raise SettingsError([Problem(str(path), "", message)]) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError([Problem(f"{path}:{line}", "", "is not UTF-8: save the file with that encoding")]) from None


def _syntax(name: str, text: str, found: str) -> Problem:
    message, _, place = found.rpartition(" (at ")
    number = place.removeprefix("line ").partition(",")[0]
    line = number if number.isdigit() else max(1, len(text.splitlines()))  # else "end of document"
    return Problem(f"{name}:{line}", "", f"is not TOML: {message}; texts stand in quotes, entries as key = value")


def _path(error: ErrorDetails) -> Path:
    return tuple(error["loc"])


def _words(error: ErrorDetails) -> str:
    """What pydantic found, in words for the ward. Never the value of a secret: only ids are quoted."""
    path, context = _path(error), error.get("ctx", {})
    key = str(path[-1])
    match error["type"]:
        case "missing":
            header = f"[[{path[0]}]]" if path[0] in LISTS else f"[{path[0]}]"
            return f"is missing: add {key} = ... below {header}"
        case "extra_forbidden":
            return f"unknown key: {nearest(key, _known(path))}"
        case "string_pattern_mismatch" if key == "id":
            return f"{error['input']!r} has other characters than a-z, 0-9 and -: write it like bay-1"
        case "string_pattern_mismatch" if "allowed_origins" in path:
            return "is no origin: scheme and host alone, as in https://ward.example"
        case "string_pattern_mismatch" | "string_too_short":
            return "is empty or has more than one line: write a short text"
        case "string_too_long":
            return f"is too long: at most {context.get('max_length')} characters"
        case "too_long":
            return f"has too many entries: at most {context.get('max_length')}"
        case "string_type":
            return 'is not a text: put it in quotes, as in "..."'
        case "bool_type":
            return "is not a switch: true or false, without quotes"
        case "int_type" | "int_from_float":
            return "is not a whole number: write it without quotes and without a point"
        case "float_type" | "finite_number":
            return "is not a number: write it without quotes"
        case "greater_than" | "greater_than_equal":
            return f"is too small: {context.get('gt', context.get('ge'))} is the limit"
        case "less_than" | "less_than_equal":
            return f"is too large: {context.get('le', context.get('lt'))} is the limit"
        case "literal_error":
            return f"is not one of {context.get('expected')}"
        case "list_type" if key in LISTS:
            return f"has many entries: open each with two brackets, [[{key}]]"
        case "list_type":
            return "is not a list: write it in brackets, as in []"
        case "dict_type" | "model_type" | "model_attributes_type":
            header = ".".join(str(part) for part in path if isinstance(part, str))
            return f"is not a table: open it with [{header}]"
        case _:
            return error["msg"]


def _known(path: Path) -> Sequence[str]:
    section = str(path[0])
    if len(path) == 1:
        return SECTIONS
    return list((TABLES | LISTS)[section].model_fields)


def _without(table: Mapping[str, Any], bad: set[Path]) -> dict[str, Any]:
    """The table without bad entries, and with shipped values instead of bad single ones."""
    kept: dict[str, Any] = {key: value for key, value in table.items() if key in SECTIONS and (key,) not in bad}
    shipped = shipped_settings()
    shipped["site"]["id"] = "unnamed"  # stands in for a wrong id while the rest is looked through
    for section in TABLES:
        given = kept.get(section, {})
        good = {key: value for key, value in given.items() if (section, key) not in bad}
        kept[section] = shipped[section] | good
    for section in LISTS:
        entries = kept.get(section, [])
        kept[section] = [entry for index, entry in enumerate(entries) if (section, index) not in bad]
    return kept


def _entries(table: Mapping[str, Any], section: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The entries of a list section that are tables at all, with their numbers."""
    entries = table.get(section)
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield index, entry


def _conflicts(table: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """What does not fit together between entries."""
    for section in LISTS:
        first: dict[str, int] = {}
        for index, entry in _entries(table, section):
            name = entry.get("id")
            if isinstance(name, str) and first.setdefault(name, index) != index:
                yield (section, index, "id"), f"{name!r} is there twice: give every {section} an id of its own"
    for index, entry in _entries(table, "bed"):
        if entry.get("id") == SERVICE_ID:
            yield (
                ("bed", index, "id"),
                f"{SERVICE_ID!r} stands for the service itself in alarm ids: write it like bay-1",
            )
    beds = [entry["id"] for _, entry in _entries(table, "bed") if isinstance(entry.get("id"), str)]
    if not beds and not isinstance(table.get("bed"), dict):
        yield ("bed",), 'the site has no bed: add [[bed]] with id = "bay-1"'
    for index, entry in _entries(table, "device"):
        bed = entry.get("bed")
        if isinstance(bed, str) and beds and bed not in beds:
            yield ("device", index, "bed"), f"there is no [[bed]] with id {bed!r}: {nearest(bed, beds)}"
        if "password" in entry and "password_file" in entry:
            yield ("device", index, "password"), "stands beside password_file: keep one of them, better the file"


def _remarks(layers: Layers) -> Iterator[str]:
    bound = {str(entry.get("bed")) for _, entry in _entries(layers.table, "device")}
    for index, entry in _entries(layers.table, "bed"):
        name = entry.get("id")
        if isinstance(name, str) and name not in bound:
            message = f"has no device: nothing is measured there until a [[device]] names bed = {name!r}"
            yield str(layers.problem(("bed", index), message))
