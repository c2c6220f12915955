"""A TOML table into a dataclass, strictly: a misspelt key or an impossible number is said, never passed over.

A field that ends in `_s` may be written in seconds or, with `_min`, in minutes: `hold_s = 90` or `hold_min = 1.5`.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, TypeVar, get_type_hints

_T = TypeVar("_T")


class ScenarioError(ValueError):
    """A scenario that cannot be played; the message names file, place and remedy."""


def ranged(low: float, high: float, default: float | None = None) -> Any:
    """A dataclass field that must lie between `low` and `high`, both included; required without a default."""
    metadata = {"range": (low, high)}
    if default is None:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def nearest(word: str, known: Iterable[str]) -> str:
    """`; did you mean "x"? Known: …` — the help that ends an error about an unknown word."""
    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    hint = f'; did you mean "{close[0]}"?' if close else ";"
    return f"{hint} Known: {', '.join(words)}"


def known_keys(cls: type) -> set[str]:
    """The keys that a table of this dataclass may have, minutes included."""
    names = {field.name for field in dataclasses.fields(cls)}
    return names | {name[:-2] + "_min" for name in names if name.endswith("_s")}


def in_seconds(table: Mapping[str, object], where: str) -> dict[str, object]:
    """The table with every `…_min` turned into `…_s`.

    Raises:
        ScenarioError: one time is given both ways.
    """
    seconds: dict[str, object] = {}
    for key, value in table.items():
        name = key
        if key.endswith("_min") and isinstance(value, int | float) and not isinstance(value, bool):
            name, value = key[:-4] + "_s", value * 60.0
        if name in seconds:
            raise ScenarioError(f"{where}: {name} is given both in seconds and in minutes; keep one")
        seconds[name] = value
    return seconds


def read_fields(cls: type, table: Mapping[str, object], where: str) -> dict[str, Any]:
    """The table's values, checked against the fields of `cls` but not required to be complete.

    Raises:
        ScenarioError: unknown key, wrong type, number out of range, negative time.
    """
    known = known_keys(cls)
    for key in table:
        if key not in known:
            raise ScenarioError(f'{where}: unknown key "{key}"{nearest(key, known)}')
    hints = get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls)}
    values: dict[str, Any] = {}
    for name, value in in_seconds(table, where).items():
        if name not in fields:  # `…_min` of text: its number was refused above
            raise ScenarioError(f"{where}: {name} must be a number, not {value!r}")
        values[name] = _checked(value, hints[name], fields[name].metadata.get("range"), f"{where}: {name}", name)
    return values


def read_table(cls: type[_T], table: Mapping[str, object], where: str) -> _T:
    """The table as an instance of the dataclass `cls`.

    Raises:
        ScenarioError: as `read_fields`, and when a required key is missing.
    """
    values = read_fields(cls, table, where)
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]  # the caller passes dataclasses only
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and field.name not in values:
            also = f" (or {field.name[:-2]}_min)" if field.name.endswith("_s") else ""
            raise ScenarioError(f"{where}: {field.name}{also} is missing")
    return cls(**values)


def _checked(value: object, kind: Any, limits: tuple[float, float] | None, where: str, name: str) -> object:
    if kind is bool:
        if not isinstance(value, bool):
            raise ScenarioError(f"{where} must be true or false, not {value!r}")
        return value
    if kind is str:
        if not isinstance(value, str):
            raise ScenarioError(f"{where} must be text in quotes, not {value!r}")
        return value
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        if not isinstance(value, str) or value not in list(kind):
            raise ScenarioError(f'{where} cannot be "{value}"{nearest(str(value), list(kind))}')
        return kind(value)
    return _number(value, kind is int, limits, where, name)


def _number(value: object, whole: bool, limits: tuple[float, float] | None, where: str, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ScenarioError(f"{where} must be a number, not {value!r}")
    if whole and not isinstance(value, int):
        raise ScenarioError(f"{where} must be a whole number, not {value!r}")
    if name.endswith("_s") and value < 0:
        raise ScenarioError(f"{where} must not be negative, and is {value:g} s")
    if limits is not None and not limits[0] <= value <= limits[1]:
        raise ScenarioError(f"{where} must lie between {limits[0]:g} and {limits[1]:g}, and is {value:g}")
    return value if whole else float(value)
