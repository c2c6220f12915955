"""On which line of a TOML text a key stands: the standard parser does not tell.

The text is cut into statements with the parser itself: a statement is as many lines as it takes to parse.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from config.problem import Path

LONGEST_STATEMENT = 200
"""Lines tried for one statement; behind a longer one no lines are known, and messages go without."""

_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_-]+|"[^"\\]*"|'[^']*'|\s*\.\s*)+?)\s*=""")


def find_lines(text: str) -> dict[Path, int]:
    """The line, from 1, of every table and every key. For a text that parses; else as far as it can be read."""
    lines: dict[Path, int] = {}
    entries: Counter[Path] = Counter()
    table: Path = ()
    for number, statement in _statements(text):
        head = statement.strip()
        if head.startswith("["):
            table = _header(head, entries)
            lines.setdefault(table, number)
            continue
        key = _KEY.match(statement)
        if key is None:
            continue
        path = table + _names(tomllib.loads(f"{key[1]} = 0"))
        lines.setdefault(path, number)
        if key[1] != path[-1]:
            _add_parents(lines, path, len(table), number)
    return lines


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """The line of `path`, or of the nearest table around it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def _add_parents(lines: dict[Path, int], path: Path, start: int, number: int) -> None:
    for length in range(start + 1, len(path)):
        lines.setdefault(path[:length], number)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    rows = text.splitlines()
    at = 0
    while at < len(rows):
        length = next((n for n in range(1, LONGEST_STATEMENT + 1) if _parses(rows[at : at + n])), None)
        if length is None:
            return
        yield at + 1, "\n".join(rows[at : at + length])
        at += length


def _parses(rows: list[str]) -> bool:
    try:
        tomllib.loads("\n".join(rows))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _header(head: str, entries: Counter[Path]) -> Path:
    """The table that `[a.b]` or `[[a]]` opens; below a list of tables it is the latest entry's."""
    named = _names(tomllib.loads(head))
    path: Path = ()
    for name in named[:-1]:
        path = _latest((*path, name), entries)
    path = (*path, named[-1])
    if head.startswith("[["):
        entries[path] += 1
        return (*path, entries[path] - 1)
    return _latest(path, entries)


def _latest(path: Path, entries: Counter[Path]) -> Path:
    return (*path, entries[path] - 1) if entries[path] else path


def _names(table: Any) -> tuple[str, ...]:
    names: list[str] = []
    while (isinstance(table, dict) and table) or isinstance(table, list):
        if isinstance(table, list):
            table = table[0]
            continue
        ((name, table),) = table.items()
        names.append(name)
    return tuple(names)
