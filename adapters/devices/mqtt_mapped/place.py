"""Where in a message something stands: paths into the payload, named parts of the topic, conditions on both."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from adapters.devices.mqtt_mapped.table import MappingError, Table


class Missing:
    """The type of MISSING."""


MISSING: Final = Missing()
"""Nothing stands there. A key with null in it is there."""

_STEP = re.compile(r'(?:^|\.)(?:"([^"]+)"|([^.\[\]"{}$]+))|\[(-?\d{1,5}|first|last)\]')
_CAPTURE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Place:
    """One message, or one element of its list."""

    element: object
    root: object
    captures: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Path:
    """`data.value.device_list[0].pi`; `[first]` and `[last]`; a key with dots in quotes: `data."a.b"`.

    In a list (`each`) it starts at the element; `$.data.mac` starts at the whole payload, and `$` alone is that.
    `{bed}` is a named part of the topic.
    """

    text: str
    start: Literal["element", "root", "topic"]
    steps: tuple[str | int, ...]

    @property
    def keys(self) -> frozenset[str]:
        """The keys that it goes through."""
        return frozenset(step for step in self.steps if isinstance(step, str))

    def find(self, place: Place) -> object:
        """What stands there, or MISSING."""
        if self.start == "topic":
            return place.captures.get(str(self.steps[0]), MISSING)
        found = place.root if self.start == "root" else place.element
        for step in self.steps:
            if isinstance(step, str):
                found = found.get(step, MISSING) if isinstance(found, Mapping) else MISSING
            elif isinstance(found, list | bytes) and -len(found) <= step < len(found):
                found = found[step]
            else:
                return MISSING
        return found


def parse_path(text: str, where: str) -> Path:
    """Raises MappingError with `where` when `text` is no path."""
    capture = _CAPTURE.fullmatch(text)
    if capture:
        return Path(text, "topic", (capture[1],))
    rest = text.removeprefix("$").removeprefix(".") if text.startswith("$") else text
    steps: list[str | int] = []
    position = 0
    while position < len(rest):
        step = _STEP.match(rest, position)
        if step is None:
            raise MappingError(f"{where}: {text!r} is no path: write keys with dots and indices as in data.list[0].pi")
        quoted, plain, index = step.groups()
        steps.append(_index(index) if index is not None else quoted or plain)
        position = step.end()
    if not steps and not text.startswith("$"):
        raise MappingError(f"{where}: an empty path; the whole payload is $")
    return Path(text, "root" if text.startswith("$") else "element", tuple(steps))


def _index(text: str) -> int:
    return {"first": 0, "last": -1}[text] if text in ("first", "last") else int(text)


def first_found(paths: Sequence[Path], place: Place) -> object:
    """What stands at the first of several places that is there, or MISSING."""
    for path in paths:
        found = path.find(place)
        if found is not MISSING:
            return found
    return MISSING


@dataclass(frozen=True, slots=True)
class Condition:
    """Whether a message is meant, or a flag is set. Spelling and case count, as vendors misspell."""

    paths: tuple[Path, ...]
    exists: bool | None
    one_of: tuple[object, ...] | None
    above: float | None
    below: float | None

    def holds(self, place: Place) -> bool:
        """A missing value fulfils nothing but `exists = false`."""
        found = first_found(self.paths, place)
        if self.exists is not None and (found is not MISSING) is not self.exists:
            return False
        if self.one_of is not None and not any(same(found, wanted) for wanted in self.one_of):
            return False
        if self.above is None and self.below is None:
            return True
        if isinstance(found, bool) or not isinstance(found, int | float):
            return False
        return (self.above is None or found > self.above) and (self.below is None or found < self.below)


def read_condition(table: Table) -> Condition:
    """A table with `path` and `equals`, `one_of`, `exists`, `above` or `below`. The caller calls `done`."""
    paths = read_paths(table)
    equals, one_of, exists = table.take("equals"), table.take("one_of"), table.take("exists")
    if one_of is not None and not isinstance(one_of, list):
        raise table.wrong("one_of", f"wants a list, not {one_of!r}")
    if exists is not None and not isinstance(exists, bool):
        raise table.wrong("exists", f"wants true or false, not {exists!r}")
    limits = [None if table.take(key) is None else table.number(key, 0.0) for key in ("above", "below")]
    if (equals, one_of, exists, *limits) == (None,) * 5:
        raise table.wrong("path", "add what is wanted there: equals, one_of, exists, above or below")
    wanted = (equals,) if equals is not None else None if one_of is None else tuple(one_of)
    return Condition(paths, exists, wanted, *limits)


def read_paths(table: Table, key: str = "path") -> tuple[Path, ...]:
    """One path or several alternatives; raises MappingError when there is none."""
    found = tuple(parse_path(text, table.at(key)) for text in table.texts(key))
    if not found:
        raise table.wrong(key, "is missing: say where the value stands, as in data.list[0].pi")
    return found


def same(found: object, wanted: object) -> bool:
    """Equal and of one kind: true is not 1, and "1" is not 1."""
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if isinstance(found, str) or isinstance(wanted, str):
        return isinstance(found, str) and found == wanted
    return isinstance(found, int | float) and found == wanted
