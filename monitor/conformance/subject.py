"""One driver with everything that can be found about it: captures, emulators, publishers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters.driver import Driver, StreamDecoder
from adapters.message_lines import MessageLines
from adapters.reading import Fault, Reading
from adapters.registry import build_options, drivers
from monitor.conformance.captures import Capture, find_captures
from simulator.emulator import Emulator, emulators
from simulator.publisher import Publisher, publishers

CLEAN = "clean"
"""The case with good traffic: a decoder has to understand it again after garbage."""


@dataclass(frozen=True)
class Subject:
    """A driver that is asked.

    Attributes:
        captures: its capture folders.
        emulators: emulated serial devices that it reads.
        publishers: emulated publishers that it reads.
    """

    driver: Driver
    captures: tuple[Capture, ...] = ()
    emulators: tuple[Emulator, ...] = ()
    publishers: tuple[Publisher, ...] = ()

    @property
    def clean(self) -> Capture | None:
        """The capture of good traffic; None where there is none."""
        return next((capture for capture in self.captures if capture.folder.name == CLEAN), None)

    def settings(self) -> list[tuple[dict[str, Any], list[bytes]]]:
        """Every table of options that its captures name, with the inputs it reads. Without captures: the defaults."""
        found: list[tuple[dict[str, Any], list[bytes]]] = []
        for capture in self.captures:
            for options, inputs in found:
                if options == capture.options:
                    inputs.append(capture.input)
                    break
            else:
                found.append((capture.options, [capture.input]))
        return found or [({}, [])]

    def decoder(self, options: Mapping[str, Any]) -> StreamDecoder:
        """A fresh stream decoder; message drivers read their messages as lines."""
        decoder = self.driver.decoder(build_options(self.driver, options))
        return MessageLines(decoder) if self.driver.messages else decoder

    def decode(self, *chunks: bytes, options: Mapping[str, Any]) -> list[Reading | Fault]:
        """All that a fresh decoder makes of a stream."""
        decoder = self.decoder(options)
        return [item for chunk in chunks for item in decoder.feed(chunk)] + list(decoder.finish())


def find_subjects(roots: Iterable[Path]) -> dict[str, Subject]:
    """Every driver found, by its name, with its captures below the roots and whatever the simulator offers for it."""
    places = tuple(roots)
    serial, publishing = emulators().values(), publishers().values()
    return {
        name: Subject(
            driver,
            find_captures(places, name),
            tuple(each for each in serial if each.driver == name),
            tuple(each for each in publishing if each.driver == name),
        )
        for name, driver in drivers().items()
    }
