"""What an emulated device behind a broker can do, and which ones there are.

Publishers are found, not listed: every module of `simulator.devices` that offers `PUBLISHERS`, and every entry point of
the group `bedwatch.emulators` that leads to one. Each is named after the driver that reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from config.instant import Instant
from simulator.emulator import offered
from simulator.vitals import VitalSource


class Message(NamedTuple):
    """What is published."""

    topic: str
    payload: bytes
    qos: int
    retain: bool


class PublishingEmulator(Protocol):
    """A device that publishes: time in, messages out. The connection is somebody else's."""

    def online(self, now: Instant) -> Message | None:
        """What the device says of itself when it has connected; None: nothing."""
        ...

    def will(self, now: Instant) -> Message | None:
        """Last will: the broker says it when the device vanishes; None: it has none."""
        ...

    def messages(self, now: Instant) -> list[Message]:
        """Everything that became due up to `now`. The first call starts the device."""
        ...


@dataclass(frozen=True, slots=True)
class Publisher:
    """One emulated publisher.

    Attributes:
        driver: name of the driver that reads it.
        title: for people: which program or gateway it plays.
        make: puts a fresh one on a body; the seed decides its chances.
        topic_filter: what its messages match, as a site file's `url` names it.
        options: the driver's options that read it.
        variant: tells several publishers of one driver apart; empty for the usual one.
    """

    driver: str
    title: str
    make: Callable[[VitalSource, int], PublishingEmulator]
    topic_filter: str
    options: Mapping[str, Any] = field(default_factory=dict)
    variant: str = ""

    @property
    def name(self) -> str:
        """The driver's name, with the variant where there is one."""
        return f"{self.driver}/{self.variant}" if self.variant else self.driver


def publishers() -> dict[str, Publisher]:
    """Every publisher by its name, in the order of the names.

    Raises:
        ValueError: two have one name.
    """
    named: dict[str, Publisher] = {}
    for each in offered("PUBLISHERS", Publisher):
        if each.name in named:
            raise ValueError(f"there are two publishers {each.name!r}")
        named[each.name] = each
    return dict(sorted(named.items()))
