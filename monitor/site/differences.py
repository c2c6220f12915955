"""What one preset has otherwise than another, key by key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

Table = Mapping[str, Any]


class Difference(NamedTuple):
    """A key, and what stands there; None where nothing does."""

    key: tuple[str, ...]
    before: Any
    after: Any


def differences(before: Table, after: Table) -> list[Difference]:
    """Every setting that differs, in the order of `before`; what the presets are called is none."""
    return [found for found in _inside(before, after, ()) if found.key[0] != "preset"]


def _inside(before: Table, after: Table, path: tuple[str, ...]) -> Iterator[Difference]:
    for key in [*before, *(key for key in after if key not in before)]:
        one, other = before.get(key), after.get(key)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from _inside(one, other, (*path, key))
        elif one != other:
            yield Difference((*path, key), one, other)
