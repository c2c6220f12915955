"""Where captures lie and how one is decoded, for the tests that go over all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from adapters.message_lines import MessageLines
from adapters.reading import Fault, Reading
from adapters.registry import build_options, driver
from monitor.conformance.captures import Capture, find_captures
from monitor.conformance.streams import bytewise

__all__ = ["ROOT", "SHARED", "Capture", "bytewise", "captures", "decode", "fresh_decoder"]

ROOT = Path(__file__).parents[1] / "captures"
SHARED = Path(__file__).parents[2] / ".." / "shared" / "captures"


def captures() -> list[Capture]:
    """Every capture of this project, in the order of its name."""
    return list(find_captures([ROOT]))


def fresh_decoder(name: str, options: dict[str, Any] | None = None) -> Any:
    """A stream decoder of the driver; message drivers read their messages as lines."""
    found = driver(name)
    decoder = found.decoder(build_options(found, options or {}))
    return MessageLines(decoder) if found.messages else decoder


def decode(name: str, *chunks: bytes, options: dict[str, Any] | None = None) -> list[Reading | Fault]:
    """All that a fresh decoder makes of a stream."""
    decoder = fresh_decoder(name, options)
    return [item for chunk in chunks for item in decoder.feed(chunk)] + list(decoder.finish())
