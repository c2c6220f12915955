"""Topics with named parts: `ward7/{bed}/oxi`, beside MQTT's own `+` and `#`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from adapters.devices.mqtt_mapped.table import MappingError

_PART = re.compile(r"\{([A-Za-z]\w*)\}")
_ADDRESS = re.compile(r"[0-9A-Fa-f]{12}")
_SEPARATORS = re.compile(r"[:\-. ]")


@dataclass(frozen=True, slots=True)
class TopicPattern:
    """Levels of a topic; a named part stands for one whole level, as `+` does."""

    levels: tuple[str, ...]
    names: tuple[str | None, ...]

    @property
    def wildness(self) -> int:
        """How little it says: a message goes to the rules that name its topic most exactly."""
        return sum(100 if level == "#" else level == "+" for level in self.levels)

    def filter(self, bound: Mapping[str, str]) -> str:
        """What to subscribe to. A bound part is asked for as it is written in the site file.

        A device address may be written otherwise in the topic, so one that could be is left open.
        """
        return "/".join(
            level if name is None else _as_written(bound.get(name, level), level)
            for level, name in zip(self.levels, self.names, strict=True)
        )

    def match(self, topic: str) -> dict[str, str] | None:
        """The named parts of a topic that fits; None for one that does not."""
        found: dict[str, str] = {}
        levels = topic.split("/")
        for position, (level, name) in enumerate(zip(self.levels, self.names, strict=True)):
            if level == "#":
                return found
            if position >= len(levels) or (level != "+" and level != levels[position]):
                return None
            if name is not None:
                found[name] = levels[position]
        return found if len(levels) == len(self.levels) else None


def parse_topic(text: str, where: str) -> TopicPattern:
    """Raises MappingError with `where` when `text` is no topic."""
    levels: list[str] = []
    names: list[str | None] = []
    parts = text.split("/")
    for position, part in enumerate(parts):
        named = _PART.fullmatch(part)
        wild = part == "+" or (part == "#" and position == len(parts) - 1)
        if named is None and not wild and re.search(r"[+#{}\0]", part):
            raise MappingError(f"{where}: {text!r}: +, # and {{name}} stand alone between slashes, # only at the end")
        if named is not None and named[1] in names:
            raise MappingError(f"{where}: {text!r} has two parts called {named[1]!r}")
        names.append(None if named is None else named[1])
        levels.append("+" if named else part)
    return TopicPattern(tuple(levels), tuple(names))


def plain(identity: str) -> str:
    """An identity as it is compared: without separators, in upper case (mqtt-payloads, section 3)."""
    return _SEPARATORS.sub("", identity).upper()


def _as_written(identity: str, level: str) -> str:
    """The identity as a level of a filter; a wildcard where the topic may write it otherwise."""
    known = not _SEPARATORS.search(identity) and not _ADDRESS.fullmatch(identity) and not re.search("[+#/]", identity)
    return identity if known else level
