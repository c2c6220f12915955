"""The JSON Schema of a preset, found by watching the reader read the shipped one: there is no second list of keys.

An editor that knows the schema completes keys and shows what each is for. What a schema cannot say (which keys must be
there, limits inside each other) `bedwatch check` says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from config.instant import Duration
from config.presets import resolve_preset
from config.vocabulary import Priority
from monitor.core.preset.read import read_ruleset
from monitor.core.preset.table import Table
from monitor.site.rule_sheet import BASE, comments

NUMBER = {"type": "number"}
KINDS: dict[str, dict[str, Any]] = {
    "number": NUMBER,
    "whole": {"type": "integer"},
    "duration": {"type": "number", "minimum": 0},
    "durations": {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": 1},
    "pair": {"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2},
    "word": {"type": "string"},
    "flag": {"type": "boolean"},
    "priority": {"enum": [priority.word for priority in Priority]},
    "table": {"type": "object"},
    "tables": {"type": "array", "items": {"type": "object"}, "minItems": 1},
}
_INDEX = re.compile(r"\[\d+\]")

Asked = dict[str, dict[str, set[str]]]
"""Per table (its path, places in lists left out) the keys that were asked for, each with the kinds wanted."""


class WatchedTable(Table):
    """Remembers every question."""

    def __init__(self, table: object, path: str, asked: Asked) -> None:
        super().__init__(table, path)
        self._asked = asked
        self._at = _INDEX.sub("[]", path)
        asked.setdefault(self._at, {})

    def _note(self, key: str, kind: str | None = None) -> None:
        kinds = self._asked[self._at].setdefault(key, set())
        if kind is not None:
            kinds.add(kind)

    def _inside(self, table: object, path: str) -> Table:
        return WatchedTable(table, path, self._asked)

    def __contains__(self, key: str) -> bool:
        self._note(key)
        return super().__contains__(key)

    def raw(self, key: str, *default: Any) -> Any:
        """As `Table`."""
        self._note(key)
        return super().raw(key, *default)

    def table(self, key: str) -> Table:
        """As `Table`."""
        self._note(key, "table")
        return super().table(key)

    def tables(self, key: str) -> list[Table]:
        """As `Table`."""
        self._note(key, "tables")
        return super().tables(key)

    def number(self, key: str, *default: Any) -> float:
        """As `Table`."""
        self._note(key, "number")
        return super().number(key, *default)

    def whole(self, key: str, *default: Any) -> int:
        """As `Table`."""
        self._note(key, "whole")
        return super().whole(key, *default)

    def duration(self, key: str, *default: Any) -> Duration:
        """As `Table`."""
        self._note(key, "duration")
        return super().duration(key, *default)

    def durations(self, key: str) -> tuple[Duration, ...]:
        """As `Table`."""
        self._note(key, "durations")
        return super().durations(key)

    def pair(self, key: str) -> tuple[float, float]:
        """As `Table`."""
        self._note(key, "pair")
        return super().pair(key)

    def word(self, key: str, *default: Any) -> str:
        """As `Table`."""
        self._note(key, "word")
        return super().word(key, *default)

    def flag(self, key: str, *default: Any) -> bool:
        """As `Table`."""
        self._note(key, "flag")
        return super().flag(key, *default)

    def priority(self, key: str, *default: Any) -> Priority:
        """As `Table`."""
        self._note(key, "priority")
        return super().priority(key, *default)


def schema() -> dict[str, Any]:
    """The schema, whole."""
    asked: Asked = {}
    read_ruleset(WatchedTable(resolve_preset(BASE, {}), "", asked))
    _share(asked)
    found = _object("", asked, _kinds_by_name(asked), comments())
    found["properties"]["based_on"] = {
        "type": "string",
        "description": "the preset that this one differs from; then only what differs is written",
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Alarm preset of bedwatch", **found}


def _share(asked: Asked) -> None:
    """What one rule on a metric has, any other may have: a key behind another one is asked for only where that is."""
    rules = [path for path, keys in asked.items() if path.startswith("rules.") and "metric" in keys]
    keys = {key for path in rules for key in asked[path]}
    for path in rules:
        for key in keys:
            asked[path].setdefault(key, set())


def _kinds_by_name(asked: Asked) -> Mapping[str, set[str]]:
    """What keys of a name are elsewhere, for those that a rule may have and the shipped one has not."""
    found: dict[str, set[str]] = {}
    for keys in asked.values():
        for key, kinds in keys.items():
            found.setdefault(key, set()).update(kinds)
    return found


def _object(
    path: str, asked: Asked, elsewhere: Mapping[str, set[str]], said: Mapping[tuple[str, ...], str]
) -> dict[str, Any]:
    properties = {}
    for key, own in sorted(asked[path].items()):
        inner = f"{path}.{key}" if path else key
        described = {"description": text} if (text := said.get(tuple(inner.split(".")), "")) else {}
        if inner in asked:
            properties[key] = {**_object(inner, asked, elsewhere, said), **described}
        elif f"{inner}[]" in asked:
            items = _object(f"{inner}[]", asked, elsewhere, said)
            properties[key] = {"type": "array", "minItems": 1, "items": items, **described}
        else:
            properties[key] = {**_kind(own or elsewhere.get(key, set())), **described}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _kind(kinds: set[str]) -> dict[str, Any]:
    """One kind, or one of several; the narrower where one is a case of another."""
    wanted = (
        kinds - ({"number"} if kinds & {"duration", "whole"} else set()) - ({"word"} if "priority" in kinds else set())
    )
    choices = [KINDS[kind] for kind in sorted(wanted)]
    if not choices:
        return {}
    return dict(choices[0]) if len(choices) == 1 else {"anyOf": choices}
