"""One line of a recorded file, read field by field: what is missing, of the wrong kind or unknown is named."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeGuard, TypeVar

from config.instant import SECOND, Duration, Instant, seconds
from monitor.core.errors import InputError

Word = TypeVar("Word", bound=StrEnum)

GREATEST = sys.float_info.max
"""The largest number that a float holds."""

FARTHEST: Duration = 1 << 60
"""Some 36 000 years: no clock shows a moment further off, and every sum of such moments can be journaled."""


class Fields:
    """One line read field by field; what nobody read is unknown and refused."""

    def __init__(self, line: Mapping[str, Any]) -> None:
        self._line = line
        self._read = {"t", "input"}

    def raw(self, key: str, default: Any = None) -> Any:
        """The value as it stands."""
        self._read.add(key)
        return self._line.get(key, default)

    def text(self, key: str) -> str:
        """A text that must be there."""
        value = self.raw(key)
        if not isinstance(value, str) or not value:
            raise InputError(f"{key}: a text is wanted, not {value!r}")
        return value

    def maybe_text(self, key: str) -> str | None:
        """A text, or nothing."""
        value = self.raw(key)
        if value is not None and not isinstance(value, str):
            raise InputError(f"{key}: a text is wanted, not {value!r}")
        return value

    def number(self, key: str, default: float | None = None) -> float | None:
        """A finite number, or nothing."""
        value = self.raw(key, default)
        return None if value is None else finite(key, value, "a number")

    def sure_number(self, key: str, default: float | None = None) -> float:
        """A finite number; one that must be there when it has no default."""
        value = self.number(key, default)
        if value is not None:
            return value
        if default is None:
            raise InputError(f"{key}: missing; a number is wanted")
        return default

    def flag(self, key: str, default: bool | None = False) -> bool:
        """true or false; one that must be there when it has no default."""
        value = self.raw(key, default)
        if not isinstance(value, bool):
            raise InputError(f"{key}: true or false is wanted, not {value!r}")
        return value

    def whole(self, key: str) -> int | None:
        """A whole number, or nothing."""
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not -(1 << 63) <= value < 1 << 63:
            raise InputError(f"{key}: a whole number is wanted, not {value!r}")
        return value

    def moment(self, key: str, origin: Instant) -> Instant | None:
        """Seconds from the file's start, or nothing."""
        value = self.number(key)
        if value is None:
            return None
        if not abs(value) <= FARTHEST / SECOND:
            raise InputError(f"{key}: a number of seconds is wanted, not {value!r}")
        return origin + seconds(value)

    def word(self, key: str, kind: type[Word]) -> Word:
        """One of a vocabulary's words."""
        found = self.maybe_word(key, kind)
        if found is None:
            raise InputError(f"{key}: missing; one of {', '.join(kind)} is wanted")
        return found

    def maybe_word(self, key: str, kind: type[Word]) -> Word | None:
        """One of a vocabulary's words, or nothing."""
        value = self.raw(key)
        if value is None:
            return None
        try:
            return kind(value)
        except ValueError:
            raise InputError(f"{key}: {value!r} is unknown; one of {', '.join(kind)} is wanted") from None

    def some(self, keys: frozenset[str]) -> dict[str, Any]:
        """Those of `keys` that are there. What they may be is for whoever carries them out, but numbers are finite."""
        self._read |= keys
        found = {key: value for key, value in self._line.items() if key in keys}
        for key, value in found.items():
            _finite_within(key, value)
        return found

    def done(self) -> None:
        """Refuse what nobody read."""
        unknown = sorted(set(self._line) - self._read)
        if unknown:
            raise InputError(f"unknown field {unknown[0]!r}; known here: {', '.join(sorted(self._read))}")


def is_number(value: object) -> TypeGuard[float]:
    """Whether `value` is a number that a float can hold: no NaN, no infinity, no truth value."""
    # A whole number may be too large for any float, which comparing tells and `math.isfinite` does not bear.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -GREATEST <= value <= GREATEST


def _finite_within(key: str, value: object) -> None:
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found
        elif isinstance(found, (int, float)) and not isinstance(found, bool):
            finite(key, found, "a number")


def finite(key: str, value: object, wanted: str) -> float:
    """`value` as a finite number; `wanted` is what the message calls for."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InputError(f"{key}: {wanted} is wanted, not {value!r}")
    if not is_number(value):  # it may be too large even to be printed
        raise InputError(f"{key}: {wanted} is wanted, not one beyond all bounds")
    return value
