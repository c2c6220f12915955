"""A mapping as the decoder uses it: what each message of a publisher means (mqtt-payloads, section 6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from adapters.devices.mqtt_mapped.payload import Payload
from adapters.devices.mqtt_mapped.place import Condition, Path
from adapters.devices.mqtt_mapped.times import TimeRule
from adapters.devices.mqtt_mapped.topic import TopicPattern
from adapters.devices.mqtt_mapped.value import ValueRule
from config.instant import SECOND, Duration
from config.vocabulary import CuffError, Flag


class Kind(StrEnum):
    """What a message tells."""

    OXIMETER = "oximeter"
    CUFF = "cuff"
    STATUS = "status"


class Retained(StrEnum):
    """What a message that the broker had kept is worth to a new subscriber."""

    IGNORE = "ignore"
    HISTORY = "history"
    """A cuff's result goes to the chart when its time is known and too old for an alarm; nothing else goes on."""
    ACCEPT = "accept"


VALUES: Mapping[Kind, tuple[str, ...]] = {
    Kind.OXIMETER: ("spo2", "pulse_rate", "perfusion_index"),
    Kind.CUFF: ("systolic", "diastolic", "mean", "pulse_rate"),
    Kind.STATUS: (),
}


@dataclass(frozen=True, slots=True)
class StateRule:
    """What says that the device is there, or gone."""

    paths: tuple[Path, ...]
    online: tuple[object, ...]
    offline: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """Why a cuff has no result: what stands there, in our words; `fine` is what stands there when it has one."""

    paths: tuple[Path, ...]
    words: Mapping[str, CuffError]
    fine: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class MessageRule:
    """One kind of message.

    Attributes:
        topic: None: every topic of the device's URL.
        only_if: all must hold, else the message is somebody else's.
        each: a list in the payload; every element is read by itself.
        device: who measured, as the payload says it.
        once_by: what is the same in a repeated message.
        absent: the flag that it means when not one value is there.
        flags: what sets a flag; without a finger or a sensor no value is believed.
        join: the values come one by one and make one reading.
        heartbeat: after so long without such a message the device counts as offline.
    """

    name: str
    kind: Kind
    topic: TopicPattern | None
    payload: Payload
    only_if: tuple[Condition, ...]
    each: tuple[Path, ...]
    device: tuple[Path, ...]
    values: tuple[ValueRule, ...]
    absent: Flag | None
    flags: tuple[tuple[Flag, Condition], ...]
    error: ErrorRule | None
    irregular: Condition | None
    map_computed: bool
    time: TimeRule | None
    once_by: tuple[Path, ...]
    seq: tuple[Path, ...]
    battery: ValueRule | None
    state: StateRule | None
    heartbeat: Duration | None
    join: bool

    def paths(self) -> Iterator[Path]:
        """Every path that the rule reads."""
        conditions = (*self.only_if, *(condition for _, condition in self.flags), *filter(None, [self.irregular]))
        for condition in conditions:
            yield from condition.paths
        for value in (*self.values, *filter(None, [self.battery])):
            yield from value.paths
        for rule in (self.error, self.state, self.time):
            if rule is not None:
                yield from rule.paths
        if self.time is not None:
            yield from self.time.sent
        yield from (*self.each, *self.once_by, *self.seq)


@dataclass(frozen=True, slots=True)
class PublisherMapping:
    """Everything that is known about one publisher.

    Attributes:
        join_within: how long the parts of one reading may be apart.
        keep: further keys that may be shown in a diagnosis; all others are left out.
    """

    title: str
    source: str
    messages: tuple[MessageRule, ...]
    retained: Retained = Retained.HISTORY
    join_within: Duration = 2 * SECOND
    keep: frozenset[str] = frozenset()

    @property
    def identities(self) -> frozenset[str]:
        """What the device can be told apart by: named parts of topics, and `device` of the payload."""
        parts = {name for rule in self.messages if rule.topic is not None for name in rule.topic.names if name}
        return frozenset(parts | ({"device"} if any(rule.device for rule in self.messages) else set()))

    @property
    def shown(self) -> frozenset[str]:
        """The keys that a diagnosis may show: those that are read, who measured apart, and those of `keep`."""
        read = frozenset[str]().union(*(path.keys for rule in self.messages for path in rule.paths()))
        who = frozenset[str]().union(*(path.keys for rule in self.messages for path in rule.device))
        return (read - who) | self.keep
