"""The conformance kit over every driver found, a stranger's too; README's badge table is what it gives."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from monitor.conformance.badges import in_document, markdown
from monitor.conformance.checks import CHECKS
from monitor.conformance.outcome import Outcome, State
from monitor.conformance.subject import Subject, find_subjects
from tests.adapters.captures import ROOT

README = Path(__file__).parents[2] / "README.md"
ASKED = {check.name: check for check in CHECKS}


@cache
def subjects() -> dict[str, Subject]:
    return find_subjects([ROOT])


@cache
def outcome(driver: str, check: str) -> Outcome:
    """Asked once: the README is compared with the same answers."""
    return ASKED[check](subjects()[driver])


@pytest.mark.parametrize("check", ASKED)
@pytest.mark.parametrize("driver", subjects())
def test_driver(driver: str, check: str, record_property: Callable[[str, object], None]) -> None:
    """What the check asks, see `bedwatch conformance --checks`."""
    answer = outcome(driver, check)
    # Read by the summary at the end of the run (tests/conftest.py).
    record_property("badge", (driver, check, answer.state.value, answer.note))
    assert answer.state is not State.BROKEN, answer.note


def test_the_table_in_the_readme_is_current() -> None:
    """Else: bedwatch conformance --write README.md"""
    badges = {driver: {check: outcome(driver, check) for check in ASKED} for driver in subjects()}
    table = markdown(badges, {name: subject.driver.title for name, subject in subjects().items()})
    document = README.read_text("utf-8")
    assert in_document(document, table) == document
