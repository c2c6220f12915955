"""The shipped drills: each passes, and each is seen to fail when its rule is off or its limit moved."""

from __future__ import annotations

import re

import pytest

from monitor.clock import SystemClock
from monitor.drill.report import lines
from monitor.drill.run import run_drill
from monitor.drill.story import drill_names, load_drill
from tests.conftest import SHARED

NAMES = drill_names()


@pytest.mark.parametrize("name", NAMES)
def test_the_drill_passes_and_can_fail(name: str) -> None:
    """What it expects happens; under the preset of its `[fails_when]` it does not."""
    outcome = run_drill(load_drill(name), SystemClock(), prove=True)
    assert outcome.passed, "\n".join(lines(outcome))
    assert outcome.proof is not None
    assert not all(finding.met for finding in outcome.proof)


@pytest.mark.parametrize("name", NAMES)
def test_the_drill_quotes_the_document(name: str) -> None:
    """Its sentence stands in the document that it names."""
    drill = load_drill(name)
    page = SHARED / drill.document
    if not page.exists():
        pytest.skip("the clinical documents are not present beside the checkout")
    assert _words(drill.sentence) in _words(page.read_text(encoding="utf-8"))


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_no_two_drills_tell_the_same() -> None:
    """Each has its own title and story."""
    drills = [load_drill(name) for name in NAMES]
    assert len({drill.scenario.title for drill in drills}) == len(drills)
    assert all(drill.scenario.story and drill.fails_when for drill in drills)
