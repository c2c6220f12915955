"""Every check, in the order of the badge table's columns, and what a set of drivers gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from monitor.conformance import connection, decoding, evidence, round_trip
from monitor.conformance.outcome import Check, Outcome
from monitor.conformance.subject import Subject

CHECKS: Final[tuple[Check, ...]] = (*evidence.CHECKS, *decoding.CHECKS, *round_trip.CHECKS, *connection.CHECKS)

Badges = Mapping[str, Mapping[str, Outcome]]
"""Driver, check, outcome."""


def ask_all(subjects: Iterable[Subject], tell: Callable[[str], None] = lambda name: None) -> Badges:
    """Every check of every driver; `tell` hears the name of each driver before its turn."""
    badges: dict[str, Mapping[str, Outcome]] = {}
    for subject in subjects:
        tell(subject.driver.name)
        badges[subject.driver.name] = {check.name: check(subject) for check in CHECKS}
    return badges
