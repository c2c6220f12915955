"""What a look at a preset found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to think over. `key` is the preset's key; `grave`: nobody can want this, the preset is refused."""

    key: str
    text: str
    grave: bool = False

    def __str__(self) -> str:
        return f"{self.key}: {self.text}"
