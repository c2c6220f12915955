"""Alarm presets as tables: the shipped ones, and a site's own as differences from another."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from config.problem import nearest

Table = dict[str, Any]


class PresetError(ValueError):
    """A preset is unknown or leads nowhere; the text names it and the remedy."""


def shipped_presets() -> dict[str, Table]:
    """Every preset of config/defaults/presets by its name."""
    folder = files("config") / "defaults" / "presets"
    found = (entry for entry in folder.iterdir() if entry.name.endswith(".toml"))
    tables = [tomllib.loads(entry.read_text("utf-8")) for entry in sorted(found, key=lambda entry: entry.name)]
    return {table["preset"]["name"]: table for table in tables}


def resolve_preset(name: str, own: Mapping[str, Mapping[str, Any]]) -> Table:
    """The whole table of preset `name`. `own`: the site file's `[preset.NAME]`, each with `based_on`.

    A shipped preset may be based on another one, too. Tables are merged key by key; a list (a clear condition, a range)
    is replaced whole.

    Raises:
        PresetError: a name is unknown, `based_on` is missing, or presets are based on each other.
    """
    shipped = shipped_presets()
    differences: list[Mapping[str, Any]] = []
    wanted, seen = name, [name]
    while wanted in own or "based_on" in shipped.get(wanted, {}):
        if wanted in own and wanted in shipped:
            raise PresetError(f"{wanted!r} is the name of a shipped preset: give your own another name")
        difference = own[wanted] if wanted in own else shipped[wanted]
        differences.append(difference)
        base = difference.get("based_on")
        if not isinstance(base, str):
            raise PresetError(f"preset {wanted!r} lacks based_on: name the preset it differs from, {_known(shipped)}")
        if base in seen:
            raise PresetError(f"presets are based on each other: {' on '.join([*seen, base])}")
        wanted = base
        seen.append(base)
    if wanted not in shipped:
        raise PresetError(f"unknown preset {wanted!r}: {nearest(wanted, [*shipped, *own])}")
    table = copy.deepcopy(shipped[wanted])
    for difference in reversed(differences):
        merge(table, {key: value for key, value in difference.items() if key != "based_on"})
    # Another than a table there is for the reader of presets to refuse.
    if isinstance(table["preset"], dict):
        table["preset"]["name"] = name
    return table


def based_on(name: str, own: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The preset that `name` differs from; None for one that stands by itself."""
    base = (own[name] if name in own else shipped_presets().get(name, {})).get("based_on")
    return base if isinstance(base, str) else None


def merge(table: Table, difference: Mapping[str, Any]) -> None:
    """Put `difference` into `table`, table by table; anything else is replaced."""
    for key, value in difference.items():
        if isinstance(value, Mapping) and isinstance(table.get(key), dict):
            merge(table[key], value)
        else:
            table[key] = copy.deepcopy(value)


def _known(shipped: Mapping[str, Table]) -> str:
    return " or ".join(map(repr, shipped))
