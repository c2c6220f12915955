"""A TOML table of a preset, read key by key: what is missing, of the wrong kind or unknown is named by its full key."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from typing import Any

from config.instant import SECOND, Duration, seconds
from config.vocabulary import Priority
from monitor.core.errors import ConfigError
from monitor.core.preset.plausible import check

_MISSING = object()


class Table:
    """A TOML table read key by key; `done()` refuses what nobody asked for, here and in the tables inside."""

    def __init__(self, table: object, path: str, *, bounded: bool = True) -> None:
        """`bounded`: refuse numbers that cannot be meant."""
        if not isinstance(table, Mapping):
            raise ConfigError(f"{path}: a table is wanted here, not {table!r}")
        self._table: Mapping[str, Any] = table
        self._path = path
        self._bounded = bounded
        self._known: set[str] = set()
        self._given: list[Table] = []

    def __contains__(self, key: str) -> bool:
        self._known.add(key)
        return key in self._table

    def where(self, key: str) -> str:
        """The key's full name, for messages."""
        return f"{self._path}.{key}" if self._path else key

    def raw(self, key: str, default: object = _MISSING) -> Any:
        """The value as it stands."""
        self._known.add(key)
        if key in self._table:
            return self._table[key]
        if default is _MISSING:
            raise ConfigError(f"{self.where(key)}: missing; every key of a preset must be given")
        return default

    def table(self, key: str) -> Table:
        """A table inside."""
        return self._give(self.raw(key), self.where(key))

    def tables(self, key: str) -> list[Table]:
        """A list of tables, at least one."""
        found = self.raw(key)
        if not isinstance(found, list) or not found:
            raise ConfigError(f"{self.where(key)}: a list with at least one entry is wanted")
        return [self._give(entry, f"{self.where(key)}[{index}]") for index, entry in enumerate(found)]

    def _give(self, table: object, path: str) -> Table:
        given = self._inside(table, path)
        self._given.append(given)
        return given

    def _inside(self, table: object, path: str) -> Table:
        return Table(table, path, bounded=self._bounded)

    def keys(self) -> list[str]:
        """Every key, marked as known."""
        self._known.update(self._table)
        return list(self._table)

    def number(self, key: str, default: object = _MISSING) -> float:
        """A finite number that can be meant."""
        value = self.raw(key, default)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise ConfigError(f"{self.where(key)}: a number is wanted, not {value!r}")
        self._check(key, value)
        return value

    def _check(self, key: str, value: float) -> None:
        if self._bounded:
            check(self.where(key), value)

    def whole(self, key: str) -> int:
        """A whole number."""
        value = self.number(key)
        if value != int(value):
            raise ConfigError(f"{self.where(key)}: a whole number is wanted, not {value!r}")
        return int(value)

    def duration(self, key: str, default: object = _MISSING) -> Duration:
        """Seconds, not negative."""
        value = self.number(key, default)
        if value < 0:
            raise ConfigError(f"{self.where(key)}: a time cannot be negative ({value})")
        return seconds(value)

    def period(self, key: str) -> Duration:
        """Seconds between things that come again and again: at least one, so that the next is never now."""
        value = self.duration(key)
        if value < SECOND:
            raise ConfigError(f"{self.where(key)}: what comes again and again is at least 1 s apart")
        return value

    def durations(self, key: str) -> tuple[Duration, ...]:
        """A list of ascending times in seconds, at least one, not negative."""
        value = self.raw(key)
        good = isinstance(value, list) and value and not any(isinstance(each, bool) for each in value)
        if not good or not all(isinstance(each, (int, float)) and math.isfinite(each) and each >= 0 for each in value):
            raise ConfigError(f"{self.where(key)}: a list of seconds is wanted, such as [300, 600], not {value!r}")
        if sorted(set(value)) != value:
            raise ConfigError(f"{self.where(key)}: the times must ascend, not {value!r}")
        for each in value:
            self._check(key, each)
        return tuple(map(seconds, value))

    def pair(self, key: str) -> tuple[float, float]:
        """Two ascending numbers."""
        value = self.raw(key)
        good = isinstance(value, list) and len(value) == 2
        if not good or any(isinstance(part, bool) or not isinstance(part, (int, float)) for part in value):
            raise ConfigError(f"{self.where(key)}: two numbers are wanted, such as [50, 100], not {value!r}")
        if not (value[0] < value[1] and all(map(math.isfinite, value))):
            raise ConfigError(f"{self.where(key)}: the first number must be the smaller one, not {value!r}")
        for each in value:
            self._check(key, each)
        return (value[0], value[1])

    def word(self, key: str) -> str:
        """A text."""
        value = self.raw(key)
        if not isinstance(value, str):
            raise ConfigError(f"{self.where(key)}: a text is wanted, not {value!r}")
        return value

    def flag(self, key: str, default: object = _MISSING) -> bool:
        """true or false."""
        value = self.raw(key, default)
        if not isinstance(value, bool):
            raise ConfigError(f"{self.where(key)}: true or false is wanted, not {value!r}")
        return value

    def priority(self, key: str) -> Priority:
        """high, medium or low."""
        try:
            return Priority.from_word(self.word(key))
        except ValueError as error:
            raise ConfigError(f"{self.where(key)}: {error}") from None

    def done(self) -> None:
        """Refuse keys that nothing has read, in the tables that were given out first."""
        for given in self._given:
            given.done()
        for key in self._table:
            if key not in self._known:
                near = difflib.get_close_matches(key, self._known, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else f"; known here: {', '.join(sorted(self._known))}"
                raise ConfigError(f"{self.where(key)}: unknown key{hint}")
