"""What a site file may say: which mapping, whose values, and what is different at this site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from adapters.devices.mqtt_mapped.decoder import MappedDecoder
from adapters.devices.mqtt_mapped.every import EveryShipped
from adapters.devices.mqtt_mapped.mapping import Kind, PublisherMapping, Retained
from adapters.devices.mqtt_mapped.reader import read_mapping
from adapters.devices.mqtt_mapped.shipped import shipped, shipped_names
from adapters.devices.mqtt_mapped.table import MappingError, nearest
from adapters.devices.mqtt_mapped.topic import plain
from adapters.driver import Cadence


@dataclass(frozen=True)
class MappedOptions:
    """Options of `mqtt-mapped`.

    Attributes:
        mapping: name of a shipped one, or the mapping itself as a table. Empty: whichever shipped one names the
            topic, for a look at a message; a site names its own.
        where: which device is meant when several speak: a named part of the topic or `device`, and its identity as
            the publisher writes it; separators and case do not matter.
        topics: other topics than the mapping's, by the name of the message.
        zone: of times written without one, such as `Europe/Berlin`; above the mapping's own.
        retained: above the mapping's own: `ignore`, `history` or `accept`.
    """

    mapping: str | dict[str, Any] = ""
    where: dict[str, str] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    zone: str | None = None
    retained: Literal["ignore", "history", "accept"] | None = None

    def __post_init__(self) -> None:
        """Raises ValueError, with the option's name in quotes, when the mapping cannot be used."""
        mapping = self.read()
        if mapping is None:
            if self.where or self.topics:
                raise MappingError(f"option 'mapping' is missing: {', '.join(shipped_names())}, or a table")
            return
        for name, identity in self.where.items():
            if name not in mapping.identities:
                remedy = nearest(name, mapping.identities) if mapping.identities else "it tells no devices apart"
                raise MappingError(f"option 'where': this mapping knows no {name!r}: {remedy}")
            if not identity.strip():
                raise MappingError(f"option 'where': {name} is empty; write the identity as the publisher does")

    def read(self) -> PublisherMapping | None:
        """The mapping; None when none is named."""
        if self.mapping == "":
            return None
        try:
            content = shipped(self.mapping) if isinstance(self.mapping, str) else self.mapping
            return read_mapping(content, self.topics, self.zone)
        except MappingError as error:
            option = "topics" if str(error).startswith("topics") else "mapping"
            raise MappingError(f"option {option!r}: {error}") from None


def build_decoder(options: MappedOptions) -> MappedDecoder | EveryShipped:
    """A fresh decoder."""
    mapping = options.read()
    retained = None if options.retained is None else Retained(options.retained)
    if mapping is None:
        mappings = (read_mapping(shipped(name), None, options.zone) for name in shipped_names())
        return EveryShipped([MappedDecoder(each, None, retained) for each in mappings if _has_topics(each)])
    return MappedDecoder(mapping, options.where, retained)


def topics(options: MappedOptions) -> tuple[str, ...]:
    """Filters of the messages whose topic the mapping knows."""
    mapping = options.read()
    rules = () if mapping is None else mapping.messages
    return tuple(dict.fromkeys(rule.topic.filter(options.where) for rule in rules if rule.topic is not None))


def cadence(options: MappedOptions) -> Cadence | None:
    """An oximeter's silence is a loss, a cuff's is not; one publisher of both is known by its oximeter's."""
    mapping = options.read()
    if mapping is None:
        return None
    kinds = {rule.kind for rule in mapping.messages}
    return Cadence.STREAM if Kind.OXIMETER in kinds else Cadence.EPISODIC


def doubts(options: MappedOptions) -> Iterable[str]:
    """What a site should look at."""
    mapping = options.read()
    if mapping is None:
        names = ", ".join(shipped_names())
        yield f"names no mapping and takes whatever fits: add mapping to [device.options], one of {names}"
        return
    open_names = sorted(mapping.identities - options.where.keys())
    if open_names:
        yield (
            f"does not say whose values it takes: add {' and '.join(open_names)} to [device.options.where]. "
            "As soon as a second one speaks there, nothing is taken any more"
        )


def apart(one: MappedOptions, other: MappedOptions) -> bool:
    """Two devices of one gateway share its topic: their identities tell them apart, or what they measure does."""
    shared = one.where.keys() & other.where.keys()
    return one.mapping != other.mapping or any(plain(one.where[name]) != plain(other.where[name]) for name in shared)


def _has_topics(mapping: PublisherMapping) -> bool:
    return all(rule.topic is not None for rule in mapping.messages)
