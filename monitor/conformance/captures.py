"""Capture folders: `<root>/<driver>/<case>` with input, what it decodes to, and where it comes from."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Capture:
    """One folder."""

    folder: Path

    @property
    def driver(self) -> str:
        """The name of the driver that reads it."""
        return self.folder.parent.name

    @property
    def name(self) -> str:
        """Driver and case."""
        return f"{self.driver}/{self.folder.name}"

    @property
    def about(self) -> dict[str, Any]:
        """`about.toml`."""
        return tomllib.loads((self.folder / "about.toml").read_text("utf-8"))

    @property
    def options(self) -> dict[str, Any]:
        """The driver's options that read it."""
        found: dict[str, Any] = self.about.get("options", {})
        return found

    @property
    def input(self) -> bytes:
        """`input.bin`, or for message drivers `input.txt`."""
        (path,) = self.folder.glob("input.*")
        return path.read_bytes()

    @property
    def expected(self) -> list[dict[str, Any]]:
        """`expected.jsonl`: what `bedwatch decode` prints."""
        return [json.loads(line) for line in (self.folder / "expected.jsonl").read_text("utf-8").splitlines()]


def find_captures(roots: Iterable[Path], driver: str = "*") -> tuple[Capture, ...]:
    """Every capture below the roots, of one driver or of all, in the order of its name."""
    return tuple(Capture(path.parent) for root in roots for path in sorted(root.glob(f"{driver}/*/about.toml")))
