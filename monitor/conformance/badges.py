"""The badge table: a row for each driver, a column for each check; as text, and as it stands in README.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from monitor.conformance.checks import CHECKS, Badges
from monitor.conformance.outcome import Outcome, State

HEAD: Final = ("driver", *(check.name for check in CHECKS))
BEGIN: Final = "<!-- badges: bedwatch conformance --write README.md -->"
END: Final = "<!-- end -->"
BETWEEN: Final = re.compile(f"(?<={re.escape(BEGIN)}\n).*?(?={re.escape(END)})", re.DOTALL)


def cell(outcome: Outcome | None) -> str:
    """What one badge says."""
    match outcome:
        case None:
            return ""
        case Outcome(State.HELD, note):
            return note or "yes"
        case Outcome(State.DOES_NOT_APPLY):
            return "-"
        case _:
            return "NO"


def rows(badges: Badges) -> Iterator[tuple[str, ...]]:
    """One row of texts for each driver."""
    for name, outcomes in badges.items():
        yield name, *(cell(outcomes.get(check.name)) for check in CHECKS)


def text(badges: Badges) -> list[str]:
    """The table in columns, for a terminal."""
    table = [HEAD, *rows(badges)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEAD))]
    return ["  ".join(each.ljust(width) for each, width in zip(row, widths, strict=True)).rstrip() for row in table]


def reasons(badges: Badges) -> list[str]:
    """A line for each check that a driver does not hold."""
    return [
        f"{name}, {check}: {outcome.note}"
        for name, outcomes in badges.items()
        for check, outcome in outcomes.items()
        if outcome.state is State.BROKEN
    ]


def markdown(badges: Badges, titles: Mapping[str, str]) -> str:
    """The table of README.md, with each driver's title behind its name."""
    head = ("driver", "device", *HEAD[1:])
    lines = [head, ("---",) * len(head), *((f"`{row[0]}`", titles[row[0]], *row[1:]) for row in rows(badges))]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def in_document(document: str, table: str, known: Iterable[str] = ()) -> str:
    """The document with the table between its marks; rows that stand there for other `known` drivers are kept.

    Raises:
        ValueError: it has no such marks.
    """
    found = BETWEEN.search(document)
    if not found:
        raise ValueError(f"no place for the table: it goes between {BEGIN!r} and {END!r}")
    kept = set(known)
    old = {_name(line): line for line in found[0].splitlines(keepends=True)[2:]}
    new = {_name(line): line for line in table.splitlines(keepends=True)[2:]}
    rows = {name: line for name, line in old.items() if name in kept} | new
    whole = "".join((*table.splitlines(keepends=True)[:2], *(rows[name] for name in sorted(rows))))
    return BETWEEN.sub(lambda _: whole, document, count=1)


def _name(line: str) -> str:
    return line.split("`")[1]
