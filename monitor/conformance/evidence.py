"""Where a driver's knowledge comes from: its source with trust marks, and captures with what they decode to."""

from __future__ import annotations

import json
import re
from typing import Final

from adapters.jsonline import to_json
from monitor.conformance.outcome import Check, Outcome, broken, held
from monitor.conformance.streams import bytewise
from monitor.conformance.subject import CLEAN, Subject

MARK: Final = re.compile(r"\[([A-Z?])\]")


def trust(source: str) -> list[str]:
    """The trust marks of a source, in the order of their appearance."""
    return list(dict.fromkeys(MARK.findall(source)))


def source(subject: Subject) -> Outcome:
    """The driver names its document and how far that is to be trusted."""
    marks = trust(subject.driver.source)
    if not marks:
        return broken(
            "`source` names no trust mark in brackets: [V] vendor's document, [R] recording, [C] program, ..."
        )
    return held(" ".join(marks))


def captures(subject: Subject) -> Outcome:
    """There is a capture `clean`, and each capture decodes, whole and byte by byte, to what stands beside it."""
    if not subject.captures:
        return broken("there is no capture: --captures names the folder that holds <driver>/<case>")
    if subject.clean is None:
        return broken(f"none of the captures is called {CLEAN!r}: good traffic")
    for capture in subject.captures:
        about = capture.about
        if not about.get("origin") or not about.get("shows") or not isinstance(about.get("real"), bool):
            return broken(f"{capture.name}: about.toml tells `origin`, `shows` and whether it is `real`")
        for chunks in ([capture.input], bytewise(capture.input)):
            items = subject.decode(*chunks, options=capture.options)
            lines = [to_json(item, pleth=bool(about.get("pleth"))) for item in items]
            # Through JSON, because what stands beside it went through JSON.
            told = [json.loads(json.dumps(line)) for line in lines if line is not None]
            if told != capture.expected:
                return broken(
                    f"{capture.name} does not decode to its expected.jsonl{_first_difference(told, capture.expected)}"
                )
    real = sum(capture.about["real"] for capture in subject.captures)
    own = len(subject.captures) - real
    return held(", ".join(f"{count} {kind}" for count, kind in ((real, "real"), (own, "own")) if count))


def _first_difference(told: list[dict[str, object]], expected: list[dict[str, object]]) -> str:
    for number, (is_, should) in enumerate(zip(told, expected, strict=False), 1):
        if is_ != should:
            return f": line {number} is {is_}"
    return f": {len(told)} lines instead of {len(expected)}"


CHECKS: Final = (
    Check("trust", "The driver's source is named, with its trust marks.", source),
    Check("captures", "Captures exist and decode to what stands beside them.", captures),
)
