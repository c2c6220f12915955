"""Where captures lie and how one is decoded, for the tests that go over all of them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.message_lines import MessageLines
from adapters.reading import Fault, Reading
from adapters.registry import build_options, driver

ROOT = Path(__file__).parents[1] / "captures"
SHARED = Path(__file__).parents[2] / ".." / "shared" / "captures"


@dataclass(frozen=True)
class Capture:
    """One folder `tests/captures/<driver>/<case>`."""

    folder: Path

    @property
    def driver(self) -> str:
        return self.folder.parent.name

    @property
    def name(self) -> str:
        return f"{self.driver}/{self.folder.name}"

    @property
    def about(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "about.toml").read_text("utf-8"))

    @property
    def input(self) -> bytes:
        (path,) = self.folder.glob("input.*")
        return path.read_bytes()


def captures() -> list[Capture]:
    """Every capture of this project, in the order of its name."""
    return [Capture(path.parent) for path in sorted(ROOT.glob("*/*/about.toml"))]


def fresh_decoder(name: str, options: dict[str, Any] | None = None) -> Any:
    """A stream decoder of the driver; message drivers read their messages as lines."""
    found = driver(name)
    decoder = found.decoder(build_options(found, options or {}))
    return MessageLines(decoder) if found.messages else decoder


def decode(name: str, *chunks: bytes, options: dict[str, Any] | None = None) -> list[Reading | Fault]:
    """All that a fresh decoder makes of a stream."""
    decoder = fresh_decoder(name, options)
    return [item for chunk in chunks for item in decoder.feed(chunk)] + list(decoder.finish())


def bytewise(data: bytes) -> list[bytes]:
    """The stream in chunks of one byte."""
    return [data[at : at + 1] for at in range(len(data))]
