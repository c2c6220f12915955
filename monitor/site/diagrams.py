"""The state tables of the core as diagrams for the documents (Mermaid, which the usual readers of Markdown draw).

    python -m monitor.site.diagrams README.md docs/how-it-decides.md

puts them anew between their marks in the files named.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from config.vocabulary import AlarmState, Phase, ReturnState
from monitor.core.alarm import TRANSITIONS
from monitor.core.recovery.return_steps import STEPS
from monitor.core.session.session import PHASES

_BLOCK = re.compile(r"<!-- diagram: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def phases() -> Iterator[str]:
    """The phases of a session."""
    yield "stateDiagram-v2"
    yield f"  [*] --> {Phase.IDLE}"
    for before, steps in PHASES.items():
        for event, after in steps.items():
            yield f"  {before} --> {after}: {event.replace('_', ' ')}"


def alarm() -> Iterator[str]:
    """The states of one alarm. What changes nothing is left out; several causes of one step share its arrow."""
    yield "stateDiagram-v2"
    yield f"  [*] --> {AlarmState.IDLE}"
    for before, cues in TRANSITIONS.items():
        arrows: dict[AlarmState, list[str]] = {}
        for cue, after in cues.items():
            if after is not before:
                arrows.setdefault(after, []).append(cue.value.replace(", latching", " (latching)"))
        for after, words in arrows.items():
            yield f"  {before} --> {after}: {', '.join(words)}"
    yield f"  {AlarmState.CLOSED} --> [*]"


def recovery() -> Iterator[str]:
    """The way of one metric back to its baseline, without the restarts."""
    yield "stateDiagram-v2"
    yield f"  [*] --> {ReturnState.IN_BAND}: start of the infusion"
    yield f"  [*] --> {ReturnState.NO_BASELINE}: start without a baseline"
    for before, steps in STEPS.items():
        for after, words in steps.items():
            told = words.partition(", or infusion restarted")[0].partition("; or infusion restarted")[0]
            if not told.startswith("infusion restarted"):
                yield f"  {before} --> {after}: {told.replace(':', ',')}"


DIAGRAMS = {"phases": phases, "alarm": alarm, "return": recovery}


def drawn(text: str) -> str:
    """`text` with every diagram between its marks as the tables say now.

    Raises:
        KeyError: a mark names no diagram.
    """
    return _BLOCK.sub(lambda found: "\n".join(_block(found[1])), text)


def _block(name: str) -> Iterator[str]:
    yield f"<!-- diagram: {name} -->"
    yield "```mermaid"
    yield from DIAGRAMS[name]()
    yield "```"
    yield "<!-- end -->"


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        path = Path(argument)
        path.write_text(drawn(path.read_text(encoding="utf-8")), encoding="utf-8")
