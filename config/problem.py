"""What is wrong with the settings, told so that the reader can mend it: file, line, key, remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Where a value stands: `("station", "port")`, or `("device", 0, "bed")` with the number of the entry from 0."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `origin` is the file with its line, or the variable or flag that brought the value."""

    origin: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.origin, self.key, self.message) if part)


class SettingsError(Exception):
    """The settings cannot be used. Everything that was found is in `problems`, one line each in the text."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=_place))
        super().__init__("\n".join(map(str, self.problems)))


def _place(problem: Problem) -> tuple[str, int]:
    name, _, number = problem.origin.rpartition(":")
    return (name, int(number)) if number.isdigit() else (problem.origin, 0)


def nearest(name: str, known: Iterable[str]) -> str:
    """`did you mean 'port'?`, or what there is."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=2)
    if near:
        return f"did you mean {' or '.join(map(repr, near))}?"
    return f"there is {', '.join(names)}" if names else "there is none"
