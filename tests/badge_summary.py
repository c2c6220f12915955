"""The badge table at the end of a run: answers travel with the reports, because other processes may have asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from monitor.conformance.badges import reasons, text
from monitor.conformance.outcome import Outcome, State


def badges_of(reports: Iterable[Any]) -> Mapping[str, Mapping[str, Outcome]]:
    """Driver, check, outcome of every report that has one."""
    badges: dict[str, dict[str, Outcome]] = {}
    for report in reports:
        for name, value in getattr(report, "user_properties", ()):
            if name == "badge":
                driver, check, state, note = value
                badges.setdefault(driver, {})[check] = Outcome(State(state), note)
    return dict(sorted(badges.items()))


def summary_lines(reports: Iterable[Any]) -> list[str]:
    """The table and the reasons of missing badges; nothing where the kit was not run."""
    badges = badges_of(reports)
    return [*text(badges), *reasons(badges)] if badges else []
