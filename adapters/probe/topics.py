"""Which driver reads what on a broker, topic by topic. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.driver import Driver
from adapters.probe.score import Candidate
from adapters.reading import Fault, PlethChunk, Reading

LIMIT: Final = 200
"""Topics that are looked at; messages on further ones are counted."""


def message_candidates(drivers: Iterable[Driver]) -> list[Candidate]:
    """Every driver of a broker's messages; one that wants to be tried with certain options, with these alone."""
    return [
        Candidate(driver, table)
        for driver in drivers
        if driver.messages and driver.carrier == "mqtt"
        for table in driver.probe_options or ({},)
    ]


@dataclass(slots=True)
class Read:
    """What one candidate read on one topic."""

    readings: int = 0
    faults: int = 0
    latest: dict[type, Reading] = field(default_factory=dict)


@dataclass(slots=True)
class Topic:
    """One topic: how many messages came, and who read what. Candidates that found nothing are left out."""

    messages: int = 0
    reads: dict[int, Read] = field(default_factory=dict)


class TopicTrial:
    """All candidates on all topics.

    Attributes:
        topics: in the order in which they were first seen.
        others: messages on topics beyond the limit.
    """

    def __init__(self, tried: Iterable[Candidate]) -> None:
        self.topics: dict[str, Topic] = {}
        self.others = 0
        self._tried = list(tried)
        self._decoders: list[Any] = [each.driver.decoder(each.options) for each in self._tried]

    def take(self, topic: str, payload: bytes) -> None:
        """One message."""
        if topic not in self.topics and len(self.topics) >= LIMIT:
            self.others += 1
            return
        seen = self.topics.setdefault(topic, Topic())
        seen.messages += 1
        for number, decoder in enumerate(self._decoders):
            for item in decoder.feed_message(topic, payload):
                read = seen.reads.setdefault(number, Read())
                if isinstance(item, Fault):
                    read.faults += 1
                else:
                    read.readings += 1
                    if not isinstance(item, PlethChunk):
                        read.latest[type(item)] = item

    def readers(self, topic: str) -> list[tuple[Candidate, Read]]:
        """Those that read every message of the topic that they found anything in, the most readings first."""
        reads = self.topics[topic].reads
        good = [(self._tried[number], read) for number, read in reads.items() if read.readings and not read.faults]
        return sorted(good, key=lambda each: (-each[1].readings, each[0].name))
