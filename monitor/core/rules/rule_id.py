"""Who a rule is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RuleId:
    """What every rule has: its name, its place in the tables, its group and rank in it, and whether it latches."""

    name: str
    order: int
    latched: bool = False
    group: str | None = None
    rank: int = 0
