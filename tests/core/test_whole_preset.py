"""Every number of the shipped preset as the core holds it, one line each.

`test_preset` asks for the numbers of the documents' rows; here is the rest, which nobody would look for: what a key
that is left out means, and what is computed from two of them. Written anew after a deliberate change by
`python -m tests.core.test_whole_preset`; its difference is read before it is committed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from tests.support.ward import PRESET, shipped_rules

KNOWN = Path(__file__).with_name("whole_records") / f"{PRESET.stem}.txt"


NO_NUMBER = ("fingerprint",)
"""What is computed from the preset's text as a whole."""


def spelt(value: Any, path: str) -> Iterator[str]:
    """`path = value` for everything inside."""
    if is_dataclass(value):
        for entry in (entry for entry in fields(value) if entry.name not in NO_NUMBER):
            yield from spelt(getattr(value, entry.name), f"{path}.{entry.name}" if path else entry.name)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from spelt(inner, f"{path}[{key}]")
    elif isinstance(value, (list, tuple)) and value:
        for index, inner in enumerate(value):
            yield from spelt(inner, f"{path}[{index}]")
    elif isinstance(value, (set, frozenset)):
        yield f"{path} = {sorted(map(str, value))}"
    else:
        yield f"{path} = {value.name if isinstance(value, Enum) else repr(value)}"


def test_every_number_of_the_shipped_preset() -> None:
    assert list(spelt(shipped_rules(), "")) == KNOWN.read_text(encoding="utf-8").splitlines()


if __name__ == "__main__":
    KNOWN.write_text("".join(f"{line}\n" for line in spelt(shipped_rules(), "")), encoding="utf-8")
