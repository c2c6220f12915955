"""All shipped mappings at once, for a look at a message whose publisher nobody has named yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from adapters.devices.mqtt_mapped.decoder import FILE, MappedDecoder
from adapters.driver import Delivery
from adapters.reading import Fault, FaultKind, Reading
from config.instant import Instant


class EveryShipped:
    """Each message goes to the mappings that know its topic; several may. Implements `adapters.driver.DatedDecoder`."""

    def __init__(self, decoders: Sequence[MappedDecoder]) -> None:
        self._decoders = tuple(decoders)
        self._count = 0

    def feed_message(self, topic: str, payload: bytes) -> list[Reading | Fault]:
        """See `adapters.driver.MessageDecoder`."""
        return self.feed_delivery(topic, payload, FILE)

    def feed_delivery(self, topic: str, payload: bytes, delivery: Delivery) -> list[Reading | Fault]:
        """See `adapters.driver.DatedDecoder`."""
        offset = self._count
        self._count += 1
        known = [each for each in self._decoders if each.knows(topic)]
        if not known:
            detail = "no shipped mapping has a message with such a topic: name one with the option mapping"
            return [Fault(offset, FaultKind.UNKNOWN_UNIT, len(payload), detail)]
        found = [each.feed_delivery(topic, payload, delivery) for each in known]
        # A mapping that understands the message speaks for those that do not.
        read = [items for items in found if any(not isinstance(item, Fault) for item in items)]
        said = (replace(item, offset=offset) for items in read or found[:1] for item in items)
        return list(dict.fromkeys(said))

    def tick(self, now: Instant) -> list[Reading | Fault]:
        """See `adapters.driver.DatedDecoder`."""
        return self._from_all(lambda each: each.tick(now))

    def finish(self) -> list[Reading | Fault]:
        """See `adapters.driver.DatedDecoder`."""
        return self._from_all(MappedDecoder.finish)

    def next_deadline(self) -> Instant | None:
        """See `adapters.driver.DatedDecoder`."""
        return min((at for each in self._decoders if (at := each.next_deadline()) is not None), default=None)

    def _from_all(self, ask: Callable[[MappedDecoder], Any]) -> list[Reading | Fault]:
        last = max(0, self._count - 1)
        return [replace(item, offset=last) for each in self._decoders for item in ask(each)]
