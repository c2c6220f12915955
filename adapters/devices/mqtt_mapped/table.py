"""A table of a mapping, read strictly: every key is asked for by name, and what is left over is a mistake."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from math import isfinite
from typing import Any, TypeVar

Word = TypeVar("Word", bound=StrEnum)


class MappingError(ValueError):
    """A mapping cannot be used; the text names the place in it and the remedy."""


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean 'path'?`, or what there is."""
    names = [str(each) for each in known]
    near = get_close_matches(name, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there is {', '.join(sorted(names)) or 'none'}"


class Table:
    """One table and its place, such as `message[0].time`."""

    def __init__(self, content: Mapping[str, Any], place: str = "") -> None:
        self.place = place
        self._content = dict(content)
        self._asked: list[str] = []

    def at(self, key: str) -> str:
        """The place of a key."""
        return f"{self.place}.{key}" if self.place else key

    def wrong(self, key: str, remedy: str) -> MappingError:
        """The error for a key, to be raised."""
        return MappingError(f"{self.at(key)}: {remedy}")

    def take(self, key: str) -> Any:
        """The value as it stands there; None when it is missing."""
        self._asked.append(key)
        return self._content.get(key)

    def text(self, key: str, default: str | None = None) -> str | None:
        """A text that is not empty."""
        value = self.take(key)
        if value is None:
            return default
        if not isinstance(value, str) or not value:
            raise self.wrong(key, f"wants a text, not {value!r}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """One text or a list of them; empty when it is missing."""
        value = self.take(key)
        found = [value] if isinstance(value, str) else [] if value is None else value
        if not isinstance(found, list) or not all(isinstance(each, str) and each for each in found):
            raise self.wrong(key, f"wants a text or a list of texts, not {value!r}")
        return tuple(found)

    def number(self, key: str, default: float, low: float = -1e9, high: float = 1e9) -> float:
        """A number within bounds."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise self.wrong(key, f"wants a number, not {value!r}")
        if not low <= value <= high:
            raise self.wrong(key, f"wants a number from {low:g} to {high:g}, not {value!r}")
        return float(value)

    def whole(self, key: str) -> int | None:
        """A whole number; None when it is missing."""
        value = self.take(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.wrong(key, f"wants a whole number, not {value!r}")
        return value

    def truth(self, key: str) -> bool:
        """True or false; false when it is missing."""
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            raise self.wrong(key, f"wants true or false, not {value!r}")
        return bool(value)

    def word(self, key: str, kind: type[Word], default: Word | None = None) -> Word | None:
        """One of a set of words."""
        value = self.text(key)
        if value is None:
            return default
        if value not in set(kind):
            raise self.wrong(key, f"unknown {value!r}: {nearest(value, kind)}")
        return kind(value)

    def table(self, key: str) -> Table | None:
        """A table inside this one."""
        value = self.take(key)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise self.wrong(key, f"wants a table, not {value!r}")
        return Table(value, self.at(key))

    def tables(self, key: str) -> list[Table]:
        """A list of tables; one alone may stand without the list."""
        value = self.take(key)
        found = [value] if isinstance(value, Mapping) else [] if value is None else value
        if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
            raise self.wrong(key, f"wants a list of tables, not {value!r}")
        return [Table(each, f"{self.at(key)}[{number}]") for number, each in enumerate(found)]

    def done(self) -> None:
        """Raise MappingError for the first key that nobody has asked for."""
        for key in self._content:
            if key not in self._asked:
                raise self.wrong(str(key), f"unknown key; {nearest(str(key), self._asked)}")
