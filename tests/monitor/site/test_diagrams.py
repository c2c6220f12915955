"""The diagrams in the documents are those of the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.vocabulary import AlarmState, Phase, ReturnState
from monitor.core.errors import IllegalTransition
from monitor.core.recovery.return_steps import STEPS, check
from monitor.site.diagrams import DIAGRAMS, drawn

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("document", ["README.md", "docs/how-it-decides.md"])
def test_a_document_shows_the_tables_as_they_are(document: str) -> None:
    """Drawn anew with: python -m monitor.site.diagrams README.md docs/how-it-decides.md"""
    text = (ROOT / document).read_text(encoding="utf-8")
    assert "<!-- diagram: " in text
    assert drawn(text) == text


@pytest.mark.parametrize(("name", "states"), [("phases", Phase), ("alarm", AlarmState), ("return", ReturnState)])
def test_every_state_is_in_its_diagram(name: str, states: type[Phase] | type[AlarmState] | type[ReturnState]) -> None:
    text = "\n".join(DIAGRAMS[name]())
    assert [state for state in states if f"--> {state}" not in text] == []


def test_a_step_that_the_table_does_not_have_is_a_bug() -> None:
    for before in ReturnState:
        for after in ReturnState:
            if after not in STEPS[before]:
                with pytest.raises(IllegalTransition, match=f"{before} to {after}"):
                    check(before, after)
